import type { Clock } from '../../sync/ports.ts';
import type { Database } from './database.ts';
import type { RecordKind } from './record-kind.ts';
import { listRecords } from './record-list.ts';
import type { RecordPage, RecordQuery } from './record-list.ts';
import { recordsById } from './record-rows.ts';
import type { CrmRecord } from './record-rows.ts';
import { changeRecords, createRecords, removeRecords } from './record-writes.ts';
import type { Author, NewRecord, RecordChange, RecordTarget, RecordWrite } from './record-writes.ts';

/** On whose behalf a call is made. */
export interface Access {
  /** Recorded as the author: a user's id, or `sync`. */
  readonly actor: string;
  /** Other users' records do not exist for this caller; null: he sees all. */
  readonly onlyOwnerId: string | null;
}

/** Records of one kind for pages and the API. Writes answer one result per item in order, in one transaction a call. */
export interface RecordStore<Filters extends object> {
  list(query: RecordQuery & Filters): Promise<RecordPage>;
  /** In full, in the order asked; null for what is not there, is deleted or is not his. */
  read(ids: readonly string[], access: Access): Promise<(CrmRecord | null)[]>;
  /** Owners are taken as given: whoever calls has checked that they exist. */
  create(drafts: readonly NewRecord[], access: Access): Promise<RecordWrite[]>;
  update(changes: readonly RecordChange[], access: Access): Promise<RecordWrite[]>;
  remove(targets: readonly RecordTarget[], access: Access): Promise<RecordWrite[]>;
}

export interface EmbeddedCrmSources {
  readonly clock: Clock;
  /** A new unique id of at most 36 characters. */
  readonly newId: () => string;
}

export function createRecordStore<Filters extends object>(
  kind: RecordKind<Filters>,
  database: Database,
  sources: EmbeddedCrmSources,
): RecordStore<Filters> {
  const author = (access: Access): Author => ({ ...access, now: sources.clock(), newId: sources.newId });
  return {
    list: (query) => database.read((manager) => listRecords(kind, manager, query)),
    async read(ids, { onlyOwnerId }) {
      const found = await database.read((manager) => recordsById(kind, manager, ids, 'full'));
      return ids.map((id) => {
        const record = found.get(id);
        return record && (onlyOwnerId === null || record.ownerId === onlyOwnerId) ? record : null;
      });
    },
    create: (drafts, access) =>
      database.transaction((manager) => createRecords(kind, manager, drafts, author(access))),
    update: (changes, access) =>
      database.transaction((manager) => changeRecords(kind, manager, changes, author(access))),
    remove: (targets, access) =>
      database.transaction((manager) => removeRecords(kind, manager, targets, author(access))),
  };
}
