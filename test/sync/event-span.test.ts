import { expect } from 'chai';
import fc from 'fast-check';
import { dayOf, endAfter, formatDate } from '../../src/sync/calendar/local-time.ts';
import { occurrences } from '../../src/sync/calendar/occurrences.ts';
import { ruleDays } from '../../src/sync/calendar/pattern-days.ts';
import type { RecurrenceRule } from '../../src/sync/calendar/recurrence-rule.ts';
import { formatRule, parseRule } from '../../src/sync/calendar/rule-text.ts';
import { localToUtcMs } from '../../src/sync/calendar/zoned-time.ts';
import { nearness, spanOf } from '../../src/sync/event-span.ts';
import type { EventSpan } from '../../src/sync/event-span.ts';
import { arbitrarySeries, zones } from './calendar/rules.ts';

const now = Date.parse('2026-03-10T15:30:00Z');

/** A series at nine, an hour long. */
function series(date: string, recurrence: string, timeZone = 'Europe/Paris'): Record<string, string> {
  return { start: `${date}T09:00:00`, end: `${date}T10:00:00`, timeZone, recurrence };
}

/** Milliseconds that the given work takes. */
function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

const days = Array.from({ length: 20 }, (_, index) => String(index + 1).padStart(2, '0'));

describe('a series of a million days', () => {
  const far = [
    ...['FREQ=DAILY;UNTIL=44990101', 'FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=44990101'],
    'FREQ=MONTHLY;BYDAY=1SU;UNTIL=44990101',
  ];
  for (const recurrence of far) {
    it(`has its span at once: ${recurrence}`, () => {
      let spans: (EventSpan | null)[] = [];
      const tookMs = timed(() => {
        spans = days.map((day) => spanOf(series(`2030-01-${day}`, recurrence)));
      });
      for (const span of spans) {
        expect(new Date(span?.endMs ?? 0).toISOString().slice(0, 7)).to.be.oneOf(['4498-12', '4499-01']);
      }
      expect(tookMs).to.be.below(1000);
    });
  }

  it('has its span at once where its first and its last days were deleted', () => {
    const gone = ['2030-01-01', '2030-01-02', '4498-12-31', '4499-01-01'];
    const deleted = Object.fromEntries(gone.map((date) => [`@${date}T09:00:00`, 'deleted']));
    const span = spanOf({ ...series('2030-01-01', far[0] ?? ''), ...deleted });
    expect(span && [span.startMs, span.endMs].map((ms) => new Date(ms).toISOString())).to.deep.equal([
      '2030-01-03T08:00:00.000Z',
      '4498-12-30T09:00:00.000Z',
    ]);
  });

  for (const recurrence of ['FREQ=DAILY', ...far]) {
    it(`that began in 1601 is found to be near at once: ${recurrence}`, () => {
      let near: number[] = [];
      const tookMs = timed(() => {
        for (let turn = 0; turn < 10; turn++) {
          near = days.map((day) => nearness(series(`1601-01-${day}`, recurrence), now));
        }
      });
      for (const ms of near) expect(ms).to.be.within(0, 31 * 86_400_000);
      expect(tookMs).to.be.below(1000);
    });
  }
});

/** By looking at every day. */
function slowSpan(rule: RecurrenceRule, values: Record<string, string>): EventSpan | null {
  const { start = '', end = '', timeZone = '' } = values;
  let first: string | null = null;
  let last = '';
  for (const day of ruleDays(rule, dayOf(start))) {
    const one = formatDate(day) + start.slice(10);
    if (values[`@${one}`] === 'deleted') continue;
    first ??= one;
    last = one;
    if (rule.range.kind === 'noEnd') break;
  }
  if (first === null) return null;
  const endMs =
    rule.range.kind === 'noEnd' ? Infinity : localToUtcMs(endAfter({ start, end }, last), timeZone);
  return { startMs: localToUtcMs(first, timeZone), endMs };
}

interface Sample {
  readonly rule: RecurrenceRule;
  readonly values: Record<string, string>;
}

/** Any pattern and range, also daily ones in number, with exceptions at both ends. */
const samples: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.oneof(
      arbitrarySeries.map(({ rule, startDate }) => ({ text: formatted(rule), startDate })),
      fc.record({
        text: fc.constantFrom(
          ...['FREQ=DAILY;COUNT=7', 'FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20540601', 'FREQ=DAILY;UNTIL=20540110'],
          ...['FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=9', 'FREQ=DAILY;INTERVAL=3'],
          ...['FREQ=MONTHLY;BYDAY=-1SU;UNTIL=20540601', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=4'],
        ),
        startDate: fc.integer({ min: 30000, max: 30680 }).map(formatDate),
      }),
    ),
    fc.constantFrom(...zones),
    fc.nat({ max: 4 }),
    fc.nat({ max: 12 }),
  )
  .filter(([{ text }]) => text !== '')
  .map(([{ text, startDate }, timeZone, atBegin, atEnd]) => {
    const values = series(startDate, text, timeZone);
    const parsed = parseRule(text, { start: `${startDate}T09:00:00`, timeZone });
    if ('problem' in parsed) throw new Error(`${text}: ${JSON.stringify(parsed.problem)}`);
    const { rule } = parsed;
    const head = [...occurrences(rule, { start: `${startDate}T09:00:00`, timeZone }, { limit: 4 })];
    const tail =
      rule.range.kind === 'noEnd'
        ? []
        : [...occurrences(rule, { start: `${startDate}T09:00:00`, timeZone }, {})].slice(-12).reverse();
    for (const { originalStart } of [...head.slice(0, atBegin), ...tail.slice(0, atEnd)]) {
      values[`@${originalStart}`] = 'deleted';
    }
    return { rule, values };
  });

/** Empty of a rule that events cannot have. */
function formatted(rule: RecurrenceRule): string {
  return rule.pattern.kind === 'regenerating' ? '' : formatRule(rule);
}

describe('a series with 150,000 changed occurrences', () => {
  const firstMs = Date.parse('2030-01-01T09:00:00Z');
  const starts = Array.from({ length: 150_000 }, (_, minute) =>
    new Date(firstMs + minute * 60_000).toISOString().slice(0, 19),
  );
  const changed = Object.fromEntries(starts.map((start) => [`@${start}`, 'changed']));

  for (const [recurrence, endMs] of [
    ['FREQ=DAILY;UNTIL=20300103', firstMs + 150_000 * 60_000 + 59 * 60_000],
    ['FREQ=DAILY', Infinity],
  ] as const) {
    it(`has its span: ${recurrence}`, () => {
      const span = spanOf({ ...series('2030-01-01', recurrence, 'UTC'), ...changed });
      expect(span).to.deep.equal({ startMs: firstMs, endMs });
    });
  }
});

describe('what is found by arithmetic is what looking at every day finds', () => {
  it('of the span of a series', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(samples, ({ rule, values }) => {
        expect(spanOf(values)).to.deep.equal(slowSpan(rule, values));
      }),
      { numRuns: 500, seed: 4733 },
    );
  });

  it('of the next occurrence of a series', function () {
    this.timeout(60_000);
    const moment = fc.integer({ min: 29_990 * 24, max: 31_000 * 24 }).map((hours) => hours * 3_600_000);
    fc.assert(
      fc.property(samples, moment, ({ rule, values }, nowMs) => {
        const { start = '', timeZone = '' } = values;
        const [next] = occurrences(rule, { start, timeZone }, { fromUtcMs: nowMs, limit: 1 });
        const near = nearness(values, nowMs);
        if (next === undefined) expect(near === 0 || near >= 1e15).to.equal(true);
        else expect(near).to.equal(next.startUtcMs - nowMs);
      }),
      { numRuns: 500, seed: 4734 },
    );
  });

  it('of the days of a rule from a later day on', () => {
    fc.assert(
      fc.property(samples, fc.nat({ max: 5000 }), ({ rule, values }, later) => {
        const startDay = dayOf(values['start'] ?? '');
        const fromDay = startDay + later;
        const all = takeUpTo(ruleDays(rule, startDay), fromDay + 4000);
        expect(takeUpTo(ruleDays(rule, startDay, fromDay), fromDay + 4000)).to.deep.equal(
          all.filter((day) => day >= fromDay),
        );
      }),
      { numRuns: 300, seed: 4735 },
    );
  });
});

function takeUpTo(found: Iterable<number>, lastDay: number): number[] {
  const taken: number[] = [];
  for (const day of found) {
    if (day > lastDay) break;
    taken.push(day);
  }
  return taken;
}
