/** One history: the events of a seed happen while runs go on; then the faults stop, everybody is synced, and all is checked. */
import type { Module } from '../../src/sync/model.ts';
import type { StoredAction } from '../../src/sync/stores.ts';
import type { Decision } from '../../src/engine/sync-run.ts';
import { checkEnd } from './checks.ts';
import { Daemon, isCallOf, minuteMs } from './daemon.ts';
import type { Engine } from './daemon.ts';
import { describeEvent, eventsFrom } from './events.ts';
import type { Event } from './events.ts';
import { noAnswer } from './faults.ts';
import { createMemoryStore } from './memory-store.ts';
import { People } from './people.ts';
import { randomFrom } from './random.ts';
import type { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { setupFrom } from './setup.ts';
import { SimulatedWorld } from './simulated-world.ts';
import type { User } from './simulated-world.ts';
import { quiescence } from './virtual-turns.ts';

export interface HistoryOptions {
  readonly seed: number;
  readonly module: Module;
  readonly engine: Engine;
  /** Which of the seed's events happen; null: all. */
  readonly kept: readonly number[] | null;
  readonly isBlind?: boolean;
  readonly told?: (line: string) => void;
}

export interface HistoryResult {
  readonly violations: readonly string[];
  /** The same for the same seed: the order in which everything went on. */
  readonly hash: number;
  readonly ticks: number;
  /** How often each named risk was left out. */
  readonly excluded: Readonly<Record<string, number>>;
}

const eventCount = 30;
const startTime = Date.UTC(2026, 0, 5, 8);
/** Far more than any history needs: what goes on longer goes on for ever. */
const tickLimit = 20_000;
/** Rounds in which everybody is synced once, a day apart, until nothing is left to do. */
const roundLimit = 12;

export function eventsOf(seed: number): Event[] {
  return eventsFrom(randomFrom(seed), eventCount);
}

export async function playHistory(options: HistoryOptions): Promise<HistoryResult> {
  const history = new History(options);
  return history.play();
}

class History {
  readonly #options: HistoryOptions;
  readonly #random: Random;
  readonly #scheduler: Scheduler;
  readonly #world: SimulatedWorld;
  readonly #people: People;
  readonly #daemons: Daemon[] = [];
  readonly #decisions = new Map<string, Decision[]>();
  #starts = 0;

  constructor(options: HistoryOptions) {
    const { seed, module, engine, isBlind = false, told } = options;
    this.#options = options;
    this.#random = randomFrom(seed ^ 0x5bd1e995);
    const setup = setupFrom(randomFrom(seed ^ 0x2545f491), module);
    this.#scheduler = new Scheduler(randomFrom(seed ^ 0x9e3779b9), startTime, told ?? null);
    this.#world = new SimulatedWorld(setup, this.#scheduler, engine, isBlind);
    this.#people = new People(this.#world);
    for (let index = 0; index < setup.processCount; index += 1) this.#daemons.push(this.#start());
  }

  #start(): Daemon {
    this.#starts += 1;
    const { oneHost } = this.#world.setup;
    return new Daemon(this.#world, `p${this.#starts}`, (name) =>
      oneHost ? this.#daemons.some(({ actor }) => actor.name === name && actor.alive) : true,
    );
  }

  async play(): Promise<HistoryResult> {
    const { seed, kept } = this.#options;
    const events = eventsOf(seed);
    const indexes = kept ?? events.map((_event, index) => index);
    const world = this.#world;
    for (const index of indexes) {
      const event = events[index];
      if (!event) continue;
      for (let left = event.after; left > 0 && !world.scheduler.isIdle; left -= 1)
        if (!(await this.#scheduler.tick())) break;
      this.#scheduler.note(`${index}: ${describeEvent(event)}`);
      await this.#happen(event);
      if (world.violations.length > 0) break;
    }
    if (world.violations.length === 0) await this.#end();
    this.#tellState();
    const { hash, ticks } = this.#scheduler;
    return { violations: world.violations, hash, ticks, excluded: world.excluded };
  }

  /** For whoever reads the trace: the rules, and what was left of everything. */
  #tellState(): void {
    const { told } = this.#options;
    if (!told) return;
    const { settings, eventWindow, guard, crm, exchange } = this.#world.setup;
    told(JSON.stringify({ settings, eventWindow, mapping: this.#world.mapping, guard, crm, exchange }));
    const { actions, links, inbox } = this.#world.database;
    for (const { action } of actions.all()) {
      const { id, runId, linkId, state, step, title, body, inboxIds } = action;
      const { kind, side, values, losers, settles, versions } = body;
      told(
        JSON.stringify({
          id,
          runId,
          linkId,
          state,
          step,
          title,
          kind,
          side,
          inboxIds,
          values,
          losers,
          settles,
          versions,
        }),
      );
    }
    for (const { link } of links.all()) told(JSON.stringify(link));
    for (const row of inbox.all()) told(JSON.stringify(row));
  }

  async #happen(event: Event): Promise<void> {
    const world = this.#world;
    const scheduler = this.#scheduler;
    switch (event.what) {
      case 'run': {
        const daemon = this.#daemonAt(event.process);
        const user = world.userAt(event.user);
        if (daemon.actor.frozenUntil > scheduler.now || daemon.running.has(user.mailboxId)) return;
        const decisions = event.preview ? [] : (this.#decisions.get(user.mailboxId) ?? []);
        if (!event.preview) this.#decisions.delete(user.mailboxId);
        void daemon.run(user, event.preview ? 'preview' : 'sync', decisions);
        await quiescence();
        return;
      }
      case 'add':
        return this.#people.add(event);
      case 'edit':
        return this.#people.edit(event);
      case 'delete':
        return this.#people.delete(event);
      case 'move':
        return this.#people.move(event);
      case 'restore':
        return this.#people.restore(event);
      case 'give':
        return this.#people.give(event);
      case 'touch':
        return this.#people.touch(event);
      case 'wait':
        // Time passes for the processes too: what they wait for happens meanwhile.
        while (!scheduler.isIdle) if (!(await this.#tick())) break;
        scheduler.now += event.minutes * minuteMs;
        return;
      case 'fault':
        if (event.kind === 'cursorLost') world.areCursorsLost = true;
        return world.faults.add(event.side, event.method, event);
      case 'badItem': {
        const numbers = [...world.ledger.stories.keys()];
        const number = numbers[event.pick % numbers.length];
        if (number !== undefined) world.badItems.set(number, event.retryable);
        return;
      }
      case 'forgetCursors':
        world.areCursorsLost = true;
        return (event.side === 'crm' ? world.crm : world.userAt(event.user).mailbox).forgetCursors();
      case 'crash':
        return this.#crash(this.#daemonAt(event.process));
      case 'powerLoss': {
        for (const daemon of [...this.#daemons]) await this.#crash(daemon);
        const { journal } = world.database;
        journal.losePower(Math.round((journal.recoverable * event.share) / 100));
        return;
      }
      case 'stall': {
        const { actor } = this.#daemonAt(event.process);
        scheduler.freeze(actor, scheduler.now + event.minutes * minuteMs);
        this.#excludeLateCreates(actor);
        return;
      }
      case 'decide':
        return this.#decide(world.userAt(event.user), event.verdict, event.all);
      case 'map': {
        const choices = [{}, ...world.kind.mappings];
        return world.mapAnew(choices[event.pick % choices.length] ?? {});
      }
      case 'retryNow': {
        const store = createMemoryStore(world.database, () => scheduler.now);
        await store.retryNow(world.scopeOf(world.userAt(event.user)));
        return;
      }
    }
  }

  #daemonAt(process: number): Daemon {
    const daemon = this.#daemons[process % this.#daemons.length];
    if (!daemon) throw new Error('no process is there');
    return daemon;
  }

  /** The process dies and another one is started in its place. */
  async #crash(daemon: Daemon): Promise<void> {
    // A create that is carried out after it was looked for is doubled: the risk that docs/architecture.md names.
    await this.#scheduler.kill(
      daemon.actor,
      (label) => isCallOf(label, 'update') || isCallOf(label, 'remove'),
    );
    this.#daemons[this.#daemons.indexOf(daemon)] = this.#start();
  }

  /** The same risk from a process that stands still: another one may look for the item before the request leaves. */
  #excludeLateCreates(actor: Daemon['actor']): void {
    const lost = this.#scheduler.lose(
      actor,
      (label) => isCallOf(label, 'create'),
      () => noAnswer('exchange', true),
    );
    if (lost > 0) this.#world.exclude('late create', lost);
  }

  async #decide(user: User, verdict: Decision['verdict'], all: boolean): Promise<void> {
    const world = this.#world;
    const store = createMemoryStore(world.database, () => this.#scheduler.now);
    const held = await store.held(world.scopeOf(user));
    const [first] = held;
    if (first === undefined) return;
    // As the dashboard does: what is held of one kind, for one side.
    const isLikeFirst = ({ runId, body }: StoredAction): boolean =>
      runId === first.runId &&
      body.kind === first.body.kind &&
      body.side === first.body.side &&
      body.tellsAttendees === first.body.tellsAttendees;
    const chosen = all ? held : held.filter(isLikeFirst);
    for (const action of chosen) {
      const { side, targetId } = action.body;
      const story = world.ledger.story(world.numberOfAction(action));
      if (verdict === 'rejected' && story) story.rejected = true;
      if (verdict === 'approved' && side !== null && targetId !== null)
        world.removals.approve(side, targetId);
    }
    const decision = { actionIds: chosen.map(({ id }) => id), verdict };
    this.#decisions.set(user.mailboxId, [...(this.#decisions.get(user.mailboxId) ?? []), decision]);
  }

  async #tick(): Promise<boolean> {
    if (this.#scheduler.ticks > tickLimit) {
      this.#world.violated('the runs go on for ever');
      return false;
    }
    return this.#scheduler.tick();
  }

  /** The faults stop. What was under way ends, then everybody is synced a day apart until there is nothing left to do. */
  async #end(): Promise<void> {
    const world = this.#world;
    const scheduler = this.#scheduler;
    world.faults.clear();
    world.badItems.clear();
    while (!scheduler.isIdle) if (!(await this.#tick())) break;
    const store = createMemoryStore(world.database, () => scheduler.now);
    scheduler.direct = true;
    const daemon = this.#daemonAt(0);
    let isSettled = false;
    for (let round = 0; !isSettled && round < roundLimit && world.violations.length === 0; round += 1) {
      isSettled = true;
      scheduler.now += 25 * 60 * minuteMs;
      for (const user of world.users) {
        const scope = world.scopeOf(user);
        await store.retryNow(scope);
        await this.#decide(user, this.#random.once(4) ? 'rejected' : 'approved', true);
        const decisions = this.#decisions.get(user.mailboxId) ?? [];
        this.#decisions.delete(user.mailboxId);
        const writesBefore = world.writeCount;
        const outcome = await daemon.run(user, 'sync', decisions);
        if (outcome?.state !== 'done') {
          world.violated(`a run without faults ended as ${outcome?.state}: ${String(outcome?.error)}`);
          return;
        }
        const planned = world.database.actions.all().some(({ action }) => action.runId === outcome.runId);
        if (planned || world.writeCount > writesBefore || outcome.held > 0) isSettled = false;
      }
    }
    if (world.violations.length > 0) return;
    if (!isSettled) world.violated(`after ${roundLimit} runs without faults there is still something to do`);
    checkEnd(world.outcome());
  }
}
