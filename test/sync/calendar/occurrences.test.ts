import { expect } from 'chai';
import fc from 'fast-check';
import { rrulestr } from 'rrule';
import {
  firstStart,
  indexOfOriginalStart,
  occurrences,
  originalStartAt,
} from '../../../src/sync/calendar/occurrences.ts';
import type { RecurrenceRule } from '../../../src/sync/calendar/recurrence-rule.ts';
import { formatRule, parseRule } from '../../../src/sync/calendar/rule-text.ts';
import { localToUtcMs } from '../../../src/sync/calendar/zoned-time.ts';
import { arbitrarySeries, zones } from './rules.ts';
import { momentOf } from './wall-clock.ts';

function ruleOf(text: string, start: string, timeZone = 'UTC'): RecurrenceRule {
  const result = parseRule(text, { start, timeZone });
  if ('problem' in result) throw new Error(`${text}: ${JSON.stringify(result.problem)}`);
  return result.rule;
}

function firstStarts(text: string, start: string, limit: number): string[] {
  const found = occurrences(ruleOf(text, start), { start, timeZone: 'UTC' }, { limit });
  return [...found].map(({ originalStart }) => originalStart);
}

/** Wall times by the library, which counts in UTC as if it were the wall clock. */
function libraryStarts(rule: RecurrenceRule, start: string, limit: number): string[] {
  const stamp = (local: string): string => `${local.replace(/[-:]/g, '')}Z`;
  const text = formatRule(rule).replace(/UNTIL=(\d{8})/, 'UNTIL=$1T235959Z');
  const parsed = rrulestr(`DTSTART:${stamp(start)}\nRRULE:${text}`);
  return parsed.all((_, index) => index < limit).map((date) => date.toISOString().slice(0, 19));
}

const patterns = [
  ...[
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=3',
    'FREQ=WEEKLY;BYDAY=MO,WE,FR',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU',
  ],
  ...['FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU', 'FREQ=WEEKLY;INTERVAL=3;BYDAY=SA;WKST=WE'],
  ...[
    'FREQ=MONTHLY;BYMONTHDAY=15',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
    'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1',
  ],
  ...['FREQ=MONTHLY;INTERVAL=5;BYDAY=2TU', 'FREQ=MONTHLY;BYDAY=-1SU', 'FREQ=MONTHLY;BYDAY=1SU'],
  ...['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=3'],
  ...['FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=10', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'],
  ...['FREQ=YEARLY;BYMONTH=11;BYDAY=1SU', 'FREQ=YEARLY;BYMONTH=10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1'],
  'FREQ=YEARLY;INTERVAL=3;BYMONTH=9;BYMONTHDAY=30',
];
const ranges = ['', ';COUNT=25', ';UNTIL=20200315'];
/** Years in which each of the zones changed its clocks; times of day at which it did. */
const starts = ['2017-09-30T00:30:00', '2018-03-11T02:15:00', '2015-01-31T23:45:00'];

describe('occurrences', () => {
  for (const timeZone of zones) {
    const cases = patterns.flatMap((pattern) =>
      ranges.flatMap((range) => starts.map((start) => ({ text: pattern + range, start }))),
    );
    it(`of ${cases.length} series in ${timeZone} are when rrule and the wall clock say`, function () {
      this.timeout(120_000);
      let compared = 0;
      for (const { text, start } of cases) {
        if (text.includes('INTERVAL=3;BYMONTH=9') && !start.startsWith('2017-09')) continue;
        const rule = ruleOf(text, start, timeZone);
        const expected = libraryStarts(rule, start, 40);
        const found = [...occurrences(rule, { start, timeZone }, { limit: 40 })];
        const label = `${text} from ${start}`;
        expect(
          found.map(({ originalStart }) => originalStart),
          label,
        ).to.deep.equal(expected);
        expect(
          found.map(({ index }) => index),
          label,
        ).to.deep.equal(expected.map((_, at) => at + 1));
        for (const { originalStart, startUtcMs } of found.filter((_, at) => at % 5 === 0)) {
          expect(startUtcMs, `${label}: ${originalStart}`).to.equal(momentOf(originalStart, timeZone));
          compared++;
        }
      }
      expect(compared).to.be.greaterThan(500);
    });
  }

  it('of any rule are those of rrule', () => {
    fc.assert(
      fc.property(arbitrarySeries, ({ rule, startDate }) => {
        fc.pre(rule.pattern.kind !== 'regenerating');
        const start = `${startDate}T12:00:00`;
        // The library gives up in the year 9999, we in 4500.
        const expected = libraryStarts(rule, start, 15).filter((at) => at < '4500-08-31');
        const found = [...occurrences(rule, { start, timeZone: 'UTC' }, { limit: 15 })];
        expect(found.map(({ originalStart }) => originalStart)).to.deep.equal(expected);
      }),
      { numRuns: 500, seed: 4722 },
    );
  });

  const literal: readonly (readonly [what: string, text: string, start: string, found: readonly string[]])[] =
    [
      [
        'day 31 is the last of each month',
        'FREQ=MONTHLY;BYMONTHDAY=-1',
        '2024-01-31',
        ['2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30'],
      ],
      [
        'day 30 moves in February only',
        'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1',
        '2025-01-30',
        ['2025-01-30', '2025-02-28', '2025-03-30', '2025-04-30'],
      ],
      [
        '29 February is the 28th in other years',
        'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1',
        '2024-02-29',
        ['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29'],
      ],
      [
        'weeks from Monday',
        'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO',
        '1997-08-05',
        ['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'],
      ],
      [
        'weeks from Sunday',
        'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU',
        '1997-08-05',
        ['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'],
      ],
      [
        'a start off the pattern moves to the first that fits, and COUNT counts from there',
        'FREQ=WEEKLY;BYDAY=MO;COUNT=2',
        '2025-01-15',
        ['2025-01-20', '2025-01-27'],
      ],
      [
        'the last day is within',
        'FREQ=DAILY;UNTIL=20250117',
        '2025-01-15',
        ['2025-01-15', '2025-01-16', '2025-01-17'],
      ],
      [
        'a task that regenerates has one',
        'FREQ=DAILY;X-EXSYNC-REGENERATE=TRUE',
        '2025-01-15',
        ['2025-01-15'],
      ],
    ];
  for (const [what, text, start, expected] of literal) {
    it(`${text} from ${start}: ${what}`, () => {
      expect(firstStarts(text, start, expected.length)).to.deep.equal(expected);
      expect(firstStart(ruleOf(text, start), `${start}T10:00:00`)).to.equal(`${expected[0]}T10:00:00`);
    });
  }

  it('keep the time of day over clock changes', () => {
    const event = { start: '2025-03-29T01:30:00', timeZone: 'Europe/London' };
    const found = [...occurrences(ruleOf('FREQ=DAILY', event.start), event, { limit: 3 })];
    expect(
      found.map(({ originalStart, startUtcMs }) => [originalStart, new Date(startUtcMs).toISOString()]),
    ).to.deep.equal([
      ['2025-03-29T01:30:00', '2025-03-29T01:30:00.000Z'],
      ['2025-03-30T01:30:00', '2025-03-30T01:30:00.000Z'], // the clock shows 02:30
      ['2025-03-31T01:30:00', '2025-03-31T00:30:00.000Z'],
    ]);
  });

  it('of a window keep their numbers', () => {
    const event = { start: '2025-01-01T22:00:00', timeZone: 'America/New_York' };
    const rule = ruleOf('FREQ=DAILY', event.start);
    const window = { fromUtcMs: Date.UTC(2025, 0, 11, 3), toUtcMs: Date.UTC(2025, 0, 13, 3) };
    const found = [...occurrences(rule, event, window)];
    expect(found.map(({ index, originalStart }) => [index, originalStart])).to.deep.equal([
      [10, '2025-01-10T22:00:00'],
      [11, '2025-01-11T22:00:00'],
    ]);
    expect([...occurrences(rule, event, { ...window, limit: 1 })].map(({ index }) => index)).to.deep.equal([
      10,
    ]);
    expect([...occurrences(rule, event, { ...window, limit: 0 })]).to.deep.equal([]);
    expect([...occurrences(rule, event, { toUtcMs: Date.UTC(2024, 0, 1) })]).to.deep.equal([]);
  });

  it('of any window are those of the whole series that lie in it', () => {
    fc.assert(
      fc.property(
        arbitrarySeries,
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 400 }),
        ({ rule, startDate }, timeZone, skipDays, lengthDays) => {
          const event = { start: `${startDate}T00:30:00`, timeZone };
          const fromUtcMs = localToUtcMs(event.start, timeZone) + skipDays * 86_400_000;
          const toUtcMs = fromUtcMs + lengthDays * 86_400_000;
          const all = [...occurrences(rule, event, { toUtcMs: toUtcMs + 1 })];
          const inside = all.filter(({ startUtcMs }) => startUtcMs >= fromUtcMs && startUtcMs < toUtcMs);
          expect([...occurrences(rule, event, { fromUtcMs, toUtcMs })]).to.deep.equal(inside);
        },
      ),
      { numRuns: 500, seed: 4723 },
    );
  });

  it('are found by their original start, and by the moment a server says', () => {
    fc.assert(
      fc.property(
        arbitrarySeries,
        fc.constantFrom(...zones),
        fc.constantFrom('', 'T00:00:00', 'T02:15:00', 'T23:45:00'),
        ({ rule, startDate }, timeZone, timeOfDay) => {
          const event = { start: startDate + timeOfDay, timeZone };
          for (const { index, originalStart, startUtcMs } of occurrences(rule, event, { limit: 20 })) {
            expect(indexOfOriginalStart(rule, event.start, originalStart)).to.equal(index);
            expect(originalStartAt(startUtcMs, event)).to.equal(originalStart);
          }
        },
      ),
      { numRuns: 500, seed: 4724 },
    );
  });

  it('that are none have no number', () => {
    const rule = ruleOf('FREQ=WEEKLY;BYDAY=WE;COUNT=3', '2025-01-15T09:00:00');
    const index = (at: string): number | null => indexOfOriginalStart(rule, '2025-01-15T09:00:00', at);
    expect(index('2025-01-29T09:00:00')).to.equal(3);
    expect(index('2025-01-28T09:00:00')).to.equal(null);
    expect(index('2025-01-29T10:00:00')).to.equal(null);
    expect(index('2025-01-29')).to.equal(null);
    expect(index('2025-02-05T09:00:00')).to.equal(null);
    expect(index('2025-01-08T09:00:00')).to.equal(null);
  });

  it('of all-day series are dates, from whichever midnight a server counts', () => {
    const event = { start: '2025-07-01', timeZone: 'Europe/Berlin' };
    for (const moment of ['2025-07-01T22:00:00Z', '2025-07-02T00:00:00Z', '2025-07-02T04:00:00Z']) {
      expect(originalStartAt(Date.parse(moment), event)).to.equal('2025-07-02');
    }
  });

  it('that were moved to no time of the series keep what the server says', () => {
    const event = { start: '2025-07-01T09:00:00', timeZone: 'Europe/Berlin' };
    expect(originalStartAt(Date.UTC(2025, 6, 3, 8, 30), event)).to.equal('2025-07-03T10:30:00');
  });
});
