/** Finds the items of both sides that are one and the same although nothing links them yet. */
import type { SealedValues, Side, Value, Values } from './model.ts';
import { sides } from './model.ts';
import { normalizeText } from './values.ts';

/** What an item can be recognised by. */
export interface Candidate<Ref> {
  readonly ref: Ref;
  readonly emails: readonly string[];
  /** Name and company, or null when there is no name. */
  readonly name: string | null;
}

function text(value: Value | SealedValues[string] | undefined): string {
  return typeof value === 'string' ? normalizeText(value).toLowerCase().replace(/\s+/g, ' ') : '';
}

/** The natural key of a contact: its addresses, and its name with its company. Source: ARCHITECTURE, "A run", step 4. */
export function contactKeys(values: Values | SealedValues): { emails: string[]; name: string | null } {
  const emails = ['email1', 'email2', 'email3']
    .map((field) => text(values[field]))
    .filter((email) => email !== '');
  const name = [text(values['givenName']), text(values['surname'])].filter((part) => part !== '').join(' ');
  const company = text(values['company']);
  if (name === '') return { emails: [...new Set(emails)], name: company === '' ? null : `|${company}` };
  return { emails: [...new Set(emails)], name: `${name}|${company}` };
}

/** The key fields, for shadows of items that were never read whole. */
export const contactKeyFields = ['givenName', 'surname', 'company', 'email1', 'email2', 'email3'] as const;

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
  if (one.emails.length === 0 || other.emails.length === 0) return true;
  return one.emails.some((email) => other.emails.includes(email));
}

/** Pairs by e-mail address where it is unique on both sides, then by name and company where that is. */
export function pairCandidates<Ref>(
  candidates: Readonly<Record<Side, readonly Candidate<Ref>[]>>,
): { readonly crm: Ref; readonly exchange: Ref }[] {
  const left = { crm: new Set(candidates.crm), exchange: new Set(candidates.exchange) };
  const pairs: { crm: Ref; exchange: Ref }[] = [];
  for (const keysOf of [
    (candidate: Candidate<Ref>) => candidate.emails,
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
