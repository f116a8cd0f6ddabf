/** One request of a mailbox on its way at a time: Exchange counts them against the mailbox's own budget. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EwsTransport } from './transport.ts';

/**
 * Whoever asks while a request is under way has the next one sent the moment its answer is there, before that answer
 * is decoded: the wire does not wait for our own work. Hazard: undici lets a turn of the event loop pass before it uses
 * a connection again, and decoding, planning and SQLite all go on without one; so the answer is handed over two turns
 * later, when the next request is out. Without it every request of a first sync waited 13 ms for its turn.
 */
export function oneAtATime(transport: EwsTransport): EwsTransport {
  let last: Promise<unknown> = Promise.resolve();
  return {
    post(envelope, options) {
      const send = (): Promise<string> => transport.post(envelope, options);
      const answer = last.then(send, send);
      last = answer;
      return twoTurnsLater(answer);
    },
    holdOff: (ms) => transport.holdOff(ms),
    get metrics() {
      return transport.metrics;
    },
    close: () => transport.close(),
  };
}

async function twoTurnsLater<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } finally {
    await nextTurn();
    await nextTurn();
  }
}
