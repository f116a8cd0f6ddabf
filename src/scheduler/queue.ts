/** Work by key, in this process: one at a time for each key, first come first served across keys. */

export interface QueueOptions {
  /** Keys worked on at the same time. */
  readonly concurrency: number;
  /** Work that takes longer no longer counts for `concurrency`, so that what hangs holds up nobody else. */
  readonly patienceMs: number;
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

type Work = (signal: AbortSignal) => Promise<void>;

/** What became of a request: started or waiting for its turn, or taken in by one that waits already. */
export type Placement = 'waiting' | 'merged' | 'refused';

export interface Queue {
  /**
   * Asks for `work` on `key`. While the key is running, any number of requests become one later turn; while it waits
   * they become that turn. `work` must handle its own failures: what it throws is given to `onCrash`. Refused after stop.
   */
  add(key: string, work: Work): Placement;
  state(key: string): 'idle' | 'waiting' | 'running';
  /** Takes the key's waiting turn out and aborts its running one. */
  cancel(key: string): void;
  /** Takes no more, drops what waits, aborts what runs. Resolves when all ended, after `graceMs` at the latest, with the keys that did not. */
  stop(graceMs: number): Promise<string[]>;
}

interface Running {
  counts: boolean;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export function createQueue(options: QueueOptions, onCrash: (key: string, error: unknown) => void): Queue {
  /** In insertion order, which is the order of the turns. */
  const waiting = new Map<string, Work>();
  const running = new Map<string, Running>();
  let stopped = false;

  function next(): void {
    if (stopped) return;
    for (const [key, work] of waiting) {
      if (counted() >= options.concurrency) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      start(key, work);
    }
  }

  function counted(): number {
    return [...running.values()].filter((turn) => turn.counts).length;
  }

  function start(key: string, work: Work): void {
    const controller = new AbortController();
    const over = new AbortController();
    // Begins in a later turn of the event loop, so that the key is known as running before its work looks.
    const ended = Promise.resolve()
      .then(() => work(controller.signal))
      .catch((error: unknown) => onCrash(key, error))
      .finally(() => {
        // A reason of our own: without one an error with its stack is made for every run.
        over.abort('over');
        running.delete(key);
        next();
      });
    const turn = { controller, ended, counts: true };
    running.set(key, turn);
    void options.sleep(options.patienceMs, over.signal).then(() => {
      turn.counts = false;
      next();
    });
  }

  return {
    add(key, work) {
      if (stopped) return 'refused';
      if (waiting.has(key)) return 'merged';
      waiting.set(key, work);
      next();
      return 'waiting';
    },
    state: (key) => (running.has(key) ? 'running' : waiting.has(key) ? 'waiting' : 'idle'),
    cancel(key) {
      waiting.delete(key);
      running.get(key)?.controller.abort();
    },
    async stop(graceMs) {
      stopped = true;
      waiting.clear();
      for (const { controller } of running.values()) controller.abort();
      const grace = new AbortController();
      const allEnded = Promise.all([...running.values()].map(({ ended }) => ended));
      await Promise.race([allEnded, options.sleep(graceMs, grace.signal)]);
      grace.abort();
      return [...running.keys()];
    },
  };
}
