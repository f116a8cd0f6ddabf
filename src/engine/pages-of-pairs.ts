/** The links of a scope whose items are there on both sides; a mailbox may have very many, so they are loaded a page at a time. */
import { chunks } from '../chunks.ts';
import type { Link } from '../sync/model.ts';
import type { RunScope, SyncStore } from '../sync/stores.ts';

const pageSize = 200;

/** What is there on one side only has no partner to be compared with; its values are what pairing knows it by. */
export async function* pagesOfPairs({
  store,
  scope,
}: {
  readonly store: Pick<SyncStore, 'pairIds' | 'linksById'>;
  readonly scope: RunScope;
}): AsyncGenerator<readonly Link[]> {
  for (const ids of chunks(await store.pairIds(scope), pageSize))
    yield [...(await store.linksById(ids)).values()];
}
