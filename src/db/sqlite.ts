import { closeSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { ConfigError } from '../errors.ts';
import type { Database, Schema } from './database.ts';
import { FifoGate } from './fifo-gate.ts';
import { makePrivateFolder } from './private-folder.ts';
import { silentLogger } from './silent-logger.ts';
import { rowsMetBy } from './fixed-sql.ts';
import { openingError, runtimeError } from './sqlite-errors.ts';

/** More than the texts that a run uses. */
const statementCacheSize = 400;
const busyTimeoutMs = 5_000;
/** While another process migrates, a starting one waits this long. */
const migrationTimeoutMs = 120_000;

export async function openSqlite(path: string, schema: Schema): Promise<Database> {
  const file = path === ':memory:' ? path : createPrivateFile(path);
  let connection: BetterSqlite3.Database | undefined;
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    database: file,
    timeout: migrationTimeoutMs,
    statementCacheSize,
    logger: silentLogger,
    entities: [...schema.entities],
    migrations: [...schema.migrations],
    prepareDatabase: (opened: BetterSqlite3.Database) => {
      connection = opened;
      configure(opened);
    },
  });
  try {
    await dataSource.initialize();
    await migrate(dataSource);
  } catch (error) {
    // Not by `destroy`: TypeORM knows nothing of a connection that could not be prepared.
    connection?.close();
    throw openingError(error, file);
  }
  connection?.pragma(`busy_timeout = ${busyTimeoutMs}`);

  // TypeORM has one connection for SQLite: without the gate, transactions of parallel tasks would run into each other.
  const gate = new FifoGate();
  let isDurable: boolean | null = null;
  const beDurable = (durable: boolean): void => {
    // In WAL mode NORMAL does not wait for the disk at each commit. It must be said outside a transaction.
    if (isDurable !== durable) connection?.pragma(`synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    isDurable = durable;
  };
  return {
    dataSource,
    transaction: <T>(task: (manager: EntityManager) => Promise<T>, { durable } = { durable: true }) =>
      gate.run(() => {
        beDurable(durable);
        return explained(file, dataSource.transaction(task));
      }),
    read: <T>(task: (manager: EntityManager) => Promise<T>) =>
      gate.run(() => explained(file, task(dataSource.manager))),
    repeatable: (sql, values) =>
      gate.run(() => {
        beDurable(false);
        return explained(file, rowsMetBy(dataSource, sql, values));
      }),
    close: () => gate.run(() => dataSource.destroy()),
  };
}

async function explained<T>(file: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw runtimeError(error, file);
  }
}

function configure(connection: BetterSqlite3.Database): void {
  connection.pragma('journal_mode = WAL');
  connection.pragma('foreign_keys = ON');
  const prepare = connection.prepare.bind(connection);
  // TypeORM begins deferred: a transaction that reads before it writes would fail at once, without waiting for
  // busy_timeout, when another process wrote in between (SQLITE_BUSY_SNAPSHOT). Only writers use transactions here.
  connection.prepare = (sql: string) => prepare(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql);
}

/**
 * In one immediate transaction, so that of two starting processes the second finds nothing left to do. When it fails,
 * closing the connection rolls it back.
 */
async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  await dataSource.runMigrations({ transaction: 'all' });
  await runner.commitTransaction();
}

/** The file and a folder made for it are readable by their owner only; SQLite gives its -wal and -shm the same mode. */
function createPrivateFile(path: string): string {
  const file = resolve(path.replace(/^\/\/(?=\/)/, ''));
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      throw new ConfigError([`database.url: ${file} is a folder; name a file, such as ${file}/exsync.db.`]);
    }
    if (!found) {
      makePrivateFolder(dirname(file));
      closeSync(openSync(file, 'a', 0o600));
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError([
      `database.url: ${file} cannot be created (${code}); name a file in a folder that this user may write.`,
    ]);
  }
  return file;
}
