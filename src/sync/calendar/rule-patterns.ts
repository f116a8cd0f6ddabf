/** The pattern in an RRULE, where Exchange has one that means the same. */
import { civilDate, daysInMonth, weekdayOf } from './local-time.ts';
import { mondayFirst, problem, weekDays, weekendDays, workingDays } from './recurrence-rule.ts';
import type { RecurrencePattern, RelativeDay, RuleProblem, Week, WeekDay } from './recurrence-rule.ts';
import { daysOf, numbersOf } from './rule-parts.ts';
import type { RuleParts } from './rule-parts.ts';

export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
export type PatternResult = { readonly pattern: RecurrencePattern } | { readonly problem: RuleProblem };

/** Which parts each frequency may have; the others are refused. */
const partsByFrequency: Readonly<Record<Frequency, readonly string[]>> = {
  DAILY: ['BYDAY'],
  WEEKLY: ['BYDAY'],
  MONTHLY: ['BYMONTHDAY', 'BYDAY', 'BYSETPOS'],
  YEARLY: ['BYMONTH', 'BYMONTHDAY', 'BYDAY', 'BYSETPOS'],
};
/** Which parts any rule may have. */
export const commonParts: readonly string[] = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST'];

export interface Place {
  readonly interval: number;
  readonly startDay: number;
}

export function parsePattern(parts: RuleParts, frequency: Frequency, place: Place): PatternResult {
  const allowed = [...commonParts, ...partsByFrequency[frequency]];
  const other = [...parts.keys()].find((name) => !allowed.includes(name));
  if (other !== undefined) return problem('part', other);
  switch (frequency) {
    case 'DAILY':
    case 'WEEKLY':
      return parseWeekly(parts, frequency, place);
    case 'MONTHLY':
      return parseMonthly(parts, place);
    case 'YEARLY':
      return parseYearly(parts, place);
  }
}

function parseWeekly(parts: RuleParts, frequency: Frequency, { interval, startDay }: Place): PatternResult {
  const listed = parts.get('BYDAY');
  if (frequency === 'DAILY') {
    if (listed === undefined) return { pattern: { kind: 'daily', interval } };
    // Every second day, but on some weekdays only: no pattern of Exchange
    if (interval !== 1) return problem('part', 'BYDAY');
  }
  const days = daysOf(listed ?? weekDayOf(startDay));
  if (days === null) return problem('malformed', 'BYDAY');
  if (days.some(({ number }) => number !== null)) return problem('part', 'BYDAY');
  const [weekStart] = daysOf(parts.get('WKST') ?? 'MO') ?? [];
  if (weekStart === undefined) return problem('malformed', 'WKST');
  return {
    pattern: { kind: 'weekly', interval, days: days.map(({ day }) => day), weekStart: weekStart.day },
  };
}

function parseMonthly(parts: RuleParts, { interval, startDay }: Place): PatternResult {
  if (parts.has('BYDAY')) {
    const read = parseRelative(parts);
    if ('problem' in read) return read;
    return { pattern: inMonths(read, interval) };
  }
  const listed = parts.get('BYMONTHDAY') ?? String(civilDate(startDay).day);
  const days = numbersOf(listed, [-31, 31]);
  if (days === null) return problem('malformed', 'BYMONTHDAY');
  const position = positionOf(parts);
  if (position === null) return problem('malformed', 'BYSETPOS');
  const dayOfMonth = movedDay(days, position) ?? (days.length === 1 && position === undefined ? days[0] : 0);
  if (dayOfMonth === -1) return { pattern: { kind: 'absoluteMonthly', interval, dayOfMonth: 31 } };
  if (dayOfMonth === undefined || dayOfMonth < 1) return problem('part', 'BYMONTHDAY');
  if (dayOfMonth > 28 && position === undefined) return problem('shortMonths', 'BYMONTHDAY');
  return { pattern: { kind: 'absoluteMonthly', interval, dayOfMonth } };
}

/** The last of the 28th to the n-th that a month has: how RRULE says what Exchange means by day n. */
function movedDay(days: readonly number[], position: number | undefined): number | undefined {
  if (position !== -1) return undefined;
  const sorted = [...days].sort((a, b) => a - b);
  return sorted.every((day, index) => day === 28 + index) ? sorted.at(-1) : undefined;
}

function parseYearly(parts: RuleParts, { interval, startDay }: Place): PatternResult {
  const start = civilDate(startDay);
  const months = numbersOf(parts.get('BYMONTH') ?? String(start.month), [1, 12]);
  if (months === null) return problem('malformed', 'BYMONTH');
  const [month] = months;
  if (month === undefined || months.length > 1) return problem('part', 'BYMONTH');
  // Without a month these count through the whole year.
  const counted = ['BYDAY', 'BYMONTHDAY'].find((name) => parts.has(name));
  if (counted !== undefined && !parts.has('BYMONTH')) return problem('part', counted);

  const read = parts.has('BYDAY') ? parseRelative(parts) : parseDayOfYear(parts, month, start.day);
  if ('problem' in read) return read;
  if (interval === 1) return { pattern: inYears(read, month) };
  // Exchange's yearly patterns know no interval, its monthly ones do.
  if (month !== start.month) return problem('part', 'INTERVAL');
  return { pattern: inMonths(read, 12 * interval) };
}

type RelativeDate = { readonly day: RelativeDay; readonly week: Week };
type DateInMonth = RelativeDate | { readonly dayOfMonth: number };

function inMonths(date: DateInMonth, interval: number): RecurrencePattern {
  return 'day' in date
    ? { kind: 'relativeMonthly', interval, ...date }
    : { kind: 'absoluteMonthly', interval, ...date };
}

function inYears(date: DateInMonth, month: number): RecurrencePattern {
  return 'day' in date
    ? { kind: 'relativeYearly', month, ...date }
    : { kind: 'absoluteYearly', month, ...date };
}

function parseDayOfYear(
  parts: RuleParts,
  month: number,
  startDayOfMonth: number,
): { readonly dayOfMonth: number } | { readonly problem: RuleProblem } {
  const days = numbersOf(parts.get('BYMONTHDAY') ?? String(startDayOfMonth), [-31, 31]);
  if (days === null) return problem('malformed', 'BYMONTHDAY');
  const [day] = days;
  if (day === undefined || days.length > 1 || parts.has('BYSETPOS')) return problem('part', 'BYMONTHDAY');
  const longest = daysInMonth(2000, month);
  if (day === -1) return { dayOfMonth: longest };
  if (day < 1) return problem('part', 'BYMONTHDAY');
  if (day > daysInMonth(2001, month)) return problem('shortMonths', 'BYMONTHDAY');
  return { dayOfMonth: day };
}

/** `2TU`, `TU` with BYSETPOS=2, and groups of days with BYSETPOS. */
function parseRelative(parts: RuleParts): DateInMonth | { readonly problem: RuleProblem } {
  if (parts.has('BYMONTHDAY')) return problem('part', 'BYMONTHDAY');
  const listed = daysOf(parts.get('BYDAY') ?? '');
  if (listed === null) return problem('malformed', 'BYDAY');
  const position = positionOf(parts);
  if (position === null) return problem('malformed', 'BYSETPOS');
  const names = mondayFirst.filter((name) => listed.some(({ day }) => day === name));
  const numbered = listed.filter(({ number }) => number !== null);
  const number =
    numbered.length === 0
      ? position
      : listed.length === 1 && position === undefined
        ? numbered[0]?.number
        : null;
  const week = ([1, 2, 3, 4, -1] as const).find((one) => one === number);
  if (week === undefined)
    return problem('part', numbered.length === 0 && position !== undefined ? 'BYSETPOS' : 'BYDAY');
  if (names.length === 7) return { dayOfMonth: dayOfNth(week) };
  const [only] = names;
  const day =
    names.length === 1
      ? only
      : sameDays(names, workingDays)
        ? 'weekday'
        : sameDays(names, weekendDays)
          ? 'weekendDay'
          : undefined;
  return day === undefined ? problem('part', 'BYDAY') : { day, week };
}

/** The day of the month that the n-th, or last, day of any name is. */
export function dayOfNth(week: Week): number {
  return week === -1 ? 31 : week;
}

/** Undefined where there is none, null where it is no single number. */
function positionOf(parts: RuleParts): number | undefined | null {
  const value = parts.get('BYSETPOS');
  if (value === undefined) return undefined;
  const numbers = numbersOf(value, [-366, 366]);
  return numbers?.length === 1 ? numbers[0] : null;
}

function sameDays(names: readonly WeekDay[], others: readonly WeekDay[]): boolean {
  return names.join() === others.join();
}

function weekDayOf(day: number): WeekDay {
  return weekDays[weekdayOf(day)] ?? 'SU';
}
