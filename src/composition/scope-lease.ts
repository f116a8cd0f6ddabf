/** The lease of a run, for what must not go on beside one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLease, waitForLease } from '../engine/lease-keeper.ts';
import type { LeaseKeeper, LeaseTimes } from '../engine/lease-keeper.ts';
import { RemoteError } from '../errors.ts';
import type { Clock } from '../sync/ports.ts';
import type { LeaseStore, RunScope } from '../sync/stores.ts';

export interface ScopeLeaseDeps {
  readonly stores: { readonly leases: LeaseStore };
  readonly clock: Clock;
  readonly leaseTimes: LeaseTimes;
}

/** A run that goes on is waited for this long. */
const runWaitMs = 10_000;

/** Throws RemoteError `MailboxBusy` where a run goes on for longer. */
export async function leaseOf(
  { stores, clock, leaseTimes }: ScopeLeaseDeps,
  { mailboxId, module }: RunScope,
): Promise<LeaseKeeper> {
  const keeper = await waitForLease(
    () => takeLease(stores.leases, `${mailboxId}:${module}`, leaseTimes, clock),
    runWaitMs,
    { clock, sleep: (ms) => sleep(ms) },
  );
  if (keeper !== null) return keeper;
  throw new RemoteError({
    side: 'exchange',
    code: 'MailboxBusy',
    message: 'A run of this mailbox and module is going on.',
    remedy: 'Try again in a moment.',
    retryable: true,
  });
}
