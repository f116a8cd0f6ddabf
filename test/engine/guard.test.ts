import { expect } from 'chai';
import { contents, dayMs, person, synced, worlds } from './world.ts';
import type { World } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };
const many = [1, 2, 3, 4, 5, 6].map((number) => person(number));
const none = { count: 0, share: 0 };

/** Ids of the actions that wait, by what they do. */
async function waiting(world: World): Promise<string[]> {
  return (await world.held()).map(({ body }) => `${body.kind} ${body.side} ${body.targetId}`);
}

describe('the guard', () => {
  const makeWorld = worlds();

  it('never lets the first run delete', async () => {
    const world = await makeWorld();
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    world.crm.add(person(2), { ownerId: 'alice' });
    // A first run that broke off after its work has left links and is not done.
    const { sync } = world.stores;
    world.wrapping = {
      ...world.wrapping,
      store: () => ({
        ...sync,
        lastRun: async (scope, state) => (state === 'done' ? null : sync.lastRun(scope, state)),
      }),
    };
    await world.sync();
    world.crm.delete(id);
    const { held, heldBecause } = await world.sync();
    expect(held).to.equal(1);
    expect(heldBecause).to.deep.equal(['the first run never deletes']);
    expect(world.exchange.list()).to.have.lengthOf(2);
  });

  describe('over mass deletions', () => {
    async function massDeletion(
      deleted = 4,
    ): Promise<{ world: World; crmIds: string[]; exchangeIds: string[] }> {
      const world = await makeWorld({ guard: { removes: { count: 2, share: 0.1 } } });
      const ids = await synced(world, many);
      world.now += 2 * dayMs;
      for (const id of ids.crmIds.slice(0, deleted)) world.crm.delete(id);
      return { world, ...ids };
    }

    it('lets as many through as are allowed', async () => {
      const { world } = await massDeletion(2);
      const { held, counts } = await world.sync();
      expect(held).to.equal(0);
      expect(counts.exchange.deleted).to.equal(2);
    });

    it('counts what was deleted in the last 24 hours', async () => {
      const { world, crmIds } = await massDeletion(2);
      await world.sync();
      world.crm.delete(crmIds[2] ?? '');
      expect((await world.sync()).held).to.equal(1);
      expect(world.exchange.list()).to.have.lengthOf(4);
    });

    it('holds them, says why, lets everything else through, and plans nothing again every run', async () => {
      const { world, crmIds } = await massDeletion();
      world.crm.change(crmIds[5] ?? '', { jobTitle: 'Edited' });
      const { held, heldBecause, counts } = await world.sync();
      expect(held).to.equal(4);
      expect(heldBecause).to.have.lengthOf(1);
      expect(counts.exchange).to.include({ deleted: 0, updated: 1 });
      expect(world.exchange.list()).to.have.lengthOf(6);
      const before = await waiting(world);
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(await waiting(world)).to.deep.equal(before);
      expect(await world.inboxRows()).to.have.lengthOf(4);
    });

    it('carries out exactly what was approved', async () => {
      const { world, exchangeIds } = await massDeletion();
      await world.sync();
      const approved = exchangeIds.slice(0, 2);
      const { counts, held } = await world.decide('approved', ({ body }) =>
        approved.includes(body.targetId ?? ''),
      );
      expect(counts.exchange.deleted).to.equal(2);
      expect(held).to.equal(2);
      expect(exchangeIds.map((id) => world.exchange.has(id))).to.deep.equal([
        false,
        false,
        true,
        true,
        true,
        true,
      ]);
      expect(await world.idleRun()).to.deep.equal(idle);
      await world.decide('approved');
      expect(world.exchange.list()).to.have.lengthOf(2);
      expect(await world.inboxRows()).to.deep.equal([]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('leaves both sides in peace after a rejection', async () => {
      const { world, exchangeIds } = await massDeletion();
      await world.sync();
      expect((await world.decide('rejected')).held).to.equal(0);
      expect(world.exchange.list()).to.have.lengthOf(6);
      expect(await world.inboxRows()).to.deep.equal([]);
      expect(await world.idleRun()).to.deep.equal(idle);
      world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Edited' });
      await world.sync();
      expect(world.crm.list(), 'nothing comes back').to.have.lengthOf(2);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('drops a held deletion whose item changes meanwhile, and plans that item anew', async () => {
      const { world, exchangeIds } = await massDeletion();
      world.settings = { ...world.settings, winner: 'exchange' };
      await world.sync();
      world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Edited' });
      const { held } = await world.sync();
      expect(held).to.equal(3);
      // The edit wins: the record is made again, and its deletion waits for nobody.
      expect(contents(world.crm)).to.deep.include(person(1, { jobTitle: 'Edited' }));
      expect(await waiting(world)).not.to.include(`remove exchange ${exchangeIds[0]}`);
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(await waiting(world)).to.have.lengthOf(3);
    });

    it('does not carry out an approved deletion of an item that changed before the approval', async () => {
      const { world, exchangeIds } = await massDeletion();
      world.settings = { ...world.settings, winner: 'exchange' };
      await world.sync();
      world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Edited' });
      await world.decide('approved');
      expect(contents(world.exchange)).to.deep.equal([
        person(1, { jobTitle: 'Edited' }),
        person(5),
        person(6),
      ]);
      expect(contents(world.crm)).to.have.deep.members(contents(world.exchange));
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('keeps what earlier runs held when a later run holds something else', async () => {
      const { world, crmIds } = await massDeletion(3);
      await world.sync();
      for (const id of crmIds.slice(3)) world.crm.delete(id);
      await world.sync();
      expect(await waiting(world)).to.have.lengthOf(6);
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(await waiting(world)).to.have.lengthOf(6);
      expect((await world.actions()).filter(({ state }) => state === 'held')).to.have.lengthOf(6);
      await world.decide('approved');
      expect(world.exchange.list()).to.deep.equal([]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('forgets a held deletion when the record is there again', async () => {
      const { world } = await massDeletion();
      await world.sync();
      for (const number of [1, 2, 3, 4]) world.crm.add(person(number), { ownerId: 'alice' });
      expect((await world.sync()).held).to.equal(0);
      expect(contents(world.crm)).to.have.deep.members(many);
      expect(contents(world.exchange)).to.have.deep.members(many);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  });

  it('holds deletions of a side that suddenly reads empty', async () => {
    const world = await makeWorld();
    await synced(world, many);
    world.exchange.wipeSilently();
    world.exchange.forgetCursors();
    const { held, heldBecause } = await world.sync();
    expect(held).to.equal(6);
    expect(heldBecause).to.deep.equal(['a side suddenly reads empty']);
    expect(world.crm.list()).to.have.lengthOf(6);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('holds deletions after the synced folder became another one', async () => {
    const world = await makeWorld();
    const { exchangeIds } = await synced(world, many);
    world.exchange.folderId = 'folder-2';
    world.exchange.delete(exchangeIds[0] ?? '');
    const { held, heldBecause } = await world.sync();
    expect(held).to.equal(1);
    expect(heldBecause).to.deep.equal(['the synced folder is not the one it was']);
    expect(world.crm.list()).to.have.lengthOf(6);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('holds deletions of the first run after a long pause', async () => {
    const world = await makeWorld();
    const { crmIds } = await synced(world, many);
    world.now += 31 * dayMs;
    world.crm.delete(crmIds[0] ?? '');
    expect((await world.sync()).held).to.equal(1);
    expect(world.exchange.list()).to.have.lengthOf(6);
  });

  it('still holds them in the run after a held one that failed', async () => {
    const world = await makeWorld({ guard: { removes: none } });
    const { crmIds } = await synced(world, many);
    world.crm.delete(crmIds[0] ?? '');
    await world.sync();
    world.exchange.fail('scope', { kind: 'lostRequest', error: new Error('broken') });
    expect((await world.run()).state).to.equal('failed');
    expect(await world.idleRun()).to.deep.equal(idle);
    expect(await waiting(world)).to.have.lengthOf(1);
    await world.decide('approved');
    expect(world.exchange.list()).to.have.lengthOf(5);
  });

  describe('over creations', () => {
    async function massCreation(): Promise<World> {
      const world = await makeWorld({ guard: { creates: none }, exchange: { separate: ['photo'] } });
      await synced(world, [person(9)]);
      const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };
      for (const number of [1, 2]) world.crm.add(person(number, { photo }), { ownerId: 'alice' });
      expect((await world.sync()).held).to.equal(4);
      expect(world.exchange.list()).to.have.lengthOf(1);
      return world;
    }

    it('makes them with their photos after an approval', async () => {
      const world = await massCreation();
      expect(await world.idleRun()).to.deep.equal(idle);
      await world.decide('approved');
      expect(contents(world.exchange)).to.have.deep.members(contents(world.crm));
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('asks no more about a contact with a photo after its rejection, nor makes it, until it is edited', async () => {
      const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };
      const world = await makeWorld({ guard: { creates: none }, exchange: { separate: ['photo'] } });
      await synced(world);
      const id = world.crm.add(person(2, { photo }), { ownerId: 'alice' });
      await world.sync();
      // As the dashboard does: what is held of one kind, for one side.
      await world.decide('rejected', ({ body }) => body.kind === 'create');
      world.guard = { ...world.guard, creates: { count: 10, share: 1 } };
      expect(await world.held()).to.deep.equal([]);
      // Changed rules have everything looked at again that is out of scope.
      world.settings = { ...world.settings, winner: 'exchange' };
      await world.sync();
      expect(world.exchange.list()).to.have.lengthOf(1);
      world.crm.forgetCursors();
      await world.sync();
      expect(world.exchange.list()).to.have.lengthOf(1);
      world.crm.change(id, { jobTitle: 'Edited' });
      await world.sync();
      expect(world.exchange.list()).to.have.lengthOf(2);
    });

    it('makes nothing after a rejection, and pairs later what is made by hand', async () => {
      const world = await massCreation();
      await world.decide('rejected');
      expect(await world.idleRun()).to.deep.equal(idle);
      expect(world.exchange.list()).to.have.lengthOf(1);
      expect((await world.links()).filter(({ reason }) => reason === 'rejected')).to.have.lengthOf(2);
      world.exchange.add(person(1));
      await world.sync();
      expect(world.crm.list()).to.have.lengthOf(3);
      expect(world.exchange.list()).to.have.lengthOf(2);
    });
  });

  describe('over overwrites', () => {
    async function massOverwrite(): Promise<{ world: World; crmIds: string[]; exchangeIds: string[] }> {
      const world = await makeWorld({ guard: { overwrites: none } });
      const ids = await synced(world, [person(1, { jobTitle: 'before', company: 'before' }), person(2)]);
      return { world, ...ids };
    }

    it('lets through what fills an empty field', async () => {
      const { world, crmIds } = await massOverwrite();
      world.crm.change(crmIds[1] ?? '', { jobTitle: 'new' });
      expect((await world.sync()).held).to.equal(0);
      expect(world.exchange.list()[1]?.values['jobTitle']).to.equal('new');
    });

    it('holds what replaces a filled value, and leaves the difference after a rejection', async () => {
      const { world, crmIds, exchangeIds } = await massOverwrite();
      world.crm.change(crmIds[0] ?? '', { jobTitle: 'after' });
      expect((await world.sync()).held).to.equal(1);
      expect(await world.idleRun()).to.deep.equal(idle);
      await world.decide('rejected');
      expect(world.exchange.get(exchangeIds[0] ?? '').values['jobTitle']).to.equal('before');
      expect(await world.idleRun()).to.deep.equal(idle);
      // Only what is edited from now on travels.
      world.guard = { ...world.guard, overwrites: { count: 10, share: 1 } };
      world.crm.change(crmIds[0] ?? '', { company: 'after' });
      await world.sync();
      expect(world.exchange.get(exchangeIds[0] ?? '').values).to.include({
        jobTitle: 'before',
        company: 'after',
      });
    });

    it('leaves the difference after a rejection when both sides were to be overwritten', async () => {
      const { world, crmIds, exchangeIds } = await massOverwrite();
      world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
      world.exchange.change(exchangeIds[0] ?? '', { company: 'of exchange' });
      expect((await world.sync()).held).to.equal(2);
      await world.decide('rejected');
      world.guard = { ...world.guard, overwrites: { count: 10, share: 1 } };
      world.crm.touch(crmIds[0] ?? '');
      world.exchange.touch(exchangeIds[0] ?? '');
      await world.sync();
      expect(world.crm.get(crmIds[0] ?? '').values).to.include({ jobTitle: 'of crm', company: 'before' });
      expect(world.exchange.get(exchangeIds[0] ?? '').values).to.include({
        jobTitle: 'before',
        company: 'of exchange',
      });
      expect(await world.idleRun()).to.deep.equal(idle);
    });

    it('sends no update to attendees with the approval of an overwrite in the CRM', async () => {
      const world = await makeWorld({ module: 'events', guard: { overwrites: none } });
      const meeting = {
        uid: 'uid-1',
        subject: 'Talk',
        start: '2026-03-02T09:00:00',
        end: '2026-03-02T10:00:00',
        timeZone: 'UTC',
        location: 'Room 1',
        attendees: ['required;bob@example.test;'],
        role: 'organizer',
      };
      const exchangeId = world.exchange.add(meeting);
      await world.sync();
      world.crm.change(world.crm.list()[0]?.id ?? '', { location: 'Room 2' });
      world.exchange.change(exchangeId, { subject: 'Speech' });
      await world.sync();
      expect((await world.held()).map(({ body }) => [body.side, body.tellsAttendees])).to.deep.equal([
        ['crm', false],
        ['exchange', true],
      ]);
      await world.decide('approved', ({ body }) => body.side === 'crm');
      expect(world.crm.list()[0]?.values).to.include({ subject: 'Speech', location: 'Room 2' });
      expect(world.exchange.get(exchangeId).values).to.include({ location: 'Room 1' });
      expect((await world.held()).map(({ body }) => [body.side, body.tellsAttendees])).to.deep.equal([
        ['exchange', true],
      ]);
      await world.decide('approved');
      expect(world.exchange.get(exchangeId).values).to.include({ location: 'Room 2' });
    });

    it('does not double two items that were to be paired for the first time when that is rejected', async () => {
      const { world } = await massOverwrite();
      const crmId = world.crm.add(person(3, { jobTitle: 'of crm' }), { ownerId: 'alice' });
      const exchangeId = world.exchange.add(person(3, { jobTitle: 'of exchange' }));
      expect((await world.sync()).held).to.equal(1);
      await world.decide('rejected');
      world.crm.change(crmId, { mobilePhone: '+1 1' });
      await world.sync();
      world.exchange.change(exchangeId, { homePhone: '+2 2' });
      await world.sync();
      expect(world.crm.list()).to.have.lengthOf(3);
      expect(world.exchange.list()).to.have.lengthOf(3);
      expect(world.exchange.get(exchangeId).values['jobTitle']).to.equal('of exchange');
      expect(world.crm.get(crmId).values['jobTitle']).to.equal('of crm');
    });
  });
});
