/** A recurrence rule in words. */
import type { RecurrencePattern, RelativeDay, WeekDay } from './calendar/recurrence-rule.ts';
import { parseRule } from './calendar/rule-text.ts';
import { dateText } from './told-times.ts';

const dayNames: Readonly<Record<RelativeDay, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
  weekday: 'working day',
  weekendDay: 'day of the weekend',
};
const weekNames = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', [-1]: 'last' } as const;
const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Before any series: a stored rule says its days itself. */
const longAgo = { start: '1601-01-01', timeZone: 'UTC' };

/** `Every week on Monday, until 30 Jun 2026`; a rule we cannot read as it is written. */
export function ruleText(rule: string): string {
  const read = parseRule(rule, longAgo);
  if ('problem' in read) return rule;
  const { pattern, range } = read.rule;
  const when = patternText(pattern);
  if (range.kind === 'numbered') return `${when}, ${range.count === 1 ? 'once' : `${range.count} times`}`;
  return range.kind === 'endDate' ? `${when}, until ${dateText(range.lastDate)}` : when;
}

function patternText(pattern: RecurrencePattern): string {
  switch (pattern.kind) {
    case 'daily':
      return every(pattern.interval, 'day');
    case 'weekly':
      return `${every(pattern.interval, 'week')} on ${listed(pattern.days)}`;
    case 'absoluteMonthly':
      return `${every(pattern.interval, 'month')} on ${pattern.dayOfMonth === 31 ? 'the last day' : `day ${pattern.dayOfMonth}`}`;
    case 'relativeMonthly':
      return `${every(pattern.interval, 'month')} on the ${weekNames[pattern.week]} ${dayNames[pattern.day]}`;
    case 'absoluteYearly':
      return `Every year on ${pattern.dayOfMonth} ${monthName(pattern.month)}`;
    case 'relativeYearly':
      return `Every year on the ${weekNames[pattern.week]} ${dayNames[pattern.day]} of ${monthName(pattern.month)}`;
    case 'regenerating':
      return `${pattern.interval} ${pattern.unit}${pattern.interval === 1 ? '' : 's'} after the last one was completed`;
  }
}

function every(interval: number, unit: string): string {
  return interval === 1 ? `Every ${unit}` : `Every ${interval} ${unit}s`;
}

function listed(days: readonly WeekDay[]): string {
  const names = days.map((day) => dayNames[day]);
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function monthName(month: number): string {
  return monthNames[month - 1] ?? String(month);
}
