import { TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addIndex, dropIndex } from './index-steps.ts';

/** Pages count what is left out by reason: with it in the index nobody reads the rows. */
const byReason = new TableIndex({
  name: 'links_standing',
  columnNames: ['mailboxId', 'module', 'state', 'half', 'reason'],
});
const replaced = new TableIndex({
  name: 'links_scope',
  columnNames: ['mailboxId', 'module', 'state', 'half'],
});

export class CountLeftOut1796800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'links', byReason);
    await dropIndex(runner, 'links', replaced);
  }

  async down(runner: QueryRunner): Promise<void> {
    await addIndex(runner, 'links', replaced);
    await dropIndex(runner, 'links', byReason);
  }
}
