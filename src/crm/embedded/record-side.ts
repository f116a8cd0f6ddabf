import { fieldsOf } from '../../sync/fields.ts';
import type { Module, Values } from '../../sync/model.ts';
import type { Capabilities, Failure, ReadResult, SyncSide, Target, WriteResult } from '../../sync/ports.ts';
import { loadCounter } from './change-numbers.ts';
import { contactKind } from './contact-store.ts';
import type { Database } from './database.ts';
import { eventKind } from './event-store.ts';
import { cursorAt, readRecordChanges } from './record-changes.ts';
import { isHeldImport, recordsById, recordsByStamp } from './record-rows.ts';
import type { AnyKind, CrmRecord } from './record-rows.ts';
import type { EmbeddedCrmSources } from './record-store.ts';
import { changeRecords, createRecords, removeRecords } from './record-writes.ts';
import type { Author, RecordWrite } from './record-writes.ts';
import { taskKind } from './task-store.ts';

const kinds: Readonly<Record<Module, AnyKind>> = {
  contacts: contactKind,
  tasks: taskKind,
  events: eventKind,
};

function capabilitiesOf({ module, fields }: AnyKind): Capabilities {
  const kept = new Set(fields.map(({ name }) => name));
  return {
    unsupported: new Set(fieldsOf[module].map(({ name }) => name).filter((name) => !kept.has(name))),
    separate: new Set(),
    readOnly: new Set(),
    batchSize: 100,
  };
}

/**
 * The embedded CRM as the engine sees it: the whole organisation's records. Drafts become the property of `ownerId`;
 * where it is null the side reads, changes and removes, and refuses to create.
 */
export function createRecordSide(
  database: Database,
  sources: EmbeddedCrmSources,
  ownerId: string | null,
): SyncSide {
  const author = (): Author => ({
    actor: 'sync',
    onlyOwnerId: null,
    now: sources.clock(),
    newId: sources.newId,
  });
  return {
    side: 'crm',
    capabilities: (module) => capabilitiesOf(kinds[module]),
    scope: async (module) => module,
    presentCursor: async (module) => cursorAt(await database.read((manager) => loadCounter(manager, module))),
    changes: (module, cursor, options) => readRecordChanges(kinds[module], database, cursor, options),
    async read(module, ids) {
      const kind = kinds[module];
      const found = await database.read((manager) => recordsById(kind, manager, ids, 'full'));
      return ids.map((id) => toReadResult(kind, found.get(id)));
    },
    async create(module, drafts) {
      if (ownerId === null) return drafts.map(() => ({ kind: 'failed', failure: ownerMissing }));
      const records = drafts.map(({ stamp, values }) => ({ ownerId, stamp, values }));
      return write((manager) => createRecords(kinds[module], manager, records, author()));
    },
    async update(module, patches) {
      const changes = patches.map(({ id, version, values }) => ({ id, revision: Number(version), values }));
      return write((manager) => changeRecords(kinds[module], manager, changes, author()));
    },
    async remove(module, targets) {
      const records = targets.map(({ id, version }) => ({ id, revision: Number(version) }));
      return write((manager) => removeRecords(kinds[module], manager, records, author()));
    },
    async find(module, stamps) {
      const found = await database.read((manager) => recordsByStamp(kinds[module], manager, stamps));
      const targets = new Map<string, Target>();
      for (const [stamp, { id, revision }] of found) targets.set(stamp, { id, version: String(revision) });
      return targets;
    },
    locate: async (_module, items) => items.map(() => 'gone'),
  };

  async function write(
    work: Parameters<typeof database.transaction<RecordWrite[]>>[0],
  ): Promise<WriteResult[]> {
    return (await database.transaction(work)).map(toWriteResult);
  }
}

const ownerMissing: Failure = {
  code: 'OwnerMissing',
  message: 'A record needs an owner: create it through the side of a user.',
  retryable: false,
};

function toReadResult(kind: AnyKind, record: CrmRecord | undefined): ReadResult {
  if (!record) return { kind: 'gone' };
  return {
    kind: 'item',
    item: {
      id: record.id,
      version: String(record.revision),
      values: completeValues(kind, record),
      stamp: record.stamp,
      identity: null,
      ownerId: record.ownerId,
      skip: isHeldImport(record) ? 'imported' : null,
    },
  };
}

/** Every field that the CRM keeps, null where it is empty, and the exceptions that are there: a record read in full. */
function completeValues(kind: AnyKind, record: CrmRecord): Values {
  const empty = Object.fromEntries(kind.fields.map(({ name }) => [name, null]));
  return { ...empty, ...record.values };
}

function toWriteResult(result: RecordWrite): WriteResult {
  switch (result.kind) {
    case 'done':
      return { kind: 'done', id: result.id, version: String(result.revision), identity: null };
    case 'conflict':
      return { kind: 'conflict' };
    case 'gone':
      return { kind: 'gone' };
    case 'invalid': {
      const problems = result.problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
      return { kind: 'failed', failure: { code: 'InvalidValue', message: problems, retryable: false } };
    }
  }
}
