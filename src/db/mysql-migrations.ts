import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../errors.ts';

const waitSeconds = 120;

/**
 * Brings the tables up to date. Of several processes that start at once one does so and the others wait. The server
 * commits with every CREATE and ALTER, so a migration that broke off stays half done: each is written so that it may
 * be carried out again from its beginning.
 */
export async function migrateMysql(dataSource: DataSource, database: string): Promise<void> {
  // Names of locks are of the whole server, and at most 64 characters long.
  const lock = `exsync ${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
  const holder = dataSource.createQueryRunner();
  try {
    const rows = (await holder.query('SELECT GET_LOCK(?, ?) AS taken', [lock, waitSeconds])) as {
      taken: number | null;
    }[];
    if (rows[0]?.taken !== 1) {
      throw new ConfigError([
        `database.url: another process has been changing the tables of ${database} for ${waitSeconds} seconds; ` +
          'wait for it, or end it, and start again.',
      ]);
    }
    await dataSource.runMigrations({ transaction: 'none' });
    await holder.query('SELECT RELEASE_LOCK(?)', [lock]);
  } finally {
    await holder.release();
  }
}
