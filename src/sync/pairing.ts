/** Finds the items of both sides that are one and the same although nothing links them yet. */
import type { Side } from './model.ts';
import { sides } from './model.ts';
import type { NaturalKeys } from './natural-keys.ts';

/** What an item can be recognised by. */
export interface Candidate<Ref> extends NaturalKeys {
  readonly ref: Ref;
}

function uniqueBy<Ref>(
  candidates: Iterable<Candidate<Ref>>,
  keysOf: (candidate: Candidate<Ref>) => readonly string[],
): Map<string, Candidate<Ref> | null> {
  const found = new Map<string, Candidate<Ref> | null>();
  for (const candidate of candidates) {
    for (const key of keysOf(candidate)) found.set(key, found.has(key) ? null : candidate);
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
