import { expect } from 'chai';
import { DataSource } from 'typeorm';
import { EmbeddedCrm1795382100000 } from '../../src/db/migrations/1795382100000-embedded-crm.ts';
import { AddCrmTasksAndEvents1795420800000 } from '../../src/db/migrations/1795420800000-add-crm-tasks-and-events.ts';

describe('the rights to tasks and events', () => {
  const rightsIn = async (dataSource: DataSource) => {
    const rows: { id: string; rights: string }[] = await dataSource.query(
      'SELECT id, rights FROM crm_profiles ORDER BY id',
    );
    return Object.fromEntries(rows.map(({ id, rights }) => [id, JSON.parse(rights) as object]));
  };

  it('are those to contacts in profiles that were there before, and go when the migration is taken back', async () => {
    const migrations = [EmbeddedCrm1795382100000];
    const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:', migrations });
    await dataSource.initialize();
    try {
      await dataSource.runMigrations();
      const old = { contacts: false, manageSync: true, manageUsers: false };
      await dataSource.query("INSERT INTO crm_profiles VALUES ('sync', 'Sync', 'sync', 0, ?)", [
        JSON.stringify(old),
      ]);
      const before = await rightsIn(dataSource);
      const migration = new AddCrmTasksAndEvents1795420800000();
      const runner = dataSource.createQueryRunner();
      await migration.up(runner);
      // As on MySQL, where a migration that broke off is carried out again.
      await migration.up(runner);
      expect(await rightsIn(dataSource)).to.deep.equal({
        administrator: { contacts: true, tasks: true, events: true, manageSync: true, manageUsers: true },
        standard: { contacts: true, tasks: true, events: true, manageSync: false, manageUsers: false },
        sync: { ...old, tasks: false, events: false },
      });
      await migration.down(runner);
      expect(await rightsIn(dataSource)).to.deep.equal(before);
    } finally {
      await dataSource.destroy();
    }
  });
});
