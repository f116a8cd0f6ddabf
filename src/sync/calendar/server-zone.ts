/** Which IANA zone a server means, by its id, else by its name, else by its rules. */
import { parseLocal } from './local-time.ts';
import { ianaToWindows, standardZones, windowsToIana } from './windows-zone.ts';
import { canonicalName, isTimeZone, offsetAt } from './zone-offset.ts';
import { followsRules, ruleOffsetAt } from './zone-rules.ts';
import type { ZoneRules } from './zone-rules.ts';

const HOUR_MS = 3_600_000;

/** A zone as an answer tells it. */
export interface ServerZone {
  /** Mostly the Windows name; `tzone://Microsoft/Custom` and the like for rules of a client's own. */
  readonly id: string;
  /** As people read it, such as `(UTC+01:00) Amsterdam, Berlin`. */
  readonly name: string;
  /** Oldest first; none where only the name came. */
  readonly eras: readonly ZoneEra[];
}

/** Rules from a year on. */
export interface ZoneEra {
  readonly fromYear: number;
  readonly rules: ZoneRules;
}

export interface FoundZone {
  readonly timeZone: string;
  /**
   * False where only the offset at the start is right: nobody's clocks follow these rules, or there were none. A single
   * event is at the right moment; a series may be an hour off on the other side of a clock change.
   */
  readonly isExact: boolean;
}

/**
 * The IANA zone of an event that starts at `local`, a wall time or date. A known id counts for more than the rules beside
 * it, for Exchange sends those of the year it likes. Null where nothing tells the offset. Throws RangeError where `local` is
 * neither.
 */
export function zoneOfServer(zone: ServerZone, local: string): FoundZone | null {
  const named = zoneNamed(zone.id) ?? zoneNamed(zone.name);
  if (named !== null) return { timeZone: named, isExact: true };
  const localMs = parseLocal(local);
  if (localMs === null) throw new RangeError('neither a wall time nor a date');
  const year = new Date(localMs).getUTCFullYear();
  const rules = (zone.eras.findLast((era) => era.fromYear <= year) ?? zone.eras[0])?.rules;

  const written = writtenOffset(zone.name) ?? writtenOffset(zone.id);
  const city = cityZone(zone.name, written);
  if (rules !== undefined) {
    const follows = (name: string): boolean =>
      followsRules(name, rules, year) && followsRules(name, rules, year + 1);
    if (city !== null && follows(city)) return { timeZone: city, isExact: true };
    const found = standardZones().find(follows);
    if (found !== undefined) return { timeZone: found, isExact: true };
    const fixed = fixedZone(ruleOffsetAt(rules, localMs - rules.baseOffsetMinutes * 60_000));
    return fixed === null ? null : { timeZone: fixed, isExact: rules.changes.length === 0 };
  }
  if (city !== null) return { timeZone: city, isExact: true };
  const fixed = written === null ? null : fixedZone(written);
  return fixed === null ? null : { timeZone: fixed, isExact: false };
}

/** Windows and IANA names, `tzone://Microsoft/Utc` and names that begin like a Windows name, such as `Eastern Time (US)`. */
function zoneNamed(text: string): string | null {
  const name = text.replace(/^tzone:\/\/Microsoft\//i, '').trim();
  if (name === '') return null;
  const windows = windowsToIana(name);
  if (windows !== null) return windows;
  // Not the short ones: EST is Panama to IANA, and New York to who writes it.
  if (/^(utc|[a-z_]+\/[a-z0-9_+/-]+)$/i.test(name) && isTimeZone(name)) return canonicalName(name);
  const region = /^(?:\([^)]*\)\s*)?([\w. ]+?) Time\b/.exec(name)?.[1];
  return region === undefined ? null : windowsToIana(region.replace(/ Standard$/, '') + ' Standard Time');
}

/** Milliseconds that a display name begins with: `(GMT+05:30) …`, `(UTC) …`. */
function writtenOffset(name: string): number | null {
  const match = /^\((?:UTC|GMT)(?:([+-])(\d{1,2}):(\d\d))?\)/i.exec(name.trim());
  if (!match) return null;
  const offsetMs = (Number(match[2] ?? 0) + Number(match[3] ?? 0) / 60) * HOUR_MS;
  return match[1] === '-' ? -offsetMs : offsetMs;
}

const regions = ['Europe', 'America', 'Asia', 'Africa', 'Australia', 'Pacific', 'Atlantic', 'Indian'];
/** Names of 2007 have up to six. */
const maxCities = 10;

/** The zone of a city in a display name, if its clocks in winter are ahead of UTC by what is written there. */
function cityZone(name: string, offsetMs: number | null): string | null {
  if (offsetMs === null) return null;
  const cities = name.replace(/^\([^)]*\)/, '').split(/[,;:]/);
  for (const city of cities.slice(0, maxCities)) {
    const place = city.trim().replaceAll(' ', '_');
    if (!/^[A-Z][A-Za-z_]{2,20}$/.test(place)) continue;
    const zone = regions.map((region) => `${region}/${place}`).find(isTimeZone);
    if (zone === undefined || standardOffset(zone) !== offsetMs) continue;
    const windows = ianaToWindows(zone);
    return windows === null ? zone : windowsToIana(windows);
  }
  return null;
}

/** The smaller one of January and July: in a year when Windows wrote these names. */
function standardOffset(zone: string): number {
  return Math.min(offsetAt(Date.UTC(2010, 0, 1), zone), offsetAt(Date.UTC(2010, 6, 1), zone));
}

/** A zone of whole hours whose clocks never change; `Etc/GMT-1` is one hour ahead. */
function fixedZone(offsetMs: number): string | null {
  const hours = offsetMs / HOUR_MS;
  if (hours === 0) return 'Etc/UTC';
  const name = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
  return Number.isInteger(hours) && isTimeZone(name) ? name : null;
}
