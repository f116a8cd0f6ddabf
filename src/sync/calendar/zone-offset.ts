/** How far the clocks of a zone are ahead of UTC, from the time zone data of Node. */

/** Two changes of the clock within one piece would be missed; the closest known are a month apart. */
const PIECE_MS = 7 * 86_400_000;
/** Some 19 years of one zone. */
const maxPieces = 1000;

interface Piece {
  readonly before: number;
  readonly after: number;
  /** When `after` begins to be true; where nothing changes, the end of the piece. */
  readonly atMs: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly pieces: Map<number, Piece>;
}

/** A formatter takes tens of kilobytes: only zones that are converted get one. */
const zones = new Map<string, Zone>();
const canonicalNames = new Map<string, string | null>();
/** Names come from servers: a hostile one must not fill the memory. Node knows some 600. */
const maxNames = 2000;

function zoneNamed(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    if (canonicalName(name) === null) throw new RangeError(`no time zone of this name: ${name.slice(0, 60)}`);
    zone = { format: formatterFor(name), pieces: new Map() };
    if (zones.size >= maxNames) zones.clear();
    zones.set(name, zone);
  }
  return zone;
}

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** Whether Node knows the zone; upper and lower case are the same. */
export function isTimeZone(name: string): boolean {
  return canonicalName(name) !== null;
}

/** The spelling that Node's data treat as the name of a zone and of its aliases; null for an unknown one. */
export function canonicalName(name: string): string | null {
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  let canonical: string | null = null;
  try {
    canonical = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  if (canonicalNames.size >= maxNames) canonicalNames.clear();
  canonicalNames.set(name, canonical);
  return canonical;
}

/** Milliseconds ahead of UTC at a moment. Throws RangeError for an unknown zone. */
export function offsetAt(utcMs: number, timeZone: string): number {
  const zone = zoneNamed(timeZone);
  const number = Math.floor(utcMs / PIECE_MS);
  let piece = zone.pieces.get(number);
  if (piece === undefined) {
    if (zone.pieces.size >= maxPieces) zone.pieces.clear();
    piece = measure(zone.format, number * PIECE_MS);
    zone.pieces.set(number, piece);
  }
  return utcMs < piece.atMs ? piece.before : piece.after;
}

function measure(format: Intl.DateTimeFormat, fromMs: number): Piece {
  const before = ask(format, fromMs);
  const after = ask(format, fromMs + PIECE_MS);
  let low = fromMs;
  let high = fromMs + PIECE_MS;
  // Clocks change at full seconds.
  while (before !== after && high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (ask(format, middle) === before) low = middle;
    else high = middle;
  }
  return { before, after, atMs: high };
}

function ask(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(format.format(utcMs));
  if (!parts) throw new RangeError('a moment before the first year');
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1000) * 1000;
}
