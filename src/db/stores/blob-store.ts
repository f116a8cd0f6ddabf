import type { SyncStore } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks, idsPerQuery } from '../chunks.ts';
import type { Database } from '../database.ts';
import { blobEntity } from '../entities/blob.ts';
import { selectRows } from '../select-rows.ts';

/** Content-addressed, so a second writer of the same hash writes the same and needs no lease. */
export function createBlobStore(database: Database): Pick<SyncStore, 'putBlobs' | 'blobs'> {
  return {
    putBlobs(blobs) {
      if (blobs.length === 0) return Promise.resolve();
      return database.transaction((manager) => bulkInsert(manager, blobEntity, blobs, { kind: 'ignore' }));
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
