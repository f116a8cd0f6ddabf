import { expect } from 'chai';
import { remoteError } from './memory-side.ts';
import { contents, person, synced, worlds } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

describe('a cursor that the side no longer knows', () => {
  const makeWorld = worlds();

  it('starts a full read that writes nothing where nothing changed', async () => {
    const world = await makeWorld({ crm: { pageSize: 2 }, exchange: { pageSize: 2 } });
    await synced(
      world,
      [1, 2, 3, 4, 5].map((number) => person(number)),
    );
    world.crm.forgetCursors();
    world.exchange.forgetCursors();
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('still shows edits and deletions: what the full read does not meet is asked for by id', async () => {
    const world = await makeWorld();
    const { crmIds, exchangeIds } = await synced(
      world,
      [1, 2, 3, 4, 5].map((number) => person(number)),
    );
    world.exchange.delete(exchangeIds[0] ?? '');
    world.crm.delete(crmIds[1] ?? '');
    world.exchange.change(exchangeIds[2] ?? '', { jobTitle: 'Edited' });
    world.crm.forgetCursors();
    world.exchange.forgetCursors();
    await world.sync();
    const left = [person(3, { jobTitle: 'Edited' }), person(4), person(5)];
    expect(contents(world.crm)).to.have.deep.members(left);
    expect(contents(world.exchange)).to.have.deep.members(left);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('hides that an item went which was reported and never planned: it is asked for, not made from what rode along', async () => {
    for (const born of ['crm', 'exchange'] as const) {
      const world = await makeWorld({ crm: { ridesAlong: true }, exchange: { ridesAlong: true } });
      await synced(world);
      const system = world[born];
      const id = system.add(person(2), { ownerId: 'alice' });
      let stop = new AbortController();
      world.wrapping = {
        ...world.wrapping,
        store: (store) => ({
          ...store,
          duePage: async (...args) => {
            stop.abort();
            return store.duePage(...args);
          },
        }),
      };
      expect((await world.run({ signal: stop.signal })).state).to.equal('stopped');
      expect(await world.inbox()).to.have.lengthOf(1);

      system.delete(id);
      system.forgetCursors();
      stop = new AbortController();
      world.restart();
      await world.sync();
      expect(contents(world.crm), born).to.deep.equal([person(1)]);
      expect(contents(world.exchange), born).to.deep.equal([person(1)]);
      await world.sync();
      expect(await world.idleRun()).to.deep.equal(idle);
    }
  });

  it('hides that a record went while its partner was made: the next run finds out', async () => {
    const world = await makeWorld({ owners: ['alice', 'bob'] });
    await world.sync();
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    world.wrapping = {
      ...world.wrapping,
      side: (side) => ({
        ...side,
        async create(...args) {
          world.crm.delete(id);
          world.crm.forgetCursors();
          await world.sync({ owner: 'bob' });
          return side.create(...args);
        },
      }),
    };
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(1);
    await world.sync();
    expect(world.exchange.list()).to.deep.equal([]);
    expect(await world.activeLinks()).to.deep.equal([]);
  });

  it('while a full read goes on begins another one', async () => {
    const world = await makeWorld({ exchange: { pageSize: 2 } });
    for (const number of [1, 2, 3, 4, 5]) world.exchange.add(person(number));
    let pages = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'changes' && (pages += 1) === 2) throw remoteError('exchange');
    };
    expect((await world.run()).state).to.equal('failed');
    world.exchange.forgetCursors();
    await world.sync();
    expect(contents(world.crm)).to.deep.equal(contents(world.exchange));
    expect(world.crm.list()).to.have.lengthOf(5);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('of a full read that broke off goes on where it was', async () => {
    const world = await makeWorld({ exchange: { pageSize: 2 } });
    for (const number of [1, 2, 3, 4, 5]) world.exchange.add(person(number));
    let pages = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'changes' && (pages += 1) === 2) throw remoteError('exchange');
    };
    expect((await world.run()).state).to.equal('failed');
    world.exchange.meanwhile = () => undefined;
    const before = world.exchange.count('changes');
    await world.sync();
    expect(world.exchange.count('changes') - before).to.equal(2);
    expect(world.crm.list()).to.have.lengthOf(5);
  });
});
