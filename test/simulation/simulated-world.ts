/** An organisation under one seed: its CRM, its mailboxes, the people at work in them, and what the engine does to both. */
import { fieldsOf } from '../../src/sync/fields.ts';
import { exchangeFieldOf } from '../../src/sync/mapping.ts';
import type { Mapping } from '../../src/sync/mapping.ts';
import { isOutside, windowBounds } from '../../src/sync/event-window.ts';
import type { Item, Module, SealedValues, Side, Value, Values } from '../../src/sync/model.ts';
import type { RunScope, StoredAction } from '../../src/sync/stores.ts';
import type { Place, SyncSide, WriteResult } from '../../src/sync/ports.ts';
import { MemorySystem } from '../engine/memory-side.ts';
import type { Outcome } from './checks.ts';
import type { Engine } from './daemon.ts';
import { Faults } from './faults.ts';
import { itemKinds, numberOfAction } from './items.ts';
import type { ItemKind } from './items.ts';
import { Ledger, RemovalWatch } from './ledger.ts';
import { MemoryDatabase } from './memory-store.ts';
import type { Scheduler } from './scheduler.ts';
import type { Setup } from './setup.ts';

export interface User {
  readonly id: string;
  readonly mailboxId: string;
  readonly mailbox: MemorySystem;
}

const userNames = ['alice', 'bob', 'carol'] as const;

export class SimulatedWorld {
  readonly database = new MemoryDatabase();
  readonly crm: MemorySystem;
  readonly users: readonly User[];
  readonly faults = new Faults();
  readonly ledger = new Ledger();
  readonly removals = new RemovalWatch();
  readonly module: Module;
  readonly kind: ItemKind;
  readonly setup: Setup;
  readonly scheduler: Scheduler;
  readonly engine: Engine;
  readonly violations: string[] = [];
  /** Items that cannot be written, by number: whether a retry might help. */
  readonly badItems = new Map<number, boolean>();
  /** A mutation's: writes take whatever version there is. */
  readonly isBlind: boolean;
  /** Some system forgot its cursors at some time. */
  areCursorsLost = false;
  /** By mailbox, the identities of items that a run looked for and did not find. */
  readonly takenForGone = new Map<string, Set<string>>();
  /** How often each named risk was left out. */
  readonly excluded: Record<string, number> = {};
  mapping: Mapping;
  /** Fields were mapped anew at some time, and what was mapped before stays where it was. */
  wasMappedAnew = false;
  /** Times that a run began to write an item; bounds what one run does. */
  writeCount = 0;
  #links = 0;
  readonly #mappings: Mapping[] = [];

  constructor(setup: Setup, scheduler: Scheduler, engine: Engine, isBlind: boolean) {
    this.setup = setup;
    this.mapping = setup.settings.mapping;
    this.#mappings.push(this.mapping);
    this.module = setup.module;
    this.kind = itemKinds[setup.module];
    this.scheduler = scheduler;
    this.engine = engine;
    this.isBlind = isBlind;
    this.crm = new MemorySystem(setup.crm);
    this.users = userNames.slice(0, setup.userCount).map((id) => ({
      id,
      mailboxId: `mailbox-of-${id}`,
      mailbox: new MemorySystem({ ...setup.exchange, name: id }),
    }));
    for (const system of this.systems()) {
      system.itemFailure = (method, { id, values }) => {
        if (method === 'read') return null;
        const number = this.kind.numberOf(id === null || !system.has(id) ? values : system.get(id).values);
        const retryable = number === null ? undefined : this.badItems.get(number);
        if (retryable === undefined) return null;
        return { code: 'ErrorBadItem', message: 'This item is refused.', retryable };
      };
    }
  }

  readonly newLinkId = (): string => {
    this.#links += 1;
    return `link-${this.#links}`;
  };

  systems(): MemorySystem[] {
    return [this.crm, ...this.users.map(({ mailbox }) => mailbox)];
  }

  userAt(number: number): User {
    const user = this.users[number % this.users.length];
    if (!user) throw new Error('nobody is there');
    return user;
  }

  scopeOf({ mailboxId }: User): RunScope {
    return { mailboxId, module: this.module };
  }

  /** What a field of the CRM is on an item of Exchange; undefined: it is not synced. */
  mappedValue(values: Values, field: string): Value | undefined {
    if (field.startsWith('@')) return values[field] ?? null;
    const exchange = exchangeFieldOf(this.mapping, field);
    return exchange === null ? undefined : (values[exchange] ?? null);
  }

  /** Whether this field of Exchange's items was unknown to the engine at some time: what it does not know goes with an item. */
  wasEverUnmapped(exchange: string): boolean {
    return this.#mappings.some((mapping) => {
      const isMapped = fieldsOf[this.module].some(({ name }) => exchangeFieldOf(mapping, name) === exchange);
      return !isMapped && !exchange.startsWith('@');
    });
  }

  /** What of it the next run finds undelivered, nobody knows: no deletion from now on is sure to be carried. */
  mapAnew(mapping: Mapping): void {
    this.mapping = mapping;
    this.#mappings.push(mapping);
    this.wasMappedAnew = true;
    for (const story of this.ledger.stories.values()) story.cleanDeletion = null;
  }

  exclude(risk: string, count = 1): void {
    this.excluded[risk] = (this.excluded[risk] ?? 0) + count;
  }

  violated(what: string): void {
    this.violations.push(what);
  }

  /** Every item of a side that people see, with where it lies. */
  shown(side: Side): { readonly system: MemorySystem; readonly item: Item; readonly user: User | null }[] {
    if (side === 'crm') return this.crm.list().map((item) => ({ system: this.crm, item, user: null }));
    return this.users.flatMap((user) =>
      user.mailbox.list().map((item) => ({ system: user.mailbox, item, user })),
    );
  }

  numberOf(values: Values): number {
    return this.kind.numberOf(values) ?? -1;
  }

  numberOfAction(action: StoredAction): number {
    return numberOfAction(this.kind, action, this.database.links.get(action.linkId)?.link);
  }

  /** What the checks look at. */
  outcome(): Outcome {
    const { inbox, actions, links, blobs } = this.database;
    return {
      module: this.module,
      kind: this.kind,
      settings: this.setup.settings,
      ledger: this.ledger,
      inbox: inbox.all().map(({ entry }) => entry),
      actions: actions.all().map(({ action }) => action),
      links: links.all().map(({ scope, link }) => ({ mailboxId: scope.mailboxId, link })),
      crm: this.crm,
      mailboxes: this.users,
      blob: (hash) => blobs.get(hash),
      mapping: {
        valueOf: (values, field) => this.mappedValue(values, field),
        isChanged: this.wasMappedAnew,
        wasEverUnmapped: (field) => this.wasEverUnmapped(field),
      },
      isLeftOut: (values) => this.isLeftOut(values),
      violated: (what) => this.violated(what),
      exclude: (risk) => this.exclude(risk),
    };
  }

  /** The engine writes to a side: looked at before and after. */
  async writes<Args extends unknown[], Result>(
    side: Side,
    method: 'create' | 'update' | 'remove',
    user: User | null,
    args: readonly unknown[],
    work: (...args: Args) => Promise<Result>,
  ): Promise<Result> {
    const system = side === 'crm' ? this.crm : user?.mailbox;
    const [module, items, ...rest] = args;
    const targets = (items as { id?: string; version?: string }[]).map((target) =>
      this.isBlind && target.id !== undefined && system?.has(target.id)
        ? { ...target, version: system.get(target.id).version }
        : target,
    );
    this.writeCount += targets.length;
    if (method === 'create')
      for (const { values } of items as { values: Values }[]) this.#created(side, this.numberOf(values));
    const before = targets.map(({ id }) => (id !== undefined && system?.has(id) ? system.get(id) : null));
    const results = await work(...([module, targets, ...rest] as Args));
    if (method === 'remove' && user)
      (results as WriteResult[]).forEach((result, index) => {
        const item = before[index];
        if (result.kind === 'done' && item) this.#removed(side, user, item);
      });
    return results;
  }

  /** A run looks for items: what it does not find counts as deleted until the run ends. */
  async locates(
    user: User | null,
    args: Parameters<SyncSide['locate']>,
    work: SyncSide['locate'],
  ): Promise<Place[]> {
    const places = await work(...args);
    if (user)
      args[1].forEach(({ identity }, index) => {
        const known = this.takenForGone.get(user.mailboxId) ?? new Set();
        if (places[index] === 'gone' && identity !== null)
          this.takenForGone.set(user.mailboxId, known.add(identity));
      });
    return places;
  }

  /** Whether an event lies outside the window, even where the run that is at it was begun days ago. */
  isLeftOut(values: Values, daysAgo = 0): boolean {
    const { pastDays, futureDays } = this.setup.eventWindow;
    const wider = { pastDays: pastDays === null ? null : pastDays + daysAgo, futureDays };
    const bounds = this.module === 'events' ? windowBounds(wider, this.scheduler.now) : null;
    return bounds !== null && isOutside(values as SealedValues, bounds);
  }

  #created(side: Side, number: number): void {
    const story = this.ledger.story(number);
    // What was deleted and is made again was linked; whoever made it again by hand made another one.
    if (!story || story.userDeletions.size > 0 || story.moved) return;
    const origins = this.shown(side === 'crm' ? 'exchange' : 'crm')
      .map(({ item }) => item.values)
      .filter((values) => this.numberOf(values) === number);
    if (origins.length > 0 && origins.every((values) => this.isLeftOut(values, 3)))
      this.violated(`the engine makes item ${number} on ${side}, which lies outside the window`);
  }

  #removed(side: Side, user: User, item: Item): void {
    const other: Side = side === 'crm' ? 'exchange' : 'crm';
    const number = this.numberOf(item.values);
    const story = this.ledger.story(number);
    if (story?.putBackTooLate && !story.userDeletions.has(other)) {
      this.exclude('put back between the look and the deletion');
      return;
    }
    if (side === 'exchange' && story?.given && story.userDeletions.has('exchange')) {
      this.exclude('deleted by one of two who had it in turn');
      return;
    }
    if (!story?.userDeletions.has(other))
      this.violated(`the engine deleted item ${number} on ${side}, which nobody deleted on ${other}`);
    const { settings, guard } = this.setup;
    if (!settings.deletes[other])
      this.violated(
        `the engine deleted item ${number} on ${side} although the rules carry no deletion from ${other}`,
      );
    if (
      settings.type === 'oneWay' &&
      settings.direction === `${side}To${other === 'crm' ? 'Crm' : 'Exchange'}`
    )
      this.violated(`the engine deleted item ${number} on the leading side ${side}`);
    if (this.removals.isApproved(side, item.id)) return;
    const scope = this.scopeOf(user);
    const isFirstRun = !this.database.runs
      .all()
      .some((run) => run.mailboxId === scope.mailboxId && run.kind === 'sync' && run.state === 'done');
    if (isFirstRun) this.violated(`the engine deleted item ${number} on ${side} in the first run`);
    const links = this.database.links.all().filter((row) => row.scope.mailboxId === scope.mailboxId).length;
    const allowed = Math.max(guard.removes.count, Math.floor(guard.removes.share * links));
    const count = this.removals.count(user.mailboxId, side, item.id, this.scheduler.now);
    if (count > allowed)
      this.violated(
        `${count} deletions within 24 hours in ${user.mailboxId}, ${allowed} are allowed, nobody approved`,
      );
  }
}
