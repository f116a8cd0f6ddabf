import type { Clock } from '../../sync/ports.ts';
import type { SyncStore } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { blobEntity, blobUseEntity } from '../entities/blob.ts';
import { selectRows } from '../select-rows.ts';

/** Content-addressed, so a second writer of the same hash writes the same and needs no lease. */
export function createBlobStore(database: Database, clock: Clock): Pick<SyncStore, 'putBlobs' | 'blobs'> {
  return {
    putBlobs(blobs) {
      if (blobs.length === 0) return Promise.resolve();
      const uses = blobs.map(({ hash }) => ({ hash, usedAt: clock() }));
      return database.transaction(async (manager) => {
        // First: whoever deletes content looks at its use, so that of both at once the second sees the first.
        await bulkInsert(manager, blobUseEntity, uses, {
          kind: 'update',
          key: ['hash'],
          columns: ['usedAt'],
        });
        await bulkInsert(manager, blobEntity, blobs, { kind: 'ignore' });
      });
    },

    blobs(hashes) {
      return database.read(async (manager) => {
        const found = new Map<string, { mediaType: string; content: string }>();
        for (const chunk of chunks(hashes, idsPerQuery)) {
          const rows = await selectRows(manager, blobEntity, ['hash', 'mediaType', 'content'])
            .where('row.hash IN (:...hashes)', { hashes: chunk })
            .getRawMany<{ hash: string; mediaType: string; content: string }>();
          for (const { hash, mediaType, content } of rows) found.set(hash, { mediaType, content });
        }
        return found;
      });
    },
  };
}
