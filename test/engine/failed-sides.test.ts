import { expect } from 'chai';
import { retryAfterMs } from '../../src/engine/sync-run.ts';
import { remoteError } from './memory-side.ts';
import { contents, person, synced, worlds } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

describe('a side that fails as a whole', () => {
  const makeWorld = worlds();

  for (const side of ['crm', 'exchange'] as const) {
    for (const kind of ['lostRequest', 'lostAnswer'] as const) {
      it(`at a create on ${side} (${kind}) ends the run with the error, and the next one doubles nothing`, async () => {
        const world = await makeWorld({ crm: { batchSize: 2 }, exchange: { batchSize: 2 } });
        for (const number of [1, 2, 3]) world.crm.add(person(number), { ownerId: 'alice' });
        for (const number of [4, 5, 6]) world.exchange.add(person(number));
        world[side].fail('create', {
          kind,
          error: remoteError(side, { outcomeUnknown: kind === 'lostAnswer' }),
        });
        const outcome = await world.run();
        expect(outcome.state).to.equal('failed');
        expect(retryAfterMs(outcome)).to.equal(60_000);
        await world.sync();
        const all = [1, 2, 3, 4, 5, 6].map((number) => person(number));
        expect(contents(world.crm)).to.deep.equal(all);
        expect(contents(world.exchange)).to.deep.equal(all);
        await world.sync();
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it(`at an update on ${side} (${kind}) loses no edit`, async () => {
        const world = await makeWorld();
        const { crmIds, exchangeIds } = await synced(world);
        if (side === 'exchange') world.crm.change(crmIds[0] ?? '', { jobTitle: 'Edited' });
        else world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Edited' });
        world[side].fail('update', { kind, error: remoteError(side) });
        expect((await world.run()).state).to.equal('failed');
        const { counts } = await world.sync();
        expect(counts.crm.conflicts + counts.exchange.conflicts).to.equal(0);
        for (const system of [world.crm, world.exchange]) {
          expect(contents(system)).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
        }
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it(`at an update on ${side} (${kind}) that settles a conflict keeps the loser`, async () => {
        const world = await makeWorld({ settings: { winner: side === 'crm' ? 'exchange' : 'crm' } });
        const { crmIds, exchangeIds } = await synced(world);
        world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
        world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'of exchange' });
        world[side].fail('update', { kind, error: remoteError(side) });
        expect((await world.run()).state).to.equal('failed');
        const { counts } = await world.sync();
        expect(counts[side].conflicts).to.equal(1);
        expect(await world.losers()).to.deep.equal([{ field: 'jobTitle', side, value: `of ${side}` }]);
      });

      it(`at a deletion on ${side} (${kind}) that wins against an edit keeps the edit`, async () => {
        const world = await makeWorld({ settings: { winner: side === 'crm' ? 'exchange' : 'crm' } });
        const { crmIds, exchangeIds } = await synced(world, [person(1), person(2)]);
        world[side].change((side === 'crm' ? crmIds : exchangeIds)[0] ?? '', { jobTitle: 'Edited' });
        if (side === 'crm') world.exchange.delete(exchangeIds[0] ?? '');
        else world.crm.delete(crmIds[0] ?? '');
        world[side].fail('remove', { kind, error: remoteError(side) });
        expect((await world.run()).state).to.equal('failed');
        await world.sync();
        expect(world[side].list()).to.have.lengthOf(1);
        expect(await world.losers()).to.deep.include({ field: 'jobTitle', side, value: 'Edited' });
      });

      it(`at a deletion on ${side} (${kind}) deletes once and ends the link`, async () => {
        const world = await makeWorld();
        const { crmIds, exchangeIds } = await synced(world, [person(1), person(2), person(3)]);
        if (side === 'exchange') world.crm.delete(crmIds[0] ?? '');
        else world.exchange.delete(exchangeIds[0] ?? '');
        world[side].fail('remove', { kind, error: remoteError(side) });
        expect((await world.run()).state).to.equal('failed');
        await world.sync();
        expect(contents(world.crm)).to.deep.equal([person(2), person(3)]);
        expect(contents(world.exchange)).to.deep.equal([person(2), person(3)]);
        expect(await world.activeLinks()).to.have.lengthOf(2);
        expect(await world.idleRun()).to.deep.equal(idle);
      });
    }
  }

  it('for a reason of its own is not to be tried again at once', async () => {
    const world = await makeWorld();
    world.exchange.fail('scope', {
      kind: 'lostRequest',
      error: remoteError('exchange', { retryable: false }),
    });
    const outcome = await world.run();
    expect(outcome).to.include({ state: 'failed' });
    expect(retryAfterMs(outcome)).to.equal(null);
    expect((await world.stores.sync.lastRun(world.scopeOf(), 'failed'))?.error).to.equal(
      'exchange does not answer',
    );
  });
});

describe('a run that is asked to stop', () => {
  const makeWorld = worlds();

  it('ends as stopped, and the next one goes on', async () => {
    const world = await makeWorld({ exchange: { batchSize: 2 } });
    for (const number of [1, 2, 3, 4, 5]) world.crm.add(person(number), { ownerId: 'alice' });
    const stop = new AbortController();
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'create') stop.abort();
    };
    const outcome = await world.run({ signal: stop.signal });
    expect(outcome.state).to.equal('stopped');
    expect(world.exchange.list().length).to.be.lessThan(5);
    world.exchange.meanwhile = () => undefined;
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal(contents(world.crm));
    await world.sync();
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});
