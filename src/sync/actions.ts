/** Builds actions as data. */
import { withOccurrences } from './fields.ts';
import { mergeFields } from './merge.ts';
import type { Merge, SideView } from './merge.ts';
import { leadingSide } from './leading-side.ts';
import { fieldsOfOthers, needsCancellationSent, needsUpdateSent } from './meetings.ts';
import type { Link, LinkState, Loser, SealedValues, Shadow, Side } from './model.ts';
import { otherSide, sides } from './model.ts';
import { isOccurrenceName, occurrenceName, occurrencePlace } from './occurrences.ts';
import type { PlannedStep, SealedItem, SideState, Subject } from './plan.ts';
import type { ActionBody } from './stores.ts';
import { isFilled, pick, sameValue } from './values.ts';
import { fixedOfPrivate, forgottenBy, ownExceptions, separation, withWholeSeries } from './whole-series.ts';

/** A version no side gives: the next report of the item counts as news and is read. */
export const unknownVersion = '';

type LinkPatch = ActionBody['link'];
type PerSide<T> = Record<Side, T>;

function idOf(state: SideState, linked: string | null): string | null {
  switch (state.state) {
    case 'changed':
      return state.item.id;
    case 'outOfScope':
      return state.id;
    case 'unchanged':
    case 'unread':
      return linked;
    case 'deleted':
    case 'absent':
      return null;
  }
}

function linkPatch(subject: Subject, state: LinkState, reason: string | null): LinkPatch {
  const { link, states } = subject;
  const exchange = states.exchange;
  return {
    state,
    reason,
    crmId: idOf(states.crm, link?.crmId ?? null),
    exchangeId: idOf(exchange, link?.exchangeId ?? null),
    identity: (exchange.state === 'changed' ? exchange.item.identity : null) ?? link?.identity ?? null,
  };
}

function step(
  stepNumber: number,
  body: Partial<ActionBody> & Pick<ActionBody, 'kind' | 'link'>,
): PlannedStep {
  return {
    step: stepNumber,
    body: {
      side: null,
      targetId: null,
      version: null,
      values: {},
      before: {},
      settles: { crm: {}, exchange: {} },
      versions: { crm: null, exchange: null },
      losers: [],
      overwrites: 0,
      tellsAttendees: false,
      ...body,
    },
  };
}

/** Makes the item on side `to`; what `to` can only take in a call of its own follows as a second step. */
export function createSteps(subject: Subject, to: Side, item: SealedItem): PlannedStep[] {
  const { unsupported, readOnly } = subject.capabilities[to];
  const isSeparate = separation(subject.capabilities[to]);
  const from = otherSide(to);
  const later = pick(item.values, (field, value) => isSeparate(field) && isFilled(value));
  const writable = pick(
    item.values,
    (field) => !unsupported.has(field) && !readOnly.has(field) && !(field in later),
  );
  const values = pick(writable, (field) => !isSeparate(field));
  const patch = linkPatch(subject, 'active', null);
  const link: LinkPatch =
    to === 'crm' ? { ...patch, crmId: null } : { ...patch, exchangeId: null, identity: null };
  const isWhole = Object.keys(later).length === 0;
  // What is new has nothing of what follows, and where it came from that counts as not seen yet: a plan in between has to
  // bring it. Nor has either side exceptions that were there while the item was left alone. The item itself counts as read with the last step only.
  const gone = Object.keys(subject.link?.[from]?.values ?? {}).filter(
    (field) => isOccurrenceName(field) && !(field in item.values),
  );
  const missing = Object.fromEntries([...gone, ...Object.keys(later)].map((field) => [field, null]));
  const steps = [
    step(0, {
      kind: 'create',
      side: to,
      link,
      values,
      settles: perSide(from, { ...item.values, ...missing }, to, { ...writable, ...missing }),
      versions: perSide<string | null>(from, isWhole ? item.version : unknownVersion, to, null),
    }),
  ];
  if (!isWhole) {
    steps.push(
      step(1, {
        kind: 'update',
        side: to,
        link,
        values: later,
        settles: { crm: later, exchange: later },
        versions: perSide<string | null>(from, item.version, to, null),
      }),
    );
  }
  return steps;
}

function perSide<T>(one: Side, ofOne: T, _other: Side, ofOther: T): PerSide<T> {
  return one === 'crm' ? { crm: ofOne, exchange: ofOther } : { crm: ofOther, exchange: ofOne };
}

/** What an action leaves behind, the winners that a later step writes among it. */
export function wonValues({ values, losers }: ActionBody): SealedValues {
  const later = losers.flatMap(({ field, won }) => (won === undefined ? [] : [[field, won] as const]));
  return { ...Object.fromEntries(later), ...values };
}

/** Both items are there: writes what has to travel, moves the shadows of the rest. */
export function mergeSteps(subject: Subject, leading: Side | null): PlannedStep[] {
  const views = { crm: viewOf(subject, 'crm'), exchange: viewOf(subject, 'exchange') };
  const merge = mergeFields(subject.rules.fields, views, { leading, winner: subject.rules.winner });
  const link = linkPatch(subject, 'active', null);
  const written = sides.filter((side) => Object.keys(merge.writes[side]).length > 0);
  const versions = Object.fromEntries(
    sides.map((side) => [side, written.includes(side) ? null : readVersion(subject, side)]),
  ) as PerSide<string | null>;
  const steps = written.flatMap((side) => updateSteps(subject, side, views, merge, link));
  const [first, ...rest] = steps;
  if (first === undefined) {
    const settle = step(0, { kind: 'settle', link, settles: merge.settled, versions });
    return isIdle(subject, settle.body) ? [] : [settle];
  }
  // What moves without a write goes with the first action. The versions go with the last: until then the item is not
  // done, and its next report must not pass for an echo.
  const settles = Object.fromEntries(
    sides.map((side) => [side, { ...merge.settled[side], ...first.body.settles[side] }]),
  ) as PerSide<SealedValues>;
  const list = [{ ...first, body: { ...first.body, settles } }, ...rest];
  return list.map((one, index) =>
    index === list.length - 1 ? { ...one, body: { ...one.body, versions } } : one,
  );
}

/**
 * What occurrences are goes with what is written of them, and not only with the first step, which may fail: the side has
 * to be told that they are exceptions.
 */
function statesOf(fields: readonly string[], settled: SealedValues): SealedValues {
  const names = new Set(
    fields.filter(isOccurrenceName).map((name) => occurrenceName(occurrencePlace(name).originalStart)),
  );
  return pick(settled, (name) => names.has(name));
}

function viewOf(subject: Subject, side: Side): SideView {
  const state = subject.states[side];
  const base = subject.link?.[side]?.values ?? null;
  const { unsupported, readOnly } = subject.capabilities[side];
  const now = state.state === 'changed' ? state.item.values : (base ?? {});
  const fixed = [...fieldsOfOthers(now), ...(side === 'exchange' ? fixedOfPrivate(now) : [])];
  return {
    base,
    now,
    unsupported,
    readOnly: fixed.length === 0 ? readOnly : new Set([...readOnly, ...fixed]),
  };
}

function readVersion(subject: Subject, side: Side): string | null {
  const state = subject.states[side];
  return state.state === 'changed' ? state.item.version : null;
}

function updateSteps(
  subject: Subject,
  side: Side,
  views: Readonly<PerSide<SideView>>,
  merge: Merge,
  link: LinkPatch,
): PlannedStep[] {
  const isSeparate = separation(subject.capabilities[side]);
  const now = views[side].now;
  // The CRM is written first: what travels there as well has arrived by then.
  const other = { ...views[otherSide(side)].now, ...merge.writes[otherSide(side)] };
  const leading = leadingSide(subject.rules);
  const led = leading !== null && leading !== side ? other : null;
  const writes = withWholeSeries(merge.writes[side], now, led, subject.capabilities[side]);
  const groups = [
    pick(writes, (field) => !isSeparate(field)),
    pick(writes, (field) => isSeparate(field)),
  ].filter((values) => Object.keys(values).length > 0);
  // One step that waits for a person makes the others of this side wait: they belong to one change.
  const tellsAttendees = side === 'exchange' && needsUpdateSent(now, writes);
  const forgotten = forgottenBy(writes, now, subject.capabilities[side]);
  const forgets = Object.keys(forgotten).length > 0;
  const own = forgets ? ownExceptions(side, now, writes, { other, isLed: led !== null }) : [];
  const losers = [
    ...merge.losers.filter((loser) => loser.side === side),
    ...own.filter(({ field }) => !merge.losers.some((loser) => loser.side === side && loser.field === field)),
  ];
  // What a series forgets is lost with its step already: the next one may find nothing there to lose.
  const losersOf = (values: SealedValues, index: number): Loser[] =>
    losers.flatMap((loser) => {
      const { field } = loser;
      const won = writes[field];
      const isFirst = won === undefined || field in forgotten;
      if (index !== (isFirst ? 0 : groups.findIndex((group) => field in group))) return [];
      return [won === undefined || field in values ? loser : { ...loser, won }];
    });
  return groups.map((values, index) => {
    const fields = Object.keys(values);
    const before = pick(now, (field) => field in values);
    const arrived = Object.fromEntries(fields.map((field) => [field, other[field] ?? null]));
    return step(index, {
      kind: 'update',
      side,
      link,
      targetId: idOf(subject.states[side], subject.link?.[idKey(side)] ?? null),
      // A later step has to match what the step before it left behind.
      version: index === 0 ? (readVersion(subject, side) ?? subject.link?.[side]?.version ?? null) : null,
      values,
      before,
      settles: perSide(
        side,
        { ...statesOf(fields, merge.settled[side]), ...values, ...(index === 0 ? forgotten : {}) },
        otherSide(side),
        {
          ...statesOf(fields, merge.settled[otherSide(side)]),
          ...arrived,
          ...(index === 0 ? forgotten : {}),
        },
      ),
      losers: losersOf(values, index),
      overwrites: fields.filter((field) => isFilled(now[field])).length,
      tellsAttendees,
    });
  });
}

export function idKey(side: Side): 'crmId' | 'exchangeId' {
  return side === 'crm' ? 'crmId' : 'exchangeId';
}

function isIdle({ link, takesUp = false }: Subject, body: ActionBody): boolean {
  return (
    link !== null &&
    !takesUp &&
    samePatch(link, body.link) &&
    sides.every(
      (side) =>
        Object.keys(body.settles[side]).length === 0 &&
        (body.versions[side] === null || body.versions[side] === link[side]?.version),
    )
  );
}

function samePatch(link: Link, patch: LinkPatch): boolean {
  return (
    link.state === patch.state &&
    link.reason === patch.reason &&
    link.crmId === patch.crmId &&
    link.exchangeId === patch.exchangeId &&
    link.identity === patch.identity
  );
}

/** Removes the item from `side`, because the other side deleted it. */
export function removeSteps(
  subject: Subject,
  side: Side,
  item: SealedItem | null,
  outcome: { readonly reason: string; readonly edited: boolean },
): PlannedStep[] {
  const { link } = subject;
  const { reason, edited } = outcome;
  const before = item?.values ?? link?.[side]?.values ?? {};
  const edits = Object.entries(before).filter(([, value]) => isFilled(value));
  return [
    step(0, {
      kind: 'remove',
      side,
      link: { state: 'deleted', reason, crmId: null, exchangeId: null, identity: null },
      targetId: link?.[idKey(side)] ?? item?.id ?? null,
      version: item?.version ?? link?.[side]?.version ?? null,
      before,
      // An edit that lost against the deletion is kept whole.
      losers: !edited ? [] : edits.map(([field, value]) => ({ field, side, value })),
      tellsAttendees: side === 'exchange' && needsCancellationSent(before),
    }),
  ];
}

/** Ends a link; an id that is left says that its item still exists and may be paired again. */
export function endSteps(
  link: Link,
  reason: string,
  dropped: Partial<Pick<Link, 'crmId' | 'exchangeId'>>,
): PlannedStep[] {
  const { crmId, exchangeId, identity } = { ...link, ...dropped };
  const isOver = crmId === null && exchangeId === null;
  const end = { state: 'deleted', reason, crmId, exchangeId, identity: isOver ? null : identity } as const;
  return [step(0, { kind: 'settle', link: end })];
}

/** Moves a link out of scope, or keeps a new one there, with what pairing needs to know of its item. */
export function scopeSteps(subject: Subject, reason: string): PlannedStep[] {
  const link = linkPatch(subject, 'outOfScope', reason);
  const settles: PerSide<SealedValues> = { crm: {}, exchange: {} };
  const versions: PerSide<string | null> = { crm: null, exchange: null };
  for (const side of sides) {
    const state = subject.states[side];
    const known = subject.link?.[side];
    if (known && !isKeptAnew(state, known)) continue;
    if (state.state === 'outOfScope') {
      settles[side] = state.keyValues;
      versions[side] = state.version;
    } else if (state.state === 'changed') {
      settles[side] = state.item.values;
      versions[side] = state.item.version;
    }
  }
  const only = step(0, { kind: 'settle', link, settles: withoutDifferences(subject, settles), versions });
  return isIdle(subject, only.body) ? [] : [only];
}

/** Nobody has judged what the two items differ in: it must not pass for agreed when the pair comes into scope. */
function withoutDifferences({ link, rules }: Subject, settles: PerSide<SealedValues>): PerSide<SealedValues> {
  const shadow = (side: Side): SealedValues => ({ ...link?.[side]?.values, ...settles[side] });
  const crm = shadow('crm');
  const exchange = shadow('exchange');
  // Who shows the series shows all its exceptions.
  const shows = (values: SealedValues, name: string): boolean =>
    name in values || (isOccurrenceName(name) && 'recurrence' in values);
  const differing = new Set(
    withOccurrences(rules.fields, crm, exchange)
      .filter(({ name }) => shows(crm, name) && shows(exchange, name))
      .filter(({ name, kind }) => !sameValue(kind, crm[name] ?? null, exchange[name] ?? null))
      .map(({ name }) => name),
  );
  if (differing.size === 0) return settles;
  const isAlike = (name: string): boolean => !differing.has(name);
  return { crm: pick(settles.crm, isAlike), exchange: pick(settles.exchange, isAlike) };
}

/** What waits for its time to come is known by the times it has now. */
function isKeptAnew(state: SideState, known: Shadow): boolean {
  if (state.state !== 'outOfScope' || state.reason !== 'window') return false;
  return (
    state.version !== known.version ||
    Object.entries(state.keyValues).some(([name, value]) => (known.values[name] ?? null) !== value)
  );
}
