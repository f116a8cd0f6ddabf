import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDatabase } from '../../src/db/database.ts';
import { createStores } from '../../src/db/stores.ts';
import { makeScratch, requireServer } from './mysql-scratch.ts';
import { testStoreOptions } from './test-database.ts';
import { undoFrom } from './undo-migrations.ts';

describe('AddRetention', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exsync-db-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('takes over the tokens, the content and the decisions of an older database', () =>
    takesOver(`sqlite:${join(folder, 'exsync.db')}`));
});

describe('AddRetention, on MySQL', () => {
  before(requireServer);

  it('takes over the tokens, the content and the decisions of an older database', async () =>
    takesOver(await makeScratch()));
});

async function takesOver(url: string): Promise<void> {
  const older = await openDatabase(url);
  const token = await createStores(older, testStoreOptions).access.createToken(
    'user-1',
    'old',
    ['crm:read'],
    1_000,
  );
  await undoFrom(older.dataSource, 'AddRetention1795386900000');
  await older.transaction(async (manager) => {
    await manager.query(
      "INSERT INTO api_tokens (hash, crmUserId, name, scopes, expiresAt) VALUES ('h', 'user-2', 'other', '[]', ?)",
      [testStoreOptions.clock() + 2_000],
    );
    await manager.query("INSERT INTO blobs VALUES ('photo', 4, 'image/png', 'iVBO')");
    await manager.query(
      `INSERT INTO actions (runId, mailboxId, module, linkId, step, final, kind, overwrites, title, state, approved, inboxIds, body)
         VALUES (1, 'm', 'contacts', 'l', 0, 1, 'remove', 0, '', 'rejected', 0, '[]', '{}')`,
    );
  });
  await older.close();

  const database = await openDatabase(url);
  const stores = createStores(database, testStoreOptions);
  expect(await stores.access.token(token)).to.deep.equal({ crmUserId: 'user-1', scopes: ['crm:read'] });
  const tokens = await stores.access.tokens();
  expect(tokens.map(({ name, createdAt }) => ({ name, createdAt }))).to.deep.equal([
    { name: 'old', createdAt: null },
    { name: 'other', createdAt: null },
  ]);
  expect(new Set(tokens.map(({ id }) => id)).size).to.equal(2);
  for (const { id } of tokens) expect(id).to.match(/^[0-9a-f]{12}$/);

  // What was there before counts as used and decided at the moment of the change.
  const rows = await database.read((manager) =>
    manager.query<{ time: number }[]>(
      'SELECT usedAt AS time FROM blob_uses UNION ALL SELECT finishedAt FROM actions',
    ),
  );
  expect(rows.map(({ time }) => Number(time) > Date.now() - 60_000)).to.deep.equal([true, true]);
  await database.close();
}
