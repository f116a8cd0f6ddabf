/** item:ResponseObjects: what can be answered to a calendar item or a meeting message. */
import type { WritableItem } from '../property.ts';
import type { Mailbox } from '../mailbox.ts';
import { allAttendees, organizerOf, samePerson } from './attendee.ts';
import { CANCELLED, isSet, RECEIVED } from './calendar-values.ts';

const ANSWERS = ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem'];
const MAIL = ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem'];

export function responseObjects(item: WritableItem, mailbox: Mailbox): string {
  const names = offered(item, mailbox);
  if (names.length === 0) return '';
  return `<t:ResponseObjects>${names.map((name) => `<t:${name}/>`).join('')}</t:ResponseObjects>`;
}

function offered(item: WritableItem, mailbox: Mailbox): readonly string[] {
  const organizer = organizerOf(item);
  const isOwn = organizer !== undefined && samePerson(organizer, mailbox);
  switch (item.kind) {
    case 'CalendarItem':
      if (isSet(item, CANCELLED)) return ['RemoveItem', 'ForwardItem'];
      if (isSet(item, RECEIVED)) return [...ANSWERS, ...MAIL];
      return allAttendees(item).length > 0 ? ['CancelCalendarItem', 'ForwardItem'] : ['ForwardItem'];
    case 'MeetingRequest':
      return isOwn ? MAIL : [...ANSWERS, ...MAIL];
    case 'MeetingCancellation':
      return isOwn ? MAIL : ['RemoveItem', ...MAIL];
    default:
      return MAIL;
  }
}
