/** One item to be looked at by itself, as a run would look at it if it had news. */
import type { Link, Side } from '../sync/model.ts';
import { otherSide } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import type { ItemRef } from '../sync/why.ts';
import { chunks } from '../chunks.ts';
import { loadPendings } from './pending.ts';
import type { Cell, FreshPending, Pending } from './pending.ts';
import type { RunContext } from './run-context.ts';

/** Items looked at together. */
const chunkSize = 500;

/** The item as pairing found it; where nothing new was reported, both of its sides are read again. */
export async function pendingOf(
  { store, scope }: Pick<RunContext, 'store' | 'scope'>,
  paired: readonly (Pending | FreshPending)[],
  { side, itemId }: ItemRef,
): Promise<Pending> {
  for (const chunk of chunks(paired, chunkSize)) {
    const found = (await loadPendings(store, chunk)).find(({ cells }) => cells[side].id === itemId);
    if (found) return found;
  }
  const [link = null] = await store.linksByItem(scope, side, [itemId]);
  const ids = { [side]: itemId, [otherSide(side)]: partnerOf(link, otherSide(side)) };
  return {
    link,
    cells: { crm: quiet(ids['crm'] ?? null), exchange: quiet(ids['exchange'] ?? null) },
    inboxIds: [],
    takesUp: false,
  };
}

function partnerOf(link: Link | null, side: Side): string | null {
  return link?.[idKey(side)] ?? null;
}

function quiet(id: string | null): Cell {
  return { row: null, id, reread: id !== null };
}
