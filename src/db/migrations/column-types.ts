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
  const binary = isSqlite(runner) ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  return { name, type: 'varchar', length: String(length), ...binary, ...extras };
}

/** JSON, cursors and pictures: up to 16 MB on MySQL, whose `text` ends at 64 kB. */
export function longText(runner: QueryRunner, name: string, extras: Extras = {}): TableColumnOptions {
  return { name, type: isSqlite(runner) ? 'text' : 'mediumtext', ...extras };
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
export function generatedId(): TableColumnOptions {
  return { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' };
}

export const nullable: Extras = { isNullable: true };
export const primary: Extras = { isPrimary: true };

function isSqlite(runner: QueryRunner): boolean {
  return runner.dataSource.options.type === 'better-sqlite3';
}
