/** Where a benchmark's installation lies: a folder, and a database of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createConnection } from 'mysql2/promise';

/** A server whose user may make and drop databases; left out: SQLite. */
const serverUrl = process.env['BENCH_DATABASE_URL'];

interface BenchFolder {
  readonly databaseUrl: string;
  readonly remove: () => Promise<void>;
}

export async function makeBenchFolder(): Promise<BenchFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'exsync-bench-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (serverUrl === undefined) {
    return { databaseUrl: `sqlite:${join(folder, 'bench.db')}`, remove: removeFolder };
  }
  const name = basename(folder).replace(/\W/g, '_');
  const administrate = async (statement: string): Promise<void> => {
    const connection = await createConnection(serverUrl);
    await connection.query(statement);
    await connection.end();
  };
  await administrate(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.href,
    remove: async () => {
      await administrate(`DROP DATABASE ${name}`);
      await removeFolder();
    },
  };
}
