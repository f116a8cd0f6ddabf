/** Ports for what people are shown of runs, and of what waits; read only. */
import type { Link, Side } from './model.ts';
import type { ActionKind, ActionState, RunRecord, RunScope, StoredAction } from './stores.ts';
import type { ItemRef, WaitingChange } from './why.ts';

export interface FailureRecord extends RunScope {
  readonly inboxId: number;
  readonly side: 'crm' | 'exchange';
  readonly title: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
}

export interface HeldSummary extends RunScope {
  readonly runId: number;
  readonly kind: 'create' | 'update' | 'remove' | 'settle';
  readonly side: 'crm' | 'exchange' | null;
  /** Attendees of meetings are told when it is approved. */
  readonly tellsAttendees: boolean;
  readonly count: number;
}

/** Items that are there and kept out of the sync, of one mailbox and module. */
export interface LeftOut {
  /** A ScopeReason, or `rejected`. */
  readonly reason: string;
  readonly count: number;
}

/** What pages and `exsync` show of runs; read only. */
export interface RunReports {
  latest(scope: RunScope): Promise<RunRecord | null>;
  /** When the last run of each scope began, in their order (milliseconds since the epoch); null: there was none. */
  lastStarts(scopes: readonly RunScope[]): Promise<readonly (number | null)[]>;
  /** The newest finished runs, newest first; `of` narrows them to a mailbox, a module, or both. */
  recent(limit: number, of?: Partial<RunScope>): Promise<RunRecord[]>;
  /** The same, but only runs that changed something, failed, or hold something back. */
  eventful(limit: number, of?: Partial<RunScope>): Promise<RunRecord[]>;
  failures(limit: number, mailboxId?: string): Promise<FailureRecord[]>;
  held(mailboxId?: string): Promise<HeldSummary[]>;
  /** By reason, the most first. */
  leftOut(scope: RunScope): Promise<LeftOut[]>;
  /** What waits in the inbox for one item, due or not; null: nothing does. */
  waiting(scope: RunScope, item: ItemRef): Promise<WaitingChange | null>;
  /** Sums of counts per day (`YYYY-MM-DD`, UTC) since `since`. */
  perDay(
    since: number,
    mailboxId?: string,
  ): Promise<{ readonly day: string; readonly done: number; readonly failed: number }[]>;
}

/** An action as the history tells it. */
export interface RecordedAction extends StoredAction, RunScope {
  /** Milliseconds since the epoch; null while it waits. */
  readonly finishedAt: number | null;
  /** Why it failed, or what an undo left; for people. */
  readonly error: string | null;
}

export interface ActionTotal {
  readonly state: ActionState;
  readonly kind: ActionKind;
  /** Null for what an undo left as it is. */
  readonly side: Side | null;
  /** Later steps of an item are rows of their own, and no items. */
  readonly rows: number;
  readonly items: number;
}

export type HistoryPart = 'all' | 'done' | 'failed' | 'held';

/**
 * What runs did, item by item; read only, and paged in the database. What moves a link alone, or was overtaken before
 * it came about, is left out.
 */
export interface HistoryReports {
  /** Finished runs that changed something, failed or hold something back, newest first; `before`: with a smaller id. */
  runs(query: {
    readonly of: Partial<RunScope>;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<RunRecord[]>;
  run(id: number): Promise<RunRecord | null>;
  /** Runs that took back this one or parts of it, oldest first. */
  undoings(run: RunRecord): Promise<RunRecord[]>;
  totals(run: RunRecord): Promise<ActionTotal[]>;
  actions(
    run: RunRecord,
    page: { readonly part: HistoryPart; readonly offset: number; readonly limit: number },
  ): Promise<RecordedAction[]>;
  action(id: number): Promise<RecordedAction | null>;
  /** Actions that were carried out and cost a side values of its own, newest first. */
  conflicts(query: {
    readonly of: Partial<RunScope>;
    readonly before: number | null;
    readonly limit: number;
  }): Promise<RecordedAction[]>;
  /** The beginnings of long texts, `length` characters of each, by hash. */
  texts(hashes: readonly string[], length: number): Promise<Map<string, string>>;
  links(ids: readonly string[]): Promise<Map<string, Link>>;
}
