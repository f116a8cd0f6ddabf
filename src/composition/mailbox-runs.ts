/** Makes the sides of a mailbox and hands them to the engine; the only place where a run is put together. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedCrm } from '../crm/embedded/embedded-crm.ts';
import type { Stores } from '../db/stores.ts';
import { takeLease, waitForLease } from '../engine/lease-keeper.ts';
import { isCrmRead, readCrm } from '../engine/readers.ts';
import type { LeaseTimes } from '../engine/lease-keeper.ts';
import type { Progress } from '../engine/run-context.ts';
import { syncRun } from '../engine/sync-run.ts';
import type { Decision, EngineDeps, RunOutcome } from '../engine/sync-run.ts';
import type { UndoRequest } from '../engine/undo.ts';
import { ConfigError, describeError, RemoteError, StoppedError } from '../errors.ts';
import { ownNetwork } from '../ews/autodiscover/network.ts';
import type { ModuleFolder } from '../ews/mailbox-server.ts';
import { folderGoneCode } from '../ews/side/dedicated-folder.ts';
import type { Log } from '../log.ts';
import type { ExchangeSettings, Mailbox, ModuleSettings, SchemaName } from '../sync/administration.ts';
import { moduleOf, targetOf } from '../sync/mailbox-modules.ts';
import type { Module } from '../sync/model.ts';
import { modules, sides } from '../sync/model.ts';
import type { Clock } from '../sync/ports.ts';
import type { RunCounts, RunKind, RunScope } from '../sync/stores.ts';
import { notPermitted, standing } from '../sync/standing.ts';
import type { Standing } from '../sync/standing.ts';
import type { ItemRef } from '../sync/why.ts';
import type { ExchangeConnections } from './exchange-connections.ts';
import { createExchangeSides } from './exchange-sides.ts';
import type { KnownServer, OpenSide } from './exchange-sides.ts';
import type { ModuleFolders } from './module-folders.ts';
import { createMailboxLocator } from './mailbox-locator.ts';
import { sharedWork } from './shared-work.ts';

export interface RunOptions {
  readonly kind?: RunKind;
  readonly trigger: string;
  readonly decisions?: readonly Decision[];
  /** Takes back instead of syncing. */
  readonly undo?: UndoRequest;
  /** A preview of this item alone. */
  readonly only?: ItemRef;
  readonly signal: AbortSignal;
  readonly progress?: (progress: Progress & { readonly counts: RunCounts }) => void;
}

export interface MailboxRuns {
  /** Throws RemoteError when the run cannot begin (no credential), Error on a bug; else the outcome tells. */
  run(scope: RunScope, options: RunOptions): Promise<RunOutcome>;
  /** The server that a mailbox lives on, as its last answers said; null before the first. */
  server(scope: RunScope): Promise<KnownServer | null>;
  /** Requests sent to Exchange since the start. */
  exchangeRequests(): number;
  close(): Promise<void>;
}

export interface MailboxRunDeps {
  readonly connections: ExchangeConnections;
  readonly log: Log;
  readonly stores: Stores;
  readonly crm: EmbeddedCrm;
  readonly clock: Clock;
  readonly newLinkId: () => string;
  readonly leaseTimes: LeaseTimes;
  readonly folders: Pick<ModuleFolders, 'endGone'>;
}

interface RunOnce {
  readonly outcome: RunOutcome;
  readonly mailbox: Mailbox;
  readonly exchange: ExchangeSettings;
}

/** Another process that reads the CRM's changes right now is waited for this long. */
const organisationWaitMs = 60_000;

export function createMailboxRuns(deps: MailboxRunDeps): MailboxRuns {
  const { log, stores, crm, clock, leaseTimes, connections } = deps;
  const locator = createMailboxLocator({
    connections,
    mailboxes: stores.mailboxes,
    network: ownNetwork,
    log,
    clock,
  });
  const lifetime = new AbortController();
  const exchangeSides = createExchangeSides({
    settings: stores.settings,
    modules: stores.mailboxModules,
    sync: stores.sync,
    leases: stores.leases,
    leaseTimes,
    clock,
    log,
  });
  const organisationReaders = new Map<Module, () => Promise<void>>(
    modules.map((module) => [module, sharedWork(() => readOrganisation(module, lifetime.signal))]),
  );

  async function readOrganisation(module: Module, signal: AbortSignal): Promise<void> {
    // The lease and all that hangs on it cost many statements, and most often nothing has changed.
    if (await isCrmRead({ store: stores.sync, crm: crm.side, module })) return;
    const keeper = await waitForLease(
      () => takeLease(stores.leases, `crm:${module}`, leaseTimes, clock),
      organisationWaitMs,
      { clock, sleep: (ms) => sleep(ms, undefined, { signal }) },
    );
    if (keeper === null) {
      throw new RemoteError({
        side: 'crm',
        code: 'ReaderBusy',
        message: 'Another process has been reading the changes of the CRM for too long.',
        retryable: true,
      });
    }
    try {
      const mailboxByOwner = new Map(
        (await stores.mailboxes.list()).map(({ crmUserId, id }) => [crmUserId, id]),
      );
      await readCrm({
        store: stores.sync,
        lease: keeper.lease,
        crm: crm.side,
        module,
        mailboxByOwner,
        signal,
      });
    } finally {
      await keeper.release();
    }
  }

  /** Once more where it failed because the mailbox has moved to another server. */
  async function run(scope: RunScope, options: RunOptions): Promise<RunOutcome> {
    const first = await runOnce(scope, options);
    if (first.outcome.state === 'done') await locator.settle(first.mailbox);
    if (first.outcome.state !== 'failed') return first.outcome;
    const { mailbox, exchange, outcome } = first;
    const moved = await locator.relocate(mailbox, exchange, outcome.error, options.signal);
    return moved ? (await runOnce(scope, options)).outcome : outcome;
  }

  async function runOnce(scope: RunScope, options: RunOptions): Promise<RunOnce> {
    const { settings } = await stores.settings.load();
    const mailbox = await stores.mailboxes.get(scope.mailboxId);
    const { exchange } = settings;
    if (exchange === null) throw new ConfigError(['Exchange is not set up yet: run `exsync setup`.']);
    if (mailbox === null) throw new ConfigError([`There is no mailbox ${scope.mailboxId}.`]);
    const user = await crm.directory.member(mailbox.crmUserId);
    refuseUnlessSynced(mailbox.address, standing(mailbox, user, scope.module, settings));
    const transport = await connections.transportFor(mailbox, exchange);
    const engine: EngineDeps = {
      store: stores.sync,
      leases: stores.leases,
      clock,
      newLinkId: deps.newLinkId,
      installationId: await stores.settings.installationId(),
      leaseTimes,
    };
    const { module } = scope;
    const { privateItems } = settings;
    const isPreview = options.kind === 'preview';
    const folder = folderOf(mailbox, module, settings.modules[module], !isPreview);
    const request = { mailbox, module, folder, exchange, privateItems, transport, signal: options.signal };
    const runOn = ({ side }: OpenSide): Promise<RunOutcome> =>
      syncRun(engine, {
        scope,
        ownerId: mailbox.crmUserId,
        syncedAmong: (addresses) => stores.mailboxes.activeAmong(addresses),
        crm: crm.sideFor(mailbox.crmUserId),
        exchange: side,
        readOrganisation: () => organisationReaders.get(scope.module)?.() ?? Promise.resolve(),
        settings: settings.modules[scope.module],
        eventWindow: settings.eventWindow,
        guard: settings.guard,
        kind: options.kind ?? 'sync',
        trigger: options.trigger,
        signal: options.signal,
        ...(options.decisions ? { decisions: options.decisions } : {}),
        ...(options.undo ? { undo: options.undo } : {}),
        ...(options.only ? { only: options.only } : {}),
        ...(options.progress ? { progress: options.progress } : {}),
      });
    const tried = new Set<SchemaName>();
    let outcome: RunOutcome;
    let open: OpenSide | null = await exchangeSides.open(request);
    do {
      tried.add(open.schema);
      outcome = await runOn(open);
      open = await exchangeSides.reopen(request, outcome.error, tried);
    } while (open !== null);
    await exchangeSides.settle(request, outcome.state === 'failed');
    if (isFolderGone(outcome.error) && !isPreview) await deps.folders.endGone(scope, mailbox);
    // A command tells its outcome itself.
    if (options.trigger !== 'command') report(log, mailbox, scope, outcome, options.trigger);
    return { outcome, mailbox, exchange };
  }

  return {
    run,
    async server({ mailboxId, module }) {
      const { exchange } = (await stores.settings.load()).settings;
      return exchange && exchangeSides.known(mailboxId, module, exchange);
    },
    exchangeRequests: () => connections.requests(),
    async close() {
      lifetime.abort(new StoppedError('the installation is being closed'));
      await connections.close();
    },
  };
}

/** Whoever asks for the run: schedule, page, command. */
function refuseUnlessSynced(address: string, found: Standing): void {
  const refuse = (message: string, remedy: string): RemoteError =>
    new RemoteError({ side: 'exchange', code: 'NotSynced', message, remedy, retryable: false });
  switch (found.kind) {
    case 'on':
      return;
    case 'mailboxPaused':
      throw refuse(
        `${address} is paused: ${found.reason ?? 'by an administrator'}`,
        'Set the new password with `exsync user password`.',
      );
    case 'mailboxOff':
      throw refuse(`The sync of ${address} is switched off.`, 'Switch it on with `exsync user sync`.');
    case 'userInactive':
      throw refuse(`The user of ${address} is not active in the CRM.`, 'Only active users are synced.');
    case 'notPermitted':
      throw refuse(`${address}: ${notPermitted.reason}`, notPermitted.remedy);
    case 'moduleOff':
      throw refuse('The module is switched off.', 'Switch it on with `exsync settings`.');
    case 'ownModuleOff':
      throw refuse(
        `The module is switched off for ${address}.${found.reason === null ? '' : ` ${found.reason}`}`,
        'Switch it on with `exsync user module`, or on the dashboard.',
      );
  }
}

function isFolderGone(error: unknown): boolean {
  return error instanceof RemoteError && error.code === folderGoneCode;
}

function folderOf(
  mailbox: Mailbox,
  module: Module,
  settings: Pick<ModuleSettings, 'target'>,
  mayMake: boolean,
): ModuleFolder {
  return targetOf(mailbox, module, settings) === 'default'
    ? { target: 'default' }
    : { target: 'dedicated', folderId: moduleOf(mailbox, module).folderId, mayMake };
}

/** Whether the run did anything, or tried to. */
export function isEventful(counts: RunCounts): boolean {
  return sides.some((side) => Object.values(counts[side]).some((count) => count > 0));
}

function report(
  log: Log,
  mailbox: Mailbox,
  { module }: RunScope,
  outcome: RunOutcome,
  trigger: string,
): void {
  const { state, runId, counts, held, heldBecause, error } = outcome;
  const fields = { mailbox: mailbox.address, module, run: runId, counts, held };
  if (heldBecause.length > 0) log.warn('actions wait for approval', { ...fields, because: heldBecause });
  if (state !== 'failed') {
    // Thousands of mailboxes in which nothing changed would bury the rest.
    const isNews = state !== 'done' || held > 0 || trigger !== 'schedule' || isEventful(counts);
    log[isNews ? 'info' : 'debug'](`run ${state}`, fields);
    return;
  }
  // What is no RemoteError is a bug: its stack goes to the log, the daemon goes on.
  log.error('run failed', {
    ...fields,
    reason: describeError(error),
    ...(error instanceof RemoteError ? { code: error.code } : { error }),
  });
}
