/** What people ask of a mailbox's module, beyond a sync as the rules say. */
import type { RunScope } from './stores.ts';

/** Held actions of an earlier run that somebody decided about. */
export interface DecisionOrder {
  readonly kind: 'decide';
  readonly actionIds: readonly number[];
  readonly verdict: 'approved' | 'rejected';
}

/** What a run did, or a single action of it, is to be taken back. */
export interface TakeBackOrder {
  readonly kind: 'takeBack';
  readonly runId: number;
  /** Null: all that the run did. */
  readonly actionId: number | null;
  /** Of the action only these fields, because they lost in a conflict; null: all of it. */
  readonly fields: readonly string[] | null;
}

export type Order = DecisionOrder | TakeBackOrder;

export interface StoredOrder {
  readonly id: number;
  readonly scope: RunScope;
  readonly order: Order;
}

/** Orders from the moment somebody gave them until a run has carried them out: a restart in between loses none. */
export interface OrderStore {
  add(scope: RunScope, order: Order): Promise<StoredOrder>;
  /** The oldest first. */
  open(): Promise<readonly StoredOrder[]>;
  /** False once it was removed, by whichever process. */
  isOpen(id: number): Promise<boolean>;
  remove(ids: readonly number[]): Promise<void>;
}
