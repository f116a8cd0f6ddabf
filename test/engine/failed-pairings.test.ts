import { expect } from 'chai';
import type { Failure } from '../../src/sync/ports.ts';
import { remoteError } from './memory-side.ts';
import { contents, minuteMs, person, worlds } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };
const busy: Failure = { code: 'Busy', message: 'The server is busy.', retryable: true };

describe('a first pairing of which one side took nothing', () => {
  const makeWorld = worlds();

  it('is finished later, although that side reports its item by itself meanwhile', async () => {
    const world = await makeWorld();
    world.crm.add(person(1, { jobTitle: 'Clerk' }), { ownerId: 'alice' });
    const exchangeId = world.exchange.add(person(1, { jobTitle: 'Chief', company: 'Example' }));
    world.exchange.itemFailure = (method) => (method === 'update' ? busy : null);
    await world.sync();
    world.exchange.itemFailure = () => null;
    world.exchange.change(exchangeId, { mobilePhone: '+1 1' });
    world.now -= minuteMs / 2; // what failed is not due yet
    await world.sync();
    await world.stores.sync.retryNow(world.scopeOf());
    await world.sync();
    const whole = person(1, { jobTitle: 'Clerk', company: 'Example', mobilePhone: '+1 1' });
    expect(contents(world.crm)).to.deep.equal([whole]);
    expect(contents(world.exchange)).to.deep.equal([whole]);
    expect((await world.losers()).map(({ value }) => value)).to.deep.equal(['Chief']);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});

describe('a first pairing of which one side took nothing, and was then deleted there', () => {
  const makeWorld = worlds();

  it('keeps what never arrived as the loser of the deletion', async () => {
    const world = await makeWorld({
      settings: { winner: 'exchange', deletes: { crm: true, exchange: true } },
    });
    world.crm.add(person(1, { company: 'Example' }), { ownerId: 'alice' });
    const exchangeId = world.exchange.add(person(1, { mobilePhone: '+1 1' }));
    world.exchange.itemFailure = (method) => (method === 'update' ? busy : null);
    await world.sync();
    world.exchange.itemFailure = () => null;
    world.exchange.delete(exchangeId);
    world.now -= minuteMs / 2; // what failed is not due yet
    await world.sync();
    expect([world.crm.list(), world.exchange.list()]).to.deep.equal([[], []]);
    expect((await world.losers()).map(({ field, value }) => [field, value])).to.deep.include([
      'company',
      'Example',
    ]);
  });
});

describe('a first pairing of which nobody heard whether it was written', () => {
  const makeWorld = worlds();
  const lost = { kind: 'lostAnswer', error: remoteError('crm', { outcomeUnknown: true }) } as const;

  it('does not keep the value that was written apart from an edit of the other side', async () => {
    for (const type of ['oneWay', 'twoWay'] as const) {
      const world = await makeWorld({ settings: { type, direction: 'exchangeToCrm', winner: 'exchange' } });
      world.crm.add(person(1, { jobTitle: 'Clerk' }), { ownerId: 'alice' });
      const exchangeId = world.exchange.add(person(1, { jobTitle: 'Chief' }));
      world.crm.fail('update', lost);
      expect((await world.run()).state).to.equal('failed');
      expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Chief' })]);
      world.exchange.change(exchangeId, { jobTitle: null });
      await world.sync();
      expect(contents(world.crm), type).to.deep.equal([person(1)]);
      expect(contents(world.exchange), type).to.deep.equal([person(1)]);
      expect((await world.losers()).map(({ value }) => value)).to.deep.equal(['Clerk']);
      expect(await world.idleRun()).to.deep.equal(idle);
    }
  });

  it('does the same where the request arrived twice', async () => {
    const world = await makeWorld({ settings: { winner: 'exchange' } });
    world.crm.add(person(1), { ownerId: 'alice' });
    const exchangeId = world.exchange.add(person(1, { jobTitle: 'Chief' }));
    let isRepeated = false;
    world.wrapping = {
      ...world.wrapping,
      side: (side) => ({
        ...side,
        async update(...args) {
          const answer = await side.update(...args);
          if (side.side !== 'crm' || isRepeated) return answer;
          isRepeated = true;
          world.exchange.change(exchangeId, { jobTitle: null });
          return side.update(...args);
        },
      }),
    };
    await world.sync();
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});
