/** Reads calendar items. */
import { shapes, within } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { bodyOf, categoriesShape, itemChildren, rawText, textOf } from './read-item.ts';
import type { ReadItem } from './read-item.ts';
import { recurrenceShape } from './recurrence-xml.ts';
import { timeZoneShape } from './time-zone-xml.ts';
import type { ReadTimeZone } from './time-zone-xml.ts';

export interface ReadAttendee {
  readonly role: string;
  name: string;
  address: string;
  routingType: string;
  response: string;
}

/** What a calendar item has beyond texts. */
export interface ReadCalendar {
  zone: ReadTimeZone | null;
  readonly people: ReadAttendee[];
  /** Exceptions with contents of their own; times as xs:dateTime. */
  readonly modified: { id: string; originalStart: string }[];
  /** Starts of the occurrences that were deleted, as xs:dateTime. */
  readonly deleted: string[];
}

const mailbox = shapes<ReadAttendee>({
  't:Name': { text: (person, value) => (person.name = value.trim()) },
  't:EmailAddress': { text: (person, value) => (person.address = value.trim()) },
  't:RoutingType': { text: (person, value) => (person.routingType = value.trim()) },
});

function people(role: string): Shape<ReadItem> {
  const enter = (item: ReadItem): ReadAttendee => {
    const person: ReadAttendee = { role, name: '', address: '', routingType: 'SMTP', response: '' };
    item.calendar?.people.push(person);
    return person;
  };
  const attendee = within(enter, {
    children: new Map<string, Shape<ReadAttendee>>([
      ['t:Mailbox', { children: mailbox }],
      ['t:ResponseType', { text: (person, value) => (person.response = value.trim()) }],
    ]),
  });
  return role === 'organizer'
    ? { children: new Map([['t:Mailbox', within(enter, { children: mailbox })]]) }
    : { children: new Map([['t:Attendee', attendee]]) };
}

const zone = timeZoneShape((item: ReadItem, read) => {
  if (item.calendar) item.calendar.zone ??= read;
});

const modifiedOccurrence: Shape<ReadItem> = within(
  (item: ReadItem) => {
    const occurrence = { id: '', originalStart: '' };
    item.calendar?.modified.push(occurrence);
    return occurrence;
  },
  {
    children: shapes<{ id: string; originalStart: string }>({
      't:ItemId': { open: (occurrence, attributes) => (occurrence.id = attributes['Id'] ?? '') },
      't:OriginalStart': { text: (occurrence, value) => (occurrence.originalStart = value.trim()) },
    }),
  },
);

const rawElements = [
  'Sensitivity',
  'ReminderIsSet',
  'ReminderMinutesBeforeStart',
  'Start',
  'End',
  'OriginalStart',
  'IsAllDayEvent',
  'LegacyFreeBusyStatus',
  'IsMeeting',
  'IsCancelled',
  'MyResponseType',
  'TimeZone',
  'CalendarItemType',
] as const;

/** Children of `<t:CalendarItem>`. */
export const eventChildren = new Map<string, Shape<ReadItem>>([
  ...itemChildren,
  ...rawElements.map((name): [string, Shape<ReadItem>] => [`t:${name}`, rawText(name)]),
  ...shapes<ReadItem>({
    't:UID': textOf('uid'),
    't:Subject': textOf('subject'),
    't:Location': textOf('location'),
    't:Body': bodyOf('body'),
    't:Categories': categoriesShape,
    't:Organizer': people('organizer'),
    't:RequiredAttendees': people('required'),
    't:OptionalAttendees': people('optional'),
    't:Resources': people('resource'),
    't:Recurrence': recurrenceShape((item: ReadItem, read) => (item.recurrence = read)),
    't:ModifiedOccurrences': { children: new Map([['t:Occurrence', modifiedOccurrence]]) },
    't:DeletedOccurrences': {
      children: shapes<ReadItem>({
        't:DeletedOccurrence': {
          children: shapes<ReadItem>({
            't:Start': { text: (item, value) => item.calendar?.deleted.push(value.trim()) },
          }),
        },
      }),
    },
    't:StartTimeZone': zone,
    't:MeetingTimeZone': zone,
  }),
]);
