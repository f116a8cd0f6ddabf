/** EWS keeps a day, such as a birthday or the due date of a task, as a moment; we keep a date. */

/**
 * The date that a moment stands for. Clients store midnight of the mailbox's zone in UTC (1979-02-27T23:00:00Z for the 28th in
 * Berlin), Outlook.com 11:59; so a UTC moment goes to the nearest date. A value with an offset, or without any, says its
 * own date. Zones beyond +12 hours come out a day early. Undefined where there is no date in it.
 */
export function parseCalendarDate(value: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(
    value.trim(),
  );
  if (!match) return undefined;
  const [, year, month, day, hour, , zone] = match;
  const date = `${year}-${month}-${day}`;
  if (!isDate(date)) return undefined;
  if (zone !== 'Z' || hour === undefined || Number(hour) < 12) return date;
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

/** The moment to store for a date, or null where it is no date of the calendar. */
export function formatCalendarDate(date: string): string | null {
  return isDate(date) ? `${date}T00:00:00Z` : null;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text.startsWith('0000')) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}
