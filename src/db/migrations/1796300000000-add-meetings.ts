import { Table, TableColumn } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { flag, primary, shortText, time } from './column-types.ts';

/** A meeting lies in many mailboxes and is one event in the CRM. */
export class AddMeetings1796300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      shortText(runner, 'uid', 512, primary),
      shortText(runner, 'mailboxId', 64),
      shortText(runner, 'linkId', 64),
      time('claimedAt'),
    ];
    await runner.createTable(new Table({ name: 'meetings', columns }), true);
    // What attendees have to hear of is held, and told apart from what the guard holds.
    const tells = new TableColumn({ ...flag('tells'), default: 0 });
    if (!(await runner.hasColumn('actions', tells.name))) await runner.addColumn('actions', tells);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('actions', 'tells');
    await runner.dropTable('meetings');
  }
}
