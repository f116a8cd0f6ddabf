/** What a run remembers of the one before. */
import { bookmark } from '../sync/bookmarks.ts';
import type { Bookmark } from '../sync/bookmarks.ts';
import type { RunContext } from './run-context.ts';

/** Not for a scope of which nothing was remembered yet. */
export async function differs({ store, scope }: RunContext, name: Bookmark, now: string): Promise<boolean> {
  const before = await store.cursor(bookmark(scope, name));
  return before !== null && before.cursor !== now;
}

/** Also where nothing was remembered yet: a run that broke off before it came to that may have judged by other ones. */
export async function isNew({ store, scope }: RunContext, name: Bookmark, now: string): Promise<boolean> {
  return (await store.cursor(bookmark(scope, name)))?.cursor !== now;
}

export async function remember(context: RunContext, name: Bookmark, value: string): Promise<void> {
  if (!(await isNew(context, name, value))) return;
  const { store, lease, scope } = context;
  const cursor = { cursor: value, fullRead: 0, complete: true };
  await store.savePage(lease, bookmark(scope, name), { cursor, entries: [], seen: [] });
}
