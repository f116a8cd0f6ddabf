/** Cron expressions in a time zone: node-cron reads them, the clock changes of the zone are handled here. */
import { createTask, parse, validate } from 'node-cron';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A 29 February that is a certain weekday can be 40 years away. */
const horizonDays = 366 * 40 + 1;

interface Cron {
  /** Minutes of the day, ascending. */
  readonly times: readonly number[];
  /** Every hour of the day is named: the expression means a rhythm, not times of day. */
  readonly hourly: boolean;
  /** Whether the day that begins at this wall-clock midnight (as if it were UTC) is one of its days. */
  runsOn(wallDayMs: number): boolean;
}

/** One line that says what is wrong with `expression` or `zone`; null when both are fine. */
export function cronProblem(expression: string, zone: string): string | null {
  if (expression.trim().split(/\s+/).length !== 5) {
    return 'A cron expression has five fields: minute, hour, day of month, month, day of week.';
  }
  if (!validate(expression)) return 'This is no valid cron expression.';
  try {
    zoneFormat(zone);
  } catch {
    return 'This time zone is not known; an IANA name such as Europe/Berlin is expected.';
  }
  return nextCronTime(expression, zone, 0) === null ? 'This cron expression never comes true.' : null;
}

/**
 * The first time after `afterMs` that the expression names in `zone`; null when there is none. A time of day that
 * the clocks jump over is taken at the jump, one that comes twice the first time only; an expression that names every
 * hour keeps its rhythm through both.
 */
export function nextCronTime(expression: string, zone: string, afterMs: number): number | null {
  const cron = read(expression);
  const firstDay = floorDay(afterMs + offsetMs(zone, afterMs));
  for (let day = firstDay; day <= firstDay + horizonDays * dayMs; day += dayMs) {
    if (!cron.runsOn(day)) continue;
    const next = firstAfter(cron, zone, day, afterMs);
    if (next !== null) return next;
  }
  return null;
}

function firstAfter(cron: Cron, zone: string, wallDayMs: number, afterMs: number): number | null {
  let first: number | null = null;
  const steady = steadyOffset(zone, wallDayMs);
  for (const minutes of cron.times) {
    const wallMs = wallDayMs + minutes * minuteMs;
    const instants = steady === null ? instantsOf(wallMs, zone, cron.hourly) : [wallMs - steady];
    for (const instant of instants) {
      if (instant > afterMs && (first === null || instant < first)) first = instant;
    }
    if (first !== null && steady !== null) return first;
  }
  return first;
}

/** The day's only offset, or null on a day the clocks change. */
function steadyOffset(zone: string, wallDayMs: number): number | null {
  const before = offsetMs(zone, wallDayMs - dayMs);
  return before === offsetMs(zone, wallDayMs + 2 * dayMs) ? before : null;
}

/** The instants at which the zone's clocks show `wallMs`: none in a gap, two where an hour is repeated. */
function instantsOf(wallMs: number, zone: string, hourly: boolean): number[] {
  const offsets = new Set([offsetMs(zone, wallMs - dayMs), offsetMs(zone, wallMs + dayMs)]);
  const shown = [...offsets]
    .map((offset) => wallMs - offset)
    .filter((instant) => instant + offsetMs(zone, instant) === wallMs)
    .sort((one, other) => one - other);
  if (hourly) return shown;
  const first = shown[0];
  return [first ?? endOfGap(wallMs, zone)];
}

/** In a gap: the instant at which the clocks jump. */
function endOfGap(wallMs: number, zone: string): number {
  let before = wallMs - offsetMs(zone, wallMs - dayMs) - dayMs;
  let after = before + 2 * dayMs;
  const offsetBefore = offsetMs(zone, before);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetMs(zone, middle) === offsetBefore) before = middle;
    else after = middle;
  }
  return after;
}

const crons = new Map<string, Cron>();

function read(expression: string): Cron {
  const known = crons.get(expression);
  if (known) return known;
  const fields = parse(expression);
  const times = fields.hour.flatMap((hour) => fields.minute.map((minute) => hour * 60 + minute));
  times.sort((one, other) => one - other);
  // A task that is never started: node-cron offers its matching of days (L, W, #, names) only through one.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  void task.destroy();
  const probeMs = (times[0] ?? 0) * minuteMs;
  const cron: Cron = {
    times,
    hourly: fields.hour.length === 24,
    runsOn: (wallDayMs) => task.match(new Date(wallDayMs + probeMs)),
  };
  if (crons.size >= 100) crons.clear();
  crons.set(expression, cron);
  return cron;
}

function floorDay(ms: number): number {
  return Math.floor(ms / dayMs) * dayMs;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a zone that is not known. */
function zoneFormat(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** How far the zone's clocks are ahead of UTC at this instant. */
function offsetMs(zone: string, instantMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of zoneFormat(zone).formatToParts(instantMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}
