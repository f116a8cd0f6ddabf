import { AsyncLocalStorage } from 'node:async_hooks';

interface Turn {
  readonly of: NoNesting;
  open: boolean;
}

/** One for all databases: Node 20 asks each storage at each promise. Null: nobody watches. */
let turns: AsyncLocalStorage<readonly Turn[]> | null = null;

/**
 * From here on, each database of this process refuses a task that is started inside another one. Tests ask for it: whether
 * tasks nest depends on the code alone, and Node 20 needs a seventh of a quiet run's CPU to follow every promise.
 */
export function watchNesting(): void {
  turns ??= new AsyncLocalStorage();
}

/**
 * Refuses a database task that is started inside another one: on SQLite it would wait for ever for the gate it stands
 * in; on MySQL it would not see what the outer one has written, and could wait for the outer one's locks.
 */
export class NoNesting {
  /** Throws inside another task. */
  refuse(): void {
    if (turns?.getStore()?.some(({ of, open }) => open && of === this)) {
      throw new Error('A database task was started inside another one; hand the manager down instead.');
    }
  }

  run<T>(task: () => Promise<T>): Promise<T> {
    if (turns === null) return task();
    const turn = { of: this, open: true };
    const around = turns.getStore()?.filter(({ open }) => open) ?? [];
    return turns.run([...around, turn], task).finally(() => {
      turn.open = false;
    });
  }
}
