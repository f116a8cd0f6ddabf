import { expect } from 'chai';
import { backOffMs, parseRetryAfter } from '../../src/ews/back-off.ts';

describe('back-off', () => {
  it('doubles up to half a minute', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((attempt) => backOffMs(attempt, () => 1));
    expect(delays).to.deep.equal([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('waits at least half of that', () => {
    expect([1, 2, 8].map((attempt) => backOffMs(attempt, () => 0))).to.deep.equal([250, 500, 15_000]);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-03-01T10:00:00Z');
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    [' 120 ', 120_000],
    ['Sun, 01 Mar 2026 10:01:00 GMT', 60_000],
    ['Sun, 01 Mar 2026 09:00:00 GMT', 0],
  ];
  for (const [header, delayMs] of cases) {
    it(`reads ${JSON.stringify(header)} as ${String(delayMs)} ms`, () => {
      expect(parseRetryAfter(header, now)).to.equal(delayMs);
    });
  }
});
