/** `<t:Recurrence>` of events and tasks, read and written (Microsoft: RecurrenceType, TaskRecurrenceType). */
import { dayOf, parseDate } from '../../sync/calendar/local-time.ts';
import { canonicalRule, firstOfWeek, problem, weekDays } from '../../sync/calendar/recurrence-rule.ts';
import type {
  RecurrencePattern,
  RecurrenceRange,
  RecurrenceRule,
  RegenerationUnit,
  RelativeDay,
  RuleProblem,
  Week,
  WeekDay,
} from '../../sync/calendar/recurrence-rule.ts';
import { shapes, within } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import type { EwsSchema } from '../versions.ts';
import { dayNames, monthNames, weekNames } from './week-day.ts';

/** What stands in a `<t:Recurrence>`: the elements of pattern and range, and the texts inside by their names. */
export interface ReadRecurrence {
  pattern: string;
  range: string;
  readonly texts: Map<string, string>;
}

/** The rule, and the date that the series starts on. */
export type RecurrenceResult =
  { readonly rule: RecurrenceRule; readonly startDate: string } | { readonly problem: RuleProblem };

const patternElements = [
  'DailyRecurrence',
  'WeeklyRecurrence',
  'AbsoluteMonthlyRecurrence',
  'RelativeMonthlyRecurrence',
  'AbsoluteYearlyRecurrence',
  'RelativeYearlyRecurrence',
  'DailyRegeneration',
  'WeeklyRegeneration',
  'MonthlyRegeneration',
  'YearlyRegeneration',
] as const;
type PatternElement = (typeof patternElements)[number];
const rangeElements = ['NoEndRecurrence', 'EndDateRecurrence', 'NumberedRecurrence'] as const;
const texts = [
  ...['Interval', 'DaysOfWeek', 'FirstDayOfWeek', 'DayOfMonth', 'DayOfWeekIndex', 'Month'],
  ...['StartDate', 'EndDate', 'NumberOfOccurrences'],
];

const textShapes = shapes<ReadRecurrence>(
  Object.fromEntries(
    texts.map((name) => [`t:${name}`, { text: (read, value) => read.texts.set(name, value.trim()) }]),
  ),
);

const insideRecurrence = shapes<ReadRecurrence>(
  Object.fromEntries([
    ...patternElements.map((name): [string, Shape<ReadRecurrence>] => [
      `t:${name}`,
      { open: (read) => (read.pattern = name), children: textShapes },
    ]),
    ...rangeElements.map((name): [string, Shape<ReadRecurrence>] => [
      `t:${name}`,
      { open: (read) => (read.range = name), children: textShapes },
    ]),
  ]),
);

/** `<t:Recurrence>` wherever one may stand. */
export function recurrenceShape<C>(set: (context: C, read: ReadRecurrence) => void): Shape<C> {
  return within(
    (context: C) => {
      const read: ReadRecurrence = { pattern: '', range: '', texts: new Map() };
      set(context, read);
      return read;
    },
    { children: insideRecurrence },
  );
}

/** The canonical rule in what was read. Offsets behind the dates (`2014-06-22-04:00`) do not move them. */
export function recurrenceOf(read: ReadRecurrence): RecurrenceResult {
  const startDate = dateIn(read, 'StartDate');
  const startDay = parseDate(startDate);
  if (startDay === null) return problem('malformed', 'StartDate');
  const pattern = readPattern(read);
  if (typeof pattern === 'string') return problem('malformed', pattern);
  const range = readRange(read);
  if (range === null) return problem('malformed', 'Recurrence');
  const result = canonicalRule({ pattern, range }, startDay);
  return 'problem' in result ? result : { ...result, startDate };
}

/** The pattern, or the name of the element that is no good. */
function readPattern(read: ReadRecurrence): RecurrencePattern | string {
  const interval = Number(read.texts.get('Interval') ?? Number.NaN);
  const element = patternElements.find((name) => name === read.pattern);
  switch (element) {
    case 'DailyRecurrence':
      return { kind: 'daily', interval };
    case 'WeeklyRecurrence': {
      const days = (read.texts.get('DaysOfWeek') ?? '').split(/\s+/).map(weekDayNamed);
      const weekStart = weekDayNamed(read.texts.get('FirstDayOfWeek') ?? 'Sunday');
      if (weekStart === undefined) return 'FirstDayOfWeek';
      const known = days.filter((day) => day !== undefined);
      if (known.length < days.length) return 'DaysOfWeek';
      return { kind: 'weekly', interval, days: known, weekStart };
    }
    case 'AbsoluteMonthlyRecurrence': {
      const dayOfMonth = numberIn(read, 'DayOfMonth', 31);
      return dayOfMonth === null ? 'DayOfMonth' : { kind: 'absoluteMonthly', interval, dayOfMonth };
    }
    case 'AbsoluteYearlyRecurrence': {
      const dayOfMonth = numberIn(read, 'DayOfMonth', 31);
      const month = monthIn(read);
      if (month === null) return 'Month';
      return dayOfMonth === null ? 'DayOfMonth' : { kind: 'absoluteYearly', month, dayOfMonth };
    }
    case 'RelativeMonthlyRecurrence': {
      const date = relativeIn(read);
      if (typeof date === 'string') return date;
      return 'day' in date
        ? { kind: 'relativeMonthly', interval, ...date }
        : { kind: 'absoluteMonthly', interval, ...date };
    }
    case 'RelativeYearlyRecurrence': {
      const date = relativeIn(read);
      if (typeof date === 'string') return date;
      const month = monthIn(read);
      if (month === null) return 'Month';
      return 'day' in date
        ? { kind: 'relativeYearly', month, ...date }
        : { kind: 'absoluteYearly', month, ...date };
    }
    case 'DailyRegeneration':
    case 'WeeklyRegeneration':
    case 'MonthlyRegeneration':
    case 'YearlyRegeneration':
      return { kind: 'regenerating', interval, unit: unitOf[element] };
    case undefined:
      return 'Recurrence';
  }
}

const unitOf = {
  DailyRegeneration: 'day',
  WeeklyRegeneration: 'week',
  MonthlyRegeneration: 'month',
  YearlyRegeneration: 'year',
} as const;

function readRange(read: ReadRecurrence): RecurrenceRange | null {
  switch (read.range) {
    case 'NoEndRecurrence':
      return { kind: 'noEnd' };
    case 'EndDateRecurrence':
      return { kind: 'endDate', lastDate: dateIn(read, 'EndDate') };
    case 'NumberedRecurrence':
      return { kind: 'numbered', count: Number(read.texts.get('NumberOfOccurrences') ?? Number.NaN) };
    default:
      return null;
  }
}

function dateIn(read: ReadRecurrence, name: string): string {
  return (read.texts.get(name) ?? '').replace(/^(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)$/, '$1');
}

function numberIn(read: ReadRecurrence, name: string, most: number): number | null {
  const value = Number(read.texts.get(name) ?? Number.NaN);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}

function monthIn(read: ReadRecurrence): number | null {
  const index = monthNames.findIndex((name) => name === read.texts.get('Month'));
  return index < 0 ? null : index + 1;
}

function weekDayNamed(name: string): WeekDay | undefined {
  const index = dayNames.findIndex((one) => one === name);
  return weekDays[index];
}

/** Of the n-th `Day`, which is a date, the date. */
function relativeIn(
  read: ReadRecurrence,
): { readonly day: RelativeDay; readonly week: Week } | { readonly dayOfMonth: number } | string {
  const index = read.texts.get('DayOfWeekIndex');
  const week = Object.entries(weekNames).find(([name]) => name === index)?.[1];
  if (week === undefined) return 'DayOfWeekIndex';
  const name = read.texts.get('DaysOfWeek') ?? '';
  if (name === 'Day') return { dayOfMonth: week === -1 ? 31 : week };
  const day = name === 'Weekday' ? 'weekday' : name === 'WeekendDay' ? 'weekendDay' : weekDayNamed(name);
  return day === undefined ? 'DaysOfWeek' : { day, week };
}

/**
 * Why a canonical rule of a series that starts on `startDate` cannot be written, found before anything was sent; null
 * where it can. Events do not regenerate, and for Exchange 2007 each week begins on Sunday.
 */
export function unwritableRecurrence(
  { pattern }: RecurrenceRule,
  startDate: string,
  of: 'event' | 'task',
  schema: EwsSchema,
): RuleProblem | null {
  if (pattern.kind === 'regenerating' && of === 'event') return { code: 'part', part: 'X-EXSYNC-REGENERATE' };
  if (pattern.kind !== 'weekly' || pattern.interval === 1 || !schema.lacks.has('firstDayOfWeek')) return null;
  const first = (weekStart: WeekDay): WeekDay => firstOfWeek(pattern.days, dayOf(startDate), weekStart);
  return first(pattern.weekStart) === first('SU') ? null : { code: 'part', part: 'WKST' };
}

/** `<t:Recurrence>` of a series that starts on `startDate`, `YYYY-MM-DD` in its zone. */
export function writeRecurrence(rule: RecurrenceRule, startDate: string, schema: EwsSchema): string {
  return wrap('Recurrence', writePattern(rule.pattern, schema) + writeRange(rule.range, startDate));
}

function writePattern(pattern: RecurrencePattern, schema: EwsSchema): string {
  switch (pattern.kind) {
    case 'daily':
      return wrap('DailyRecurrence', wrap('Interval', pattern.interval));
    case 'weekly': {
      const days = pattern.days.map(nameOfDay).join(' ');
      const weekStart = schema.lacks.has('firstDayOfWeek')
        ? ''
        : wrap('FirstDayOfWeek', nameOfDay(pattern.weekStart));
      return wrap(
        'WeeklyRecurrence',
        wrap('Interval', pattern.interval) + wrap('DaysOfWeek', days) + weekStart,
      );
    }
    case 'absoluteMonthly':
      return wrap(
        'AbsoluteMonthlyRecurrence',
        wrap('Interval', pattern.interval) + wrap('DayOfMonth', pattern.dayOfMonth),
      );
    case 'relativeMonthly':
      return wrap('RelativeMonthlyRecurrence', wrap('Interval', pattern.interval) + relativeXml(pattern));
    case 'absoluteYearly':
      return wrap(
        'AbsoluteYearlyRecurrence',
        wrap('DayOfMonth', pattern.dayOfMonth) + monthXml(pattern.month),
      );
    case 'relativeYearly':
      return wrap('RelativeYearlyRecurrence', relativeXml(pattern) + monthXml(pattern.month));
    case 'regenerating':
      return wrap(regenerationElements[pattern.unit], wrap('Interval', pattern.interval));
  }
}

const regenerationElements: Readonly<Record<RegenerationUnit, PatternElement>> = {
  day: 'DailyRegeneration',
  week: 'WeeklyRegeneration',
  month: 'MonthlyRegeneration',
  year: 'YearlyRegeneration',
};

function writeRange(range: RecurrenceRange, startDate: string): string {
  const start = wrap('StartDate', startDate);
  switch (range.kind) {
    case 'noEnd':
      return wrap('NoEndRecurrence', start);
    case 'endDate':
      return wrap('EndDateRecurrence', start + wrap('EndDate', range.lastDate));
    case 'numbered':
      return wrap('NumberedRecurrence', start + wrap('NumberOfOccurrences', range.count));
  }
}

function relativeXml({ day, week }: { readonly day: RelativeDay; readonly week: Week }): string {
  const name = day === 'weekday' ? 'Weekday' : day === 'weekendDay' ? 'WeekendDay' : nameOfDay(day);
  const index = Object.entries(weekNames).find(([, number]) => number === week)?.[0] ?? 'First';
  return wrap('DaysOfWeek', name) + wrap('DayOfWeekIndex', index);
}

function monthXml(month: number): string {
  return wrap('Month', monthNames[month - 1] ?? 'January');
}

function nameOfDay(day: WeekDay): string {
  return dayNames[weekDays.indexOf(day)] ?? 'Sunday';
}

/** All that is written are our own words, numbers and dates. */
function wrap(element: string, content: string | number): string {
  return `<t:${element}>${content}</t:${element}>`;
}
