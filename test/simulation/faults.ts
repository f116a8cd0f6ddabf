/** What the network and the servers do to a call instead of answering it. */
import { CursorLostError, RemoteError } from '../../src/errors.ts';
import type { Side } from '../../src/sync/model.ts';
import type { Failure } from '../../src/sync/ports.ts';
import type { FaultKind, SideMethod } from './events.ts';

export interface Fault {
  readonly kind: FaultKind;
  readonly pick: number;
}

const methodsOf: Readonly<Record<FaultKind, readonly SideMethod[] | 'all'>> = {
  lostRequest: 'all',
  lostAnswer: 'all',
  delay: 'all',
  throttled: 'all',
  // A create is never simply sent again.
  twice: ['read', 'update', 'remove', 'find', 'locate'],
  partial: ['read', 'create', 'update', 'remove'],
  cursorLost: ['changes'],
};

/** Faults that wait for the next call of their method. */
export class Faults {
  #waiting: (Fault & { readonly side: Side; readonly method: SideMethod })[] = [];

  add(side: Side, method: SideMethod, fault: Fault): void {
    const possible = methodsOf[fault.kind];
    if (possible === 'all' || possible.includes(method)) this.#waiting.push({ ...fault, side, method });
  }

  take(side: Side, method: SideMethod): Fault | null {
    const index = this.#waiting.findIndex((one) => one.side === side && one.method === method);
    return index < 0 ? null : (this.#waiting.splice(index, 1)[0] ?? null);
  }

  clear(): void {
    this.#waiting = [];
  }
}

export function noAnswer(side: Side, outcomeUnknown: boolean): RemoteError {
  return new RemoteError({
    side,
    code: 'NoAnswer',
    message: 'no answer came',
    retryable: true,
    outcomeUnknown,
  });
}

const busy: Failure = { code: 'ErrorServerBusy', message: 'The item was busy.', retryable: true };

/** Carries a call out the way the fault says. `work` is given the arguments, so that a part of a batch can be left out. */
export async function carriedOutUnder(
  fault: Fault | null,
  side: Side,
  args: readonly unknown[],
  work: (args: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  switch (fault?.kind) {
    case undefined:
    case 'delay':
      return work(args);
    case 'lostRequest':
      throw noAnswer(side, fault.pick % 2 === 0);
    case 'lostAnswer':
      await work(args);
      throw noAnswer(side, true);
    case 'twice': {
      const first = await work(args);
      const second = await work(args);
      return fault.pick % 2 === 0 ? first : second;
    }
    case 'throttled':
      throw new RemoteError({
        side,
        code: 'ErrorServerBusy',
        message: 'the server is busy',
        retryable: true,
        retryAfterMs: 30_000,
      });
    case 'cursorLost':
      throw new CursorLostError('the server has forgotten the state');
    case 'partial':
      return partly(fault.pick, args, work);
  }
}

/** Of a batch every item whose turn it is not fails. The items are the second argument, as everywhere in SyncSide. */
async function partly(
  pick: number,
  [module, items, ...rest]: readonly unknown[],
  work: (args: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  const list = items as readonly unknown[];
  const fails = list.map((_item, index) => (pick >> (index % 8)) % 2 === 0);
  const kept = list.filter((_item, index) => !fails[index]);
  const results = [...((kept.length === 0 ? [] : await work([module, kept, ...rest])) as unknown[])];
  return fails.map((isFailed) => (isFailed ? { kind: 'failed', failure: busy } : results.shift()));
}
