import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDatabase } from '../../src/db/database.ts';
import { createStores } from '../../src/db/stores.ts';
import { makeScratch, requireServer } from './mysql-scratch.ts';
import { action, scope, settlement } from './sync-fixtures.ts';
import { testStoreOptions } from './test-database.ts';
import { undoFrom } from './undo-migrations.ts';

describe('AddHistory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exsync-db-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('finds the conflicts of an older database', () => takesOver(`sqlite:${join(folder, 'exsync.db')}`));
});

describe('AddHistory, on MySQL', () => {
  before(requireServer);

  it('finds the conflicts of an older database', async () => takesOver(await makeScratch()));
});

async function takesOver(url: string): Promise<void> {
  const older = await openDatabase(url);
  const { leases, sync } = createStores(older, testStoreOptions);
  const lease = await leases.acquire('mailbox-1/contacts', 60_000);
  if (lease === null) throw new Error('the lease is taken');
  const runId = await sync.startRun(lease, scope, 'sync', 'test');
  await sync.savePlan(lease, runId, [
    action('a', { losers: [{ field: 'jobTitle', side: 'crm', value: 'Lost' }] }, { title: 'lost' }),
    action('b', { values: { notes: '"losers":[{' } }, { title: 'says so only' }),
  ]);
  const finished = (await sync.leftovers(scope, null)).map(({ id }) => ({
    id,
    state: 'done' as const,
    error: null,
  }));
  await sync.settle(lease, settlement({ finished }));
  await undoFrom(older.dataSource, 'AddHistory1796400000000');
  await older.close();

  const database = await openDatabase(url);
  const { history } = createStores(database, testStoreOptions);
  const conflicts = await history.conflicts({ of: {}, before: null, limit: 10 });
  expect(conflicts.map(({ title }) => title)).to.deep.equal(['lost']);
  await database.close();
}
