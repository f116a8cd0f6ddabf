import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { longText, nullable, primary, shortText } from './column-types.ts';

/** Modules may be switched off for one mailbox, and have a folder of their own there. */
export class AddMailboxModules1796600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      shortText(runner, 'mailboxId', 64, primary),
      shortText(runner, 'module', 16, primary),
      shortText(runner, 'state', 16),
      longText(runner, 'reason', nullable),
      longText(runner, 'folderId', nullable),
      shortText(runner, 'target', 16, nullable),
      longText(runner, 'movingFrom', nullable),
    ];
    await runner.createTable(new Table({ name: 'mailbox_modules', columns }), true);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('mailbox_modules');
  }
}
