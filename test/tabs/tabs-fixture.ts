/** The real application on stores kept in memory, with an engine the test moves by hand. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Router } from 'express';
import type { AccessStore, Mailbox, MailboxStore, Settings } from '../../src/sync/administration.ts';
import type {
  FailureRecord,
  HeldSummary,
  HistoryReports,
  LeftOut,
  RecordedAction,
  RunReports,
} from '../../src/sync/reports.ts';
import type { Link } from '../../src/sync/model.ts';
import type { RunCounts, RunRecord, RunScope, SideCounts } from '../../src/sync/stores.ts';
import { schemaProblems } from '../../src/db/stores/schema-problems.ts';
import { SettingsChangedError } from '../../src/errors.ts';
import { createApp } from '../../src/tabs/app.ts';
import type { Missing, ModuleOff, SyncProgress, TabsDeps, TabsUser } from '../../src/tabs/ports.ts';

const nowMs = Date.UTC(2026, 10, 22, 21, 14);
const minuteMs = 60_000;

export const anna: TabsUser = {
  id: 'u-anna',
  name: 'Anna Berg',
  email: 'anna@example.test',
  active: true,
  manager: true,
  administrator: false,
  forbidden: [],
};
export const bob: TabsUser = {
  id: 'u-bob',
  name: 'Bob Keller',
  email: 'bob@example.test',
  active: true,
  manager: false,
  administrator: false,
  forbidden: [],
};
/** Her name is an attack. */
export const carol: TabsUser = {
  id: 'u-carol',
  name: '<script>document.title="owned"</script><img src=x onerror=alert(1)>',
  email: 'carol@example.test',
  active: true,
  manager: false,
  administrator: false,
  forbidden: [],
};
const dora: TabsUser = { ...bob, id: 'u-dora', name: 'Dora Lindqvist', email: 'dora@example.test' };

export function mailboxOf(
  user: TabsUser,
  state: Mailbox['state'] = 'active',
  pausedReason: string | null = null,
) {
  return {
    id: `m-${user.id.slice(2)}`,
    crmUserId: user.id,
    address: user.email,
    credentialId: null,
    state,
    pausedReason,
    server: { ewsUrl: null, lookUps: 0, nextLookUpAt: null },
    modules: {},
  } satisfies Mailbox;
}

const none: SideCounts = { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };
export function counts(crm: Partial<SideCounts> = {}, exchange: Partial<SideCounts> = {}): RunCounts {
  return { crm: { ...none, ...crm }, exchange: { ...none, ...exchange } };
}

let lastRunId = 0;
export function runOf(mailbox: Mailbox, over: Partial<RunRecord> = {}): RunRecord {
  return {
    id: ++lastRunId,
    mailboxId: mailbox.id,
    module: 'contacts',
    kind: 'sync',
    trigger: 'schedule',
    state: 'done',
    startedAt: nowMs - 4 * minuteMs,
    finishedAt: nowMs - 3 * minuteMs,
    counts: counts(),
    held: 0,
    error: null,
    ...over,
  };
}

export interface TabsFixture {
  readonly url: string;
  readonly users: TabsUser[];
  readonly mailboxes: Mailbox[];
  readonly runs: RunRecord[];
  readonly actions: RecordedAction[];
  readonly links: Map<string, Link>;
  readonly failures: FailureRecord[];
  readonly held: HeldSummary[];
  readonly nextRuns: Map<string, number>;
  readonly activity: Map<string, 'waiting' | 'running'>;
  readonly calls: string[];
  /** What switching a module off would do, by `mailbox/module`. */
  readonly off: Map<string, ModuleOff>;
  readonly audited: string[];
  readonly errors: string[];
  settings: Settings;
  settingsVersion: number;
  /** Somebody else is at work at that very moment. */
  beforeSave: () => void;
  /** By mailbox, the same for each of its modules. */
  readonly leftOut: Map<string, readonly LeftOut[]>;
  missing: Missing | null;
  /** Time of the application; the browser's own is the real one. */
  nowMs: number;
  signInLink(user: TabsUser): Promise<string>;
  emit(progress: SyncProgress): void;
  listeners(): number;
  close(): Promise<void>;
}

const contacts: Settings['modules']['contacts'] = {
  enabled: true,
  target: 'default',
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: true, exchange: false },
  firstSyncCap: 10_000,
  mapping: {},
};

const settings: Settings = {
  exchange: {
    url: 'https://exchange.example.test/EWS',
    mode: 'impersonation',
    ca: null,
    schema: 'auto',
  },
  modules: {
    contacts,
    tasks: { ...contacts, enabled: false },
    events: { ...contacts, enabled: false },
  },
  privateItems: 'busy',
  eventWindow: { pastDays: null, futureDays: null },
  schedule: { everyMinutes: 15 },
  guard: {
    removes: { count: 10, share: 0.1 },
    overwrites: { count: 100, share: 0.25 },
    creates: { count: 1000, share: 0.25 },
    pauseDays: 14,
  },
};

function memoryAccess(): AccessStore {
  const links = new Map<string, string>();
  const sessions = new Map<string, { crmUserId: string; csrfToken: string }>();
  let made = 0;
  const unused = () => Promise.reject(new Error('not used by the pages'));
  return {
    createSignInLink: async (crmUserId) => {
      const secret = `link-secret-${++made}`;
      links.set(secret, crmUserId);
      return secret;
    },
    redeemSignInLink: async (secret) => {
      const user = links.get(secret) ?? null;
      links.delete(secret);
      return user;
    },
    createSession: async (crmUserId) => {
      const session = { secret: `session-secret-${++made}`, csrfToken: `csrf-token-${made}` };
      sessions.set(session.secret, { crmUserId, csrfToken: session.csrfToken });
      return session;
    },
    session: async (secret) => sessions.get(secret) ?? null,
    endSession: async (secret) => void sessions.delete(secret),
    createToken: unused,
    token: unused,
    tokens: unused,
    revokeToken: unused,
  };
}

export async function startTabs(over: Partial<TabsDeps> = {}): Promise<TabsFixture> {
  const access = memoryAccess();
  const listeners = new Set<(progress: SyncProgress) => void>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const of = (mailboxId: string | undefined) => (record: RunScope) =>
    mailboxId === undefined || record.mailboxId === mailboxId;

  const fixture: TabsFixture = {
    url,
    users: [],
    mailboxes: [],
    runs: [],
    actions: [],
    links: new Map(),
    failures: [],
    held: [],
    nextRuns: new Map(),
    activity: new Map(),
    calls: [],
    off: new Map(),
    audited: [],
    errors: [],
    settings,
    settingsVersion: 1,
    beforeSave: () => undefined,
    leftOut: new Map(),
    missing: null,
    nowMs,
    signInLink: async (user) => `${url}/sign-in?link=${await access.createSignInLink(user.id, 60_000)}`,
    emit: (progress) => listeners.forEach((listener) => listener(progress)),
    listeners: () => listeners.size,
    close: async () => {
      tabs.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const mailboxes: MailboxStore = {
    list: async () => [...fixture.mailboxes],
    get: async (id) => fixture.mailboxes.find((mailbox) => mailbox.id === id) ?? null,
    forUser: async (id) => fixture.mailboxes.find((mailbox) => mailbox.crmUserId === id) ?? null,
    activeAmong: () => Promise.reject(new Error('not used by the pages')),
    add: () => Promise.reject(new Error('not used by the pages')),
    setState: () => Promise.reject(new Error('not used by the pages')),
    setServer: () => Promise.reject(new Error('not used by the pages')),
  };
  const runsOf = ({ mailboxId, module }: Partial<RunScope>) =>
    fixture.runs.filter((run) => of(mailboxId)(run) && run.module === (module ?? run.module));
  const reports: RunReports = {
    latest: async (scope) => runsOf(scope)[0] ?? null,
    lastStarts: async (scopes) => scopes.map((scope) => runsOf(scope)[0]?.startedAt ?? null),
    recent: async (limit, scope = {}) => runsOf(scope).slice(0, limit),
    eventful: async (limit, scope = {}) => runsOf(scope).slice(0, limit),
    failures: async (limit, id) => fixture.failures.filter(of(id)).slice(0, limit),
    held: async (id) => fixture.held.filter(of(id)),
    leftOut: async (scope) => [...(fixture.leftOut.get(scope.mailboxId) ?? [])],
    waiting: async () => null,
    perDay: async () => [
      { day: '2026-11-18', done: 240, failed: 0 },
      { day: '2026-11-20', done: 90, failed: 4 },
      { day: '2026-11-21', done: 130, failed: 0 },
      { day: '2026-11-22', done: 61, failed: 2 },
    ],
  };
  const newest = <Record extends RunScope & { readonly id: number }>(
    records: readonly Record[],
    { of: { mailboxId, module }, before, limit }: Parameters<HistoryReports['runs']>[0],
  ): Record[] =>
    records
      .filter(of(mailboxId))
      .filter((record) => record.module === (module ?? record.module) && record.id < (before ?? Infinity))
      .sort((one, other) => other.id - one.id)
      .slice(0, limit);
  const actionsOf = ({ id }: RunRecord) => fixture.actions.filter(({ runId }) => runId === id);
  const history: HistoryReports = {
    runs: async (query) => newest(fixture.runs, query),
    run: async (id) => fixture.runs.find((run) => run.id === id) ?? null,
    undoings: async ({ id }) => fixture.runs.filter(({ trigger }) => trigger === `undo of run ${id}`),
    totals: async (run) =>
      actionsOf(run).map(({ state, body: { kind, side } }) => ({ state, kind, side, rows: 1, items: 1 })),
    actions: async (run, { part, offset, limit }) =>
      actionsOf(run)
        .filter(({ state }) => part === 'all' || state === part)
        .slice(offset, offset + limit),
    action: async (id) => fixture.actions.find((action) => action.id === id) ?? null,
    conflicts: async (query) =>
      newest(
        fixture.actions.filter(({ body }) => body.losers.length > 0),
        query,
      ),
    texts: async (hashes) => new Map(hashes.map((hash) => [hash, `The text of ${hash}`])),
    links: async () => fixture.links,
  };
  const log = (message: string): void => void fixture.errors.push(message);
  const tabs = createApp({
    access,
    mailboxes,
    settings: {
      load: async () => ({ version: fixture.settingsVersion, settings: fixture.settings }),
      check: schemaProblems,
      async save(wanted, version, actor) {
        fixture.beforeSave();
        if (version !== fixture.settingsVersion) throw new SettingsChangedError('meanwhile');
        fixture.settings = wanted;
        fixture.settingsVersion += 1;
        fixture.audited.push(`${actor} settings.saved`);
        return fixture.settingsVersion;
      },
      installationId: async () => 'installation',
    },
    reports,
    history,
    audit: { record: async (actor, what) => void fixture.audited.push(`${actor} ${what}`) },
    users: async () => fixture.users,
    engineControl: {
      syncNow: async (id) => void fixture.calls.push(`sync ${id}`),
      retryNow: async (id) => void fixture.calls.push(`retry ${id}`),
      decideHeld: async (held, decision) =>
        void fixture.calls.push(`${decision} ${held.count} ${held.kind} of run ${held.runId}`),
      undo: async ({ mailboxId, runId, actionId, fields }) =>
        void fixture.calls.push(
          ['undo', mailboxId, runId, actionId ?? 'whole', ...(fields ? [fields.join('+')] : [])].join(' '),
        ),
      considerOff: async ({ mailboxId, module }) =>
        fixture.off.get(`${mailboxId}/${module}`) ?? { kind: 'plain' },
      switchModule: async ({ mailboxId, module }, { on, actor, confirmed }) => {
        const off = on ? undefined : fixture.off.get(`${mailboxId}/${module}`);
        const isConfirmed = off?.kind === 'removes' && off.items === confirmed;
        if (off !== undefined && off.kind !== 'plain' && !isConfirmed) return off;
        fixture.calls.push(`${on ? 'on' : 'off'} ${module} of ${mailboxId} by ${actor}`);
        return null;
      },
      nextRunAt: (scope) => fixture.nextRuns.get(scope.mailboxId) ?? null,
      activity: (scope) => fixture.activity.get(scope.mailboxId) ?? 'idle',
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    missing: async () => fixture.missing,
    fieldsLacking: () => [],
    crmApi: Router(),
    publicUrl: url,
    frameAncestors: [],
    sessionMs: 3_600_000,
    clock: () => fixture.nowMs,
    log: { error: log, warn: log, info: log, debug: log },
    ...over,
  });
  server.on('request', tabs.app);
  return fixture;
}

/** Four people: one in step with failures, one held back, one paused, one never run. */
export function fillTabs(fixture: TabsFixture): void {
  const at = fixture.nowMs;
  const [annas, bobs, carols, doras] = [
    mailboxOf(anna),
    mailboxOf(bob),
    mailboxOf(carol),
    mailboxOf(dora, 'paused', 'Exchange rejected the password. Enter the new one to go on.'),
  ];
  fixture.users.push(anna, bob, carol, dora);
  fixture.mailboxes.push(annas, bobs, carols, doras);
  fixture.runs.push(
    runOf(annas, {
      startedAt: at - 4 * minuteMs,
      finishedAt: at - 3 * minuteMs,
      counts: counts({ updated: 3 }, { created: 12, updated: 1, failed: 2 }),
    }),
    runOf(bobs, {
      startedAt: at - 16 * minuteMs,
      finishedAt: at - 15 * minuteMs,
      counts: counts({ created: 1204, conflicts: 2 }),
      held: 37,
    }),
    runOf(doras, {
      startedAt: at - 300 * minuteMs,
      finishedAt: at - 299 * minuteMs,
      state: 'failed',
      error: 'Exchange rejected the password.',
    }),
  );
  fixture.nextRuns
    .set('m-anna', at + 11 * minuteMs)
    .set('m-bob', at + 2 * minuteMs)
    .set('m-carol', at + minuteMs);
  fixture.held.push({
    mailboxId: 'm-bob',
    module: 'contacts',
    runId: 2,
    kind: 'remove',
    side: 'exchange',
    tellsAttendees: false,
    count: 37,
  });
  const failure = {
    module: 'contacts',
    side: 'exchange',
    code: 'ErrorInvalidPropertySet',
    message: 'Exchange refused the birthday, because it lies before the year 1601.',
    attempts: 2,
    nextAttemptAt: at + 8 * minuteMs,
  } as const;
  fixture.failures.push(
    { ...failure, mailboxId: 'm-anna', inboxId: 1, title: 'Gottfried Leibniz' },
    {
      ...failure,
      mailboxId: 'm-bob',
      inboxId: 2,
      title: 'Dr. Secret Affair',
      nextAttemptAt: null,
      attempts: 1,
    },
  );
}
