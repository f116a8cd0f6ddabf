/** Databases of our own on the server of TEST_MYSQL_URL, dropped when the tests of this process are over. */
import { createConnection } from 'mysql2/promise';
import type { Connection, RowDataPacket } from 'mysql2/promise';

export const serverUrl = process.env['TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306/test';

const made: string[] = [];
let connection: Promise<Connection> | null = null;

/** A connection of our own to the server, for what the program never does. */
export function serverConnection(): Promise<Connection> {
  connection ??= createConnection({ uri: serverUrl, multipleStatements: true });
  return connection;
}

export function urlOf(database: string, changed: Partial<Pick<URL, 'username' | 'password'>> = {}): string {
  const url = Object.assign(new URL(serverUrl), changed);
  url.pathname = `/${database}`;
  return url.href;
}

/** The URL of a new, empty database. Its own character set is the wrong one, as an administrator's may be. */
export async function makeScratch(): Promise<string> {
  const name = `exsync_test_${process.pid}_${made.length + 1}`;
  made.push(name);
  const server = await serverConnection();
  await server.query(`DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name} CHARACTER SET latin1`);
  return urlOf(name);
}

/** Takes every row out, and begins generated ids anew; what migrations put in stays. */
export async function empty(database: string): Promise<void> {
  const server = await serverConnection();
  const [tables] = await server.query<RowDataPacket[]>(
    'SELECT table_name AS name, auto_increment AS next FROM information_schema.tables WHERE table_schema = ?',
    [database],
  );
  const statements = tables.flatMap((row) => {
    const name = `${database}.${String(row['name'])}`;
    if (row['name'] === 'migrations') return [];
    if (row['name'] === 'crm_counters') return [`UPDATE ${name} SET value = 0`];
    if (row['name'] === 'crm_profiles') return [`DELETE FROM ${name} WHERE \`system\` = 0`];
    return [(row['next'] ?? 1) > 1 ? `TRUNCATE ${name}` : `DELETE FROM ${name}`];
  });
  if (statements.length > 0) await server.query(statements.join(';'));
}

/** Null where the server can be used, else why not. */
async function problem(): Promise<string | null> {
  try {
    await (await serverConnection()).query('SELECT 1');
    return null;
  } catch (error) {
    connection = null;
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return `no MySQL or MariaDB at ${new URL(serverUrl).host} (${code}); name one with TEST_MYSQL_URL`;
  }
}

/** Skips the tests of this suite, loudly, where there is no server; with CI=true that is a failure. */
export async function requireServer(this: Mocha.Context): Promise<void> {
  const missing = await problem();
  if (missing === null) return;
  if (process.env['CI'] === 'true') throw new Error(missing);
  console.warn(`      SKIPPED: ${missing}`);
  this.skip();
}

after(async () => {
  if (connection === null) return;
  const server = await connection;
  for (const name of made) await server.query(`DROP DATABASE IF EXISTS ${name}`);
  await server.end();
});
