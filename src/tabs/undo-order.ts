/** Who may have what taken back; one answer for the page and the JSON API. */
import { visibleAction, visibleRun } from './history.ts';
import { runObstacle } from './obstacles.ts';
import type { HistoryDeps, TabsDeps, UndoOrder } from './ports.ts';
import type { Viewer } from './session.ts';

export type UndoAnswer =
  /** Not there, or not the viewer's business. */
  | { readonly kind: 'notFound' }
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'allowed'; readonly order: UndoOrder };

/** A whole run: its owner and managers; one action, whose content he sees: the owner. Null: the whole run. */
export async function undoOrder(
  deps: HistoryDeps,
  viewer: Viewer,
  wanted: { readonly runId: number; readonly actionId: number | null },
): Promise<UndoAnswer> {
  const visible = await visibleRun(deps, viewer, wanted.runId);
  if (visible === null) return { kind: 'notFound' };
  const { run, mailbox } = visible;
  const obstacle = await runObstacle(deps, mailbox, run.module);
  if (obstacle !== null) return { kind: 'refused', because: obstacle };
  const { mailboxId, module } = run;
  const order = { mailboxId, module, runId: run.id, fields: null };
  if (wanted.actionId === null) {
    if (run.state === 'running') return { kind: 'refused', because: 'The run is still going on.' };
    return { kind: 'allowed', order: { ...order, actionId: null } };
  }
  const own = mailbox.crmUserId === viewer.user.id;
  const action = own ? await visibleAction(deps, run, wanted.actionId) : null;
  if (action === null) return { kind: 'notFound' };
  if (action.state !== 'done') return { kind: 'refused', because: notCarriedOut };
  return { kind: 'allowed', order: { ...order, actionId: action.id } };
}

export const notCarriedOut = 'It was not carried out, so there is nothing to take back.';

/** Queues it and writes down who asked. */
export async function askForUndo(
  { engineControl, audit }: Pick<TabsDeps, 'engineControl' | 'audit'>,
  userId: string,
  order: UndoOrder,
): Promise<void> {
  const { mailboxId, module, runId, actionId } = order;
  await engineControl.undo(order);
  await audit.record(userId, actionId === null ? 'undo.run' : 'undo.item', {
    mailboxId,
    module,
    runId,
    actionId,
  });
}
