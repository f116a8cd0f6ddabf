/** A token bucket for each address: so many sign-ins at once, then one every so often. */
import type { Clock } from '../sync/ports.ts';

export interface SignInLimit {
  readonly burst: number;
  readonly refillMs: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

const maxAddresses = 10_000;

/** Returns a function that takes a token for `address`: 0 when it may go on, else the wait in milliseconds. */
export function createSignInLimit(limit: SignInLimit, clock: Clock): (address: string) => number {
  const buckets = new Map<string, Bucket>();
  return (address) => {
    const now = clock();
    const bucket = buckets.get(address) ?? { tokens: limit.burst, filledAt: now };
    const refilled = Math.floor((now - bucket.filledAt) / limit.refillMs);
    bucket.tokens = Math.min(limit.burst, bucket.tokens + refilled);
    bucket.filledAt += refilled * limit.refillMs;
    // Re-inserted, so that the addresses forgotten first are those not heard of for longest.
    buckets.delete(address);
    buckets.set(address, bucket);
    for (const oldest of buckets.keys()) {
      if (buckets.size <= maxAddresses) break;
      buckets.delete(oldest);
    }
    if (bucket.tokens === 0) return bucket.filledAt + limit.refillMs - now;
    bucket.tokens -= 1;
    return 0;
  };
}
