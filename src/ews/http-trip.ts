import type { HttpAnswer } from './http-post.ts';
import type { Content } from './sign-in/sign-in.ts';

/** What became of one try so far: its time, and whether the server may have acted on the envelope. */
export class Trip {
  readonly #endsAt: number;
  readonly #clock: () => number;
  mayHaveArrived = false;

  constructor(timeoutMs: number, clock: () => number) {
    this.#clock = clock;
    this.#endsAt = clock() + timeoutMs;
  }

  get remainingMs(): number {
    return Math.max(1, this.#endsAt - this.#clock());
  }

  begin(what: Content): void {
    if (what === 'envelope') this.mayHaveArrived = true;
  }

  /** Whom a server does not know it does nothing for. */
  end({ status }: HttpAnswer): void {
    if (status === 401) this.mayHaveArrived = false;
  }
}
