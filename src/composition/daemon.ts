/** The daemon: the scheduler over the runs, and the web tab. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import { schedule } from 'node-cron';
import { hostInClear, inClear } from '../db/mysql-url.ts';
import type { RunOutcome } from '../engine/sync-run.ts';
import { retryAfterMs } from '../engine/sync-run.ts';
import { ConfigError, RemoteError, StoppedError } from '../errors.ts';
import { cronTicker, createScheduler } from '../scheduler/scheduler.ts';
import type { RunEnd, RunTrigger, Scheduler } from '../scheduler/scheduler.ts';
import { modules } from '../sync/model.ts';
import type { DecisionOrder, TakeBackOrder } from '../sync/orders.ts';
import { moduleStanding, standing } from '../sync/standing.ts';
import type { RunCounts, RunScope } from '../sync/stores.ts';
import { createCrmApi } from '../tabs/api/crm-api.ts';
import { createApp } from '../tabs/app.ts';
import type { EngineControl, SyncProgress, TabsUser } from '../tabs/ports.ts';
import { createAskedOrders } from './asked.ts';
import type { Asked, AskedOrders } from './asked.ts';
import { explainRecord } from './explain-item.ts';
import { isEventful } from './mailbox-runs.ts';
import { fieldsLacking } from './spoken-schema.ts';
import { forecastUndo, takeBack } from './take-back.ts';
import { serviceCredentialId } from './exchange-connections.ts';
import type { Installation } from './installation.ts';
import { createReadiness } from './readiness.ts';
import { version } from '../version.ts';

export interface Daemon {
  /** Where people reach the tab. */
  readonly publicUrl: string;
  /** Queues a run of every module of this mailbox. */
  syncNow(mailboxId: string): Promise<void>;
  /** Ends within the configured grace; resolves when the runs are over and the server is closed. */
  stop(): Promise<void>;
}

export async function startDaemon(installation: Installation): Promise<Daemon> {
  const { config, log, stores } = installation;
  const asked = createAskedOrders(stores.orders);
  const listeners = new Set<(progress: SyncProgress) => void>();
  const tell = (scope: RunScope, phase: SyncProgress['phase'], counts: RunCounts | null): void => {
    for (const listener of listeners) listener({ scope, phase, counts });
  };

  async function run(scope: RunScope, trigger: RunTrigger, signal: AbortSignal): Promise<RunEnd> {
    const back = await asked.takeBack(scope);
    if (back !== null) return undo(back, signal);
    const pending = asked.decisions(scope);
    try {
      const outcome = await installation.runs.run(scope, {
        trigger: pending.length > 0 ? 'approval' : trigger,
        signal,
        decisions: pending.map(({ order }) => order),
        progress: ({ counts }) => tell(scope, 'running', isEventful(counts) ? counts : null),
      });
      return endOf(outcome);
    } finally {
      if (pending.length > 0) await finishDecided(scope, pending);
    }
  }

  /** Asked for once: what fails for good is told by its run and does not keep the mailbox from being synced. */
  async function undo(back: Asked<TakeBackOrder>, signal: AbortSignal): Promise<RunEnd> {
    const { scope, order } = back;
    let again = false;
    try {
      const outcome = await takeBack(
        installation,
        { ...scope, ...order },
        {
          signal,
          progress: ({ counts }) => tell(scope, 'running', isEventful(counts) ? counts : null),
        },
      );
      again = outcome.state === 'busy' || outcome.state === 'stopped' || retryAfterMs(outcome) !== null;
      return endOf(outcome);
    } catch (error) {
      again = error instanceof StoppedError || (error instanceof RemoteError && error.retryable);
      throw error;
    } finally {
      if (!again) await asked.finish([back]);
      // The next run carries on what came back, and may be another undo.
      if (!again && !signal.aborted) scheduler.syncNow(scope);
    }
  }

  /** A run that was busy, or failed before it came to them, leaves its decisions to the next one. */
  async function finishDecided(scope: RunScope, taken: readonly Asked<DecisionOrder>[]): Promise<void> {
    const held = new Set((await stores.sync.heldRefs(scope)).map(({ id }) => id));
    await asked.finish(taken.filter(({ order }) => !order.actionIds.some((id) => held.has(id))));
  }

  // Begun counts as looked: the first look follows at once.
  let lastLookMs: number | null = Date.now();
  const scheduler = createScheduler({
    schedule: async () => (await stores.settings.load()).settings.schedule,
    async scopes() {
      const scopes = await presentScopes(installation);
      if (lastLookMs !== null) lastLookMs = Date.now();
      return scopes;
    },
    lastStarts: (scopes) => stores.reports.lastStarts(scopes),
    run,
    onCrash: (error, scope) => log.error('something in the scheduler went wrong', { scope, error }),
    concurrency: config.sync.concurrency,
    jitterMs: config.sync.jitterSeconds * 1000,
    firstRetryMs: config.sync.firstRetrySeconds * 1000,
    lastRetryMs: config.sync.lastRetrySeconds * 1000,
    clock: Date.now,
    random: Math.random,
    sleep: restFor,
    ticker: cronTicker,
  });
  scheduler.subscribe((event) => tell(event.scope, event.phase, null));

  const server = createServer();
  try {
    return await serve();
  } catch (error) {
    // What listens keeps a process alive that has nothing to say.
    server.close();
    throw error;
  }

  async function serve(): Promise<Daemon> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, config.http)));
      server.listen(config.http.port, config.http.host, resolve);
    });
    const { port } = server.address() as AddressInfo;
    const publicUrl = config.http.publicUrl ?? `http://${bracketed(config.http.host)}:${port}`;
    const lifetime = new AbortController();
    const control = engineControl(installation, scheduler, asked, { listeners, signal: lifetime.signal });
    const tabs = createApp({
      access: stores.access,
      mailboxes: stores.mailboxes,
      settings: stores.settings,
      reports: stores.reports,
      history: stores.history,
      audit: stores.audit,
      users: () => tabsUsers(installation),
      engineControl: control,
      fieldsLacking,
      missing: createReadiness({
        settings: stores.settings,
        checkKeys: () => installation.keys.check(),
        lastLookMs: () => lastLookMs,
        clock: Date.now,
        sleep: (ms) => sleep(ms, undefined, { ref: false }),
      }),
      crmApi: Router().use('/v1', crmApi(installation, control, lifetime.signal)),
      publicUrl,
      frameAncestors: config.http.frameAncestors,
      sessionMs: config.http.sessionHours * 3_600_000,
      clock: Date.now,
      log,
    });
    server.on('request', tabs.app);
    const left = await asked.load();
    scheduler.start();
    for (const scope of left) scheduler.syncNow(scope);
    const tidyUp = tidying(installation, lifetime.signal);
    let tidied = Promise.resolve();
    const tidy = schedule('17 * * * *', () => void (tidied = tidied.then(tidyUp)), { timezone: 'UTC' });
    log.info('listening', { address: publicUrl });
    const host = hostInClear(config.database.url);
    if (host !== null) log.warn(`the database: ${inClear.reason}`, { host, remedy: inClear.remedy });

    return {
      publicUrl,
      syncNow: (mailboxId) => control.syncNow(mailboxId),
      async stop() {
        lastLookMs = null;
        lifetime.abort();
        await tidy.destroy();
        await tidied;
        tabs.close();
        server.close();
        const hanging = await scheduler.stop(config.sync.stopGraceSeconds * 1000);
        if (hanging.length > 0)
          log.warn('runs did not end in time; the next start recovers them', { hanging });
        server.closeAllConnections();
      },
    };
  }
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * To be called hour by hour. Runs that found nothing go each time, for every mailbox has many a day; what is older than
 * `history.days` once a day, for what is in use is found by reading every link. A failure costs nothing but room, and
 * is tried again.
 */
function tidying({ stores, log, config }: Installation, signal: AbortSignal): () => Promise<void> {
  let prunedAt: number | null = null;
  return async () => {
    const now = Date.now();
    const historyBefore = now - config.history.days * dayMs;
    try {
      await stores.retention.pruneQuietRuns(now - hourMs, signal);
      if (prunedAt !== null && now - prunedAt < dayMs - hourMs / 2) return;
      await stores.retention.prune({ historyBefore, auditBefore: historyBefore }, signal);
      prunedAt = now;
    } catch (error) {
      log.error('old history could not be removed', { error });
    }
  };
}

/** Resolves after `ms`, or as soon as the signal is aborted. */
function restFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}

function endOf(outcome: RunOutcome): RunEnd {
  // Another process syncs this mailbox right now; that is as good.
  if (outcome.state === 'busy' || outcome.state === 'running') return { state: 'stopped' };
  const waitMs = retryAfterMs(outcome);
  return waitMs === null ? { state: outcome.state } : { state: outcome.state, retryAfterMs: waitMs };
}

/** Active mailboxes whose password is not refused, with the modules that are switched on for all and for them. */
async function presentScopes({ stores, crm }: Installation): Promise<RunScope[]> {
  const { settings } = await stores.settings.load();
  if (settings.exchange === null) return [];
  if ((await stores.credentials.get(serviceCredentialId))?.pausedReason) return [];
  const users = new Map((await crm.directory.members()).map((user) => [user.id, user]));
  return (await stores.mailboxes.list()).flatMap((mailbox) =>
    modules
      .filter((module) => standing(mailbox, users.get(mailbox.crmUserId), module, settings).kind === 'on')
      .map((module) => ({ mailboxId: mailbox.id, module })),
  );
}

async function tabsUsers({ crm }: Installation): Promise<TabsUser[]> {
  const profiles = new Map((await crm.directory.profiles()).map((profile) => [profile.id, profile]));
  return (await crm.directory.members()).map(({ id, name, email, active, profileId, forbidden }) => ({
    id,
    name,
    email,
    active,
    manager: profiles.get(profileId)?.rights.manageSync ?? false,
    administrator: profiles.get(profileId)?.rights.manageUsers ?? false,
    forbidden,
  }));
}

function crmApi(installation: Installation, engineControl: EngineControl, signal: AbortSignal): Router {
  const { crm, stores, log } = installation;
  return createCrmApi({
    why: ({ module, id, ownerId }) => explainRecord(installation, { module, id, ownerId }, signal),
    sync: {
      mailboxes: stores.mailboxes,
      settings: stores.settings,
      history: stores.history,
      audit: stores.audit,
      users: () => tabsUsers(installation),
      engineControl,
      clock: Date.now,
      forecastUndo: (order) => forecastUndo(installation, order, signal),
    },
    contacts: crm.contacts,
    tasks: crm.tasks,
    events: crm.events,
    directory: crm.directory,
    version,
    reportError: (error, request) => log.error('the CRM API failed', { ...request, error }),
    authenticate: async (token) => {
      const found = await stores.access.token(token);
      return found === null ? null : { userId: found.crmUserId, scopes: found.scopes };
    },
  });
}

function engineControl(
  { stores, folders, crm }: Installation,
  scheduler: Scheduler,
  asked: AskedOrders,
  {
    listeners,
    signal,
  }: { readonly listeners: Set<(progress: SyncProgress) => void>; readonly signal: AbortSignal },
): EngineControl {
  const syncNow = async (mailboxId: string): Promise<void> => {
    const { settings } = await stores.settings.load();
    const mailbox = await stores.mailboxes.get(mailboxId);
    const user = mailbox && (await crm.directory.member(mailbox.crmUserId));
    for (const module of modules) {
      const isOn = mailbox !== null && moduleStanding(mailbox, module, settings).kind === 'on';
      if (isOn && !user?.forbidden.includes(module)) scheduler.syncNow({ mailboxId, module });
    }
  };
  return {
    syncNow,
    async retryNow(mailboxId) {
      for (const module of modules) await stores.sync.retryNow({ mailboxId, module });
      await syncNow(mailboxId);
    },
    async decideHeld(held, verdict) {
      const scope = { mailboxId: held.mailboxId, module: held.module };
      const actions = (await stores.sync.held(scope)).filter(
        ({ runId, body }) =>
          runId === held.runId &&
          body.kind === held.kind &&
          body.side === held.side &&
          body.tellsAttendees === held.tellsAttendees,
      );
      await asked.add(scope, { kind: 'decide', actionIds: actions.map(({ id }) => id), verdict });
      scheduler.syncNow(scope);
    },
    async undo({ mailboxId, module, runId, actionId, fields }) {
      const scope = { mailboxId, module };
      await asked.add(scope, { kind: 'takeBack', runId, actionId, fields });
      scheduler.syncNow(scope);
    },
    considerOff: (scope) => refusalsTold(folders.consider(scope, signal)),
    async switchModule(scope, { on, actor, confirmed }) {
      if (!on) return refusalsTold(folders.switchOff(scope, { actor, confirmed, signal }));
      await folders.switchOn(scope, actor);
      scheduler.syncNow(scope);
      return null;
    },
    nextRunAt: (scope) => scheduler.nextRunAt(scope),
    activity: (scope) => scheduler.activity(scope),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What Exchange refuses is told to the person who asked. */
async function refusalsTold<T>(
  asked: Promise<T>,
): Promise<T | { readonly kind: 'refused'; readonly message: string; readonly remedy: string | null }> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return { kind: 'refused', message: error.message, remedy: error.remedy ?? null };
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function listenError(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code === 'EADDRINUSE') {
    return new ConfigError([`http.port: ${port} on ${host} is taken; set EXSYNC_HTTP_PORT to a free one.`]);
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    return new ConfigError([`http.host, http.port: cannot listen on ${host}:${port} (${error.code}).`]);
  }
  return error;
}
