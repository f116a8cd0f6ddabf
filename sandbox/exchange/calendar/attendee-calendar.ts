/** What reaches an attendee's own calendar. */
import type { Mailbox, ChangeStamp } from '../mailbox.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import {
  CANCELLED,
  EXCEPTIONS,
  FREE_BUSY,
  MY_RESPONSE,
  ORIGINAL_START,
  RECEIVED,
  RECURRENCE,
  START,
  UID,
} from './calendar-values.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { seriesOf } from './series.ts';

const OF_OCCURRENCE = [ORIGINAL_START, 'calendar:RecurrenceId'];

/** A mailbox's copy of a meeting: the series when there is one. */
export function copyByUid(mailbox: Mailbox, uid: string): StoredItem | undefined {
  const folder = mailbox.distinguishedFolder('calendar');
  for (const item of folder?.log.items() ?? []) {
    if (item.kind === 'CalendarItem' && textValue(item, UID) === uid) return item;
  }
  return undefined;
}

/** The copy of what an invitation or cancellation is about: one occurrence when it names one. */
export function copyOf(mailbox: Mailbox, meeting: StoredItem): StoredItem | undefined {
  const copy = copyByUid(mailbox, textValue(meeting, UID) ?? '');
  if (copy === undefined || !(meeting instanceof OccurrenceView)) return copy;
  const occurrence = seriesOf(copy)?.byDay(meeting.occurrence.day);
  if (occurrence === undefined || occurrence.exception?.deleted === true) return copy;
  return new OccurrenceView(copy, occurrence);
}

/** Puts a meeting into the calendar of somebody invited, tentatively, or brings his copy up to date. */
export function receiveMeeting(
  mailbox: Mailbox,
  meeting: StoredItem,
  values: ReadonlyMap<string, PropertyValue>,
  delivery: { readonly retimed: boolean; readonly stamp: ChangeStamp },
): StoredItem | undefined {
  const folder = mailbox.distinguishedFolder('calendar');
  if (folder === undefined) return undefined;
  const copy = copyOf(mailbox, meeting);
  const unanswered: [string, PropertyValue][] = [
    [MY_RESPONSE, 'NoResponseReceived'],
    [FREE_BUSY, 'Tentative'],
  ];
  if (copy === undefined) {
    const own = new Map([...values].filter(([key]) => !OF_OCCURRENCE.includes(key)));
    const start = values.get(START);
    const made: [string, PropertyValue][] = [
      ['item:ItemClass', 'IPM.Appointment'],
      ['item:ReminderIsSet', 'true'],
      ['item:ReminderMinutesBeforeStart', '15'],
      ...(start === undefined ? [] : ([['item:ReminderDueBy', start]] as [string, PropertyValue][])),
      [RECEIVED, 'true'],
      ['calendar:MeetingRequestWasSent', 'true'],
      ...unanswered,
    ];
    return mailbox.addItem(
      folder,
      { kind: 'CalendarItem', values: new Map([...own, ...made]) },
      delivery.stamp,
    );
  }
  const isOccurrence = copy instanceof OccurrenceView;
  for (const [key, value] of values) {
    if (OF_OCCURRENCE.includes(key) || (isOccurrence && copy.values.get(key) === value)) continue;
    copy.values.set(key, value);
  }
  if (!isOccurrence) {
    for (const key of [RECURRENCE, EXCEPTIONS]) if (!values.has(key)) copy.values.delete(key);
  }
  if (delivery.retimed) for (const [key, value] of unanswered) copy.values.set(key, value);
  mailbox.touchItem(copy, delivery.stamp);
  return copy;
}

/** Marks the copy of a cancelled meeting; it stays until its owner removes it. */
export function cancelCopy(
  mailbox: Mailbox,
  meeting: StoredItem,
  stamp: ChangeStamp,
): StoredItem | undefined {
  const copy = copyOf(mailbox, meeting);
  if (copy === undefined) return undefined;
  copy.values.set(CANCELLED, 'true');
  copy.values.set(FREE_BUSY, 'Free');
  const subject = textValue(copy, 'item:Subject') ?? '';
  if (!subject.startsWith(CANCELLED_PREFIX)) copy.values.set('item:Subject', CANCELLED_PREFIX + subject);
  mailbox.touchItem(copy, stamp);
  return copy;
}

export const CANCELLED_PREFIX = 'Canceled: ';
