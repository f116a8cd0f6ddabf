/** The three-way merge of one item, field by field. */
import type { FieldSpec } from './fields.ts';
import type { Loser, SealedValue, SealedValues, Side } from './model.ts';
import { otherSide } from './model.ts';
import { isFilled, isSpelledAlike, isTruncation, sameValue } from './values.ts';

/** What is known of one side of an item. */
export interface SideView {
  /** What it last showed; null before the first pairing. */
  readonly base: SealedValues | null;
  /** What it shows now; the base where nothing changed. */
  readonly now: SealedValues;
  /** Fields this side cannot hold. */
  readonly unsupported: ReadonlySet<string>;
}

export interface MergeRule {
  /** The leading side of a one-way sync, or null. */
  readonly leading: Side | null;
  /** Who wins a two-way conflict. */
  readonly winner: Side;
}

export interface Merge {
  /** What each side has to be written. */
  readonly writes: Readonly<Record<Side, SealedValues>>;
  /** Shadows that move without a write. */
  readonly settled: Readonly<Record<Side, SealedValues>>;
  readonly losers: readonly Loser[];
}

type Verdict =
  | { readonly kind: 'nothing' } // neither side changed, or it may not be known
  | { readonly kind: 'settle' } // both stay as they are, the shadows move
  | { readonly kind: 'travel'; readonly to: Side; readonly loses: boolean };

export function hasChanged(field: FieldSpec, view: SideView): boolean {
  const base = view.base?.[field.name];
  const now = view.now[field.name];
  if (base === undefined || now === undefined) return false;
  return !sameValue(field.kind, base, now) && !isTruncation(base, now);
}

/** First pairing of a field: filled beats empty, two different filled values are a conflict. */
function withoutShadow(crm: SealedValue, exchange: SealedValue, rule: MergeRule): Verdict {
  const filled = { crm: isFilled(crm), exchange: isFilled(exchange) };
  if (filled.crm && filled.exchange) {
    return { kind: 'travel', to: otherSide(rule.leading ?? rule.winner), loses: true };
  }
  const from: Side = filled.crm ? 'crm' : 'exchange';
  if (rule.leading !== null && rule.leading !== from) return { kind: 'settle' };
  return { kind: 'travel', to: otherSide(from), loses: false };
}

function judge(field: FieldSpec, views: Readonly<Record<Side, SideView>>, rule: MergeRule): Verdict {
  const crm = views.crm.now[field.name];
  const exchange = views.exchange.now[field.name];
  // Unread, masked or unsupported on one side: never written there, nothing to learn from there.
  if (crm === undefined || exchange === undefined) {
    const blindSide: Side = crm === undefined ? 'crm' : 'exchange';
    return views[blindSide].unsupported.has(field.name) ? { kind: 'settle' } : { kind: 'nothing' };
  }
  if (sameValue(field.kind, crm, exchange)) return { kind: 'settle' };
  const bases = { crm: views.crm.base?.[field.name], exchange: views.exchange.base?.[field.name] };
  if (bases.crm === undefined || bases.exchange === undefined) return withoutShadow(crm, exchange, rule);

  const changed = { crm: hasChanged(field, views.crm), exchange: hasChanged(field, views.exchange) };
  if (!changed.crm && !changed.exchange) return { kind: 'settle' };
  if (rule.leading !== null) {
    // An edit on the following side stays until the leading side changes the field.
    if (!changed[rule.leading]) return { kind: 'settle' };
    const following = otherSide(rule.leading);
    const edited = !sameValue(
      field.kind,
      views[following].now[field.name] ?? null,
      bases[rule.leading] ?? null,
    );
    return { kind: 'travel', to: following, loses: changed[following] || edited };
  }
  // Both show our own last write, the answer to which was lost, and one side has cut it: no conflict.
  if (changed.crm && changed.exchange && (isTruncation(crm, exchange) || isTruncation(exchange, crm))) {
    return { kind: 'settle' };
  }
  if (changed.crm && changed.exchange) return { kind: 'travel', to: otherSide(rule.winner), loses: true };
  return { kind: 'travel', to: changed.crm ? 'exchange' : 'crm', loses: false };
}

export function mergeFields(
  fields: readonly FieldSpec[],
  views: Readonly<Record<Side, SideView>>,
  rule: MergeRule,
): Merge {
  const writes: Record<Side, Record<string, SealedValue>> = { crm: {}, exchange: {} };
  const settled: Record<Side, Record<string, SealedValue>> = { crm: {}, exchange: {} };
  const losers: Loser[] = [];
  for (const field of fields) {
    const verdict = judge(field, views, rule);
    switch (verdict.kind) {
      case 'nothing':
        break;
      case 'settle':
        for (const side of ['crm', 'exchange'] as const) {
          const now = views[side].now[field.name];
          if (now !== undefined && !isSpelledAlike(now, views[side].base?.[field.name]))
            settled[side][field.name] = now;
        }
        break;
      case 'travel': {
        const value = views[otherSide(verdict.to)].now[field.name] ?? null;
        const lost = views[verdict.to].now[field.name] ?? null;
        writes[verdict.to][field.name] = value;
        if (verdict.loses && isFilled(lost))
          losers.push({ field: field.name, side: verdict.to, value: lost });
        break;
      }
    }
  }
  return { writes, settled, losers };
}
