import { randomUUID } from 'node:crypto';
import type { SyncSide } from '../../sync/ports.ts';
import { contactKind } from './contact-store.ts';
import type { ContactStore } from './contact-store.ts';
import type { Database } from './database.ts';
import { eventKind } from './event-store.ts';
import type { EventStore } from './event-store.ts';
import { createRecordSide } from './record-side.ts';
import { createRecordStore } from './record-store.ts';
import type { EmbeddedCrmSources } from './record-store.ts';
import { taskKind } from './task-store.ts';
import type { TaskStore } from './task-store.ts';
import { createDirectory, createUserStore } from './user-store.ts';
import type { Directory, UserStore } from './user-store.ts';

/** The small CRM kept in the daemon's own database (PRODUCT 37). */
export interface EmbeddedCrm {
  /** The whole organisation, for reading: it refuses to create, for a record needs an owner. */
  readonly side: SyncSide;
  /** The same side, whose drafts become this user's records. */
  sideFor(ownerId: string): SyncSide;
  readonly directory: Directory;
  readonly contacts: ContactStore;
  readonly tasks: TaskStore;
  readonly events: EventStore;
  readonly users: UserStore;
}

/** The data source must know `embeddedCrmEntities` (entities.ts), and the migrations must have run. */
export function createEmbeddedCrm(
  database: Database,
  sources: Pick<EmbeddedCrmSources, 'clock'> & Partial<EmbeddedCrmSources>,
): EmbeddedCrm {
  const complete: EmbeddedCrmSources = { newId: randomUUID, ...sources };
  return {
    side: createRecordSide(database, complete, null),
    sideFor: (ownerId) => createRecordSide(database, complete, ownerId),
    directory: createDirectory(database),
    contacts: createRecordStore(contactKind, database, complete),
    tasks: createRecordStore(taskKind, database, complete),
    events: createRecordStore(eventKind, database, complete),
    users: createUserStore(database, complete),
  };
}
