import { expect } from 'chai';
import { bookmarkName } from '../../src/sync/bookmarks.ts';
import type { RunScope } from '../../src/sync/stores.ts';
import { remoteError } from './memory-side.ts';
import { contents, person, worlds } from './world.ts';

describe('a first sync', () => {
  const makeWorld = worlds();

  it('brings what each side has to the other, and a second run plans nothing and reads nothing', async () => {
    const world = await makeWorld();
    for (const number of [1, 2, 3]) world.crm.add(person(number), { ownerId: 'alice' });
    for (const number of [4, 5]) world.exchange.add(person(number));
    const { counts } = await world.sync();
    expect(counts.exchange.created).to.equal(3);
    expect(counts.crm.created).to.equal(2);
    expect(contents(world.crm)).to.deep.equal([1, 2, 3, 4, 5].map((number) => person(number)));
    expect(contents(world.exchange)).to.deep.equal(contents(world.crm));
    expect(await world.activeLinks()).to.have.lengthOf(5);
    expect(await world.inboxRows()).to.deep.equal([]);
    expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
  });

  it('pairs what is the same on both sides instead of doubling it', async () => {
    const world = await makeWorld();
    world.crm.add(person(1, { jobTitle: 'Engineer' }), { ownerId: 'alice' });
    world.exchange.add(person(1, { email1: 'PERSON1@example.test', mobilePhone: '+1 1' }));
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(1);
    expect(world.exchange.list()).to.have.lengthOf(1);
    for (const system of [world.crm, world.exchange]) {
      expect(system.list()[0]?.values).to.include({ jobTitle: 'Engineer', mobilePhone: '+1 1' });
    }
    // Only the case of the address differs: nobody's spelling is changed.
    expect(world.exchange.list()[0]?.values['email1']).to.equal('PERSON1@example.test');
    expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
  });

  it('judges what a pair differs in once it comes into scope, when the record was given away meanwhile', async () => {
    const world = await makeWorld({ module: 'events', owners: ['alice', 'bob'] });
    const event = { uid: 'uid-1', subject: 'Talk', timeZone: 'UTC', recurrence: 'FREQ=WEEKLY;BYDAY=MO' };
    const morning = { ...event, start: '2026-03-02T09:00:00', end: '2026-03-02T10:00:00' };
    const moved = { '@2026-03-09T09:00:00': 'changed', '@2026-03-09T09:00:00/location': 'Hall' };
    const id = world.crm.add(morning, { ownerId: 'alice' });
    world.exchange.add({ ...morning, ...moved, end: '2026-03-02T12:00:00' });
    world.crm.meanwhile = ({ method }) => {
      if (method === 'read' && world.crm.get(id).ownerId === 'alice') world.crm.give(id, 'bob');
    };
    await world.sync();
    expect((await world.links()).map(({ reason }) => reason)).to.deep.equal(['owner']);
    world.crm.meanwhile = () => undefined;
    world.crm.give(id, 'alice');
    await world.sync();
    await world.sync();
    for (const side of ['crm', 'exchange'] as const)
      expect(contents(world[side]), side).to.deep.equal([{ ...morning, ...moved }]);
    expect(await world.losers()).to.deep.equal([
      { field: 'end', side: 'exchange', value: '2026-03-02T12:00:00' },
    ]);
  });

  for (const [when, method] of [
    ['while it is paired', 'halfLinkIds'],
    ['between pairing and planning', 'heldRefs'],
  ] as const) {
    for (const isKnown of [false, true]) {
      const which = isKnown ? 'of a pair' : 'alone';
      it(`pairs anew what was reported again ${when}, in the same run: ${which}`, async () => {
        const world = await makeWorld({ owners: ['alice', 'bob'] });
        const id = world.crm.add(person(1), { ownerId: 'alice' });
        if (isKnown) world.exchange.add(person(1, { mobilePhone: '+1 1' }));
        let isThere = false;
        const readMeanwhile = async (): Promise<void> => {
          if (isThere) return;
          isThere = true;
          world.crm.change(id, { jobTitle: 'Engineer' });
          // Reads the CRM for everybody.
          await world.sync({ owner: 'bob' });
        };
        world.wrapping = {
          ...world.wrapping,
          store: (store) => ({
            ...store,
            [method]: async (scope: RunScope) => {
              await readMeanwhile();
              return store[method](scope);
            },
          }),
        };
        await world.sync();
        const expected = person(1, { jobTitle: 'Engineer', ...(isKnown ? { mobilePhone: '+1 1' } : {}) });
        expect(contents(world.crm)).to.deep.equal([expected]);
        expect(contents(world.exchange)).to.deep.equal([expected]);
        expect(await world.inboxRows()).to.deep.equal([]);
        expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
      });
    }
  }

  it('takes only records of the mailbox owner', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    world.crm.add(person(2), { ownerId: 'somebody without a mailbox' });
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
  });

  it('stamps what it creates and gives records in the CRM the owner of the mailbox', async () => {
    const world = await makeWorld();
    world.exchange.add(person(1));
    world.crm.add(person(2), { ownerId: 'alice' });
    await world.sync();
    const links = await world.links();
    const born = (surname: string) => links.find((link) => link.crm?.values['surname'] === surname);
    expect(world.crm.get(born('Surname1')?.crmId ?? '')).to.include({
      ownerId: 'alice',
      stamp: `installation-1:contacts:${born('Surname1')?.id}`,
    });
    expect(world.exchange.get(born('Surname2')?.exchangeId ?? '').stamp).to.equal(
      `installation-1:contacts:${born('Surname2')?.id}`,
    );
  });

  it('goes through many pages and batches', async () => {
    const world = await makeWorld({
      crm: { pageSize: 7, batchSize: 3 },
      exchange: { pageSize: 5, batchSize: 4 },
    });
    for (let number = 0; number < 130; number += 1) world.crm.add(person(number), { ownerId: 'alice' });
    for (let number = 100; number < 150; number += 1) world.exchange.add(person(number));
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(150);
    expect(contents(world.exchange)).to.deep.equal(contents(world.crm));
    expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
  });

  it('does not ask a side again for content that rode along', async () => {
    const world = await makeWorld({ exchange: { ridesAlong: true } });
    world.exchange.add(person(1));
    await world.sync();
    expect(world.exchange.countItems('read')).to.equal(0);
    expect(contents(world.crm)).to.deep.equal([person(1)]);
  });

  it('carries long notes and a picture by content', async () => {
    const world = await makeWorld({ exchange: { separate: ['photo'] } });
    const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };
    const notes = 'A long story. '.repeat(200).trim();
    world.crm.add(person(1, { notes, photo, categories: ['A', 'B'] }), { ownerId: 'alice' });
    await world.sync();
    expect(world.exchange.list()[0]?.values).to.deep.include({ notes, photo, categories: ['A', 'B'] });
    expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
  });

  describe('with a cap', () => {
    it('leaves out what is beyond it, with the reason, until it changes', async () => {
      const world = await makeWorld({ settings: { firstSyncCap: 2 } });
      for (const number of [1, 2, 3, 4]) world.crm.add(person(number), { ownerId: 'alice' });
      await world.sync();
      expect(contents(world.exchange)).to.deep.equal([person(1), person(2)]);
      const left = (await world.links()).filter((link) => link.reason === 'cap');
      expect(left.map(({ state, crmId }) => [state, crmId])).to.deep.equal([
        ['outOfScope', 'crm-3'],
        ['outOfScope', 'crm-4'],
      ]);
      expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
      world.crm.change('crm-3', { jobTitle: 'Now important' });
      await world.sync();
      expect(world.exchange.list().map(({ values }) => values['surname'])).to.deep.equal([
        'Surname1',
        'Surname2',
        'Surname3',
      ]);
    });

    it('pairs what is there on both sides whatever the cap', async () => {
      const world = await makeWorld({ settings: { firstSyncCap: 0 } });
      world.crm.add(person(1), { ownerId: 'alice' });
      world.exchange.add(person(1));
      await world.sync();
      expect(await world.activeLinks()).to.have.lengthOf(1);
    });

    it('finds the partners of new items among all that was left out', async () => {
      const world = await makeWorld({ settings: { firstSyncCap: 0 } });
      for (let number = 1; number <= 510; number += 1) world.crm.add(person(number), { ownerId: 'alice' });
      await world.sync();
      expect(world.exchange.list()).to.deep.equal([]);
      const known = [1, 99, 255, 510];
      for (const number of known) world.exchange.add(person(number));
      const { counts } = await world.sync();
      expect(counts.crm.created).to.equal(0);
      expect(await world.activeLinks()).to.have.lengthOf(known.length);
    });

    it('counts what a first sync that broke off has already brought over', async () => {
      const world = await makeWorld({ settings: { firstSyncCap: 3 }, exchange: { batchSize: 2 } });
      for (const number of [1, 2, 3, 4, 5, 6]) world.crm.add(person(number), { ownerId: 'alice' });
      let creates = 0;
      world.exchange.meanwhile = ({ method }) => {
        if (method === 'create' && (creates += 1) === 2) throw remoteError('exchange');
      };
      expect((await world.run()).state).to.equal('failed');
      await world.sync();
      expect(world.exchange.list()).to.have.lengthOf(3);
    });
  });

  it('leaves nothing out for good where it broke off and the rules changed before the next run', async () => {
    const oneWay = { type: 'oneWay', direction: 'crmToExchange' } as const;
    const world = await makeWorld({ settings: oneWay });
    world.exchange.add(person(1));
    world.wrapping = {
      ...world.wrapping,
      store: (store) => ({
        ...store,
        savePage: async (lease, key, page) => {
          if (key.scope === bookmarkName('rules')) throw remoteError('exchange');
          return store.savePage(lease, key, page);
        },
      }),
    };
    expect((await world.run()).state).to.equal('failed');
    expect((await world.links()).map(({ state, reason }) => [state, reason])).to.deep.equal([
      ['outOfScope', 'direction'],
    ]);
    world.restart();
    world.settings = { ...world.settings, type: 'twoWay' };
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
  });

  it('leaves imported records out until they change', async () => {
    const world = await makeWorld();
    const id = world.crm.add(person(1), { ownerId: 'alice', skip: 'imported' });
    await world.sync();
    expect(world.exchange.list()).to.deep.equal([]);
    expect((await world.links()).map(({ state, reason }) => [state, reason])).to.deep.equal([
      ['outOfScope', 'imported'],
    ]);
    expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
    world.crm.change(id, { jobTitle: 'Changed' });
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Changed' })]);
    expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
  });
});
