/** What the steps of one run share. */
import type { Mapping } from '../sync/mapping.ts';
import type { WindowBounds } from '../sync/event-window.ts';
import type { Side } from '../sync/model.ts';
import type { Rules } from '../sync/plan.ts';
import type { Capabilities, Clock, SyncSide } from '../sync/ports.ts';
import type { Lease, RunCounts, RunKind, RunScope, SideCounts, SyncStore } from '../sync/stores.ts';

export interface Progress {
  readonly phase: 'reading' | 'planning' | 'applying';
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
}

export interface RunContext {
  readonly store: SyncStore;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly newLinkId: () => string;
  readonly installationId: string;
  readonly scope: RunScope;
  readonly kind: RunKind;
  readonly runId: number;
  /** The CRM user whose mailbox this is. */
  readonly ownerId: string;
  /** Of these addresses, in lower case, those whose mailboxes are synced here. */
  readonly syncedAmong: (addresses: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly side: Readonly<Record<Side, SyncSide>>;
  readonly capabilities: Readonly<Record<Side, Capabilities>>;
  readonly rules: Rules;
  /** What Exchange's fields are to the CRM's; its side speaks in these already. */
  readonly mapping: Mapping;
  /** How many more records the CRM may bring into Exchange in this run; null: any number. */
  readonly cap: { left: number } | null;
  /** Which events are taken in; null: all, and all items of other modules. */
  readonly window: WindowBounds | null;
  /** How often the rows of this run's inbox failed before, by inbox id; rows that never failed are left out. */
  readonly attempts: Map<number, number>;
  /** Inbox rows planned before in this run: since then the item may be another than the content that rode along. */
  readonly planned: Set<number>;
  readonly counts: RunCounts;
  /** Links of which a step came to nothing in this round: their items are not done, whatever else succeeds. */
  readonly unfinished: Set<string>;
  /** Links of which an update was carried out in this round, with more of their items to be done. */
  readonly advanced: Set<string>;
  /** Actions carried out so far. */
  readonly applied: { count: number };
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

function noCounts(): SideCounts {
  return { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };
}

export function emptyCounts(): RunCounts {
  return { crm: noCounts(), exchange: noCounts() };
}
