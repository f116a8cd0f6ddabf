import { NoNesting } from './no-nesting.ts';

/** Lets one task at a time through, in the order they came. */
export class FifoGate {
  readonly #nesting = new NoNesting();
  #last: Promise<unknown> = Promise.resolve();

  async run<T>(task: () => Promise<T>): Promise<T> {
    this.#nesting.refuse();
    const result = this.#last.then(() => this.#nesting.run(task));
    this.#last = result.catch(() => undefined);
    return result;
  }
}
