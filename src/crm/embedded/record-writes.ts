/** Creating, changing and deleting records in bulk, inside the caller's transaction. */
import type { EntityManager } from 'typeorm';
import type { Photo, Values } from '../../sync/model.ts';
import { takeNumbers } from './change-numbers.ts';
import { chunksOf } from './chunks.ts';
import { isPhoto } from './contact-values.ts';
import type { RecordRow } from './entities.ts';
import { foldToKey } from './field-values.ts';
import type { CheckedValues, FieldProblem } from './field-values.ts';
import { recordsById, recordsByStamp } from './record-rows.ts';
import type { AnyKind, CrmRecord } from './record-rows.ts';

/** Who writes, when, and what he may reach. */
export interface Author {
  /** A user's id, or `sync`. */
  readonly actor: string;
  /** Only this user's records exist for him; null: all of them. */
  readonly onlyOwnerId: string | null;
  readonly now: number;
  readonly newId: () => string;
}

export interface NewRecord {
  readonly ownerId: string;
  readonly values: Values;
  /** Came by import: stays out of the sync until its first change. */
  readonly imported?: boolean;
  readonly stamp?: string;
}

export interface RecordChange {
  readonly id: string;
  readonly revision: number;
  /** Only the fields to write; null clears one. */
  readonly values: Values;
  readonly ownerId?: string;
}

export interface RecordTarget {
  readonly id: string;
  readonly revision: number;
}

export type RecordWrite =
  | { readonly kind: 'done'; readonly id: string; readonly revision: number }
  | { readonly kind: 'conflict'; readonly revision: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'invalid'; readonly problems: readonly FieldProblem[] };

/** A stamp that a record carries already answers with that record: a repeated create makes no double. */
export async function createRecords(
  kind: AnyKind,
  manager: EntityManager,
  drafts: readonly NewRecord[],
  author: Author,
): Promise<RecordWrite[]> {
  if (drafts.length === 0) return [];
  const first = await takeNumbers(manager, kind.module, drafts.length);
  const stamps = drafts.flatMap((draft) => (draft.stamp === undefined ? [] : [draft.stamp]));
  const taken = new Map<string, { id: string; revision: number }>(
    await recordsByStamp(kind, manager, stamps),
  );
  const rows: RecordRow[] = [];
  const photos = new Map<string, Photo>();
  const results = drafts.map((draft, index): RecordWrite => {
    const twin = draft.stamp === undefined ? undefined : taken.get(draft.stamp);
    if (twin) return { kind: 'done', id: twin.id, revision: twin.revision };
    const checked = checkedValues(kind, draft.values, {}, author.now);
    if (checked.kind === 'invalid') return checked;
    const id = author.newId();
    rows.push({
      id,
      ownerId: draft.ownerId,
      ...columnsOf(kind, checked.values, isPhoto(checked.photo)),
      imported: draft.imported ?? false,
      revision: 1,
      sequence: first + index,
      createdAt: author.now,
      modifiedAt: author.now,
      createdBy: author.actor,
      modifiedBy: author.actor,
      syncStamp: draft.stamp ?? null,
      deletedAt: null,
    });
    if (isPhoto(checked.photo)) photos.set(id, checked.photo);
    if (draft.stamp !== undefined) taken.set(draft.stamp, { id, revision: 1 });
    return { kind: 'done', id, revision: 1 };
  });
  for (const chunk of chunksOf(rows, (row) => row.fields.length + (row.notes?.length ?? 0))) {
    await manager.createQueryBuilder().insert().into(kind.entity).values(chunk).updateEntity(false).execute();
  }
  await kind.photos?.insert(manager, photos);
  return results;
}

/** A change that changes nothing is done without a new revision. */
export async function changeRecords(
  kind: AnyKind,
  manager: EntityManager,
  changes: readonly RecordChange[],
  author: Author,
): Promise<RecordWrite[]> {
  if (changes.length === 0) return [];
  const first = await takeNumbers(manager, kind.module, changes.length);
  const known = await recordsById(kind, manager, [...new Set(changes.map(({ id }) => id))], 'notes');
  const photos = new Map<string, Photo | null>(await kind.photos?.load(manager, changes.flatMap(photoIdOf)));
  const photosToWrite = new Map<string, Photo | null>();
  const results: RecordWrite[] = [];
  for (const [index, change] of changes.entries()) {
    const record = known.get(change.id);
    const refusal = refusalOf(record, change.revision, author);
    if (refusal || !record) {
      results.push(refusal ?? { kind: 'gone' });
      continue;
    }
    const checked = checkedValues(kind, change.values, record.values, author.now);
    if (checked.kind === 'invalid') {
      results.push(checked);
      continue;
    }
    const { photo, values } = checked;
    const photoChanges = photo !== undefined && !same(photo, photos.get(record.id) ?? null);
    const next = { ...record, ownerId: change.ownerId ?? record.ownerId, values };
    if (photoChanges || next.ownerId !== record.ownerId || !sameValues(values, record.values)) {
      next.revision = record.revision + 1;
      if (photoChanges) {
        next.hasPhoto = photo !== null;
        photos.set(record.id, photo);
        photosToWrite.set(record.id, photo);
      }
      await writeRow(kind, manager, record, {
        ...columnsOf(kind, values, next.hasPhoto),
        ownerId: next.ownerId,
        revision: next.revision,
        sequence: first + index,
        modifiedAt: author.now,
        modifiedBy: author.actor,
      });
      known.set(record.id, next);
    }
    results.push({ kind: 'done', id: record.id, revision: next.revision });
  }
  await kind.photos?.replace(manager, photosToWrite);
  return results;
}

/** Leaves a tombstone: the row without content and without its stamp, which a new record may carry. */
export async function removeRecords(
  kind: AnyKind,
  manager: EntityManager,
  targets: readonly RecordTarget[],
  author: Author,
): Promise<RecordWrite[]> {
  if (targets.length === 0) return [];
  const first = await takeNumbers(manager, kind.module, targets.length);
  const known = await recordsById(kind, manager, [...new Set(targets.map(({ id }) => id))], 'light');
  const removed = new Map<string, null>();
  const results: RecordWrite[] = [];
  for (const [index, target] of targets.entries()) {
    const record = known.get(target.id);
    const refusal = refusalOf(record, target.revision, author);
    if (refusal || !record) {
      results.push(refusal ?? { kind: 'gone' });
      continue;
    }
    const revision = record.revision + 1;
    await writeRow(kind, manager, record, {
      ...columnsOf(kind, {}, false),
      revision,
      sequence: first + index,
      modifiedAt: author.now,
      modifiedBy: author.actor,
      syncStamp: null,
      deletedAt: author.now,
    });
    known.delete(target.id);
    removed.set(record.id, null);
    results.push({ kind: 'done', id: record.id, revision });
  }
  await kind.photos?.replace(manager, removed);
  return results;
}

function refusalOf(record: CrmRecord | undefined, revision: number, author: Author): RecordWrite | null {
  if (!record) return { kind: 'gone' };
  if (author.onlyOwnerId !== null && record.ownerId !== author.onlyOwnerId) return { kind: 'gone' };
  return record.revision === revision ? null : { kind: 'conflict', revision: record.revision };
}

function photoIdOf(change: RecordChange): string[] {
  return change.values.photo === undefined ? [] : [change.id];
}

type CheckedRecord =
  | Extract<CheckedValues, { kind: 'invalid' }>
  | {
      readonly kind: 'valid';
      /** All that the record then holds, but the photo. */
      readonly values: Values;
      /** Null takes it away; undefined leaves it. */
      readonly photo: Photo | null | undefined;
    };

function checkedValues(kind: AnyKind, written: Values, present: Values, nowMs: number): CheckedRecord {
  const cleaned = kind.clean(written);
  if (cleaned.kind === 'invalid') return cleaned;
  const { photo, ...values } = cleaned.values;
  const settled = kind.settle(values, present, nowMs);
  if (settled.kind === 'invalid') return settled;
  return { ...settled, photo: isPhoto(photo) || photo === null ? photo : undefined };
}

/** The columns that hold values or are derived from them. The photo itself is not one of them. */
function columnsOf(kind: AnyKind, values: Values, hasPhoto: boolean) {
  const { fields, notes } = kind.pack(values);
  return {
    fields: JSON.stringify(fields),
    nameKey: foldToKey(kind.displayNameOf(values)),
    searchText: kind.searchTextOf(values),
    notes,
    ...kind.columnsOf(values),
    ...(kind.photos && { hasPhoto }),
  };
}

function sameValues(one: Values, other: Values): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => same(one[name], other[name]));
}

function same(one: Values[string] | undefined, other: Values[string] | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** The revision is checked again by the statement itself, for a database whose transactions run side by side. */
async function writeRow(
  kind: AnyKind,
  manager: EntityManager,
  record: CrmRecord,
  row: Partial<RecordRow>,
): Promise<void> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(kind.entity)
    .set(row)
    .where('id = :id AND revision = :revision', { id: record.id, revision: record.revision })
    .updateEntity(false)
    .execute();
  if (affected !== 1)
    throw new Error(
      `The ${kind.noun} ${record.id} changed under the transaction that holds the change number.`,
    );
}
