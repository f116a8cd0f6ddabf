/** The one way to an Exchange server: kept-alive connections, a gate, sign-in, limits, and retries. */
import { X509Certificate } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { createSecureContext, rootCertificates } from 'node:tls';
import { Client } from 'undici';
import type { RemoteError } from '../errors.ts';
import { ConfigError, StoppedError } from '../errors.ts';
import { backOffMs, parseRetryAfter, sleepFor } from './back-off.ts';
import type { Attempted } from './http-failure.ts';
import { failureOfLoss, plainHttpRefused, requestTooLarge, serverBusy } from './http-failure.ts';
import type { HttpAnswer } from './http-post.ts';
import { httpPost, PostLost } from './http-post.ts';
import type { Verdict } from './http-verdict.ts';
import { judgeAnswer } from './http-verdict.ts';
import { ServerGate } from './server-gate.ts';
import { userAgent } from './user-agent.ts';

export interface EwsCredentials {
  readonly username: string;
  readonly password: string;
}

export interface TransportOptions {
  readonly url: string;
  readonly credentials: EwsCredentials;
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
  /** Called once, at the first definite 401, before the error is thrown. */
  readonly onCredentialRejected?: (error: RemoteError) => void;
}

export interface PostOptions {
  /** The EWS operation, such as `GetItem`; for errors and metrics. */
  readonly operation: string;
  /** Sent as X-AnchorMailbox, which leads a front end to the right mailbox server. */
  readonly anchorMailbox?: string;
  /** Safe to send again when the answer was lost (reads). False: a loss after sending throws with `outcomeUnknown`. */
  readonly repeatable: boolean;
  /** Do not reuse a kept-alive connection. */
  readonly freshConnection?: boolean;
  readonly signal?: AbortSignal;
}

export interface TransportMetrics {
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
/** Well below the two minutes after which IIS closes an idle connection. */
const keepAliveMs = 30_000;

class PooledTransport implements EwsTransport {
  readonly #url: URL;
  readonly #options: Required<Omit<TransportOptions, 'ca' | 'onCredentialRejected' | 'url' | 'credentials'>>;
  readonly #onCredentialRejected: TransportOptions['onCredentialRejected'];
  readonly #authorization: string;
  readonly #connect: { timeout: number; rejectUnauthorized: true; secureContext?: SecureContext };
  /** Connections that wait for their next request; the last one back is the first one used. */
  readonly #idle: Client[] = [];
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
    const { username, password } = options.credentials;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.#connect = {
      timeout: connectTimeoutMs,
      rejectUnauthorized: true,
      // Made once: parsing all the built-in certificates again for each connection takes longer than the connection.
      ...(options.ca === undefined ? {} : { secureContext: trustContext(options.ca) }),
    };
    this.#gate = new ServerGate({
      limit: () => (this.#isSignInProven() ? this.#options.maxConcurrent : 1),
      longestWaitMs,
      tooLong: (remainingMs) => serverBusy({ host: this.#url.host, operation: 'waiting' }, remainingMs),
      clock: this.#options.clock,
      sleep: this.#options.sleep,
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
    await Promise.all(this.#idle.splice(0).map((client) => client.destroy()));
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
    try {
      const answer = await this.#send(body, options, signal);
      const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], this.#options.clock());
      const verdict = judgeAnswer(answer, attempted, { retryAfterMs, url: this.#url });
      if ('envelope' in verdict) this.#provenAt = this.#options.clock();
      else if (verdict.failure.code === 'Unauthorized') throw this.#reject(verdict.failure);
      return verdict;
    } catch (error) {
      if (!(error instanceof PostLost)) throw error;
      const failure = failureOfLoss(error, attempted);
      if (failure instanceof StoppedError) throw failure;
      return { failure };
    } finally {
      this.#gate.leave();
    }
  }

  async #send(body: Buffer, options: PostOptions, signal: AbortSignal): Promise<HttpAnswer> {
    const client = (options.freshConnection ? undefined : this.#idle.pop()) ?? this.#connection();
    let keep = false;
    this.#metrics.requests += 1;
    this.#metrics.bytesSent += body.length;
    try {
      const answer = await httpPost(client, {
        origin: this.#url.origin,
        path: this.#url.pathname + this.#url.search,
        headers: this.#headers(options),
        body,
        timeoutMs: this.#options.timeoutMs,
        maxResponseBytes: this.#options.maxResponseBytes,
        signal,
        onBytes: (bytes) => (this.#metrics.bytesReceived += bytes),
      });
      keep = !options.freshConnection && !this.#closing.signal.aborted;
      return answer;
    } finally {
      if (keep) this.#idle.push(client);
      else await client.destroy();
    }
  }

  /** Not undici's Pool: that opens a second connection where a request follows right upon an answer. */
  #connection(): Client {
    return new Client(this.#url.origin, {
      connect: this.#connect,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
    });
  }

  #headers(options: PostOptions): Record<string, string> {
    return {
      authorization: this.#authorization,
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

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ConfigError([
      'The address of Exchange must be a URL such as https://mail.example.com/EWS/Exchange.asmx.',
    ]);
  }
  return url;
}

/** The PEM may hold several certificates. A text without any would be taken silently and trust nothing new. */
function trustContext(ca: string): SecureContext {
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new ConfigError(['The private certificate authority must be a certificate in PEM.']);
  }
  return createSecureContext({ ca: [...rootCertificates, ...certificates] });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
