/** The daemon: the scheduler over the runs, and the web tab. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'express';
import { schedule } from 'node-cron';
import type { RunOutcome } from '../engine/sync-run.ts';
import { retryAfterMs } from '../engine/sync-run.ts';
import type { Decision } from '../engine/sync-run.ts';
import { ConfigError } from '../errors.ts';
import { cronTicker, createScheduler } from '../scheduler/scheduler.ts';
import type { RunEnd, RunTrigger, Scheduler } from '../scheduler/scheduler.ts';
import { modules } from '../sync/model.ts';
import type { RunCounts, RunScope } from '../sync/stores.ts';
import { createCrmApi } from '../tabs/api/crm-api.ts';
import { createApp } from '../tabs/app.ts';
import type { EngineControl, SyncProgress, TabsUser } from '../tabs/ports.ts';
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

function keyOf(scope: RunScope): string {
  return `${scope.mailboxId}/${scope.module}`;
}

export async function startDaemon(installation: Installation): Promise<Daemon> {
  const { config, log, stores } = installation;
  const decisions = new Map<string, Decision[]>();
  const listeners = new Set<(progress: SyncProgress) => void>();
  const tell = (scope: RunScope, phase: SyncProgress['phase'], counts: RunCounts | null): void => {
    for (const listener of listeners) listener({ scope, phase, counts });
  };

  async function run(scope: RunScope, trigger: RunTrigger, signal: AbortSignal): Promise<RunEnd> {
    const pending = decisions.get(keyOf(scope)) ?? [];
    try {
      const outcome = await installation.runs.run(scope, {
        trigger: pending.length > 0 ? 'approval' : trigger,
        signal,
        decisions: pending,
        progress: ({ counts }) => tell(scope, 'running', isEventful(counts) ? counts : null),
      });
      return endOf(outcome);
    } finally {
      if (pending.length > 0) await keepUndecided(scope, pending);
    }
  }

  /** A run that was busy, or failed before it came to them, leaves its decisions to the next one. */
  async function keepUndecided(scope: RunScope, taken: readonly Decision[]): Promise<void> {
    const held = new Set((await stores.sync.held(scope)).map(({ id }) => id));
    const present = decisions.get(keyOf(scope)) ?? [];
    const open = present.filter((one) => !taken.includes(one) || one.actionIds.some((id) => held.has(id)));
    if (open.length > 0) decisions.set(keyOf(scope), open);
    else decisions.delete(keyOf(scope));
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
    lastStart: async (scope) => (await stores.reports.latest(scope))?.startedAt ?? null,
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
    const control = engineControl(installation, scheduler, decisions, listeners);
    const tabs = createApp({
      access: stores.access,
      mailboxes: stores.mailboxes,
      settings: stores.settings,
      reports: stores.reports,
      audit: stores.audit,
      users: () => tabsUsers(installation),
      engineControl: control,
      missing: createReadiness({
        settings: stores.settings,
        checkKeys: () => installation.keys.check(),
        lastLookMs: () => lastLookMs,
        clock: Date.now,
        sleep: (ms) => sleep(ms, undefined, { ref: false }),
      }),
      crmApi: Router().use('/v1', crmApi(installation)),
      publicUrl,
      frameAncestors: config.http.frameAncestors,
      sessionMs: config.http.sessionHours * 3_600_000,
      clock: Date.now,
      log,
    });
    server.on('request', tabs.app);
    scheduler.start();
    const tidying = new AbortController();
    let tidied = Promise.resolve();
    const tidy = schedule(
      '17 * * * *',
      () => {
        tidied = tidied.then(() => tidyUp(installation, tidying.signal));
      },
      { timezone: 'UTC' },
    );
    log.info('listening', { address: publicUrl });

    return {
      publicUrl,
      syncNow: (mailboxId) => control.syncNow(mailboxId),
      async stop() {
        lastLookMs = null;
        tidying.abort();
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

/** History older than `history.days` goes, hour by hour. A failure costs nothing but room, and is tried again. */
async function tidyUp({ stores, log, config }: Installation, signal: AbortSignal): Promise<void> {
  const historyBefore = Date.now() - config.history.days * 24 * 3_600_000;
  try {
    await stores.retention.prune({ historyBefore, auditBefore: historyBefore }, signal);
  } catch (error) {
    log.error('old history could not be removed', { error });
  }
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

/** Until a run has done something, the page keeps showing what the one before did. */
function isEventful({ crm, exchange }: RunCounts): boolean {
  return [crm, exchange].some(
    ({ created, updated, deleted, conflicts, failed }) =>
      created + updated + deleted + conflicts + failed > 0,
  );
}

function endOf(outcome: RunOutcome): RunEnd {
  // Another process syncs this mailbox right now; that is as good.
  if (outcome.state === 'busy' || outcome.state === 'running') return { state: 'stopped' };
  const waitMs = retryAfterMs(outcome);
  return waitMs === null ? { state: outcome.state } : { state: outcome.state, retryAfterMs: waitMs };
}

/** Active mailboxes whose password is not refused, with the modules that are switched on. */
async function presentScopes({ stores, crm }: Installation): Promise<RunScope[]> {
  const { settings } = await stores.settings.load();
  if (settings.exchange === null) return [];
  if ((await stores.credentials.get(serviceCredentialId))?.pausedReason) return [];
  const users = new Map((await crm.directory.users()).map((user) => [user.id, user]));
  const enabled = modules.filter((module) => settings.modules[module].enabled);
  return (await stores.mailboxes.list())
    .filter(({ state, crmUserId }) => state === 'active' && users.get(crmUserId)?.active)
    .flatMap(({ id }) => enabled.map((module) => ({ mailboxId: id, module })));
}

async function tabsUsers({ crm }: Installation): Promise<TabsUser[]> {
  const profiles = new Map((await crm.directory.profiles()).map((profile) => [profile.id, profile]));
  return (await crm.directory.users()).map(({ id, name, email, active, profileId }) => ({
    id,
    name,
    email,
    active,
    manager: profiles.get(profileId)?.rights.manageSync ?? false,
    administrator: profiles.get(profileId)?.rights.manageUsers ?? false,
  }));
}

function crmApi({ crm, stores, log }: Installation): Router {
  return createCrmApi({
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
  { stores }: Installation,
  scheduler: Scheduler,
  decisions: Map<string, Decision[]>,
  listeners: Set<(progress: SyncProgress) => void>,
): EngineControl {
  const syncNow = async (mailboxId: string): Promise<void> => {
    const { settings } = await stores.settings.load();
    for (const module of modules) {
      if (settings.modules[module].enabled) scheduler.syncNow({ mailboxId, module });
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
      const key = keyOf(scope);
      decisions.set(key, [
        ...(decisions.get(key) ?? []),
        { actionIds: actions.map(({ id }) => id), verdict },
      ]);
      scheduler.syncNow(scope);
    },
    nextRunAt: (scope) => scheduler.nextRunAt(scope),
    activity: (scope) => scheduler.activity(scope),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
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
