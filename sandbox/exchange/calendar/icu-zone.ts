import { DAY_MS, MINUTE_MS } from './local-time.ts';
import type { Zone, ZoneTransition } from './zone.ts';

const STEP_MS = 14 * DAY_MS;

/** A zone with the rules ICU knows for an IANA name. */
export function icuZone(id: string, name: string, iana: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: iana, timeZoneName: 'longOffset' });
  const years = new Map<number, readonly ZoneTransition[]>();
  const firstOffsets = new Map<number, number>();
  const ask = (ms: number): number => readOffset(format.format(ms));

  function transitions(year: number): readonly ZoneTransition[] {
    let known = years.get(year);
    if (known === undefined) years.set(year, (known = findTransitions(ask, year)));
    return known;
  }

  function offsetAt(ms: number): number {
    const year = new Date(ms).getUTCFullYear();
    let offset = firstOffsets.get(year);
    if (offset === undefined) firstOffsets.set(year, (offset = ask(Date.UTC(year, 0, 1))));
    for (const one of transitions(year)) if (ms >= one.at) offset = one.after;
    return offset;
  }

  return { id, name, offsetAt, transitions };
}

/** Samples every two weeks, so that even Morocco's month-long interruptions of summer time are seen. */
function findTransitions(ask: (ms: number) => number, year: number): readonly ZoneTransition[] {
  const found: { at: number; before: number; after: number }[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  let from = Date.UTC(year, 0, 1) - 1;
  let before = ask(from);
  while (from < end - 1) {
    const to = Math.min(from + STEP_MS, end - 1);
    const after = ask(to);
    if (after !== before) found.push({ at: bisect(ask, from, to), before, after });
    from = to;
    before = after;
  }
  return found.map((one) => ({ ...one, isDaylight: one.after > one.before }));
}

function bisect(ask: (ms: number) => number, from: number, to: number): number {
  const before = ask(from);
  let low = from;
  let high = to;
  while (high - low > MINUTE_MS / 2) {
    const middle = Math.floor((low + high) / 2);
    if (ask(middle) === before) low = middle;
    else high = middle;
  }
  return Math.round(high / MINUTE_MS) * MINUTE_MS;
}

function readOffset(text: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text);
  if (match?.[1] === undefined) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}
