/** Decides when each (mailbox, module) runs: by schedule, on demand, and again after a failure. */
import { schedule as scheduleCron } from 'node-cron';
import { RemoteError, StoppedError } from '../errors.ts';
import type { Clock } from '../sync/ports.ts';
import type { RunScope, RunState } from '../sync/stores.ts';
import { createQueue, type Placement } from './queue.ts';
import { nextDue, spreadOf, type Schedule } from './schedule.ts';

/** Why a run takes place; kept in its record. */
export type RunTrigger = 'schedule' | 'retry' | 'manual' | 'notification';

export interface RunEnd {
  readonly state: Exclude<RunState, 'running'>;
  /** How long the other side asked us to stay away, in milliseconds. */
  readonly retryAfterMs?: number;
}

export type SchedulerEvent = {
  readonly scope: RunScope;
  readonly trigger: RunTrigger;
  /** Milliseconds since the epoch. */
  readonly at: number;
} & (
  { readonly phase: 'queued' | 'running' } | { readonly phase: 'finished'; readonly state: RunEnd['state'] }
);

export interface SchedulerOptions {
  readonly schedule: () => Promise<Schedule>;
  /** What is to be synced at present: active mailboxes with enabled modules. What leaves it is stopped. */
  readonly scopes: () => Promise<readonly RunScope[]>;
  /** Start of each scope's last run in milliseconds, in their order; asked once for each scope. */
  readonly lastStarts: (scopes: readonly RunScope[]) => Promise<readonly (number | null)[]>;
  /**
   * Carries out one run and logs how it ended. A RemoteError counts as a failed run; anything else it throws is
   * handed to `onCrash` and counts as one, too.
   */
  readonly run: (scope: RunScope, trigger: RunTrigger, signal: AbortSignal) => Promise<RunEnd>;
  /** A bug in `run` or in a listener, or a store that failed while the scheduler looked (scope null). */
  readonly onCrash: (error: unknown, scope: RunScope | null) => void;
  /** Runs at the same time. */
  readonly concurrency: number;
  /** Scopes that are due together start spread over this time. */
  readonly jitterMs: number;
  /** Wait after the first failure; doubles with each further one up to `lastRetryMs`. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Calls `onTick` every few seconds until the returned function is called; `cronTicker` outside tests. */
  readonly ticker: (onTick: () => void) => () => void;
}

export interface Scheduler {
  start(): void;
  /** Looks at once for what is new or due: after settings or mailboxes were changed. */
  refresh(): Promise<void>;
  /** A request while the scope runs leads to one more run after it; 'refused' while stopping. */
  syncNow(scope: RunScope, trigger?: RunTrigger): Placement;
  /** Null: not scheduled. */
  nextRunAt(scope: RunScope): number | null;
  activity(scope: RunScope): 'idle' | 'waiting' | 'running';
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: SchedulerEvent) => void): () => void;
  /** Starts nothing more and aborts what runs; resolves within `graceMs` with the scopes that did not end. */
  stop(graceMs: number): Promise<RunScope[]>;
}

/** Far beyond what a run takes; a hanging one then no longer takes a place away from the others. */
const patienceMs = 15 * 60_000;

interface Entry {
  readonly scope: RunScope;
  dueMs: number | null;
  lastStartMs: number | null;
  /** In a row. */
  failures: number;
}

export function cronTicker(onTick: () => void): () => void {
  const task = scheduleCron('*/5 * * * * *', onTick, { timezone: 'UTC', suppressMissedWarning: true });
  return () => void task.destroy();
}

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { clock } = options;
  const entries = new Map<string, Entry>();
  const scopesByKey = new Map<string, RunScope>();
  const listeners = new Set<(event: SchedulerEvent) => void>();
  const queue = createQueue({ ...options, patienceMs }, (key, error) =>
    options.onCrash(error, scopesByKey.get(key) ?? null),
  );
  let schedule: Schedule | null = null;
  let looking: Promise<void> | null = null;
  let stopTicker: (() => void) | null = null;
  let stopped = false;

  function emit(event: SchedulerEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        options.onCrash(error, event.scope);
      }
    }
  }

  /** One look at a time; whoever asks meanwhile gets the one under way. */
  function refresh(): Promise<void> {
    looking ??= look()
      .catch((error: unknown) => options.onCrash(error, null))
      .finally(() => (looking = null));
    return looking;
  }

  async function look(): Promise<void> {
    const [present, scopes] = await Promise.all([options.schedule(), options.scopes()]);
    const changed = JSON.stringify(present) !== JSON.stringify(schedule);
    schedule = present;
    await follow(scopes);
    if (stopped) return;
    for (const [key, entry] of entries) {
      if (changed && entry.failures === 0) entry.dueMs = dueMs(key, entry);
      const due = entry.dueMs !== null && entry.dueMs <= clock();
      if (due && queue.state(key) === 'idle') {
        request(entry.scope, entry.failures > 0 ? 'retry' : 'schedule');
      }
    }
  }

  async function follow(scopes: readonly RunScope[]): Promise<void> {
    const listed = new Set(scopes.map(keyOf));
    for (const key of entries.keys()) {
      if (listed.has(key)) continue;
      entries.delete(key);
      queue.cancel(key);
    }
    const fresh = scopes.filter((scope) => !entries.has(keyOf(scope)));
    if (fresh.length === 0) return;
    const lastStarts = await options.lastStarts(fresh);
    for (const [index, scope] of fresh.entries()) {
      const key = keyOf(scope);
      const entry: Entry = { scope, dueMs: null, lastStartMs: lastStarts[index] ?? null, failures: 0 };
      entry.dueMs = dueMs(key, entry);
      entries.set(key, entry);
    }
  }

  function dueMs(key: string, entry: Entry): number | null {
    return schedule && nextDue(schedule, entry.lastStartMs, clock(), spreadOf(key) * options.jitterMs);
  }

  function request(scope: RunScope, trigger: RunTrigger): Placement {
    const key = keyOf(scope);
    scopesByKey.set(key, scope);
    const placement = queue.add(key, (signal) => carryOut(scope, trigger, signal));
    if (placement === 'waiting') emit({ scope, trigger, at: clock(), phase: 'queued' });
    return placement;
  }

  async function carryOut(scope: RunScope, trigger: RunTrigger, signal: AbortSignal): Promise<void> {
    const entry = entries.get(keyOf(scope));
    const startedMs = clock();
    if (entry) entry.lastStartMs = startedMs;
    emit({ scope, trigger, at: startedMs, phase: 'running' });
    const end = await attempt(scope, trigger, signal);
    if (entry) planNext(keyOf(scope), entry, end);
    emit({ scope, trigger, at: clock(), phase: 'finished', state: end.state });
  }

  async function attempt(scope: RunScope, trigger: RunTrigger, signal: AbortSignal): Promise<RunEnd> {
    try {
      return await options.run(scope, trigger, signal);
    } catch (error) {
      if (error instanceof StoppedError) return { state: 'stopped' };
      if (!(error instanceof RemoteError)) options.onCrash(error, scope);
      const retryAfterMs = error instanceof RemoteError ? error.retryAfterMs : undefined;
      return retryAfterMs === undefined ? { state: 'failed' } : { state: 'failed', retryAfterMs };
    }
  }

  function planNext(key: string, entry: Entry, end: RunEnd): void {
    if (end.state !== 'failed') {
      entry.failures = 0;
      entry.dueMs = dueMs(key, entry);
      return;
    }
    const fullMs = Math.min(options.lastRetryMs, options.firstRetryMs * 2 ** entry.failures);
    entry.failures += 1;
    // Up to a quarter less, so that what failed together is not tried together again.
    const backOffMs = fullMs * (1 - options.random() / 4);
    entry.dueMs = clock() + Math.max(backOffMs, end.retryAfterMs ?? 0);
  }

  return {
    start() {
      stopTicker = options.ticker(() => void refresh());
      void refresh();
    },
    refresh,
    syncNow: (scope, trigger = 'manual') => request(scope, trigger),
    nextRunAt: (scope) => entries.get(keyOf(scope))?.dueMs ?? null,
    activity: (scope) => queue.state(keyOf(scope)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop(graceMs) {
      stopped = true;
      stopTicker?.();
      // A look under way still reads the stores: whoever closes them next has to wait for it.
      const [left] = await Promise.all([queue.stop(graceMs), looking]);
      return left.flatMap((key) => scopesByKey.get(key) ?? []);
    },
  };
}

function keyOf(scope: RunScope): string {
  return `${scope.mailboxId}/${scope.module}`;
}
