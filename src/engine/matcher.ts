/** Sorts rows of the inbox: which belong to one item of a run, and which are new and may still find a partner. */
import type { Link, Side, Values } from '../sync/model.ts';
import { otherSide, sides } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import { pendingFrom } from './pending.ts';
import type { FreshPending, Pending, PendingRow, SideRows } from './pending.ts';

/** By key values; the smaller, the sooner it is its turn. */
export type NearnessOf = (keyValues: Values) => number;

/** A row whose item a link knows. */
export interface LinkedRow {
  readonly link: Link;
  readonly row: PendingRow;
}

/** A row that no link knows. What else it says is loaded again where it is needed: a first sync has very many. */
export interface FreshRow {
  readonly id: number;
  readonly side: Side;
  /** What is gone, or of no supported kind, stays alone. */
  readonly isPairable: boolean;
  /** The link whose stamp it bears. */
  readonly linkId: string | null;
  readonly identity: string | null;
  /** The smaller, the sooner it is its turn. */
  readonly near: number;
  /** Kept of an item that is gone or may be: what is found out about it is not stored. */
  readonly row: PendingRow | null;
}

/** Nearer than any new item. */
export const linkedFirst = -1;

export class Matcher {
  readonly #pending = new Map<string, { link: Link; rows: SideRows; takesUp?: true }>();
  readonly #fresh: Record<Side, Map<number, FreshRow>> = { crm: new Map(), exchange: new Map() };
  readonly #pairs: Record<Side, FreshRow>[] = [];
  /** Ids of rows that are not due themselves: they come along with a partner that is. */
  readonly #waiting = new Set<number>();

  addLinked({ link, row }: LinkedRow): void {
    const entry = this.#pending.get(link.id) ?? { link, rows: {} };
    entry.rows[row.side] = row;
    this.#pending.set(link.id, entry);
  }

  addFresh(fresh: FreshRow): void {
    this.#fresh[fresh.side].set(fresh.id, fresh);
  }

  /** A new item whose row waits for a later attempt: a partner that comes up meanwhile must not be taken for new. */
  addWaiting(fresh: FreshRow): void {
    this.#waiting.add(fresh.id);
    this.addFresh(fresh);
  }

  /** What waits for a later attempt on one side of a link comes along with what is due, or may take its place. */
  addPartner(linked: LinkedRow): void {
    const { link, row } = linked;
    if (this.#pending.get(link.id)?.rows[row.side] !== undefined) return;
    this.#waiting.add(row.id);
    this.addLinked(linked);
  }

  /** New rows that could be paired. */
  fresh(side: Side): FreshRow[] {
    return [...this.#fresh[side].values()].filter(({ isPairable }) => isPairable);
  }

  hasFresh(): boolean {
    return sides.some((side) => this.fresh(side).length > 0);
  }

  /** True when the link's item on that side is known to be gone, so that a new one may take its place. */
  isFree(link: Link, side: Side): boolean {
    return (
      link[idKey(side)] === null ||
      link.reason === 'moved' ||
      this.#pending.get(link.id)?.rows[side]?.kind === 'deleted'
    );
  }

  /**
   * Links whose item on `side` was just reported deleted, with one left on the other: a new item with the same content may
   * be the same one.
   */
  bereft(side: Side): Link[] {
    const left = otherSide(side);
    return [...this.#pending.values()]
      .filter(({ link, rows }) => rows[side]?.kind === 'deleted' && link[idKey(left)] !== null)
      .filter(({ rows }) => rows[left]?.kind !== 'deleted')
      .map(({ link }) => link);
  }

  /** The new item takes the free place in the link. */
  adopt(link: Link, row: PendingRow): void {
    this.#fresh[row.side].delete(row.id);
    const rows = { ...this.#pending.get(link.id)?.rows, [row.side]: row };
    this.#pending.set(link.id, { link: { ...link, [idKey(row.side)]: row.itemId }, rows, takesUp: true });
  }

  pair(crm: FreshRow, exchange: FreshRow): void {
    this.#fresh.crm.delete(crm.id);
    this.#fresh.exchange.delete(exchange.id);
    this.#pairs.push({ crm, exchange });
  }

  /** The row that is about to be replaced by another item's on the same side of the link. */
  rowOf(link: Link, side: Side): PendingRow | undefined {
    return this.#pending.get(link.id)?.rows[side];
  }

  /**
   * As they were reported, or by how near they are: the nearest of what is new first, after what is linked. The matcher is
   * empty afterwards.
   */
  result(replaced: ReadonlyMap<string, readonly number[]>): (Pending | FreshPending)[] {
    const found: Turn[] = [];
    const isWaiting = (id: number): boolean => this.#waiting.has(id);

    for (const { link, rows, takesUp } of this.#pending.values()) {
      const pending = pendingFrom(link, rows, takesUp);
      if (pending.inboxIds.every(isWaiting)) continue;
      const inboxIds = [...pending.inboxIds, ...(replaced.get(link.id) ?? [])];
      found.push({ pending: { ...pending, inboxIds }, near: linkedFirst, id: orderOf(rows) });
    }
    this.#pending.clear();
    for (const { crm, exchange } of this.#pairs.splice(0)) {
      if (isWaiting(crm.id) && isWaiting(exchange.id)) continue;
      const near = Math.min(crm.near, exchange.near);
      found.push({
        pending: { crm: crm.id, exchange: exchange.id },
        near,
        id: Math.min(crm.id, exchange.id),
      });
    }
    for (const side of sides) {
      for (const fresh of this.#fresh[side].values()) {
        if (isWaiting(fresh.id)) continue;
        found.push({ pending: aloneOf(fresh), near: fresh.near, id: fresh.id });
      }
      this.#fresh[side].clear();
    }
    return found
      .sort((one, other) => compare(one.near, other.near) || one.id - other.id)
      .map(({ pending }) => pending);
  }
}

/** When it is an item's turn: the nearer first, then what was reported earlier. */
interface Turn {
  readonly pending: Pending | FreshPending;
  readonly near: number;
  readonly id: number;
}

/** Not by subtraction: what says no time is infinitely far. */
function compare(one: number, other: number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function orderOf({ crm, exchange }: SideRows): number {
  return Math.min(crm?.id ?? Infinity, exchange?.id ?? Infinity);
}

function aloneOf({ id, side, row }: FreshRow): Pending | FreshPending {
  if (row?.kind === 'deleted') return pendingFrom(null, { [side]: row });
  return side === 'crm' ? { crm: id, exchange: null } : { crm: null, exchange: id };
}
