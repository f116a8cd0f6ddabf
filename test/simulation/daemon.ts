/** One process of the daemon: the real engine over stores and sides every call of which goes through the scheduler. */
import { sharedWork } from '../../src/composition/shared-work.ts';
import { CursorLostError, LeaseLostError, RemoteError, StoppedError } from '../../src/errors.ts';
import type { takeLease } from '../../src/engine/lease-keeper.ts';
import type { readCrm } from '../../src/engine/readers.ts';
import type { Decision, RunOutcome, syncRun } from '../../src/engine/sync-run.ts';
import type { Side } from '../../src/sync/model.ts';
import type { SyncSide } from '../../src/sync/ports.ts';
import type { LeaseStore, RunKind, SyncStore } from '../../src/sync/stores.ts';
import type { SideMethod } from './events.ts';
import { carriedOutUnder } from './faults.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import { createMemoryLeases, createMemoryStore } from './memory-store.ts';
import type { SimulatedWorld, User } from './simulated-world.ts';

/** The engine, or a copy of it that was broken on purpose. */
export interface Engine {
  readonly syncRun: typeof syncRun;
  readonly readCrm: typeof readCrm;
  readonly takeLease: typeof takeLease;
}

export const minuteMs = 60_000;
/** As the daemon has them: a lease lasts ten times as long as the longest call. */
const leaseTimes = { leaseMs: 10 * minuteMs, requestMs: minuteMs };
const organisationWaitMs = minuteMs;

const readingMethods: ReadonlySet<string> = new Set([
  ...[
    'cursor',
    'inbox',
    'duePage',
    'inboxRows',
    'inboxItems',
    'postponed',
    'waitingFor',
    'linksByItem',
    'linkOwners',
    'linksById',
    'linksByIdentity',
  ],
  ...[
    'halfLinkIds',
    'linkCount',
    'lastRun',
    'planTotals',
    'doneTotals',
    'nextActions',
    'leftovers',
    'held',
    'heldRefs',
    'blobs',
  ],
]);

export class Daemon {
  readonly actor: Actor;
  /** The mailboxes whose runs go on. */
  readonly running = new Set<string>();
  readonly #world: SimulatedWorld;
  readonly #scheduler: Scheduler;
  readonly #engine: Engine;
  readonly #store: SyncStore;
  readonly #leases: LeaseStore;
  readonly #readOrganisation: () => Promise<void>;

  constructor(world: SimulatedWorld, name: string, isAlive: (name: string) => boolean) {
    this.#world = world;
    this.#scheduler = world.scheduler;
    this.#engine = world.engine;
    this.actor = { name, alive: true, frozenUntil: 0 };
    const clock = (): number => this.#scheduler.now;
    this.#store = this.#wrapped('store', createMemoryStore(world.database, clock));
    this.#leases = this.#wrapped('leases', createMemoryLeases(world.database, { name, isAlive, clock }));
    this.#readOrganisation = sharedWork(() => this.#readCrm());
  }

  #wrapped<T extends object>(prefix: string, target: T): T {
    const calls = new Map<string, unknown>();
    return new Proxy(target, {
      get: (object, name) => {
        const known = calls.get(String(name));
        if (known !== undefined) return known;
        const member = Reflect.get(object, name) as (...args: unknown[]) => Promise<unknown>;
        const label = `${prefix}.${String(name)}`;
        const isReading = readingMethods.has(String(name));
        const call = (...args: unknown[]): Promise<unknown> =>
          this.#scheduler.call(this.actor, { label, isReading, carryOut: () => member(...args) });
        calls.set(String(name), call);
        return call;
      },
    });
  }

  /** A side as this process reaches it: over a network that loses, repeats and delays. */
  #reached(side: SyncSide, user: User | null): SyncSide {
    const call = <T>(
      method: SideMethod,
      args: readonly unknown[],
      work: (args: readonly unknown[]) => unknown,
    ) => {
      const fault = this.#world.faults.take(side.side, method);
      return this.#scheduler.call(this.actor, {
        label: `${side.side}.${method}`,
        delayMs: fault?.kind === 'delay' ? 1000 + ((fault.pick * 59) % 59_000) : 0,
        carryOut: () =>
          carriedOutUnder(fault, side.side, args, (these) => work(these) as Promise<unknown>) as Promise<T>,
      });
    };
    const plain =
      <Args extends unknown[], Result>(method: SideMethod, work: (...args: Args) => Promise<Result>) =>
      (...args: Args): Promise<Result> =>
        call<Result>(method, args, (these) => work(...(these as Args)));
    const written =
      <Args extends unknown[], Result>(
        method: 'create' | 'update' | 'remove',
        work: (...args: Args) => Promise<Result>,
      ) =>
      (...args: Args): Promise<Result> =>
        call<Result>(method, args, (these) => this.#world.writes(side.side, method, user, these, work));
    return {
      side: side.side,
      capabilities: (module) => side.capabilities(module),
      scope: plain('scope', (...args) => side.scope(...args)),
      presentCursor: plain('presentCursor', (...args) => side.presentCursor(...args)),
      changes: (...args) => {
        const pages = side.changes(...args)[Symbol.asyncIterator]();
        return { [Symbol.asyncIterator]: () => ({ next: () => call('changes', [], () => pages.next()) }) };
      },
      read: plain('read', (...args) => side.read(...args)),
      create: written('create', (...args) => side.create(...args)),
      update: written('update', (...args) => side.update(...args)),
      remove: written('remove', (...args) => side.remove(...args)),
      find: plain('find', (...args) => side.find(...args)),
      locate: plain('locate', (...args) =>
        this.#world.locates(user, args, (...these) => side.locate(...these)),
      ),
    };
  }

  async #readCrm(): Promise<void> {
    const { module, users, crm } = this.#world;
    const scheduler = this.#scheduler;
    const clock = (): number => scheduler.now;
    const until = clock() + organisationWaitMs;
    let keeper = await this.#engine.takeLease(this.#leases, `crm:${module}`, leaseTimes, clock);
    while (keeper === null && clock() < until) {
      await scheduler.sleep(this.actor, 5000);
      keeper = await this.#engine.takeLease(this.#leases, `crm:${module}`, leaseTimes, clock);
    }
    if (keeper === null)
      throw new RemoteError({
        side: 'crm',
        code: 'ReaderBusy',
        message: 'the CRM is being read',
        retryable: true,
      });
    try {
      await this.#engine.readCrm({
        store: this.#store,
        lease: keeper.lease,
        crm: this.#reached(crm.sideFor(), null),
        module,
        mailboxByOwner: new Map(users.map(({ id, mailboxId }) => [id, mailboxId])),
        signal: new AbortController().signal,
      });
    } finally {
      await keeper.release();
    }
  }

  /** Null: a run of this mailbox goes on in this process already. */
  run(user: User, kind: RunKind = 'sync', decisions: readonly Decision[] = []): Promise<RunOutcome | null> {
    if (!this.actor.alive || this.running.has(user.mailboxId)) return Promise.resolve(null);
    this.running.add(user.mailboxId);
    const { world } = { world: this.#world };
    const run = this.#engine.syncRun(
      {
        store: this.#store,
        leases: this.#leases,
        clock: () => this.#scheduler.now,
        newLinkId: world.newLinkId,
        installationId: 'installation-1',
        leaseTimes,
      },
      {
        scope: { mailboxId: user.mailboxId, module: world.module },
        ownerId: user.id,
        syncedAmong: () => Promise.resolve(new Set()),
        crm: this.#reached(world.crm.sideFor(user.id), user),
        exchange: this.#reached(user.mailbox.sideFor(), user),
        readOrganisation: () => this.#readOrganisation(),
        settings: { ...world.setup.settings, mapping: world.mapping },
        eventWindow: world.setup.eventWindow,
        guard: world.setup.guard,
        kind,
        trigger: 'simulation',
        signal: new AbortController().signal,
        decisions,
      },
    );
    return run.then(
      (outcome) => this.#ended(user, outcome, outcome.error),
      (error: unknown) => this.#ended(user, null, error),
    );
  }

  #ended(user: User, outcome: RunOutcome | null, error: unknown): RunOutcome | null {
    this.running.delete(user.mailboxId);
    this.#world.takenForGone.delete(user.mailboxId);
    if (error !== null && !isExpected(error))
      this.#world.violated(`a run ended with a bug: ${stackOf(error)}`);
    return outcome;
  }
}

/** Errors that a run may end with: a side failed as a whole, or somebody else took over. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof RemoteError ||
    error instanceof LeaseLostError ||
    error instanceof StoppedError ||
    error instanceof CursorLostError
  );
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A label of the scheduler that stands for a write to a side. */
export function isCallOf(label: string, method: SideMethod): boolean {
  const sides: readonly Side[] = ['crm', 'exchange'];
  return sides.some((side) => label === `${side}.${method}`);
}
