import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Lets one task at a time through, in the order they came. A task that waits for the gate it stands in would wait for
 * ever, so that is an error.
 */
export class FifoGate {
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()?.open) {
      return Promise.reject(
        new Error('A database task was started inside another one; hand the manager down instead.'),
      );
    }
    const result = this.#last.then(() => {
      const turn = { open: true };
      return this.#inside.run(turn, task).finally(() => {
        turn.open = false;
      });
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
