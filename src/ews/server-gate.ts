/** The gate before one Exchange server: how many requests are on their way, who is next, and when nobody may go. */
import type { RemoteError } from '../errors.ts';
import { StoppedError } from '../errors.ts';

export interface ServerGateOptions {
  /** How many requests may be on their way right now; asked each time, for it is 1 until the sign-in is proven. */
  readonly limit: () => number;
  /** A hold longer than this is not waited for: `enter` throws what `tooLong` returns. */
  readonly longestWaitMs: number;
  readonly tooLong: (remainingMs: number) => RemoteError;
  readonly clock: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

interface Waiting {
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

export class ServerGate {
  #options: ServerGateOptions;
  #inside = 0;
  #queue: Waiting[] = [];
  #heldUntil = 0;
  #waitingOut = false;
  #closed: Error | undefined;
  #stop = new AbortController();

  constructor(options: ServerGateOptions) {
    this.#options = options;
  }

  /** Waits for a place, first come first served. The caller calls `leave` exactly once afterwards. */
  async enter(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw new StoppedError('stopped before the request was sent');
    await new Promise<void>((resolve, reject) => {
      const done = (): void => signal?.removeEventListener('abort', onAbort);
      const waiting: Waiting = {
        admit: () => {
          done();
          this.#inside += 1;
          resolve();
        },
        refuse: (error) => {
          done();
          reject(error);
        },
      };
      const onAbort = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        waiting.refuse(new StoppedError('stopped before the request was sent'));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  leave(): void {
    this.#inside -= 1;
    this.#pump();
  }

  /** Lets nobody through for so long; a hold that already lasts longer stays. */
  hold(ms: number): void {
    const until = this.#options.clock() + ms;
    if (until > this.#heldUntil) this.#heldUntil = until;
    this.#pump();
  }

  /** Refuses everybody from now on, those who wait included. Only the first reason counts. */
  shut(error: Error): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#stop.abort();
    this.#pump();
  }

  #pump(): void {
    if (this.#closed) return this.#refuseAll(this.#closed);
    const heldForMs = this.#heldUntil - this.#options.clock();
    if (heldForMs > this.#options.longestWaitMs) return this.#refuseAll(this.#options.tooLong(heldForMs));
    if (heldForMs > 0) return this.#waitOut();
    while (this.#queue.length > 0 && this.#inside < this.#options.limit()) this.#queue.shift()?.admit();
  }

  #refuseAll(error: Error): void {
    for (const waiting of this.#queue.splice(0)) waiting.refuse(error);
  }

  #waitOut(): void {
    if (this.#waitingOut || this.#queue.length === 0) return;
    this.#waitingOut = true;
    const until = this.#heldUntil;
    const ended = (): void => {
      this.#waitingOut = false;
      // The sleeper decides when the time is up: timers fire a little early, and a test's clock may stand still.
      if (this.#heldUntil === until) this.#heldUntil = 0;
      this.#pump();
    };
    // A sleep ended by `shut` rejects; `shut` has refused everybody by then.
    this.#options.sleep(until - this.#options.clock(), this.#stop.signal).then(ended, ended);
  }
}
