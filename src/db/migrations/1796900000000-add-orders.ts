import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { generatedId, longText, shortText } from './column-types.ts';

/** Approvals and undos wait here for their run. */
export class AddOrders1796900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      generatedId(runner),
      shortText(runner, 'mailboxId', 64),
      shortText(runner, 'module', 16),
      longText(runner, 'body'),
    ];
    await runner.createTable(new Table({ name: 'orders', columns }), true);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('orders');
  }
}
