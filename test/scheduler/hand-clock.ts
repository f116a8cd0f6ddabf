/** A clock and timers that move only when a test moves them. */
export class HandClock {
  nowMs = Date.UTC(2026, 0, 10, 12);
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  readonly clock = (): number => this.nowMs;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const sleeper = {
        untilMs: this.nowMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
    });

  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Wakes whose time has come, then lets everything that follows from it happen. */
  async advance(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.untilMs <= this.nowMs) sleeper.wake();
    await settled();
  }
}

/** Resolves when every promise that can go on has gone on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A piece of work that ends when the test says so. */
export class Gate<T> {
  open: (value: T) => void = () => undefined;
  fail: (error: unknown) => void = () => undefined;
  readonly opened = new Promise<T>((resolve, reject) => {
    this.open = resolve;
    this.fail = reject;
  });
}
