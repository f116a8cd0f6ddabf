/** What a master says of its occurrences, and an occurrence of its place in the series. */
import type { Mailbox } from '../mailbox.ts';
import type { WritableItem } from '../property.ts';
import { dateTime } from '../xml-text.ts';
import { exceptionsOf, ORIGINAL_START, recurrenceOf } from './calendar-values.ts';
import { writeOccurrenceId } from './occurrence-id.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { recurrenceXml } from './recurrence-xml.ts';
import { seriesOf } from './series.ts';
import type { Occurrence } from './series.ts';

/** A CalendarItemTypeType. */
export function calendarItemType(item: WritableItem): string {
  if (item instanceof OccurrenceView) return item.isException ? 'Exception' : 'Occurrence';
  if (item.values.has(ORIGINAL_START)) return 'Exception';
  return recurrenceOf(item) === undefined ? 'Single' : 'RecurringMaster';
}

export function isRecurring(item: WritableItem): boolean {
  return calendarItemType(item) !== 'Single';
}

export function recurrenceElement(item: WritableItem): string {
  const recurrence = recurrenceOf(item);
  return recurrence === undefined ? '' : `<t:Recurrence>${recurrenceXml(recurrence)}</t:Recurrence>`;
}

function occurrenceInfo(element: string, one: Occurrence, item: WritableItem, mailbox: Mailbox): string {
  if (item.serial === undefined || item.change === undefined) return '';
  const id = writeOccurrenceId(mailbox, item.serial, one.day);
  return (
    `<t:${element}><t:ItemId Id="${id}" ChangeKey="${mailbox.ids.writeChangeKey(item.change)}"/>` +
    `<t:Start>${dateTime(one.start)}</t:Start><t:End>${dateTime(one.end)}</t:End>` +
    `<t:OriginalStart>${dateTime(one.originalStart)}</t:OriginalStart></t:${element}>`
  );
}

export function firstOccurrence(item: WritableItem, mailbox: Mailbox): string {
  const first = seriesOf(item)?.first();
  return first === undefined ? '' : occurrenceInfo('FirstOccurrence', first, item, mailbox);
}

/** Nothing for a series without an end. */
export function lastOccurrence(item: WritableItem, mailbox: Mailbox): string {
  const last = seriesOf(item)?.last();
  return last === undefined ? '' : occurrenceInfo('LastOccurrence', last, item, mailbox);
}

export function modifiedOccurrences(item: WritableItem, mailbox: Mailbox): string {
  const inner = exceptional(item, false).map((one) => occurrenceInfo('Occurrence', one, item, mailbox));
  return inner.length === 0 ? '' : `<t:ModifiedOccurrences>${inner.join('')}</t:ModifiedOccurrences>`;
}

export function deletedOccurrences(item: WritableItem): string {
  const inner = exceptional(item, true).map(
    (one) => `<t:DeletedOccurrence><t:Start>${dateTime(one.originalStart)}</t:Start></t:DeletedOccurrence>`,
  );
  return inner.length === 0 ? '' : `<t:DeletedOccurrences>${inner.join('')}</t:DeletedOccurrences>`;
}

function exceptional(item: WritableItem, deleted: boolean): readonly Occurrence[] {
  const series = item instanceof OccurrenceView ? undefined : seriesOf(item);
  if (series === undefined) return [];
  return exceptionsOf(item)
    .filter((one) => one.deleted === deleted)
    .map((one) => series.byDay(one.day))
    .filter((one) => one !== undefined);
}
