/** Finds out which items are gone before pairing asks whether a new item has taken the place of one of them. */
import type { Side } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import { chunks } from '../chunks.ts';
import type { RunContext } from './run-context.ts';
import type { WaitingRow, WaitingRows } from './waiting-rows.ts';

/** Items asked for in one call. */
const chunkSize = 50;

/**
 * A row without a version says "read this item again" and not whether it is still there: after a full read all that the
 * side did not show comes so. Where the same side has news that may be such an item made again or moved back, the
 * doubtful ones are asked for, and what is definitely gone counts as reported deleted.
 */
export async function settleDoubts(
  context: RunContext,
  { due, postponed }: WaitingRows,
): Promise<WaitingRows> {
  const rows = [...due, ...postponed];
  const gone = new Set<number>();
  for (const side of sides) {
    const changed = rows.filter((row) => sideOf(row) === side && !isDeleted(row));
    const doubtful = changed.flatMap(({ row }) => (row?.version === null ? [row] : []));
    if (doubtful.length === 0 || doubtful.length === changed.length) continue;
    for (const chunk of chunks(doubtful, chunkSize)) {
      const ids = chunk.map((row) => row.itemId);
      const answers = await context.side[side].read(context.scope.module, ids, context.signal);
      chunk.forEach((row, index) => {
        if (answers[index]?.kind === 'gone') gone.add(row.id);
      });
    }
  }
  if (gone.size === 0) return { due, postponed };
  const settled = (one: WaitingRow): WaitingRow => {
    if (one.row === null || !gone.has(one.row.id)) return one;
    const row = { ...one.row, kind: 'deleted' as const };
    return 'link' in one ? { ...one, row } : { ...one, row, isPairable: false };
  };
  return { due: due.map(settled), postponed: postponed.map(settled) };
}

function sideOf(one: WaitingRow): Side {
  return 'link' in one ? one.row.side : one.side;
}

export function isDeleted({ row }: WaitingRow): boolean {
  return row?.kind === 'deleted';
}
