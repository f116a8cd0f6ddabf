/** Gathers what the first page shows to one reader. What he may not see is left out here, not in the view. */
import type { Mailbox, Settings } from '../sync/administration.ts';
import type { FailureRecord, HeldSummary, LeftOut } from '../sync/reports.ts';
import { targetOf } from '../sync/mailbox-modules.ts';
import { modules, type Module } from '../sync/model.ts';
import { mailboxStanding, moduleStanding, notPermitted } from '../sync/standing.ts';
import type { RunCounts, RunRecord } from '../sync/stores.ts';
import type { TabsDeps, TabsUser } from './ports.ts';
import type { Reader, Viewer } from './session.ts';

export type SyncState =
  | { readonly kind: 'success' | 'syncing' | 'waiting' | 'neverRun' | 'stopped' }
  | { readonly kind: 'off' }
  | { readonly kind: 'paused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** A module of a mailbox that is switched on. */
export interface DashboardRow {
  readonly module: Module;
  readonly state: SyncState;
  readonly last: RunRecord | null;
  /** Of the last run that did something. */
  readonly counts: RunCounts | null;
  readonly nextRunAt: number | null;
  readonly leftOut: readonly LeftOut[];
  /** Switching it off removes a folder from Exchange, so that it has to be confirmed. */
  readonly ownFolder: boolean;
}

export interface DashboardMailbox {
  readonly mailbox: Mailbox;
  readonly userName: string;
  /** What keeps the whole mailbox from being synced; null: nothing. */
  readonly standing: Extract<SyncState, { readonly kind: 'paused' | 'off' }> | null;
  readonly canSync: boolean;
  readonly rows: readonly DashboardRow[];
  /** Switched off for everybody. */
  readonly off: readonly Module[];
  /** Switched off for this mailbox, and why. */
  readonly ownOff: readonly { readonly module: Module; readonly reason: string | null }[];
}

interface DashboardFailure {
  readonly failure: FailureRecord;
  /** Null: not the reader's own item, so its name stays hidden. */
  readonly title: string | null;
  readonly address: string;
}

export interface Dashboard {
  readonly reader: Reader;
  readonly nowMs: number;
  readonly setUp: boolean;
  readonly search: string;
  readonly page: number;
  readonly pages: number;
  readonly totals: { readonly mailboxes: number; readonly paused: number; readonly found: number };
  readonly mailboxes: readonly DashboardMailbox[];
  readonly held: readonly { readonly held: HeldSummary; readonly address: string }[];
  readonly failures: readonly DashboardFailure[];
  readonly runs: readonly { readonly run: RunRecord; readonly address: string }[];
  readonly days: readonly { readonly day: string; readonly done: number; readonly failed: number }[];
}

export interface DashboardQuery {
  readonly search: string;
  /** From 1. */
  readonly page: number;
}

const mailboxesPerPage = 50;
const shownFailures = 25;
const shownRuns = 10;
const chartDays = 14;
const dayMs = 86_400_000;

/** The mailboxes this reader may see and act on: all for managers, else his own. */
export async function visibleMailboxes(
  deps: Pick<TabsDeps, 'mailboxes'>,
  reader: Viewer,
): Promise<Mailbox[]> {
  if (reader.managing) return deps.mailboxes.list();
  const own = await deps.mailboxes.forUser(reader.user.id);
  return own ? [own] : [];
}

/** Null both for a mailbox that is not there and for one that is not the reader's business. */
export async function visibleMailbox(
  deps: Pick<TabsDeps, 'mailboxes'>,
  reader: Viewer,
  id: string,
): Promise<Mailbox | null> {
  const mailbox = await deps.mailboxes.get(id);
  if (!mailbox) return null;
  return reader.managing || mailbox.crmUserId === reader.user.id ? mailbox : null;
}

export async function loadDashboard(
  deps: TabsDeps,
  reader: Reader,
  query: DashboardQuery,
): Promise<Dashboard> {
  const nowMs = deps.clock();
  const mailboxes = await visibleMailboxes(deps, reader);
  const none = !reader.managing && mailboxes.length === 0;
  const only = reader.managing ? undefined : mailboxes[0]?.id;
  const firstDay = Math.floor(nowMs / dayMs) * dayMs - (chartDays - 1) * dayMs;
  const [users, { settings }, failures, held, runs, perDay] = await Promise.all([
    deps.users(),
    deps.settings.load(),
    none ? [] : deps.reports.failures(shownFailures, only),
    none ? [] : deps.reports.held(only),
    none ? [] : deps.reports.eventful(shownRuns, { mailboxId: only }),
    none ? [] : deps.reports.perDay(firstDay, only),
  ]);
  const usersById = new Map(users.map((user) => [user.id, user]));
  const byId = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const addressOf = (mailboxId: string): string => byId.get(mailboxId)?.address ?? 'a removed mailbox';

  const found = mailboxes
    .map((mailbox) => ({ mailbox, user: usersById.get(mailbox.crmUserId) }))
    .filter(({ mailbox, user }) => matches(query.search, mailbox, user))
    .sort((one, other) => one.mailbox.address.localeCompare(other.mailbox.address));
  const pages = Math.max(1, Math.ceil(found.length / mailboxesPerPage));
  const page = Math.min(Math.max(1, query.page), pages);
  const shown = found.slice((page - 1) * mailboxesPerPage, page * mailboxesPerPage);
  const groups = await Promise.all(
    shown.map(({ mailbox, user }) => loadMailbox(deps, mailbox, user, settings)),
  );
  return {
    reader,
    nowMs,
    setUp: settings.exchange !== null,
    search: query.search,
    page,
    pages,
    totals: {
      mailboxes: mailboxes.length,
      paused: mailboxes.filter((mailbox) => mailbox.state === 'paused').length,
      found: found.length,
    },
    mailboxes: groups,
    held: held.map((summary) => ({ held: summary, address: addressOf(summary.mailboxId) })),
    failures: failures.map((failure) => {
      const own = byId.get(failure.mailboxId)?.crmUserId === reader.user.id;
      return { failure, title: own ? failure.title : null, address: addressOf(failure.mailboxId) };
    }),
    runs: runs.map((run) => ({ run, address: addressOf(run.mailboxId) })),
    days: fillDays(perDay, firstDay),
  };
}

function matches(search: string, mailbox: Mailbox, user: TabsUser | undefined): boolean {
  const text = `${mailbox.address} ${user?.name ?? ''} ${user?.email ?? ''}`.toLowerCase();
  return text.includes(search.toLowerCase());
}

async function loadMailbox(
  deps: TabsDeps,
  mailbox: Mailbox,
  user: TabsUser | undefined,
  settings: Settings,
): Promise<DashboardMailbox> {
  const standing = standingState(mailbox, user);
  const found = modules.map((module) => ({ module, own: moduleStanding(mailbox, module, settings) }));
  const on = found.flatMap(({ module, own }) => (own.kind === 'on' ? module : []));
  // A mailbox that is off has nothing to say about its modules.
  const isOff = mailbox.state === 'off';
  const shown = isOff ? [] : on;
  const isForbidden = (module: Module): boolean => user?.forbidden.includes(module) ?? false;
  return {
    mailbox,
    userName: user?.name ?? 'A user the CRM no longer has',
    standing,
    canSync: standing === null && on.some((module) => !isForbidden(module)),
    rows: await Promise.all(
      shown.map(async (module) => ({
        ...(await loadRow(deps, mailbox, module, standing ?? (isForbidden(module) ? forbidden : null))),
        ownFolder: targetOf(mailbox, module, settings.modules[module]) === 'dedicated',
      })),
    ),
    off: isOff ? [] : found.flatMap(({ module, own }) => (own.kind === 'moduleOff' ? module : [])),
    ownOff: isOff
      ? []
      : found.flatMap(({ module, own }) =>
          own.kind === 'ownModuleOff' ? { module, reason: own.reason } : [],
        ),
  };
}

const forbidden = { kind: 'paused', reason: notPermitted.reason } as const;

async function loadRow(
  deps: TabsDeps,
  mailbox: Mailbox,
  module: Module,
  standing: DashboardMailbox['standing'],
): Promise<Omit<DashboardRow, 'ownFolder'>> {
  const scope = { mailboxId: mailbox.id, module };
  const last = await deps.reports.latest(scope);
  const [eventful] = await deps.reports.eventful(1, scope);
  return {
    module,
    state: standing ?? runState(deps.engineControl.activity(scope), last),
    last,
    counts: (eventful ?? last)?.counts ?? null,
    leftOut: last === null ? [] : await deps.reports.leftOut(scope),
    nextRunAt: standing ? null : deps.engineControl.nextRunAt(scope),
  };
}

function standingState(mailbox: Mailbox, user: TabsUser | undefined): DashboardMailbox['standing'] {
  const found = mailboxStanding(mailbox, user);
  switch (found.kind) {
    case 'on':
      return null;
    case 'mailboxOff':
      return { kind: 'off' };
    case 'mailboxPaused':
      return { kind: 'paused', reason: found.reason ?? 'Paused without a reason given.' };
    case 'userInactive':
      return { kind: 'paused', reason: 'The user is not active in the CRM.' };
  }
}

function runState(activity: 'idle' | 'waiting' | 'running', last: RunRecord | null): SyncState {
  if (activity === 'running' || last?.state === 'running') return { kind: 'syncing' };
  if (activity === 'waiting') return { kind: 'waiting' };
  switch (last?.state) {
    case undefined:
      return { kind: 'neverRun' };
    case 'failed':
      return { kind: 'failed', reason: last?.error ?? 'The run failed.' };
    case 'stopped':
      return { kind: 'stopped' };
    case 'done':
      return { kind: 'success' };
  }
}

/** Days without a run are bars of no height, not gaps. */
function fillDays(
  perDay: readonly { readonly day: string; readonly done: number; readonly failed: number }[],
  firstDay: number,
): Dashboard['days'] {
  const known = new Map(perDay.map((day) => [day.day, day]));
  return Array.from({ length: chartDays }, (_, index) => {
    const day = new Date(firstDay + index * dayMs).toISOString().slice(0, 10);
    return known.get(day) ?? { day, done: 0, failed: 0 };
  });
}
