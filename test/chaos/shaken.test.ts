/**
 * The real thing shaken: see shaken/scenario.ts. EXSYNC_CHAOS_SEED plays a seed again (or several: `7,8,9`),
 * EXSYNC_CHAOS_ROUNDS makes it longer or shorter, and EXSYNC_CHAOS_TRACE=1 tells what is ordered.
 */
import { expect } from 'chai';
import { skippedIntent } from '../simulation/mutations.ts';
import { missingMariadb, startPrivateMariadb } from './private-mariadb.ts';
import { breakProgram } from './shaken/broken-program.ts';
import { playScenario } from './shaken/scenario.ts';

const given = process.env['EXSYNC_CHAOS_SEED'];
const seeds = given === undefined ? [Date.now() % 1_000_000_000] : given.split(',').map(Number);
/** Five of the first six notice it; how it falls together is up to the machine. */
const mutationSeeds = 4;
const rounds = Number(process.env['EXSYNC_CHAOS_ROUNDS'] ?? 3);

describe('the daemon between people, faults and kills', function () {
  this.timeout(600_000);

  for (const seed of seeds)
    for (const database of ['SQLite', 'MariaDB'] as const) {
      it(`on ${database} loses nothing, doubles nothing, sends nothing and comes to rest (EXSYNC_CHAOS_SEED=${seed})`, async function () {
        const isMariadb = database === 'MariaDB';
        const missing = isMariadb ? await missingMariadb() : null;
        if (missing !== null) {
          if (process.env['CI'] === 'true') throw new Error(missing);
          console.warn(`      SKIPPED: ${missing}`);
          return this.skip();
        }
        const begun = Date.now();
        const seconds = (): string => `${((Date.now() - begun) / 1000).toFixed(1)} s`;
        const told = (line: string): void => {
          if (process.env['EXSYNC_CHAOS_TRACE'] === '1') console.log(`      ${seconds()}  ${line}`);
        };
        const mariadb = isMariadb ? await startPrivateMariadb() : null;
        try {
          const result = await playScenario({ seed, rounds, mariadb, told });
          const { violations, excluded, done, ...figures } = result;
          console.log(
            `      ${rounds} rounds in ${seconds()}: ${JSON.stringify({ ...done, ...figures, excluded })}`,
          );
          expect(violations.join('\n')).to.equal('');
          expect(figures.kills, 'kills of the daemon').to.be.greaterThan(0);
          if (isMariadb && rounds > 1)
            expect(figures.databaseRestarts, 'restarts of the database').to.be.greaterThan(0);
        } finally {
          await mariadb?.close();
        }
      });
    }

  it(`notices within ${mutationSeeds} seeds that intents are skipped`, async () => {
    const broken = await breakProgram(skippedIntent);
    try {
      const found: string[] = [];
      for (let seed = 1; seed <= mutationSeeds && found.length === 0; seed += 1) {
        const { violations } = await playScenario({
          seed,
          rounds,
          mariadb: null,
          program: broken.folder,
          told: () => undefined,
        });
        found.push(...violations);
        console.log(`      seed ${seed}: ${violations.join('; ') || 'not noticed'}`);
      }
      expect(found).not.to.deep.equal([]);
    } finally {
      await broken.remove();
    }
  });
});
