/** Restrictions: which items a search finds (Microsoft: Restriction, IsEqualTo, Or). */
import { escapeAttribute } from '../soap-writer.ts';
import type { PropertyPath } from './property-path.ts';

export interface Equality {
  readonly path: PropertyPath;
  readonly value: string;
}

/** Each equality counts as three of the 255 nodes a restriction may have (ErrorRestrictionTooLong), the Or as one. */
export const maxEqualities = 80;

/** `<m:Restriction>` for items of which at least one equality holds. */
export function writeAnyOf(equalities: readonly Equality[]): string {
  const list = equalities
    .map(
      ({ path, value }) =>
        `<t:IsEqualTo>${path}<t:FieldURIOrConstant><t:Constant Value="${escapeAttribute(value)}"/>` +
        '</t:FieldURIOrConstant></t:IsEqualTo>',
    )
    .join('');
  return `<m:Restriction>${equalities.length === 1 ? list : `<t:Or>${list}</t:Or>`}</m:Restriction>`;
}
