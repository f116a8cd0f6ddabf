import { AsyncLocalStorage } from 'node:async_hooks';

let isWatched = false;

/**
 * From here on, each database of this process refuses a task that is started inside another one. Tests ask for it: whether
 * tasks nest depends on the code alone, and Node 20 needs a seventh of a quiet run's CPU to follow every promise.
 */
export function watchNesting(): void {
  isWatched = true;
}

/**
 * Refuses a database task that is started inside another one: on SQLite it would wait for ever for the gate it stands
 * in; on MySQL it would not see what the outer one has written, and could wait for the outer one's locks.
 */
export class NoNesting {
  readonly #inside = isWatched ? new AsyncLocalStorage<{ open: boolean }>() : null;

  /** Throws inside another task. */
  refuse(): void {
    if (this.#inside?.getStore()?.open) {
      throw new Error('A database task was started inside another one; hand the manager down instead.');
    }
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#inside === null) return task();
    const turn = { open: true };
    return this.#inside.run(turn, task).finally(() => {
      turn.open = false;
    });
  }
}
