import { expect } from 'chai';
import type { Side, Values } from '../../src/sync/model.ts';
import { contents, person, synced, worlds } from './world.ts';
import type { World } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

/** The same on both sides, and nothing more to do. */
async function converged(world: World, values: readonly Values[]): Promise<void> {
  expect(contents(world.crm), 'CRM').to.deep.equal(values);
  expect(contents(world.exchange), 'Exchange').to.deep.equal(values);
  expect(await world.idleRun()).to.deep.equal(idle);
}

describe('edits', () => {
  const makeWorld = worlds();

  for (const side of ['crm', 'exchange'] as const) {
    it(`travel from ${side} to the other side, cleared fields too`, async () => {
      const world = await makeWorld();
      const ids = await synced(world, [person(1, { jobTitle: 'Engineer' }), person(2)]);
      const id = side === 'crm' ? ids.crmIds[0] : ids.exchangeIds[0];
      world[side].change(id ?? '', { jobTitle: null, mobilePhone: '+1 1' });
      const { counts } = await world.sync();
      expect(counts[side === 'crm' ? 'exchange' : 'crm'].updated).to.equal(1);
      expect(counts[side].updated).to.equal(0);
      await converged(world, [person(1, { mobilePhone: '+1 1' }), person(2)]);
    });
  }

  for (const winner of ['crm', 'exchange'] as const) {
    describe(`of both sides when ${winner} wins conflicts`, () => {
      it('are both kept where they are of different fields', async () => {
        const world = await makeWorld({ settings: { winner } });
        const { crmIds, exchangeIds } = await synced(world);
        world.crm.change(crmIds[0] ?? '', { jobTitle: 'Engineer' });
        world.exchange.change(exchangeIds[0] ?? '', { mobilePhone: '+1 1' });
        const { counts } = await world.sync();
        expect([counts.crm.conflicts, counts.exchange.conflicts]).to.deep.equal([0, 0]);
        await converged(world, [person(1, { jobTitle: 'Engineer', mobilePhone: '+1 1' })]);
      });

      it('leave the value of the winner where they are of one field, and keep the loser', async () => {
        const world = await makeWorld({ settings: { winner } });
        const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Engineer' })]);
        world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
        world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'of exchange' });
        const { counts } = await world.sync();
        const loser: Side = winner === 'crm' ? 'exchange' : 'crm';
        expect(counts[loser].conflicts).to.equal(1);
        expect(counts[winner].conflicts).to.equal(0);
        expect(await world.losers()).to.deep.equal([
          { field: 'jobTitle', side: loser, value: `of ${loser}` },
        ]);
        await converged(world, [person(1, { jobTitle: `of ${winner}` })]);
      });

      it('agree where both wrote the same', async () => {
        const world = await makeWorld({ settings: { winner } });
        const { crmIds, exchangeIds } = await synced(world);
        world.crm.change(crmIds[0] ?? '', { jobTitle: 'Engineer' });
        world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Engineer ' });
        const before = world.crm.writes + world.exchange.writes;
        const { counts } = await world.sync();
        expect(world.crm.writes + world.exchange.writes).to.equal(before);
        expect([counts.crm.conflicts, counts.exchange.conflicts]).to.deep.equal([0, 0]);
        expect(await world.idleRun()).to.deep.equal(idle);
      });
    });
  }

  for (const winner of ['crm', 'exchange'] as const) {
    it(`of one side are no conflict after a first pairing that wrote to both (${winner} wins)`, async () => {
      const world = await makeWorld({ settings: { winner } });
      const crmId = world.crm.add(person(1, { jobTitle: 'of crm', company: 'first' }), { ownerId: 'alice' });
      const exchangeId = world.exchange.add(person(1, { mobilePhone: 'of exchange', company: 'first' }));
      await world.sync();
      world.crm.change(crmId, { company: 'second' });
      await world.sync();
      expect(world.exchange.get(exchangeId).values['company']).to.equal('second');
      world.exchange.change(exchangeId, { company: 'third' });
      const { counts } = await world.sync();
      expect([counts.crm.conflicts, counts.exchange.conflicts]).to.deep.equal([0, 0]);
      await converged(world, [
        person(1, { company: 'third', jobTitle: 'of crm', mobilePhone: 'of exchange' }),
      ]);
    });
  }

  it('of a photo travel in a step of their own', async () => {
    const world = await makeWorld({ exchange: { separate: ['photo'] } });
    const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };
    const { crmIds } = await synced(world);
    world.crm.change(crmIds[0] ?? '', { photo, jobTitle: 'Pictured' });
    const { counts } = await world.sync();
    expect(world.exchange.list()[0]?.values).to.deep.include({ photo, jobTitle: 'Pictured' });
    expect(counts.exchange.updated, 'one item was updated').to.equal(1);
    await converged(world, [person(1, { photo, jobTitle: 'Pictured' })]);
    world.crm.change(crmIds[0] ?? '', { photo: null });
    await world.sync();
    await converged(world, [person(1, { jobTitle: 'Pictured' })]);
  });

  it('of a field that one side cannot hold stay where they are', async () => {
    const world = await makeWorld({ exchange: { unsupported: ['prefix'] } });
    const { crmIds, exchangeIds } = await synced(world, [person(1, { prefix: 'Dr.' })]);
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Engineer' });
    await world.sync();
    expect(world.crm.get(crmIds[0] ?? '').values).to.include({ prefix: 'Dr.', jobTitle: 'Engineer' });
    world.crm.change(crmIds[0] ?? '', { prefix: 'Prof.' });
    await world.sync();
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  describe('one way', () => {
    for (const leading of ['crm', 'exchange'] as const) {
      const following = leading === 'crm' ? 'exchange' : 'crm';
      const settings = {
        type: 'oneWay',
        direction: leading === 'crm' ? 'crmToExchange' : 'exchangeToCrm',
      } as const;

      const make = async (values: Values = person(1)) => {
        const world = await makeWorld({ settings });
        if (leading === 'crm') world.crm.add(values, { ownerId: 'alice' });
        else world.exchange.add(values);
        await world.sync();
        expect(world[following].list(), 'the first sync').to.have.lengthOf(1);
        return world;
      };
      const idOf = (world: World, side: Side) => world[side].list()[0]?.id ?? '';

      it(`travel from ${leading} to ${following} only`, async () => {
        const world = await make();
        world[leading].change(idOf(world, leading), { jobTitle: 'Engineer' });
        await world.sync();
        expect(contents(world[following])).to.deep.equal([person(1, { jobTitle: 'Engineer' })]);
        world[following].change(idOf(world, following), { mobilePhone: '+1 1' });
        await world.sync();
        expect(contents(world[leading])).to.deep.equal([person(1, { jobTitle: 'Engineer' })]);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it(`of ${following} stay until ${leading} changes the field, and are kept as losers`, async () => {
        const world = await make(person(1, { jobTitle: 'first' }));
        world[following].change(idOf(world, following), { jobTitle: 'edited', mobilePhone: '+1 1' });
        await world.sync();
        world[leading].change(idOf(world, leading), { department: 'Research' });
        await world.sync();
        expect(contents(world[following])).to.deep.equal([
          person(1, { department: 'Research', jobTitle: 'edited', mobilePhone: '+1 1' }),
        ]);
        world[leading].change(idOf(world, leading), { jobTitle: 'second' });
        const { counts } = await world.sync();
        expect(counts[following].conflicts).to.equal(1);
        expect(world[following].list()[0]?.values).to.include({ jobTitle: 'second', mobilePhone: '+1 1' });
        expect(world[leading].list()[0]?.values['mobilePhone']).to.equal(null);
        expect(await world.idleRun()).to.deep.equal(idle);
      });

      it(`make nothing of what is born on ${following}, and say why`, async () => {
        const world = await make();
        const id =
          following === 'crm'
            ? world.crm.add(person(2), { ownerId: 'alice' })
            : world.exchange.add(person(2));
        await world.sync();
        expect(world[leading].list()).to.have.lengthOf(1);
        const link = (await world.links()).find(({ crmId, exchangeId }) => [crmId, exchangeId].includes(id));
        expect(link).to.include({ state: 'outOfScope', reason: 'direction' });
        expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
        // Both ways from now on: it is looked at again.
        world.settings = { ...world.settings, type: 'twoWay' };
        await world.sync();
        expect(contents(world[leading])).to.deep.equal([person(1), person(2)]);
      });
    }
  });

  describe('that a server answers by making something else of them', () => {
    it('only move the shadow when the version changes by itself after a write', async () => {
      const world = await makeWorld({ exchange: { restless: true }, crm: { restless: true } });
      const { crmIds, exchangeIds } = await synced(world);
      await world.sync();
      const writes = world.crm.writes + world.exchange.writes;
      world.crm.change(crmIds[0] ?? '', { jobTitle: 'Engineer' });
      await world.sync();
      await world.sync();
      expect(world.crm.writes + world.exchange.writes).to.equal(writes + 1);
      expect(world.exchange.get(exchangeIds[0] ?? '').values['jobTitle']).to.equal('Engineer');
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('do not bring the changed spelling back', async () => {
      const trim = (values: Values): Values =>
        Object.fromEntries(
          Object.entries(values).map(([field, value]) => [
            field,
            typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : value,
          ]),
        );
      const world = await makeWorld({ exchange: { restless: true, normalize: trim } });
      const spelled = person(1, { jobTitle: ' Chief  Engineer ', company: 'Engines\u0020' });
      const { crmIds } = await synced(world, [spelled]);
      await world.sync();
      expect(world.crm.get(crmIds[0] ?? '').values).to.include({ jobTitle: ' Chief  Engineer ' });
      expect(world.crm.writes).to.equal(0);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    const cut =
      (length: number) =>
      (values: Values): Values =>
        Object.fromEntries(
          Object.entries(values).map(([field, value]) => [
            field,
            typeof value === 'string' ? value.slice(0, length) : value,
          ]),
        );

    for (const [what, restless] of [
      ['at once', false],
      ['and moves the version by itself', true],
    ] as const) {
      it(`do not bring back a text that Exchange cut ${what}`, async () => {
        const world = await makeWorld({ exchange: { normalize: cut(255), restless } });
        const company = 'Very Long Name of a Company '.repeat(20).trim();
        const { crmIds, exchangeIds } = await synced(world, [person(1, { company })]);
        await world.sync();
        world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Engineer' });
        await world.sync();
        expect(world.crm.get(crmIds[0] ?? '').values).to.include({ company, jobTitle: 'Engineer' });
        expect(await world.idleRun()).to.deep.equal(idle);
      });
    }

    it('do not bring back notes that Exchange cut', async () => {
      const world = await makeWorld({ exchange: { normalize: cut(2000), restless: true } });
      const notes = 'A long story, told at length. '.repeat(200).trim();
      const { crmIds } = await synced(world, [person(1, { notes })]);
      await world.sync();
      expect(world.crm.get(crmIds[0] ?? '').values['notes']).to.equal(notes);
    });
  });
});
