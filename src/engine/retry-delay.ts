/** When an item that failed is tried again. */
import type { Failure } from '../sync/ports.ts';
import type { Settlement } from '../sync/stores.ts';
import type { RunContext } from './run-context.ts';

const minuteMs = 60_000;
const delaysMs = [1, 5, 30, 120, 360, 1440].map((minutes) => minutes * minuteMs);

/** Null: not before the item changes or someone asks for it. `attempts`: how often it failed before. */
export function nextAttemptAt(failure: Failure, attempts: number, now: number): number | null {
  if (!failure.retryable) return null;
  return now + (delaysMs[Math.min(attempts, delaysMs.length - 1)] ?? 0);
}

/** What becomes of the inbox rows of an item that could not be read or written. */
export function failedRows(
  context: Pick<RunContext, 'attempts' | 'clock'>,
  inboxIds: readonly number[],
  failure: Failure,
): Settlement['inboxFailed'] {
  return inboxIds.map((id) => ({
    id,
    failure,
    nextAttemptAt: nextAttemptAt(failure, context.attempts.get(id) ?? 0, context.clock()),
  }));
}
