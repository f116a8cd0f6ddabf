/** Steps that may be carried out again: MySQL commits with each of them. */
import type { QueryRunner, TableIndex } from 'typeorm';

export async function addIndex(runner: QueryRunner, table: string, index: TableIndex): Promise<void> {
  if (!(await isPresent(runner, table, index))) await runner.createIndex(table, index);
}

export async function dropIndex(runner: QueryRunner, table: string, index: TableIndex): Promise<void> {
  if (await isPresent(runner, table, index)) await runner.dropIndex(table, index);
}

async function isPresent(runner: QueryRunner, table: string, { name }: TableIndex): Promise<boolean> {
  return (await runner.getTable(table))?.indices.some((one) => one.name === name) ?? false;
}
