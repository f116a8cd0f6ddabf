/** The same events on hosts whose own clocks are elsewhere, each in a process of its own, each with another release. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { rows } from './series-table.ts';

const run = promisify(execFile);
const suite = fileURLToPath(new URL('event-occurrences.interop.test.ts', import.meta.url));
const mocha = fileURLToPath(new URL('../../../node_modules/mocha/bin/mocha.js', import.meta.url));

const hosts = [
  { zone: 'America/New_York', release: 'Exchange2013_SP1', offsetMinutes: 300 },
  { zone: 'Asia/Tokyo', release: 'Exchange2007_SP1', offsetMinutes: -540 },
  { zone: 'UTC', release: 'Exchange2010_SP2', offsetMinutes: 0 },
] as const;

describe('occurrences where the clock of the host is elsewhere', function () {
  this.timeout(120_000);
  for (const { zone, release, offsetMinutes } of hosts) {
    it(`are the same in ${zone}, with ${release}`, async () => {
      const env = { ...process.env, TZ: zone };
      const winter = 'new Date(Date.UTC(2024, 0, 1)).getTimezoneOffset()';
      const { stdout: offset } = await run(process.execPath, ['-p', winter], { env });
      expect(Number(offset), 'how far the host is from UTC').to.equal(offsetMinutes);
      const { stdout } = await run(
        process.execPath,
        [mocha, '--reporter', 'json', '--grep', release, suite],
        {
          env,
          maxBuffer: 64 * 1024 * 1024,
        },
      ).catch((error: unknown) => error as { stdout: string });
      const { stats, failures } = JSON.parse(stdout) as Report;
      expect(failures.map(({ title, err }) => `${title}: ${err.message}`)).to.deep.equal([]);
      expect(stats.passes).to.be.at.least(2 * rows.length - 10);
    });
  }
});

interface Report {
  readonly stats: { readonly passes: number };
  readonly failures: readonly { readonly title: string; readonly err: { readonly message: string } }[];
}
