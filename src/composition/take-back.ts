/** The run that takes back what another one did, for the daemon and the command alike. */
import type { RunOutcome } from '../engine/sync-run.ts';
import { describeError, RemoteError } from '../errors.ts';
import { obstacleText, takeLoserTrigger, undoTrigger } from '../sync/undo.ts';
import type { UndoForecast, UndoOrder } from '../tabs/ports.ts';
import type { Installation } from './installation.ts';
import type { RunOptions } from './mailbox-runs.ts';

export function takeBack(
  { runs }: Pick<Installation, 'runs'>,
  { mailboxId, module, runId, actionId, fields }: UndoOrder,
  options: Pick<RunOptions, 'kind' | 'signal' | 'progress'>,
): Promise<RunOutcome> {
  const trigger =
    actionId !== null && fields !== null ? takeLoserTrigger(runId, actionId) : undoTrigger(runId, actionId);
  const actionIds = actionId === null ? null : [actionId];
  return runs.run(
    { mailboxId, module },
    { ...options, trigger, undo: { runId, actionIds, ...(fields ? { fields } : {}) } },
  );
}

/** What it would do, as both sides are now. */
export async function forecastUndo(
  installation: Pick<Installation, 'runs'>,
  order: UndoOrder,
  signal: AbortSignal,
): Promise<UndoForecast> {
  try {
    const { state, error, preview, notUndone } = await takeBack(installation, order, {
      kind: 'preview',
      signal,
    });
    if (state === 'busy')
      return { kind: 'refused', because: 'A run of this mailbox is going on: ask again when it is over.' };
    if (state !== 'done')
      return { kind: 'refused', because: error ? describeError(error) : 'It was stopped.' };
    const left = notUndone.map(({ actionId, title, obstacle }) => ({
      actionId,
      title,
      reason: obstacleText(order.module, obstacle),
    }));
    return { kind: 'known', writes: preview.map(({ body, title }) => ({ body, title })), left };
  } catch (error) {
    // Nothing was begun: a paused mailbox, a module that is off, no password.
    if (!(error instanceof RemoteError)) throw error;
    return { kind: 'refused', because: describeError(error) };
  }
}
