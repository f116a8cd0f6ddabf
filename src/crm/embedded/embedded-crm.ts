import { randomUUID } from 'node:crypto';
import type { SyncSide } from '../../sync/ports.ts';
import { createContactSide } from './contact-side.ts';
import { createContactStore } from './contact-store.ts';
import type { ContactStore, EmbeddedCrmSources } from './contact-store.ts';
import type { Database } from './database.ts';
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
  readonly users: UserStore;
}

/** The data source must know `embeddedCrmEntities` (entities.ts), and the migrations must have run. */
export function createEmbeddedCrm(
  database: Database,
  sources: Pick<EmbeddedCrmSources, 'clock'> & Partial<EmbeddedCrmSources>,
): EmbeddedCrm {
  const complete: EmbeddedCrmSources = { newId: randomUUID, ...sources };
  return {
    side: createContactSide(database, complete, null),
    sideFor: (ownerId) => createContactSide(database, complete, ownerId),
    directory: createDirectory(database),
    contacts: createContactStore(database, complete),
    users: createUserStore(database, complete),
  };
}
