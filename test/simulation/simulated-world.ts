/** An organisation under one seed: its CRM, its mailboxes, the people at work in them, and what the engine does to both. */
import type { Item, Module, Side, Values } from '../../src/sync/model.ts';
import type { RunScope, StoredAction } from '../../src/sync/stores.ts';
import type { WriteResult } from '../../src/sync/ports.ts';
import { MemorySystem } from '../engine/memory-side.ts';
import type { Engine } from './daemon.ts';
import { Faults } from './faults.ts';
import { itemKinds } from './items.ts';
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
  /** How often each named risk was left out. */
  readonly excluded: Record<string, number> = {};
  /** Times that a run began to write an item; bounds what one run does. */
  writeCount = 0;
  #links = 0;

  constructor(setup: Setup, scheduler: Scheduler, engine: Engine, isBlind: boolean) {
    this.setup = setup;
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

  /** The number of the item an action is about. */
  numberOfAction({ title, body, linkId }: StoredAction): number {
    const link = this.database.links.get(linkId)?.link;
    for (const values of [body.values, body.before, link?.crm?.values, link?.exchange?.values])
      if (values) {
        const number = this.kind.numberOf(values as Values);
        if (number !== null) return number;
      }
    return Number(/\d+/.exec(title)?.[0] ?? -1);
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
    const before = targets.map(({ id }) => (id !== undefined && system?.has(id) ? system.get(id) : null));
    const results = await work(...([module, targets, ...rest] as Args));
    if (method === 'remove' && user)
      (results as WriteResult[]).forEach((result, index) => {
        const item = before[index];
        if (result.kind === 'done' && item) this.#removed(side, user, item);
      });
    return results;
  }

  #removed(side: Side, user: User, item: Item): void {
    const other: Side = side === 'crm' ? 'exchange' : 'crm';
    const number = this.numberOf(item.values);
    const story = this.ledger.story(number);
    if (story?.movedDuringRun && !story.userDeletions.has(other)) {
      this.exclude('put back during a run and taken for deleted');
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
