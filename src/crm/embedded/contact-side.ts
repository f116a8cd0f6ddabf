import type { Module } from '../../sync/model.ts';
import type { Capabilities, Failure, ReadResult, SyncSide, Target, WriteResult } from '../../sync/ports.ts';
import { loadCounter } from './change-numbers.ts';
import { cursorAt, isHeldImport, readContactChanges } from './contact-changes.ts';
import { completeValues, contactsById } from './contact-rows.ts';
import type { Contact } from './contact-rows.ts';
import type { EmbeddedCrmSources } from './contact-store.ts';
import { changeContacts, contactsByStamp, createContacts, removeContacts } from './contact-writes.ts';
import type { Author, ContactWrite } from './contact-writes.ts';
import type { Database } from './database.ts';

const capabilities: Capabilities = {
  unsupported: new Set(),
  separate: new Set(),
  readOnly: new Set(),
  batchSize: 100,
};

/**
 * The embedded CRM as the engine sees it: the whole organisation's records. Drafts become the property of `ownerId`;
 * where it is null the side reads, changes and removes, and refuses to create.
 */
export function createContactSide(
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
  const perModule = <T>(module: Module, contacts: () => T): T => {
    switch (module) {
      case 'contacts':
        return contacts();
      case 'tasks':
      case 'events':
        throw new Error(`the embedded CRM keeps no ${module} yet`);
    }
  };
  return {
    side: 'crm',
    capabilities: (module) => perModule(module, () => capabilities),
    scope: async (module) => module,
    presentCursor: (module) =>
      perModule(module, async () =>
        cursorAt(await database.read((manager) => loadCounter(manager, 'contacts'))),
      ),
    changes: (module, cursor, options) =>
      perModule(module, () => readContactChanges(database, cursor, options)),
    read: (module, ids) =>
      perModule(module, async () => {
        const found = await database.read((manager) => contactsById(manager, ids, 'notesAndPhoto'));
        return ids.map((id) => toReadResult(found.get(id)));
      }),
    create: (module, drafts) =>
      perModule(module, async (): Promise<WriteResult[]> => {
        if (ownerId === null) return drafts.map(() => ({ kind: 'failed', failure: ownerMissing }));
        const records = drafts.map(({ stamp, values }) => ({ ownerId, stamp, values }));
        return write((manager) => createContacts(manager, records, author()));
      }),
    update: (module, patches) =>
      perModule(module, () => {
        const changes = patches.map(({ id, version, values }) => ({ id, revision: Number(version), values }));
        return write((manager) => changeContacts(manager, changes, author()));
      }),
    remove: (module, targets) =>
      perModule(module, () => {
        const records = targets.map(({ id, version }) => ({ id, revision: Number(version) }));
        return write((manager) => removeContacts(manager, records, author()));
      }),
    find: (module, stamps) =>
      perModule(module, async () => {
        const found = await database.read((manager) => contactsByStamp(manager, stamps));
        const targets = new Map<string, Target>();
        for (const [stamp, { id, revision }] of found) targets.set(stamp, { id, version: String(revision) });
        return targets;
      }),
    locate: async (_module, items) => items.map(() => 'gone'),
  };

  async function write(
    work: Parameters<typeof database.transaction<ContactWrite[]>>[0],
  ): Promise<WriteResult[]> {
    return (await database.transaction(work)).map(toWriteResult);
  }
}

const ownerMissing: Failure = {
  code: 'OwnerMissing',
  message: 'A contact needs an owner: create it through the side of a user.',
  retryable: false,
};

function toReadResult(contact: Contact | undefined): ReadResult {
  if (!contact) return { kind: 'gone' };
  return {
    kind: 'item',
    item: {
      id: contact.id,
      version: String(contact.revision),
      values: completeValues(contact),
      stamp: contact.stamp,
      identity: null,
      ownerId: contact.ownerId,
      skip: isHeldImport(contact) ? 'imported' : null,
    },
  };
}

function toWriteResult(result: ContactWrite): WriteResult {
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
