/** Many histories, and what there is to say of one that fails. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { takeLease } from '../../src/engine/lease-keeper.ts';
import { readCrm } from '../../src/engine/readers.ts';
import { syncRun } from '../../src/engine/sync-run.ts';
import type { Module } from '../../src/sync/model.ts';
import type { Engine } from './daemon.ts';
import { describeEvent } from './events.ts';
import { eventsOf, playHistory } from './history.ts';
import type { HistoryResult } from './history.ts';
import { shorten } from './shorten.ts';
import { withoutTurns } from './virtual-turns.ts';

export const realEngine: Engine = { syncRun, readCrm, takeLease };

export interface SimulationOptions {
  readonly module: Module;
  /** Histories have the seeds from here on. */
  readonly firstSeed: number;
  readonly histories: number;
  readonly engine?: Engine;
  readonly isBlind?: boolean;
  /** False: a violation is told as it was found. */
  readonly shortens?: boolean;
  /** Milliseconds since some moment, to bound the shortening. */
  readonly clock: () => number;
}

export interface Violation {
  readonly module: Module;
  readonly seed: number;
  readonly what: readonly string[];
  /** Which events it takes. */
  readonly kept: readonly number[];
  /** The same in words. */
  readonly events: readonly string[];
  readonly command: string;
}

export interface SimulationResult {
  /** How many histories were played, the failing one included. */
  readonly played: number;
  readonly violation: Violation | null;
  readonly excluded: Readonly<Record<string, number>>;
}

const shorteningMs = 20_000;

/** Plays one history by itself; `told` hears each step. */
export async function playOne(
  options: Pick<SimulationOptions, 'module' | 'engine' | 'isBlind'>,
  seed: number,
  kept: readonly number[] | null,
  told?: (line: string) => void,
): Promise<HistoryResult> {
  const { module, engine = realEngine, isBlind = false } = options;
  const putBack = withoutTurns();
  try {
    return await playHistory({ seed, module, engine, isBlind, kept, ...(told ? { told } : {}) });
  } finally {
    putBack();
  }
}

/** Stops at the first violation and shortens its history. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const excluded: Record<string, number> = {};
  for (let played = 1; played <= options.histories; played += 1) {
    const seed = options.firstSeed + played - 1;
    const result = await playOne(options, seed, null);
    for (const [risk, count] of Object.entries(result.excluded))
      excluded[risk] = (excluded[risk] ?? 0) + count;
    if (result.violations.length > 0) return { played, violation: await shortened(options, seed), excluded };
    // Others want a turn too, such as whoever stops the process.
    if (played % 50 === 0) await nextTurn();
  }
  return { played: options.histories, violation: null, excluded };
}

async function shortened(options: SimulationOptions, seed: number): Promise<Violation> {
  const { module, clock } = options;
  const events = eventsOf(seed);
  const until = clock() + (options.shortens === false ? 0 : shorteningMs);
  const kept = await shorten(
    events.map((_event, index) => index),
    async (some) => (await playOne(options, seed, some)).violations.length > 0,
    () => clock() < until,
  );
  const { violations } = await playOne(options, seed, kept);
  return {
    module,
    seed,
    what: violations,
    kept,
    events: kept.flatMap((index) => {
      const event = events[index];
      return event ? [`${index}: ${describeEvent(event)}`] : [];
    }),
    command: `npm run simulate -- --module ${module} --seed ${seed} --keep ${kept.join(',')} --trace`,
  };
}
