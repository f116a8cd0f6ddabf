/** What the pages need of the other parts; main.ts hands it in. */
import type { Router } from 'express';
import type { Log } from '../log.ts';
import type {
  AccessStore,
  AuditStore,
  HeldSummary,
  MailboxStore,
  RunReports,
  SettingsStore,
} from '../sync/administration.ts';
import type { Clock } from '../sync/ports.ts';
import type { RunCounts, RunScope } from '../sync/stores.ts';

/** A CRM user as the pages know him. */
export interface TabsUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
  /** Manage Sync: sees every mailbox, may sync and approve. */
  readonly manager: boolean;
  readonly administrator: boolean;
}

export interface SyncProgress {
  readonly scope: RunScope;
  readonly phase: 'queued' | 'running' | 'finished';
  /** What the run has done so far; null while that is not known. */
  readonly counts: RunCounts | null;
}

export interface EngineControl {
  /** Queues a run of every enabled module; resolves when it is queued, not when it is done. */
  syncNow(mailboxId: string): Promise<void>;
  /** Makes the mailbox's failed items due and queues a run. */
  retryNow(mailboxId: string): Promise<void>;
  /** Approves or rejects exactly the held actions this summary counts, and queues the run that carries it out. */
  decideHeld(held: HeldSummary, decision: 'approved' | 'rejected'): Promise<void>;
  /** Milliseconds since the epoch; null: not scheduled. */
  nextRunAt(scope: RunScope): number | null;
  activity(scope: RunScope): 'idle' | 'waiting' | 'running';
  /** Returns the function that ends the subscription. */
  subscribe(listener: (progress: SyncProgress) => void): () => void;
}

/** What the daemon cannot do its work without. */
export type Missing = 'database' | 'secretKey' | 'scheduler' | 'exchange';

export interface TabsDeps {
  readonly access: AccessStore;
  readonly mailboxes: MailboxStore;
  readonly settings: SettingsStore;
  readonly reports: RunReports;
  readonly audit: AuditStore;
  readonly users: () => Promise<readonly TabsUser[]>;
  readonly engineControl: EngineControl;
  /** Null when everything is there. Does not throw, and does not take long. */
  readonly missing: () => Promise<Missing | null>;
  /** Served below /api; signs its callers in itself. */
  readonly crmApi: Router;
  /** The address people reach the pages at, without a path; decides whether cookies are Secure. */
  readonly publicUrl: string;
  /** Origins that may show the pages in a frame. */
  readonly frameAncestors: readonly string[];
  readonly sessionMs: number;
  readonly clock: Clock;
  readonly log: Log;
}
