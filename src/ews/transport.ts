/** The one way to an Exchange server: kept-alive connections, a gate, sign-in, limits, and retries. */
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { buildConnector } from 'undici';
import { ConfigError, RemoteError, StoppedError } from '../errors.ts';
import { backOffMs, parseRetryAfter, sleepFor } from './back-off.ts';
import { ConnectionSpent, HttpConnection } from './http-connection.ts';
import type { Attempted } from './http-failure.ts';
import { failureOfLoss, plainHttpRefused, requestTooLarge, serverBusy } from './http-failure.ts';
import type { HttpAnswer } from './http-post.ts';
import { PostLost } from './http-post.ts';
import { Trip } from './http-trip.ts';
import { trustContext } from './http-trust.ts';
import { isLoopback } from './loopback.ts';
import type { Verdict } from './http-verdict.ts';
import { judgeAnswer } from './http-verdict.ts';
import { ServerGate } from './server-gate.ts';
import type { SignedRequest } from './sign-in/sign-in.ts';
import { SignIn } from './sign-in/sign-in.ts';
import type { SchemeChoice } from './sign-in/sign-in-failure.ts';
import { signInNotAskedFor } from './sign-in/sign-in-failure.ts';
import { userAgent } from './user-agent.ts';

export interface EwsCredentials {
  /** `DOMAIN\\user`, `user@domain` or `user`. */
  readonly username: string;
  readonly password: string;
}

export interface TransportOptions {
  readonly url: string;
  readonly credentials: EwsCredentials;
  /** How to sign in; `auto` unless given: what the server offers, Basic before NTLM. */
  readonly scheme?: SchemeChoice;
  /** PEM of a private CA, added to the built-in ones. */
  readonly ca?: string;
  /** For one request from its start to the last byte of the answer; 100,000 unless given. */
  readonly timeoutMs?: number;
  /** After decompression; 128 MiB unless given. */
  readonly maxResponseBytes?: number;
  /** 30,000,000 unless given: Exchange 2007's limit is the lowest. */
  readonly maxRequestBytes?: number;
  /** Requests on their way to the server at the same time; 10 unless given. */
  readonly maxConcurrent?: number;
  /** How often one request is tried in all; 4 unless given. */
  readonly maxAttempts?: number;
  readonly clock?: () => number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random?: () => number;
  /** Called once, when user name and password were refused, before the error is thrown. */
  readonly onCredentialRejected?: (error: RemoteError) => void;
}

export interface PostOptions {
  /** The EWS operation, such as `GetItem`; for errors and metrics. */
  readonly operation: string;
  /** Sent as X-AnchorMailbox, which leads a front end to the right mailbox server. */
  readonly anchorMailbox?: string;
  /** Safe to send again when the answer was lost (reads). False: a loss after sending throws with `outcomeUnknown`. */
  readonly repeatable: boolean;
  /** Local name of the root element of the answer; `Envelope` unless given. */
  readonly root?: string;
  /** Do not reuse a kept-alive connection. */
  readonly freshConnection?: boolean;
  readonly signal?: AbortSignal;
}

export interface TransportMetrics {
  /** Envelopes sent. The requests of a sign-in that carry none do not count. */
  readonly requests: number;
  readonly retries: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export interface EwsTransport {
  /**
   * Posts one SOAP envelope and resolves with the XML of any SOAP answer (HTTP 200, or 500 with a fault: the caller
   * decodes faults). Throws RemoteError for everything that is not SOAP, StoppedError when the signal is aborted.
   */
  post(envelope: string, options: PostOptions): Promise<string>;
  /** Nobody sends to this server for so long: the caller found ErrorServerBusy inside a SOAP answer. */
  holdOff(ms: number): void;
  readonly metrics: TransportMetrics;
  close(): Promise<void>;
}

export function createTransport(options: TransportOptions): EwsTransport {
  return new PooledTransport(options);
}

/** Longer than this nobody waits inside `post`, where a lease runs on; the caller learns when to come back. */
const longestWaitMs = 30_000;
/** A sign-in this old is tried by one request alone again: the password may have been changed since. */
const signInProofMs = 5 * 60_000;
const connectTimeoutMs = 15_000;
/** A connection that was closed while it waited is noticed when it is used; then once more for the one after it. */
const mostConnections = 3;

/** For servers that refuse a request without content before they say how to sign in. */
const question =
  '<?xml version="1.0" encoding="utf-8"?>' +
  '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body/></soap:Envelope>';

class PooledTransport implements EwsTransport {
  readonly #url: URL;
  readonly #options: Required<
    Omit<TransportOptions, 'ca' | 'onCredentialRejected' | 'url' | 'credentials' | 'scheme'>
  >;
  readonly #onCredentialRejected: TransportOptions['onCredentialRejected'];
  readonly #signIn: SignIn;
  readonly #connect: buildConnector.connector;
  /** Connections that wait for their next request; the last one back is the first one used. */
  readonly #idle: HttpConnection[] = [];
  readonly #gate: ServerGate;
  readonly #closing = new AbortController();
  #provenAt: number | undefined;
  #rejected: RemoteError | undefined;
  #metrics = { requests: 0, retries: 0, bytesSent: 0, bytesReceived: 0 };

  constructor(options: TransportOptions) {
    this.#url = parseUrl(options.url);
    this.#options = {
      timeoutMs: options.timeoutMs ?? 100_000,
      maxResponseBytes: options.maxResponseBytes ?? 128 * 1024 * 1024,
      maxRequestBytes: options.maxRequestBytes ?? 30_000_000,
      maxConcurrent: options.maxConcurrent ?? 10,
      maxAttempts: options.maxAttempts ?? 4,
      clock: options.clock ?? Date.now,
      sleep: options.sleep ?? sleepFor,
      random: options.random ?? Math.random,
    };
    this.#onCredentialRejected = options.onCredentialRejected;
    // Everybody who waits listens; that is no leak.
    setMaxListeners(0, this.#closing.signal);
    this.#connect = buildConnector({
      timeout: connectTimeoutMs,
      rejectUnauthorized: true,
      // Node does not show the certificate of a resumed session, and a sign-in by NTLM is bound to it.
      maxCachedSessions: 0,
      // Made once: parsing all the built-in certificates again for each connection takes longer than the connection.
      ...(options.ca === undefined ? {} : { secureContext: trustContext(options.ca) }),
    });
    const gate = {
      longestWaitMs,
      tooLong: (remainingMs: number) =>
        serverBusy({ host: this.#url.host, operation: 'waiting' }, remainingMs),
      clock: this.#options.clock,
      sleep: this.#options.sleep,
    };
    this.#gate = new ServerGate({
      ...gate,
      limit: () => (this.#isSignInProven() ? this.#options.maxConcurrent : 1),
    });
    this.#signIn = new SignIn({
      ...options.credentials,
      scheme: options.scheme ?? 'auto',
      hostname: this.#url.hostname,
      workstation: hostname(),
      turns: new ServerGate({ ...gate, limit: () => this.#signIn.handshakesAtOnce() }),
      clock: this.#options.clock,
    });
  }

  get metrics(): TransportMetrics {
    return { ...this.#metrics };
  }

  holdOff(ms: number): void {
    this.#gate.hold(ms);
  }

  async close(): Promise<void> {
    const stopped = new StoppedError(`the transport to ${this.#url.host} is closed`);
    this.#gate.shut(stopped);
    this.#closing.abort(stopped);
    await Promise.all(this.#idle.splice(0).map((connection) => connection.destroy()));
  }

  async post(envelope: string, options: PostOptions): Promise<string> {
    const attempted = { host: this.#url.host, operation: options.operation, repeatable: options.repeatable };
    if (this.#url.protocol === 'http:' && !isLoopback(this.#url.hostname)) throw plainHttpRefused(attempted);
    const body = Buffer.from(envelope);
    if (body.length > this.#options.maxRequestBytes) throw requestTooLarge(attempted);
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closing.signal])
      : this.#closing.signal;

    for (let attempt = 1; ; attempt += 1) {
      const verdict = await this.#attempt(body, options, attempted, signal);
      if ('envelope' in verdict) return verdict.envelope;
      const { failure } = verdict;
      const delayMs = failure.retryAfterMs ?? backOffMs(attempt, this.#options.random);
      const busy = failure.code === 'ServerBusy';
      if (busy) this.#gate.hold(delayMs);
      const again = failure.retryable && !failure.outcomeUnknown && delayMs <= longestWaitMs;
      if (!again || attempt >= this.#options.maxAttempts) throw failure;
      this.#metrics.retries += 1;
      // A busy server is waited for in the gate, together with everybody else.
      if (!busy) await this.#pause(delayMs, signal);
    }
  }

  async #attempt(
    body: Buffer,
    options: PostOptions,
    attempted: Attempted,
    signal: AbortSignal,
  ): Promise<Verdict> {
    await this.#gate.enter(signal);
    const trip = new Trip(this.#options.timeoutMs, this.#options.clock);
    const outcome = (): Attempted => (trip.mayHaveArrived ? attempted : { ...attempted, repeatable: true });
    try {
      const answer = await this.#send({ body, options, attempted, signal }, trip);
      const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], this.#options.clock());
      const { scheme } = this.#signIn;
      const rules = { root: options.root ?? 'Envelope', retryAfterMs, url: this.#url, scheme };
      const verdict = judgeAnswer(answer, outcome(), rules);
      if ('envelope' in verdict && !trip.mayHaveArrived) throw signInNotAskedFor(attempted);
      if ('envelope' in verdict) this.#provenAt = this.#options.clock();
      else if (verdict.failure.code === 'Unauthorized') throw this.#reject(verdict.failure);
      return verdict;
    } catch (error) {
      if (error instanceof RemoteError) return { failure: error };
      if (!(error instanceof PostLost)) throw error;
      const failure = failureOfLoss(error, outcome());
      if (failure instanceof StoppedError) throw failure;
      return { failure };
    } finally {
      this.#gate.leave();
    }
  }

  /** Begins again on a new connection where the one at hand turned out to be closed. */
  async #send(posting: Posting, trip: Trip): Promise<HttpAnswer> {
    for (let used = 1; ; used += 1) {
      try {
        return await this.#sendOn(this.#connectionFor(posting.options, used), posting, trip);
      } catch (error) {
        const spent = error instanceof PostLost && error.cause instanceof ConnectionSpent;
        if (!spent || used >= mostConnections) throw error;
      }
    }
  }

  async #sendOn(connection: HttpConnection, posting: Posting, trip: Trip): Promise<HttpAnswer> {
    const { body, options, attempted, signal } = posting;
    const request: SignedRequest = {
      attempted,
      signal,
      send: async (what, authorization) => {
        const sent = what === 'envelope' ? body : Buffer.from(what === 'question' ? question : '');
        if (what === 'envelope') this.#metrics.requests += 1;
        this.#metrics.bytesSent += sent.length;
        trip.begin(what);
        const answer = await connection.post({
          origin: this.#url.origin,
          path: this.#url.pathname + this.#url.search,
          headers: { ...this.#headers(options), ...(authorization === undefined ? {} : { authorization }) },
          body: sent,
          timeoutMs: trip.remainingMs,
          maxResponseBytes: this.#options.maxResponseBytes,
          signal,
          onBytes: (bytes) => (this.#metrics.bytesReceived += bytes),
        });
        trip.end(answer);
        return answer;
      },
    };
    let keep = false;
    try {
      const answer = await this.#signIn.post(connection, request);
      keep = !options.freshConnection && connection.isOpen && !this.#closing.signal.aborted;
      return answer;
    } finally {
      if (keep) this.#idle.push(connection);
      else await connection.destroy();
    }
  }

  /** Not undici's Pool: that opens a second connection where a request follows right upon an answer. */
  #connectionFor({ freshConnection }: PostOptions, used: number): HttpConnection {
    while (!freshConnection && used === 1) {
      const idle = this.#idle.pop();
      if (!idle) break;
      if (idle.isOpen) return idle;
    }
    return new HttpConnection(this.#url.origin, this.#connect);
  }

  #headers(options: PostOptions): Record<string, string> {
    return {
      'content-type': 'text/xml; charset=utf-8',
      accept: 'text/xml',
      'accept-encoding': 'gzip, deflate',
      'user-agent': userAgent,
      // Only a hint to front ends, so an address that no header can carry goes without it.
      ...(options.anchorMailbox && /^[\x21-\x7e]+$/.test(options.anchorMailbox)
        ? { 'x-anchormailbox': options.anchorMailbox }
        : {}),
    };
  }

  #isSignInProven(): boolean {
    return this.#provenAt !== undefined && this.#options.clock() - this.#provenAt < signInProofMs;
  }

  /** Pauses the credential: a directory locks accounts after a few wrong passwords. */
  #reject(failure: RemoteError): RemoteError {
    if (this.#rejected) return this.#rejected;
    this.#rejected = failure;
    this.#gate.shut(failure);
    this.#onCredentialRejected?.(failure);
    return failure;
  }

  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.sleep(delayMs, signal);
    } catch (error) {
      throw signal.aborted
        ? new StoppedError('stopped while waiting for another try', { cause: error })
        : error;
    }
  }
}

interface Posting {
  readonly body: Buffer;
  readonly options: PostOptions;
  readonly attempted: Attempted;
  readonly signal: AbortSignal;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ConfigError([
      'The address of Exchange must be a URL such as https://mail.example.com/EWS/Exchange.asmx.',
    ]);
  }
  return url;
}
