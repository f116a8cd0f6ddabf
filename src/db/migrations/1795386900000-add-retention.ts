import { Table, TableColumn, TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { newTokenId } from '../entities/access.ts';
import { nullable, primary, shortText, time } from './column-types.ts';

/** What it takes to know what is old, and to name a token without its hash. */
export class AddRetention1795386900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const now = Date.now();
    await runner.createTable(
      new Table({ name: 'blob_uses', columns: [shortText(runner, 'hash', 128, primary), time('usedAt')] }),
      true,
    );
    await runner.query(
      'INSERT INTO blob_uses SELECT hash, ? FROM blobs WHERE hash NOT IN (SELECT hash FROM blob_uses)',
      [now],
    );
    await runner.query("UPDATE actions SET finishedAt = ? WHERE state = 'rejected' AND finishedAt IS NULL", [
      now,
    ]);
    await addTokenColumns(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('api_tokens', 'api_tokens_id');
    await runner.dropColumns('api_tokens', ['id', 'createdAt']);
    await runner.dropTable('blob_uses');
  }
}

async function addTokenColumns(runner: QueryRunner): Promise<void> {
  const columns = [
    new TableColumn(shortText(runner, 'id', 64, { default: "''" })),
    new TableColumn(time('createdAt', nullable)),
  ];
  for (const column of columns) {
    if (!(await runner.hasColumn('api_tokens', column.name))) await runner.addColumn('api_tokens', column);
  }
  const tokens = (await runner.query("SELECT hash FROM api_tokens WHERE id = ''")) as { hash: string }[];
  for (const { hash } of tokens) {
    await runner.query('UPDATE api_tokens SET id = ? WHERE hash = ?', [newTokenId(), hash]);
  }
  // Last of all, and with it the migration is done: so it can only be there when the record of that was lost.
  const index = new TableIndex({ name: 'api_tokens_id', columnNames: ['id'], isUnique: true });
  const present = (await runner.getTable('api_tokens'))?.indices.some(({ name }) => name === index.name);
  if (!present) await runner.createIndex('api_tokens', index);
}
