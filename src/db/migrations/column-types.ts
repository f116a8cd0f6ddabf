/** Columns as both SQLite and MySQL take them. */
import type { QueryRunner, TableColumnOptions } from 'typeorm';

type Extras = Omit<TableColumnOptions, 'name' | 'type'>;

/** Names and ids, compared byte for byte: Exchange ids differ in case only. */
export function shortText(
  runner: QueryRunner,
  name: string,
  length: number,
  extras: Extras = {},
): TableColumnOptions {
  return { name, type: 'varchar', length: String(length), ...exact(runner), ...extras };
}

/** JSON, cursors and pictures; MySQL's `text` ends at 64 kB. */
export function longText(runner: QueryRunner, name: string, extras: Extras = {}): TableColumnOptions {
  return { name, type: isSqlite(runner) ? 'text' : 'longtext', ...exact(runner), ...extras };
}

export function integer(name: string, extras: Extras = {}): TableColumnOptions {
  return { name, type: 'integer', ...extras };
}

/** Milliseconds since the epoch. */
export function time(name: string, extras: Extras = {}): TableColumnOptions {
  return { name, type: 'bigint', ...extras };
}

export function flag(name: string): TableColumnOptions {
  return { name, type: 'boolean' };
}

/** Grows and is never given twice. */
export function generatedId(runner: QueryRunner): TableColumnOptions {
  return { ...reference(runner, 'id'), isPrimary: true, isGenerated: true, generationStrategy: 'increment' };
}

/** A generated id: SQLite's integers have 64 bits, MySQL's 32. */
export function reference(runner: QueryRunner, name: string): TableColumnOptions {
  return { name, type: isSqlite(runner) ? 'integer' : 'bigint' };
}

export const nullable: Extras = { isNullable: true };
export const primary: Extras = { isPrimary: true };

/** Whatever the database was made with: MySQL compares without regard to case unless told otherwise. */
function exact(runner: QueryRunner): Extras {
  return isSqlite(runner) ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
}

function isSqlite(runner: QueryRunner): boolean {
  return runner.dataSource.options.type === 'better-sqlite3';
}
