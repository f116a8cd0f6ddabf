/** What one item of a run is before anything of it is read. */
import { idKey } from '../sync/actions.ts';
import type { Link, Side, Values } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import type { InboxRow, SyncStore } from '../sync/stores.ts';

/** What planning needs of a row; the rest is only for pairing. */
export type PendingRow = Pick<
  InboxRow,
  'id' | 'side' | 'itemId' | 'kind' | 'version' | 'skip' | 'keyValues' | 'attempts'
>;

/** What the run knows of one side of an item before it reads anything. */
export interface Cell {
  readonly row: PendingRow | null;
  /** The item to read, or null where there is none. */
  readonly id: string | null;
  /** Read it although nothing new was reported: its shadow may be out of date. */
  readonly reread: boolean;
}

/** One item of a run. */
export interface Pending {
  readonly link: Link | null;
  readonly cells: Readonly<Record<Side, Cell>>;
  readonly inboxIds: readonly number[];
  /** Pairing gave the link an item that the stored one does not know. */
  readonly takesUp: boolean;
}

/** One that no link knows, by the ids of the rows that report it: a first sync has very many, and loads them as it plans. */
export type FreshPending = Readonly<Record<Side, number | null>>;

export type SideRows = Partial<Record<Side, PendingRow>>;

export function isWhole(pending: Pending | FreshPending): pending is Pending {
  return 'cells' in pending;
}

export function inboxIdsOf(pending: Pending | FreshPending): readonly number[] {
  return isWhole(pending) ? pending.inboxIds : sides.flatMap((side) => pending[side] ?? []);
}

export function pendingFrom(link: Link | null, rows: SideRows, takesUp = false): Pending {
  return {
    link,
    cells: { crm: cellOf(link, rows, 'crm'), exchange: cellOf(link, rows, 'exchange') },
    inboxIds: sides.flatMap((side) => rows[side]?.id ?? []),
    takesUp,
  };
}

/** In the same order. An item is left out when one of its rows is no longer there: a newer one has taken its place. */
export async function loadPendings(
  store: Pick<SyncStore, 'inboxRows'>,
  pendings: readonly (Pending | FreshPending)[],
): Promise<Pending[]> {
  const ids = pendings.flatMap((pending) => (isWhole(pending) ? [] : inboxIdsOf(pending)));
  const rows = ids.length === 0 ? new Map<number, InboxRow>() : await store.inboxRows(ids);
  return pendings.flatMap((pending) => {
    if (isWhole(pending)) return [pending];
    const own = inboxIdsOf(pending).flatMap((id) => rows.get(id) ?? []);
    if (own.length < inboxIdsOf(pending).length) return [];
    return [pendingFrom(null, Object.fromEntries(own.map((row) => [row.side, slim(row)])))];
  });
}

const noValues: Values = {};
const noCell: Cell = { row: null, id: null, reread: false };

export function slim({ id, side, itemId, kind, version, skip, keyValues, attempts }: InboxRow): PendingRow {
  return { id, side, itemId, kind, version, skip, keyValues: skip === null ? noValues : keyValues, attempts };
}

function cellOf(link: Link | null, rows: SideRows, side: Side): Cell {
  const row = rows[side] ?? null;
  const id = row?.itemId ?? link?.[idKey(side)] ?? null;
  if (id === null) return noCell;
  // A link that is not active may have missed changes of the side that says nothing now.
  return { row, id, reread: row === null && link !== null && link.state !== 'active' };
}
