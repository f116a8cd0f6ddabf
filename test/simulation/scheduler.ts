/**
 * Decides by seed which of the waiting calls goes on next. A call is a request on its way, then carried out, then an
 * answer on its way; a process may die or stand still at each of these.
 */
import type { Random } from './random.ts';
import { quiescence } from './virtual-turns.ts';

/** Whoever makes calls: one process from its start to its end. */
export interface Actor {
  readonly name: string;
  alive: boolean;
  /** Until then it gets no answer, and what it has not sent yet is not sent. */
  frozenUntil: number;
}

export interface CallPlan<T> {
  readonly label: string;
  /** What the other end does. Its outcome is the answer, an error too. */
  readonly carryOut: () => Promise<T>;
  /** Until the request gets there; for what takes long. */
  readonly delayMs?: number;
  /** A call that leaves nothing behind needs no way back. */
  readonly isReading?: boolean;
}

interface Waiting {
  readonly actor: Actor;
  readonly label: string;
  dueAt: number;
  stage: 'request' | 'answer';
  /** On the wire already: the actor's end or sleep does not stop it. */
  sent: boolean;
  readonly isReading: boolean;
  readonly carryOut: () => Promise<unknown>;
  deliver: () => void;
  readonly fail: (error: Error) => void;
  readonly answered: (deliver: () => void) => void;
}

export class Scheduler {
  now: number;
  /** Letting calls go on, so far. */
  ticks = 0;
  /** True: every call is carried out and answered at once, in the order made. */
  direct = false;
  #waiting: Waiting[] = [];
  #hash = 0x811c9dc5;
  readonly #random: Random;
  /** Called with each line of the trace; null: nobody reads it. */
  readonly #told: ((line: string) => void) | null;

  constructor(random: Random, now: number, told: ((line: string) => void) | null = null) {
    this.#random = random;
    this.now = now;
    this.#told = told;
  }

  get hash(): number {
    return this.#hash >>> 0;
  }

  note(line: string): void {
    let hash = this.#hash;
    for (let index = 0; index < line.length; index += 1)
      hash = Math.imul(hash ^ line.charCodeAt(index), 0x01000193);
    this.#hash = hash;
    this.#told?.(line);
  }

  call<T>(actor: Actor, { label, carryOut, delayMs = 0, isReading = false }: CallPlan<T>): Promise<T> {
    if (this.direct) {
      this.#told?.(`${actor.name} ${label}`);
      return actor.alive ? carryOut() : new Promise(() => undefined);
    }
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        actor,
        label,
        dueAt: this.now + delayMs,
        stage: 'request',
        sent: false,
        isReading,
        carryOut: () =>
          carryOut().then(
            (value) => waiting.answered(() => resolve(value)),
            (error: Error) => waiting.answered(() => reject(error)),
          ),
        deliver: () => undefined,
        fail: reject,
        answered: (deliver) => {
          waiting.deliver = deliver;
        },
      };
      this.#waiting.push(waiting);
    });
  }

  sleep(actor: Actor, delayMs: number): Promise<void> {
    return this.call(actor, { label: 'sleep', carryOut: () => Promise.resolve(), delayMs, isReading: true });
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** Lets one call go on. False: none can, or none before `until`. */
  async tick(until = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    let ready = this.#waiting.filter((one) => this.#readyAt(one) <= this.now);
    if (ready.length === 0) {
      const next = Math.min(...this.#waiting.map((one) => this.#readyAt(one)));
      if (next > until || next === Infinity) return false;
      this.now = next;
      ready = this.#waiting.filter((one) => this.#readyAt(one) <= this.now);
    }
    this.ticks += 1;
    this.now += this.#random.below(40);
    const one = ready[ready.length === 1 ? 0 : this.#random.below(ready.length)] as Waiting;
    this.note(`${one.actor.name} ${one.label} ${one.stage}`);
    await this.#goOn(one);
    return true;
  }

  async #goOn(one: Waiting): Promise<void> {
    if (one.stage === 'request') {
      one.stage = 'answer';
      await one.carryOut();
      if (!one.actor.alive) {
        this.#drop(one);
        return;
      }
      if (!one.isReading) return;
    }
    this.#drop(one);
    one.deliver();
    await quiescence();
  }

  #readyAt(one: Waiting): number {
    if (one.stage === 'request' && one.sent) return one.dueAt;
    return Math.max(one.dueAt, one.actor.frozenUntil);
  }

  #drop(one: Waiting): void {
    const index = this.#waiting.indexOf(one);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  /** The actor ends. What it had on its way is carried out now, or later, or never; no answer reaches it. */
  async kill(actor: Actor, mayBeLate: (label: string) => boolean): Promise<void> {
    actor.alive = false;
    for (const one of this.#waiting.filter((waiting) => waiting.actor === actor)) {
      if (one.stage === 'answer' || one.isReading || this.#random.once(2)) {
        this.#drop(one);
      } else if (mayBeLate(one.label) && this.#random.once(2)) {
        one.sent = true;
        one.dueAt = this.now + this.#random.below(60_000);
      } else {
        this.note(`${actor.name} ${one.label} at its end`);
        await this.#goOn(one);
      }
    }
    await quiescence();
  }

  /** The actor stands still. Some of its requests are on the wire, others leave when it wakes up. */
  freeze(actor: Actor, untilMs: number): void {
    actor.frozenUntil = untilMs;
    for (const one of this.#waiting)
      if (one.actor === actor && one.stage === 'request') one.sent = this.#random.once(2);
  }

  /** Requests that have not left yet never do: the caller is told so by `error`. Returns how many. */
  lose(actor: Actor, matches: (label: string) => boolean, error: () => Error): number {
    const lost = this.#waiting.filter(
      (one) => one.actor === actor && one.stage === 'request' && matches(one.label),
    );
    for (const one of lost) {
      one.stage = 'answer';
      one.deliver = () => one.fail(error());
    }
    return lost.length;
  }
}
