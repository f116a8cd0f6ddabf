import { expect } from 'chai';
import { remoteError } from './memory-side.ts';
import { contents, person, synced, worlds } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

describe('a version conflict', () => {
  const makeWorld = worlds();

  it('is read and planned again in the same run', async () => {
    const world = await makeWorld();
    const { crmIds, exchangeIds } = await synced(world);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
    let once = true;
    world.exchange.meanwhile = ({ method }) => {
      if (method !== 'update' || !once) return;
      once = false;
      world.exchange.change(exchangeIds[0] ?? '', { mobilePhone: 'of exchange' });
    };
    await world.sync();
    const both = [person(1, { jobTitle: 'of crm', mobilePhone: 'of exchange' })];
    expect(contents(world.exchange)).to.deep.equal(both);
    expect(contents(world.crm)).to.deep.equal(both);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('that does not end is given up after three more plans, and comes right in a later run', async () => {
    const world = await makeWorld();
    const { crmIds, exchangeIds } = await synced(world);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
    let tries = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method !== 'update') return;
      tries += 1;
      world.exchange.touch(exchangeIds[0] ?? '');
    };
    await world.sync();
    expect(tries).to.equal(4);
    world.exchange.meanwhile = () => undefined;
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'of crm' })]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  for (const side of ['crm', 'exchange'] as const) {
    it(`on ${side} loses no edit when both sides have to be written`, async () => {
      const world = await makeWorld();
      const { crmIds, exchangeIds } = await synced(world);
      world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
      world.exchange.change(exchangeIds[0] ?? '', { mobilePhone: 'of exchange' });
      let once = true;
      world[side].meanwhile = ({ method }) => {
        if (method !== 'update' || !once) return;
        once = false;
        world[side].change((side === 'crm' ? crmIds : exchangeIds)[0] ?? '', { company: 'meanwhile' });
      };
      await world.sync();
      await world.sync();
      const all = [person(1, { jobTitle: 'of crm', mobilePhone: 'of exchange', company: 'meanwhile' })];
      expect(contents(world.crm), 'CRM').to.have.deep.members(all);
      expect(contents(world.exchange), 'Exchange').to.have.deep.members(all);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  }

  for (const side of ['crm', 'exchange'] as const) {
    for (const what of ['conflict', 'lost request', 'lost answer'] as const) {
      it(`(${what}) on ${side} at the first pairing of two items does not double them`, async () => {
        const world = await makeWorld();
        const crmId = world.crm.add(person(1, { jobTitle: 'of crm' }), { ownerId: 'alice' });
        const exchangeId = world.exchange.add(person(1, { mobilePhone: 'of exchange' }));
        const id = side === 'crm' ? crmId : exchangeId;
        let once = true;
        world[side].meanwhile = ({ method }) => {
          if (method !== 'update' || !once || what !== 'conflict') return;
          once = false;
          world[side].change(id, { company: 'meanwhile' });
        };
        if (what !== 'conflict') {
          const kind = what === 'lost request' ? 'lostRequest' : 'lostAnswer';
          world[side].fail('update', { kind, error: remoteError(side) });
        }
        await world.run();
        await world.sync();
        for (const system of [world.crm, world.exchange]) {
          expect(system.list()).to.have.lengthOf(1);
          expect(system.list()[0]?.values).to.include({
            jobTitle: 'of crm',
            mobilePhone: 'of exchange',
            company: what === 'conflict' ? 'meanwhile' : null,
          });
        }
        expect(await world.activeLinks()).to.have.lengthOf(1);
        expect(await world.idleRun()).to.deep.equal(idle);
      });
    }
  }

  it('between plan and deletion keeps the item that was edited in that moment where the edit wins', async () => {
    const world = await makeWorld({ settings: { winner: 'exchange' } });
    const { crmIds, exchangeIds } = await synced(world);
    world.crm.delete(crmIds[0] ?? '');
    let once = true;
    world.exchange.meanwhile = ({ method }) => {
      if (method !== 'remove' || !once) return;
      once = false;
      world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Edited' });
    };
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
    expect(contents(world.crm)).to.deep.equal(contents(world.exchange));
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('with an item that is gone follows the rules of deletion', async () => {
    const world = await makeWorld({ settings: { winner: 'exchange' } });
    const { crmIds, exchangeIds } = await synced(world);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'Edited' });
    let once = true;
    world.exchange.meanwhile = ({ method }) => {
      if (method !== 'update' || !once) return;
      once = false;
      world.exchange.delete(exchangeIds[0] ?? '');
    };
    await world.sync();
    await world.sync();
    expect(world.crm.list()).to.deep.equal([]);
    expect(world.exchange.list()).to.deep.equal([]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});
