import { openDatabase } from '../../src/db/database.ts';
import { createStores } from '../../src/db/stores.ts';
import { createMemoryLeases, createMemoryStore, MemoryDatabase } from '../simulation/memory-store.ts';
import { describeSyncStore } from './sync-store.contract.ts';
import { testStoreOptions, testTime } from './test-database.ts';

describeSyncStore('the stores on SQLite', async () => {
  const clock = { now: testTime };
  const database = await openDatabase('sqlite::memory:');
  const open = (pid: number) => createStores(database, { ...testStoreOptions, pid, clock: () => clock.now });
  const { sync, leases } = open(100);
  return { store: sync, leases, otherLeases: open(200).leases, clock, close: () => database.close() };
});

describeSyncStore('the stores in memory', async () => {
  const clock = { now: testTime };
  const database = new MemoryDatabase();
  const leasesOf = (name: string) =>
    createMemoryLeases(database, { name, isAlive: () => true, clock: () => clock.now });
  return {
    store: createMemoryStore(database, () => clock.now),
    leases: leasesOf('one'),
    otherLeases: leasesOf('other'),
    clock,
    close: async () => undefined,
  };
});
