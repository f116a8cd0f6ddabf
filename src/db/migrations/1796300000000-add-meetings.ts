import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { primary, shortText, time } from './column-types.ts';

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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('meetings');
  }
}
