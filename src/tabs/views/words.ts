/** Names that several pages use. */
import type { Module, Side } from '../../sync/model.ts';
import type { RunRecord, SideCounts } from '../../sync/stores.ts';

export const sideNames: Readonly<Record<Side, string>> = { crm: 'CRM', exchange: 'Exchange' };

export const moduleNames: Readonly<Record<Module, string>> = {
  contacts: 'Contacts',
  tasks: 'Tasks',
  events: 'Events',
};

/** The forms and pages that switch a module of one mailbox. */
export function moduleAddress(mailboxId: string, module: Module): string {
  return `/mailboxes/${encodeURIComponent(mailboxId)}/modules/${module}`;
}

/** One and many of them. */
export const itemNames: Readonly<Record<Module, readonly [string, string]>> = {
  contacts: ['contact', 'contacts'],
  tasks: ['task', 'tasks'],
  events: ['event', 'events'],
};

export function counted(count: number, [one, many]: readonly [string, string]): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Tone and name. */
export const runWords: Readonly<Record<RunRecord['state'], readonly [string, string]>> = {
  done: ['good', 'Success'],
  running: ['busy', 'Syncing'],
  failed: ['bad', 'Failed'],
  stopped: ['warn', 'Stopped'],
};

export function runSummary({ counts: { crm, exchange }, held, state }: RunRecord): string {
  const words: readonly (readonly [keyof SideCounts, string])[] = [
    ['created', 'created'],
    ['updated', 'updated'],
    ['deleted', 'deleted'],
    ['conflicts', 'in conflict'],
    ['failed', 'failed'],
  ];
  const parts = words
    .map(([name, word]) => [crm[name] + exchange[name], word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`);
  if (held > 0) parts.push(`${held} held back`);
  return parts.join(', ') || (state === 'done' ? 'Nothing to do' : '');
}

const triggers: Readonly<Record<string, string>> = {
  schedule: 'By schedule',
  retry: 'Tried again after a failure',
  manual: 'Asked for',
  notification: 'Something had changed',
  approval: 'After a decision',
  command: 'By command',
};

/** Why the run took place; of what takes back, which run. */
export function triggerWords(trigger: string): { readonly text: string; readonly undoneRun: number | null } {
  const [, run, rest] = /^undo of run (\d+)(.*)$/.exec(trigger) ?? [];
  if (run === undefined) return { text: triggers[trigger] ?? trigger, undoneRun: null };
  const what = rest === '' ? 'Undo of' : rest?.includes('conflict') ? 'Loser taken of' : 'Undo of an item of';
  return { text: `${what} run ${run}`, undoneRun: Number(run) };
}
