import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { authenticate } from './access.ts';
import { ExchangeStore } from './exchange-store.ts';
import { faultAnswer, FaultQueue } from './injected-fault.ts';
import type { InjectedFault, WireAnswer } from './injected-fault.ts';
import { ItemFailures } from './item-failures.ts';
import type { ItemFailure } from './item-failures.ts';
import { EXCHANGE_2013 } from './release.ts';
import { RequestCounter } from './request-counter.ts';
import { DEFAULT_USERS } from './sandbox-user.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { answerSoap, operationName } from './soap-endpoint.ts';

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
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly onExchange?: (exchange: SandboxExchange) => void;
}

/** A running stand-in for an Exchange server. */
export interface Sandbox {
  readonly url: string;
  readonly store: ExchangeStore;
  readonly requests: {
    readonly total: number;
    readonly byOperation: Readonly<Record<string, number>>;
    reset(): void;
  };
  /** May be set while running. */
  latencyMs: number;
  /** Answers the next matching requests with a fault instead. */
  inject(fault: InjectedFault): void;
  /** Fails one member of a batch. */
  failItem(failure: ItemFailure): void;
  /** Gives an item a new change key, as servers do by themselves. */
  touchChangeKey(itemId: string): void;
  /** Makes every sync state handed out for a mailbox invalid. */
  invalidateSyncStates(address: string): void;
  close(): Promise<void>;
}

const PATH = '/ews/exchange.asmx';
const UNAUTHORIZED: WireAnswer = {
  status: 401,
  body: '',
  headers: { 'WWW-Authenticate': 'Basic realm="sandbox"' },
};

/** Starts a server; resolves once it listens. */
export async function startExchange(options: SandboxOptions = {}): Promise<Sandbox> {
  const users = options.users ?? DEFAULT_USERS;
  const store = new ExchangeStore(users, options.now ?? (() => new Date()));
  const faults = new FaultQueue();
  const failures = new ItemFailures();
  const requests = new RequestCounter();
  const host = options.host ?? '127.0.0.1';

  function answer(source: string, operation: string, caller: SandboxUser): [WireAnswer, number] {
    const right = (): WireAnswer => answerSoap(source, caller, { store, release: EXCHANGE_2013, failures });
    const fault = faults.take(operation);
    if (fault === undefined) return [right(), 0];
    const early = fault.afterCommit === true ? right() : undefined;
    return [faultAnswer(fault, operation, () => early ?? right()), fault.delayMs ?? 0];
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.split('?')[0]?.toLowerCase() !== PATH) return send(response, { status: 404, body: '' });
    const body = await readBody(request, EXCHANGE_2013.maxRequestBytes);
    if (body === undefined)
      return send(response, { status: 413, body: '', headers: { Connection: 'close' } });
    const caller = authenticate(request.headers.authorization, users);
    if (caller === undefined) return send(response, UNAUTHORIZED);
    if (request.method !== 'POST') {
      return send(response, {
        status: 200,
        body: '<html><body>Exchange</body></html>',
        contentType: 'text/html',
      });
    }
    const source = body.toString('utf8');
    const operation = operationName(source);
    requests.count(operation);
    const [wire, delayMs] = answer(source, operation, caller);
    const waitMs = sandbox.latencyMs + delayMs;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    options.onExchange?.({ operation, request: source, response: wire.body, status: wire.status });
    send(response, wire);
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.keepAliveTimeout = 120_000;
  await listen(server, options.port ?? 0, host);
  const { port } = server.address() as AddressInfo;

  const sandbox: Sandbox = {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}/EWS/Exchange.asmx`,
    store,
    requests,
    latencyMs: options.latencyMs ?? 0,
    inject: (fault) => faults.add(fault),
    failItem: (failure) => failures.add(failure),
    touchChangeKey(itemId) {
      const { mailbox, item } = store.locate(itemId);
      mailbox.touchItem(item);
    },
    invalidateSyncStates(address) {
      store.mailbox(address).syncEpoch++;
    },
    close: () => close(server),
  };
  return sandbox;
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

/** The whole body, or undefined when it is larger than the limit; then the rest is not read. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function send(response: ServerResponse, wire: WireAnswer): void {
  if (wire.breakOff === 'before') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(wire.body, 'utf8');
  response.writeHead(wire.status, {
    'Cache-Control': 'private',
    ...(wire.body === '' ? {} : { 'Content-Type': wire.contentType ?? 'text/xml; charset=utf-8' }),
    'Content-Length': body.length,
    ...wire.headers,
  });
  if (wire.breakOff === 'middle') {
    response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy());
    return;
  }
  response.end(body);
}
