import { expect } from 'chai';
import fc from 'fast-check';
import { linkAfter } from '../../src/sync/link-after.ts';
import { hasChanged } from '../../src/sync/merge.ts';
import type { Link, SealedValue, SealedValues, Side } from '../../src/sync/model.ts';
import { otherSide, sides } from '../../src/sync/model.ts';
import { leadingSide, plan } from '../../src/sync/plan.ts';
import type { PlannedStep, Rules, SideState, Subject } from '../../src/sync/plan.ts';
import type { Capabilities } from '../../src/sync/ports.ts';
import { isFilled, sameValue } from '../../src/sync/values.ts';
import { fieldNamed } from './subjects.ts';

type PerSide<T> = Record<Side, T>;

const fields = ['surname', 'email1', 'notes', 'categories', 'photo', 'prefix'].map(fieldNamed);
const text = fc.constantFrom<SealedValue>(null, '', 'a', ' a', 'A', 'b', 'c d', 'c  d');
const blob = (hash: string): SealedValue => ({ hash, size: 9, mediaType: 'image/png' });
const poolOf: Readonly<Record<string, fc.Arbitrary<SealedValue>>> = {
  surname: text,
  email1: text,
  notes: fc.oneof(text, fc.constantFrom(blob('n1'), blob('n2'))),
  categories: fc.constantFrom<SealedValue>(null, [], ['A'], ['A', 'B'], ['B', 'A']),
  photo: fc.constantFrom(null, blob('p1'), blob('p2')),
  prefix: text,
};

const capability = fc.record({
  unsupported: fc.subarray(['prefix', 'notes']),
  separate: fc.subarray(['photo']),
});
const capabilitiesOf = ({
  unsupported,
  separate,
}: {
  unsupported: string[];
  separate: string[];
}): Capabilities => ({
  unsupported: new Set(unsupported),
  separate: new Set(separate),
  readOnly: new Set(),
  batchSize: 10,
});

/** A value for each field the side can hold; now and then one was not read. */
function values(held: Capabilities): fc.Arbitrary<SealedValues> {
  const entries = fields
    .filter(({ name }) => !held.unsupported.has(name))
    .map(({ name }) => fc.tuple(fc.constant(name), poolOf[name] ?? text, fc.integer({ min: 0, max: 9 })));
  return fc
    .tuple(...entries)
    .map((list) =>
      Object.fromEntries(list.filter(([, , chance]) => chance > 0).map(([name, value]) => [name, value])),
    );
}

const rules: fc.Arbitrary<Rules> = fc.record({
  fields: fc.constant(fields),
  type: fc.constantFrom('twoWay' as const, 'oneWay' as const),
  direction: fc.constantFrom('crmToExchange' as const, 'exchangeToCrm' as const),
  winner: fc.constantFrom(...sides),
  deletes: fc.record({ crm: fc.boolean(), exchange: fc.boolean() }),
});

function state(side: Side, held: Capabilities): fc.Arbitrary<SideState> {
  return fc.oneof(
    { weight: 4, arbitrary: values(held).map((now): SideState => changed(side, now)) },
    fc.constant<SideState>({ state: 'unchanged' }),
    fc.constant<SideState>({ state: 'deleted' }),
    fc.constant<SideState>({ state: 'absent' }),
    fc.constant<SideState>({ state: 'unread' }),
    fc.constant<SideState>({
      state: 'outOfScope',
      reason: 'owner',
      id: `${side}-1`,
      version: 'v2',
      keyValues: {},
    }),
  );
}

function changed(side: Side, now: SealedValues, version = 'v2'): SideState {
  return { state: 'changed', item: { id: `${side}-1`, version, values: now, identity: null } };
}

function link(held: PerSide<Capabilities>): fc.Arbitrary<Link | null> {
  const shadow = (side: Side) =>
    fc.option(values(held[side]).map((shown) => ({ version: 'v1', values: shown })));
  const some = fc
    .record({
      state: fc.constantFrom('active' as const, 'active' as const, 'outOfScope' as const, 'deleted' as const),
      crm: shadow('crm'),
      exchange: shadow('exchange'),
    })
    .map((one): Link => ({
      ...one,
      id: 'link-1',
      reason: one.state === 'active' ? null : 'owner',
      crmId: one.crm ? 'crm-1' : null,
      exchangeId: one.exchange ? 'exchange-1' : null,
      identity: null,
    }));
  return fc.option(some, { freq: 5 });
}

/** An item that the link knows is there or gone; one that it does not know cannot be as it was. */
function canComeAbout({ link: known, states }: Subject): boolean {
  if (known?.state === 'active' && !(known.crm && known.exchange)) return false;
  // Of a link that is not active both sides are read.
  if (known?.state !== 'active' && sides.some((side) => states[side].state === 'unchanged')) return false;
  return sides.every((side) => states[side].state !== (known?.[side] ? 'absent' : 'unchanged'));
}

const subjects: fc.Arbitrary<Subject> = fc
  .record({ crm: capability, exchange: capability })
  .map((facts) => ({ crm: capabilitiesOf(facts.crm), exchange: capabilitiesOf(facts.exchange) }))
  .chain((held) =>
    fc.record({
      link: link(held),
      states: fc.record({ crm: state('crm', held.crm), exchange: state('exchange', held.exchange) }),
      rules,
      capabilities: fc.constant(held),
    }),
  )
  .filter(canComeAbout);

function stepsOf(subject: Subject): readonly PlannedStep[] | null {
  const planned = plan(subject);
  return planned.kind === 'wait' ? null : planned.steps;
}

interface World {
  /** What really is on each side; null: nothing. */
  readonly items: PerSide<SealedValues | null>;
  readonly versions: PerSide<string>;
  readonly link: Link | null;
}

function worldOf({ link: known, states }: Subject): World {
  const here = (side: Side): SealedValues | null => {
    const one = states[side];
    if (one.state === 'changed') return one.item.values;
    return one.state === 'unchanged' ? (known?.[side]?.values ?? null) : null;
  };
  const version = (side: Side): string =>
    states[side].state === 'changed' ? 'v2' : (known?.[side]?.version ?? 'v2');
  return {
    items: { crm: here('crm'), exchange: here('exchange') },
    versions: { crm: version('crm'), exchange: version('exchange') },
    link: known,
  };
}

/** Carries the steps out on both sides as they are meant. */
function carryOut(world: World, steps: readonly PlannedStep[]): World {
  const items = { ...world.items };
  const versions = { ...world.versions };
  let known = world.link;
  steps.forEach(({ body }, index) => {
    let answer = null;
    if (body.side !== null && body.kind === 'remove') items[body.side] = null;
    else if (body.side !== null) {
      items[body.side] = { ...(body.kind === 'create' ? {} : items[body.side]), ...body.values };
      versions[body.side] = `w${index}`;
      answer = { id: `${body.side}-1`, version: `w${index}`, identity: null };
    }
    known = linkAfter('link-1', known, body, answer);
  });
  return { items, versions, link: known };
}

/** Both items read again as they are now. */
function readAgain(subject: Subject, world: World): Subject {
  const again = (side: Side): SideState => {
    const now = world.items[side];
    return now === null ? { state: 'absent' } : changed(side, now, world.versions[side]);
  };
  return { ...subject, link: world.link, states: { crm: again('crm'), exchange: again('exchange') } };
}

const swapped = <T>({ crm, exchange }: PerSide<T>): PerSide<T> => ({ crm: exchange, exchange: crm });

function mirrorId(id: string | null): string | null {
  return id && id.replace(/^(crm|exchange)/, (side) => otherSide(side as Side));
}

function mirrorLink(one: Link | null): Link | null {
  return (
    one && {
      ...one,
      crmId: mirrorId(one.exchangeId),
      exchangeId: mirrorId(one.crmId),
      crm: one.exchange,
      exchange: one.crm,
      reason: mirrorReason(one.reason),
      identity: null,
    }
  );
}

function mirrorReason(reason: string | null): string | null {
  if (reason === 'deletedInCrm') return 'deletedInExchange';
  return reason === 'deletedInExchange' ? 'deletedInCrm' : reason;
}

function mirrorState(one: SideState): SideState {
  if (one.state === 'changed') return { ...one, item: { ...one.item, id: mirrorId(one.item.id) ?? '' } };
  return one.state === 'outOfScope' ? { ...one, id: mirrorId(one.id) ?? '' } : one;
}

function mirror({ link: known, states, rules: rule, capabilities }: Subject): Subject {
  return {
    link: mirrorLink(known),
    states: swapped({ crm: mirrorState(states.crm), exchange: mirrorState(states.exchange) }),
    rules: {
      ...rule,
      direction: rule.direction === 'crmToExchange' ? 'exchangeToCrm' : 'crmToExchange',
      winner: otherSide(rule.winner),
      deletes: swapped(rule.deletes),
    },
    capabilities: swapped(capabilities),
  };
}

/** What is written where, in an order that does not depend on which side comes first. */
function writesOf(steps: readonly PlannedStep[] | null, side: Side): unknown {
  return steps
    ?.filter(({ body }) => body.side === side)
    .map(({ step, body }) => ({
      step,
      kind: body.kind,
      target: body.targetId === null ? null : 'it',
      version: body.version,
      values: body.values,
      before: body.before,
      overwrites: body.overwrites,
      losers: body.losers.map(({ field, value }) => ({ field, value })),
    }));
}

describe('a plan', () => {
  const runs = { seed: 20_26, numRuns: 3000 };

  it('is empty once it was carried out, although both sides are read again', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const steps = stepsOf(subject);
        if (
          steps === null ||
          subject.states.crm.state === 'outOfScope' ||
          subject.states.exchange.state === 'outOfScope'
        )
          return;
        const world = carryOut(worldOf(subject), steps);
        const again = readAgain(subject, world);
        if (world.link === null) return;
        // Of an ended link nothing is read; of an item kept alone only what is there.
        if (world.link.state === 'deleted' && subject.link?.state !== 'deleted') return;
        expect(stepsOf(again)).to.deep.equal([]);
      }),
      runs,
    );
  });

  it('is empty when an item that is out of scope is looked at again', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        if (subject.states.crm.state !== 'outOfScope' && subject.states.exchange.state !== 'outOfScope')
          return;
        const steps = stepsOf(subject);
        if (steps === null) return;
        const { link: after } = carryOut(worldOf(subject), steps);
        if (after?.state !== 'outOfScope') return;
        const still = (side: Side): SideState =>
          subject.states[side].state === 'deleted' ? { state: 'absent' } : subject.states[side];
        const states = { crm: still('crm'), exchange: still('exchange') };
        expect(stepsOf({ ...subject, link: after, states })).to.deep.equal([]);
      }),
      runs,
    );
  });

  it('deletes nothing without a shadow, a definite deletion, an active link and a rule that says so', () => {
    let removes = 0;
    fc.assert(
      fc.property(subjects, (subject) => {
        for (const { body } of stepsOf(subject) ?? []) {
          if (body.kind !== 'remove' || body.side === null) continue;
          removes += 1;
          const gone = otherSide(body.side);
          expect(subject.states[gone].state).to.equal('deleted');
          expect(subject.link?.state).to.equal('active');
          expect(subject.link?.[gone]).not.to.equal(null);
          expect(subject.rules.deletes[gone]).to.equal(true);
          expect(leadingSide(subject.rules)).not.to.equal(body.side);
        }
      }),
      runs,
    );
    expect(removes).to.be.greaterThan(20);
  });

  it('writes no field that the side cannot hold or that was not read there', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        for (const { body } of stepsOf(subject) ?? []) {
          if (body.side === null || body.kind === 'remove') continue;
          const state = subject.states[body.side];
          for (const field of Object.keys(body.values)) {
            expect(subject.capabilities[body.side].unsupported.has(field)).to.equal(false);
            if (state.state === 'changed') expect(state.item.values).to.have.property(field);
          }
          const separate = Object.keys(body.values).filter((field) =>
            subject.capabilities[body.side ?? 'crm'].separate.has(field),
          );
          if (separate.length > 0 && body.kind === 'create')
            expect.fail('a create holds what needs a call of its own');
          expect([0, Object.keys(body.values).length]).to.include(separate.length);
        }
      }),
      runs,
    );
  });

  it('never writes to the leading side of a one-way sync', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const leading = leadingSide(subject.rules);
        if (leading === null) return;
        for (const { body } of stepsOf(subject) ?? []) expect(body.side).not.to.equal(leading);
      }),
      runs,
    );
  });

  it('is mirrored when the sides and the rules change places', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const steps = stepsOf(subject);
        const mirrored = stepsOf(mirror(subject));
        expect(mirrored === null).to.equal(steps === null);
        for (const side of sides)
          expect(writesOf(mirrored, side)).to.deep.equal(writesOf(steps, otherSide(side)));
        const plain = carryOut(worldOf(subject), steps ?? []);
        const other = carryOut(worldOf(mirror(subject)), mirrored ?? []);
        expect(swapped(other.items)).to.deep.equal(plain.items);
        const versionless = (one: Link | null) =>
          one && {
            ...one,
            crm: one.crm?.values ?? null,
            exchange: one.exchange?.values ?? null,
            identity: null,
          };
        expect(versionless(mirrorLink(other.link))).to.deep.equal(versionless(plain.link));
      }),
      runs,
    );
  });

  it('leaves each edit on both sides, or keeps it as a loser', () => {
    let checked = 0;
    fc.assert(
      fc.property(subjects, (subject) => {
        const { link: known, states } = subject;
        if (subject.rules.type === 'oneWay' || known?.state !== 'active' || !known.crm || !known.exchange)
          return;
        const steps = stepsOf(subject);
        if (steps === null) return;
        const world = carryOut(worldOf(subject), steps);
        const losers = steps.flatMap(({ body }) => body.losers);
        for (const side of sides) {
          const now = states[side];
          const there = states[otherSide(side)];
          if (now.state !== 'changed' || !['changed', 'unchanged'].includes(there.state)) continue;
          for (const field of fields) {
            const value = now.item.values[field.name];
            const seen = {
              base: known[side]?.values ?? {},
              now: now.item.values,
              unsupported: new Set<string>(),
              readOnly: new Set<string>(),
            };
            const opposite = worldOf(subject).items[otherSide(side)]?.[field.name];
            if (value === undefined || opposite === undefined || !isFilled(value) || !hasChanged(field, seen))
              continue;
            checked += 1;
            const isThere = sides.every((one) =>
              sameValue(field.kind, world.items[one]?.[field.name] ?? null, value),
            );
            const isLoser = losers.some(
              (loser) =>
                loser.field === field.name &&
                loser.side === side &&
                sameValue(field.kind, loser.value, value),
            );
            expect(isThere || isLoser, `${side} ${field.name}`).to.equal(true);
          }
        }
      }),
      runs,
    );
    expect(checked).to.be.greaterThan(200);
  });

  it('keeps the edit that lost against a deletion', () => {
    let checked = 0;
    fc.assert(
      fc.property(subjects, (subject) => {
        for (const { body } of stepsOf(subject) ?? []) {
          if (body.kind !== 'remove' || body.side === null) continue;
          const { side } = body;
          const state = subject.states[side];
          if (state.state !== 'changed') continue;
          const base = subject.link?.[side]?.values ?? null;
          for (const field of fields) {
            const value = state.item.values[field.name];
            if (
              !isFilled(value) ||
              !hasChanged(field, {
                base,
                now: state.item.values,
                unsupported: new Set(),
                readOnly: new Set(),
              })
            )
              continue;
            checked += 1;
            expect(body.losers).to.deep.include({ field: field.name, side, value });
          }
        }
      }),
      { ...runs, numRuns: 6000 },
    );
    expect(checked).to.be.greaterThan(20);
  });
});
