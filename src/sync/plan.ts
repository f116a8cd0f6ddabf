/** The planner: from what each side shows to actions as data. Pure; nothing here knows how anything is carried out. */
import { createSteps, endSteps, mergeSteps, removeSteps, scopeSteps } from './actions.ts';
import type { FieldSpec } from './field-spec.ts';
import { isEdited } from './merge.ts';
import { leadingSide } from './leading-side.ts';
import { fieldsOfOthers } from './meetings.ts';
import type { Link, ScopeReason, SealedValues, Side } from './model.ts';
import { otherSide, sides } from './model.ts';
import type { Capabilities } from './ports.ts';
import type { ActionBody } from './stores.ts';
import { isFilled } from './values.ts';

export { leadingSide };

/** One item as the planner sees it. */
export interface SealedItem {
  readonly id: string;
  readonly version: string;
  readonly values: SealedValues;
  readonly identity: string | null;
}

/** What a side shows of one item now. */
export type SideState =
  /** As its shadow says. */
  | { readonly state: 'unchanged' }
  /** Read just now. Whether a field really changed, the merge decides. */
  | { readonly state: 'changed'; readonly item: SealedItem }
  /** Definitely gone. */
  | { readonly state: 'deleted' }
  /** The link has (or the pairing found) no item on this side. */
  | { readonly state: 'absent' }
  /** It exists and is to be left alone. */
  | {
      readonly state: 'outOfScope';
      readonly reason: ScopeReason;
      readonly id: string;
      readonly version: string;
      /** What pairing needs to recognise it by. */
      readonly keyValues: SealedValues;
    }
  /** It could not be read this time. */
  | { readonly state: 'unread' };

export interface Rules {
  readonly fields: readonly FieldSpec[];
  readonly type: 'twoWay' | 'oneWay';
  readonly direction: 'crmToExchange' | 'exchangeToCrm';
  readonly winner: Side;
  /** Whether a deletion on this side is carried to the other one. */
  readonly deletes: Readonly<Record<Side, boolean>>;
}

export interface Subject {
  /** The link, or null for an item never seen before. */
  readonly link: Link | null;
  readonly states: Readonly<Record<Side, SideState>>;
  readonly rules: Rules;
  readonly capabilities: Readonly<Record<Side, Capabilities>>;
  /** Pairing gave the link an item that the stored one does not know. */
  readonly takesUp?: boolean;
}

/** One action of an item. Steps of one side are carried out in order, each with an intent of its own. */
export interface PlannedStep {
  readonly step: number;
  readonly body: ActionBody;
}

/** `wait`: a side could not be read; ask again later and change nothing. */
export type Plan =
  { readonly kind: 'steps'; readonly steps: readonly PlannedStep[] } | { readonly kind: 'wait' };

const nothing: Plan = { kind: 'steps', steps: [] };

function steps(list: readonly PlannedStep[]): Plan {
  return { kind: 'steps', steps: list };
}

function mayWrite(rules: Rules, side: Side): boolean {
  const leading = leadingSide(rules);
  return leading === null || leading !== side;
}

export function plan(subject: Subject): Plan {
  const { link, states } = subject;
  const pair = `${states.crm.state}/${states.exchange.state}` as const;
  if (link?.state === 'deleted' && !bothPresent(subject)) return ended(subject);
  switch (pair) {
    // Somebody could not be read: nothing may be concluded from the other side alone.
    case 'unread/unread':
    case 'unread/unchanged':
    case 'unread/changed':
    case 'unread/deleted':
    case 'unread/absent':
    case 'unread/outOfScope':
    case 'unchanged/unread':
    case 'changed/unread':
    case 'deleted/unread':
    case 'absent/unread':
    case 'outOfScope/unread':
      return { kind: 'wait' };

    // Nothing new.
    case 'unchanged/unchanged':
    case 'unchanged/absent':
    case 'absent/unchanged':
    case 'absent/absent':
      return nothing;

    // Both are there and at least one was read: field by field.
    case 'changed/unchanged':
    case 'unchanged/changed':
    case 'changed/changed':
      return link === null && pair !== 'changed/changed' ? { kind: 'wait' } : merge(subject);

    // There on one side only: it is new, or its link waited for it to come into scope.
    case 'changed/absent':
      return introduce(subject, 'crm');
    case 'absent/changed':
      return introduce(subject, 'exchange');

    // Gone on one side.
    case 'deleted/unchanged':
    case 'deleted/changed':
      return deletion(subject, 'crm');
    case 'unchanged/deleted':
    case 'changed/deleted':
      return deletion(subject, 'exchange');

    // Gone on both, or gone where it was never anywhere else: the link ends; nothing is left to delete.
    case 'deleted/deleted':
      return link === null
        ? nothing
        : steps(endSteps(link, 'deletedOnBoth', { crmId: null, exchangeId: null }));
    case 'deleted/absent':
      return link === null ? nothing : steps(endSteps(link, 'deletedInCrm', { crmId: null }));
    case 'absent/deleted':
      return link === null ? nothing : steps(endSteps(link, 'deletedInExchange', { exchangeId: null }));
    // Gone on one side and out of scope on the other: what is out of scope is never deleted.
    case 'deleted/outOfScope':
      // A deletion of something that was never seen there says nothing about the item on the other side.
      return !link?.crm ? leaveAlone(subject) : steps(endSteps(link, 'deletedInCrm', { crmId: null }));
    case 'outOfScope/deleted':
      return !link?.exchange
        ? leaveAlone(subject)
        : steps(endSteps(link, 'deletedInExchange', { exchangeId: null }));

    // Kept out of the sync: remembered with its reason, never deleted.
    case 'outOfScope/absent':
    case 'outOfScope/unchanged':
    case 'outOfScope/changed':
    case 'outOfScope/outOfScope':
    case 'absent/outOfScope':
    case 'unchanged/outOfScope':
    case 'changed/outOfScope':
      return leaveAlone(subject);
  }
}

/**
 * A link that ended with an item left on one side is taken up again when pairing finds a partner for that item. Where
 * the item is gone by then, the partner is simply new; without a partner it stays ended.
 */
function ended(subject: Subject): Plan {
  const { crm, exchange } = subject.states;
  if (crm.state === 'unread' || exchange.state === 'unread') return { kind: 'wait' };
  if (crm.state === 'deleted' && exchange.state === 'changed')
    return introduce(forget(subject, 'crm'), 'exchange');
  if (crm.state === 'changed' && exchange.state === 'deleted')
    return introduce(forget(subject, 'exchange'), 'crm');
  const { link } = subject;
  if (crm.state === 'deleted' && exchange.state === 'outOfScope' && !link?.exchange)
    return leaveAlone(subject);
  if (crm.state === 'outOfScope' && exchange.state === 'deleted' && !link?.crm) return leaveAlone(subject);
  return nothing;
}

function bothPresent({ states }: Subject): boolean {
  return states.crm.state === 'changed' && states.exchange.state === 'changed';
}

function merge(subject: Subject): Plan {
  return steps(mergeSteps(subject, leadingSide(subject.rules)));
}

function introduce(subject: Subject, from: Side): Plan {
  const to = otherSide(from);
  const state = subject.states[from];
  if (state.state !== 'changed') throw new Error(`introduce() needs an item read from ${from}`);
  // Somebody said that it stays where it is; an edit asks anew.
  if (subject.link?.reason === 'rejected' && !wasEdited(subject, from, state.item.values)) return nothing;
  if (!mayWrite(subject.rules, to)) {
    return steps(scopeSteps(subject, 'direction'));
  }
  return steps(createSteps(subject, to, state.item));
}

/** `gone` is the side where the item was deleted; the other side still has it, edited or not. */
function deletion(subject: Subject, gone: Side): Plan {
  const { link, rules, states } = subject;
  const left = otherSide(gone);
  const reason = gone === 'crm' ? 'deletedInCrm' : 'deletedInExchange';
  const remaining = states[left];
  // A deletion of something that was never seen there says nothing about the item on the other side.
  if (link === null || link[gone] === null)
    return remaining.state === 'changed' ? introduce(forget(subject, gone), left) : nothing;
  // The pair is dropped and nothing comes back: out of scope, not carried by rule, deleted on the following side, or a
  // copy of somebody else's meeting, which goes on without it.
  const isOthers = fieldsOfOthers(link.exchange?.values ?? {}).size > 0;
  if (link.state === 'outOfScope' || !rules.deletes[gone] || !mayWrite(rules, left) || isOthers) {
    return steps(endSteps(link, reason, gone === 'crm' ? { crmId: null } : { exchangeId: null }));
  }
  const edited =
    remaining.state === 'changed' &&
    (wasEdited(subject, left, remaining.item.values) || hasUndelivered(subject, left, remaining.item.values));
  // Delete against edit: where the edit wins, the item is made again on the side that deleted it.
  if (edited && leadingSide(rules) === null && rules.winner === left) {
    return steps(createSteps(subject, gone, remaining.item));
  }
  const item = remaining.state === 'changed' ? remaining.item : null;
  return steps(removeSteps(subject, left, item, { reason, edited }));
}

/**
 * Whether the side holds values that were never settled with the other one: a first pairing could not write them there.
 * What a side sets by itself is nobody's.
 */
function hasUndelivered({ link, rules, capabilities }: Subject, side: Side, now: SealedValues): boolean {
  const settled = link?.[side]?.values ?? {};
  const { unsupported } = capabilities[otherSide(side)];
  const undeliverable = [unsupported, ...sides.map((one) => capabilities[one].readOnly)];
  return rules.fields.some(
    ({ name }) => isFilled(now[name]) && !(name in settled) && !undeliverable.some((some) => some.has(name)),
  );
}

function wasEdited(subject: Subject, side: Side, now: SealedValues): boolean {
  const base = subject.link?.[side]?.values ?? null;
  const { unsupported, readOnly } = subject.capabilities[side];
  return base === null || isEdited(subject.rules.fields, { base, now, unsupported, readOnly });
}

function forget(subject: Subject, side: Side): Subject {
  return { ...subject, states: { ...subject.states, [side]: { state: 'absent' } } };
}

function leaveAlone(subject: Subject): Plan {
  const { crm, exchange } = subject.states;
  // Whatever else is true of it: what was moved may come back under another id, and has to find its place.
  const isMoved = exchange.state === 'outOfScope' && exchange.reason === 'moved';
  const out = crm.state === 'outOfScope' && !isMoved ? crm : exchange;
  if (out.state !== 'outOfScope') throw new Error('leaveAlone() needs a side that is out of scope');
  return steps(scopeSteps(subject, out.reason));
}
