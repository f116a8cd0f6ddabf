/**
 * Every combination of what the two sides show, what the link knows and what the rules say, against an oracle written
 * from the sentences of docs/architecture.md.
 */
import { expect } from 'chai';
import { linkAfter } from '../../src/sync/link-after.ts';
import type { Link, Loser, SealedValues, Side } from '../../src/sync/model.ts';
import { otherSide, sides } from '../../src/sync/model.ts';
import { plan } from '../../src/sync/plan.ts';
import type { PlannedStep, Rules } from '../../src/sync/plan.ts';
import {
  capabilities,
  edited,
  itemIds,
  linkNames,
  linkOf,
  outReasons,
  presentVersions,
  ruleNames,
  rulesOf,
  shadowVersions,
  shown,
  stateNames,
  stateOf,
} from './subjects.ts';
import type { LinkName, RuleName, StateName } from './subjects.ts';

interface Case {
  readonly link: LinkName;
  readonly crm: StateName;
  readonly exchange: StateName;
  readonly rule: RuleName;
  readonly deletes: Rules['deletes'];
}

type Outcome =
  /** Cannot come about; whatever is planned, nothing may be deleted. */
  | { readonly kind: 'impossible' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'merge' }
  | { readonly kind: 'create'; readonly on: Side }
  | { readonly kind: 'remove'; readonly on: Side; readonly edited: boolean }
  | { readonly kind: 'outOfScope'; readonly reason: string }
  /** The link ends; `gone` are the sides whose id goes. */
  | { readonly kind: 'end'; readonly gone: readonly Side[] };

const leads: Readonly<Record<RuleName, Side | null>> = {
  crmWins: null,
  exchangeWins: null,
  crmLeads: 'crm',
  exchangeLeads: 'exchange',
};

function isRead(state: StateName): boolean {
  return state === 'edited' || state === 'touched';
}

/** Sides of which the link knows the item. */
const known: Readonly<Record<LinkName, readonly Side[]>> = {
  none: [],
  active: ['crm', 'exchange'],
  outOfScope: ['crm', 'exchange'],
  crmOnly: ['crm'],
  exchangeOnly: ['exchange'],
  endedWithCrm: ['crm'],
  endedWithExchange: ['exchange'],
  ended: [],
};

function expected(one: Case): Outcome {
  const { link, deletes, rule } = one;
  const leading = leads[rule];
  for (const side of sides) {
    // An item the link knows is there or gone, never absent; one it does not know cannot be as it was.
    if (known[link].includes(side) ? one[side] === 'absent' : one[side] === 'unchanged')
      return { kind: 'impossible' };
  }
  const isEnded = link.startsWith('ended');

  // Nothing may be concluded from one side alone while the other cannot be read.
  if (one.crm === 'unread' || one.exchange === 'unread') {
    return isEnded && !sides.some((side) => isRead(one[side])) ? { kind: 'impossible' } : { kind: 'wait' };
  }

  const introduced = (from: Side): Outcome =>
    leading === null || leading === from
      ? { kind: 'create', on: otherSide(from) }
      : { kind: 'outOfScope', reason: 'direction' };

  // A pair that was dropped stays so, until an item of the other side is found to belong to it again.
  if (isEnded) {
    if (isRead(one.crm) && isRead(one.exchange)) return { kind: 'merge' };
    for (const side of sides) {
      const isNew = isRead(one[side]) && !known[link].includes(side);
      // The partner went meanwhile: the new item is new and nothing else.
      if (isNew && known[link].length > 0 && one[otherSide(side)] === 'deleted') return introduced(side);
      // Nor is it lost when it is to be left alone.
      const isAside = one[side] === 'outOfScope' && !known[link].includes(side);
      if (isAside && known[link].length > 0 && one[otherSide(side)] === 'deleted')
        return { kind: 'outOfScope', reason: outReasons[side] };
      if (isNew && known[link].length === 0) return { kind: 'impossible' };
    }
    if (sides.some((side) => one[side] === 'deleted' && !known[link].includes(side)))
      return { kind: 'impossible' };
    return { kind: 'nothing' };
  }

  for (const side of sides) {
    if (one[side] !== 'outOfScope') continue;
    const other = otherSide(side);
    // Gone over there: what is out of scope is not deleted for it.
    if (one[other] === 'deleted' && known[link].includes(other)) return { kind: 'end', gone: [other] };
    return { kind: 'outOfScope', reason: outReasons[side] };
  }

  const gone = sides.filter((side) => one[side] === 'deleted');
  if (gone.length === 2) return link === 'none' ? { kind: 'nothing' } : { kind: 'end', gone };
  const [deleted] = gone;
  if (deleted !== undefined) {
    const left = otherSide(deleted);
    if (one[left] === 'absent') return link === 'none' ? { kind: 'nothing' } : { kind: 'end', gone };
    // Never seen over there: that says nothing about the item here.
    if (!known[link].includes(deleted)) return isRead(one[left]) ? introduced(left) : { kind: 'nothing' };
    // Out of scope never leads to a delete.
    if (link !== 'active') return { kind: 'end', gone };
    if (!deletes[deleted] || leading === left) return { kind: 'end', gone };
    const isEdited = one[left] === 'edited';
    const editWins = leading === null && (rule === 'crmWins' ? 'crm' : 'exchange') === left;
    return isEdited && editWins
      ? { kind: 'create', on: deleted }
      : { kind: 'remove', on: left, edited: isEdited };
  }

  const absent = sides.filter((side) => one[side] === 'absent');
  if (absent.length === 2) return { kind: 'nothing' };
  const [missing] = absent;
  if (missing !== undefined) {
    return isRead(one[otherSide(missing)]) ? introduced(otherSide(missing)) : { kind: 'nothing' };
  }
  return sides.some((side) => isRead(one[side])) ? { kind: 'merge' } : { kind: 'nothing' };
}

interface Merged {
  readonly crm?: SealedValues;
  readonly exchange?: SealedValues;
  readonly losers?: readonly Loser[];
}

const lostByCrm: readonly Loser[] = [{ field: 'jobTitle', side: 'crm', value: 'of crm' }];
const lostByExchange: readonly Loser[] = [{ field: 'jobTitle', side: 'exchange', value: 'of exchange' }];
const shownLostByCrm: readonly Loser[] = [{ field: 'jobTitle', side: 'crm', value: 'Engineer' }];
const shownLostByExchange: readonly Loser[] = [{ field: 'jobTitle', side: 'exchange', value: 'Engineer' }];
const ofCrm = { jobTitle: 'of crm', department: 'of crm' };
const ofExchange = { jobTitle: 'of exchange', company: 'of exchange' };

/** What is written where both sides have a shadow, by who edited. */
const withShadows: Readonly<Record<'crm' | 'exchange' | 'both', Readonly<Record<RuleName, Merged>>>> = {
  crm: {
    crmWins: { exchange: ofCrm },
    exchangeWins: { exchange: ofCrm },
    crmLeads: { exchange: ofCrm },
    exchangeLeads: {},
  },
  exchange: {
    crmWins: { crm: ofExchange },
    exchangeWins: { crm: ofExchange },
    crmLeads: {},
    exchangeLeads: { crm: ofExchange },
  },
  both: {
    crmWins: { exchange: ofCrm, crm: { company: 'of exchange' }, losers: lostByExchange },
    exchangeWins: { exchange: { department: 'of crm' }, crm: ofExchange, losers: lostByCrm },
    crmLeads: { exchange: ofCrm, losers: lostByExchange },
    exchangeLeads: { crm: ofExchange, losers: lostByCrm },
  },
};

/** The same where a side was never seen before: filled beats empty, two filled ones are a conflict. */
const withoutShadows: typeof withShadows = {
  crm: {
    crmWins: { exchange: ofCrm, losers: shownLostByExchange },
    exchangeWins: { exchange: { department: 'of crm' }, crm: { jobTitle: 'Engineer' }, losers: lostByCrm },
    crmLeads: { exchange: ofCrm, losers: shownLostByExchange },
    exchangeLeads: { crm: { jobTitle: 'Engineer' }, losers: lostByCrm },
  },
  exchange: {
    crmWins: { exchange: { jobTitle: 'Engineer' }, crm: { company: 'of exchange' }, losers: lostByExchange },
    exchangeWins: { crm: ofExchange, losers: shownLostByCrm },
    crmLeads: { exchange: { jobTitle: 'Engineer' }, losers: lostByExchange },
    exchangeLeads: { crm: ofExchange, losers: shownLostByCrm },
  },
  both: withShadows.both,
};

function present(side: Side, state: StateName): SealedValues {
  return state === 'edited' ? edited[side] : shown[side];
}

/** The link once every step is done, each with the answer of its side. */
function carriedOut(link: Link | null, steps: readonly PlannedStep[]): Link | null {
  let after = link;
  for (const { body } of steps) {
    const id = body.kind === 'create' ? 'created' : (body.targetId ?? '');
    const written = body.kind === 'create' || body.kind === 'update';
    const answer = written ? { id, version: `${body.side}-answer`, identity: 'identity-of-answer' } : null;
    after = linkAfter('link-1', after, body, answer);
  }
  return after;
}

function checkMerge(one: Case, steps: readonly PlannedStep[], after: Link | null): void {
  const editors = sides.filter((side) => one[side] === 'edited');
  const table = known[one.link].length === 2 ? withShadows : withoutShadows;
  const who = editors.length === 2 ? 'both' : editors[0];
  const want: Merged = who === undefined ? {} : table[who][one.rule];
  for (const side of sides) {
    const body = steps.find((step) => step.body.side === side)?.body;
    expect(body?.values ?? {}, `written to ${side}`).to.deep.equal(want[side] ?? {});
    if (!body) continue;
    expect(body.kind).to.equal('update');
    expect(body.targetId).to.equal(itemIds[side]);
    expect(body.version, 'expected version').to.equal(
      isRead(one[side]) ? presentVersions[side] : shadowVersions[side],
    );
    const before = present(side, one[side]);
    const names = Object.keys(body.values);
    expect(body.before).to.deep.equal(Object.fromEntries(names.map((name) => [name, before[name] ?? null])));
    expect(body.overwrites).to.equal(names.filter((name) => typeof before[name] === 'string').length);
  }
  expect(steps.flatMap(({ body }) => body.losers)).to.deep.equal(want.losers ?? []);
  expect(after).to.deep.include({
    state: 'active',
    reason: null,
    crmId: itemIds.crm,
    exchangeId: itemIds.exchange,
  });
  for (const side of sides) {
    const written = want[side] ?? {};
    const version =
      Object.keys(written).length > 0
        ? `${side}-answer`
        : isRead(one[side])
          ? presentVersions[side]
          : shadowVersions[side];
    expect(after?.[side]?.version, `version of ${side}`).to.equal(version);
    const values = { ...present(side, one[side]), ...written };
    expect(after?.[side]?.values, `shadow of ${side}`).to.deep.equal(values);
  }
}

function checkCreate(one: Case, on: Side, steps: readonly PlannedStep[], after: Link | null): void {
  const from = otherSide(on);
  const source = present(from, one[from]);
  const values = Object.fromEntries(
    Object.entries(source).filter(
      ([name]) => !capabilities[on].unsupported.has(name) && !capabilities[on].separate.has(name),
    ),
  );
  expect(steps.map(({ step, body }) => [step, body.kind, body.side])).to.deep.equal([[0, 'create', on]]);
  expect(steps[0]?.body).to.deep.include({
    targetId: null,
    version: null,
    values,
    losers: [],
    overwrites: 0,
  });
  expect(after).to.include({
    state: 'active',
    reason: null,
    identity: on === 'exchange' ? 'identity-of-answer' : 'identity-1',
    [`${on}Id`]: 'created',
    [`${from}Id`]: itemIds[from],
  });
  expect(after?.[from]).to.deep.include({ version: presentVersions[from] });
  expect(after?.[from]?.values).to.deep.equal(source);
  expect(after?.[on]?.version).to.equal(`${on}-answer`);
  expect(after?.[on]?.values).to.deep.include(values);
}

function checkRemove(
  one: Case,
  { on, edited: isEdited }: { on: Side; edited: boolean },
  steps: readonly PlannedStep[],
  after: Link | null,
): void {
  expect(steps.map(({ step, body }) => [step, body.kind, body.side])).to.deep.equal([[0, 'remove', on]]);
  const before = present(on, one[on]);
  expect(steps[0]?.body).to.deep.include({
    targetId: itemIds[on],
    version: isRead(one[on]) ? presentVersions[on] : shadowVersions[on],
    values: {},
    before,
  });
  // What lost against the deletion is kept whole; where nothing was edited, nothing lost.
  const filled = Object.entries(before).filter(([, value]) => value !== null);
  expect(steps[0]?.body.losers).to.deep.equal(
    isEdited ? filled.map(([field, value]) => ({ field, side: on, value })) : [],
  );
  expect(after).to.deep.include({
    state: 'deleted',
    crmId: null,
    exchangeId: null,
    crm: null,
    exchange: null,
  });
}

function check(one: Case): void {
  const link = linkOf(one.link);
  const subject = {
    link,
    states: { crm: stateOf('crm', one.crm), exchange: stateOf('exchange', one.exchange) },
    rules: rulesOf(one.rule, one.deletes),
    capabilities,
  };
  const planned = plan(subject);
  const outcome = expected(one);
  if (outcome.kind === 'impossible') {
    const kinds = planned.kind === 'steps' ? planned.steps.map(({ body }) => body.kind) : [];
    expect(kinds).not.to.include('remove');
    return;
  }
  if (outcome.kind === 'wait') {
    expect(planned.kind).to.equal('wait');
    return;
  }
  if (planned.kind !== 'steps') throw new Error(`steps expected (${outcome.kind}), the plan is to wait`);
  const { steps } = planned;
  const after = carriedOut(link, steps);
  const isWritten = steps.some(({ body }) => body.side !== null);
  switch (outcome.kind) {
    case 'nothing':
      expect(steps).to.deep.equal([]);
      return;
    case 'merge':
      return checkMerge(one, steps, after);
    case 'create':
      return checkCreate(one, outcome.on, steps, after);
    case 'remove':
      return checkRemove(one, outcome, steps, after);
    case 'outOfScope': {
      expect(isWritten, 'a side is written').to.equal(false);
      expect(after).to.include({ state: 'outOfScope', reason: outcome.reason });
      for (const side of sides) {
        const isThere = !['absent', 'deleted'].includes(one[side]);
        expect(after?.[`${side}Id`], `${side}Id`).to.equal(isThere ? itemIds[side] : null);
        expect(after?.[side] !== null, `shadow of ${side}`).to.equal(isThere);
      }
      return;
    }
    case 'end':
      expect(isWritten, 'a side is written').to.equal(false);
      expect(after?.state).to.equal('deleted');
      for (const side of sides) {
        const isLeft = known[one.link].includes(side) && !outcome.gone.includes(side);
        expect(after?.[`${side}Id`], `${side}Id`).to.equal(isLeft ? itemIds[side] : null);
      }
  }
}

describe('the planner', () => {
  let combinations = 0;
  const possible = new Map<string, number>();

  for (const link of linkNames) {
    for (const crm of stateNames) {
      for (const exchange of stateNames) {
        it(`plans crm ${crm}, exchange ${exchange}, link ${link} under every rule`, () => {
          for (const rule of ruleNames) {
            for (const crmDeletes of [true, false]) {
              for (const exchangeDeletes of [true, false]) {
                const one = {
                  link,
                  crm,
                  exchange,
                  rule,
                  deletes: { crm: crmDeletes, exchange: exchangeDeletes },
                };
                combinations += 1;
                const { kind } = expected(one);
                possible.set(kind, (possible.get(kind) ?? 0) + 1);
                try {
                  check(one);
                } catch (error) {
                  if (error instanceof Error) {
                    error.message = `${rule}, deletes ${JSON.stringify(one.deletes)}, expected ${kind}: ${error.message}`;
                  }
                  throw error;
                }
              }
            }
          }
        });
      }
    }
  }

  it('has been asked for every combination', () => {
    expect(combinations).to.equal(stateNames.length ** 2 * linkNames.length * ruleNames.length * 4);
    expect(combinations).to.equal(6272);
    expect([...possible.keys()].sort()).to.deep.equal([
      'create',
      'end',
      'impossible',
      'merge',
      'nothing',
      'outOfScope',
      'remove',
      'wait',
    ]);
    for (const [kind, count] of possible) expect(count, kind).to.be.greaterThan(7);
  });
});
