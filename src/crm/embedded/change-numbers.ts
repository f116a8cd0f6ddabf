/** The organisation-wide numbers that order changes. */
import type { EntityManager } from 'typeorm';
import type { Module } from '../../sync/model.ts';
import { CounterEntity } from './entities.ts';

export type CounterName = Module | 'users';

export interface Counter {
  readonly value: number;
  readonly epoch: string;
}

export async function loadCounter(manager: EntityManager, name: CounterName): Promise<Counter> {
  const [row] = await manager.query<Counter[]>(
    'SELECT `value`, `epoch` FROM `crm_counters` WHERE `name` = ?',
    [name],
  );
  if (!row) throw new Error(`The embedded CRM has no counter "${name}": its migration did not run.`);
  return { value: Number(row.value), epoch: row.epoch };
}

/**
 * Takes `count` numbers and returns the first. It must be the first statement of a writing transaction: the updated row
 * stays locked until the commit, so writers follow one another, numbers become visible in their order, and a reader
 * that has seen number n never finds a smaller one later. Numbers that end up unused are no harm.
 */
export async function takeNumbers(manager: EntityManager, name: CounterName, count: number): Promise<number> {
  await manager.increment(CounterEntity, { name }, 'value', count);
  const { value } = await loadCounter(manager, name);
  return value - count + 1;
}
