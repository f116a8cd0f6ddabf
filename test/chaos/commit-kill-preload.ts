/**
 * Loaded into an exsync process before it starts (`node --import`): counts the transactions it commits, and kills it
 * with SIGKILL right before or right after the one that KILL_AT_COMMIT names. KILL_WHEN is `before` or `after`;
 * COMMIT_COUNT_FILE gets the count when the process ends by itself. With KILL_COMMIT_OF only transactions count that wrote to
 * a table whose name begins like that; with KILL_ARMED_BY only those that come after this signal.
 */
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import mysql2 from 'mysql2';

const at = Number(process.env['KILL_AT_COMMIT'] ?? 0);
const isBefore = process.env['KILL_WHEN'] === 'before';
const table = process.env['KILL_COMMIT_OF'];
const signal = process.env['KILL_ARMED_BY'] as NodeJS.Signals | undefined;
let isArmed = signal === undefined;
let commits = 0;
/** Connections whose present transaction has written to such a table. */
const written = new WeakSet<object>();

if (signal !== undefined) process.once(signal, () => (isArmed = true));

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing more may happen meanwhile.
  for (;;);
}

/** Whether the commit is the one. */
function isReached(connection: object): boolean {
  const counts = isArmed && (table === undefined || written.has(connection));
  written.delete(connection);
  if (counts) commits += 1;
  return counts && commits === at;
}

function aroundCommit<T>(connection: object, commit: () => T): T {
  const isIt = isReached(connection);
  if (isIt && isBefore) die();
  const result = commit();
  if (isIt) die();
  return result;
}

function isCommit(sql: string): boolean {
  return /^\s*(COMMIT|END)\b/i.test(sql);
}

const writes =
  table === undefined ? null : new RegExp(`^\\s*(INSERT|UPDATE|DELETE|REPLACE)\\b[^]*?${table}`, 'i');

/** What was rolled back has written nothing. */
function watch(connection: object, sql: string): void {
  if (writes?.test(sql)) written.add(connection);
  else if (/^\s*ROLLBACK\b/i.test(sql)) written.delete(connection);
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- both are called with the connection as `this`
const { prepare, exec } = Database.prototype;

Database.prototype.prepare = function (this: Database.Database, sql: string) {
  const statement = prepare.call(this, sql);
  if (!isCommit(sql) && !writes?.test(sql) && !/^\s*ROLLBACK\b/i.test(sql)) return statement;
  for (const name of ['run', 'all', 'get'] as const) {
    const carryOut = statement[name].bind(statement) as (...parameters: unknown[]) => unknown;
    Object.assign(statement, {
      [name]: (...parameters: unknown[]) => {
        if (isCommit(sql)) return aroundCommit(this, () => carryOut(...parameters));
        watch(this, sql);
        return carryOut(...parameters);
      },
    });
  }
  return statement;
} as typeof prepare;

Database.prototype.exec = function (this: Database.Database, sql: string) {
  return isCommit(sql) ? aroundCommit(this, () => exec.call(this, sql)) : exec.call(this, sql);
};

type Query = (this: object, sql: unknown, ...rest: unknown[]) => unknown;
// The package exports a class that inherits its `query`.
const connection = Object.getPrototypeOf(mysql2.Connection.prototype) as { query: Query };
const { query } = connection;

connection.query = function (sql, ...rest) {
  const done = rest.at(-1);
  if (typeof sql === 'string') watch(this, sql);
  if (typeof sql !== 'string' || !isCommit(sql) || typeof done !== 'function') {
    return query.call(this, sql, ...rest);
  }
  const isIt = isReached(this);
  if (isIt && isBefore) die();
  return query.call(this, sql, ...rest.slice(0, -1), (...results: unknown[]) => {
    if (isIt) die();
    (done as (...results: unknown[]) => void)(...results);
  });
};

const countFile = process.env['COMMIT_COUNT_FILE'];
if (countFile) process.on('exit', () => writeFileSync(countFile, String(commits)));
