/** When an event takes place as a whole: its own times, and those of a series' occurrences and exceptions. */
import { DAY_MS, dayOf, endAfter, formatDate, parseLocal } from './calendar/local-time.ts';
import type { EventStart } from './calendar/local-time.ts';
import { ruleDays } from './calendar/pattern-days.ts';
import type { RecurrenceRule } from './calendar/recurrence-rule.ts';
import { parseRule } from './calendar/rule-text.ts';
import { isTimeZone } from './calendar/zone-offset.ts';
import { localToUtcMs } from './calendar/zoned-time.ts';
import type { SealedValue, SealedValues, Value, Values } from './model.ts';
import { exceptionsOf, isOccurrenceName, occurrencePlace } from './occurrences.ts';

/** Milliseconds since the epoch; a series that goes on has no end and says Infinity. */
export interface EventSpan {
  readonly startMs: number;
  readonly endMs: number;
}

interface Times {
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  /** Null of an event that does not repeat. */
  readonly rule: RecurrenceRule | null;
}

/** Null where the values do not say it: a time or the rule was not read, or is of a kind we cannot keep. */
function timesOf(values: Values | SealedValues): Times | null {
  const { start, end, timeZone, recurrence } = values;
  if (typeof start !== 'string' || typeof end !== 'string' || typeof timeZone !== 'string') return null;
  if (parseLocal(start) === null || parseLocal(end) === null || !isTimeZone(timeZone)) return null;
  if (recurrence === null || recurrence === '') return { start, end, timeZone, rule: null };
  if (typeof recurrence !== 'string') return null;
  const parsed = parseRule(recurrence, { start, timeZone });
  return 'problem' in parsed ? null : { start, end, timeZone, rule: parsed.rule };
}

function spanIn(timeZone: string, start: string, end: string): EventSpan {
  return { startMs: localToUtcMs(start, timeZone), endMs: localToUtcMs(end, timeZone) };
}

/**
 * From the first occurrence to the end of the last one; what was deleted does not count, what was moved counts where it
 * is now. Null where the values do not say it, and where every occurrence was deleted.
 */
export function spanOf(values: Values | SealedValues): EventSpan | null {
  const times = timesOf(values);
  if (times === null) return null;
  const { start, end, timeZone, rule } = times;
  if (rule === null) return spanIn(timeZone, start, end);
  const exceptions = exceptionsOf(occurrenceTimes(values));
  const apart = new Set(exceptions.map(({ originalStart }) => originalStart));
  const spans = regularEnds(rule, start, apart).map((first) =>
    spanIn(timeZone, first, endAfter(times, first)),
  );
  for (const { state, originalStart, values: own } of exceptions) {
    if (state === 'deleted') continue;
    const moved = [own['start'] ?? originalStart, own['end'] ?? endAfter(times, originalStart)];
    const [from, to] = moved;
    if (!isTime(from) || !isTime(to)) return null;
    spans.push(spanIn(timeZone, from, to));
  }
  if (spans.length === 0) return null;
  const goesOn = rule.range.kind === 'noEnd';
  // Not spread into arguments: so many as a series may have exceptions do not fit on the stack.
  return {
    startMs: spans.reduce((first, { startMs }) => Math.min(first, startMs), Infinity),
    endMs: goesOn ? Infinity : spans.reduce((last, { endMs }) => Math.max(last, endMs), -Infinity),
  };
}

function isTime(value: SealedValue | Value | undefined): value is string {
  return typeof value === 'string' && parseLocal(value) !== null;
}

/** The starts of the first and the last occurrence that are as the rule says; only the first where it has no end. */
function regularEnds(rule: RecurrenceRule, start: string, apart: ReadonlySet<string>): string[] {
  const startDay = dayOf(start);
  const startOn = (day: number): string => formatDate(day) + start.slice(10);
  const isRegular = (day: number): boolean => !apart.has(startOn(day));
  const first = firstThat(isRegular, ruleDays(rule, startDay));
  if (first === null) return [];
  if (rule.range.kind === 'noEnd') return [startOn(first)];
  return [startOn(first), startOn(lastThat(isRegular, rule, first, startDay))];
}

function firstThat(isWanted: (day: number) => boolean, days: Iterable<number>): number | null {
  for (const day of days) if (isWanted(day)) return day;
  return null;
}

/** Looks back from the end, farther each time: from the beginning it may be a million days. */
function lastThat(
  isWanted: (day: number) => boolean,
  rule: RecurrenceRule,
  first: number,
  startDay: number,
): number {
  const { range } = rule;
  const lastDay = range.kind === 'endDate' ? dayOf(range.lastDate) : first;
  for (let back = 8; ; back *= 2) {
    const fromDay = Math.max(first, lastDay - back);
    let last: number | null = null;
    for (const day of ruleDays(rule, startDay, fromDay)) if (isWanted(day)) last = day;
    if (last !== null) return last;
    if (fromDay === first) return first;
  }
}

/** Of occurrences only whether they differ, and when they are. */
export function occurrenceTimes(values: Values | SealedValues): Readonly<Record<string, string>> {
  const times: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'string' || !isOccurrenceName(name)) continue;
    const { field } = occurrencePlace(name);
    if (field === null || field === 'start' || field === 'end') times[name] = value;
  }
  return times;
}

/**
 * How near to `nowMs` an event is, the smaller the nearer: first what goes on or comes, the soonest first, a series by its
 * next occurrence; then what may go on for all that is known; then what is over, the last to end first; at last what says no
 * time. Exceptions do not count.
 */
export function nearness(values: Values | SealedValues, nowMs: number): number {
  const times = timesOf(values);
  if (times === null) return isTime(values['start']) ? overMs : Infinity;
  const { start, end, timeZone, rule } = times;
  if (rule === null) {
    const { startMs, endMs } = spanIn(timeZone, start, end);
    return endMs >= nowMs ? Math.max(0, startMs - nowMs) : overMs + nowMs - endMs;
  }
  const nextMs = nextStart(rule, { start, timeZone }, nowMs);
  if (nextMs !== null) return nextMs - nowMs;
  const last = regularEnds(rule, start, new Set()).at(-1);
  if (last === undefined) return Infinity;
  const { endMs } = spanIn(timeZone, last, endAfter(times, last));
  return endMs >= nowMs ? 0 : overMs + nowMs - endMs;
}

/** When the first occurrence from a moment on begins. */
function nextStart(rule: RecurrenceRule, { start, timeZone }: EventStart, nowMs: number): number | null {
  const startDay = dayOf(start);
  // A zone is at most 14 hours from UTC.
  const fromDay = Math.max(startDay, Math.floor(nowMs / DAY_MS) - 1);
  for (const day of ruleDays(rule, startDay, fromDay)) {
    const startMs = localToUtcMs(formatDate(day) + start.slice(10), timeZone);
    if (startMs >= nowMs) return startMs;
  }
  return null;
}

/** Farther away than anything that comes. */
const overMs = 1e15;
