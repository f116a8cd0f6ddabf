/** The occurrences of an event within a time, as its exceptions have them. */
import { occurrences } from '../../sync/calendar/occurrences.ts';
import { localToUtcMs } from '../../sync/calendar/zoned-time.ts';
import type { Values } from '../../sync/model.ts';
import { exceptionsOf } from '../../sync/occurrences.ts';
import { textOf } from '../../sync/values.ts';
import { ruleOf } from './event-span.ts';
import { exceptionTimes, movedTo, timesOf } from './event-times.ts';
import type { EventTimes } from './event-times.ts';

export interface EventOccurrence extends EventTimes {
  /** Null of an event that does not repeat. */
  readonly originalStart: string | null;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Those that take place between the two moments, in order, the first `limit` of them. `values` are settled ones. */
export function occurrencesBetween(
  values: Values,
  window: { readonly fromUtcMs: number; readonly toUtcMs: number },
  limit: number,
): EventOccurrence[] {
  const times = timesOf(values);
  const timeZone = textOf(values, 'timeZone');
  if (times.start === '') return [];
  const at = (originalStart: string | null, { start, end }: EventTimes): EventOccurrence => ({
    originalStart,
    start,
    end,
    startsAtMs: localToUtcMs(start, timeZone),
    endsAtMs: localToUtcMs(end, timeZone),
  });
  const isInside = ({ startsAtMs, endsAtMs }: EventOccurrence): boolean =>
    startsAtMs < window.toUtcMs && (endsAtMs > window.fromUtcMs || startsAtMs >= window.fromUtcMs);

  const rule = ruleOf(values);
  if (rule === null) return [at(null, times)].filter(isInside);
  const exceptions = exceptionsOf(values);
  const differing = new Set(exceptions.map(({ originalStart }) => originalStart));
  const found = exceptions
    .filter(({ state }) => state === 'changed')
    .map((exception) => at(exception.originalStart, exceptionTimes(exception, times)))
    .filter(isInside);
  const length = at(null, times);
  const marginMs = length.endsAtMs - length.startsAtMs + clockChangeMs;
  const planned = occurrences(
    rule,
    { start: times.start, timeZone },
    { fromUtcMs: window.fromUtcMs - marginMs, toUtcMs: window.toUtcMs, limit: limit + differing.size },
  );
  for (const { originalStart } of planned) {
    if (differing.has(originalStart)) continue;
    const occurrence = at(originalStart, movedTo(originalStart, times));
    if (isInside(occurrence)) found.push(occurrence);
  }
  return found.sort((one, other) => one.startsAtMs - other.startsAtMs).slice(0, limit);
}

/** No occurrence is longer than the first by more than what clocks are put back. */
const clockChangeMs = 24 * 3_600_000;
