/** Zones whose rules a request spells out instead of naming. */
import { dayNumber, daysInMonth, DAY_MS, MINUTE_MS, weekday } from './local-time.ts';
import type { Zone, ZoneTransition } from './zone.ts';

/** A yearly clock change: the n-th (or, with -1, last) weekday of a month, or a day of it, at a wall-clock time. */
export interface YearlyRule {
  /** Minutes ahead of UTC from then on. */
  readonly offset: number;
  readonly isDaylight: boolean;
  readonly month: number;
  readonly on: { readonly weekday: number; readonly occurrence: number } | { readonly day: number };
  /** Minutes after midnight on the clock as it was before. */
  readonly minutes: number;
}

/** The rules from a year on, until the next era begins. */
export interface ZoneEra {
  readonly fromYear: number;
  /** Where clocks stand when no rule says otherwise. */
  readonly baseOffset: number;
  readonly rules: readonly YearlyRule[];
}

/** A zone of eras, oldest first; there must be one. */
export function ruleZone(id: string, name: string, eras: readonly ZoneEra[]): Zone {
  const years = new Map<number, readonly ZoneTransition[]>();
  const eraOf = (year: number): ZoneEra | undefined =>
    [...eras].reverse().find((era) => era.fromYear <= year) ?? eras[0];
  const lastOffset = (year: number): number => {
    const era = eraOf(year);
    if (era === undefined) return 0;
    const last = [...era.rules].sort((a, b) => a.month - b.month).at(-1);
    return last?.offset ?? era.baseOffset;
  };

  function transitions(year: number): readonly ZoneTransition[] {
    const known = years.get(year);
    if (known !== undefined) return known;
    const rules = [...(eraOf(year)?.rules ?? [])].sort((a, b) => a.month - b.month);
    const made: ZoneTransition[] = [];
    let before = lastOffset(year - 1);
    for (const rule of rules) {
      const at = ruleDay(rule, year) * DAY_MS + (rule.minutes - before) * MINUTE_MS;
      made.push({ at, before, after: rule.offset, isDaylight: rule.isDaylight });
      before = rule.offset;
    }
    years.set(year, made);
    return made;
  }

  function offsetAt(ms: number): number {
    const year = new Date(ms).getUTCFullYear();
    const passed = [...transitions(year), ...transitions(year + 1)].filter((one) => one.at <= ms);
    return passed.at(-1)?.after ?? lastOffset(year - 1);
  }

  return { id, name, eras, offsetAt, transitions };
}

function ruleDay(rule: YearlyRule, year: number): number {
  const { on, month } = rule;
  if ('day' in on) return dayNumber(year, month, Math.min(on.day, daysInMonth(year, month)));
  const last = dayNumber(year, month, daysInMonth(year, month));
  if (on.occurrence < 0 || on.occurrence > 4) return last - ((weekday(last) - on.weekday + 7) % 7);
  const first = dayNumber(year, month, 1);
  return first + ((on.weekday - weekday(first) + 7) % 7) + 7 * (on.occurrence - 1);
}
