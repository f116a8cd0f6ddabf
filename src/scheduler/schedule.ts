/** When a scope is due next: plain numbers in, plain numbers out. */
import type { Settings } from '../sync/administration.ts';
import { nextCronTime } from './cron.ts';

export type Schedule = Settings['schedule'];

const minuteMs = 60_000;

/**
 * When the next run starts, in milliseconds since the epoch; null when the schedule names no time any more.
 * `lastStartMs` is the start of the last run, null when there was none: with an interval the first run is then due at
 * once, with a cron expression at its next time. What came due while nobody looked is made up for once. `jitterMs`
 * spreads what would start together; with a cron expression at most to half of the way to the time after.
 */
export function nextDue(
  schedule: Schedule,
  lastStartMs: number | null,
  nowMs: number,
  jitterMs: number,
): number | null {
  // A clock set back must not keep anything waiting for its old time.
  const last = lastStartMs === null ? null : Math.min(lastStartMs, nowMs);
  if ('everyMinutes' in schedule) {
    const due = last === null ? nowMs : last + schedule.everyMinutes * minuteMs;
    return due > nowMs ? due : nowMs + jitterMs;
  }
  const { cron, zone } = schedule;
  const named = nextCronTime(cron, zone, last ?? nowMs);
  if (named === null) return null;
  const from = Math.max(named, nowMs);
  const following = nextCronTime(cron, zone, from);
  return from + (following === null ? jitterMs : Math.min(jitterMs, Math.floor((following - from) / 2)));
}

/** A number from 0 up to (not including) 1 that is always the same for one key: where in the spread it starts. */
export function spreadOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  // FNV-1a mixes its last characters poorly into the high bits, which decide here.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
