/** What of a meeting travels to other people. */
import { recipients } from '../recipients.ts';
import type { Recipient } from '../recipients.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { attendeesUnder, organizerOf } from './attendee.ts';
import type { Person } from './attendee.ts';
import {
  ALL_DAY,
  END,
  END_ZONE,
  ENHANCED_LOCATION,
  EXCEPTIONS,
  FREE_BUSY,
  INTENDED,
  LOCATION,
  OPTIONAL,
  ORGANIZER,
  ORIGINAL_START,
  RECURRENCE,
  REQUIRED,
  SEQUENCE,
  START,
  START_ZONE,
  UID,
} from './calendar-values.ts';
import { OccurrenceView } from './occurrence-view.ts';

const SHARED = [
  ...['item:Subject', 'item:Body', 'item:Body/BodyType', 'item:Sensitivity', 'item:Importance'],
  ...[UID, START, END, START_ZONE, END_ZONE, ALL_DAY, LOCATION, ENHANCED_LOCATION, RECURRENCE, EXCEPTIONS],
  ...[ORGANIZER, REQUIRED, OPTIONAL, SEQUENCE, ORIGINAL_START, 'calendar:IsResponseRequested'],
  ...['calendar:AllowNewTimeProposal', 'calendar:ConferenceType', 'calendar:IsOnlineMeeting'],
  ...['calendar:MeetingWorkspaceUrl', 'calendar:NetShowUrl'],
];

/** The meeting as its organiser describes it; neither When nor Resources reach an attendee. */
export function sharedValues(item: StoredItem): Map<string, PropertyValue> {
  const values = new Map<string, PropertyValue>();
  for (const key of SHARED) {
    const value = item.values.get(key);
    if (value !== undefined) values.set(key, value);
  }
  values.set(INTENDED, textValue(item, FREE_BUSY) ?? 'Busy');
  if (item instanceof OccurrenceView) {
    values.set('calendar:RecurrenceId', dateTime(item.occurrence.originalStart));
  }
  return values;
}

export function asRecipient({ name, address }: Person): Recipient {
  return { name, address, routingType: 'SMTP', mailboxType: 'Mailbox' };
}

/** The values of a message's head. */
export function messageHead(
  from: Person,
  to: readonly Person[],
  options: { readonly isRead: boolean; readonly at: number },
): [string, PropertyValue][] {
  return [
    ['message:From', recipients([asRecipient(from)])],
    ['message:Sender', recipients([asRecipient(from)])],
    ['message:ToRecipients', recipients(to.map(asRecipient))],
    ['message:IsRead', String(options.isRead)],
    ['item:DateTimeReceived', dateTime(options.at)],
    ['item:DateTimeSent', dateTime(options.at)],
  ];
}

/** Everybody a request goes to, as its To line shows them. */
export function toLine(item: StoredItem): readonly Person[] {
  return [...attendeesUnder(item, REQUIRED), ...attendeesUnder(item, OPTIONAL)];
}

/** The organiser; the owner of the mailbox where nobody was written down. */
export function organizerOrOwner(item: StoredItem, owner: Person): Person {
  return organizerOf(item) ?? { name: owner.name, address: owner.address };
}
