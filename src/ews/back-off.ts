/** How long to wait before the next try, and the waiting itself. */
import { setTimeout as delay } from 'node:timers/promises';

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** Exponential with full jitter over the upper half: attempt 1 waits 250 to 500 ms, each further one twice as long. */
export function backOffMs(attempt: number, random: () => number): number {
  const ceilingMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(ceilingMs / 2 + (random() * ceilingMs) / 2);
}

/** The header Retry-After, in seconds or as an HTTP date (RFC 9110, 10.2.3), as milliseconds from `now`. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export async function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {});
}
