/** What people asked of the next runs. It is stored first: a daemon that starts again takes up what is left. */
import type { DecisionOrder, Order, OrderStore, StoredOrder, TakeBackOrder } from '../sync/orders.ts';
import type { RunScope } from '../sync/stores.ts';

export type Asked<Kind extends Order> = StoredOrder & { readonly order: Kind };

export interface AskedOrders {
  /** Returns the scopes that something was asked of before this process began. */
  load(): Promise<readonly RunScope[]>;
  /** The same asked twice before it began is one order. */
  add(scope: RunScope, order: Order): Promise<void>;
  /** The oldest one that is still open: another process with the same database may have carried it out. */
  takeBack(scope: RunScope): Promise<Asked<TakeBackOrder> | null>;
  decisions(scope: RunScope): readonly Asked<DecisionOrder>[];
  finish(orders: readonly StoredOrder[]): Promise<void>;
}

export function createAskedOrders(store: OrderStore): AskedOrders {
  let waiting: readonly StoredOrder[] = [];
  const forget = (orders: readonly StoredOrder[]): void => {
    const ids = new Set(orders.map(({ id }) => id));
    waiting = waiting.filter(({ id }) => !ids.has(id));
  };
  const of = (scope: RunScope): readonly StoredOrder[] =>
    waiting.filter(
      ({ scope: { mailboxId, module } }) => mailboxId === scope.mailboxId && module === scope.module,
    );

  return {
    async load() {
      waiting = await store.open();
      return waiting.map(({ scope }) => scope);
    },
    async add(scope, order) {
      const said = JSON.stringify(order);
      if (of(scope).some((asked) => JSON.stringify(asked.order) === said)) return;
      waiting = [...waiting, await store.add(scope, order)];
    },
    async takeBack(scope) {
      for (const asked of of(scope).filter(isTakeBack)) {
        if (await store.isOpen(asked.id)) return asked;
        forget([asked]);
      }
      return null;
    },
    decisions: (scope) => of(scope).filter(isDecision),
    async finish(orders) {
      if (orders.length === 0) return;
      await store.remove(orders.map(({ id }) => id));
      forget(orders);
    },
  };
}

function isTakeBack(asked: StoredOrder): asked is Asked<TakeBackOrder> {
  return asked.order.kind === 'takeBack';
}

function isDecision(asked: StoredOrder): asked is Asked<DecisionOrder> {
  return asked.order.kind === 'decide';
}
