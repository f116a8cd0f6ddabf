import { setTimeout as sleep } from 'node:timers/promises';
import { passingTrouble } from './mysql-errors.ts';

/** How long a task keeps trying. */
export interface Waiting {
  /** In all, for a database that is away. */
  readonly awayMs: number;
  readonly clock: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** As long as a database server usually takes to start again. */
export const usualWaiting: Waiting = { awayMs: 20_000, clock: Date.now, random: Math.random, sleep };

const maxConflicts = 12;
const firstPauseMs = 5;
const longestPauseMs = 1_000;

/**
 * Carries the attempt out again while it may: other transactions in the way, or a database that is away, until `until`
 * says that nobody waits any more. An attempt has to leave nothing behind when it fails. Throws its last error.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  waiting: Waiting,
  isOver: () => boolean,
): Promise<T> {
  const giveUpAt = waiting.clock() + waiting.awayMs;
  const met = { conflict: 0, duplicate: 0, gone: 0 };
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const trouble = passingTrouble(error);
      if (trouble === null || isOver()) throw error;
      met[trouble] += 1;
      if (trouble === 'gone' ? waiting.clock() >= giveUpAt : met.conflict > maxConflicts) throw error;
      // A duplicate that is still one was not made by another transaction meanwhile.
      if (met.duplicate > 1) throw error;
      const longestMs = Math.min(longestPauseMs, firstPauseMs * 2 ** met[trouble]);
      await waiting.sleep(longestMs * (0.5 + waiting.random() / 2));
    }
  }
}
