/** The one way to the database: which one it is shows in the URL and nowhere else. */
import type { DataSource, EntityManager, EntitySchema, MigrationInterface } from 'typeorm';
import { ConfigError } from '../errors.ts';
import { coreEntities } from './entities/core-entities.ts';
import { CreateSyncTables1763790000000 } from './migrations/1763790000000-create-sync-tables.ts';
import { CreateAdministrationTables1763790100000 } from './migrations/1763790100000-create-administration-tables.ts';
import { AddRetention1795386900000 } from './migrations/1795386900000-add-retention.ts';
import { AddMailboxServer1795760500000 } from './migrations/1795760500000-add-mailbox-server.ts';
import { AddMeetings1796300000000 } from './migrations/1796300000000-add-meetings.ts';
import { AddHistory1796400000000 } from './migrations/1796400000000-add-history.ts';
import { IndexLargeMailboxes1796500000000 } from './migrations/1796500000000-index-large-mailboxes.ts';
import { OpenMovedLinks1796510000000 } from './migrations/1796510000000-open-moved-links.ts';
import { AddMailboxModules1796600000000 } from './migrations/1796600000000-add-mailbox-modules.ts';
import { CountLeftOut1796800000000 } from './migrations/1796800000000-count-left-out.ts';
import { AddOrders1796900000000 } from './migrations/1796900000000-add-orders.ts';
import { openMysql } from './mysql.ts';
import type { Waiting } from './persistence.ts';
import { openSqlite } from './sqlite.ts';

export interface Database {
  /** For metadata only; every query goes through `transaction` or `read`. */
  readonly dataSource: DataSource;
  /**
   * All or nothing. Inside, wait for nothing but this manager's queries: on SQLite the whole process waits behind it.
   * Starting another transaction or read inside is an error. Not `durable`: a loss of power may undo the last ones,
   * in their order; for what is found out again by itself, such as a page of changes. MySQL keeps all of them.
   *
   * On MySQL transactions run side by side, READ COMMITTED: what a decision rests on is locked first, or checked again
   * by the statement that writes. The task may be carried out again from its beginning, so it changes nothing else.
   * Throws RemoteError `DatabaseUnavailable` when the database stays away; `outcomeUnknown` where only the answer to
   * the COMMIT is missing.
   */
  transaction<T>(
    task: (manager: EntityManager) => Promise<T>,
    options?: { readonly durable: boolean },
  ): Promise<T>;
  /** Queries that write nothing. On MySQL each one sees what is committed by then. */
  read<T>(task: (manager: EntityManager) => Promise<T>): Promise<T>;
  /**
   * One writing statement without a transaction around it, which on MySQL saves two of three round trips. It must do no
   * harm when it is carried out twice, and a loss of power may undo it. Returns how many rows it met.
   */
  repeatable(sql: string, values: readonly (string | number)[]): Promise<number>;
  close(): Promise<void>;
}

export type MigrationClass = new () => MigrationInterface;

export interface Schema {
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly MigrationClass[];
}

/** Tables of parts that src/db must not know, such as the embedded CRM. */
export interface DatabaseExtras {
  readonly entities?: readonly EntitySchema[];
  readonly migrations?: readonly MigrationClass[];
  /** Of MySQL alone; left out: as persistence.ts has it. */
  readonly waiting?: Waiting;
}

/**
 * Opens `sqlite:PATH` (`sqlite::memory:` for tests) or `mysql://…` (see mysql-url.ts) and brings its tables up to date;
 * of several processes that start at once, one does so and the others wait. Throws ConfigError for a URL that names no
 * known database, and for a file or a server that cannot be used.
 */
export async function openDatabase(url: string, extras: DatabaseExtras = {}): Promise<Database> {
  const schema: Schema = {
    entities: [...coreEntities, ...(extras.entities ?? [])],
    migrations: [
      CreateSyncTables1763790000000,
      CreateAdministrationTables1763790100000,
      AddRetention1795386900000,
      AddMailboxServer1795760500000,
      AddMeetings1796300000000,
      AddHistory1796400000000,
      IndexLargeMailboxes1796500000000,
      OpenMovedLinks1796510000000,
      AddMailboxModules1796600000000,
      CountLeftOut1796800000000,
      AddOrders1796900000000,
      ...(extras.migrations ?? []),
    ],
  };
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), schema);
  if (url.startsWith('mysql:')) return openMysql(url, schema, extras.waiting);
  throw new ConfigError([
    `database.url: "${url.split(':', 1)[0] ?? ''}" is no known database; ` +
      'use sqlite:PATH, such as sqlite:data/exsync.db, or mysql://USER:PASSWORD@HOST/DATABASE.',
  ]);
}
