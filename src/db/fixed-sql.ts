/**
 * Statements with a fixed text, past TypeORM's query builder, which spends several times as long on composing a text as
 * the database on carrying it out. Names stand in backticks, which SQLite and MySQL both take; values are `?`.
 */
import type { DataSource, EntityManager } from 'typeorm';

/** What the drivers take. */
type Value = string | number | boolean | null;

/** For `IN`: as many places for values as there are. */
export function listOf(values: readonly Value[]): string {
  return `(${values.map(() => '?').join(', ')})`;
}

/** Rows as the driver gives them: flags as 0 and 1, each column under its own name. */
export function selectAll<Row>(
  manager: EntityManager,
  sql: string,
  values: readonly Value[] = [],
): Promise<Row[]> {
  return manager.query<Row[]>(sql, [...values]);
}

export async function selectOne<Row>(
  manager: EntityManager,
  sql: string,
  values: readonly Value[] = [],
): Promise<Row | null> {
  return (await selectAll<Row>(manager, sql, values))[0] ?? null;
}

/** Returns how many rows it met. Inside a transaction only. */
export async function carryOut(
  manager: EntityManager,
  sql: string,
  values: readonly Value[],
): Promise<number> {
  return (await structured(manager, sql, values)).affected ?? 0;
}

/** An INSERT of one row; returns its generated number. Inside a transaction only. */
export async function insertNumbered(
  manager: EntityManager,
  sql: string,
  values: readonly Value[],
): Promise<number> {
  const raw = (await structured(manager, sql, values)).raw as number | bigint | { readonly insertId: number };
  return Number(typeof raw === 'object' ? raw.insertId : raw);
}

/** Without a transaction. Returns how many rows it met. */
export async function rowsMetBy(
  dataSource: DataSource,
  sql: string,
  values: readonly Value[],
): Promise<number> {
  const runner = dataSource.createQueryRunner();
  try {
    return (await runner.query(sql, [...values], true)).affected ?? 0;
  } finally {
    await runner.release();
  }
}

function structured(
  { queryRunner }: EntityManager,
  sql: string,
  values: readonly Value[],
): Promise<{ readonly affected?: number; readonly raw: unknown }> {
  if (!queryRunner) throw new Error('A statement that writes belongs into a transaction.');
  return queryRunner.query(sql, [...values], true);
}
