import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { embeddedCrmEntities } from '../../../src/crm/embedded/entities.ts';
import type { Database } from '../../../src/crm/embedded/database.ts';
import { EmbeddedCrm1795382100000 } from '../../../src/db/migrations/1795382100000-embedded-crm.ts';
import { AddCrmTasksAndEvents1795420800000 } from '../../../src/db/migrations/1795420800000-add-crm-tasks-and-events.ts';

/** A migrated SQLite database in memory behind the gate the embedded CRM expects. */
export async function openMemoryDatabase(): Promise<Database & { close(): Promise<void> }> {
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    database: ':memory:',
    entities: embeddedCrmEntities,
    migrations: [EmbeddedCrm1795382100000, AddCrmTasksAndEvents1795420800000],
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  return {
    dataSource,
    transaction: <T>(fn: (manager: EntityManager) => Promise<T>) => inTurn(() => dataSource.transaction(fn)),
    read: <T>(fn: (manager: EntityManager) => Promise<T>) => inTurn(() => fn(dataSource.manager)),
    close: () => dataSource.destroy(),
  };
}
