/** Loads what a run's inbox holds, page by page, and keeps of each row what pairing needs. */
import type { Link } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import type { InboxRow, RunScope, SyncStore } from '../sync/stores.ts';
import { chunks } from '../chunks.ts';
import { linkedFirst } from './matcher.ts';
import type { FreshRow, LinkedRow, NearnessOf } from './matcher.ts';
import { linkIdOf } from './pairing.ts';
import { slim } from './pending.ts';
import type { RunContext } from './run-context.ts';

export type WaitingRow = LinkedRow | FreshRow;

/** What the inbox of a run holds, in the order it was reported. */
export interface WaitingRows {
  readonly due: readonly WaitingRow[];
  /** Rows that wait for a later attempt; left out where nothing is due. */
  readonly postponed: readonly WaitingRow[];
}

/** Links asked for at a time. */
const lookUpSize = 500;

/** Notes in the context how often the rows failed before. */
export async function loadWaiting(
  context: RunContext,
  nearnessOf: NearnessOf | null = null,
): Promise<WaitingRows> {
  const { store, scope, clock } = context;
  const waitingOf = (rows: readonly InboxRow[]): Promise<WaitingRow[]> => {
    for (const { id, attempts } of rows) if (attempts > 0) context.attempts.set(id, attempts);
    return withLinks(context, rows, nearnessOf);
  };
  const due: WaitingRow[] = [];
  const now = clock();
  for (let after: number | null = 0; after !== null;) {
    const page: Awaited<ReturnType<SyncStore['duePage']>> = await store.duePage(scope, now, after);
    for (const row of await waitingOf(page.rows)) due.push(row);
    after = page.next;
  }
  return { due, postponed: due.length > 0 ? await waitingOf(await store.postponed(scope, clock())) : [] };
}

async function withLinks(
  { store, scope, installationId }: RunContext,
  rows: readonly InboxRow[],
  nearnessOf: NearnessOf | null,
): Promise<WaitingRow[]> {
  const links = await linksOf(store, scope, rows);
  return rows.map((row) => {
    const link = links.get(`${row.side}:${row.itemId}`);
    if (link) return { link, row: slim(row) };
    const { id, side, kind, version, skip, stamp, identity, keyValues } = row;
    const isChanged = kind === 'changed';
    return {
      id,
      side,
      isPairable: isChanged && skip !== 'unsupportedItem' && skip !== 'owner',
      linkId: stamp === null ? null : linkIdOf(installationId, scope.module, stamp),
      identity,
      near: nearnessOf === null ? linkedFirst : nearnessOf(keyValues),
      row: isChanged && version !== null ? null : slim(row),
    };
  });
}

async function linksOf(
  store: SyncStore,
  scope: RunScope,
  rows: readonly InboxRow[],
): Promise<Map<string, Link>> {
  const found = new Map<string, Link>();
  for (const side of sides) {
    const ids = rows.filter((row) => row.side === side).map((row) => row.itemId);
    for (const chunk of chunks(ids, lookUpSize)) {
      for (const link of await store.linksByItem(scope, side, chunk))
        found.set(`${side}:${link[idKey(side)]}`, link);
    }
  }
  return found;
}
