import { TableColumn, TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { flag } from './column-types.ts';
import { addIndex } from './index-steps.ts';

/** The newest run of a mailbox and module, which each page of the dashboard asks for. */
const recentRuns = new TableIndex({
  name: 'runs_recent',
  columnNames: ['mailboxId', 'module', 'finishedAt'],
});
const indices = [
  new TableIndex({ name: 'actions_lost', columnNames: ['lost'] }),
  new TableIndex({ name: 'actions_lost_mailbox', columnNames: ['lost', 'mailboxId'] }),
];

/** Conflicts are few among many actions, and are looked for by themselves. */
export class AddHistory1796400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const lost = new TableColumn({ ...flag('lost'), default: 0 });
    if (!(await runner.hasColumn('actions', lost.name))) await runner.addColumn('actions', lost);
    // See stores/action-body.ts: only a body with losers names them.
    await runner.query(`UPDATE actions SET lost = 1 WHERE body LIKE '%"losers":[%'`);
    for (const index of indices) await addIndex(runner, 'actions', index);
    await addIndex(runner, 'runs', recentRuns);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('runs', recentRuns);
    for (const index of indices) await runner.dropIndex('actions', index);
    await runner.dropColumn('actions', 'lost');
  }
}
