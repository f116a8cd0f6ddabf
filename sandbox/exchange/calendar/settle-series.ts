/** What a change of times or pattern means for a series and its occurrences. */
import { ItemError } from '../item-error.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { END, EXCEPTIONS, momentOf, RECURRENCE, recurrenceOf, START } from './calendar-values.ts';
import type { RecurrenceValue } from './calendar-values.ts';
import { DAY_MS, dayOf } from './local-time.ts';
import type { OccurrenceView } from './occurrence-view.ts';
import { recurrenceDays } from './recurrence-pattern.ts';
import type { Recurrence } from './recurrence-pattern.ts';
import { seriesOf } from './series.ts';
import type { Occurrence } from './series.ts';
import type { Times } from './settle-times.ts';
import { toInstant, toLocal } from './zone.ts';

type Values = Map<string, PropertyValue | undefined>;

/** How many occurrences are looked at for overlaps. */
const LOOKED_AT = 60;

/** Moves Start and End to the first occurrence; another pattern or other times forget the exceptions. */
export function settleSeries(values: Values, item: StoredItem | undefined, times: Times): void {
  const before = item === undefined ? undefined : recurrenceOf(item);
  const given = (values.get(RECURRENCE) as RecurrenceValue | undefined)?.recurrence;
  if (values.has(RECURRENCE) && given === undefined) {
    values.set(EXCEPTIONS, undefined);
    return;
  }
  const retimed =
    item !== undefined && (times.start !== momentOf(item, START) || times.end !== momentOf(item, END));
  const startDay = dayOf(toLocal(times.zone, times.start));
  const recurrence = given ?? (retimed && before !== undefined ? startingOn(before, startDay) : before);
  if (recurrence === undefined) return;
  if (given !== undefined || retimed) {
    const [first = startDay] = recurrenceDays(recurrence);
    const start = toInstant(times.zone, toLocal(times.zone, times.start) + (first - startDay) * DAY_MS);
    const end = toInstant(times.zone, toLocal(times.zone, times.end) + (first - startDay) * DAY_MS);
    checkOverlaps(recurrence, times);
    const value: RecurrenceValue = { structure: 'recurrence', recurrence };
    values.set(RECURRENCE, value);
    values.set(START, dateTime(start));
    values.set(END, dateTime(end));
  }
  const changed = given !== undefined && JSON.stringify(given) !== JSON.stringify(before);
  if (item !== undefined && !values.has(EXCEPTIONS) && (changed || retimed))
    values.set(EXCEPTIONS, undefined);
}

function startingOn(recurrence: Recurrence, start: number): Recurrence {
  return { pattern: recurrence.pattern, range: { ...recurrence.range, start } };
}

/** An occurrence must be over when the next one begins. */
function checkOverlaps(recurrence: Recurrence, { start, end }: Times): void {
  let before: number | undefined;
  let seen = 0;
  for (const day of recurrenceDays(recurrence)) {
    if (before !== undefined && (day - before) * DAY_MS < end - start) {
      throw new ItemError('ErrorOccurrenceTimeSpanTooBig');
    }
    if (++seen === LOOKED_AT) return;
    before = day;
  }
}

/** An occurrence stays between its neighbours, on a day of its own. */
export function checkOccurrence(values: Values, view: OccurrenceView, times: Times): void {
  if (values.has(RECURRENCE)) throw new ItemError('ErrorInvalidPropertySet');
  const series = seriesOf(view.master);
  if (series === undefined || (!values.has(START) && !values.has(END))) return;
  const { index } = view.occurrence;
  const dayAt = (one: Occurrence): number => dayOf(toLocal(series.zone, one.start));
  const neighbour = (step: 1 | -1): Occurrence | undefined => {
    for (let place = index + step; place > 0; place += step) {
      const one = series.byIndex(place);
      if (one?.exception?.deleted !== true) return one;
    }
    return undefined;
  };
  const day = dayOf(toLocal(series.zone, times.start));
  const previous = neighbour(-1);
  const next = neighbour(1);
  if (previous !== undefined && (day <= dayAt(previous) || times.start < previous.end)) {
    throw new ItemError('ErrorOccurrenceCrossingBoundary');
  }
  if (next !== undefined && (day >= dayAt(next) || times.end > next.start)) {
    throw new ItemError('ErrorOccurrenceCrossingBoundary');
  }
}
