/** The three-way merge of one item, field by field. */
import type { FieldSpec } from './field-spec.ts';
import type { Loser, SealedValue, SealedValues, Side } from './model.ts';
import { otherSide } from './model.ts';
import { withOccurrences } from './fields.ts';
import { isOccurrenceName, occurrenceName, occurrencePlace } from './occurrences.ts';
import { isFilled, isSpelledAlike, isTruncation, sameValue } from './values.ts';

/** What is known of one side of an item. */
export interface SideView {
  /** What it last showed; null before the first pairing. */
  readonly base: SealedValues | null;
  /** What it shows now; the base where nothing changed. */
  readonly now: SealedValues;
  /** Fields this side cannot hold. */
  readonly unsupported: ReadonlySet<string>;
  /** Fields this side shows and nobody can write there. */
  readonly readOnly: ReadonlySet<string>;
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
  | { readonly kind: 'settle' } // both stay as they are, the shadows move
  | { readonly kind: 'travel'; readonly to: Side; readonly loses: boolean };

type Views = Readonly<Record<Side, SideView>>;

export function hasChanged(field: FieldSpec, view: SideView): boolean {
  const base = view.base?.[field.name];
  const now = view.now[field.name];
  if (base === undefined || now === undefined) return false;
  return !sameValue(field.kind, base, now) && !isTruncation(base, now);
}

/** First pairing of a group: filled beats empty, two different filled values are a conflict. */
function withoutShadow(group: readonly FieldSpec[], views: Views, rule: MergeRule): Verdict {
  const isGroupFilled = (side: Side): boolean => group.some(({ name }) => isFilled(views[side].now[name]));
  const filled = { crm: isGroupFilled('crm'), exchange: isGroupFilled('exchange') };
  if (filled.crm && filled.exchange) {
    return { kind: 'travel', to: otherSide(rule.leading ?? rule.winner), loses: true };
  }
  const from: Side = filled.crm ? 'crm' : 'exchange';
  if (rule.leading !== null && rule.leading !== from) return { kind: 'settle' };
  return { kind: 'travel', to: otherSide(from), loses: false };
}

/** Judges fields that both sides show. */
function judge(group: readonly FieldSpec[], views: Views, rule: MergeRule): Verdict {
  const now = (side: Side, { name }: FieldSpec): SealedValue => views[side].now[name] ?? null;
  const base = (side: Side, { name }: FieldSpec): SealedValue | undefined => views[side].base?.[name];
  const different = group.filter(
    (field) => !sameValue(field.kind, now('crm', field), now('exchange', field)),
  );
  if (different.length === 0) return { kind: 'settle' };
  if (group.some((field) => base('crm', field) === undefined || base('exchange', field) === undefined)) {
    return withoutShadow(group, views, rule);
  }
  const changed = {
    crm: group.some((field) => hasChanged(field, views.crm)),
    exchange: group.some((field) => hasChanged(field, views.exchange)),
  };
  if (!changed.crm && !changed.exchange) return { kind: 'settle' };
  if (rule.leading !== null) {
    // An edit on the following side stays until the leading side changes the field.
    if (!changed[rule.leading]) return { kind: 'settle' };
    const leading = rule.leading;
    const following = otherSide(leading);
    const edited = group.some(
      (field) => !sameValue(field.kind, now(following, field), base(leading, field) ?? null),
    );
    return { kind: 'travel', to: following, loses: changed[following] || edited };
  }
  if (!changed.crm || !changed.exchange) {
    return { kind: 'travel', to: changed.crm ? 'exchange' : 'crm', loses: false };
  }
  // Both show our own last write, the answer to which was lost, and one side has cut it: no conflict.
  const isCut = (field: FieldSpec): boolean =>
    isTruncation(now('crm', field), now('exchange', field)) ||
    isTruncation(now('exchange', field), now('crm', field));
  if (different.every(isCut)) return { kind: 'settle' };
  return { kind: 'travel', to: otherSide(rule.winner), loses: true };
}

/** Unread, masked or unsupported on one side: never written there, nothing to learn from there. */
function isShownByBoth({ name }: FieldSpec, views: Views): boolean {
  return shows(views.crm, name) && shows(views.exchange, name);
}

/** What a side once held and cannot hold any more is still in its base, which stands for what was not read. */
function shows({ now, unsupported }: SideView, name: string): boolean {
  return now[name] !== undefined && !unsupported.has(name);
}

/**
 * A side that never held the field. One that held it once is not looked at for now: what was last agreed stays, so that a
 * change is still one when the side can show the field again, such as a mailbox that went to an older release and came back.
 */
function neverHeld({ name }: FieldSpec, views: Views): boolean {
  const blind: Side = shows(views.crm, name) ? 'exchange' : 'crm';
  return views[blind].unsupported.has(name) && views[blind].base?.[name] === undefined;
}

/** What nobody can write on one side is led by that side, where the rule lets it travel at all. */
function ruleFor(field: FieldSpec, views: Views, rule: MergeRule): MergeRule | null {
  const fixed = (['crm', 'exchange'] as const).find((side) => isReadOnly(views[side], field.name));
  if (fixed === undefined) return rule;
  return rule.leading === null || rule.leading === fixed ? { ...rule, leading: fixed } : null;
}

function isReadOnly(view: SideView, name: string): boolean {
  if (!isOccurrenceName(name)) return view.readOnly.has(name);
  const { field } = occurrencePlace(name);
  return view.readOnly.has(field ?? 'recurrence');
}

/**
 * A side that shows the series shows all its exceptions: those it does not name are as the rule says. So every
 * exception that anyone names or named is a field that both show.
 */
function withExceptions(view: SideView, names: readonly string[]): SideView {
  const fill = (values: SealedValues): SealedValues =>
    'recurrence' in values ? { ...Object.fromEntries(names.map((name) => [name, null])), ...values } : values;
  return { ...view, base: view.base && fill(view.base), now: fill(view.now) };
}

/** Whether anything the side shows differs from what it showed last. */
export function isEdited(fields: readonly FieldSpec[], view: SideView): boolean {
  const all = withOccurrences(fields, view.base, view.now);
  const exceptions = all.slice(fields.length).map(({ name }) => name);
  const complete = exceptions.length === 0 ? view : withExceptions(view, exceptions);
  return all.some((field) => hasChanged(field, complete));
}

/**
 * Fields that are judged as one. An occurrence is one thing with all it has of its own where it was deleted, or is an
 * exception on one side alone: what one side took back has no place for what the other changed in it.
 */
function groupsOf(fields: readonly FieldSpec[], views: Views): FieldSpec[][] {
  const groups = new Map<string, FieldSpec[]>();
  for (const field of fields) {
    const key = groupKey(field, views);
    const group = groups.get(key);
    if (group) group.push(field);
    else groups.set(key, [field]);
  }
  return [...groups.values()];
}

function groupKey(field: FieldSpec, views: Views): string {
  if (isOccurrenceName(field.name)) {
    const whole = occurrenceName(occurrencePlace(field.name).originalStart);
    const crm = views.crm.now[whole] ?? null;
    const exchange = views.exchange.now[whole] ?? null;
    if (crm === 'deleted' || crm !== exchange) return whole;
  }
  return field.group === undefined ? field.name : `#${field.group}`;
}

export function mergeFields(fields: readonly FieldSpec[], sideViews: Views, rule: MergeRule): Merge {
  const writes: Record<Side, Record<string, SealedValue>> = { crm: {}, exchange: {} };
  const settled: Record<Side, Record<string, SealedValue>> = { crm: {}, exchange: {} };
  const losers: Loser[] = [];
  const { crm, exchange } = sideViews;
  const all = withOccurrences(fields, crm.now, crm.base, exchange.now, exchange.base);
  const exceptions = all.slice(fields.length).map(({ name }) => name);
  const views: Views =
    exceptions.length === 0
      ? sideViews
      : { crm: withExceptions(crm, exceptions), exchange: withExceptions(exchange, exceptions) };

  const settle = ({ name }: FieldSpec): void => {
    for (const side of ['crm', 'exchange'] as const) {
      const now = views[side].now[name];
      if (now !== undefined && !isSpelledAlike(now, views[side].base?.[name])) settled[side][name] = now;
    }
  };
  const travel = ({ name }: FieldSpec, to: Side, loses: boolean): void => {
    const value = views[otherSide(to)].now[name] ?? null;
    const lost = views[to].now[name] ?? null;
    writes[to][name] = value;
    if (loses && isFilled(lost)) losers.push({ field: name, side: to, value: lost });
  };

  for (const group of groupsOf(all, views)) {
    const shown = group.filter((field) => isShownByBoth(field, views));
    for (const field of group) if (!shown.includes(field) && neverHeld(field, views)) settle(field);
    const [first] = shown;
    if (first === undefined) continue;
    const groupRule = ruleFor(first, views, rule);
    const verdict: Verdict = groupRule === null ? { kind: 'settle' } : judge(shown, views, groupRule);
    for (const field of shown) {
      if (verdict.kind === 'travel' && !isAlike(field, views)) travel(field, verdict.to, verdict.loses);
      else settle(field);
    }
  }
  return { writes, settled, losers };
}

/** Of a group that travels, what is alike already stays. */
function isAlike({ name, kind }: FieldSpec, views: Views): boolean {
  return sameValue(kind, views.crm.now[name] ?? null, views.exchange.now[name] ?? null);
}
