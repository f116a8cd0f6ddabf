/** Which blobs texts refer to, and the end of those that nothing refers to. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { blobEntity, blobUseEntity } from '../entities/blob.ts';
import { lockRows, selectRows } from '../select-rows.ts';
import { recoverable } from './lease-store.ts';

/** A BlobRef's address as JSON.stringify writes it; what looks alike within a value has its quotes escaped. */
const hashPattern = /"hash":("(?:[^"\\]|\\.)*")/g;

/** Adds the addresses in sealed values or an action's body. Riding content of the inbox is whole and has none. */
export function addBlobHashes(hashes: Set<string>, text: string | null): void {
  if (text === null) return;
  for (const [, quoted = '""'] of text.matchAll(hashPattern)) hashes.add(JSON.parse(quoted) as string);
}

const rowsPerTransaction = 1_000;

/**
 * Deletes the blobs that are not in use and were put before `usedBefore`; the time between leaves room for a plan that
 * is being made, whose content is put before its actions. Returns how many.
 */
export async function deleteUnusedBlobs(
  database: Database,
  inUse: ReadonlySet<string>,
  usedBefore: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let after = '';
  let deleted = 0;
  while (!signal?.aborted) {
    const rows = await database.read((manager) =>
      selectRows(manager, blobUseEntity, ['hash'])
        .where('row.hash > :after AND row.usedAt < :usedBefore', { after, usedBefore })
        .orderBy('row.hash')
        .limit(rowsPerTransaction)
        .getRawMany<{ hash: string }>(),
    );
    const unused = rows.map(({ hash }) => hash).filter((hash) => !inUse.has(hash));
    if (unused.length > 0) deleted += await deleteBlobs(database, unused, usedBefore);
    if (rows.length < rowsPerTransaction) break;
    after = rows.at(-1)?.hash ?? after;
    await nextTurn();
  }
  return deleted;
}

/**
 * Whoever has put the content again since has a newer use of it, and it stays. What goes are blobs whose use was locked
 * here: whoever puts one now waits for it, and then writes it anew.
 */
function deleteBlobs(database: Database, hashes: readonly string[], usedBefore: number): Promise<number> {
  return database.transaction(async (manager) => {
    let deleted = 0;
    for (const some of chunks(hashes, idsPerQuery)) {
      const locked = await lockRows(selectRows(manager, blobUseEntity, ['hash']))
        .where('row.hash IN (:...some) AND row.usedAt < :usedBefore', { some, usedBefore })
        .getRawMany<{ hash: string }>();
      if (locked.length === 0) continue;
      const gone = { hashes: locked.map(({ hash }) => hash) };
      const builder = () => manager.createQueryBuilder().delete();
      await builder().from(blobUseEntity).where('hash IN (:...hashes)', gone).execute();
      const result = await builder().from(blobEntity).where('hash IN (:...hashes)', gone).execute();
      deleted += result.affected ?? 0;
    }
    return deleted;
  }, recoverable);
}
