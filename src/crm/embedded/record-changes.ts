/** What changed since a cursor, by change number. */
import { CursorLostError } from '../../errors.ts';
import type { Values } from '../../sync/model.ts';
import type { Change, ChangeOptions, ChangePage } from '../../sync/ports.ts';
import { loadCounter } from './change-numbers.ts';
import type { Counter } from './change-numbers.ts';
import type { Database } from './database.ts';
import { isHeldImport, loadRecords, recordQuery } from './record-rows.ts';
import type { AnyKind, CrmRecord } from './record-rows.ts';

const pageSize = 500;

export function cursorAt({ epoch, value }: Counter): string {
  return `${epoch}/${value}`;
}

/** The change number of a cursor of ours. One beyond the counter is of a time that a restored backup does not know. */
function positionOf(cursor: string, counter: Counter): number {
  const [epoch, digits = ''] = cursor.split('/');
  const position = /^\d+$/.test(digits) ? Number(digits) : Infinity;
  if (epoch !== counter.epoch || position > counter.value) {
    throw new CursorLostError('The cursor does not belong to this embedded CRM.');
  }
  return position;
}

/** Pages of changes after `cursor`, or of everything present where it is null. Holds the gate only within a page. */
export async function* readRecordChanges(
  kind: AnyKind,
  database: Database,
  cursor: string | null,
  options: ChangeOptions = {},
): AsyncGenerator<ChangePage> {
  let present: Counter | null = null;
  let position = 0;
  for (let last = false; !last;) {
    options.signal?.throwIfAborted();
    const page = await database.read(async (manager) => {
      // Before the rows: whatever was numbered up to here is committed and gets seen by the query below.
      const counter = await loadCounter(manager, kind.module);
      if (!present) {
        present = counter;
        if (cursor !== null) position = positionOf(cursor, counter);
      }
      const rows = recordQuery(kind, manager)
        .where('c.sequence > :position', { position })
        .orderBy('c.sequence', 'ASC')
        .limit(pageSize + 1);
      // A first read skips what was deleted before it began; what is deleted during it may have been read already.
      if (cursor === null)
        rows.andWhere('(c.deletedAt IS NULL OR c.sequence > :begin)', { begin: present.value });
      if (options.ownerId !== undefined) rows.andWhere('c.ownerId = :ownerId', { ownerId: options.ownerId });
      return { counter, records: await loadRecords(kind, rows) };
    });
    last = page.records.length <= pageSize;
    const records = page.records.slice(0, pageSize);
    position = records.at(-1)?.sequence ?? position;
    if (last) position = Math.max(position, page.counter.value);
    yield {
      changes: records.map((record) => toChange(kind, record)),
      cursor: cursorAt({ ...page.counter, value: position }),
      last,
    };
  }
}

function toChange(kind: AnyKind, record: CrmRecord): Change {
  if (record.deletedAt !== null) return { kind: 'deleted', id: record.id };
  const keyValues: Record<string, Values[string]> = {};
  for (const name of kind.keyFields) keyValues[name] = record.values[name] ?? null;
  return {
    kind: 'changed',
    id: record.id,
    version: String(record.revision),
    stamp: record.stamp,
    identity: null,
    ownerId: record.ownerId,
    skip: isHeldImport(record) ? 'imported' : null,
    keyValues,
    item: null,
  };
}
