/** A database for tests with real stores: in memory, or in a file of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, DatabaseExtras } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/database.ts';
import { openKeyRing } from '../../src/db/key-ring.ts';
import type { KeyRing } from '../../src/db/key-ring.ts';
import { createStores } from '../../src/db/stores.ts';
import type { StoreOptions, Stores } from '../../src/db/stores.ts';
import type { Clock } from '../../src/sync/ports.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly stores: Stores;
  /** Present when it lies in a file. */
  readonly file: string | null;
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly clock?: Clock;
  /** True: a temporary file, removed by `close`, instead of memory. */
  readonly inFile?: boolean;
  readonly extras?: DatabaseExtras;
}

export const testTime = Date.UTC(2024, 4, 6, 12, 0, 0);

/** One key that lies nowhere. */
export function testKeyRing(fill = 7): KeyRing {
  const fromEnvironment = Buffer.alloc(32, fill).toString('base64');
  return openKeyRing({ fromEnvironment, file: '/nowhere/exsync.key' });
}

export const testStoreOptions: StoreOptions = {
  keys: testKeyRing(),
  clock: () => testTime,
  host: 'host-1',
  pid: 100,
  startId: 'start-1',
  isAlive: () => true,
};

export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const folder = options.inFile ? await mkdtemp(join(tmpdir(), 'exsync-db-')) : null;
  const file = folder && join(folder, 'exsync.db');
  const database = await openDatabase(`sqlite:${file ?? ':memory:'}`, options.extras);
  const clock = options.clock ?? testStoreOptions.clock;
  return {
    database,
    stores: createStores(database, { ...testStoreOptions, clock }),
    file,
    async close() {
      await database.close();
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}
