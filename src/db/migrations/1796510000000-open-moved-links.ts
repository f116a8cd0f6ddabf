import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A link whose item lies in another folder has room for a new one, as one that never had an item has. */
export class OpenMovedLinks1796510000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await setHalf(runner, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    await setHalf(runner, false);
  }
}

async function setHalf(runner: QueryRunner, half: boolean): Promise<void> {
  await runner.query(
    `UPDATE \`links\` SET \`half\` = ${half ? 1 : 0} WHERE \`state\` = 'outOfScope' AND \`reason\` = 'moved' ` +
      'AND `crmId` IS NOT NULL AND `exchangeId` IS NOT NULL',
  );
}
