/** How a meeting message remembers the calendar item it is about: by number, with the day of an occurrence. */
import type { Mailbox } from '../mailbox.ts';
import type { EmbeddedItem, StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { seriesOf } from './series.ts';

export const ASSOCIATED = 'meeting:/Associated';

export function storedReference(item: StoredItem): string {
  return item instanceof OccurrenceView ? `${item.serial}/${item.occurrence.day}` : String(item.serial);
}

/** The calendar item of a meeting message, as long as it is there. */
export function associatedItem(
  message: Pick<EmbeddedItem, 'values'>,
  mailbox: Mailbox,
): StoredItem | undefined {
  const [serial, day] = (textValue(message, ASSOCIATED) ?? '').split('/').map(Number);
  const item = serial === undefined ? undefined : mailbox.items.get(serial);
  if (item === undefined || day === undefined) return item;
  const occurrence = seriesOf(item)?.byDay(day);
  return occurrence === undefined || occurrence.exception?.deleted === true
    ? undefined
    : new OccurrenceView(item, occurrence);
}
