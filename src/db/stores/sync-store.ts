import type { Clock } from '../../sync/ports.ts';
import type { SyncStore } from '../../sync/stores.ts';
import type { Database } from '../database.ts';
import { createActionStore } from './action-store.ts';
import { createBlobStore } from './blob-store.ts';
import { createInboxStore } from './inbox-store.ts';
import { createLinkStore } from './link-store.ts';
import { createMeetingStore } from './meeting-store.ts';
import { createRunStore } from './run-store.ts';
import { createSettlementStore } from './settlement-store.ts';

export function createSyncStore(database: Database, clock: Clock): SyncStore {
  return {
    ...createInboxStore(database),
    ...createLinkStore(database),
    ...createMeetingStore(database, clock),
    ...createRunStore(database, clock),
    ...createActionStore(database, clock),
    ...createSettlementStore(database, clock),
    ...createBlobStore(database, clock),
  };
}
