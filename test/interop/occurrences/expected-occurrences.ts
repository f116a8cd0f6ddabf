/** When the occurrences of an event are, with nothing of src/: days by rrule, moments by what Node shows for a zone. */
import { rrulestr } from 'rrule';
import { momentOf } from '../../sync/calendar/wall-clock.ts';
import type { RowException } from './series-table.ts';

/** `START/END` as moments, `2024-03-31T01:30:00Z`. */
export type Taking = string;

/** What an event says of its times, wherever it was read. */
export interface Told {
  readonly zone: string;
  readonly start: string;
  readonly end: string;
  readonly rule?: string | null | undefined;
  readonly exceptions?: readonly Omit<RowException, 'index'>[] | undefined;
}

/** The last moment that is looked at; series without an end go on. */
export const lastMoment = '2028-01-01T00:00:00Z';

export function momentText(local: string, zone: string): string {
  const wall = local.length === 10 ? `${local}T00:00:00` : local;
  return new Date(momentOf(wall, zone)).toISOString().replace('.000Z', 'Z');
}

/** In order of their starts, until `lastMoment`. */
export function occurrencesOf({ zone, start, end, rule, exceptions = [] }: Told): Taking[] {
  const lengthMs = asUtc(end) - asUtc(start);
  const kept = wallStarts(start, rule ?? null).flatMap((original): (readonly [string, string])[] => {
    const exception = exceptions.find((one) => one.original === original);
    if (exception === undefined) {
      const last = new Date(asUtc(original) + lengthMs).toISOString().slice(0, original.length);
      return [[original, last]];
    }
    return exception.to === undefined ? [] : [exception.to];
  });
  return kept
    .map(([from, to]) => `${momentText(from, zone)}/${momentText(to, zone)}`)
    .filter((taking) => taking < lastMoment)
    .sort();
}

/** Wall times as rrule has them, which counts in UTC as if it were the wall clock. */
function wallStarts(start: string, rule: string | null): string[] {
  if (rule === null) return [start];
  const stamp = new Date(asUtc(start)).toISOString().replace(/[-:]|\.000/g, '');
  const text = rule.replace(/UNTIL=(\d{8})(T\d{6}Z)?/, 'UNTIL=$1T235959Z');
  const days = rrulestr(`DTSTART:${stamp}\nRRULE:${text}`).between(
    new Date(asUtc(start)),
    new Date(lastMoment),
    true,
  );
  return days.map((day) => day.toISOString().slice(0, start.length));
}

function asUtc(local: string): number {
  return Date.parse(local.length === 10 ? `${local}T00:00:00Z` : `${local}Z`);
}
