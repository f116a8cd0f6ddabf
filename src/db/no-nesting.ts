import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Refuses a database task that is started inside another one: on SQLite it would wait for ever for the gate it stands
 * in; on MySQL it would not see what the outer one has written, and could wait for the outer one's locks.
 */
export class NoNesting {
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();

  /** Throws inside another task. */
  refuse(): void {
    if (this.#inside.getStore()?.open) {
      throw new Error('A database task was started inside another one; hand the manager down instead.');
    }
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = { open: true };
    return this.#inside.run(turn, task).finally(() => {
      turn.open = false;
    });
  }
}
