/** When an event takes place: start and end of it, of its occurrences, and of those that differ. */
import { endAfter, isDateOnly, parseLocal } from '../../sync/calendar/local-time.ts';
import { endOfTime } from '../../sync/calendar/recurrence-rule.ts';
import type { Values } from '../../sync/model.ts';
import type { OccurrenceException } from '../../sync/occurrences.ts';
import { textOf } from '../../sync/values.ts';

/** Wall times, or days with an exclusive end, in the zone of the event. */
export interface EventTimes {
  readonly start: string;
  readonly end: string;
}

/** Exchange counts days from here. */
const firstDay = '1601-01-01';

export function timesOf(values: Values): EventTimes {
  return { start: textOf(values, 'start'), end: textOf(values, 'end') };
}

/** What is wrong with these times and the field it is in, or null. An event may end the moment it begins, days have one at least. */
export function timesProblem({
  start,
  end,
}: EventTimes): { readonly field: 'start' | 'end'; readonly message: string } | null {
  if (start === '') return { field: 'start', message: 'an event needs a start' };
  if (end === '') return { field: 'end', message: 'an event needs an end' };
  if (parseLocal(start) === null) return { field: 'start', message: 'no such time' };
  if (parseLocal(end) === null) return { field: 'end', message: 'no such time' };
  if (start < firstDay) return { field: 'start', message: `before ${firstDay}` };
  if (end > endOfTime) return { field: 'end', message: `after ${endOfTime}` };
  if (isDateOnly(start) !== isDateOnly(end)) {
    return { field: 'end', message: 'start and end have to be both wall times or both days' };
  }
  if (end < start) return { field: 'end', message: 'before the start' };
  if (isDateOnly(start) && end === start) {
    return { field: 'end', message: 'the end of days is the day after the last' };
  }
  return null;
}

/** The same length from another start. */
export function movedTo(start: string, series: EventTimes): EventTimes {
  return { start, end: endAfter(series, start) };
}

/** When an occurrence of the series that differs takes place. */
export function exceptionTimes(
  { originalStart, values }: OccurrenceException,
  series: EventTimes,
): EventTimes {
  const planned = movedTo(originalStart, series);
  return { start: textOf(values, 'start') || planned.start, end: textOf(values, 'end') || planned.end };
}
