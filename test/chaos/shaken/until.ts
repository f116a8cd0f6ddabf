import { setTimeout as pause } from 'node:timers/promises';

const betweenMs = 150;

/** Looks again and again until it is so; throws when that takes longer. Returns what the condition gave. */
export async function until<T>(
  what: string,
  withinMs: number,
  condition: () => Promise<T | null | false>,
): Promise<T> {
  const last = Date.now() + withinMs;
  for (;;) {
    const found = await condition();
    if (found !== null && found !== false) return found;
    if (Date.now() > last) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
    await pause(betweenMs);
  }
}
