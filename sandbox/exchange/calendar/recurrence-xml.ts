/** t:Recurrence, read and written. */
import { ItemError } from '../item-error.ts';
import { schemaFault } from '../soap-fault.ts';
import { childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { dayNumber, dayText } from './local-time.ts';
import { recurrenceDays } from './recurrence-pattern.ts';
import type { DayKind, Recurrence, RecurrencePattern, RecurrenceRange } from './recurrence-pattern.ts';
import { DAYS, MONTHS } from './zone-reader.ts';

const GROUPS = ['Day', 'Weekday', 'WeekendDay'] as const;
const INDEXES = ['First', 'Second', 'Third', 'Fourth', 'Last'];
/** The last day Exchange can end a series on: 4500-09-01. */
const LAST_DAY = dayNumber(4500, 9, 1);

/** Reads a recurrence of a calendar item; one that cannot be kept is an ItemError. */
export function readRecurrence(element: XmlElement): Recurrence {
  const [patternElement, rangeElement, ...more] = element.children;
  if (patternElement === undefined || rangeElement === undefined || more.length > 0) {
    throw schemaFault(`The element '${element.name}' has incomplete content.`, element);
  }
  const recurrence = { pattern: readPattern(patternElement), range: readRange(rangeElement) };
  if (recurrenceDays(recurrence).next().done === true) throw new ItemError('ErrorRecurrenceHasNoOccurrence');
  return recurrence;
}

function readPattern(element: XmlElement): RecurrencePattern {
  const interval = (): number => boundedInt(element, 't:Interval', 1, 999);
  const dayOfMonth = (): number => boundedInt(element, 't:DayOfMonth', 1, 31);
  const month = (): number => MONTHS.indexOf(text(element, 't:Month', MONTHS)) + 1;
  const index = (): number => {
    const place = INDEXES.indexOf(text(element, 't:DayOfWeekIndex', INDEXES));
    return place === 4 ? -1 : place + 1;
  };
  switch (element.name) {
    case 't:DailyRecurrence':
      return { kind: 'daily', interval: interval() };
    case 't:WeeklyRecurrence':
      return { kind: 'weekly', interval: interval(), ...readWeek(element) };
    case 't:AbsoluteMonthlyRecurrence':
      return { kind: 'absoluteMonthly', interval: interval(), dayOfMonth: dayOfMonth() };
    case 't:RelativeMonthlyRecurrence':
      return { kind: 'relativeMonthly', interval: interval(), day: readDay(element), index: index() };
    case 't:AbsoluteYearlyRecurrence':
      return { kind: 'absoluteYearly', dayOfMonth: dayOfMonth(), month: month() };
    case 't:RelativeYearlyRecurrence':
      return { kind: 'relativeYearly', day: readDay(element), index: index(), month: month() };
    default:
      throw schemaFault(`The element 't:Recurrence' has invalid child element '${element.name}'.`, element);
  }
}

function readWeek(element: XmlElement): { readonly days: readonly number[]; readonly firstDay: number } {
  const names = text(element, 't:DaysOfWeek').split(/\s+/);
  if (names.some((name) => GROUPS.some((group) => group === name))) {
    throw new ItemError('ErrorCalendarInvalidDayForWeeklyRecurrence');
  }
  const days = [...new Set(names.map((name) => DAYS.indexOf(name)))];
  if (days.includes(-1)) throw schemaFault("The 't:DaysOfWeek' element is invalid.", element);
  const first = childText(element, 't:FirstDayOfWeek', DAYS);
  return { days: days.sort((a, b) => a - b), firstDay: first === undefined ? 0 : DAYS.indexOf(first) };
}

function readDay(element: XmlElement): DayKind {
  const name = text(element, 't:DaysOfWeek', [...DAYS, ...GROUPS]);
  return GROUPS.find((group) => group === name) ?? DAYS.indexOf(name);
}

export function readRange(element: XmlElement): RecurrenceRange {
  const start = readDate(requiredChild(element, 't:StartDate'));
  switch (element.name) {
    case 't:NoEndRecurrence':
      return { kind: 'noEnd', start };
    case 't:EndDateRecurrence': {
      const end = readDate(requiredChild(element, 't:EndDate'));
      if (end > LAST_DAY) throw new ItemError('ErrorRecurrenceEndDateTooBig');
      return { kind: 'endDate', start, end };
    }
    case 't:NumberedRecurrence':
      return { kind: 'numbered', start, count: boundedInt(element, 't:NumberOfOccurrences', 1, 999) };
    default:
      throw schemaFault(`The element 't:Recurrence' has invalid child element '${element.name}'.`, element);
  }
}

/** An xs:date; its zone, if it has one, does not move the day. */
function readDate(element: XmlElement): number {
  const match = /^\s*(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]\d\d:\d\d)?\s*$/.exec(element.text);
  if (match === null) throw schemaFault(`The '${element.name}' element is invalid - it is no date.`, element);
  return dayNumber(Number(match[1]), Number(match[2]), Number(match[3]));
}

function text(element: XmlElement, name: string, allowed?: readonly string[]): string {
  requiredChild(element, name);
  return childText(element, name, allowed) ?? '';
}

function boundedInt(element: XmlElement, name: string, min: number, max: number): number {
  const value = Number(text(element, name));
  if (!Number.isInteger(value))
    throw schemaFault(`The '${name}' element is invalid - it is no number.`, element);
  if (value < min || value > max) throw new ItemError('ErrorCalendarOutOfRange');
  return value;
}

/** The pattern and the range, without the element around them. Dates are written as UTC days. */
export function recurrenceXml({ pattern, range }: Recurrence): string {
  return patternXml(pattern) + rangeXml(range);
}

function patternXml(pattern: RecurrencePattern): string {
  const index = (value: number): string =>
    `<t:DayOfWeekIndex>${INDEXES.at(value < 0 ? -1 : value - 1)}</t:DayOfWeekIndex>`;
  const month = (value: number): string => `<t:Month>${MONTHS[value - 1]}</t:Month>`;
  const day = (value: DayKind): string =>
    `<t:DaysOfWeek>${typeof value === 'number' ? DAYS[value] : value}</t:DaysOfWeek>`;
  const wrap = (name: string, inner: string): string => `<t:${name}>${inner}</t:${name}>`;
  const every = (interval: number): string => `<t:Interval>${interval}</t:Interval>`;
  const dayOfMonth = (value: number): string => `<t:DayOfMonth>${value}</t:DayOfMonth>`;
  switch (pattern.kind) {
    case 'daily':
      return wrap('DailyRecurrence', every(pattern.interval));
    case 'weekly':
      return wrap(
        'WeeklyRecurrence',
        `${every(pattern.interval)}<t:DaysOfWeek>${pattern.days.map((one) => DAYS[one]).join(' ')}</t:DaysOfWeek>` +
          `<t:FirstDayOfWeek>${DAYS[pattern.firstDay]}</t:FirstDayOfWeek>`,
      );
    case 'absoluteMonthly':
      return wrap('AbsoluteMonthlyRecurrence', every(pattern.interval) + dayOfMonth(pattern.dayOfMonth));
    case 'relativeMonthly':
      return wrap(
        'RelativeMonthlyRecurrence',
        every(pattern.interval) + day(pattern.day) + index(pattern.index),
      );
    case 'absoluteYearly':
      return wrap('AbsoluteYearlyRecurrence', dayOfMonth(pattern.dayOfMonth) + month(pattern.month));
    case 'relativeYearly':
      return wrap('RelativeYearlyRecurrence', day(pattern.day) + index(pattern.index) + month(pattern.month));
  }
}

export function rangeXml(range: RecurrenceRange): string {
  const start = `<t:StartDate>${dayText(range.start)}Z</t:StartDate>`;
  switch (range.kind) {
    case 'noEnd':
      return `<t:NoEndRecurrence>${start}</t:NoEndRecurrence>`;
    case 'endDate':
      return `<t:EndDateRecurrence>${start}<t:EndDate>${dayText(range.end)}Z</t:EndDate></t:EndDateRecurrence>`;
    case 'numbered':
      return `<t:NumberedRecurrence>${start}<t:NumberOfOccurrences>${range.count}</t:NumberOfOccurrences></t:NumberedRecurrence>`;
  }
}
