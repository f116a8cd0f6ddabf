/** `exsync undo`: takes back what a run did, or one action of it, by a run of its own. */
import type { Installation } from '../composition/installation.ts';
import { takeBack } from '../composition/take-back.ts';
import type { RunOutcome } from '../engine/sync-run.ts';
import { ConfigError, describeError, RemoteError } from '../errors.ts';
import type { RunRecord } from '../sync/stores.ts';
import { toldChanges } from '../sync/told-actions.ts';
import type { ToldChange } from '../sync/told-actions.ts';
import { obstacleText } from '../sync/undo.ts';
import { say, sayJson } from './answers.ts';
import { recordedRun } from './history.ts';

export interface UndoOptions {
  readonly run: number;
  readonly action?: number;
  readonly preview: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

interface UndoReport {
  readonly state: RunOutcome['state'];
  /** The run that took back; null where none began. */
  readonly run: number | null;
  readonly counts: RunOutcome['counts'] | null;
  readonly error: string | null;
  /** What stays as it is. */
  readonly left: readonly { readonly action: number; readonly title: string; readonly reason: string }[];
  /** With --preview: what would be written. */
  readonly actions?: readonly {
    readonly kind: string;
    readonly side: string | null;
    readonly title: string;
    readonly changes: readonly ToldChange[];
  }[];
}

/** Returns false when the run failed, or another one was going on. */
export async function undo(installation: Installation, options: UndoOptions): Promise<boolean> {
  const run = await recordedRun(installation, options.run);
  if (options.action !== undefined) await requireAction(installation, run, options.action);
  const report = await takeBackAndTell(installation, run, options);
  if (options.json) sayJson(report);
  else sayReport(report, options.preview);
  return report.state === 'done';
}

async function requireAction({ stores }: Installation, run: RunRecord, id: number): Promise<void> {
  const action = await stores.history.action(id);
  if (action?.runId === run.id && action.state === 'done') return;
  throw new ConfigError([
    `--action: run ${run.id} carried out no action ${id}; \`exsync history --run ${run.id}\` shows which it did.`,
  ]);
}

async function takeBackAndTell(
  installation: Installation,
  run: RunRecord,
  { action, preview, signal }: UndoOptions,
): Promise<UndoReport> {
  const { mailboxId, module, id: runId } = run;
  const order = { mailboxId, module, runId, actionId: action ?? null, fields: null };
  try {
    const outcome = await takeBack(installation, order, { kind: preview ? 'preview' : 'sync', signal });
    if (!preview && outcome.runId !== null) {
      const details = { mailboxId, module, runId, actionId: action ?? null };
      await installation.stores.audit.record(
        'exsync undo',
        action === undefined ? 'undo.run' : 'undo.item',
        details,
      );
    }
    const told = {
      state: outcome.state,
      run: outcome.runId,
      counts: outcome.counts,
      error: outcome.error === null ? null : describeError(outcome.error),
      left: outcome.notUndone.map(({ actionId, title, obstacle }) => ({
        action: actionId,
        title,
        reason: obstacleText(module, obstacle),
      })),
    };
    if (!preview) return told;
    const actions = outcome.preview.map(({ body, title }) => ({
      kind: body.kind,
      side: body.side,
      title,
      changes: toldChanges(module, body, new Map()),
    }));
    return { ...told, actions };
  } catch (error) {
    // Nothing was begun: a paused mailbox, a module that is off, no password.
    if (!(error instanceof RemoteError)) throw error;
    return { state: 'failed', run: null, counts: null, error: describeError(error), left: [] };
  }
}

function sayReport({ state, run, counts, error, left, actions }: UndoReport, preview: boolean): void {
  if (error !== null) process.stderr.write(`${error}\n`);
  if (state === 'busy') {
    process.stderr.write('Another run of this mailbox and module is going on: try again in a moment.\n');
    return;
  }
  for (const { kind, side, title, changes } of actions ?? []) {
    say(`would ${kind} in ${side ?? ''}: ${title || '(no name)'}`);
    if (kind !== 'update') continue;
    for (const { label, before, after } of changes) say(`    ${label}: "${before}" -> "${after}"`);
  }
  for (const { action, title, reason } of left) say(`${action}  ${title || '(no name)'}: ${reason}`);
  if (preview || counts === null || run === null) return;
  const { crm, exchange } = counts;
  const sum = (name: 'created' | 'updated' | 'deleted' | 'failed'): number => crm[name] + exchange[name];
  say(
    `run ${run}: ${sum('created')} created, ${sum('updated')} updated, ${sum('deleted')} deleted, ${sum('failed')} failed.`,
  );
  if (sum('created') > 0)
    say('What was deleted is there again; the next run makes it on the other side, too.');
}
