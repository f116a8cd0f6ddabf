/** Keeps a run's lease longer than whatever the run waits for next. */
import type { SyncSide } from '../sync/ports.ts';
import type { Clock } from '../sync/ports.ts';
import type { Lease, LeaseStore } from '../sync/stores.ts';

export interface LeaseKeeper {
  readonly lease: Lease;
  /** Renews when less than a request's longest time is left. Throws LeaseLostError when someone else has it. */
  ensure(): Promise<void>;
  /** Does nothing once `releaseBy` has done it. */
  release(): Promise<void>;
  /** For a last write that gives the lease back in its own transaction. */
  releaseBy(write: (lease: Lease) => Promise<void>): Promise<void>;
}

export interface LeaseTimes {
  /** How long a lease is taken for. */
  readonly leaseMs: number;
  /** The longest a single call to a side may take, retries included. */
  readonly requestMs: number;
}

export async function takeLease(
  leases: LeaseStore,
  key: string,
  times: LeaseTimes,
  clock: Clock,
): Promise<LeaseKeeper | null> {
  let lease = await leases.acquire(key, times.leaseMs);
  if (lease === null) return null;
  let renewing: Promise<void> | null = null;
  let isReleased = false;
  return {
    get lease() {
      return lease as Lease;
    },
    async ensure() {
      const held = lease as Lease;
      if (held.expiresAt - clock() > times.requestMs) return;
      renewing ??= leases
        .renew(held, times.leaseMs)
        .then((renewed) => {
          lease = renewed;
        })
        .finally(() => {
          renewing = null;
        });
      await renewing;
    },
    async release() {
      if (!isReleased) await leases.release(lease as Lease);
      isReleased = true;
    },
    async releaseBy(write) {
      await write(lease as Lease);
      isReleased = true;
    },
  };
}

/** Null where another holder has the lease for all of `waitMs`. */
export async function waitForLease(
  take: () => Promise<LeaseKeeper | null>,
  waitMs: number,
  { clock, sleep }: { readonly clock: Clock; readonly sleep: (ms: number) => Promise<void> },
): Promise<LeaseKeeper | null> {
  const until = clock() + waitMs;
  let keeper = await take();
  while (keeper === null && clock() < until) {
    await sleep(100);
    keeper = await take();
  }
  return keeper;
}

/** The same side, with the lease made sure of before each call. */
export function underLease(side: SyncSide, keeper: LeaseKeeper): SyncSide {
  const guarded =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await keeper.ensure();
      return call(...args);
    };
  return {
    side: side.side,
    capabilities: (module) => side.capabilities(module),
    scope: guarded((...args) => side.scope(...args)),
    presentCursor: guarded((...args) => side.presentCursor(...args)),
    async *changes(...args) {
      await keeper.ensure();
      for await (const page of side.changes(...args)) {
        await keeper.ensure();
        yield page;
      }
    },
    read: guarded((...args) => side.read(...args)),
    create: guarded((...args) => side.create(...args)),
    update: guarded((...args) => side.update(...args)),
    remove: guarded((...args) => side.remove(...args)),
    find: guarded((...args) => side.find(...args)),
    locate: guarded((...args) => side.locate(...args)),
  };
}
