/** Finds out which items are gone before pairing asks whether a new item has taken the place of one of them. */
import { sides } from '../sync/model.ts';
import type { InboxRow } from '../sync/stores.ts';
import type { RunContext } from './run-context.ts';

/** Items asked for in one call. */
const chunkSize = 50;

/**
 * A row without a version says "read this item again" and not whether it is still there: after a full read all that the
 * side did not show comes so. Where the same side has news that may be such an item made again or moved back, the
 * doubtful ones are asked for, and what is definitely gone counts as reported deleted.
 */
export async function settleDoubts(context: RunContext, rows: readonly InboxRow[]): Promise<InboxRow[]> {
  const gone = new Set<number>();
  for (const side of sides) {
    const changed = rows.filter((row) => row.side === side && row.kind === 'changed');
    const doubtful = changed.filter((row) => row.version === null);
    if (doubtful.length === 0 || doubtful.length === changed.length) continue;
    for (let start = 0; start < doubtful.length; start += chunkSize) {
      const chunk = doubtful.slice(start, start + chunkSize);
      const ids = chunk.map((row) => row.itemId);
      const answers = await context.side[side].read(context.scope.module, ids, context.signal);
      chunk.forEach((row, index) => {
        if (answers[index]?.kind === 'gone') gone.add(row.id);
      });
    }
  }
  return rows.map((row) => (gone.has(row.id) ? { ...row, kind: 'deleted' } : row));
}
