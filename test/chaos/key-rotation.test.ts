/** Kills `exsync key rotate` before each thing it writes. Run by `npm run test:chaos`; prints its figures. */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import BetterSqlite3 from 'better-sqlite3';
import { openInstallation } from '../../src/composition/installation.ts';
import type { Installation } from '../../src/composition/installation.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { environment, makeFolder } from '../interop/company.ts';
import { exsync } from '../interop/exsync-program.ts';

const passwords: Record<string, string> = { service: 'correct horse', alice: 'battery', bob: 'staple' };
const preload = ['test/chaos/step-kill-preload.ts'];

async function withInstallation<T>(folder: string, work: (opened: Installation) => Promise<T>): Promise<T> {
  const config = loadConfig({ env: environment(folder) });
  const installation = await openInstallation(config, createLogger({ ...config.log, level: 'error' }));
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}

function readPasswords(folder: string): Promise<Record<string, string>> {
  return withInstallation(folder, async ({ stores }) => {
    const read: Record<string, string> = {};
    for (const id of Object.keys(passwords)) read[id] = await stores.credentials.password(id);
    return read;
  });
}

function keysInUse(folder: string): string[] {
  const database = new BetterSqlite3(join(folder, 'exsync.db'));
  const rows = database.prepare<[], { keyId: string }>('SELECT DISTINCT keyId FROM credentials').all();
  database.close();
  return rows.map(({ keyId }) => keyId);
}

describe('a rotation of the key that is killed', function () {
  this.timeout(900_000);
  let template: string;

  before(async () => {
    template = makeFolder();
    await withInstallation(template, async ({ stores }) => {
      for (const [id, password] of Object.entries(passwords)) await stores.credentials.save(id, id, password);
    });
  });
  after(() => rmSync(template, { recursive: true, force: true }));

  it('leaves every password readable, wherever it is, and can be done again', async () => {
    const [firstKey] = keysInUse(template);
    const folder = join(template, 'case');
    let kills = 0;
    let afterCommit = 0;
    for (let step = 1; ; step += 1) {
      rmSync(folder, { recursive: true, force: true });
      for (const file of ['exsync.db', 'exsync.key']) cpSync(join(template, file), join(folder, file));
      const env = { ...environment(folder), KILL_AT_STEP: String(step) };
      const end = await exsync(['key', 'rotate'], { env, preload });
      if (end.signal === null) {
        expect(end.code, end.stderr).to.equal(0);
        break;
      }
      expect(end.signal, `step ${step}`).to.equal('SIGKILL');
      kills += 1;
      const [keyThen] = keysInUse(folder);
      const rotated = keyThen !== firstKey;
      afterCommit += rotated ? 1 : 0;
      expect(await readPasswords(folder), `after step ${step}`).to.deep.equal(passwords);

      await withInstallation(folder, async ({ keys }) => {
        // Reading the passwords has ended a rotation of which only the files were left to swap.
        expect(keys.found, `again after step ${step}`).to.equal('inOrder');
        await keys.rotate('test');
      });
      expect(await readPasswords(folder), `again after step ${step}`).to.deep.equal(passwords);
      expect(keysInUse(folder)).to.have.lengthOf(1).and.not.include(firstKey);
      expect(existsSync(join(folder, 'exsync.key.new')), readdirSync(folder).join()).to.equal(false);
    }
    console.log(`      ${kills} kills, ${afterCommit} of them after the secrets had changed`);
    expect(kills).to.be.at.least(10);
    expect(afterCommit).to.be.at.least(4);
  });
});
