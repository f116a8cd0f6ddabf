import { ItemError } from '../item-error.ts';
import type { KindDefinition } from '../item-kind.ts';
import { itemPropertiesWith } from '../kinds/item-properties.ts';
import type { Property, WritableItem } from '../property.ts';
import { textValue } from '../stored-item.ts';
import { dateTime, textElement } from '../xml-text.ts';
import { attendeesUnder } from './attendee.ts';
import {
  ONLINE,
  PEOPLE,
  SERIES,
  shown,
  TIMES,
  TYPE_PROPERTY,
  WALL_CLOCKS,
  calendarProperty,
  FREE_BUSY_VALUES,
  kept,
} from './calendar-properties.ts';
import {
  FREE_BUSY,
  INTENDED,
  isSet,
  momentOf,
  OPTIONAL,
  RECEIVED,
  REQUIRED,
  START,
} from './calendar-values.ts';
import { readCalendarMime, writeCalendarMime } from './calendar-mime.ts';
import { MINUTE_MS } from './local-time.ts';
import { responseObjects } from './meeting-response-objects.ts';
import { createCalendarItem, removeCalendarItem, updatedCalendarItem } from './calendar-operations.ts';
import { calendarItemIdElement } from './occurrence-id.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { settleCalendarItem } from './settle-calendar-item.ts';

function names(key: string): (item: WritableItem) => string {
  return (item) =>
    attendeesUnder(item, key)
      .map((one) => one.name)
      .join('; ');
}

function nextReminder(item: WritableItem): string {
  if (textValue(item, 'item:ReminderIsSet') !== 'true') return '';
  const minutes = Number(textValue(item, 'item:ReminderMinutesBeforeStart') ?? 0);
  return textElement('ReminderNextTime', dateTime(momentOf(item, START) - minutes * MINUTE_MS));
}

const OWN: readonly Property[] = [
  calendarProperty('UID', 'text', { inDefault: true }),
  shown('RecurrenceId', (item) =>
    item instanceof OccurrenceView ? dateTime(item.occurrence.originalStart) : undefined,
  ),
  kept('DateTimeStamp'),
  ...TIMES,
  calendarProperty('IsResponseRequested', 'boolean', { fallback: 'true' }),
  TYPE_PROPERTY,
  ...PEOPLE,
  ...SERIES,
  ...ONLINE,
  ...WALL_CLOCKS,
  calendarProperty('IntendedFreeBusyStatus', 'computed', {
    write: (item) =>
      textElement(
        'IntendedFreeBusyStatus',
        textValue(item, INTENDED) ?? textValue(item, FREE_BUSY) ?? 'Busy',
      ),
    values: FREE_BUSY_VALUES,
  }),
  // The server takes both and forgets them.
  calendarProperty('JoinOnlineMeetingUrl', 'structure', { read: () => [], write: () => '' }),
  calendarProperty('OnlineMeetingSettings', 'structure', { read: () => [], write: () => '' }),
  shown('IsOrganizer', (item) => String(!isSet(item, RECEIVED))),
];

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/calendaritem */
export const CALENDAR_ITEM_KIND: KindDefinition = {
  name: 'CalendarItem',
  itemClass: 'IPM.Appointment',
  homeFolder: 'calendar',
  properties: [
    ...itemPropertiesWith({
      'item:MimeContent': { kind: 'computed', write: writeCalendarMime },
      'item:ItemId': { write: calendarItemIdElement },
      'item:ResponseObjects': { write: responseObjects },
      'item:ReminderNextTime': { kind: 'computed', write: nextReminder },
      'item:DisplayTo': { write: (item) => textElement('DisplayTo', names(REQUIRED)(item)) },
      'item:DisplayCc': { write: (item) => textElement('DisplayCc', names(OPTIONAL)(item)) },
    }),
    ...OWN,
  ],
  checkCreate: (request) =>
    need(request.attributes['SendMeetingInvitations'], 'ErrorSendMeetingInvitationsRequired'),
  checkUpdate: (request) =>
    need(
      request.attributes['SendMeetingInvitationsOrCancellations'],
      'ErrorSendMeetingInvitationsOrCancellationsRequired',
    ),
  checkDelete: (_item, request) =>
    need(request.attributes['SendMeetingCancellations'], 'ErrorSendMeetingCancellationsRequired'),
  fromMime: readCalendarMime,
  settle: settleCalendarItem,
  create: createCalendarItem,
  updated: updatedCalendarItem,
  remove: removeCalendarItem,
};

function need(attribute: string | undefined, code: string): void {
  if (attribute === undefined) throw new ItemError(code);
}
