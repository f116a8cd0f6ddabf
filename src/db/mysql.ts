/** MySQL 8 and MariaDB from 10.6 on, through mysql2. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createPool } from 'mysql2';
import type { Pool, PoolConnection, PoolOptions, SslOptions } from 'mysql2';
import { DataSource } from 'typeorm';
import type { EntityManager, QueryRunner } from 'typeorm';
import { ConfigError } from '../errors.ts';
import type { Database, Schema } from './database.ts';
import {
  CommitUnansweredError,
  openingError,
  passingTrouble,
  runtimeError,
  unavailable,
} from './mysql-errors.ts';
import { rowsMetBy } from './fixed-sql.ts';
import { migrateMysql } from './mysql-migrations.ts';
import { parseMysqlUrl } from './mysql-url.ts';
import type { MysqlAddress } from './mysql-url.ts';
import { isKnownVersion } from './mysql-version.ts';
import { NoNesting } from './no-nesting.ts';
import { persist, usualWaiting } from './persistence.ts';
import type { Waiting } from './persistence.ts';
import { silentLogger } from './silent-logger.ts';

const connectTimeoutMs = 10_000;
/** Four runs write at a time, and people look at pages; a task that finds none free waits for one. */
const connectionLimit = 10;
/** What the parts of a statement are cut to leaves room below this. */
const smallestPacketBytes = 16 * 1024 * 1024;

/**
 * Each connection's own settings, whatever the server's are. sql_mode: values that do not fit are errors; and without
 * NO_BACKSLASH_ESCAPES and ANSI_QUOTES, for mysql2 quotes values with backslashes and would leave a way in.
 */
const sessionSettings = [
  "SET NAMES utf8mb4 COLLATE utf8mb4_bin, sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
    "time_zone = '+00:00', autocommit = 1, innodb_lock_wait_timeout = 20, default_storage_engine = InnoDB",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

export async function openMysql(
  url: string,
  schema: Schema,
  waiting: Waiting = usualWaiting,
): Promise<Database> {
  const address = parseMysqlUrl(url);
  const pools: Pool[] = [];
  const dataSource = createDataSource(address, schema, (options) => {
    const pool = createPreparedPool(options);
    pools.push(pool);
    return pool;
  });
  try {
    await dataSource.initialize();
    await checkServer(dataSource);
    await migrateMysql(dataSource, address.database);
    await checkRights(dataSource);
  } catch (error) {
    // Not by `destroy`: a DataSource that failed at its first questions refuses it, and its connections keep us alive.
    await Promise.all(pools.map(endPool));
    throw openingError(error, address);
  }

  const nesting = new NoNesting();
  let closed = false;
  const persistently = async <T>(attempt: () => Promise<T>): Promise<T> => {
    nesting.refuse();
    try {
      return await nesting.run(() => persist(attempt, waiting, () => closed));
    } catch (error) {
      const isAway = error instanceof CommitUnansweredError || passingTrouble(error) === 'gone';
      throw isAway ? unavailable(error, address) : runtimeError(error, address);
    }
  };
  return {
    dataSource,
    transaction: (task) => persistently(() => inTransaction(dataSource, task)),
    read: (task) => persistently(() => task(dataSource.manager)),
    repeatable: (sql, values) => persistently(() => rowsMetBy(dataSource, sql, values)),
    close() {
      closed = true;
      return dataSource.destroy();
    },
  };
}

function createDataSource(
  address: MysqlAddress,
  schema: Schema,
  makePool: (options: PoolOptions) => Pool,
): DataSource {
  const { host, port, user, password, database, tls } = address;
  const ssl: SslOptions | undefined =
    tls === null
      ? undefined
      : {
          rejectUnauthorized: true,
          verifyIdentity: true,
          ...(tls.caFile === null ? {} : { ca: readCa(tls.caFile) }),
        };
  return new DataSource({
    type: 'mysql',
    driver: { createPool: makePool },
    host,
    port,
    username: user,
    password,
    database,
    ...(ssl ? { ssl } : {}),
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    bigNumberStrings: false,
    connectTimeout: connectTimeoutMs,
    poolSize: connectionLimit,
    // Without `trace` mysql2 does not capture the stack of every statement for the case that it fails.
    extra: { keepAliveInitialDelay: 10_000, trace: false } satisfies PoolOptions,
    logger: silentLogger,
    entities: [...schema.entities],
    migrations: [...schema.migrations],
  });
}

function readCa(name: string): Buffer {
  const file = resolve(name);
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError([`database.url: the file of ssl-ca, ${file}, cannot be read (${code}).`]);
  }
}

function createPreparedPool(options: PoolOptions): Pool {
  const pool = createPool(options);
  pool.on('connection', (connection: PoolConnection) => {
    for (const statement of sessionSettings) {
      // Statements of a connection are carried out in order. One without these settings must not be used.
      connection.query(statement, (error) => {
        if (error) connection.destroy();
      });
    }
  });
  return pool;
}

/** Whatever becomes of the farewells: the reason for the end is told elsewhere. */
function endPool(pool: Pool): Promise<void> {
  return new Promise((resolve) => {
    pool.end(() => resolve());
  });
}

async function checkServer(dataSource: DataSource): Promise<void> {
  const [server] = await dataSource.query<{ version: string; packetBytes: number }[]>(
    'SELECT VERSION() AS version, @@max_allowed_packet AS packetBytes',
  );
  const { version = '', packetBytes = 0 } = server ?? {};
  if (!isKnownVersion(version)) {
    throw new ConfigError([
      `database.url: the server is too old (${version}); MySQL 8.0 or MariaDB 10.6 is the least.`,
    ]);
  }
  if (packetBytes < smallestPacketBytes) {
    throw new ConfigError([
      `database.url: the server takes statements of ${packetBytes} bytes at most; ` +
        'set max_allowed_packet = 64M in its configuration.',
    ]);
  }
}

/** The server checks rights before it looks for rows, and here are none. */
async function checkRights(dataSource: DataSource): Promise<void> {
  await dataSource.query('INSERT INTO settings SELECT * FROM settings WHERE 1 = 0');
  await dataSource.query('UPDATE settings SET version = version WHERE 1 = 0');
  await dataSource.query('DELETE FROM settings WHERE 1 = 0');
}

/** Not by TypeORM's own `transaction`: whether a COMMIT was on its way decides whether the task may be repeated. */
async function inTransaction<T>(
  dataSource: DataSource,
  task: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let isCommitting = false;
  try {
    await runner.startTransaction();
    const result = await task(runner.manager);
    isCommitting = true;
    await runner.commitTransaction();
    await runner.release();
    return result;
  } catch (error) {
    await giveUp(runner);
    if (isCommitting && passingTrouble(error) === 'gone') {
      throw new CommitUnansweredError('The connection broke during a COMMIT.', { cause: error });
    }
    throw error;
  }
}

/** A connection whose transaction cannot be rolled back goes away: used again it would carry on with it. */
async function giveUp(runner: QueryRunner): Promise<void> {
  try {
    await runner.query('ROLLBACK');
  } catch {
    const connection = (await runner.connect().catch(() => null)) as PoolConnection | null;
    connection?.destroy();
  }
  await runner.release();
}
