import { expect } from 'chai';
import { RemoteError } from '../../src/errors.ts';
import {
  createScheduler,
  type RunEnd,
  type RunTrigger,
  type Scheduler,
  type SchedulerEvent,
} from '../../src/scheduler/scheduler.ts';
import type { Schedule } from '../../src/scheduler/schedule.ts';
import type { RunScope } from '../../src/sync/stores.ts';
import { Gate, HandClock, settled } from './hand-clock.ts';

const minuteMs = 60_000;
const scopeOf = (mailboxId: string): RunScope => ({ mailboxId, module: 'contacts' });
const busy = new RemoteError({
  side: 'exchange',
  code: 'ErrorServerBusy',
  message: 'busy',
  retryable: true,
  retryAfterMs: 5 * minuteMs,
});

describe('scheduler', () => {
  let time: HandClock;
  let schedule: Schedule;
  let scopes: RunScope[];
  let lastStarts: Record<string, number>;
  let runs: {
    readonly id: string;
    readonly trigger: RunTrigger;
    readonly signal: AbortSignal;
    readonly gate: Gate<RunEnd>;
  }[];
  let events: string[];
  let crashes: string[];
  let tick: () => void;
  let scheduler: Scheduler;

  beforeEach(() => {
    time = new HandClock();
    schedule = { everyMinutes: 15 };
    scopes = [];
    [lastStarts, runs, events, crashes] = [{}, [], [], []];
    tick = () => expect.fail('not started');
    scheduler = createScheduler({
      schedule: async () => schedule,
      scopes: async () => scopes,
      lastStarts: async (scopes) => scopes.map(({ mailboxId }) => lastStarts[mailboxId] ?? null),
      run: (scope, trigger, signal) => {
        const gate = new Gate<RunEnd>();
        runs.push({ id: scope.mailboxId, trigger, signal, gate });
        return gate.opened;
      },
      onCrash: (error, scope) => crashes.push(`${scope?.mailboxId ?? 'look'}: ${(error as Error).message}`),
      concurrency: 2,
      jitterMs: 0,
      firstRetryMs: minuteMs,
      lastRetryMs: 8 * minuteMs,
      clock: time.clock,
      random: () => 0,
      sleep: time.sleep,
      ticker: (onTick) => {
        tick = onTick;
        return () => (tick = () => expect.fail('stopped'));
      },
    });
    scheduler.subscribe((event: SchedulerEvent) => events.push(`${event.scope.mailboxId} ${event.phase}`));
  });

  async function pass(ms: number): Promise<void> {
    await time.advance(ms);
    tick();
    await settled();
  }

  async function start(...ids: string[]): Promise<void> {
    scopes = ids.map(scopeOf);
    scheduler.start();
    await settled();
  }

  async function end(state: RunEnd['state'] = 'done', retryAfterMs?: number): Promise<void> {
    runs.at(-1)?.gate.open(retryAfterMs === undefined ? { state } : { state, retryAfterMs });
    await settled();
  }

  it('runs what is due, tells about it, and runs it again an interval later', async () => {
    await start('m1');
    await pass(0);
    expect(runs.map(({ id, trigger }) => `${id} ${trigger}`)).to.deep.equal(['m1 schedule']);
    expect(scheduler.activity(scopeOf('m1'))).to.equal('running');
    await time.advance(2 * minuteMs);
    await end();
    expect(events).to.deep.equal(['m1 queued', 'm1 running', 'm1 finished']);
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(time.nowMs + 13 * minuteMs);
    await pass(13 * minuteMs - 1);
    expect(runs).to.have.length(1);
    await pass(1);
    expect(runs).to.have.length(2);
  });

  it('goes on from the last run after a restart of the daemon', async () => {
    lastStarts = { m1: time.nowMs - 10 * minuteMs };
    await start('m1');
    await pass(0);
    expect(runs).to.have.length(0);
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(time.nowMs + 5 * minuteMs);
  });

  it('tries a failed run again, each time after twice as long up to the limit', async () => {
    await start('m1');
    await pass(0);
    for (const minutes of [1, 2, 4, 8, 8]) {
      await end('failed');
      expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(time.nowMs + minutes * minuteMs);
      await pass(minutes * minuteMs);
    }
    expect(runs.map(({ trigger }) => trigger)).to.deep.equal(['schedule', ...Array<string>(5).fill('retry')]);
    await end();
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(time.nowMs + 15 * minuteMs);
  });

  it('stays away as long as the other side asked, told or thrown', async () => {
    await start('m1');
    await pass(0);
    await end('failed', 5 * minuteMs);
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(time.nowMs + 5 * minuteMs);
    await pass(5 * minuteMs);
    runs.at(-1)?.gate.fail(busy);
    await settled();
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(time.nowMs + 5 * minuteMs);
    expect(crashes).to.deep.equal([]);
  });

  it('reports a bug in a run and keeps the other mailboxes going', async () => {
    await start('m1', 'm2');
    await pass(0);
    runs[0]?.gate.fail(new TypeError('bug'));
    await settled();
    expect(crashes).to.deep.equal(['m1: bug']);
    expect(events).to.include('m1 finished');
    await pass(minuteMs);
    expect(runs.map(({ id }) => id)).to.deep.equal(['m1', 'm2', 'm1']);
  });

  it('makes one more run of all requests that come while one goes on', async () => {
    await start('m1');
    await pass(0);
    expect(scheduler.syncNow(scopeOf('m1'))).to.equal('waiting');
    expect(scheduler.syncNow(scopeOf('m1'))).to.equal('merged');
    await end();
    expect(runs.map(({ trigger }) => trigger)).to.deep.equal(['schedule', 'manual']);
    await end();
    expect(runs).to.have.length(2);
  });

  it('aborts the run of a mailbox that is no longer synced', async () => {
    await start('m1');
    await pass(0);
    scopes = [];
    await pass(0);
    expect(runs[0]?.signal.aborted).to.equal(true);
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(null);
  });

  it('follows a changed schedule at the next look', async () => {
    lastStarts = { m1: time.nowMs };
    await start('m1');
    schedule = { cron: '0 2 * * *', zone: 'UTC' };
    await scheduler.refresh();
    expect(scheduler.nextRunAt(scopeOf('m1'))).to.equal(Date.UTC(2026, 0, 11, 2));
  });

  it('survives a listener that throws and a store that fails', async () => {
    scheduler.subscribe(() => {
      throw new Error('listener');
    });
    await start('m1');
    await pass(0);
    await end();
    expect(events).to.deep.equal(['m1 queued', 'm1 running', 'm1 finished']);
    expect(crashes).to.include('m1: listener');
    Object.defineProperty(scopes, 'map', { value: () => expect.fail('store') });
    await pass(0);
    expect(crashes.at(-1)).to.contain('look: ');
  });

  it('stops within the grace, with every run aborted and nothing started after', async () => {
    await start('m1', 'm2', 'm3');
    await pass(0);
    let left: RunScope[] | null = null;
    void scheduler.stop(10_000).then((scopesLeft) => (left = scopesLeft));
    expect(runs.map(({ signal }) => signal.aborted)).to.deep.equal([true, true]);
    runs[0]?.gate.open({ state: 'stopped' });
    await settled();
    await time.advance(10_000);
    expect(left).to.deep.equal([scopeOf('m2')]);
    expect(runs).to.have.length(2);
    expect(scheduler.syncNow(scopeOf('m1'))).to.equal('refused');
  });
});
