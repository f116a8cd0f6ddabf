import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { generatedId, integer, longText, nullable, primary, shortText, time } from './column-types.ts';

export class CreateAdministrationTables1763790100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const crmUserId = shortText(runner, 'crmUserId', 64);
    const hash = shortText(runner, 'hash', 64, primary);
    const tables = [
      settings(runner),
      mailboxes(runner),
      credentials(runner),
      expiring('sign_in_links', [hash, crmUserId]),
      expiring('sessions', [hash, crmUserId, shortText(runner, 'csrfToken', 64)]),
      expiring('api_tokens', [hash, crmUserId, shortText(runner, 'name', 255), longText(runner, 'scopes')]),
      audit(runner),
    ];
    for (const table of tables) await runner.createTable(table, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    const names = [
      'audit',
      'api_tokens',
      'sessions',
      'sign_in_links',
      'credentials',
      'mailboxes',
      'settings',
    ];
    for (const name of names) await runner.dropTable(name);
  }
}

function settings(runner: QueryRunner): Table {
  return new Table({
    name: 'settings',
    columns: [
      integer('id', primary),
      integer('version'),
      longText(runner, 'settings'),
      shortText(runner, 'installationId', 64),
    ],
  });
}

function mailboxes(runner: QueryRunner): Table {
  return new Table({
    name: 'mailboxes',
    columns: [
      shortText(runner, 'id', 64, primary),
      shortText(runner, 'crmUserId', 64),
      shortText(runner, 'address', 320),
      shortText(runner, 'addressKey', 320),
      shortText(runner, 'credentialId', 64, nullable),
      shortText(runner, 'state', 16),
      longText(runner, 'pausedReason', nullable),
    ],
    indices: [
      { name: 'mailboxes_user', columnNames: ['crmUserId'], isUnique: true },
      { name: 'mailboxes_address', columnNames: ['addressKey'], isUnique: true },
    ],
  });
}

function credentials(runner: QueryRunner): Table {
  return new Table({
    name: 'credentials',
    columns: [
      shortText(runner, 'id', 64, primary),
      shortText(runner, 'username', 320),
      longText(runner, 'password'),
      shortText(runner, 'keyId', 64),
      longText(runner, 'pausedReason', nullable),
    ],
  });
}

function expiring(name: string, columns: TableColumnOptions[]): Table {
  return new Table({
    name,
    columns: [...columns, time('expiresAt')],
    indices: [{ name: `${name}_expiry`, columnNames: ['expiresAt'] }],
  });
}

function audit(runner: QueryRunner): Table {
  return new Table({
    name: 'audit',
    columns: [
      generatedId(runner),
      time('at'),
      shortText(runner, 'actor', 128),
      shortText(runner, 'what', 128),
      longText(runner, 'details'),
    ],
    indices: [{ name: 'audit_at', columnNames: ['at'] }],
  });
}
