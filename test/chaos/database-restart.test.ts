/** Stops and starts the database server again and again while the daemon syncs for the first time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { finished, spawnExsync } from '../interop/exsync-program.ts';
import {
  contentsOfCrm,
  contentsOfExchange,
  environmentOf,
  furnish,
  previewOf,
  startFilledExchange,
  withInstallation,
} from './first-sync.ts';
import { startKillProxy } from './kill-proxy.ts';
import { missingMariadb, startPrivateMariadb } from './private-mariadb.ts';

const restarts = 20;
const inEach = 1_100;
const shared = 200;
const peopleCount = 2 * inEach - shared;
/** Between one restart and the next, so many requests reach Exchange. */
const requestsBetween = 2;
const deadlineMs = 600_000;

describe('a first sync whose database is stopped and started again', function () {
  this.timeout(900_000);

  it(`${restarts} times, ends with ${peopleCount} people on both sides, once each`, async function () {
    const missing = await missingMariadb();
    if (missing !== null) {
      if (process.env['CI'] === 'true') throw new Error(missing);
      console.warn(`      SKIPPED: ${missing}`);
      return this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'exsync-restart-'));
    const mariadb = await startPrivateMariadb();
    const proxy = await startKillProxy();
    const sandbox = await startFilledExchange(inEach, shared);
    try {
      proxy.upstream = sandbox.url;
      const env = {
        ...environmentOf(folder, mariadb.url),
        EXSYNC_LOG_LEVEL: 'info',
        EXSYNC_SYNC_FIRST_RETRY_SECONDS: '1',
        EXSYNC_SYNC_LAST_RETRY_SECONDS: '1',
      };
      await furnish(env, proxy.url, inEach);

      let done = 0;
      const restarting: { now: Promise<void> | null } = { now: null };
      let next = requestsBetween;
      const restart = async (): Promise<void> => {
        await mariadb.stop(done % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
        await mariadb.start();
        done += 1;
        next = proxy.requests + requestsBetween;
        restarting.now = null;
      };
      proxy.fateOf = (request) => {
        if (restarting.now === null && done < restarts && request >= next) {
          restarting.now = restart().catch((error: unknown) => {
            problems.push(String(error));
          });
        }
        return 'answered';
      };
      const problems: string[] = [];

      const daemon = await spawnExsync(['start'], { env });
      const ended = finished(daemon);
      const ends: string[] = [];
      void ended.then(({ code, signal, stderr }) => ends.push(`${code ?? signal}: ${stderr.slice(-2_000)}`));
      const begun = Date.now();
      let runs: readonly { readonly state: string }[] = [];
      while (!runs.some(({ state }) => state === 'done')) {
        if (ends.length > 0) throw new Error(`the daemon ended: ${ends.join()}`);
        if (Date.now() - begun > deadlineMs) throw new Error(`no run was done after ${done} restarts`);
        await sleep(500);
        if (restarting.now !== null) continue;
        runs = await runsOf(env).catch(() => runs);
      }
      await restarting.now;
      const seconds = (Date.now() - begun) / 1000;
      daemon.kill('SIGTERM');
      const { code, stderr } = await ended;
      console.log(
        `      ${done} restarts in ${seconds.toFixed(1)} s, ${proxy.requests} requests, ${runs.length} runs: ` +
          runs.map(({ state }) => state).join(' '),
      );
      expect(problems).to.deep.equal([]);
      expect(code, stderr).to.equal(0);
      expect(stderr)
        .to.not.contain('went wrong')
        .and.not.match(/^\s+at /m);
      expect(done, 'restarts during the sync').to.equal(restarts);

      const { crm, further } = await withInstallation(env, async (installation) => ({
        crm: await contentsOfCrm(installation),
        further: await previewOf(installation),
      }));
      expect({ state: further.state, actions: further.actions }).to.deep.equal({
        state: 'done',
        actions: [],
      });
      const exchange = contentsOfExchange(sandbox);
      for (const [side, people] of Object.entries({ crm, exchange })) {
        expect(Object.keys(people), side).to.have.lengthOf(peopleCount);
        const doubles = Object.entries(people).filter(([, found]) => found.length !== 1);
        expect(
          doubles.map(([email]) => email),
          `${side}: doubles`,
        ).to.deep.equal([]);
      }
      expect(Object.keys(crm)).to.have.members(Object.keys(exchange));
    } finally {
      await sandbox.close();
      await proxy.close();
      await mariadb.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Of the module that has something to sync: the others are done at once. */
function runsOf(env: Readonly<Record<string, string>>): Promise<readonly { readonly state: string }[]> {
  return withInstallation(env, ({ stores }) => stores.reports.recent(1_000, { module: 'contacts' }));
}
