import { expect } from 'chai';
import { spawnSync } from 'node:child_process';

describe('the zone of the process', () => {
  for (const TZ of ['America/New_York', 'Asia/Tokyo', 'UTC']) {
    it(`does not matter to the calendar: ${TZ}`, function () {
      this.timeout(240_000);
      const files = ['zoned-time', 'occurrences', 'rule-text'].map(
        (name) => `test/sync/calendar/${name}.test.ts`,
      );
      const zone = 'Intl.DateTimeFormat().resolvedOptions().timeZone';
      const env = { ...process.env, TZ };
      const check = spawnSync(process.execPath, ['-p', zone], { env, encoding: 'utf8' });
      expect(check.stdout.trim()).to.equal(TZ);
      const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', ...files];
      const run = spawnSync(process.execPath, mocha, { env, encoding: 'utf8' });
      expect(run.status, run.stdout + run.stderr).to.equal(0);
      expect(run.stdout).to.match(/\d\d+ passing/);
    });
  }
});
