/** The days a recurrence falls on: pure arithmetic on day numbers of the series' own time zone. */
import { civilDate, dayNumber, daysInMonth, weekday } from './local-time.ts';

/** A day of the week, or one of the groups that relative patterns know. */
export type DayKind = number | 'Day' | 'Weekday' | 'WeekendDay';

/** https://learn.microsoft.com/exchange/client-developer/exchange-web-services/recurrence-patterns-and-ews */
export type RecurrencePattern =
  | { readonly kind: 'daily'; readonly interval: number }
  | {
      readonly kind: 'weekly';
      readonly interval: number;
      readonly days: readonly number[];
      readonly firstDay: number;
    }
  | { readonly kind: 'absoluteMonthly'; readonly interval: number; readonly dayOfMonth: number }
  | {
      readonly kind: 'relativeMonthly';
      readonly interval: number;
      readonly day: DayKind;
      /** 1 to 4, or -1 for the last. */
      readonly index: number;
    }
  | { readonly kind: 'absoluteYearly'; readonly dayOfMonth: number; readonly month: number }
  | {
      readonly kind: 'relativeYearly';
      readonly day: DayKind;
      readonly index: number;
      readonly month: number;
    };

export type RecurrenceRange =
  | { readonly kind: 'noEnd'; readonly start: number }
  | { readonly kind: 'endDate'; readonly start: number; readonly end: number }
  | { readonly kind: 'numbered'; readonly start: number; readonly count: number };

export interface Recurrence {
  readonly pattern: RecurrencePattern;
  readonly range: RecurrenceRange;
}

/** The days of a recurrence in order, from the start of its range; endless when the range is. */
export function* recurrenceDays({ pattern, range }: Recurrence): Generator<number> {
  let left = range.kind === 'numbered' ? range.count : Number.POSITIVE_INFINITY;
  const end = range.kind === 'endDate' ? range.end : Number.POSITIVE_INFINITY;
  for (const day of patternDays(pattern, range.start)) {
    if (left-- <= 0 || day > end) return;
    yield day;
  }
}

function patternDays(pattern: RecurrencePattern, start: number): Generator<number> {
  switch (pattern.kind) {
    case 'daily':
      return daily(start, pattern.interval);
    case 'weekly':
      return weekly(start, pattern);
    case 'absoluteMonthly':
      return monthly(start, pattern.interval, (year, month) => dayInMonth(year, month, pattern.dayOfMonth));
    case 'relativeMonthly':
      return monthly(start, pattern.interval, (year, month) => nthDay(year, month, pattern));
    case 'absoluteYearly':
      return yearly(start, (year) => dayInMonth(year, pattern.month, pattern.dayOfMonth));
    case 'relativeYearly':
      return yearly(start, (year) => nthDay(year, pattern.month, pattern));
  }
}

function* daily(start: number, interval: number): Generator<number> {
  for (let day = start; ; day += interval) yield day;
}

/** Weeks are counted from the one the series starts in, and begin on `firstDay`. */
function* weekly(
  start: number,
  pattern: { readonly interval: number; readonly days: readonly number[]; readonly firstDay: number },
): Generator<number> {
  const { interval, days, firstDay } = pattern;
  const offsets = days.map((day) => (day - firstDay + 7) % 7).sort((a, b) => a - b);
  const firstWeek = start - ((weekday(start) - firstDay + 7) % 7);
  for (let week = firstWeek; ; week += 7 * interval) {
    for (const offset of offsets) if (week + offset >= start) yield week + offset;
  }
}

function* monthly(
  start: number,
  interval: number,
  dayIn: (year: number, month: number) => number,
): Generator<number> {
  const { year, month } = civilDate(start);
  for (let months = year * 12 + month - 1; ; months += interval) {
    const day = dayIn(Math.floor(months / 12), (months % 12) + 1);
    if (day >= start) yield day;
  }
}

function* yearly(start: number, dayIn: (year: number) => number): Generator<number> {
  for (let { year } = civilDate(start); ; year++) {
    const day = dayIn(year);
    if (day >= start) yield day;
  }
}

/** A month too short for the day has its last one instead. */
function dayInMonth(year: number, month: number, day: number): number {
  return dayNumber(year, month, Math.min(day, daysInMonth(year, month)));
}

function nthDay(
  year: number,
  month: number,
  wanted: { readonly day: DayKind; readonly index: number },
): number {
  const first = dayNumber(year, month, 1);
  const matching: number[] = [];
  for (let day = first; day < first + daysInMonth(year, month); day++) {
    if (isDay(day, wanted.day)) matching.push(day);
  }
  return matching.at(wanted.index < 0 ? -1 : wanted.index - 1) ?? first;
}

function isDay(day: number, kind: DayKind): boolean {
  if (kind === 'Day') return true;
  const name = weekday(day);
  if (typeof kind === 'number') return name === kind;
  return (name === 0 || name === 6) === (kind === 'WeekendDay');
}
