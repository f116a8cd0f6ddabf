/** Turns HTTP requests into answers: paths, sizes, credentials, limits, faults ordered by tests, and streams. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { chargedAccount } from './access.ts';
import type { AutodiscoverContext } from './autodiscover/autodiscover-options.ts';
import { answerPox } from './autodiscover/pox.ts';
import { answerSoapAutodiscover } from './autodiscover/soap.ts';
import { faultAnswer } from './injected-fault.ts';
import type { FaultQueue, InjectedFault, WireAnswer } from './injected-fault.ts';
import { openStream } from './notifications/event-stream.ts';
import type { StreamPlan } from './notifications/event-stream.ts';
import { OPERATIONS } from './operation-registry.ts';
import type { Throttle } from './policy/throttle.ts';
import { tooManyConnections } from './policy/throttle.ts';
import { writeEnvelope, writeFault } from './protocol/envelope.ts';
import { requestText } from './request-text.ts';
import type { RequestCounter } from './request-counter.ts';
import type { SandboxUser } from './sandbox-user.ts';
import type { Authentication } from './security/authentication.ts';
import { answerSoap } from './soap-endpoint.ts';
import type { SoapAnswer, SoapEndpointOptions } from './soap-endpoint.ts';
import { SoapFault } from './soap-fault.ts';
import { operationName, readSoapRequest } from './soap-request.ts';
import type { SoapRequest } from './soap-request.ts';

export interface HttpEndpointOptions {
  readonly soap: () => Omit<SoapEndpointOptions, 'duplicateEvents'>;
  readonly autodiscover: AutodiscoverContext;
  readonly authentication: Authentication;
  readonly throttle: Throttle;
  readonly faults: FaultQueue;
  readonly requests: RequestCounter;
  readonly latencyMs: () => number;
  readonly onExchange: (exchange: {
    readonly operation: string;
    readonly request: string;
    readonly response: string;
    readonly status: number;
  }) => void;
}

const EWS = '/ews/exchange.asmx';
const POX = '/autodiscover/autodiscover.xml';
const SOAP_AUTODISCOVER = '/autodiscover/autodiscover.svc';

export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;
  /** Open streams by account. */
  readonly #streams = new Map<string, Set<() => void>>();

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
  }

  /** Never throws. */
  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    this.#handle(request, response).catch((error: unknown) => this.#confess(response, error));
  };

  /** A bug of the stand-in is said on both ends, never a silence that looks like a fault on demand. */
  #confess(response: ServerResponse, error: unknown): void {
    process.stderr.write(
      `sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    if (response.headersSent) return void response.destroy();
    const fault = new SoapFault('ErrorInternalServerError', 'An internal server error occurred.', {});
    send(response, { status: 500, body: writeFault(fault, this.#options.soap().release) });
  }

  stop(): void {
    for (const streams of this.#streams.values()) for (const stop of streams) stop();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?')[0]?.toLowerCase();
    const { release, policy } = this.#options.soap();
    const knows =
      path === EWS || path === POX || (path === SOAP_AUTODISCOVER && release.faultFormat !== '2007');
    if (!knows) return send(response, { status: 404, body: '' });
    const body = await readBody(request, policy.maxRequestBytes ?? release.maxRequestBytes);
    if (body === undefined)
      return send(response, { status: 413, body: '', headers: { Connection: 'close' } });
    const signIn = this.#options.authentication.signIn(request);
    if (signIn.user === undefined) {
      return send(response, { status: 401, body: '', headers: { 'WWW-Authenticate': signIn.challenges } });
    }
    const source = requestText(body);
    if (path !== EWS) return send(response, this.#autodiscover(path, request.method, source));
    if (request.method !== 'POST') {
      return send(response, {
        status: 200,
        body: '<html><body>Exchange</body></html>',
        contentType: 'text/html',
      });
    }
    await this.#ews(source, signIn.user, response);
  }

  #autodiscover(path: string | undefined, method: string | undefined, source: string): WireAnswer {
    const { autodiscover } = this.#options;
    const { httpRedirect } = autodiscover.options;
    if (httpRedirect !== undefined) return { status: 302, body: '', headers: { Location: httpRedirect } };
    if (path === SOAP_AUTODISCOVER) return answerSoapAutodiscover(source, autodiscover);
    return { status: 200, body: answerPox(method === 'POST' ? source : '', autodiscover) };
  }

  async #ews(source: string, caller: SandboxUser, response: ServerResponse): Promise<void> {
    const { requests, faults, throttle, latencyMs, onExchange } = this.#options;
    const read = readSoapRequest(source);
    const operation = operationName(read);
    requests.count(OPERATIONS.has(`m:${operation}`) ? operation : '');
    const fault = faults.take(operation, caller.address);
    let leave = (): void => undefined;
    try {
      leave = throttle.enter(chargedAccount(read, caller, this.#options.soap().store));
      const wire = this.#answer(read, caller, { operation, fault });
      const waitMs = latencyMs() + (fault?.delayMs ?? 0);
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const stream = 'stream' in wire && !('breakOff' in wire) ? wire.stream : undefined;
      if (stream !== undefined) this.#checkHanging(caller);
      onExchange({ operation, request: source, response: wire.body, status: wire.status });
      if (stream !== undefined) this.#stream(stream, { caller, response, first: wire.body });
      else send(response, wire);
    } catch (error) {
      if (!(error instanceof SoapFault)) throw error;
      const body = writeFault(error, this.#options.soap().release);
      onExchange({ operation, request: source, response: body, status: 500 });
      send(response, { status: 500, body });
    } finally {
      leave();
    }
  }

  #answer(
    read: SoapRequest | SoapFault,
    caller: SandboxUser,
    { operation, fault }: { readonly operation: string; readonly fault: InjectedFault | undefined },
  ): WireAnswer | SoapAnswer {
    const soap = this.#options.soap();
    const duplicateEvents = fault?.kind === 'duplicateNotifications';
    const right = (): SoapAnswer => answerSoap(read, caller, { ...soap, duplicateEvents });
    if (fault === undefined) return right();
    const early = fault.afterCommit === true ? right() : undefined;
    return faultAnswer(fault, { operation, release: soap.release }, () => early ?? right());
  }

  /** Throws when the account has as many streams open as it may. */
  #checkHanging(caller: SandboxUser): void {
    const { release, policy } = this.#options.soap();
    const open = this.#streams.get(caller.address)?.size ?? 0;
    if (open >= (policy.hangingConnections ?? release.hangingConnections)) throw tooManyConnections();
  }

  #stream(
    plan: StreamPlan,
    {
      caller,
      response,
      first,
    }: { readonly caller: SandboxUser; readonly response: ServerResponse; readonly first: string },
  ): void {
    const { release, subscriptions } = this.#options.soap();
    const open = this.#streams.get(caller.address) ?? new Set();
    this.#streams.set(caller.address, open);
    response.writeHead(200, { 'Cache-Control': 'private', 'Content-Type': 'text/xml; charset=utf-8' });
    response.write(first);
    const version = release.schemas.at(-1) ?? '';
    const stop = openStream(plan, subscriptions, {
      write: (body) => response.write(writeEnvelope(body, release, version)),
      end: () => response.end(),
    });
    open.add(stop);
    response.on('close', () => {
      stop();
      open.delete(stop);
    });
  }
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
    ...mutable(wire.headers ?? {}),
  });
  if (wire.breakOff === 'middle') {
    response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy());
    return;
  }
  response.end(body);
}

function mutable(headers: NonNullable<WireAnswer['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
