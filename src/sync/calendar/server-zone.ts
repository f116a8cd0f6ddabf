/** Which IANA zone a server means, by its id, else by its name, else by its rules. */
import { ianaToWindows, standardZones, windowsToIana } from './windows-zone.ts';
import { canonicalName, isTimeZone, offsetAt } from './zone-offset.ts';
import { followsRules, isToldByRules, ruleOffsetAt } from './zone-rules.ts';
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
   * False where only the offset at the start is right, or the clocks of its year: nobody's clocks follow these rules for
   * longer, or there were none. A single event is at the right moment; a series may be an hour off later on.
   */
  readonly isExact: boolean;
}

/**
 * The IANA zone of an event that starts at a moment (milliseconds, UTC). A known id counts for more than the rules beside
 * it, for Exchange sends those of the year it likes. Null where nothing tells the offset.
 */
export function zoneOfServer(zone: ServerZone, startMs: number): FoundZone | null {
  const named = zoneNamed(zone.id) ?? zoneNamed(zone.name);
  if (named !== null) return { timeZone: named, isExact: true };
  const year = new Date(startMs).getUTCFullYear();
  const rules = (zone.eras.findLast((era) => era.fromYear <= year) ?? zone.eras[0])?.rules;
  const written = writtenOffset(zone.name) ?? writtenOffset(zone.id);
  if (rules !== undefined) return zoneByRules(rules, zone.name, startMs);
  const city = written === null ? null : cityZone(zone.name, (name) => hasStandardOffset(name, written));
  if (city !== null) return { timeZone: city, isExact: true };
  const fixed = written === null ? null : fixedZone(written);
  return fixed === null ? null : { timeZone: fixed, isExact: false };
}

/**
 * Rules are those of one year, and Exchange 2007 has words for two changes in it: who gave up summer time, moved it with the
 * moon or to another offset followed others before and after. So a place in the name says which of several zones is meant,
 * and a zone that follows the rules in this year alone is better than one without changes.
 */
function zoneByRules(rules: ZoneRules, name: string, startMs: number): FoundZone | null {
  const year = new Date(startMs).getUTCFullYear();
  const offsetMs = ruleOffsetAt(rules, startMs);
  const followsNow = (zone: string): boolean => followsRules(zone, rules, year);
  const follows = (zone: string): boolean => followsNow(zone) && followsRules(zone, rules, year + 1);
  const place = cityZone(name, (zone) => offsetAt(startMs, zone) === offsetMs);
  if (place !== null) {
    const isUntold = rules.changes.length === 0 && !isToldByRules(place, year);
    if (isUntold || followsNow(place)) return { timeZone: place, isExact: true };
  }
  const lasting = standardZones().find(follows);
  if (lasting !== undefined) return { timeZone: lasting, isExact: true };
  // Rules of another year than the event's, as servers send them that got no updates.
  const passing = place ?? standardZones().find(followsNow);
  if (passing !== undefined) return { timeZone: passing, isExact: false };
  const fixed = fixedZone(offsetMs);
  return fixed === null ? null : { timeZone: fixed, isExact: rules.changes.length === 0 };
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

/** Places in English display names that IANA has by another name. */
const places: ReadonlyMap<string, string> = new Map([
  ['Abu Dhabi', 'Asia/Dubai'],
  ['Alaska', 'America/Anchorage'],
  ['Arizona', 'America/Phoenix'],
  ['Astana', 'Asia/Almaty'],
  ['Baja California', 'America/Tijuana'],
  ['Brasilia', 'America/Sao_Paulo'],
  ['Cape Verde Is.', 'Atlantic/Cape_Verde'],
  ['Central America', 'America/Guatemala'],
  ['City of Buenos Aires', 'America/Argentina/Buenos_Aires'],
  ['Greenland', 'America/Godthab'],
  ['Hawaii', 'Pacific/Honolulu'],
  ['Indiana (East)', 'America/Indianapolis'],
  ['Lord Howe Island', 'Australia/Lord_Howe'],
  ['Marshall Is.', 'Pacific/Kwajalein'],
  ['Newfoundland', 'America/St_Johns'],
  ["Nuku'alofa", 'Pacific/Tongatapu'],
  ['Samoa', 'Pacific/Apia'],
  ['Saskatchewan', 'America/Regina'],
  ['Solomon Is.', 'Pacific/Guadalcanal'],
  ['Sri Jayawardenepura', 'Asia/Colombo'],
]);

/** The zone of the first place in a display name whose clocks fit. */
function cityZone(name: string, fits: (zone: string) => boolean): string | null {
  const cities = name.replace(/^\([^)]*\)/, '').split(/[,;:]/);
  for (const city of cities.slice(0, maxCities)) {
    const zone = placeNamed(city.trim());
    if (zone === null || !fits(zone)) continue;
    const windows = ianaToWindows(zone);
    return windows === null ? zone : windowsToIana(windows);
  }
  return null;
}

function placeNamed(name: string): string | null {
  const known = places.get(name);
  if (known !== undefined) return known;
  const place = name.replaceAll(' ', '_');
  if (!/^[A-Z][A-Za-z_]{2,20}$/.test(place)) return null;
  return regions.map((region) => `${region}/${place}`).find(isTimeZone) ?? null;
}

/** Windows writes the smaller one of January and July, as it was when somebody last wrote the names of its zones. */
function hasStandardOffset(zone: string, offsetMs: number): boolean {
  return [2010, 2020].some(
    (year) =>
      Math.min(offsetAt(Date.UTC(year, 0, 1), zone), offsetAt(Date.UTC(year, 6, 1), zone)) === offsetMs,
  );
}

/** The zone whose clocks are always as those of a zone are at a moment; null where they are not whole hours from UTC. */
export function fixedZoneAt(utcMs: number, timeZone: string): string | null {
  return fixedZone(offsetAt(utcMs, timeZone));
}

/** A zone of whole hours whose clocks never change; `Etc/GMT-1` is one hour ahead. */
function fixedZone(offsetMs: number): string | null {
  const hours = offsetMs / HOUR_MS;
  if (hours === 0) return 'Etc/UTC';
  const name = `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
  return Number.isInteger(hours) && isTimeZone(name) ? name : null;
}
