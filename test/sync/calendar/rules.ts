/** Rules for tests: any canonical one, and the series they belong to. */
import fc from 'fast-check';
import { formatDate } from '../../../src/sync/calendar/local-time.ts';
import { canonicalRule, weekDays } from '../../../src/sync/calendar/recurrence-rule.ts';
import type { RecurrencePattern, RecurrenceRule } from '../../../src/sync/calendar/recurrence-rule.ts';

export const zones = [
  ...['America/Sao_Paulo', 'Africa/Casablanca', 'Australia/Lord_Howe', 'Asia/Kathmandu'],
  ...['America/New_York', 'Europe/London'],
];

const interval = fc.integer({ min: 1, max: 999 });
const dayOfMonth = fc.integer({ min: 1, max: 31 });
const month = fc.integer({ min: 1, max: 12 });
const day = fc.constantFrom(...weekDays, 'weekday' as const, 'weekendDay' as const);
const week = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, -1 as const);
const weekDay = fc.constantFrom(...weekDays);

const pattern: fc.Arbitrary<RecurrencePattern> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), interval }),
  fc.record({
    kind: fc.constant('weekly' as const),
    interval,
    days: fc.uniqueArray(weekDay, { minLength: 1 }),
    weekStart: weekDay,
  }),
  fc.record({ kind: fc.constant('absoluteMonthly' as const), interval, dayOfMonth }),
  fc.record({ kind: fc.constant('relativeMonthly' as const), interval, day, week }),
  fc.record({ kind: fc.constant('absoluteYearly' as const), month, dayOfMonth }),
  fc.record({ kind: fc.constant('relativeYearly' as const), month, day, week }),
  fc.record({
    kind: fc.constant('regenerating' as const),
    interval,
    unit: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'year' as const),
  }),
);

export interface Series {
  readonly rule: RecurrenceRule;
  readonly startDate: string;
}

/** Starts between 2000 and 2054; ends, where there are any, up to 27 years later. */
export const arbitrarySeries: fc.Arbitrary<Series> = fc
  .tuple(
    pattern,
    fc.integer({ min: 10957, max: 31000 }),
    fc.constantFrom('noEnd', 'endDate', 'numbered'),
    fc.integer({ min: 0, max: 10000 }),
  )
  .map(([raw, startDay, end, number]) => {
    const range =
      end === 'noEnd'
        ? { kind: 'noEnd' as const }
        : end === 'endDate'
          ? { kind: 'endDate' as const, lastDate: formatDate(startDay + number) }
          : { kind: 'numbered' as const, count: (number % 999) + 1 };
    const result = canonicalRule({ pattern: raw, range }, startDay);
    if ('problem' in result) throw new Error(JSON.stringify(result.problem));
    return { rule: result.rule, startDate: formatDate(startDay) };
  });
