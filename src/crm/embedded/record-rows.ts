/** Rows as plain records, read past TypeORM's hydration, which costs ten times the query. */
import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Values } from '../../sync/model.ts';
import { chunksOf } from './chunks.ts';
import type { ContactRow, RecordRow } from './entities.ts';
import type { RecordKind } from './record-kind.ts';

/** What the functions of rows need to know of a kind. */
export type AnyKind = Omit<RecordKind<never>, 'filter'>;

/** One contact, task or event. Times are milliseconds since the epoch. */
export interface CrmRecord {
  readonly id: string;
  readonly ownerId: string;
  readonly revision: number;
  readonly sequence: number;
  /** Empty on a tombstone. */
  readonly displayName: string;
  /** Filled fields only; large ones and the photo only where they were asked for. Empty on a tombstone. */
  readonly values: Values;
  /** Always false where the kind has no photos. */
  readonly hasPhoto: boolean;
  /** Came by import. */
  readonly imported: boolean;
  readonly stamp: string | null;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly createdBy: string;
  readonly modifiedBy: string;
  readonly deletedAt: number | null;
}

/** The columns every reader needs; notes only where asked for. */
const lightColumns = [
  'id',
  'ownerId',
  'fields',
  'imported',
  'revision',
  'sequence',
  'createdAt',
  'modifiedAt',
  'createdBy',
  'modifiedBy',
  'syncStamp',
  'deletedAt',
] as const satisfies readonly (keyof RecordRow)[];

export type RawRecord = Pick<RecordRow, (typeof lightColumns)[number]> &
  Partial<Pick<ContactRow, 'notes' | 'hasPhoto'>>;

/** A query over records as alias `c`; run it with `loadRecords`. */
export function recordQuery(kind: AnyKind, manager: EntityManager): SelectQueryBuilder<RecordRow> {
  const query = manager.createQueryBuilder(kind.entity, 'c').select([]);
  const columns = kind.photos ? [...lightColumns, 'hasPhoto'] : lightColumns;
  for (const column of columns) query.addSelect(`c.${column}`, column);
  return query;
}

export async function loadRecords(kind: AnyKind, query: SelectQueryBuilder<RecordRow>): Promise<CrmRecord[]> {
  return (await query.getRawMany<RawRecord>()).map((raw) => toRecord(kind, raw));
}

/** Present records by id; tombstones and unknown ids are not in the map. */
export async function recordsById(
  kind: AnyKind,
  manager: EntityManager,
  ids: readonly string[],
  content: 'light' | 'notes' | 'full',
): Promise<Map<string, CrmRecord>> {
  const found = new Map<string, CrmRecord>();
  for (const chunk of chunksOf(ids)) {
    const query = recordQuery(kind, manager).where('c.id IN (:...ids) AND c.deletedAt IS NULL', {
      ids: chunk,
    });
    if (content !== 'light') query.addSelect('c.notes', 'notes');
    for (const record of await loadRecords(kind, query)) found.set(record.id, record);
  }
  if (content === 'full') await addPhotos(kind, manager, found);
  return found;
}

/** Completes those of the records that have a picture. */
async function addPhotos(
  kind: AnyKind,
  manager: EntityManager,
  records: Map<string, CrmRecord>,
): Promise<void> {
  const withPhoto = [...records.values()].filter((record) => record.hasPhoto).map((record) => record.id);
  const photos = await kind.photos?.load(manager, withPhoto);
  for (const [id, photo] of photos ?? []) {
    const record = records.get(id);
    if (record) records.set(id, { ...record, values: { ...record.values, photo } });
  }
}

/** Present records by the stamp they carry. */
export async function recordsByStamp(
  kind: AnyKind,
  manager: EntityManager,
  stamps: readonly string[],
): Promise<Map<string, CrmRecord>> {
  const found = new Map<string, CrmRecord>();
  for (const chunk of chunksOf(stamps)) {
    const query = recordQuery(kind, manager).where('c.syncStamp IN (:...stamps)', { stamps: chunk });
    for (const record of await loadRecords(kind, query))
      if (record.stamp !== null) found.set(record.stamp, record);
  }
  return found;
}

export function toRecord(kind: AnyKind, raw: RawRecord): CrmRecord {
  const fields = JSON.parse(raw.fields) as Values;
  const deletedAt = raw.deletedAt === null ? null : Number(raw.deletedAt);
  return {
    id: raw.id,
    ownerId: raw.ownerId,
    revision: Number(raw.revision),
    sequence: Number(raw.sequence),
    displayName: deletedAt === null ? kind.displayNameOf(fields) : '',
    values: raw.notes ? { ...fields, ...kind.unpack(raw.notes) } : fields,
    hasPhoto: Boolean(raw.hasPhoto),
    imported: Boolean(raw.imported),
    stamp: raw.syncStamp,
    createdAt: Number(raw.createdAt),
    modifiedAt: Number(raw.modifiedAt),
    createdBy: raw.createdBy,
    modifiedBy: raw.modifiedBy,
    deletedAt,
  };
}

/** An imported record stays out of the sync until its first later change (PRODUCT 14). */
export function isHeldImport(record: CrmRecord): boolean {
  return record.imported && record.revision === 1;
}
