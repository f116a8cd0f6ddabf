/** Between wall times of a zone and moments. */
import { formatLocal, parseLocal } from './local-time.ts';
import { offsetAt } from './zone-offset.ts';

const HOUR_MS = 3_600_000;

/**
 * The moment at which clocks of the zone show a wall time, or midnight of a date. A time that a clock change skips is read
 * with the offset before it; one that comes twice is the first (RFC 5545, 3.3.5). Throws RangeError where `local` is
 * neither or the zone is unknown.
 */
export function localToUtcMs(local: string, timeZone: string): number {
  const localMs = parseLocal(local);
  if (localMs === null) throw new RangeError('neither a wall time nor a date');
  return localMsToUtcMs(localMs, timeZone);
}

/** The same for milliseconds as `parseLocal` gives them. */
export function localMsToUtcMs(localMs: number, timeZone: string): number {
  // Zones are between 12 hours behind and 14 ahead: these two lie before and after any change that can matter.
  const early = offsetAt(localMs - 15 * HOUR_MS, timeZone);
  const late = offsetAt(localMs + 13 * HOUR_MS, timeZone);
  if (early === late || offsetAt(localMs - early, timeZone) === early) return localMs - early;
  return offsetAt(localMs - late, timeZone) === late ? localMs - late : localMs - early;
}

/** What clocks of the zone show at a moment, `YYYY-MM-DDTHH:MM:SS`. Throws RangeError for an unknown zone. */
export function utcToLocal(utcMs: number, timeZone: string): string {
  return formatLocal(utcMs + offsetAt(utcMs, timeZone));
}
