/** How long a series goes on, read from COUNT and UNTIL. */
import { formatDate, isDateOnly, parseDate, parseLocal } from './local-time.ts';
import type { EventStart } from './local-time.ts';
import { endOfTime, problem } from './recurrence-rule.ts';
import type { RecurrenceRange, RuleProblem } from './recurrence-rule.ts';
import { positiveNumber } from './rule-parts.ts';
import type { RuleParts } from './rule-parts.ts';
import { localToUtcMs, utcToLocal } from './zoned-time.ts';

type RangeResult = { readonly range: RecurrenceRange } | { readonly problem: RuleProblem };

/** UNTIL may be a date, a wall time of the series' zone, or a moment in UTC. */
export function parseRange(parts: RuleParts, event: EventStart): RangeResult {
  const until = parts.get('UNTIL');
  const count = parts.get('COUNT');
  if (until !== undefined && count !== undefined) return problem('malformed', 'COUNT');
  if (count !== undefined) {
    const number = positiveNumber(count);
    return number === null ? problem('malformed', 'COUNT') : { range: { kind: 'numbered', count: number } };
  }
  if (until === undefined) return { range: { kind: 'noEnd' } };
  const lastDate = lastDateOf(until, event);
  return lastDate === null ? problem('malformed', 'UNTIL') : { range: { kind: 'endDate', lastDate } };
}

function lastDateOf(until: string, event: EventStart): string | null {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(until);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, isUtc] = match;
  const date = `${year}-${month}-${day}`;
  const dayNumber = parseDate(date);
  if (dayNumber === null) return null;
  if (hour === undefined || date >= endOfTime) return date;
  const local = `${date}T${hour}:${minute}:${second}`;
  if (parseLocal(local) === null) return null;
  // Days have no time of day, so what is meant is the day that is written.
  if (isDateOnly(event.start)) return date;

  if (isUtc === undefined) return local.slice(11) >= event.start.slice(11) ? date : formatDate(dayNumber - 1);
  const untilMs = localToUtcMs(local, 'UTC');
  const lastDay = parseDate(utcToLocal(untilMs, event.timeZone).slice(0, 10));
  if (lastDay === null) return null;
  const startThatDay = formatDate(lastDay) + event.start.slice(10);
  return formatDate(localToUtcMs(startThatDay, event.timeZone) <= untilMs ? lastDay : lastDay - 1);
}
