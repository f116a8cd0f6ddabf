import { expect } from 'chai';
import { createReadiness } from '../../src/composition/readiness.ts';
import type { ReadinessParts } from '../../src/composition/readiness.ts';
import type { Settings } from '../../src/sync/administration.ts';

const nowMs = 1_000_000_000;
const exchange = { url: 'https://mail.example.test/EWS', mode: 'impersonation', ca: null, schema: 'x' };
const never = (): Promise<never> => new Promise(() => undefined);

function loaded(settings: object) {
  return async () => ({ version: 1, settings: settings as Settings });
}

function readiness(over: Partial<ReadinessParts> = {}) {
  return createReadiness({
    settings: { load: loaded({ exchange }) },
    checkKeys: async () => undefined,
    lastLookMs: () => nowMs - 5_000,
    clock: () => nowMs,
    sleep: never,
    ...over,
  });
}

describe('readiness', () => {
  it('misses nothing when all is there', async () => {
    expect(await readiness()()).to.equal(null);
  });

  it('names what is missing', async () => {
    const away = new Error('connect ECONNREFUSED mysql://root:secret@db');
    const missing = (over: Partial<ReadinessParts>) => readiness(over)();
    expect(await missing({ settings: { load: () => Promise.reject(away) } })).to.equal('database');
    expect(await missing({ checkKeys: () => Promise.reject(away) })).to.equal('secretKey');
    expect(await missing({ settings: { load: loaded({ exchange: null }) } })).to.equal('exchange');
    expect(await missing({ lastLookMs: () => null })).to.equal('scheduler');
    expect(await missing({ lastLookMs: () => nowMs - 60_001 })).to.equal('scheduler');
    expect(await missing({ lastLookMs: () => nowMs - 60_000 })).to.equal(null);
  });

  it('does not wait for a database that hangs, nor ask it twice', async () => {
    let asked = 0;
    const waited: number[] = [];
    const ready = readiness({
      settings: {
        load: () => {
          asked += 1;
          return never();
        },
      },
      sleep: async (ms) => void waited.push(ms),
    });
    expect([await ready(), await ready(), await ready()]).to.deep.equal(['database', 'database', 'database']);
    expect(asked).to.equal(1);
    expect(waited).to.deep.equal([3_000, 3_000, 3_000]);
  });

  it('asks again once an answer is there', async () => {
    let exists = false;
    const ready = readiness({
      settings: { load: async () => loaded({ exchange: exists ? exchange : null })() },
    });
    expect(await ready()).to.equal('exchange');
    exists = true;
    expect(await ready()).to.equal(null);
  });
});
