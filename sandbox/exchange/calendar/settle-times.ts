/** What the server makes of the times of a calendar item: zones, whole days, and what it refuses. */
import { ItemError } from '../item-error.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import {
  ALL_DAY,
  END,
  END_ZONE,
  MEETING_ZONE,
  START,
  START_ZONE,
  zoneFrom,
  zoneOf,
  zoneValue,
} from './calendar-values.ts';
import type { ZoneValue } from './calendar-values.ts';
import { DAY_MS, dayOf, MINUTE_MS } from './local-time.ts';
import { resolveMoment } from './moment-reader.ts';
import { toInstant, toLocal } from './zone.ts';
import type { Zone } from './zone.ts';

const HALF_HOUR_MS = 30 * MINUTE_MS;
const FIVE_YEARS_MS = 5 * 366 * DAY_MS;

type Values = Map<string, PropertyValue | undefined>;

export interface Times {
  readonly start: number;
  readonly end: number;
  readonly zone: Zone;
}

/** Replaces the times and zones in `values` by what is kept of them; returns the times of the item as it will be. */
export function settleTimes(
  values: Values,
  item: StoredItem | undefined,
  request: { readonly zone: Zone; readonly now: number },
): Times {
  const given = (key: string): Zone | undefined => {
    const value = values.get(key) as ZoneValue | undefined;
    return value === undefined ? undefined : zoneFrom(value);
  };
  const said = given(START_ZONE) ?? given(MEETING_ZONE);
  values.delete(MEETING_ZONE);
  const zone = said ?? (item === undefined ? request.zone : zoneOf(item));
  const endZone = given(END_ZONE) ?? said ?? (item === undefined ? zone : zoneOf(item, END_ZONE));
  if (item === undefined || said !== undefined) values.set(START_ZONE, zoneValue(zone));
  if (item === undefined || said !== undefined || values.has(END_ZONE))
    values.set(END_ZONE, zoneValue(endZone));

  const kept = (key: string): number | undefined => {
    const value = item?.values.get(key);
    return typeof value === 'string' ? Date.parse(value) : undefined;
  };
  const asked = (key: string, where: Zone): number | undefined => {
    const value = values.get(key);
    return typeof value === 'string' ? resolveMoment(value, where) : undefined;
  };
  let start =
    asked(START, said ?? request.zone) ?? kept(START) ?? Math.ceil(request.now / HALF_HOUR_MS) * HALF_HOUR_MS;
  let end = asked(END, given(END_ZONE) ?? said ?? request.zone) ?? kept(END) ?? start + HALF_HOUR_MS;
  if (end < start) throw new ItemError('ErrorCalendarEndDateIsEarlierThanStartDate');
  if (end - start > FIVE_YEARS_MS) throw new ItemError('ErrorCalendarDurationIsTooLong');
  const allDay = values.has(ALL_DAY) ? values.get(ALL_DAY) : item?.values.get(ALL_DAY);
  const touched = item === undefined || [START, END, ALL_DAY, START_ZONE].some((key) => values.has(key));
  if (allDay === 'true' && touched) {
    const firstDay = dayOf(toLocal(zone, start));
    const endDay = dayOf(toLocal(zone, end));
    // The first moment of a day is not 00:00 where clocks skip midnight.
    const endsBefore = toInstant(zone, endDay * DAY_MS) === end;
    const lastDay = Math.max(firstDay + 1, endsBefore ? endDay : endDay + 1);
    start = toInstant(zone, firstDay * DAY_MS);
    end = toInstant(zone, lastDay * DAY_MS);
  }
  if (touched) {
    values.set(START, dateTime(start));
    values.set(END, dateTime(end));
  }
  return { start, end, zone };
}
