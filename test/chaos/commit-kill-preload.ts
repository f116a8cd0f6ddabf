/**
 * Loaded into an exsync process before it starts (`node --import`): counts the transactions it commits, and kills it
 * with SIGKILL right before or right after the one that KILL_AT_COMMIT names. KILL_WHEN is `before` or `after`;
 * COMMIT_COUNT_FILE gets the count when the process ends by itself.
 */
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import mysql2 from 'mysql2';

const at = Number(process.env['KILL_AT_COMMIT'] ?? 0);
const isBefore = process.env['KILL_WHEN'] === 'before';
let commits = 0;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing more may happen meanwhile.
  for (;;);
}

function aroundCommit<T>(commit: () => T): T {
  commits += 1;
  if (commits === at && isBefore) die();
  const result = commit();
  if (commits === at) die();
  return result;
}

function isCommit(sql: string): boolean {
  return /^\s*(COMMIT|END)\b/i.test(sql);
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- both are called with the connection as `this`
const { prepare, exec } = Database.prototype;

Database.prototype.prepare = function (this: Database.Database, sql: string) {
  const statement = prepare.call(this, sql);
  if (!isCommit(sql)) return statement;
  const run = statement.run.bind(statement);
  statement.run = (...parameters: unknown[]) =>
    aroundCommit(() => Reflect.apply(run, statement, parameters) as Database.RunResult);
  return statement;
} as typeof prepare;

Database.prototype.exec = function (this: Database.Database, sql: string) {
  return isCommit(sql) ? aroundCommit(() => exec.call(this, sql)) : exec.call(this, sql);
};

type Query = (this: unknown, sql: unknown, ...rest: unknown[]) => unknown;
// The package exports a class that inherits its `query`.
const connection = Object.getPrototypeOf(mysql2.Connection.prototype) as { query: Query };
const { query } = connection;

connection.query = function (sql, ...rest) {
  const done = rest.at(-1);
  if (typeof sql !== 'string' || !isCommit(sql) || typeof done !== 'function') {
    return query.call(this, sql, ...rest);
  }
  commits += 1;
  const number = commits;
  if (number === at && isBefore) die();
  return query.call(this, sql, ...rest.slice(0, -1), (...results: unknown[]) => {
    if (number === at) die();
    (done as (...results: unknown[]) => void)(...results);
  });
};

const countFile = process.env['COMMIT_COUNT_FILE'];
if (countFile) process.on('exit', () => writeFileSync(countFile, String(commits)));
