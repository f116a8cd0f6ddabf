/** Finds the items of both sides that are one and the same although nothing links them yet. */
import type { Link, Side } from './model.ts';
import { sides } from './model.ts';
import type { NaturalKeys } from './natural-keys.ts';

/**
 * The side where a new item may take a place in the link: it has none there, or one in a folder that is not synced. Null
 * where both places are taken, or none is.
 */
export function openSide({ state, reason, crmId, exchangeId }: Link): Side | null {
  if (crmId === null) return exchangeId === null ? null : 'crm';
  const isMoved = state === 'outOfScope' && reason === 'moved';
  return exchangeId === null || isMoved ? 'exchange' : null;
}

/** What an item can be recognised by. */
export interface Candidate<Ref> extends NaturalKeys {
  readonly ref: Ref;
  /** It may be gone: where another one of its side has the same key, that one counts. */
  readonly inDoubt?: boolean;
}

function uniqueBy<Ref>(
  candidates: Iterable<Candidate<Ref>>,
  keysOf: (candidate: Candidate<Ref>) => readonly string[],
): Map<string, Candidate<Ref> | null> {
  const found = new Map<string, Candidate<Ref> | null>();
  for (const candidate of candidates) {
    for (const key of keysOf(candidate)) {
      const known = found.get(key);
      if (known === undefined || (known?.inDoubt && !candidate.inDoubt)) found.set(key, candidate);
      else if (!candidate.inDoubt || known?.inDoubt) found.set(key, null);
    }
  }
  return found;
}

function mayBeOne<Ref>(one: Candidate<Ref>, other: Candidate<Ref>): boolean {
  // Two people with one name and different addresses are two people.
  if (one.ids.length === 0 || other.ids.length === 0) return true;
  return one.ids.some((id) => other.ids.includes(id));
}

/** Pairs by id where it is unique on both sides, then by name where that is. */
export function pairCandidates<Ref>(
  candidates: Readonly<Record<Side, readonly Candidate<Ref>[]>>,
): { readonly crm: Ref; readonly exchange: Ref }[] {
  const left = { crm: new Set(candidates.crm), exchange: new Set(candidates.exchange) };
  const pairs: { crm: Ref; exchange: Ref }[] = [];
  for (const keysOf of [
    (candidate: Candidate<Ref>) => candidate.ids,
    (candidate: Candidate<Ref>) => (candidate.name === null ? [] : [candidate.name]),
  ]) {
    const unique = { crm: uniqueBy(left.crm, keysOf), exchange: uniqueBy(left.exchange, keysOf) };
    for (const [key, crm] of unique.crm) {
      const exchange = unique.exchange.get(key);
      if (!crm || !exchange || !mayBeOne(crm, exchange)) continue;
      if (!left.crm.has(crm) || !left.exchange.has(exchange)) continue;
      pairs.push({ crm: crm.ref, exchange: exchange.ref });
      for (const side of sides) left[side].delete(side === 'crm' ? crm : exchange);
    }
  }
  return pairs;
}
