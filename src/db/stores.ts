import type {
  AccessStore,
  AuditStore,
  CredentialStore,
  MailboxModuleStore,
  MailboxStore,
  SettingsStore,
} from '../sync/administration.ts';
import type { OrderStore } from '../sync/orders.ts';
import type { HistoryReports, RunReports } from '../sync/reports.ts';
import type { RetentionStore } from '../sync/retention.ts';
import type { Clock } from '../sync/ports.ts';
import type { LeaseStore, SyncStore } from '../sync/stores.ts';
import type { Database } from './database.ts';
import type { KeyRing } from './key-ring.ts';
import { createAccessStore } from './stores/access-store.ts';
import { createAuditStore } from './stores/audit-store.ts';
import { createCredentialStore } from './stores/credential-store.ts';
import { createHistoryReports } from './stores/history-reports.ts';
import { createLeaseStore } from './stores/lease-store.ts';
import type { ProcessIdentity } from './stores/lease-store.ts';
import { createMailboxModuleStore } from './stores/mailbox-module-store.ts';
import { createMailboxStore } from './stores/mailbox-store.ts';
import { createOrderStore } from './stores/order-store.ts';
import { createRetentionStore } from './stores/retention-store.ts';
import { createRunReports } from './stores/run-reports.ts';
import { changeSettings, createSettingsStore } from './stores/settings-store.ts';
import { createSyncStore } from './stores/sync-store.ts';

export interface StoreOptions extends Omit<ProcessIdentity, 'isAlive'> {
  readonly keys: KeyRing;
  readonly clock: Clock;
  /** Left out: asks the operating system. */
  readonly isAlive?: ProcessIdentity['isAlive'];
}

export interface Stores {
  readonly leases: LeaseStore;
  readonly sync: SyncStore;
  readonly settings: SettingsStore;
  readonly mailboxes: MailboxStore;
  readonly mailboxModules: MailboxModuleStore;
  readonly orders: OrderStore;
  readonly credentials: CredentialStore;
  readonly access: AccessStore;
  readonly audit: AuditStore;
  readonly reports: RunReports;
  readonly history: HistoryReports;
  readonly retention: RetentionStore;
}

/** Every store behind the ports, over one database. */
export function createStores(database: Database, options: StoreOptions): Stores {
  const { keys, clock } = options;
  return {
    leases: createLeaseStore(database, { ...options, isAlive: options.isAlive ?? isProcessAlive }, clock),
    sync: createSyncStore(database, clock),
    settings: createSettingsStore(database, keys, clock),
    mailboxes: createMailboxStore(database),
    mailboxModules: createMailboxModuleStore(
      database,
      { change: (...args) => changeSettings(clock, ...args) },
      clock,
    ),
    orders: createOrderStore(database),
    credentials: createCredentialStore(database, keys),
    access: createAccessStore(database, clock),
    audit: createAuditStore(database, clock),
    reports: createRunReports(database),
    history: createHistoryReports(database),
    retention: createRetentionStore(database, clock),
  };
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
