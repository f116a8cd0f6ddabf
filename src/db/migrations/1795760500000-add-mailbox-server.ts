import { TableColumn } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { integer, longText, nullable, time } from './column-types.ts';

/** Mailboxes of one company may be on several servers, and move between them. */
export class AddMailboxServer1795760500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumns('mailboxes', [
      new TableColumn(longText(runner, 'ewsUrl', nullable)),
      new TableColumn(integer('lookUps', { default: 0 })),
      new TableColumn(time('nextLookUpAt', nullable)),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumns('mailboxes', ['ewsUrl', 'lookUps', 'nextLookUpAt']);
  }
}
