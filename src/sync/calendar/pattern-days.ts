/** The days a pattern falls on: arithmetic on day numbers, without time or zone. */
import { civilDate, dayNumber, daysInMonth, parseDate, weekdayOf } from './local-time.ts';
import { endOfTime, weekDays } from './recurrence-rule.ts';
import type { RecurrencePattern, RecurrenceRule, RelativeDay, Week } from './recurrence-rule.ts';

type Relative = { readonly day: RelativeDay; readonly week: Week };

/**
 * Day numbers in order, from `startDay` on, until the rule or Exchange's calendar ends. Intervals are counted from the day,
 * week, month or year that `startDay` is in; a start that does not fit the pattern is no occurrence, and the first that
 * fits is the first. A task that regenerates has only its own day. Days before `fromDay` are left out; they are stepped
 * over by arithmetic, but where the rule counts its occurrences, which are few.
 */
export function* ruleDays(
  { pattern, range }: RecurrenceRule,
  startDay: number,
  fromDay = startDay,
): Generator<number, void> {
  const lastDay = parseDate(range.kind === 'endDate' ? range.lastDate : endOfTime) ?? startDay;
  const isCounted = range.kind === 'numbered';
  let left = isCounted ? range.count : Number.POSITIVE_INFINITY;
  for (const day of patternDays(pattern, { startDay, nearDay: isCounted ? startDay : fromDay })) {
    if (left === 0 || day > lastDay) return;
    left--;
    if (day >= fromDay) yield day;
  }
}

interface Beginning {
  readonly startDay: number;
  /** Days before it may be stepped over. */
  readonly nearDay: number;
}

function patternDays(pattern: RecurrencePattern, beginning: Beginning): Iterable<number> {
  switch (pattern.kind) {
    case 'daily':
      return daily(beginning, pattern.interval);
    case 'weekly':
      return weekly(beginning, pattern);
    case 'absoluteMonthly':
      return monthly(beginning, pattern.interval, (year, month) =>
        nearestDay(year, month, pattern.dayOfMonth),
      );
    case 'relativeMonthly':
      return monthly(beginning, pattern.interval, (year, month) => nthDay(year, month, pattern));
    case 'absoluteYearly':
      return yearly(beginning, (year) => nearestDay(year, pattern.month, pattern.dayOfMonth));
    case 'relativeYearly':
      return yearly(beginning, (year) => nthDay(year, pattern.month, pattern));
    case 'regenerating':
      return [beginning.startDay];
  }
}

/** The last step from `start` on that is not beyond `near`. */
function stepNear(start: number, step: number, near: number): number {
  return start + Math.max(0, Math.floor((near - start) / step)) * step;
}

function* daily({ startDay, nearDay }: Beginning, interval: number): Generator<number> {
  for (let day = stepNear(startDay, interval, nearDay); ; day += interval) yield day;
}

function* weekly(
  { startDay, nearDay }: Beginning,
  { interval, days, weekStart }: Extract<RecurrencePattern, { kind: 'weekly' }>,
): Generator<number> {
  const firstWeekday = weekDays.indexOf(weekStart);
  const offsets = days.map((day) => (weekDays.indexOf(day) - firstWeekday + 7) % 7).sort((a, b) => a - b);
  const firstWeek = startDay - ((weekdayOf(startDay) - firstWeekday + 7) % 7);
  for (let week = stepNear(firstWeek, 7 * interval, nearDay); ; week += 7 * interval) {
    for (const offset of offsets) if (week + offset >= startDay) yield week + offset;
  }
}

function* monthly(
  { startDay, nearDay }: Beginning,
  interval: number,
  dayIn: (year: number, month: number) => number,
): Generator<number> {
  const first = stepNear(monthOf(startDay), interval, monthOf(nearDay));
  for (let months = first; ; months += interval) {
    const day = dayIn(Math.floor(months / 12), (months % 12) + 1);
    if (day >= startDay) yield day;
  }
}

/** Months since the year 0. */
function monthOf(day: number): number {
  const { year, month } = civilDate(day);
  return year * 12 + month - 1;
}

function* yearly({ startDay, nearDay }: Beginning, dayIn: (year: number) => number): Generator<number> {
  for (let { year } = civilDate(Math.max(startDay, nearDay)); ; year++) {
    const day = dayIn(year);
    if (day >= startDay) yield day;
  }
}

/** The last day of a month that has no such day (Microsoft: AbsoluteMonthlyRecurrence, DayOfMonth). */
function nearestDay(year: number, month: number, dayOfMonth: number): number {
  return dayNumber(
    year,
    month,
    dayOfMonth <= 28 ? dayOfMonth : Math.min(dayOfMonth, daysInMonth(year, month)),
  );
}

function nthDay(year: number, month: number, { day, week }: Relative): number {
  const isLast = week === -1;
  let at = dayNumber(year, month, isLast ? daysInMonth(year, month) : 1);
  let left = isLast ? 1 : week;
  for (;;) {
    if (isDay(at, day) && --left === 0) return at;
    at += isLast ? -1 : 1;
  }
}

function isDay(at: number, day: RelativeDay): boolean {
  const weekday = weekdayOf(at);
  if (day === 'weekday') return weekday > 0 && weekday < 6;
  if (day === 'weekendDay') return weekday === 0 || weekday === 6;
  return weekDays[weekday] === day;
}
