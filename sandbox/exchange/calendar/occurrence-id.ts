/** Ids of occurrences: the master's id, marked, and the day that the pattern gives. Longer than others, as real ones are. */
import type { Mailbox } from '../mailbox.ts';
import type { WritableItem } from '../property.ts';
import { OccurrenceView } from './occurrence-view.ts';

const MARK = 0x52;
const KIND_AT = 4;
const ITEM_BYTES = 114;
const TAIL_BYTES = 6;
const LENGTH = ((ITEM_BYTES + TAIL_BYTES) / 3) * 4;

export function writeOccurrenceId(mailbox: Mailbox, serial: number, day: number): string {
  const item = Buffer.from(mailbox.ids.write('item', serial), 'base64');
  const tail = Buffer.alloc(TAIL_BYTES);
  tail.writeInt32BE(day, 0);
  tail.writeUInt16BE(Math.imul(day ^ serial, 0x9e3779b1) >>> 16, 4);
  const kind = item[KIND_AT] ?? 0;
  item[KIND_AT] = kind ^ MARK;
  return Buffer.concat([item, tail]).toString('base64');
}

/** What an occurrence id of this mailbox stands for. */
export function readOccurrenceId(
  mailbox: Mailbox,
  id: string,
): { readonly serial: number; readonly day: number } | undefined {
  if (id.length !== LENGTH) return undefined;
  const bytes = Buffer.from(id, 'base64');
  if (bytes.length !== ITEM_BYTES + TAIL_BYTES) return undefined;
  const kind = bytes[KIND_AT] ?? 0;
  bytes[KIND_AT] = kind ^ MARK;
  const serial = mailbox.ids.read('item', bytes.subarray(0, ITEM_BYTES).toString('base64'));
  const day = bytes.readInt32BE(ITEM_BYTES);
  if (serial === undefined || writeOccurrenceId(mailbox, serial, day) !== id) return undefined;
  return { serial, day };
}

/** Whether an id is shaped like an occurrence's, whoever's mailbox it names. */
export function isOccurrenceIdShape(id: string): boolean {
  return id.length === LENGTH && /^[A-Za-z0-9+/]+$/.test(id);
}

/** t:ItemId of a calendar item, be it an occurrence or stored. */
export function calendarItemIdElement(item: WritableItem, mailbox: Mailbox): string {
  if (item.serial === undefined || item.change === undefined) return '';
  const id =
    item instanceof OccurrenceView
      ? writeOccurrenceId(mailbox, item.serial, item.occurrence.day)
      : mailbox.ids.write('item', item.serial);
  return `<t:ItemId Id="${id}" ChangeKey="${mailbox.ids.writeChangeKey(item.change)}"/>`;
}
