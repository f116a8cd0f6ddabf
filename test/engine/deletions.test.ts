import { expect } from 'chai';
import type { Side } from '../../src/sync/model.ts';
import { remoteError } from './memory-side.ts';
import { PowerCut } from './power-cut.ts';
import { contents, person, synced, worlds } from './world.ts';
import type { World } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

async function one(world: World): Promise<Record<Side, string>> {
  const { crmIds, exchangeIds } = await synced(world);
  return { crm: crmIds[0] ?? '', exchange: exchangeIds[0] ?? '' };
}

const other = { crm: 'exchange', exchange: 'crm' } as const;

function addTo(world: World, side: Side, number: number): string {
  return side === 'crm'
    ? world.crm.add(person(number), { ownerId: 'alice' })
    : world.exchange.add(person(number));
}

describe('deletions', () => {
  const makeWorld = worlds();

  for (const side of ['crm', 'exchange'] as const) {
    describe(`in ${side}`, () => {
      it('are carried to the other side where the rule says so', async () => {
        const world = await makeWorld();
        const ids = await one(world);
        world[side].delete(ids[side]);
        const { counts } = await world.sync();
        expect(counts[other[side]].deleted).to.equal(1);
        expect(world[other[side]].list()).to.deep.equal([]);
        expect((await world.links()).map(({ state }) => state)).to.deep.equal(['deleted']);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it('drop the pair where it does not, and nothing comes back, even after later edits', async () => {
        const world = await makeWorld({ settings: { deletes: { crm: false, exchange: false } } });
        const ids = await one(world);
        world[side].delete(ids[side]);
        await world.sync();
        const left = other[side];
        expect(world[left].has(ids[left])).to.equal(true);
        world[left].change(ids[left], { jobTitle: 'Still here' });
        await world.sync();
        expect(world[side].list()).to.deep.equal([]);
        expect(world[left].list()).to.have.lengthOf(1);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it('pair the item again instead of doubling it when it is made again after the pair was dropped', async () => {
        const world = await makeWorld({ settings: { deletes: { crm: false, exchange: false } } });
        const ids = await one(world);
        world[side].delete(ids[side]);
        await world.sync();
        addTo(world, side, 1);
        await world.sync();
        expect(world.crm.list(), 'CRM').to.have.lengthOf(1);
        expect(world.exchange.list(), 'Exchange').to.have.lengthOf(1);
        expect(await world.activeLinks()).to.have.lengthOf(1);
      });

      it('relink an item that was deleted and made again before the run', async () => {
        const world = await makeWorld();
        const ids = await one(world);
        world[side].delete(ids[side]);
        const again = addTo(world, side, 1);
        const writes = world.crm.countItems('remove') + world.exchange.countItems('remove');
        await world.sync();
        expect(world.crm.countItems('remove') + world.exchange.countItems('remove')).to.equal(writes);
        expect(world[other[side]].has(ids[other[side]])).to.equal(true);
        const [link] = await world.activeLinks();
        expect(link).to.include({ [`${side}Id`]: again, [`${other[side]}Id`]: ids[other[side]] });
        expect(await world.links()).to.have.lengthOf(1);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it('bring a new item when it is made again after the deletion was carried over', async () => {
        const world = await makeWorld();
        const ids = await one(world);
        world[side].delete(ids[side]);
        await world.sync();
        addTo(world, side, 1);
        await world.sync();
        expect(contents(world.crm)).to.deep.equal([person(1)]);
        expect(contents(world.exchange)).to.deep.equal([person(1)]);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it(`win against an edit on the other side when ${side} wins, and the edit is kept as a loser`, async () => {
        const world = await makeWorld({ settings: { winner: side } });
        const ids = await one(world);
        world[side].delete(ids[side]);
        world[other[side]].change(ids[other[side]], { jobTitle: 'Edited' });
        const { counts } = await world.sync();
        expect(world.crm.list()).to.deep.equal([]);
        expect(world.exchange.list()).to.deep.equal([]);
        expect(counts[other[side]].conflicts).to.equal(1);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it(`lose against an edit on the other side when ${other[side]} wins: the item is made again`, async () => {
        const world = await makeWorld({ settings: { winner: other[side] } });
        const ids = await one(world);
        world[side].delete(ids[side]);
        world[other[side]].change(ids[other[side]], { jobTitle: 'Edited' });
        await world.sync();
        expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
        expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it('are no conflict when the version of the other side moved and its content did not', async () => {
        const world = await makeWorld({ settings: { winner: other[side] } });
        const ids = await one(world);
        world[side].delete(ids[side]);
        world[other[side]].touch(ids[other[side]]);
        const { counts } = await world.sync();
        expect(world[other[side]].list()).to.deep.equal([]);
        expect([counts.crm.conflicts, counts.exchange.conflicts]).to.deep.equal([0, 0]);
      });
    });
  }

  it('on both sides end the link and delete nothing', async () => {
    const world = await makeWorld();
    const ids = await one(world);
    world.crm.delete(ids.crm);
    world.exchange.delete(ids.exchange);
    const writes = world.crm.writes + world.exchange.writes;
    await world.sync();
    expect(world.crm.writes + world.exchange.writes).to.equal(writes);
    expect((await world.links()).map(({ state }) => state)).to.deep.equal(['deleted']);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('on both sides do not keep an item away that is restored in Exchange later', async () => {
    const world = await makeWorld();
    const ids = await one(world);
    const identity = world.exchange.get(ids.exchange).identity ?? '';
    world.crm.delete(ids.crm);
    world.exchange.delete(ids.exchange);
    await world.sync();
    world.exchange.restore(identity);
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
  });

  it('that were dropped do not keep an item away that is restored after the record went too', async () => {
    const world = await makeWorld({ settings: { deletes: { crm: false, exchange: false } } });
    const ids = await one(world);
    const identity = world.exchange.get(ids.exchange).identity ?? '';
    world.exchange.delete(ids.exchange);
    await world.sync();
    world.crm.delete(ids.crm);
    await world.sync();
    world.exchange.restore(identity);
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
  });

  it('in Exchange that were dropped are undone by restoring the item: one pair again', async () => {
    const world = await makeWorld({ settings: { deletes: { crm: false, exchange: false } } });
    const ids = await one(world);
    const identity = world.exchange.get(ids.exchange).identity ?? '';
    world.exchange.delete(ids.exchange);
    await world.sync();
    world.exchange.restore(identity);
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(1);
    const [link] = await world.activeLinks();
    expect(link?.crmId).to.equal(ids.crm);
  });

  describe('one way', () => {
    for (const leading of ['crm', 'exchange'] as const) {
      const following = other[leading];
      const settings = {
        type: 'oneWay',
        direction: leading === 'crm' ? 'crmToExchange' : 'exchangeToCrm',
      } as const;

      it(`in ${leading} are carried to ${following} even against an edit there`, async () => {
        const world = await makeWorld({ settings });
        addTo(world, leading, 1);
        await world.sync();
        world[leading].delete(world[leading].list()[0]?.id ?? '');
        world[following].change(world[following].list()[0]?.id ?? '', { jobTitle: 'Edited' });
        await world.sync();
        expect(world[following].list()).to.deep.equal([]);
      });

      it(`in ${following} stay there, and the item is not made again, even after ${leading} changes it`, async () => {
        const world = await makeWorld({ settings });
        addTo(world, leading, 1);
        await world.sync();
        world[following].delete(world[following].list()[0]?.id ?? '');
        await world.sync();
        const id = world[leading].list()[0]?.id ?? '';
        world[leading].change(id, { jobTitle: 'Edited' });
        await world.sync();
        expect(world[following].list()).to.deep.equal([]);
        expect(world[leading].list()).to.have.lengthOf(1);
        expect(await world.idleRun()).to.deep.equal(idle);
      });
    }
  });
});

describe('a deletion that a side has forgotten to report', () => {
  const makeWorld = worlds();

  for (const side of ['crm', 'exchange'] as const) {
    it(`in ${side} is noticed although the power fails before what is missing was looked for`, async () => {
      const world = await makeWorld({ settings: { deletes: { crm: true, exchange: true } } });
      const ids = await one(world);
      world[side].delete(ids[side]);
      world[side].forgetCursors();
      const whole = world.wrapping;
      const enqueueUnseen = () => Promise.reject(new PowerCut('enqueueUnseen'));
      world.wrapping = { ...whole, store: (store) => ({ ...store, enqueueUnseen }) };
      expect((await world.run().catch((error: unknown) => ({ error }))).error).to.be.instanceOf(PowerCut);
      world.wrapping = whole;
      world.restart();
      await world.sync();
      expect([world.crm.list(), world.exchange.list()]).to.deep.equal([[], []]);
    });
  }
});

describe('a deletion that was carried out and not answered', () => {
  const makeWorld = worlds();

  it('takes nothing along that was put back before the next run', async () => {
    const world = await makeWorld({ settings: { deletes: { crm: true, exchange: true } } });
    const { exchange } = await one(world);
    world.exchange.delete(exchange);
    world.crm.fail('remove', { kind: 'lostAnswer', error: remoteError('crm', { outcomeUnknown: true }) });
    expect((await world.run()).state).to.equal('failed');
    expect(contents(world.crm)).to.deep.equal([]);
    world.exchange.move(world.exchange.deletedItems()[0]?.id ?? '', 'home');
    await world.sync();
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    expect(contents(world.crm)).to.deep.equal([person(1)]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});

describe('an event that was deleted in Exchange and edited in the CRM', () => {
  const makeWorld = worlds();

  for (const type of ['twoWay', 'oneWay'] as const)
    it(`is made again there, and ${type === 'twoWay' ? 'the record learns the new UID' : 'the record of a leading CRM keeps its UID'}`, async () => {
      const exchange = { setsItself: ['uid'] };
      const world = await makeWorld({ module: 'events', exchange });
      const talk = { subject: 'Talk', start: '2026-03-02T09:00:00', end: '2026-03-02T10:00:00' };
      const first = world.exchange.add({ ...talk, uid: 'uid of the first' });
      await world.sync();
      const crmId = world.crm.list()[0]?.id ?? '';
      world.exchange.delete(first);
      world.crm.change(crmId, { location: 'Room 1' });
      await world.sync();
      const again = world.exchange.list()[0]?.id ?? '';
      world.settings = { ...world.settings, type, direction: 'crmToExchange' };
      await world.sync();
      const edited = { ...talk, location: 'Room 1' };
      const uid = `uid of ${again}`;
      expect(contents(world.exchange)).to.deep.equal([{ ...edited, uid }]);
      expect(contents(world.crm)).to.deep.equal([
        { ...edited, uid: type === 'twoWay' ? uid : 'uid of the first' },
      ]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
});

describe('an event of the CRM that Exchange gave a UID', () => {
  const makeWorld = worlds();

  for (const winner of ['crm', 'exchange'] as const)
    it(`goes there when it is deleted in the CRM before anybody has read that, and ${winner} wins conflicts: nothing was edited`, async () => {
      const exchange = { setsItself: ['uid'] };
      const world = await makeWorld({ module: 'events', exchange, settings: { winner } });
      const talk = { subject: 'Talk', start: '2026-03-02T09:00:00', end: '2026-03-02T10:00:00' };
      const crmId = world.crm.add(talk, { ownerId: 'alice' });
      await world.sync();
      world.crm.delete(crmId);
      const { counts } = await world.sync();
      expect([contents(world.crm), contents(world.exchange)]).to.deep.equal([[], []]);
      expect([counts.crm.conflicts, counts.exchange.conflicts]).to.deep.equal([0, 0]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
});

describe('an item that was made again on both sides', () => {
  const makeWorld = worlds();

  it('is one pair although nobody can tell yet whether the one before it is gone', async () => {
    const world = await makeWorld();
    const ids = await one(world);
    world.crm.delete(ids.crm);
    const crmId = world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.delete(ids.exchange);
    const exchangeId = world.exchange.add(person(1));
    world.exchange.forgetCursors();
    const failure = { code: 'Busy', message: 'The server is busy.', retryable: true };
    world.wrapping = {
      ...world.wrapping,
      side: (side) => ({
        ...side,
        read: async (module, wanted) => {
          const answers = await side.read(module, wanted);
          return answers.map((answer, index) =>
            wanted[index] === ids.exchange ? { kind: 'failed', failure } : answer,
          );
        },
      }),
    };
    await world.sync();
    world.restart();
    await world.stores.sync.retryNow(world.scopeOf());
    await world.sync();
    expect((await world.activeLinks()).map((link) => [link.crmId, link.exchangeId])).to.deep.equal([
      [crmId, exchangeId],
    ]);
    expect(world.crm.list()).to.have.lengthOf(1);
    expect(world.exchange.list()).to.have.lengthOf(1);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});

describe('a record that was made again twice', () => {
  const makeWorld = worlds();

  it('keeps its item although an earlier one lies in another folder', async () => {
    const world = await makeWorld({ settings: { deletes: { crm: false, exchange: true } } });
    const ids = await one(world);
    world.exchange.move(ids.exchange, 'elsewhere');
    world.crm.delete(ids.crm);
    const second = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    world.crm.delete(second);
    world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(1);
    expect(await world.activeLinks()).to.have.lengthOf(1);
  });

  it('stands for the first one while the item lies in another folder, and when it comes back', async () => {
    const world = await makeWorld();
    const ids = await one(world);
    const away = world.exchange.move(ids.exchange, 'elsewhere');
    await world.sync();
    world.crm.delete(ids.crm);
    const second = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    expect((await world.links()).map(({ crmId, reason }) => [crmId, reason])).to.deep.equal([
      [second, 'moved'],
    ]);
    world.crm.change(second, { jobTitle: 'Edited' });
    world.exchange.move(away, 'home');
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
  });

  it('takes the place of the first one in a pair that was dropped, when its item is restored at the same time', async () => {
    const world = await makeWorld({ settings: { deletes: { crm: true, exchange: false } } });
    const ids = await one(world);
    const identity = world.exchange.get(ids.exchange).identity ?? '';
    world.exchange.delete(ids.exchange);
    await world.sync();
    world.exchange.restore(identity);
    world.crm.delete(ids.crm);
    world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});

describe('an item that waits alone', () => {
  const makeWorld = worlds();

  it('is not deleted because a new one like it came and went on the other side', async () => {
    const world = await makeWorld({ settings: { firstSyncCap: 0, winner: 'exchange' } });
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    expect((await world.links()).map(({ reason }) => reason)).to.deep.equal(['cap']);
    const passing = world.exchange.add(person(1));
    // It is listed, and gone when it is to be read.
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'read' && world.exchange.has(passing)) world.exchange.delete(passing);
    };
    await world.sync();
    await world.sync();
    expect(world.crm.has(id)).to.equal(true);
  });

  it('is known to be gone although the side has forgotten to report it', async () => {
    const world = await makeWorld({ settings: { firstSyncCap: 0 } });
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    world.crm.delete(id);
    world.crm.forgetCursors();
    await world.sync();
    expect((await world.links()).map(({ state, reason }) => [state, reason])).to.deep.equal([
      ['deleted', 'deletedInCrm'],
    ]);
  });

  it('does not keep the one that takes its place from the item of the other side', async () => {
    const world = await makeWorld({ settings: { firstSyncCap: 0 } });
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    world.crm.delete(id);
    world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.add(person(1));
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(1);
    expect(world.exchange.list()).to.have.lengthOf(1);
    expect(await world.activeLinks()).to.have.lengthOf(1);
  });
});

describe('moving an item in Exchange to another folder', () => {
  const makeWorld = worlds();

  async function movedAway(world: World): Promise<{ crm: string; away: string }> {
    const ids = await one(world);
    const away = world.exchange.move(ids.exchange, 'elsewhere');
    await world.sync();
    return { crm: ids.crm, away };
  }

  it('takes it out of scope and leaves the record alone', async () => {
    const world = await makeWorld();
    const { crm } = await movedAway(world);
    expect(world.crm.has(crm)).to.equal(true);
    expect((await world.links()).map(({ state, reason }) => [state, reason])).to.deep.equal([
      ['outOfScope', 'moved'],
    ]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('does not make the record again in the folder when it is edited meanwhile', async () => {
    const world = await makeWorld();
    const { crm } = await movedAway(world);
    world.crm.change(crm, { jobTitle: 'Edited' });
    await world.sync();
    expect(world.exchange.list()).to.deep.equal([]);
    expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
  });

  it('does not delete the record when the item is deleted over there', async () => {
    const world = await makeWorld({ settings: { winner: 'exchange' } });
    const { crm, away } = await movedAway(world);
    world.exchange.move(away, 'deletedItems');
    world.crm.change(crm, { jobTitle: 'Edited' });
    await world.sync();
    expect(world.crm.has(crm)).to.equal(true);
  });

  it('and back pairs the two again and brings what changed meanwhile on both sides', async () => {
    const world = await makeWorld();
    const { crm, away } = await movedAway(world);
    world.crm.change(crm, { jobTitle: 'Edited' });
    await world.sync();
    const back = world.exchange.move(away, 'home');
    world.exchange.change(back, { mobilePhone: '+1 1' });
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Edited', mobilePhone: '+1 1' })]);
    expect(contents(world.exchange)).to.deep.equal(contents(world.crm));
    expect((await world.links()).map(({ state, exchangeId }) => [state, exchangeId])).to.deep.equal([
      ['active', back],
    ]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('and back between two runs is nothing at all', async () => {
    const world = await makeWorld();
    const ids = await one(world);
    const back = world.exchange.move(world.exchange.move(ids.exchange, 'elsewhere'), 'home');
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(1);
    expect((await world.links()).map(({ state, exchangeId }) => [state, exchangeId])).to.deep.equal([
      ['active', back],
    ]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('and back while a run looks for it leaves the record alone', async () => {
    for (const born of ['crm', 'exchange'] as const) {
      const world = await makeWorld();
      const id = world[born].add(person(1), { ownerId: 'alice' });
      await world.sync();
      const exchangeId = (await world.links())[0]?.exchangeId ?? '';
      const away = world.exchange.move(exchangeId, 'elsewhere');
      let back = '';
      world.exchange.meanwhile = ({ method }) => {
        if (method === 'locate' && back === '') back = world.exchange.move(away, 'home');
      };
      await world.sync();
      await world.sync();
      expect(world.crm.list(), born).to.have.lengthOf(1);
      if (born === 'crm') expect(world.crm.has(id)).to.equal(true);
      expect((await world.links()).map((link) => [link.state, link.exchangeId])).to.deep.equal([
        ['active', back],
      ]);
      expect(await world.idleRun()).to.deep.equal(idle);
    }
  });

  it('is told from deleting it although a copy of it stays', async () => {
    for (const folder of ['elsewhere', 'deletedItems'] as const) {
      const world = await makeWorld();
      const ids = await one(world);
      const { stamp } = world.exchange.get(ids.exchange);
      const copy = world.exchange.add(person(9), { stamp: stamp ?? '' });
      await world.sync();
      world.exchange.move(ids.exchange, folder);
      await world.sync();
      expect(world.crm.has(ids.crm)).to.equal(folder === 'elsewhere');
      expect((await world.activeLinks()).map(({ exchangeId }) => exchangeId)).to.deep.equal([copy]);
      expect(await world.idleRun()).to.deep.equal(idle);
    }
  });

  it('leaves its place to the same person when he is made again in the folder, and forgets nothing of him', async () => {
    const world = await makeWorld();
    const { crmIds, exchangeIds } = await synced(world, [person(1, { mobilePhone: '+1 1' })]);
    world.exchange.move(exchangeIds[0] ?? '', 'elsewhere');
    await world.sync();
    const again = world.exchange.add(person(1, { jobTitle: 'New' }));
    await world.sync();
    expect(world.crm.list().map(({ id }) => id)).to.deep.equal(crmIds);
    expect(contents(world.crm)).to.deep.equal([person(1, { mobilePhone: '+1 1', jobTitle: 'New' })]);
    expect(contents(world.exchange)).to.deep.equal(contents(world.crm));
    expect((await world.links()).map(({ state, exchangeId }) => [state, exchangeId])).to.deep.equal([
      ['active', again],
    ]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('works the same for an item that was born in Exchange and has no stamp', async () => {
    const world = await makeWorld();
    const id = world.exchange.add(person(1));
    await world.sync();
    const away = world.exchange.move(id, 'elsewhere');
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(1);
    world.exchange.move(away, 'home');
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(1);
    expect(await world.activeLinks()).to.have.lengthOf(1);
  });

  it('leaves both alone when the record is deleted meanwhile', async () => {
    const world = await makeWorld();
    const { crm } = await movedAway(world);
    world.crm.delete(crm);
    const writes = world.exchange.writes;
    await world.sync();
    expect(world.exchange.writes).to.equal(writes);
    expect((await world.links()).map(({ state }) => state)).to.deep.equal(['deleted']);
  });

  it('does not take a copy with our stamp for the item itself', async () => {
    const world = await makeWorld();
    const ids = await one(world);
    const { stamp } = world.exchange.get(ids.exchange);
    world.exchange.add(person(9), { stamp: stamp ?? '' });
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1), person(9)]);
    expect(await world.activeLinks()).to.have.lengthOf(2);
  });
});
