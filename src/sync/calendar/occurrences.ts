/** The occurrences of a series: when they are, and which is which. */
import { DAY_MS, dayOf, formatDate, formatLocal, isDateOnly, parseLocal } from './local-time.ts';
import type { EventStart } from './local-time.ts';
import { ruleDays } from './pattern-days.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';
import { offsetAt } from './zone-offset.ts';
import { localMsToUtcMs, localToUtcMs } from './zoned-time.ts';

export interface Occurrence {
  /** From 1; deleted ones keep their number (EWS: InstanceIndex). */
  readonly index: number;
  /** Wall time or date in the zone of the series, before any change of this occurrence. */
  readonly originalStart: string;
  readonly startUtcMs: number;
}

export interface OccurrenceWindow {
  /** The first moment an occurrence may start at. */
  readonly fromUtcMs?: number;
  /** The first moment that is too late. */
  readonly toUtcMs?: number;
  /** How many to give at most. */
  readonly limit?: number;
}

/**
 * The occurrences in order, deleted ones among them. Each keeps the time of day of the start; the clocks of that day say
 * when it is. Throws RangeError where the start is no time or the zone is unknown. Without a limit or an end a series goes
 * on until 4500.
 */
export function* occurrences(
  rule: RecurrenceRule,
  { start, timeZone }: EventStart,
  { fromUtcMs = -Infinity, toUtcMs = Infinity, limit = Infinity }: OccurrenceWindow,
): Generator<Occurrence, void> {
  const startDay = dayOf(start);
  const timeOfDayMs = (parseLocal(start) ?? 0) - startDay * DAY_MS;
  const isDate = isDateOnly(start);
  // A zone is at most 14 hours from UTC: beyond a day there is no need to ask it.
  const firstLocalMs = fromUtcMs - DAY_MS;
  const lastLocalMs = toUtcMs + DAY_MS;
  let index = 0;
  let left = limit;
  for (const day of ruleDays(rule, startDay)) {
    index++;
    const localMs = day * DAY_MS + timeOfDayMs;
    if (localMs < firstLocalMs) continue;
    if (left <= 0 || localMs > lastLocalMs) return;
    const startUtcMs = localMsToUtcMs(localMs, timeZone);
    if (startUtcMs < fromUtcMs) continue;
    if (startUtcMs >= toUtcMs) return;
    left--;
    yield { index, originalStart: isDate ? formatDate(day) : formatLocal(localMs), startUtcMs };
  }
}

/** The number of the occurrence that starts at `originalStart`, or null where the series has none. */
export function indexOfOriginalStart(
  rule: RecurrenceRule,
  start: string,
  originalStart: string,
): number | null {
  if (originalStart.slice(10) !== start.slice(10)) return null;
  const wanted = dayOf(originalStart);
  let index = 0;
  for (const day of ruleDays(rule, dayOf(start))) {
    index++;
    if (day === wanted) return index;
    if (day > wanted) return null;
  }
  return null;
}

/**
 * The start of a series whose pattern does not fall on the day it was given: the first that fits, as Exchange moves it.
 * Null where the rule ends before.
 */
export function firstStart(rule: RecurrenceRule, start: string): string | null {
  for (const day of ruleDays(rule, dayOf(start))) return formatDate(day) + start.slice(10);
  return null;
}

/**
 * The original start that a server tells as a moment. A time that a clock change skipped comes back as the series has it,
 * and the start of a day as its date, also where the server takes midnight from another zone within 12 hours.
 */
export function originalStartAt(utcMs: number, { start, timeZone }: EventStart): string {
  const localMs = utcMs + offsetAt(utcMs, timeZone);
  if (isDateOnly(start)) return formatDate(Math.floor(localMs / DAY_MS + 0.5));
  const day = Math.floor(localMs / DAY_MS);
  // A change around midnight may carry a time into the next day.
  for (const date of [day, day - 1]) {
    const candidate = formatDate(date) + start.slice(10);
    if (localToUtcMs(candidate, timeZone) === utcMs) return candidate;
  }
  return formatLocal(localMs);
}
