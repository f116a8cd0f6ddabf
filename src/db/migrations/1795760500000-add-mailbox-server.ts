import { TableColumn } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { integer, longText, nullable, time } from './column-types.ts';

/** Mailboxes of one company may be on several servers, and move between them. */
export class AddMailboxServer1795760500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      new TableColumn(longText(runner, 'ewsUrl', nullable)),
      new TableColumn(integer('lookUps', { default: 0 })),
      new TableColumn(time('nextLookUpAt', nullable)),
    ];
    for (const column of columns) {
      if (!(await runner.hasColumn('mailboxes', column.name))) await runner.addColumn('mailboxes', column);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumns('mailboxes', ['ewsUrl', 'lookUps', 'nextLookUpAt']);
  }
}
