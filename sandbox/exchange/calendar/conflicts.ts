/** Meetings at the same time and right beside it, in the same folder. */
import type { Mailbox } from '../mailbox.ts';
import type { WritableItem } from '../property.ts';
import type { StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';
import { CANCELLED, END, FREE_BUSY, isSet, LOCATION, momentOf, START, UID } from './calendar-values.ts';
import { expandFolder } from './folder-expansion.ts';
import { calendarItemIdElement } from './occurrence-id.ts';

/** Where a meeting message's time is compared: its receiver's calendar. */
function calendarOf(item: WritableItem, mailbox: Mailbox): StoredItem['folder'] | undefined {
  return item.kind === 'CalendarItem' ? item.folder : mailbox.distinguishedFolder('calendar');
}

function neighbours(item: WritableItem, mailbox: Mailbox, which: 'conflicting' | 'adjacent'): StoredItem[] {
  const folder = calendarOf(item, mailbox);
  const start = momentOf(item, START);
  const end = momentOf(item, END);
  if (folder === undefined || item.serial === undefined) return [];
  const uid = textValue(item, UID);
  return expandFolder(folder, start - 1, end + 1).filter((one) => {
    if (textValue(one, UID) === uid || isSet(one, CANCELLED) || textValue(one, FREE_BUSY) === 'Free')
      return false;
    const from = momentOf(one, START);
    const to = momentOf(one, END);
    return which === 'conflicting' ? from < end && to > start : to === start || from === end;
  });
}

function listed(element: string, items: readonly StoredItem[], mailbox: Mailbox): string {
  if (items.length === 0) return '';
  const inner = items.map((one) => {
    const text = (name: string, key: string): string => {
      const value = textValue(one, key);
      return value === undefined ? '' : textElement(name, value);
    };
    return (
      `<t:CalendarItem>${calendarItemIdElement(one, mailbox)}${text('Subject', 'item:Subject')}` +
      `${text('Start', START)}${text('End', END)}${text('LegacyFreeBusyStatus', FREE_BUSY)}` +
      `${text('Location', LOCATION)}</t:CalendarItem>`
    );
  });
  return `<t:${element}>${inner.join('')}</t:${element}>`;
}

export const CONFLICT_WRITERS = {
  ConflictingMeetingCount: (item: WritableItem, mailbox: Mailbox): string =>
    textElement('ConflictingMeetingCount', String(neighbours(item, mailbox, 'conflicting').length)),
  AdjacentMeetingCount: (item: WritableItem, mailbox: Mailbox): string =>
    textElement('AdjacentMeetingCount', String(neighbours(item, mailbox, 'adjacent').length)),
  ConflictingMeetings: (item: WritableItem, mailbox: Mailbox): string =>
    listed('ConflictingMeetings', neighbours(item, mailbox, 'conflicting'), mailbox),
  AdjacentMeetings: (item: WritableItem, mailbox: Mailbox): string =>
    listed('AdjacentMeetings', neighbours(item, mailbox, 'adjacent'), mailbox),
};
