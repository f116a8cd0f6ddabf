/** An organisation with one CRM, mailboxes in memory, and the engine with its real stores between them. */
import { openDatabase } from '../../src/db/database.ts';
import type { Database } from '../../src/db/database.ts';
import { createStores } from '../../src/db/stores.ts';
import type { Stores } from '../../src/db/stores.ts';
import { takeLease } from '../../src/engine/lease-keeper.ts';
import { readCrm } from '../../src/engine/readers.ts';
import { syncRun } from '../../src/engine/sync-run.ts';
import type { UndoRequest } from '../../src/engine/undo.ts';
import type { Decision, RunOutcome } from '../../src/engine/sync-run.ts';
import type { EventWindow, ModuleSettings, Settings } from '../../src/sync/administration.ts';
import type { Link, Loser, Module, Values } from '../../src/sync/model.ts';
import type { SyncSide } from '../../src/sync/ports.ts';
import type {
  InboxRow,
  LeaseStore,
  RunKind,
  RunScope,
  StoredAction,
  SyncStore,
} from '../../src/sync/stores.ts';
import { linkEntity } from '../../src/db/entities/link.ts';
import { actionEntity } from '../../src/db/entities/action.ts';
import { bodyFromText } from '../../src/db/stores/action-body.ts';
import { inboxEntity } from '../../src/db/entities/inbox.ts';
import { testKeyRing } from '../db/test-database.ts';
import { MemorySystem } from './memory-side.ts';
import type { MemoryOptions } from './memory-side.ts';

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
const leaseTimes = { leaseMs: 10 * minuteMs, requestMs: minuteMs };

export const wideGuard: Settings['guard'] = {
  removes: { count: 1000, share: 1 },
  overwrites: { count: 1000, share: 1 },
  creates: { count: 1000, share: 1 },
  pauseDays: 30,
};

export const twoWay: ModuleSettings = {
  enabled: true,
  target: 'default',
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: true, exchange: true },
  firstSyncCap: null,
  mapping: {},
};

export interface WorldOptions {
  /** What is synced; contacts unless said otherwise. */
  readonly module?: Module;
  readonly crm?: Omit<MemoryOptions, 'side'>;
  readonly exchange?: Omit<MemoryOptions, 'side'>;
  readonly settings?: Partial<ModuleSettings>;
  /** Everything, unless said otherwise. */
  readonly eventWindow?: Partial<EventWindow>;
  readonly guard?: Partial<Settings['guard']>;
  /** CRM users with a mailbox each; the first is the one whose mailbox runs by default. */
  readonly owners?: readonly string[];
}

/** Stands between the engine and what it calls; a crash test counts and breaks here. */
export interface Wrapping {
  readonly store: (store: SyncStore) => SyncStore;
  readonly leases: (leases: LeaseStore) => LeaseStore;
  readonly side: (side: SyncSide) => SyncSide;
}

const unwrapped: Wrapping = { store: (one) => one, leases: (one) => one, side: (one) => one };

export interface RunOptions {
  readonly owner?: string;
  readonly kind?: RunKind;
  readonly decisions?: readonly Decision[];
  readonly undo?: UndoRequest;
  readonly signal?: AbortSignal;
}

export class World {
  readonly crm: MemorySystem;
  readonly mailboxes = new Map<string, MemorySystem>();
  settings: ModuleSettings;
  eventWindow: EventWindow;
  guard: Settings['guard'];
  now = Date.UTC(2026, 0, 5, 8);
  stores: Stores;
  wrapping = unwrapped;
  readonly database: Database;
  readonly #first: string;
  readonly #module: Module;
  #starts = 0;
  #lastLink = 0;

  constructor(database: Database, options: WorldOptions) {
    const owners = options.owners ?? ['alice'];
    this.database = database;
    const { module = 'contacts' } = options;
    this.#module = module;
    this.crm = new MemorySystem({ ...options.crm, module, side: 'crm' });
    for (const owner of owners)
      this.mailboxes.set(owner, new MemorySystem({ ...options.exchange, module, side: 'exchange' }));
    this.#first = owners[0] ?? '';
    this.settings = { ...twoWay, ...options.settings };
    this.eventWindow = { pastDays: null, futureDays: null, ...options.eventWindow };
    this.guard = { ...wideGuard, ...options.guard };
    this.stores = this.#openStores();
  }

  get exchange(): MemorySystem {
    return this.mailboxOf(this.#first);
  }

  mailboxOf(owner: string): MemorySystem {
    const mailbox = this.mailboxes.get(owner);
    if (!mailbox) throw new Error(`${owner} has no mailbox`);
    return mailbox;
  }

  scopeOf(owner = this.#first): RunScope {
    return { mailboxId: `mailbox-of-${owner}`, module: this.#module };
  }

  /** The process died and another one was started. */
  restart(): void {
    this.wrapping = unwrapped;
    this.stores = this.#openStores();
  }

  #openStores(): Stores {
    this.#starts += 1;
    return createStores(this.database, {
      keys: testKeyRing(),
      clock: () => this.now,
      host: 'host-1',
      pid: 100,
      startId: `start-${this.#starts}`,
      isAlive: () => true,
    });
  }

  async run({ owner = this.#first, ...options }: RunOptions = {}): Promise<RunOutcome> {
    // Each run is a minute after the one before it.
    this.now += minuteMs;
    const { wrapping } = this;
    const store = wrapping.store(this.stores.sync);
    const leases = wrapping.leases(this.stores.leases);
    return syncRun(
      {
        store,
        leases,
        clock: () => this.now,
        newLinkId: () => `link-${(this.#lastLink += 1)}`,
        installationId: 'installation-1',
        leaseTimes,
      },
      {
        scope: this.scopeOf(owner),
        ownerId: owner,
        syncedAmong: () => Promise.resolve(new Set()),
        crm: wrapping.side(this.crm.sideFor(owner)),
        exchange: wrapping.side(this.mailboxOf(owner).sideFor()),
        readOrganisation: (signal) => this.#readOrganisation(store, leases, signal),
        settings: this.settings,
        eventWindow: this.eventWindow,
        guard: this.guard,
        kind: options.kind ?? 'sync',
        trigger: 'test',
        signal: options.signal ?? new AbortController().signal,
        ...(options.decisions ? { decisions: options.decisions } : {}),
        ...(options.undo ? { undo: options.undo } : {}),
      },
    );
  }

  async #readOrganisation(store: SyncStore, leases: LeaseStore, signal: AbortSignal): Promise<void> {
    const keeper = await takeLease(leases, `crm:${this.#module}`, leaseTimes, () => this.now);
    if (keeper === null) throw new Error('the CRM is being read by somebody else');
    try {
      await readCrm({
        store,
        lease: keeper.lease,
        crm: this.wrapping.side(this.crm.sideFor()),
        module: this.#module,
        mailboxByOwner: new Map(
          [...this.mailboxes.keys()].map((owner) => [owner, this.scopeOf(owner).mailboxId]),
        ),
        signal,
      });
    } finally {
      await keeper.release();
    }
  }

  /** A run that has to go well. */
  async sync(options: RunOptions = {}): Promise<RunOutcome> {
    const outcome = await this.run(options);
    if (outcome.error instanceof Error) throw outcome.error;
    if (outcome.state !== 'done') throw new Error(`the run was ${outcome.state}`);
    return outcome;
  }

  /** What a further run does: it must be nothing. */
  async idleRun(options: RunOptions = {}): Promise<{ actions: number; writes: number; reads: number }> {
    const systems = [this.crm, ...this.mailboxes.values()];
    const sum = (what: (system: MemorySystem) => number) => systems.reduce((all, one) => all + what(one), 0);
    const before = { writes: sum((one) => one.writes), reads: sum((one) => one.countItems('read')) };
    const { runId } = await this.sync(options);
    return {
      actions: (await this.actions()).filter((action) => action.runId === runId).length,
      writes: sum((one) => one.writes) - before.writes,
      reads: sum((one) => one.countItems('read')) - before.reads,
    };
  }

  // what a test looks at

  links(): Promise<Link[]> {
    return this.database
      .read(async (manager) => {
        const ids = await manager.find(linkEntity, { select: { id: true }, order: { id: 'ASC' } });
        return ids.map(({ id }) => id);
      })
      .then(async (ids) => [...(await this.stores.sync.linksById(ids)).values()]);
  }

  async activeLinks(): Promise<Link[]> {
    return (await this.links()).filter((link) => link.state === 'active');
  }

  actions(): Promise<
    {
      id: number;
      runId: number;
      linkId: string;
      kind: string;
      side: string | null;
      state: string;
      error: string | null;
    }[]
  > {
    return this.database.read((manager) => manager.find(actionEntity, { order: { id: 'ASC' } }));
  }

  /** The values that lost in a conflict, over all runs. */
  async losers(): Promise<readonly Loser[]> {
    const rows = await this.database.read((manager) => manager.find(actionEntity, { order: { id: 'ASC' } }));
    return rows
      .filter(({ state }) => state === 'done')
      .flatMap(
        ({ body }) =>
          bodyFromText(this.#module, body, {
            kind: 'update',
            side: null,
            overwrites: 0,
            tellsAttendees: false,
          }).losers,
      );
  }

  inbox(owner = this.#first): Promise<InboxRow[]> {
    return this.stores.sync.inbox(this.scopeOf(owner), Number.MAX_SAFE_INTEGER);
  }

  /** Every row of the inbox with what became of it, parked ones too. */
  inboxRows(): Promise<
    {
      side: string;
      itemId: string;
      attempts: number;
      nextAttemptAt: number | null;
      parked: boolean;
      failureCode: string | null;
      failureMessage: string | null;
    }[]
  > {
    return this.database.read((manager) => manager.find(inboxEntity, { order: { id: 'ASC' } }));
  }

  held(owner = this.#first): Promise<StoredAction[]> {
    return this.stores.sync.held(this.scopeOf(owner));
  }

  async decide(
    verdict: Decision['verdict'],
    pick: (action: StoredAction) => boolean = () => true,
  ): Promise<RunOutcome> {
    const actionIds = (await this.held()).filter(pick).map(({ id }) => id);
    return this.sync({ decisions: [{ actionIds, verdict }] });
  }
}

/** The filled values of every item, without ids: what people see. */
export function contents(system: MemorySystem): Values[] {
  return system
    .list()
    .map(({ values }) => filled(values))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

export function filled(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** Makes worlds and closes them after each test. */
export function worlds(): (options?: WorldOptions) => Promise<World> {
  const open: Database[] = [];
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
  });
  return async (options = {}) => {
    const database = await openDatabase('sqlite::memory:');
    open.push(database);
    return new World(database, options);
  };
}

export function person(number: number, more: Values = {}): Values {
  return {
    givenName: `Given${number}`,
    surname: `Surname${number}`,
    email1: `person${number}@example.test`,
    ...more,
  };
}

/** A world whose first sync is done, with one contact on both sides; more go in by `people`. */
export async function synced(
  world: World,
  people: readonly Values[] = [person(1)],
): Promise<{ crmIds: string[]; exchangeIds: string[] }> {
  const crmIds = people.map((values) => world.crm.add(values, { ownerId: 'alice' }));
  await world.sync();
  const links = await world.links();
  const exchangeIds = crmIds.map((id) => links.find((link) => link.crmId === id)?.exchangeId ?? '');
  if (exchangeIds.includes('')) throw new Error('the first sync did not link everything');
  return { crmIds, exchangeIds };
}
