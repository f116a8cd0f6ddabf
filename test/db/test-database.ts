/** A database for tests with real stores: SQLite in memory or in a file of its own, or a scratch database of MySQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedCrmEntities } from '../../src/crm/embedded/entities.ts';
import type { Database, DatabaseExtras } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/database.ts';
import { openKeyRing } from '../../src/db/key-ring.ts';
import type { KeyRing } from '../../src/db/key-ring.ts';
import { EmbeddedCrm1795382100000 } from '../../src/db/migrations/1795382100000-embedded-crm.ts';
import { AddCrmTasksAndEvents1795420800000 } from '../../src/db/migrations/1795420800000-add-crm-tasks-and-events.ts';
import { createStores } from '../../src/db/stores.ts';
import type { StoreOptions, Stores } from '../../src/db/stores.ts';
import type { Clock } from '../../src/sync/ports.ts';
import { empty, makeScratch, requireServer } from './mysql-scratch.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly stores: Stores;
  /** Present when it lies in a file. */
  readonly file: string | null;
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  readonly clock?: Clock;
  /** True: SQLite in a temporary file, removed by `close`, instead of memory. */
  readonly inFile?: boolean;
}

export type OpenTestDatabase = (options?: TestDatabaseOptions) => Promise<TestDatabase>;

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

export const crmExtras: DatabaseExtras = {
  entities: embeddedCrmEntities,
  migrations: [EmbeddedCrm1795382100000, AddCrmTasksAndEvents1795420800000],
};

/** The same tests for each kind of database, each of them on an empty one. */
export function onEachDatabase(
  name: string,
  tests: (openTestDatabase: OpenTestDatabase, kind: 'sqlite' | 'mysql') => void,
): void {
  describe(name, () => {
    tests(openSqliteDatabase, 'sqlite');
  });
  describe(`${name}, on MySQL`, () => {
    before(requireServer);
    tests(openMysqlDatabase, 'mysql');
  });
}

async function openSqliteDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const folder = options.inFile ? await mkdtemp(join(tmpdir(), 'exsync-db-')) : null;
  const file = folder && join(folder, 'exsync.db');
  const database = await openDatabase(`sqlite:${file ?? ':memory:'}`, crmExtras);
  return {
    database,
    stores: storesOf(database, options),
    file,
    async close() {
      await database.close();
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Migrating takes longer than most tests, so that all of them share one database and find it empty. */
let shared: Promise<{ readonly database: Database; readonly name: string }> | null = null;

async function openMysqlDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  shared ??= makeScratch().then(async (url) => ({
    database: await openDatabase(url, crmExtras),
    name: new URL(url).pathname.slice(1),
  }));
  const { database, name } = await shared;
  await empty(name);
  return { database, stores: storesOf(database, options), file: null, close: () => Promise.resolve() };
}

function storesOf(database: Database, { clock = testStoreOptions.clock }: TestDatabaseOptions): Stores {
  return createStores(database, { ...testStoreOptions, clock });
}

after(async () => {
  if (shared !== null) await (await shared).database.close();
});
