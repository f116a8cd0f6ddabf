/** Clock changes of a zone as a server spells them out. */
import { DAY_MS, dayNumber, daysInMonth, weekdayOf } from './local-time.ts';
import { offsetAt } from './zone-offset.ts';

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * DAY_MS;

/** A change that comes every year. */
export interface YearlyChange {
  /** 1 to 12. */
  readonly month: number;
  /** A weekday (0 is Sunday) of the first to fourth week or, with -1, the last; or a day of the month. */
  readonly on: { readonly weekday: number; readonly week: number } | { readonly day: number };
  /** After midnight, on the clocks as they were before. */
  readonly atMinutes: number;
  /** Ahead of UTC from then on. */
  readonly offsetMinutes: number;
}

/** The rules of some years. */
export interface ZoneRules {
  /** Ahead of UTC where there are no changes. */
  readonly baseOffsetMinutes: number;
  readonly changes: readonly YearlyChange[];
}

interface Transition {
  readonly atMs: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** The changes of one year, in order. */
function transitionsOf(rules: ZoneRules, year: number): readonly Transition[] {
  const days = rules.changes
    .map((change) => ({ change, day: changeDay(change, year) }))
    .sort((a, b) => a.day - b.day);
  let beforeMs = (days.at(-1)?.change.offsetMinutes ?? rules.baseOffsetMinutes) * MINUTE_MS;
  return days.map(({ change, day }) => {
    const afterMs = change.offsetMinutes * MINUTE_MS;
    const made = { atMs: day * DAY_MS + change.atMinutes * MINUTE_MS - beforeMs, beforeMs, afterMs };
    beforeMs = afterMs;
    return made;
  });
}

function changeDay({ month, on }: YearlyChange, year: number): number {
  const length = daysInMonth(year, month);
  if ('day' in on) return dayNumber(year, month, Math.min(on.day, length));
  if (on.week === -1) {
    const last = dayNumber(year, month, length);
    return last - ((weekdayOf(last) - on.weekday + 7) % 7);
  }
  const first = dayNumber(year, month, 1);
  return first + ((on.weekday - weekdayOf(first) + 7) % 7) + 7 * (on.week - 1);
}

/** Milliseconds ahead of UTC at a moment, as the rules have it. */
export function ruleOffsetAt(rules: ZoneRules, utcMs: number): number {
  const transitions = transitionsOf(rules, new Date(utcMs).getUTCFullYear());
  let offsetMs = transitions[0]?.beforeMs ?? rules.baseOffsetMinutes * MINUTE_MS;
  for (const transition of transitions) if (utcMs >= transition.atMs) offsetMs = transition.afterMs;
  return offsetMs;
}

/** Whether the clocks of an IANA zone were, or will be, as the rules say in a year: at each change and in each week. */
export function followsRules(timeZone: string, rules: ZoneRules, year: number): boolean {
  for (const { atMs, beforeMs, afterMs } of transitionsOf(rules, year)) {
    if (offsetAt(atMs - 1000, timeZone) !== beforeMs || offsetAt(atMs, timeZone) !== afterMs) return false;
  }
  const end = Date.UTC(year + 1, 0, 1);
  for (let atMs = Date.UTC(year, 0, 1); atMs < end; atMs += WEEK_MS) {
    if (offsetAt(atMs, timeZone) !== ruleOffsetAt(rules, atMs)) return false;
  }
  return true;
}

/** Whether the changes of a zone in a year are of the kind that rules have words for: none, or one there and one back. */
export function isToldByRules(timeZone: string, year: number): boolean {
  let changes = 0;
  let before = offsetAt(Date.UTC(year, 0, 1), timeZone);
  const first = before;
  for (let atMs = Date.UTC(year, 0, 1); atMs <= Date.UTC(year + 1, 0, 1); atMs += WEEK_MS) {
    const now = offsetAt(atMs, timeZone);
    if (now !== before) changes += 1;
    before = now;
  }
  return changes === 0 || (changes === 2 && before === first);
}
