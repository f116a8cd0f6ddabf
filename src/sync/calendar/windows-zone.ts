/** Names of time zones: those of Windows, which Exchange speaks, and those of IANA. */
import cldr from 'cldr-core/supplemental/windowsZones.json' with { type: 'json' };
import { canonicalName } from './zone-offset.ts';

/** CLDR's name for the row that stands for a zone of Windows wherever no country is given. */
const world = '001';

interface Names {
  /** IANA names by `windows name|territory`, in lower case; of several, the first. */
  readonly iana: ReadonlyMap<string, string>;
  /** Windows names by the IANA name, in lower case. */
  readonly windows: ReadonlyMap<string, string>;
  /** The IANA name that stands for each zone of Windows. */
  readonly standard: readonly string[];
}

let names: Names | null = null;

/** Read when it is first needed. */
function load(): Names {
  if (names !== null) return names;
  const iana = new Map<string, string>();
  const windows = new Map<string, string>();
  const standard: string[] = [];
  for (const { mapZone } of cldr.supplemental.windowsZones.mapTimezones) {
    const [first = '', ...more] = mapZone._type.split(' ');
    iana.set(`${mapZone._other}|${mapZone._territory}`.toLowerCase(), first);
    if (mapZone._territory === world) standard.push(first);
    for (const name of [first, ...more]) {
      const key = name.toLowerCase();
      if (!windows.has(key)) windows.set(key, mapZone._other);
    }
  }
  names = { iana, windows, standard };
  return names;
}

/**
 * The IANA zone that a name of Windows stands for, in a country (ISO 3166, such as `CH`) where it is given and has one of
 * its own. Null for an unknown name.
 */
export function windowsToIana(name: string, territory = world): string | null {
  const { iana } = load();
  const key = name.trim().toLowerCase();
  return iana.get(`${key}|${territory.toLowerCase()}`) ?? iana.get(`${key}|${world}`) ?? null;
}

/**
 * The Windows name of an IANA zone or an alias of one; null where Windows has no such zone, or Node no such name. Node's
 * canonical names are those of CLDR, but for UTC.
 */
export function ianaToWindows(name: string): string | null {
  const { windows } = load();
  const listed = windows.get(name.toLowerCase());
  if (listed !== undefined) return listed;
  const canonical = canonicalName(name);
  if (canonical === null) return null;
  return windows.get(canonical === 'UTC' ? 'etc/utc' : canonical.toLowerCase()) ?? null;
}

/** Whether two IANA names are one zone to Exchange, so that a server's choice of name is no edit. */
export function sameZone(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [canonicalName(a), canonicalName(b)];
  if (first === null || second === null) return false;
  const windowsName = ianaToWindows(a);
  return first === second || (windowsName !== null && windowsName === ianaToWindows(b));
}

/** One IANA zone for each zone of Windows. */
export function standardZones(): readonly string[] {
  return load().standard;
}
