/** Recurrence of tasks: one item at a time, which moves on when it is done. */
import { readRange, rangeXml, readRecurrence, recurrenceXml } from '../calendar/recurrence-xml.ts';
import { civilDate, dayNumber, daysInMonth, dayText } from '../calendar/local-time.ts';
import { recurrenceDays } from '../calendar/recurrence-pattern.ts';
import type { Recurrence, RecurrenceRange } from '../calendar/recurrence-pattern.ts';
import { schemaFault } from '../soap-fault.ts';
import type { Structure } from '../stored-item.ts';
import { checkSequence, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const UNITS = ['Daily', 'Weekly', 'Monthly', 'Yearly'] as const;

/** The next task comes some time after this one is completed, whenever that is. */
interface Regeneration {
  readonly unit: (typeof UNITS)[number];
  readonly interval: number;
  readonly range: RecurrenceRange;
}

export interface TaskRecurrence extends Structure {
  readonly structure: 'taskRecurrence';
  readonly rule: Recurrence | Regeneration;
}

export function readTaskRecurrence(element: XmlElement): TaskRecurrence {
  const [pattern, range, ...more] = element.children;
  const unit = UNITS.find((one) => pattern?.name === `t:${one}Regeneration`);
  if (unit === undefined || pattern === undefined) {
    return { structure: 'taskRecurrence', rule: readRecurrence(element) };
  }
  checkSequence(pattern, ['t:Interval']);
  const interval = Number(requiredChild(pattern, 't:Interval').text);
  if (range === undefined || more.length > 0 || !Number.isInteger(interval) || interval < 1)
    throw schemaFault(`The element '${element.name}' has incomplete content.`, element);
  return { structure: 'taskRecurrence', rule: { unit, interval, range: readRange(range) } };
}

export function taskRecurrenceElement({ rule }: TaskRecurrence): string {
  const inner =
    'pattern' in rule
      ? recurrenceXml(rule)
      : `<t:${rule.unit}Regeneration><t:Interval>${rule.interval}</t:Interval></t:${rule.unit}Regeneration>${rangeXml(rule.range)}`;
  return `<t:Recurrence>${inner}</t:Recurrence>`;
}

/** The day, as YYYY-MM-DD, the task after one of `current` that was done on `done` is for, and the rest of the series. */
export function nextTask(
  { rule }: TaskRecurrence,
  days: { readonly current: string; readonly done: string },
): { readonly day: string; readonly recurrence: TaskRecurrence } | undefined {
  const { range } = rule;
  if (range.kind === 'numbered' && range.count <= 1) return undefined;
  const day = 'pattern' in rule ? dayAfter(rule, toDay(days.current)) : regenerated(rule, toDay(days.done));
  if (day === undefined || (range.kind === 'endDate' && day > range.end)) return undefined;
  const rest = range.kind === 'numbered' ? { ...range, start: day, count: range.count - 1 } : range;
  // A counted series starts anew with the next task; the others keep the day their intervals count from.
  return { day: dayText(day), recurrence: { structure: 'taskRecurrence', rule: { ...rule, range: rest } } };
}

function dayAfter(rule: Recurrence, current: number): number | undefined {
  const { range } = rule;
  const endless: Recurrence =
    range.kind === 'numbered'
      ? { pattern: rule.pattern, range: { kind: 'noEnd', start: range.start } }
      : rule;
  for (const day of recurrenceDays(endless)) if (day > current) return day;
  return undefined;
}

function regenerated({ unit, interval }: Regeneration, done: number): number {
  if (unit === 'Daily') return done + interval;
  if (unit === 'Weekly') return done + 7 * interval;
  const { year, month, day } = civilDate(done);
  const months = year * 12 + month - 1 + (unit === 'Monthly' ? interval : 12 * interval);
  const [toYear, toMonth] = [Math.floor(months / 12), (months % 12) + 1];
  return dayNumber(toYear, toMonth, Math.min(day, daysInMonth(toYear, toMonth)));
}

function toDay(text: string): number {
  const [year = 0, month = 1, day = 1] = text.slice(0, 10).split('-').map(Number);
  return dayNumber(year, month, day);
}
