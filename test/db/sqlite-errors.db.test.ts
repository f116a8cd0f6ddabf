import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import BetterSqlite3 from 'better-sqlite3';
import { expect } from 'chai';
import { QueryFailedError } from 'typeorm';
import { openDatabase } from '../../src/db/database.ts';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { openingError, runtimeError } from '../../src/db/sqlite-errors.ts';
import { ConfigError } from '../../src/errors.ts';
import { rejection } from './rejection.ts';

let folder: string;
let file: string;

function withFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exsync-db-'));
    file = join(folder, 'exsync.db');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
}

/** The one line that opening this path ends in. */
async function problemOf(path: string): Promise<string> {
  const error = await rejection(openDatabase(`sqlite:${path}`), ConfigError);
  expect(error.problems).to.have.length(1);
  expect(error.message)
    .to.match(/^database\.url: .*\.$/)
    .and.to.contain(path);
  return error.message;
}

/** Writes over the pages after the first, as a failing disk does. */
async function damage(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  const { size } = await handle.stat();
  await handle.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
  await handle.close();
}

describe('openDatabase', () => {
  withFolder();

  it('says of a folder that it is one', async () => {
    expect(await problemOf(folder))
      .to.contain('is a folder')
      .and.to.contain(file);
  });

  it('says of a file of another kind that it is no database, and leaves it as it is', async () => {
    const diary = 'Dear diary, '.repeat(1_000);
    await writeFile(file, diary);
    expect(await problemOf(file)).to.contain('is no SQLite database');
    expect(await readFile(file, 'utf8')).to.equal(diary);
  });

  it('says of a damaged file what to do', async () => {
    await (await openDatabase(`sqlite:${file}`)).close();
    await damage(file);
    expect(await problemOf(file))
      .to.contain('is damaged')
      .and.to.contain('backup');
  });

  it('takes no file for a folder', async () => {
    await writeFile(file, '');
    expect(await problemOf(join(file, 'exsync.db'))).to.contain('ENOTDIR');
    expect(await problemOf(join(file, 'data', 'exsync.db'))).to.contain('ENOTDIR');
  });

  it('gives up at once where no folder can be made', async () => {
    expect(await problemOf('/proc/nope/x/exsync.db')).to.contain('ENOENT');
  });

  it('says that a file cannot be opened where something else is in the way of its journal', async () => {
    await (await openDatabase(`sqlite:${file}`)).close();
    await mkdir(`${file}-wal`);
    expect(await problemOf(file)).to.contain('cannot be opened');
  });
});

describe('openingError', () => {
  const sqliteError = (code: string): Error => new BetterSqlite3.SqliteError('said by SQLite', code);

  it('goes by the first part of the code, also of a failed statement', () => {
    const inStatement = new QueryFailedError('CREATE …', undefined, sqliteError('SQLITE_READONLY_DBMOVED'));
    for (const error of [sqliteError('SQLITE_READONLY'), inStatement]) {
      const explained = openingError(error, '/data/exsync.db');
      expect(explained).to.be.instanceOf(ConfigError);
      expect((explained as Error).message).to.equal(
        'database.url: /data/exsync.db cannot be written; let this user write the file and its folder.',
      );
    }
  });

  it('leaves our own mistakes as they are', () => {
    const mistakes = [
      sqliteError('SQLITE_ERROR'),
      new QueryFailedError('SELEC', [], sqliteError('SQLITE_ERROR')),
    ];
    for (const mistake of [...mistakes, new RangeError('bug'), 'text', null]) {
      expect(openingError(mistake, '/data/exsync.db')).to.equal(mistake);
      expect(runtimeError(mistake, '/data/exsync.db')).to.equal(mistake);
    }
  });
});

describe('Database in trouble', () => {
  withFolder();

  it('says that the disk is full, without what was to be written, and goes on when there is room', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    const write = (details: string): Promise<unknown> =>
      database.transaction((manager) =>
        manager.insert(auditEntity, { at: 1, actor: 'test', what: 'x', details }),
      );
    const pages = (count: number): Promise<unknown> =>
      database.read((manager) => manager.query(`PRAGMA max_page_count = ${count}`));
    // SQLite takes the present size for a limit below it.
    await pages(1);
    const error = await rejection(write('content'.repeat(100_000)), Error);
    expect(error.message).to.equal(`The database ${file} cannot grow; make room on its disk.`);
    expect(error.cause).to.be.instanceOf(QueryFailedError);
    expect(inspect(error, { depth: 5 })).to.not.contain('contentcontent');

    await pages(1_000_000);
    await write('small');
    expect(await database.read((manager) => manager.count(auditEntity))).to.equal(1);
    await database.close();
  });

  it('says that the file is damaged', async () => {
    const database = await openDatabase(`sqlite:${file}`);
    await database.transaction((manager) =>
      manager.insert(auditEntity, { at: 1, actor: 'test', what: 'x', details: 'y'.repeat(50_000) }),
    );
    await database.read((manager) => manager.query('PRAGMA wal_checkpoint(TRUNCATE)'));
    await database.read((manager) => manager.query('PRAGMA shrink_memory'));
    await damage(file);
    const error = await rejection(
      database.read((manager) => manager.find(auditEntity)),
      Error,
    );
    expect(error.message).to.contain(file).and.to.contain('is damaged');
    await database.close();
  });
});
