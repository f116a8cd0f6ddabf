/** RRULE (RFC 5545, 3.3.10) and the patterns of Exchange. */
import { ItemError } from '../item-error.ts';
import { dayNumber, dayOf } from './local-time.ts';
import type { DayKind, Recurrence, RecurrencePattern, RecurrenceRange } from './recurrence-pattern.ts';

export const ICAL_DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** The value of an RRULE; `until` is the moment of the last occurrence as iCalendar text. */
export function writeRule({ pattern, range }: Recurrence, until: string): string {
  const end =
    range.kind === 'numbered' ? [`COUNT=${range.count}`] : range.kind === 'endDate' ? [`UNTIL=${until}`] : [];
  return [...patternParts(pattern), ...end].join(';');
}

function patternParts(pattern: RecurrencePattern): readonly string[] {
  switch (pattern.kind) {
    case 'daily':
      return ['FREQ=DAILY', `INTERVAL=${pattern.interval}`];
    case 'weekly': {
      const days = pattern.days.map((day) => ICAL_DAYS[day]).join(',');
      const first = `WKST=${ICAL_DAYS[pattern.firstDay]}`;
      return ['FREQ=WEEKLY', `INTERVAL=${pattern.interval}`, `BYDAY=${days}`, first];
    }
    case 'absoluteMonthly':
      return ['FREQ=MONTHLY', `INTERVAL=${pattern.interval}`, ...monthDay(pattern.dayOfMonth)];
    case 'relativeMonthly':
      return ['FREQ=MONTHLY', `INTERVAL=${pattern.interval}`, ...relativeDay(pattern.day, pattern.index)];
    case 'absoluteYearly':
      return ['FREQ=YEARLY', `BYMONTH=${pattern.month}`, ...monthDay(pattern.dayOfMonth)];
    case 'relativeYearly':
      return ['FREQ=YEARLY', `BYMONTH=${pattern.month}`, ...relativeDay(pattern.day, pattern.index)];
  }
}

/** Exchange takes the last day of a month too short; RFC 5545 skips it, unless told like this. */
function monthDay(day: number): readonly string[] {
  if (day <= 28) return [`BYMONTHDAY=${day}`];
  const days = Array.from({ length: day - 27 }, (_one, index) => 28 + index);
  return [`BYMONTHDAY=${days.join(',')}`, 'BYSETPOS=-1'];
}

function relativeDay(day: DayKind, index: number): readonly string[] {
  if (typeof day === 'number') return [`BYDAY=${index}${ICAL_DAYS[day]}`];
  const group = day === 'Day' ? ICAL_DAYS : day === 'Weekday' ? ICAL_DAYS.slice(1, 6) : ['SA', 'SU'];
  return [`BYDAY=${group.join(',')}`, `BYSETPOS=${index}`];
}

/** A recurrence from an RRULE; `startMs` is DTSTART on its own clock. ErrorCalendarInvalidRecurrence when Exchange has none like it. */
export function readRule(value: string, startMs: number): Recurrence {
  const parts = Object.fromEntries(
    value
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=', 2) as [string, string]),
  );
  const pattern = readPattern(parts, startMs);
  return { pattern, range: readRange(parts, dayOf(startMs)) };
}

function readRange(parts: Readonly<Record<string, string>>, start: number): RecurrenceRange {
  if (parts['COUNT'] !== undefined) return { kind: 'numbered', start, count: Number(parts['COUNT']) };
  const until = /^(\d{4})(\d\d)(\d\d)/.exec(parts['UNTIL'] ?? '');
  if (until === null) return { kind: 'noEnd', start };
  return { kind: 'endDate', start, end: dayNumber(Number(until[1]), Number(until[2]), Number(until[3])) };
}

function readPattern(parts: Readonly<Record<string, string>>, startMs: number): RecurrencePattern {
  const start = new Date(startMs);
  const interval = Number(parts['INTERVAL'] ?? 1);
  const month = Number(parts['BYMONTH'] ?? start.getUTCMonth() + 1);
  const days = (parts['BYDAY'] ?? '').split(',').filter((one) => one !== '');
  const monthDays = (parts['BYMONTHDAY'] ?? String(start.getUTCDate())).split(',').map(Number);
  const dayOfMonth = monthDays.includes(-1) ? 31 : Math.max(...monthDays);
  const named = days.map((day) => ICAL_DAYS.indexOf(day.slice(-2)));
  const firstDay = Math.max(0, ICAL_DAYS.indexOf(parts['WKST'] ?? 'MO'));
  switch (parts['FREQ']) {
    case 'DAILY':
      return days.length === 0
        ? { kind: 'daily', interval }
        : { kind: 'weekly', interval: 1, days: named, firstDay };
    case 'WEEKLY':
      return { kind: 'weekly', interval, days: days.length === 0 ? [start.getUTCDay()] : named, firstDay };
    case 'MONTHLY':
      return days.length === 0
        ? { kind: 'absoluteMonthly', interval, dayOfMonth }
        : { kind: 'relativeMonthly', interval, ...readRelative(days, parts['BYSETPOS']) };
    case 'YEARLY':
      return days.length === 0
        ? { kind: 'absoluteYearly', dayOfMonth, month }
        : { kind: 'relativeYearly', month, ...readRelative(days, parts['BYSETPOS']) };
    default:
      throw new ItemError('ErrorCalendarInvalidRecurrence');
  }
}

function readRelative(
  days: readonly string[],
  position: string | undefined,
): { readonly day: DayKind; readonly index: number } {
  const [first = ''] = days;
  const index = Number(position ?? (first.slice(0, -2) || '1'));
  const named = ICAL_DAYS.indexOf(first.slice(-2));
  const sorted = [...days].sort().join();
  const groups: Readonly<Record<string, DayKind>> = {
    [[...ICAL_DAYS].sort().join()]: 'Day',
    [ICAL_DAYS.slice(1, 6).sort().join()]: 'Weekday',
    'SA,SU': 'WeekendDay',
  };
  const day = days.length === 1 ? named : groups[sorted];
  const isKnown = day !== undefined && day !== -1 && (index === -1 || (index >= 1 && index <= 4));
  if (!isKnown) throw new ItemError('ErrorCalendarInvalidRecurrence');
  return { day, index };
}
