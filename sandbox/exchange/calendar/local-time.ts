/** Days and wall-clock times as plain numbers: a day is counted from 1970-01-01, a local time in milliseconds as if it were UTC. */

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/** The day's number; a month outside 1 to 12 runs over into other years. */
export function dayNumber(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY_MS);
}

export function civilDate(day: number): CivilDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** 0 for Sunday to 6 for Saturday. */
export function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The day a local time falls on. */
export function dayOf(localMs: number): number {
  return Math.floor(localMs / DAY_MS);
}

/** `2030-03-31T01:30:00`, without a zone. */
export function localText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19);
}

/** `2030-03-31`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
