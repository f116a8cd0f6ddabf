/** Links with a place for a new item; a mailbox may have very many, so they are loaded a few at a time. */
import type { Link } from '../sync/model.ts';
import type { SyncStore } from '../sync/stores.ts';
import { chunks } from '../chunks.ts';

const chunkSize = 500;

/** In the order of the ids. */
export async function* linksInOrder(
  store: Pick<SyncStore, 'linksById'>,
  ids: readonly string[],
): AsyncGenerator<Link> {
  for (const chunk of chunks(ids, chunkSize)) {
    const links = await store.linksById(chunk);
    for (const id of chunk) {
      const link = links.get(id);
      if (link) yield link;
    }
  }
}
