import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'chai';
import { EntitySchema, QueryFailedError, Table } from 'typeorm';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { openDatabase } from '../../src/db/database.ts';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { ConfigError } from '../../src/errors.ts';
import { rejection } from './rejection.ts';
import { onEachDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const openProcess = fileURLToPath(new URL('./open-database-process.ts', import.meta.url));

function insertAudit(manager: EntityManager, what: string): Promise<unknown> {
  return manager.insert(auditEntity, { at: 1, actor: 'test', what, details: '{}' });
}

onEachDatabase('Database', (openTestDatabase, kind) => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await openTestDatabase();
  });
  afterEach(() => test.close());

  it('keeps parallel transactions and reads apart', async () => {
    const { database } = test;
    const seen: number[] = [];
    const tasks = Array.from({ length: 50 }, (_, index) => {
      if (index % 2 === 1) {
        return database.read(async (manager) => {
          const before = await manager.count(auditEntity);
          await Promise.resolve();
          seen.push(before, await manager.count(auditEntity));
        });
      }
      return database.transaction(async (manager) => {
        await insertAudit(manager, `first of ${index}`);
        await insertAudit(manager, `second of ${index}`);
        if (index % 10 === 0) throw new Error('roll back');
      });
    });
    const results = await Promise.allSettled(tasks);

    expect(results.filter((result) => result.status === 'rejected')).to.have.length(5);
    expect(await database.read((manager) => manager.count(auditEntity))).to.equal(40);
    expect(seen.filter((count) => count % 2 === 1)).to.deep.equal([]);
    // On MySQL each statement of a read sees what is committed by then.
    if (kind === 'mysql') return;
    for (let index = 0; index < seen.length; index += 2) expect(seen[index]).to.equal(seen[index + 1]);
  });

  it('writes nothing of a transaction that throws', async () => {
    await rejection(
      test.database.transaction(async (manager) => {
        await insertAudit(manager, 'lost');
        throw new TypeError('broken');
      }),
      TypeError,
    );
    expect(await test.database.read((manager) => manager.count(auditEntity))).to.equal(0);
  });

  it('keeps what was to be written out of the error', async () => {
    const twice = { at: 1, actor: 'test', what: 'x', details: 'content', id: 1 };
    const error = await rejection(
      test.database.transaction(async (manager) => {
        await manager.insert(auditEntity, twice);
        await manager.insert(auditEntity, { ...twice, id: 1 });
      }),
      QueryFailedError,
    );
    expect(inspect(error)).to.not.contain("'content'");
  });

  it('refuses a transaction within a task instead of waiting for itself', async () => {
    const { database } = test;
    const error = await rejection(
      database.read(() => database.transaction(() => Promise.resolve())),
      Error,
    );
    expect(error.message).to.contain('inside another one');
    await database.transaction((manager) => insertAudit(manager, 'goes on'));
  });
});

describe('Database', () => {
  it('waits for the disk with every commit', async () => {
    const database = await openDatabase('sqlite::memory:');
    const rows: unknown = await database.read((manager) => manager.query('PRAGMA synchronous'));
    expect(rows).to.deep.equal([{ synchronous: 2 }]);
    await database.close();
  });

  it('refuses a URL of an unknown kind, naming the key and not the address', async () => {
    const error = await rejection(openDatabase('oracle://user:secret@host/db'), ConfigError);
    expect(error.message).to.contain('database.url').and.not.contain('secret');
  });
});

describe('Database in a file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exsync-db-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes its folder and its file for the owner alone', async () => {
    const file = join(folder, 'data', 'exsync.db');
    const database = await openDatabase(`sqlite:${file}`);
    await database.transaction((manager) => insertAudit(manager, 'x'));
    expect((await stat(join(folder, 'data'))).mode & 0o777).to.equal(0o700);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await stat(`${file}-wal`)).mode & 0o777).to.equal(0o600);
    await database.close();
  });

  it('is migrated once when several processes start at the same time', async function () {
    this.timeout(90_000);
    const url = `sqlite:${join(folder, 'exsync.db')}`;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      [1, 2, 3].map(() => run(process.execPath, ['--import', 'tsx', openProcess, url])),
    );
    const ids = new Set(outputs.map((output) => output.stdout));
    expect(ids.size).to.equal(1);

    const database = await openDatabase(url);
    const migrations: unknown = await database.read((manager) =>
      manager.query('SELECT name FROM migrations ORDER BY id'),
    );
    expect(migrations).to.deep.equal([
      { name: 'CreateSyncTables1763790000000' },
      { name: 'CreateAdministrationTables1763790100000' },
      { name: 'AddRetention1795386900000' },
      { name: 'AddMailboxServer1795760500000' },
      { name: 'AddMeetings1796300000000' },
      { name: 'AddHistory1796400000000' },
      { name: 'IndexLargeMailboxes1796500000000' },
      { name: 'OpenMovedLinks1796510000000' },
      { name: 'AddMailboxModules1796600000000' },
      { name: 'CountLeftOut1796800000000' },
      { name: 'AddOrders1796900000000' },
    ]);
    await database.close();
  });

  it('begins a transaction as a writer, so that one that reads first does not fail when it writes', async () => {
    const file = join(folder, 'exsync.db');
    const database = await openDatabase(`sqlite:${file}`);
    const other = new BetterSqlite3(file, { timeout: 0 });
    await database.transaction(async (manager) => {
      await manager.count(auditEntity);
      expect(() => other.exec('BEGIN IMMEDIATE')).to.throw('locked');
      await insertAudit(manager, 'written');
    });
    other.exec('BEGIN IMMEDIATE; ROLLBACK');
    other.close();
    await database.close();
  });

  it('takes tables of other parts and leaves nothing of a migration that fails', async () => {
    const thingEntity = new EntitySchema<{ id: string }>({
      name: 'thing',
      tableName: 'things',
      columns: { id: { type: 'varchar', primary: true } },
    });
    class CreateThings1763790200000 implements MigrationInterface {
      static fails = true;
      async up(runner: QueryRunner): Promise<void> {
        await runner.createTable(
          new Table({ name: 'things', columns: [{ name: 'id', type: 'varchar', isPrimary: true }] }),
        );
        if (CreateThings1763790200000.fails) throw new RangeError('broken migration');
      }
      async down(runner: QueryRunner): Promise<void> {
        await runner.dropTable('things');
      }
    }
    const url = `sqlite:${join(folder, 'exsync.db')}`;
    const extras = { entities: [thingEntity], migrations: [CreateThings1763790200000] };
    await rejection(openDatabase(url, extras), RangeError);
    CreateThings1763790200000.fails = false;
    const database = await openDatabase(url, extras);
    await database.transaction((manager) => manager.insert(thingEntity, { id: 'thing-1' }));
    expect(await database.read((manager) => manager.count(thingEntity))).to.equal(1);
    await database.close();
  });
});
