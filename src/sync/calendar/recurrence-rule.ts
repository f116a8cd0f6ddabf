/** A series as Exchange can keep it, in one spelling for each meaning. */
import { civilDate, daysInMonth, parseDate, weekdayOf } from './local-time.ts';

export const weekDays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;
export type WeekDay = (typeof weekDays)[number];
/** In the order they are written. */
export const mondayFirst: readonly WeekDay[] = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

export const workingDays: readonly WeekDay[] = ['MO', 'TU', 'WE', 'TH', 'FR'];
export const weekendDays: readonly WeekDay[] = ['SA', 'SU'];

/** What a relative pattern counts: one day of the week, working days, or days of the weekend. */
export type RelativeDay = WeekDay | 'weekday' | 'weekendDay';
/** The first to the fourth, or the last. */
export type Week = 1 | 2 | 3 | 4 | -1;
export type RegenerationUnit = 'day' | 'week' | 'month' | 'year';

/** Microsoft: Recurrence patterns and EWS. A month too short for `dayOfMonth` has the occurrence on its last day. */
export type RecurrencePattern =
  | { readonly kind: 'daily'; readonly interval: number }
  | {
      readonly kind: 'weekly';
      readonly interval: number;
      /** At least one, Monday first. */
      readonly days: readonly WeekDay[];
      /** Which days make one week; matters only where weeks are left out. */
      readonly weekStart: WeekDay;
    }
  | { readonly kind: 'absoluteMonthly'; readonly interval: number; readonly dayOfMonth: number }
  | {
      readonly kind: 'relativeMonthly';
      readonly interval: number;
      readonly day: RelativeDay;
      readonly week: Week;
    }
  | { readonly kind: 'absoluteYearly'; readonly month: number; readonly dayOfMonth: number }
  | {
      readonly kind: 'relativeYearly';
      readonly month: number;
      readonly day: RelativeDay;
      readonly week: Week;
    }
  /** Tasks only: the next one comes so long after this one was completed. */
  | { readonly kind: 'regenerating'; readonly interval: number; readonly unit: RegenerationUnit };

export type RecurrenceRange =
  | { readonly kind: 'noEnd' }
  /** `YYYY-MM-DD`: the last date an occurrence may start on, in the zone of the series. */
  | { readonly kind: 'endDate'; readonly lastDate: string }
  | { readonly kind: 'numbered'; readonly count: number };

export interface RecurrenceRule {
  readonly pattern: RecurrencePattern;
  readonly range: RecurrenceRange;
}

/**
 * Why a rule cannot be kept. `malformed`: it breaks the grammar. `part`: Exchange has no word for it. `shortMonths`: it
 * leaves out months without that day, where Exchange would take the last one. `interval`, `count`: outside 1 to 999.
 * `noOccurrence`: it ends before it begins.
 */
export interface RuleProblem {
  readonly code: 'malformed' | 'part' | 'shortMonths' | 'interval' | 'count' | 'noOccurrence';
  /** The part of the rule, such as `BYDAY`, or the element. */
  readonly part: string;
}

export type RuleResult = { readonly rule: RecurrenceRule } | { readonly problem: RuleProblem };

/** The largest interval and number of occurrences. */
const maxNumber = 999;
/** What lies beyond is no end: Exchange counts days up to here. */
export const endOfTime = '4500-08-31';

/**
 * The rule in its one spelling: the first day is day 1, every day of the week is daily, every twelfth month is yearly, and
 * a week begins on Monday unless that would change something. `startDay` is the day number the series begins on. Numbers
 * that Exchange does not take, and ends before the beginning, are problems.
 */
export function canonicalRule(rule: RecurrenceRule, startDay: number): RuleResult {
  const pattern = canonicalPattern(rule.pattern, startDay);
  if ('interval' in pattern && !isNumber(pattern.interval)) return problem('interval', 'INTERVAL');
  const { range } = rule;
  switch (range.kind) {
    case 'noEnd':
      break;
    case 'numbered':
      if (!isNumber(range.count)) return problem('count', 'COUNT');
      break;
    case 'endDate': {
      if (range.lastDate >= endOfTime) return { rule: { pattern, range: { kind: 'noEnd' } } };
      const lastDay = parseDate(range.lastDate);
      if (lastDay === null) return problem('malformed', 'UNTIL');
      if (lastDay < startDay) return problem('noOccurrence', 'UNTIL');
      break;
    }
  }
  return { rule: { pattern, range } };
}

export function problem(code: RuleProblem['code'], part: string): { readonly problem: RuleProblem } {
  return { problem: { code, part } };
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= maxNumber;
}

function canonicalPattern(pattern: RecurrencePattern, startDay: number): RecurrencePattern {
  const { month } = civilDate(startDay);
  switch (pattern.kind) {
    case 'weekly': {
      const days = mondayFirst.filter((day) => pattern.days.includes(day));
      if (days.length === 7 && pattern.interval === 1) return { kind: 'daily', interval: 1 };
      return { ...pattern, days, weekStart: canonicalWeekStart({ ...pattern, days }, startDay) };
    }
    case 'absoluteMonthly': {
      const { interval, dayOfMonth } = pattern;
      return interval === 12 ? yearly(month, dayOfMonth) : { kind: pattern.kind, interval, dayOfMonth };
    }
    case 'absoluteYearly':
      return yearly(pattern.month, pattern.dayOfMonth);
    case 'relativeMonthly': {
      const { interval, day, week } = pattern;
      return interval === 12 ? { kind: 'relativeYearly', month, day, week } : pattern;
    }
    case 'daily':
    case 'relativeYearly':
    case 'regenerating':
      return pattern;
  }
}

/** A day the month never has is its last one; 29 February is the last of February. */
function yearly(month: number, dayOfMonth: number): RecurrencePattern {
  const leapYear = 2000;
  return { kind: 'absoluteYearly', month, dayOfMonth: Math.min(dayOfMonth, daysInMonth(leapYear, month)) };
}

/** Weeks that break at the same place are the same weeks. */
function canonicalWeekStart(
  { days, interval, weekStart }: Extract<RecurrencePattern, { kind: 'weekly' }>,
  startDay: number,
): WeekDay {
  if (interval === 1) return 'MO';
  const first = firstOfWeek(days, startDay, weekStart);
  return first === firstOfWeek(days, startDay, 'MO') ? 'MO' : first;
}

/**
 * The first day of the pattern, or of the start of the series, in a week that begins on `weekStart`. Where it is the same
 * for two beginnings, nothing that matters lies between them.
 */
export function firstOfWeek(days: readonly WeekDay[], startDay: number, weekStart: WeekDay): WeekDay {
  const from = weekDays.indexOf(weekStart);
  for (let step = 0; step < 7; step++) {
    const index = (from + step) % 7;
    const day = weekDays[index];
    if (day !== undefined && (index === weekdayOf(startDay) || days.includes(day))) return day;
  }
  return weekStart;
}
