/** Which events are near enough to be taken into the sync. */
import type { EventWindow } from './administration.ts';
import { DAY_MS } from './calendar/local-time.ts';
import { occurrenceTimes, spanOf } from './event-span.ts';
import type { SealedValue, SealedValues } from './model.ts';
import { keyFieldsOf } from './natural-keys.ts';
import { isOccurrenceName } from './occurrences.ts';

/** Milliseconds since the epoch. */
export interface WindowBounds {
  /** What has ended before is over too long. */
  readonly fromMs: number;
  /** What begins then or later is too far ahead. */
  readonly toMs: number;
}

/** Days since the epoch, in UTC: two runs of one day agree on what lies within. */
export function utcDay(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/** Null: everything lies within. */
export function windowBounds({ pastDays, futureDays }: EventWindow, nowMs: number): WindowBounds | null {
  if (pastDays === null && futureDays === null) return null;
  const today = utcDay(nowMs);
  return {
    fromMs: pastDays === null ? -Infinity : (today - pastDays) * DAY_MS,
    toMs: futureDays === null ? Infinity : (today + futureDays + 1) * DAY_MS,
  };
}

/** Whether an event lies wholly outside. One that does not say when it is does not. */
export function isOutside(values: SealedValues, { fromMs, toMs }: WindowBounds): boolean {
  const span = spanOf(values);
  if (span === null) return false;
  // What ends at midnight took place on the day before; what lasts no time is where it begins.
  const isOver = span.endMs < fromMs || (span.endMs === fromMs && span.startMs < fromMs);
  return isOver || span.startMs >= toMs;
}

/**
 * What is kept of an event that stays outside: what pairing knows it by, and when it is. `known` is what was kept before:
 * exceptions that are no more are named as such.
 */
export function windowValues(values: SealedValues, known: SealedValues): SealedValues {
  const kept: Record<string, SealedValue> = {};
  for (const name of keyFieldsOf('events')) {
    const value = values[name];
    if (typeof value === 'string' || value === null) kept[name] = value;
  }
  const times = occurrenceTimes(values);
  for (const name in known) if (isOccurrenceName(name)) kept[name] = null;
  return Object.assign(kept, times);
}
