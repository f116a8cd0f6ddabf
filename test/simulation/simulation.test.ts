import { expect } from 'chai';
import { modules } from '../../src/sync/model.ts';
import { playMutations } from './mutations.ts';
import { playOne, simulate } from './simulation.ts';
import type { SimulationResult } from './simulation.ts';
import { shorten } from './shorten.ts';

const histories = 250;
const fixedSeed = 1_000_000;
/** Another one each time; the title of the test says which, so that a failure can be played again. */
const freshSeed = Date.now() % 1_000_000_000;
const clock = (): number => performance.now();

function told({ violation }: SimulationResult): string {
  if (violation === null) return '';
  const { seed, what, events, command } = violation;
  return [`seed ${seed}`, ...what, '', ...events, '', command].join('\n');
}

describe('a simulated history', () => {
  it('goes the same way whenever its seed is the same', async () => {
    for (const module of modules) {
      const first = await playOne({ module }, 7, null);
      const second = await playOne({ module }, 7, null);
      expect(second, module).to.deep.equal(first);
      expect((await playOne({ module }, 8, null)).hash, module).not.to.equal(first.hash);
    }
  });

  for (const [name, firstSeed] of [
    ['a fixed seed', fixedSeed],
    [`the fresh seed ${freshSeed}`, freshSeed],
  ] as const) {
    for (const module of modules)
      it(`of ${module} loses nothing, doubles nothing and comes to rest (${histories} from ${name})`, async function () {
        this.timeout(300_000);
        expect(told(await simulate({ module, firstSeed, histories, clock }))).to.equal('');
      });
  }

  it('notices five ways to break the engine', async function () {
    this.timeout(600_000);
    const results = await playMutations(1000, fixedSeed, clock);
    expect(results.filter(({ caughtAfter }) => caughtAfter === null)).to.deep.equal([]);
  });
});

describe('shortening', () => {
  it('leaves what the failure needs', async () => {
    const list = Array.from({ length: 30 }, (_one, index) => index);
    const fails = async (some: readonly number[]) => some.includes(3) && some.includes(17);
    expect(await shorten(list, fails, () => true)).to.deep.equal([3, 17]);
  });
});
