import { TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addIndex, dropIndex } from './index-steps.ts';

/**
 * Items are looked up within their mailbox. Without statistics SQLite took the index of mailbox and module alone, and
 * read all links of the mailbox for a page of 100 items.
 */
const byMailbox = [
  new TableIndex({ name: 'links_mailbox_crm', columnNames: ['mailboxId', 'module', 'crmId'] }),
  new TableIndex({ name: 'links_mailbox_exchange', columnNames: ['mailboxId', 'module', 'exchangeId'] }),
  new TableIndex({ name: 'links_mailbox_identity', columnNames: ['mailboxId', 'module', 'identity'] }),
];
/** Nobody asks for these without a mailbox. */
const replaced = [
  new TableIndex({ name: 'links_exchange', columnNames: ['exchangeId', 'module'] }),
  new TableIndex({ name: 'links_identity', columnNames: ['identity', 'module'] }),
];
/** What later runs did, without the many actions of the first one. */
const laterRuns = new TableIndex({
  name: 'actions_done',
  columnNames: ['mailboxId', 'module', 'state', 'runId'],
});

/** Which mailboxes wait for a record of the CRM is asked without knowing them. */
const waitingItems = new TableIndex({ name: 'inbox_waiting', columnNames: ['itemId', 'module'] });

/** Ends with the id by itself, in whose order the rows are read page by page. */
const scopedInbox = new TableIndex({ name: 'inbox_scope', columnNames: ['mailboxId', 'module'] });

export class IndexLargeMailboxes1796500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const index of byMailbox) await addIndex(runner, 'links', index);
    for (const index of replaced) await dropIndex(runner, 'links', index);
    await addIndex(runner, 'actions', laterRuns);
    await addIndex(runner, 'inbox', waitingItems);
    await addIndex(runner, 'inbox', scopedInbox);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropIndex(runner, 'inbox', scopedInbox);
    await dropIndex(runner, 'inbox', waitingItems);
    await dropIndex(runner, 'actions', laterRuns);
    for (const index of replaced) await addIndex(runner, 'links', index);
    for (const index of byMailbox) await dropIndex(runner, 'links', index);
  }
}
