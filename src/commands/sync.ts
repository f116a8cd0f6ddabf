/** `exsync sync`: one run now, for everyone or for one, with what it did or (preview) would do. */
import type { KnownServer } from '../composition/exchange-sides.ts';
import type { Installation } from '../composition/installation.ts';
import type { Progress } from '../engine/run-context.ts';
import type { RunOutcome } from '../engine/sync-run.ts';
import { ConfigError, describeError, RemoteError } from '../errors.ts';
import type { Mailbox } from '../sync/administration.ts';
import type { Module, SealedValue, Side } from '../sync/model.ts';
import { modules } from '../sync/model.ts';
import { moduleStanding } from '../sync/standing.ts';
import type { RunCounts, RunScope, StoredAction } from '../sync/stores.ts';
import { isBlobRef } from '../sync/values.ts';
import { shortReason } from '../sync/why.ts';
import { say, sayJson, sayProgress, table } from './answers.ts';
import { moduleNamed } from './named-module.ts';

export interface SyncOptions {
  readonly user?: string;
  readonly module?: string;
  readonly preview: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** One (mailbox, module) as it is told. */
export interface SyncReport {
  readonly user: string;
  readonly mailbox: string;
  readonly module: Module;
  readonly state: RunOutcome['state'];
  readonly counts: RunCounts;
  readonly held: number;
  readonly heldBecause: readonly string[];
  /** What is there and kept out of the sync, by reason; of a preview, what it would keep out beside. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly error: string | null;
  /** The server of the mailbox as it answered last, and the fields it cannot hold; null before it ever answered. */
  readonly server: KnownServer | null;
  readonly actions?: readonly PreviewedAction[];
}

interface PreviewedAction {
  readonly kind: string;
  readonly side: Side | null;
  readonly title: string;
  readonly changes: readonly { readonly field: string; readonly before: string; readonly after: string }[];
}

const noMailbox = 'No mailbox is synced; `exsync user add` adds one.';
const noModule =
  'Nothing was run: every module is switched off or not allowed; `exsync user list` says which, and why.';

/** Returns false when a run failed. */
export async function sync(installation: Installation, options: SyncOptions): Promise<boolean> {
  const named = options.module === undefined ? null : moduleNamed(options.module, '--module');
  const { settings } = await installation.stores.settings.load();
  const mailboxes = await mailboxesOf(installation, options.user);
  const reports: SyncReport[] = [];
  for (const mailbox of mailboxes) {
    const user = await installation.crm.directory.member(mailbox.crmUserId);
    for (const module of named === null ? modules : [named]) {
      // That somebody has switched it off, or does not allow it, is no failure; who asks for it by name is told.
      const isOn = moduleStanding(mailbox, module, settings).kind === 'on';
      if (named === null && (!isOn || user?.forbidden.includes(module))) continue;
      reports.push(await syncOne(installation, mailbox, module, options));
    }
  }
  if (options.json) sayJson(reports);
  else if (reports.length > 0) sayReports(reports);
  else say(mailboxes.length === 0 ? noMailbox : noModule);
  return reports.every(({ state }) => state === 'done');
}

export async function mailboxesOf(
  { crm, stores }: Installation,
  email: string | undefined,
): Promise<Mailbox[]> {
  if (email === undefined) return (await stores.mailboxes.list()).filter(({ state }) => state !== 'off');
  const user = await crm.directory.userByEmail(email);
  const mailbox = user && (await stores.mailboxes.forUser(user.id));
  if (!mailbox)
    throw new ConfigError([`--user: ${email} has no mailbox here; \`exsync user list\` shows who has.`]);
  return [mailbox];
}

/** One run of one mailbox and module, whatever happens told in the report. */
export async function syncOne(
  installation: Installation,
  mailbox: Mailbox,
  module: Module,
  { preview, signal }: Pick<SyncOptions, 'preview' | 'signal'>,
): Promise<SyncReport> {
  const user = await installation.crm.directory.user(mailbox.crmUserId);
  const who = { user: user?.email ?? mailbox.crmUserId, mailbox: mailbox.address, module };
  try {
    const outcome = await installation.runs.run(
      { mailboxId: mailbox.id, module },
      {
        kind: preview ? 'preview' : 'sync',
        trigger: 'command',
        signal,
        progress: (progress) => sayProgress(`${mailbox.address} ${module}: ${progressText(progress)}`),
      },
    );
    sayProgress('');
    const { state, counts, held, heldBecause, error } = outcome;
    const told = {
      ...who,
      state,
      counts,
      held,
      heldBecause,
      leftOut: preview
        ? wouldBeLeftOut(outcome.preview)
        : await leftOut(installation, { mailboxId: mailbox.id, module }),
      error: error === null ? null : describeError(error),
      server: await installation.runs.server({ mailboxId: mailbox.id, module }),
    };
    return preview ? { ...told, actions: outcome.preview.map(previewed) } : told;
  } catch (error) {
    // Nothing was begun: no password, or a paused one.
    if (!(error instanceof RemoteError)) throw error;
    const none = { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };
    const counts = { crm: none, exchange: none };
    const told = { counts, held: 0, heldBecause: [], leftOut: {}, error: describeError(error) };
    return { ...who, state: 'failed', ...told, server: null };
  }
}

async function leftOut({ stores }: Installation, scope: RunScope): Promise<SyncReport['leftOut']> {
  const found = await stores.reports.leftOut(scope);
  return Object.fromEntries(found.map(({ reason, count }) => [reason, count]));
}

function wouldBeLeftOut(actions: readonly StoredAction[]): SyncReport['leftOut'] {
  const counts: Record<string, number> = {};
  for (const { body } of actions) {
    if (body.kind !== 'settle' || body.link.state !== 'outOfScope') continue;
    const reason = body.link.reason ?? '';
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

function progressText({ phase, done, total }: Progress): string {
  return total === null ? phase : `${phase} ${done} of ${total}`;
}

export function previewed({ body, title }: StoredAction): PreviewedAction {
  const names = new Set([
    ...Object.keys(body.values),
    ...(body.kind === 'remove' ? Object.keys(body.before) : []),
  ]);
  const changes = [...names]
    .map((field) => ({ field, before: shown(body.before[field]), after: shown(body.values[field]) }))
    .filter(({ before, after }) => before !== after);
  return { kind: body.kind, side: body.side, title, changes };
}

function shown(value: SealedValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (isBlobRef(value)) return `(${value.mediaType}, ${value.size} characters)`;
  return typeof value === 'string' ? value : value.join(', ');
}

function sayReports(reports: readonly SyncReport[]): void {
  const head = ['USER', 'MODULE', 'SIDE', 'CREATED', 'UPDATED', 'DELETED', 'CONFLICTS', 'FAILED', 'STATE'];
  const rows = reports.flatMap(({ user, module, counts, state }) =>
    (['crm', 'exchange'] as const).map((side) => {
      const { created, updated, deleted, conflicts, failed } = counts[side];
      return [user, module, side, ...[created, updated, deleted, conflicts, failed].map(String), state];
    }),
  );
  say(table([head, ...rows]));
  for (const { user, module, held, heldBecause, leftOut, error, actions = [] } of reports) {
    if (error !== null) process.stderr.write(`${user}: ${error}\n`);
    if (held > 0)
      say(
        `${user}: ${held} actions wait for approval (${heldBecause.join('; ') || 'since an earlier run'}).`,
      );
    for (const [reason, count] of Object.entries(leftOut))
      say(`${user}: ${count} of the ${module} left out: ${shortReason(reason)}.`);
    for (const action of actions) sayPreviewed(action);
  }
}

export function sayPreviewed({ kind, side, title, changes }: PreviewedAction): void {
  if (side === null) return;
  say(`would ${kind} in ${side}: ${title || '(no name)'}`);
  if (kind === 'update')
    for (const { field, before, after } of changes) say(`    ${field}: "${before}" -> "${after}"`);
}
