import type { Side } from './model.ts';
import type { Rules } from './plan.ts';

/** The side that leads a one-way sync, or null. */
export function leadingSide(rules: Pick<Rules, 'type' | 'direction'>): Side | null {
  if (rules.type === 'twoWay') return null;
  return rules.direction === 'crmToExchange' ? 'crm' : 'exchange';
}
