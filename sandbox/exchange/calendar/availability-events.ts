/** When somebody is busy. */
import type { Mailbox } from '../mailbox.ts';
import type { StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';
import { calendarItemIdElement } from './occurrence-id.ts';
import type { Span } from './availability-request.ts';
import { CANCELLED, END, FREE_BUSY, isSet, LOCATION, momentOf, RECEIVED, START } from './calendar-values.ts';
import { allAttendees } from './attendee.ts';
import { expandFolder } from './folder-expansion.ts';
import { localText } from './local-time.ts';
import { calendarItemType, isRecurring } from './series-elements.ts';
import { toLocal } from './zone.ts';
import type { Zone } from './zone.ts';

/** LegacyFreeBusyType from free to taken, in the order of their digits. */
const DIGITS = ['Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere'];
/** No data. */
export const UNKNOWN_DIGIT = 4;

export interface BusyTime extends Span {
  readonly busy: string;
  readonly item: StoredItem;
}

export function busyTimes(mailbox: Mailbox, { start, end }: Span): readonly BusyTime[] {
  const folder = mailbox.distinguishedFolder('calendar');
  if (folder === undefined) return [];
  return expandFolder(folder, start, end).map((item) => ({
    start: momentOf(item, START),
    end: momentOf(item, END),
    busy: isSet(item, CANCELLED) ? 'Free' : (textValue(item, FREE_BUSY) ?? 'Busy'),
    item,
  }));
}

/** The digit of a span: the most taken of what lies in it. Working elsewhere counts less than away. */
export function digitOf(times: readonly BusyTime[], span: Span): number {
  const inside = times.filter((one) => one.start < span.end && one.end > span.start);
  const digits = inside.map((one) => DIGITS.indexOf(one.busy)).filter((one) => one >= 0);
  const present = digits.filter((one) => one !== UNKNOWN_DIGIT);
  return Math.max(0, ...(present.some((one) => one > 0) ? present : digits));
}

export function mergedDigits(times: readonly BusyTime[], window: Span, intervalMs: number): string {
  let digits = '';
  for (let start = window.start; start < window.end; start += intervalMs) {
    digits += digitOf(times, { start, end: start + intervalMs });
  }
  return digits;
}

/** t:CalendarEvent; what is private keeps its subject and place to itself unless the owner asks. */
export function eventXml(
  time: BusyTime,
  zone: Zone,
  details: { readonly mailbox: Mailbox; readonly isOwner: boolean } | undefined,
): string {
  const local = (ms: number): string => localText(toLocal(zone, ms));
  const inner =
    `<t:StartTime>${local(time.start)}</t:StartTime><t:EndTime>${local(time.end)}</t:EndTime>` +
    `<t:BusyType>${time.busy}</t:BusyType>`;
  if (details === undefined) return `<t:CalendarEvent>${inner}</t:CalendarEvent>`;
  const { item } = time;
  const isPrivate = ['Private', 'Confidential', 'Personal'].includes(
    textValue(item, 'item:Sensitivity') ?? '',
  );
  const id = /Id="([^"]*)"/.exec(calendarItemIdElement(item, details.mailbox))?.[1] ?? '';
  const hexId = Buffer.from(id, 'base64').toString('hex').toUpperCase();
  const shown =
    isPrivate && !details.isOwner
      ? ''
      : textElement('ID', hexId) +
        textElement('Subject', textValue(item, 'item:Subject') ?? '') +
        textElement('Location', textValue(item, LOCATION) ?? '');
  const isMeeting = isSet(item, RECEIVED) || allAttendees(item).length > 0;
  const flags: readonly (readonly [string, boolean])[] = [
    ['IsMeeting', isMeeting],
    ['IsRecurring', isRecurring(item)],
    ['IsException', calendarItemType(item) === 'Exception'],
    ['IsReminderSet', isSet(item, 'item:ReminderIsSet')],
    ['IsPrivate', isPrivate],
  ];
  const written = flags.map(([name, value]) => textElement(name, String(value))).join('');
  return `<t:CalendarEvent>${inner}<t:CalendarEventDetails>${shown}${written}</t:CalendarEventDetails></t:CalendarEvent>`;
}
