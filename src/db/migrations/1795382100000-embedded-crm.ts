import { randomUUID } from 'node:crypto';
import { Table, TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';

/** MySQL and MariaDB hold 64 KB in `text` and compare without regard to case unless told otherwise. */
function columnsFor(queryRunner: QueryRunner) {
  const { type } = queryRunner.dataSource.options;
  const mysql = type === 'mysql' || type === 'mariadb';
  const exact = mysql ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
  return {
    text: (name: string): TableColumnOptions => ({ name, type: mysql ? 'longtext' : 'text', ...exact }),
    id: (name: string): TableColumnOptions => ({ name, type: 'varchar', length: '36', ...exact }),
    key: (name: string): TableColumnOptions => ({ name, type: 'varchar', length: '255', ...exact }),
    flag: (name: string): TableColumnOptions => ({ name, type: mysql ? 'tinyint' : 'boolean' }),
    integer: (name: string): TableColumnOptions => ({ name, type: mysql ? 'int' : 'integer' }),
    bigint: (name: string): TableColumnOptions => ({ name, type: 'bigint' }),
  };
}

const tables = ['crm_counters', 'crm_contact_photos', 'crm_contacts', 'crm_users', 'crm_profiles'];

/** The embedded CRM's own tables, with the two profiles that are always there. */
export class EmbeddedCrm1795382100000 implements MigrationInterface {
  name = 'EmbeddedCrm1795382100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { text, id, key, flag, integer, bigint } = columnsFor(queryRunner);
    const primary = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isPrimary: true });
    const nullable = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isNullable: true });

    await queryRunner.createTable(
      new Table({
        name: 'crm_profiles',
        columns: [primary(id('id')), key('name'), key('nameKey'), flag('system'), text('rights')],
        indices: [new TableIndex({ name: 'crm_profiles_name', columnNames: ['nameKey'], isUnique: true })],
      }),
      true,
    );
    await queryRunner.createTable(
      new Table({
        name: 'crm_users',
        columns: [
          primary(id('id')),
          key('name'),
          key('email'),
          key('emailKey'),
          id('profileId'),
          flag('active'),
          bigint('createdAt'),
          bigint('modifiedAt'),
        ],
        indices: [new TableIndex({ name: 'crm_users_email', columnNames: ['emailKey'], isUnique: true })],
      }),
      true,
    );
    await queryRunner.createTable(
      new Table({
        name: 'crm_contacts',
        columns: [
          primary(id('id')),
          id('ownerId'),
          text('fields'),
          key('nameKey'),
          key('accountKey'),
          text('searchText'),
          flag('hasPhoto'),
          flag('imported'),
          integer('revision'),
          bigint('sequence'),
          bigint('createdAt'),
          bigint('modifiedAt'),
          id('createdBy'),
          id('modifiedBy'),
          nullable(key('syncStamp')),
          nullable(bigint('deletedAt')),
          nullable(text('notes')),
        ],
        indices: [
          new TableIndex({ name: 'crm_contacts_sequence', columnNames: ['sequence'], isUnique: true }),
          new TableIndex({ name: 'crm_contacts_owner', columnNames: ['ownerId', 'sequence'] }),
          new TableIndex({ name: 'crm_contacts_name', columnNames: ['nameKey', 'id'] }),
          new TableIndex({ name: 'crm_contacts_account', columnNames: ['accountKey'] }),
          new TableIndex({ name: 'crm_contacts_stamp', columnNames: ['syncStamp'], isUnique: true }),
        ],
      }),
      true,
    );
    await queryRunner.createTable(
      new Table({
        name: 'crm_contact_photos',
        columns: [primary(id('contactId')), key('mediaType'), text('content')],
      }),
      true,
    );
    await queryRunner.createTable(
      new Table({ name: 'crm_counters', columns: [primary(key('name')), bigint('value'), id('epoch')] }),
      true,
    );

    // A table's rows go in by one statement: a migration that broke off left all of them or none.
    const insert = async (table: string, rows: Record<string, string | number | boolean>[]) => {
      const present = (await queryRunner.query(`SELECT 1 FROM ${table} LIMIT 1`)) as unknown[];
      if (present.length > 0) return;
      await queryRunner.manager.createQueryBuilder().insert().into(table).values(rows).execute();
    };
    await insert('crm_profiles', [
      {
        id: 'administrator',
        name: 'System Administrator',
        nameKey: 'system administrator',
        system: true,
        rights: JSON.stringify({ contacts: true, manageSync: true, manageUsers: true }),
      },
      {
        id: 'standard',
        name: 'Standard',
        nameKey: 'standard',
        system: true,
        rights: JSON.stringify({ contacts: true, manageSync: false, manageUsers: false }),
      },
    ]);
    await insert('crm_counters', [
      { name: 'contacts', value: 0, epoch: randomUUID() },
      { name: 'users', value: 0, epoch: randomUUID() },
    ]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of tables) await queryRunner.dropTable(table);
  }
}
