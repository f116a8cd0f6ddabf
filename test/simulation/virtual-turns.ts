/**
 * The engine now and then gives others a turn by `setImmediate`. In a simulation there are no others, and the wait would
 * put the order of things into the hands of the event loop: so the turn is a promise like any other.
 */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const real = timers.setImmediate;

/** Returns what puts things back. */
export function withoutTurns(): () => void {
  timers.setImmediate = ((value?: unknown) => Promise.resolve(value)) as typeof timers.setImmediate;
  syncBuiltinESMExports();
  return () => {
    timers.setImmediate = real;
    syncBuiltinESMExports();
  };
}

/** Goes on when nothing is left that could go on by itself: ticks run only when no promise is left to be continued. */
export function quiescence(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
