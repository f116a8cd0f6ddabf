import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AutodiscoverOptions } from './autodiscover/autodiscover-options.ts';
import type { MoveMailbox } from './control/control-commands.ts';
import { startControl } from './control/control-server.ts';
import { ExchangeStore } from './exchange-store.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { FaultQueue } from './injected-fault.ts';
import type { InjectedFault } from './injected-fault.ts';
import { ItemFailures } from './item-failures.ts';
import type { ItemFailure } from './item-failures.ts';
import type { Mailbox } from './mailbox.ts';
import { PushSender } from './notifications/push-sender.ts';
import { Subscriptions } from './notifications/subscriptions.ts';
import type { ServerPolicy } from './policy/server-policy.ts';
import { Throttle } from './policy/throttle.ts';
import type { ReleaseName } from './releases/release.ts';
import { RELEASES } from './releases/releases.ts';
import { RequestCounter } from './request-counter.ts';
import { DEFAULT_USERS } from './sandbox-user.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { Authentication } from './security/authentication.ts';
import { makeCertificate } from './security/certificates.ts';
import { SoapFault } from './soap-fault.ts';
import { exportState, importState } from './state/sandbox-state.ts';
import type { SandboxState } from './state/sandbox-state.ts';

export type { SandboxUser } from './sandbox-user.ts';
export type { InjectedFault } from './injected-fault.ts';
export type { ItemFailure } from './item-failures.ts';

/** One request and its answer, as tests look at them. */
export interface SandboxExchange {
  readonly operation: string;
  readonly request: string;
  readonly response: string;
  readonly status: number;
}

export interface SandboxOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  readonly users?: readonly SandboxUser[];
  /** Added to each answer. */
  readonly latencyMs?: number;
  readonly now?: () => Date;
  /** `own` makes an authority and a certificate for loopback with the openssl command. */
  readonly tls?: { readonly key: string; readonly cert: string } | 'own';
  readonly onExchange?: (exchange: SandboxExchange) => void;
  /** Which server to be; Exchange2013_SP1 when absent. */
  readonly release?: ReleaseName;
  readonly policy?: ServerPolicy;
  readonly autodiscover?: AutodiscoverOptions;
  /** What the mailboxes begin with, as exportState gave it. */
  readonly state?: SandboxState;
  /** Opens the control address on this port, 0 for any. */
  readonly controlPort?: number;
}

/** A running stand-in for an Exchange server. */
export interface Sandbox {
  readonly url: string;
  readonly store: ExchangeStore;
  /** PEM of the authority that signed the certificate, when the sandbox made its own. */
  readonly ca: string | undefined;
  /** For control-client.ts, when the control address was asked for. */
  readonly controlUrl: string | undefined;
  readonly requests: {
    readonly total: number;
    readonly byOperation: Readonly<Record<string, number>>;
    reset(): void;
  };
  /** May be set while running. */
  latencyMs: number;
  /** May be set while running. */
  policy: ServerPolicy;
  /** Answers the next matching requests with a fault instead. */
  inject(fault: InjectedFault): void;
  /** Fails one member of a batch. */
  failItem(failure: ItemFailure): void;
  /** Takes back what `inject` and `failItem` ordered and nobody has met yet. */
  clearFaults(): void;
  /** Gives an item a new change key, as servers do by themselves. */
  touchChangeKey(itemId: string): void;
  /** Makes every sync state handed out for a mailbox invalid. */
  invalidateSyncStates(address: string): void;
  /** Moves a mailbox to another server, or begins to. */
  moveMailbox(address: string, move: MoveMailbox): void;
  /** Ends every subscription without a word. */
  dropSubscriptions(): void;
  /** Loses the events of a mailbox that clients have not asked for yet. */
  forgetEvents(address: string): void;
  /** Ends the lock-out of an account. */
  unlock(address: string): void;
  exportState(): SandboxState;
  close(): Promise<void>;
}

/** Starts a server; resolves once it listens. */
export async function startExchange(options: SandboxOptions = {}): Promise<Sandbox> {
  const users = options.users ?? DEFAULT_USERS;
  const now = options.now ?? (() => new Date());
  const store = new ExchangeStore(users, now);
  if (options.state !== undefined) importState(store, options.state);
  const release = RELEASES[options.release ?? 'Exchange2013_SP1'];
  const certificate = options.tls === 'own' ? await makeCertificate('localhost') : undefined;
  const given = options.tls === 'own' ? undefined : options.tls;
  const tls = certificate === undefined ? given : { key: certificate.key, cert: certificate.cert };
  const faults = new FaultQueue();
  const failures = new ItemFailures();
  const requests = new RequestCounter();
  const subscriptions = new Subscriptions(store);
  const push = new PushSender(subscriptions);
  const moves = new Map<Mailbox, MoveMailbox>();
  const policy = (): ServerPolicy => sandbox.policy;
  const authentication = new Authentication(users, policy, () => now().getTime());
  const endpoint = new HttpEndpoint({
    soap: () => ({
      ...{ store, release, failures, subscriptions, push },
      policy: sandbox.policy,
      checkMailbox: (mailbox) => checkMoved(moves.get(mailbox)),
    }),
    autodiscover: {
      ...{ release, users, now },
      options: options.autodiscover ?? {},
      ewsUrl: (address) => moves.get(store.mailbox(address))?.ewsUrl ?? sandbox.url,
    },
    ...{ authentication, faults, requests },
    throttle: new Throttle(policy, () => now().getTime(), release.usualConcurrency),
    latencyMs: () => sandbox.latencyMs,
    onExchange: (exchange) => options.onExchange?.(exchange),
  });
  const server =
    tls === undefined ? createServer(endpoint.listener) : createTlsServer(tls, endpoint.listener);
  server.keepAliveTimeout = 120_000;
  const host = options.host ?? '127.0.0.1';
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;
  let closeControl = (): Promise<void> => Promise.resolve();

  const sandbox: Sandbox & { controlUrl: string | undefined } = {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}/EWS/Exchange.asmx`,
    store,
    ca: certificate?.ca,
    controlUrl: undefined,
    requests,
    latencyMs: options.latencyMs ?? 0,
    policy: options.policy ?? {},
    inject: (fault) => faults.add(fault),
    failItem: (failure) => failures.add(failure),
    clearFaults() {
      faults.clear();
      failures.clear();
    },
    touchChangeKey(itemId) {
      const { mailbox, item } = store.locate(itemId);
      mailbox.touchItem(item);
    },
    invalidateSyncStates(address) {
      store.mailbox(address).syncEpoch++;
    },
    moveMailbox(address, move) {
      const mailbox = store.mailbox(address);
      if (move.phase === 'here') moves.delete(mailbox);
      else moves.set(mailbox, move);
    },
    dropSubscriptions: () => subscriptions.clear(),
    forgetEvents: (address) => subscriptions.forgetEvents(store.mailbox(address)),
    unlock: (address) => authentication.unlock(address),
    exportState: () => exportState(store),
    async close() {
      endpoint.stop();
      push.stop();
      await Promise.all([close(server), closeControl()]);
    },
  };
  if (options.controlPort !== undefined) {
    const control = await startControl(sandbox, options.controlPort).catch(async (error: unknown) => {
      await sandbox.close();
      throw error;
    });
    sandbox.controlUrl = control.url;
    closeControl = () => control.close();
  }
  return sandbox;
}

function checkMoved(move: MoveMailbox | undefined): void {
  if (move?.phase === 'moving') {
    throw new SoapFault('ErrorMailboxMoveInProgress', 'The mailbox is being moved. Try again later.');
  }
  if (move?.phase === 'moved') {
    throw new SoapFault('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
