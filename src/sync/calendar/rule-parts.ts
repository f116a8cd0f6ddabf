/** The grammar of an RRULE: parts and the values in them (RFC 5545, 3.3.10). */
import { problem, weekDays } from './recurrence-rule.ts';
import type { RuleProblem, WeekDay } from './recurrence-rule.ts';

/** The values of the parts by their names in capitals. */
export type RuleParts = ReadonlyMap<string, string>;

/** A weekday as BYDAY names it, with the number before it. */
export interface NumberedDay {
  readonly day: WeekDay;
  readonly number: number | null;
}

/** Longer than any rule there is. */
const maxLength = 500;

/** `RRULE:` in front, lower case and a last semicolon are let pass. A part that comes twice is refused. */
export function splitRule(text: string): { readonly parts: RuleParts } | { readonly problem: RuleProblem } {
  const rule = text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .replace(/;$/, '');
  if (rule.length > maxLength) return problem('malformed', 'RRULE');
  const parts = new Map<string, string>();
  for (const part of rule.split(';')) {
    const match = /^([A-Z-]+)=([A-Z0-9,:+-]+)$/.exec(part);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) return problem('malformed', 'RRULE');
    if (parts.has(name)) return problem('malformed', name);
    parts.set(name, value);
  }
  return { parts };
}

/** Whole numbers between the bounds, 0 not among them; null where there is anything else. */
export function numbersOf(value: string, [least, most]: readonly [number, number]): readonly number[] | null {
  const numbers = value.split(',').map((one) => (/^[+-]?\d{1,9}$/.test(one) ? Number(one) : Number.NaN));
  return numbers.every((one) => one >= least && one <= most && one !== 0) ? numbers : null;
}

/** A single whole number from 1 on; what is too large is left to who asked. */
export function positiveNumber(value: string): number | null {
  return numbersOf(value, [1, 999_999_999])?.length === 1 ? Number(value) : null;
}

export function daysOf(value: string): readonly NumberedDay[] | null {
  const days: NumberedDay[] = [];
  for (const one of value.split(',')) {
    const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(one);
    const day = weekDays.find((name) => name === match?.[2]);
    if (!match || day === undefined) return null;
    const number = match[1] === undefined ? null : Number(match[1]);
    if (number === 0) return null;
    days.push({ day, number });
  }
  return days;
}
