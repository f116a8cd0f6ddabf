/** `exsync history`: which runs did something, and what one of them did item by item. */
import type { Installation } from '../composition/installation.ts';
import { ConfigError } from '../errors.ts';
import type { RecordedAction } from '../sync/reports.ts';
import type { RunRecord } from '../sync/stores.ts';
import { hashesOf, toldChanges, toldLength } from '../sync/told-actions.ts';
import type { ToldChange } from '../sync/told-actions.ts';
import { say, sayJson, table } from './answers.ts';
import { moduleNamed } from './named-module.ts';
import { mailboxesOf } from './sync.ts';

export interface HistoryOptions {
  readonly user?: string;
  readonly module?: string;
  readonly run?: number;
  readonly json: boolean;
}

const shownRuns = 50;
/** Read at a time; a run may have done ten thousand things. */
const actionsPerPage = 200;

export async function history(installation: Installation, options: HistoryOptions): Promise<void> {
  if (options.run === undefined) return listRuns(installation, options);
  return tellRun(installation, options.run, options.json);
}

async function listRuns(
  installation: Installation,
  { user, module: named, json }: HistoryOptions,
): Promise<void> {
  const module = named === undefined ? undefined : moduleNamed(named, '--module');
  const [mailbox] = user === undefined ? [] : await mailboxesOf(installation, user);
  const of = { ...(mailbox && { mailboxId: mailbox.id }), ...(module && { module }) };
  const runs = await installation.stores.history.runs({ of, before: null, limit: shownRuns });
  const addresses = await addressesOf(installation);
  if (json) return sayJson(runs.map((run) => ({ ...run, mailbox: addresses(run.mailboxId) })));
  if (runs.length === 0) return say('No run has done anything yet.');
  const head = [
    'RUN',
    'MAILBOX',
    'MODULE',
    'STARTED',
    'WHY',
    'STATE',
    'CREATED',
    'UPDATED',
    'DELETED',
    'FAILED',
  ];
  const rows = runs.map(({ id, mailboxId, module: of, startedAt, trigger, state, counts }) => {
    const sum = (name: 'created' | 'updated' | 'deleted' | 'failed'): string =>
      String(counts.crm[name] + counts.exchange[name]);
    return [
      String(id),
      addresses(mailboxId),
      of,
      new Date(startedAt).toISOString(),
      trigger,
      state,
      ...(['created', 'updated', 'deleted', 'failed'] as const).map(sum),
    ];
  });
  say(table([head, ...rows]));
}

async function addressesOf({ stores }: Installation): Promise<(mailboxId: string) => string> {
  const byId = new Map((await stores.mailboxes.list()).map(({ id, address }) => [id, address]));
  return (mailboxId) => byId.get(mailboxId) ?? mailboxId;
}

/** Throws ConfigError when there is none. */
export async function recordedRun({ stores }: Installation, id: number): Promise<RunRecord> {
  const run = await stores.history.run(id);
  if (run === null || run.kind !== 'sync') {
    throw new ConfigError([`--run: there is no run ${id}; \`exsync history\` shows which there are.`]);
  }
  return run;
}

interface ActionReport {
  readonly action: number;
  readonly kind: string;
  readonly side: string | null;
  readonly title: string;
  readonly state: string;
  readonly reason: string | null;
  readonly changes: readonly ToldChange[];
}

async function tellRun(installation: Installation, id: number, json: boolean): Promise<void> {
  const run = await recordedRun(installation, id);
  const mailbox = (await addressesOf(installation))(run.mailboxId);
  const told: ActionReport[] = [];
  if (!json) say(`run ${run.id}, ${mailbox}, ${run.module}, ${run.trigger}: ${run.error ?? run.state}`);
  for (let offset = 0; ; offset += actionsPerPage) {
    const page = { part: 'all', offset, limit: actionsPerPage } as const;
    const actions = await installation.stores.history.actions(run, page);
    for (const report of await reportsOf(installation, run, actions)) {
      if (json) told.push(report);
      else sayAction(report);
    }
    if (actions.length < actionsPerPage) break;
  }
  if (json) sayJson({ ...run, mailbox, actions: told });
}

async function reportsOf(
  { stores }: Installation,
  { module }: RunRecord,
  actions: readonly RecordedAction[],
): Promise<ActionReport[]> {
  const hashes = hashesOf(...actions.flatMap(({ body }) => [body.values, body.before]));
  const texts = await stores.history.texts(hashes, toldLength);
  return actions.map(({ id, body, title, state, error }) => ({
    action: id,
    kind: body.kind,
    side: body.side,
    title,
    state,
    reason: error,
    changes: toldChanges(module, body, texts),
  }));
}

function sayAction({ action, kind, side, title, state, reason, changes }: ActionReport): void {
  const where = side === null ? '' : ` in ${side}`;
  say(`${action}  ${kind === 'settle' ? 'left' : `${kind}${where}`}: ${title || '(no name)'} (${state})`);
  if (reason !== null) say(`    ${reason}`);
  for (const { label, before, after } of changes) {
    say(kind === 'update' ? `    ${label}: "${before}" -> "${after}"` : `    ${label}: "${before || after}"`);
  }
}
