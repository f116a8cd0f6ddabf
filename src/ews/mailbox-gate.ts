/** One request of a mailbox on its way at a time: Exchange counts them against the mailbox's own budget. */
import type { EwsTransport } from './transport.ts';

/**
 * Whoever asks while a request is under way has the next one sent the moment its answer is there, before that answer
 * is decoded: the wire does not wait for our own work.
 */
export function oneAtATime(transport: EwsTransport): EwsTransport {
  let last: Promise<unknown> = Promise.resolve();
  return {
    post(envelope, options) {
      const send = (): Promise<string> => transport.post(envelope, options);
      const answer = last.then(send, send);
      last = answer;
      return answer;
    },
    holdOff: (ms) => transport.holdOff(ms),
    get metrics() {
      return transport.metrics;
    },
    close: () => transport.close(),
  };
}
