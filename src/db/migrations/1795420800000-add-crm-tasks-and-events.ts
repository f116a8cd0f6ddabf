import { randomUUID } from 'node:crypto';
import { Table, TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { flag, integer, longText, nullable, primary, shortText, time } from './column-types.ts';

type Rights = Readonly<Record<string, boolean>>;

const tables = ['crm_tasks', 'crm_events'] as const;
const counters = ['tasks', 'events'] as const;

/** Tasks and events of the embedded CRM, and the rights to use them. Each step may be carried out again. */
export class AddCrmTasksAndEvents1795420800000 implements MigrationInterface {
  name = 'AddCrmTasksAndEvents1795420800000';

  async up(runner: QueryRunner): Promise<void> {
    const own: Readonly<Record<(typeof tables)[number], TableColumnOptions[]>> = {
      crm_tasks: [shortText(runner, 'status', 50), shortText(runner, 'dueDate', 10)],
      crm_events: [time('startsAt'), time('endsAt', nullable)],
    };
    for (const name of tables) await runner.createTable(recordTable(runner, name, own[name]), true);
    for (const name of counters) {
      const present = (await runner.query('SELECT 1 FROM crm_counters WHERE name = ?', [name])) as unknown[];
      if (present.length > 0) continue;
      await runner.query('INSERT INTO crm_counters VALUES (?, ?, ?)', [name, 0, randomUUID()]);
    }
    await changeRights(runner, (rights) => {
      const { contacts = false } = rights;
      return { ...rights, tasks: contacts, events: contacts };
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await changeRights(runner, ({ tasks: _tasks, events: _events, ...rights }) => rights);
    for (const name of counters) await runner.query('DELETE FROM crm_counters WHERE name = ?', [name]);
    for (const name of tables) await runner.dropTable(name);
  }
}

function recordTable(runner: QueryRunner, name: string, own: readonly TableColumnOptions[]): Table {
  const id = (column: string, extras = {}) => shortText(runner, column, 36, extras);
  const [lookedUp = ''] = own.map((column) => column.name);
  return new Table({
    name,
    columns: [
      id('id', primary),
      id('ownerId'),
      longText(runner, 'fields'),
      shortText(runner, 'nameKey', 255),
      longText(runner, 'searchText'),
      flag('imported'),
      integer('revision'),
      time('sequence'),
      time('createdAt'),
      time('modifiedAt'),
      id('createdBy'),
      id('modifiedBy'),
      shortText(runner, 'syncStamp', 255, nullable),
      time('deletedAt', nullable),
      longText(runner, 'notes', nullable),
      ...own,
    ],
    indices: [
      new TableIndex({ name: `${name}_sequence`, columnNames: ['sequence'], isUnique: true }),
      new TableIndex({ name: `${name}_owner`, columnNames: ['ownerId', 'sequence'] }),
      new TableIndex({ name: `${name}_name`, columnNames: ['nameKey', 'id'] }),
      new TableIndex({ name: `${name}_stamp`, columnNames: ['syncStamp'], isUnique: true }),
      new TableIndex({ name: `${name}_${lookedUp}`, columnNames: [lookedUp, 'id'] }),
    ],
  });
}

async function changeRights(runner: QueryRunner, change: (rights: Rights) => Rights): Promise<void> {
  const profiles = (await runner.query('SELECT id, rights FROM crm_profiles')) as {
    id: string;
    rights: string;
  }[];
  for (const { id, rights } of profiles) {
    const changed = JSON.stringify(change(JSON.parse(rights) as Rights));
    await runner.query('UPDATE crm_profiles SET rights = ? WHERE id = ?', [changed, id]);
  }
}
