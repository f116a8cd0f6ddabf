/**
 * What the transports of one credential share: a refused password goes to none of its servers again, and one that another
 * server has just accepted not again to the server that refuses it.
 */
import { RemoteError } from '../errors.ts';
import { awaitedLater } from '../awaited-later.ts';
import type { EwsTransport, PostOptions } from './transport.ts';

export interface SharedSignInOptions {
  readonly clock: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Called once, at the first 401 that speaks of the password, before the error is thrown. */
  readonly onRefused: (error: RemoteError) => void;
}

/** A sign-in this old is tried by one request alone again: the password may have been changed since. */
const proofMs = 5 * 60_000;
/** Longer than this a server that does not answer keeps nobody from the others. */
const longestWaitMs = 10_000;

interface Destination {
  readonly transport: EwsTransport;
  readonly url: string;
}

/**
 * Until one server has accepted the password, one request at a time carries it, whichever server that goes to: a
 * directory counts wrong passwords, and all servers ask the same one.
 */
export class SharedSignIn {
  readonly #options: SharedSignInOptions;
  #provenAt: number | null = null;
  #refusal: RemoteError | null = null;
  #trying: Promise<unknown> | null = null;
  /** By URL. */
  readonly #accepting = new Set<string>();
  /** By URL: it takes nobody, or not him, in this way. */
  readonly #unwilling = new Map<string, RemoteError>();

  constructor(options: SharedSignInOptions) {
    this.#options = options;
  }

  /** `url`: EWS and Autodiscover of one host may take different people. */
  wrap(transport: EwsTransport, url: string): EwsTransport {
    return {
      post: (envelope, options) => this.#post({ transport, url }, envelope, options),
      holdOff: (ms) => transport.holdOff(ms),
      get metrics() {
        return transport.metrics;
      },
      close: () => transport.close(),
    };
  }

  async #post(to: Destination, envelope: string, options: PostOptions): Promise<string> {
    const waitUntil = this.#options.clock() + longestWaitMs;
    // Between the last look at `#trying` and the claim below, nothing may be awaited.
    while (this.#trying && !this.#isDecided() && !options.signal?.aborted) {
      const waitMs = waitUntil - this.#options.clock();
      if (waitMs <= 0) break;
      await this.#firstOf(this.#trying, waitMs, options.signal);
    }
    const refusal = this.#refusal ?? this.#unwilling.get(to.url);
    if (refusal) throw refusal;
    const attempt = awaitedLater(this.#send(to, envelope, options));
    if (!this.#isDecided()) this.#trying = attempt;
    try {
      return await attempt;
    } finally {
      if (this.#trying === attempt) this.#trying = null;
    }
  }

  /** Resolves when another's try has ended, the time is up, or the signal is aborted: the transport throws for that. */
  async #firstOf(trying: Promise<unknown>, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const over = new AbortController();
    const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    const timer = awaitedLater(this.#options.sleep(waitMs, either));
    await Promise.allSettled([Promise.race([trying, timer])]);
    over.abort();
  }

  async #send({ transport, url }: Destination, envelope: string, options: PostOptions): Promise<string> {
    try {
      const answer = await transport.post(envelope, options);
      this.#provenAt = this.#options.clock();
      this.#accepting.add(url);
      return answer;
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== 'Unauthorized') throw error;
      if (this.#refusal) throw this.#refusal;
      if (this.#isProven() && !this.#accepting.has(url)) {
        this.#unwilling.set(url, error);
        throw error;
      }
      this.#refusal = error;
      this.#options.onRefused(error);
      throw error;
    }
  }

  #isDecided(): boolean {
    return this.#refusal !== null || this.#isProven();
  }

  #isProven(): boolean {
    return this.#provenAt !== null && this.#options.clock() - this.#provenAt < proofMs;
  }
}
