import type { DataSource, EntityManager } from 'typeorm';

/**
 * The gate to the database, injected. TypeORM's better-sqlite3 driver has one connection, so two interleaved
 * transactions would nest in one another: nothing here reaches the data source but through these two methods.
 */
export interface Database {
  readonly dataSource: DataSource;
  /** Runs fn in one transaction; on SQLite transactions and reads are queued one after the other. */
  transaction<T>(fn: (manager: EntityManager) => Promise<T>): Promise<T>;
  read<T>(fn: (manager: EntityManager) => Promise<T>): Promise<T>;
}
