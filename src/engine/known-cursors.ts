/** The cursors of a run's mailbox, read once: while the run has the lease, nobody else writes them. */
import type { CursorKey, RunScope, StoredCursor, SyncStore } from '../sync/stores.ts';

function keyOf({ side, scope }: Pick<CursorKey, 'side' | 'scope'>): string {
  return `${side}/${scope}`;
}

/** The same store; what it says of the scope's cursors is what was stored when the run began, and what it wrote since. */
export async function withKnownCursors(store: SyncStore, run: RunScope): Promise<SyncStore> {
  const known = new Map<string, StoredCursor>();
  for (const { cursor, fullRead, complete, ...key } of await store.cursors(run)) {
    known.set(keyOf(key), { cursor, fullRead, complete });
  }
  const isOfRun = (key: CursorKey): boolean => key.mailboxId === run.mailboxId && key.module === run.module;
  return {
    ...store,
    cursor: async (key) => (isOfRun(key) ? (known.get(keyOf(key)) ?? null) : store.cursor(key)),
    async beginFullRead(lease, key) {
      const begun = await store.beginFullRead(lease, key);
      if (isOfRun(key)) known.set(keyOf(key), begun);
      return begun;
    },
    async enqueueUnseen(lease, key, fullRead) {
      const count = await store.enqueueUnseen(lease, key, fullRead);
      const cursor = isOfRun(key) ? known.get(keyOf(key)) : undefined;
      if (cursor?.fullRead === fullRead) known.set(keyOf(key), { ...cursor, complete: true });
      return count;
    },
    async savePage(lease, key, page) {
      await store.savePage(lease, key, page);
      if (isOfRun(key)) known.set(keyOf(key), page.cursor);
    },
  };
}
