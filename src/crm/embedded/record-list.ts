/** Searching records page by page for pages and the API; the sync reads by change number instead. */
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { RecordRow } from './entities.ts';
import { fold } from './field-values.ts';
import type { RecordKind } from './record-kind.ts';
import { recordQuery, recordsById, toRecord } from './record-rows.ts';
import type { AnyKind, CrmRecord, RawRecord } from './record-rows.ts';

export interface RecordQuery {
  /** A part of the texts that a search looks in. */
  readonly text?: string;
  /** Only this user's; absent: everybody's. */
  readonly ownerId?: string;
  /** Milliseconds since the epoch, inclusive. */
  readonly modifiedSince?: number;
  readonly includeDeleted?: boolean;
  /** `modified`, `name` or an order of the kind, with `-` before it the other way round. */
  readonly order: string;
  readonly limit: number;
  /** Where the last page ended. */
  readonly after?: RecordPosition;
}

/** A place in an order: what the order goes by, and the record's id. */
export type RecordPosition = readonly [key: number | string, id: string];

export interface RecordPage {
  /** With notes, without photos. */
  readonly records: readonly CrmRecord[];
  /** Null after the last page. */
  readonly next: RecordPosition | null;
}

/** A page ends early when its notes together outgrow this many bytes, but never empty. */
const notesPerPage = 4_000_000;

/** Throws RangeError for an order that the kind does not have. */
export async function listRecords<Filters extends object>(
  kind: RecordKind<Filters>,
  manager: EntityManager,
  query: RecordQuery & Filters,
): Promise<RecordPage> {
  const { column, isText } = orderOf(kind, query.order);
  const [direction, beyond] = query.order.startsWith('-')
    ? (['DESC', '<'] as const)
    : (['ASC', '>'] as const);
  const rows = filtered(recordQuery(kind, manager), query)
    .addSelect(column, 'orderKey')
    .orderBy(column, direction)
    .addOrderBy('c.id', direction)
    .limit(query.limit + 1);
  kind.filter(rows, query);
  if (query.after) {
    const [key, id] = query.after;
    rows.andWhere(`(${column} ${beyond} :key OR (${column} = :key AND c.id ${beyond} :id))`, { key, id });
  }
  const found = await rows.getRawMany<RawRecord & { orderKey: number | string }>();
  const shown = found.slice(0, query.limit).map((raw) => toRecord(kind, raw));
  const records = await withNotes(kind, manager, shown);
  const last = found[records.length - 1];
  const next: RecordPosition | null =
    last && found.length > records.length
      ? [isText ? String(last.orderKey) : Number(last.orderKey), last.id]
      : null;
  return { records, next };
}

function orderOf(kind: AnyKind, order: string): { readonly column: string; readonly isText: boolean } {
  const orders: AnyKind['orders'] = {
    modified: { column: 'sequence', isText: false },
    name: { column: 'nameKey', isText: true },
    ...kind.orders,
  };
  const known = orders[order.replace(/^-/, '')];
  if (known === undefined) throw new RangeError(`no order of ${kind.module}: ${order}`);
  return { ...known, column: `c.${known.column}` };
}

function filtered(rows: SelectQueryBuilder<RecordRow>, query: RecordQuery): SelectQueryBuilder<RecordRow> {
  if (!query.includeDeleted) rows.andWhere('c.deletedAt IS NULL');
  if (query.ownerId !== undefined) rows.andWhere('c.ownerId = :ownerId', { ownerId: query.ownerId });
  if (query.modifiedSince !== undefined) {
    rows.andWhere('c.modifiedAt >= :modifiedSince', { modifiedSince: query.modifiedSince });
  }
  if (query.text !== undefined) {
    rows.andWhere("c.searchText LIKE :text ESCAPE '!'", { text: `%${escapeLike(fold(query.text))}%` });
  }
  return rows;
}

export function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

/** Adds the notes, as far as they fit into a page; the records beyond are left for the next one. */
async function withNotes(
  kind: AnyKind,
  manager: EntityManager,
  records: readonly CrmRecord[],
): Promise<CrmRecord[]> {
  if (records.length === 0) return [];
  const sizes = await manager
    .createQueryBuilder(kind.entity, 'c')
    .select('c.id', 'id')
    .addSelect('LENGTH(c.notes)', 'size')
    .where('c.id IN (:...ids) AND c.notes IS NOT NULL', { ids: records.map(({ id }) => id) })
    .getRawMany<{ id: string; size: number | string }>();
  const sizeOf = new Map(sizes.map(({ id, size }) => [id, Number(size)]));
  let total = 0;
  const beyond = records.findIndex(({ id }) => (total += sizeOf.get(id) ?? 0) > notesPerPage);
  const fitting = beyond === -1 ? records : records.slice(0, Math.max(1, beyond));
  const ids = fitting.map(({ id }) => id).filter((id) => sizeOf.has(id));
  const noted = await recordsById(kind, manager, ids, 'notes');
  return fitting.map((record) => noted.get(record.id) ?? record);
}
