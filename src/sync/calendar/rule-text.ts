/**
 * Rules as text: RFC 5545 RRULE, as far as Exchange can keep it.
 *
 * One rule has one spelling. Parts stand in the order FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST, COUNT or
 * UNTIL. INTERVAL=1 and WKST=MO are left out, the days are always written. UNTIL is a date, the last on which an occurrence
 * may start in the zone of the series, so that it stays the same when the time of day moves.
 *
 * Exchange moves the 29th to the 31st to the last day of shorter months, where BYMONTHDAY=30 leaves these months out. So
 * that day 30 is written `BYMONTHDAY=28,29,30;BYSETPOS=-1`, day 31 `BYMONTHDAY=-1`; a bare 30 of a monthly rule is refused.
 *
 * Tasks that come so long after the last was completed have a part of our own: `FREQ=WEEKLY;X-EXSYNC-REGENERATE=TRUE`.
 */
import { dayOf } from './local-time.ts';
import type { EventStart } from './local-time.ts';
import { canonicalRule, problem, weekendDays, workingDays } from './recurrence-rule.ts';
import type {
  RecurrencePattern,
  RecurrenceRule,
  RegenerationUnit,
  RelativeDay,
  RuleResult,
  Week,
} from './recurrence-rule.ts';
import { positiveNumber, splitRule } from './rule-parts.ts';
import type { RuleParts } from './rule-parts.ts';
import { commonParts, parsePattern } from './rule-patterns.ts';
import type { Frequency, PatternResult } from './rule-patterns.ts';
import { parseRange } from './rule-range.ts';

const regeneratePart = 'X-EXSYNC-REGENERATE';
const frequencies: Readonly<Record<RegenerationUnit, Frequency>> = {
  day: 'DAILY',
  week: 'WEEKLY',
  month: 'MONTHLY',
  year: 'YEARLY',
};
const regenerationUnits = ['day', 'week', 'month', 'year'] as const;

/**
 * The rule of a series that starts at `event`; what the text leaves to the start (its weekday, day or month) is taken from
 * there. Parts that only repeat the start's time of day are let pass. Throws RangeError where `event` is no time.
 */
export function parseRule(text: string, event: EventStart): RuleResult {
  const split = splitRule(text);
  if ('problem' in split) return split;
  const parts = withoutTimeOfDay(split.parts, event.start);
  const frequency = Object.values(frequencies).find((name) => name === parts.get('FREQ'));
  if (frequency === undefined) return problem(parts.has('FREQ') ? 'part' : 'malformed', 'FREQ');

  const interval = positiveNumber(parts.get('INTERVAL') ?? '1');
  if (interval === null) return problem('malformed', 'INTERVAL');
  const read = parts.has(regeneratePart)
    ? regenerating(parts, frequency, interval)
    : parsePattern(parts, frequency, { interval, startDay: dayOf(event.start) });
  if ('problem' in read) return read;
  const range = parseRange(parts, event);
  return 'problem' in range
    ? range
    : canonicalRule({ pattern: read.pattern, range: range.range }, dayOf(event.start));
}

/** The time of day of every occurrence is that of the start; some clients say so once more. */
function withoutTimeOfDay(parts: RuleParts, start: string): RuleParts {
  const [hour, minute, second] = start.length === 10 ? [0, 0, 0] : start.slice(11).split(':').map(Number);
  const same = new Map([
    ['BYHOUR', hour],
    ['BYMINUTE', minute],
    ['BYSECOND', second],
  ]);
  return new Map([...parts].filter(([name, value]) => !same.has(name) || Number(value) !== same.get(name)));
}

function regenerating(parts: RuleParts, frequency: Frequency, interval: number): PatternResult {
  const other = [...parts.keys()].find((name) => name !== regeneratePart && !commonParts.includes(name));
  if (other !== undefined) return problem('part', other);
  const unit = regenerationUnits.find((one) => frequencies[one] === frequency);
  if (parts.get(regeneratePart) !== 'TRUE' || unit === undefined) return problem('malformed', regeneratePart);
  return { pattern: { kind: 'regenerating', interval, unit } };
}

/** The text of a canonical rule. */
export function formatRule({ pattern, range }: RecurrenceRule): string {
  const parts = [`FREQ=${frequencyOf(pattern)}`];
  if ('interval' in pattern && pattern.interval !== 1) parts.push(`INTERVAL=${pattern.interval}`);
  parts.push(...patternParts(pattern));
  if (range.kind === 'numbered') parts.push(`COUNT=${range.count}`);
  if (range.kind === 'endDate') parts.push(`UNTIL=${range.lastDate.replaceAll('-', '')}`);
  if (pattern.kind === 'regenerating') parts.push(`${regeneratePart}=TRUE`);
  return parts.join(';');
}

function frequencyOf(pattern: RecurrencePattern): Frequency {
  switch (pattern.kind) {
    case 'daily':
      return 'DAILY';
    case 'weekly':
      return 'WEEKLY';
    case 'absoluteMonthly':
    case 'relativeMonthly':
      return 'MONTHLY';
    case 'absoluteYearly':
    case 'relativeYearly':
      return 'YEARLY';
    case 'regenerating':
      return frequencies[pattern.unit];
  }
}

function patternParts(pattern: RecurrencePattern): readonly string[] {
  switch (pattern.kind) {
    case 'daily':
    case 'regenerating':
      return [];
    case 'weekly':
      return [
        `BYDAY=${pattern.days.join()}`,
        ...(pattern.weekStart === 'MO' ? [] : [`WKST=${pattern.weekStart}`]),
      ];
    case 'absoluteMonthly':
      return monthDayParts(pattern.dayOfMonth);
    case 'absoluteYearly': {
      const isLeapDay = pattern.month === 2 && pattern.dayOfMonth === 29;
      return [`BYMONTH=${pattern.month}`, `BYMONTHDAY=${isLeapDay ? -1 : pattern.dayOfMonth}`];
    }
    case 'relativeMonthly':
      return relativeParts(pattern);
    case 'relativeYearly':
      return [`BYMONTH=${pattern.month}`, ...relativeParts(pattern)];
  }
}

function monthDayParts(day: number): readonly string[] {
  if (day === 31) return ['BYMONTHDAY=-1'];
  if (day <= 28) return [`BYMONTHDAY=${day}`];
  return [`BYMONTHDAY=${day === 29 ? '28,29' : '28,29,30'}`, 'BYSETPOS=-1'];
}

function relativeParts({ day, week }: { readonly day: RelativeDay; readonly week: Week }): readonly string[] {
  if (day === 'weekday') return [`BYDAY=${workingDays.join()}`, `BYSETPOS=${week}`];
  if (day === 'weekendDay') return [`BYDAY=${weekendDays.join()}`, `BYSETPOS=${week}`];
  return [`BYDAY=${week}${day}`];
}
