/** Wall-clock times and dates without a zone, as text and as numbers. */

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** When an event takes place, or when the first one of a series does. */
export interface EventStart {
  /** Wall time `YYYY-MM-DDTHH:MM:SS`; of an all-day event the date `YYYY-MM-DD`. */
  readonly start: string;
  /** An IANA name. */
  readonly timeZone: string;
}

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** Days since 1970-01-01. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

export function civilDate(day: number): CivilDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The day number of `YYYY-MM-DD`, or null where it is no date of the calendar from the year 1000 on. */
export function parseDate(text: string): number | null {
  const match = /^([1-9]\d{3})-(\d\d)-(\d\d)$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return dayNumber(year, month, day);
}

/** `YYYY-MM-DD`. */
export function formatDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Milliseconds of a wall time or date as if it were UTC, or null where it is neither. */
export function parseLocal(text: string): number | null {
  const day = parseDate(text.slice(0, 10));
  if (day === null) return null;
  if (text.length === 10) return day * DAY_MS;
  const match = /^T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/.exec(text.slice(10));
  if (!match) return null;
  return (
    day * DAY_MS + Number(match[1]) * 60 * MINUTE_MS + Number(match[2]) * MINUTE_MS + Number(match[3]) * 1000
  );
}

/** `YYYY-MM-DDTHH:MM:SS` of milliseconds as `parseLocal` gives them. */
export function formatLocal(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19);
}

export function isDateOnly(local: string): boolean {
  return local.length === 10;
}

/** The day a wall time or date falls on; throws RangeError where it is neither. */
export function dayOf(local: string): number {
  const localMs = parseLocal(local);
  if (localMs === null) throw new RangeError('neither a wall time nor a date');
  return Math.floor(localMs / DAY_MS);
}

/** Where an event that begins at `start` ends when it lasts as long as `event` does; the kind of text is that of `start`. */
export function endAfter(event: { readonly start: string; readonly end: string }, start: string): string {
  const lengthMs = (parseLocal(event.end) ?? 0) - (parseLocal(event.start) ?? 0);
  const endMs = (parseLocal(start) ?? 0) + lengthMs;
  return isDateOnly(start) ? formatDate(Math.ceil(endMs / DAY_MS)) : formatLocal(endMs);
}
