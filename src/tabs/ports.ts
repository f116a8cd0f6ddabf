/** What the pages need of the other parts; main.ts hands it in. */
import type { Router } from 'express';
import type { Log } from '../log.ts';
import type {
  AccessStore,
  AuditStore,
  ExchangeSettings,
  MailboxStore,
  SettingsStore,
} from '../sync/administration.ts';
import type { HeldSummary, HistoryReports, RunReports } from '../sync/reports.ts';
import type { Module } from '../sync/model.ts';
import type { TakeBackOrder } from '../sync/orders.ts';
import type { Clock } from '../sync/ports.ts';
import type { ActionBody, RunCounts, RunScope } from '../sync/stores.ts';

/** A CRM user as the pages know him. */
export interface TabsUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
  /** Manage Sync: sees every mailbox, may sync and approve. */
  readonly manager: boolean;
  readonly administrator: boolean;
  /** Modules that his profile does not allow. */
  readonly forbidden: readonly Module[];
}

export interface SyncProgress {
  readonly scope: RunScope;
  readonly phase: 'queued' | 'running' | 'finished';
  /** What the run has done so far; null while that is not known. */
  readonly counts: RunCounts | null;
}

/** What a run of the scope did, or a single action of it, to be taken back. */
export type UndoOrder = RunScope & Omit<TakeBackOrder, 'kind'>;

/** What an undo would do, as both sides are now. */
export type UndoForecast =
  | {
      readonly kind: 'known';
      readonly writes: readonly { readonly title: string; readonly body: ActionBody }[];
      readonly left: readonly {
        readonly actionId: number;
        readonly title: string;
        readonly reason: string;
      }[];
    }
  | { readonly kind: 'refused'; readonly because: string };

/** What switching a module off for a mailbox would do. */
export type ModuleOff =
  | { readonly kind: 'plain' }
  /** Its folder goes to Deleted Items, with so many items; `unseen` of them are looked at once it is confirmed. */
  | { readonly kind: 'removes'; readonly items: number; readonly unseen: number; readonly folder: string }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly remedy: string | null;
      /** What is nobody's business but the owner's. */
      readonly ownersOnly?: string;
    };

export interface EngineControl {
  /** Queues a run of every enabled module; resolves when it is queued, not when it is done. */
  syncNow(mailboxId: string): Promise<void>;
  /** Makes the mailbox's failed items due and queues a run. */
  retryNow(mailboxId: string): Promise<void>;
  /** Approves or rejects exactly the held actions this summary counts, and queues the run that carries it out. */
  decideHeld(held: HeldSummary, decision: 'approved' | 'rejected'): Promise<void>;
  /** Queues the run that takes back, and one after it; what is queued already is not queued again. */
  undo(order: UndoOrder): Promise<void>;
  /** Asks Exchange where the module has a folder of its own. */
  considerOff(scope: RunScope): Promise<ModuleOff>;
  /**
   * Null when it is done; else why not. `confirmed`: so many items may go to Deleted Items. Switched on, a run is queued.
   */
  switchModule(
    scope: RunScope,
    by: { readonly on: boolean; readonly actor: string; readonly confirmed: number | null },
  ): Promise<Exclude<ModuleOff, { readonly kind: 'plain' }> | null>;
  /** Milliseconds since the epoch; null: not scheduled. */
  nextRunAt(scope: RunScope): number | null;
  activity(scope: RunScope): 'idle' | 'waiting' | 'running';
  /** Returns the function that ends the subscription. */
  subscribe(listener: (progress: SyncProgress) => void): () => void;
}

/** What a look at past runs needs. */
export type HistoryDeps = Pick<
  TabsDeps,
  'mailboxes' | 'settings' | 'users' | 'history' | 'engineControl' | 'clock'
>;

/** What the daemon cannot do its work without. */
export type Missing = 'database' | 'secretKey' | 'scheduler' | 'exchange';

export interface TabsDeps {
  readonly access: AccessStore;
  readonly mailboxes: MailboxStore;
  readonly settings: SettingsStore;
  readonly reports: RunReports;
  readonly history: HistoryReports;
  readonly audit: AuditStore;
  readonly users: () => Promise<readonly TabsUser[]>;
  readonly engineControl: EngineControl;
  /** Fields of a module that the release of Exchange found at set-up cannot hold. */
  readonly fieldsLacking: (exchange: ExchangeSettings | null, module: Module) => readonly string[];
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
