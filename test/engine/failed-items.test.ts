import { expect } from 'chai';
import type { Failure } from '../../src/sync/ports.ts';
import { remoteError } from './memory-side.ts';
import { contents, minuteMs, person, synced, worlds } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };
const busy: Failure = { code: 'Busy', message: 'The server is busy.', retryable: true };
const refused: Failure = { code: 'Refused', message: 'The server refuses this.', retryable: false };
const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };

describe('an item that fails', () => {
  const makeWorld = worlds();

  it('stays with its reason and next attempt, stops nobody else, and goes through later', async () => {
    const world = await makeWorld();
    for (const number of [1, 2, 3]) world.crm.add(person(number), { ownerId: 'alice' });
    world.exchange.itemFailure = (method, { values }) =>
      method === 'create' && values['surname'] === 'Surname2' ? busy : null;
    const { counts, state } = await world.sync();
    expect(state).to.equal('done');
    expect(counts.exchange).to.include({ created: 2, failed: 1 });
    expect(contents(world.exchange)).to.deep.equal([person(1), person(3)]);
    const [row] = await world.inboxRows();
    expect(row).to.include({
      itemId: 'crm-2',
      attempts: 1,
      failureCode: 'Busy',
      failureMessage: busy.message,
    });
    expect(Number(row?.nextAttemptAt)).to.equal(world.now + minuteMs);

    world.exchange.itemFailure = () => null;
    world.now -= minuteMs / 2; // not due yet
    expect(await world.idleRun()).to.deep.equal(idle);
    world.now += minuteMs;
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(3);
    expect(await world.inboxRows()).to.deep.equal([]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('waits longer each time', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.itemFailure = () => busy;
    const waits: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      await world.sync();
      const [row] = await world.inboxRows();
      waits.push((Number(row?.nextAttemptAt) - world.now) / minuteMs);
      world.now = Number(row?.nextAttemptAt);
    }
    expect(waits).to.deep.equal([1, 5, 30, 120, 360, 1440, 1440]);
  });

  it('in what was made again is still the same item when the other side changes before its next attempt', async () => {
    const world = await makeWorld({
      settings: { winner: 'exchange', deletes: { crm: true, exchange: true } },
    });
    const { crmIds, exchangeIds } = await synced(world);
    const exchangeId = exchangeIds[0] ?? '';
    world.exchange.change(exchangeId, { jobTitle: 'Edited' });
    world.crm.delete(crmIds[0] ?? '');
    const again = world.crm.add(person(1), { ownerId: 'alice' });
    world.crm.itemFailure = (method) => (method === 'update' ? refused : null);
    await world.sync();
    world.exchange.change(exchangeId, { jobTitle: 'Edited again' });
    await world.sync();
    world.crm.itemFailure = () => null;
    world.exchange.change(exchangeId, { department: 'Sales' });
    await world.sync();
    expect(world.crm.list().map(({ id }) => id)).to.deep.equal([again]);
    expect(contents(world.exchange)).to.deep.equal([
      person(1, { jobTitle: 'Edited again', department: 'Sales' }),
    ]);
    expect(contents(world.crm)).to.deep.equal(contents(world.exchange));
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('for good waits until it changes or someone asks', async () => {
    const world = await makeWorld();
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.itemFailure = () => refused;
    await world.sync();
    expect((await world.inboxRows())[0]).to.include({ parked: true, nextAttemptAt: null });
    world.exchange.itemFailure = () => null;
    world.now += 100 * 24 * 60 * minuteMs;
    expect(await world.idleRun()).to.deep.equal(idle);
    world.crm.change(id, { jobTitle: 'Changed' });
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(1);
  });

  it('for good is tried again when someone asks', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.itemFailure = () => refused;
    await world.sync();
    world.exchange.itemFailure = () => null;
    await world.stores.sync.retryNow(world.scopeOf());
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(1);
    expect(await world.inboxRows()).to.deep.equal([]);
  });

  it('for good and is deleted then is no failure any more', async () => {
    const world = await makeWorld();
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.itemFailure = () => refused;
    await world.sync();
    world.crm.delete(id);
    await world.sync();
    expect(await world.inboxRows()).to.deep.equal([]);
  });

  for (const failure of [busy, refused]) {
    it(`${failure === busy ? 'for now' : 'for good'} is found by its partner that is reported meanwhile`, async () => {
      const world = await makeWorld();
      world.crm.add(person(1, { jobTitle: 'Clerk' }), { ownerId: 'alice' });
      const exchangeId = world.exchange.add(person(1));
      world.exchange.itemFailure = (method) => (method === 'update' ? failure : null);
      await world.sync();
      expect((await world.inboxRows()).map(({ attempts }) => attempts)).to.deep.equal([1, 1]);

      world.exchange.change(exchangeId, { company: 'Example' });
      world.now -= minuteMs / 2; // the record is not due yet
      await world.sync();
      expect(world.crm.list()).to.have.lengthOf(1);
      expect(world.exchange.list()).to.have.lengthOf(1);
      const rows = await world.inboxRows();
      expect(rows.map(({ side, attempts }) => [side, attempts])).to.deep.equal([
        ['crm', 2],
        ['exchange', 1],
      ]);

      world.exchange.itemFailure = () => null;
      await world.stores.sync.retryNow(world.scopeOf());
      await world.sync();
      const whole = person(1, { jobTitle: 'Clerk', company: 'Example' });
      expect(contents(world.crm)).to.deep.equal([whole]);
      expect(contents(world.exchange)).to.deep.equal([whole]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  }

  it('to be read concludes nothing from the other side and is asked for again', async () => {
    const world = await makeWorld();
    const { crmIds, exchangeIds } = await synced(world);
    world.exchange.itemFailure = (method) => (method === 'read' ? busy : null);
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Engineer' });
    world.crm.delete(crmIds[0] ?? '');
    const { counts } = await world.sync();
    expect(counts.exchange.failed).to.equal(1);
    expect(world.exchange.list()).to.have.lengthOf(1);
    world.exchange.itemFailure = () => null;
    world.now += 5 * minuteMs;
    world.settings = { ...world.settings, winner: 'exchange' };
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Engineer' })]);
  });

  for (const [first, second] of [
    ['crm', 'exchange'],
    ['exchange', 'crm'],
  ] as const) {
    it(`on ${first} loses no edit when both sides have to be written and ${second} goes through`, async () => {
      const world = await makeWorld();
      const { crmIds, exchangeIds } = await synced(world);
      world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
      world.exchange.change(exchangeIds[0] ?? '', { mobilePhone: 'of exchange' });
      world[first].itemFailure = (method) => (method === 'update' ? busy : null);
      const { counts } = await world.sync();
      expect(counts[first].failed).to.equal(1);
      expect((await world.inboxRows()).map(({ failureCode }) => failureCode)).to.include('Busy');
      world[first].itemFailure = () => null;
      world.now += 5 * minuteMs;
      await world.sync();
      const both = [person(1, { jobTitle: 'of crm', mobilePhone: 'of exchange' })];
      expect(contents(world.crm), 'CRM').to.deep.equal(both);
      expect(contents(world.exchange), 'Exchange').to.deep.equal(both);
      expect(await world.inboxRows()).to.deep.equal([]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  }

  for (const failure of [busy, refused]) {
    it(`with its photo (${failure.code}) after it was made keeps the photo on the list`, async () => {
      const world = await makeWorld({ exchange: { separate: ['photo'] } });
      world.crm.add(person(1, { photo }), { ownerId: 'alice' });
      world.exchange.itemFailure = (method) => (method === 'update' ? failure : null);
      const { counts } = await world.sync();
      expect(counts.exchange).to.include({ created: 1, failed: 1 });
      expect((await world.inboxRows()).map(({ failureCode }) => failureCode)).to.deep.equal([failure.code]);
      world.exchange.itemFailure = () => null;
      world.now += 5 * minuteMs;
      await world.stores.sync.retryNow(world.scopeOf());
      await world.sync();
      expect(world.exchange.list().map(({ values }) => values['photo'])).to.deep.equal([photo]);
      expect(await world.inboxRows()).to.deep.equal([]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  }
});

describe('an item that is written although the server says that it failed', () => {
  const makeWorld = worlds();

  for (const side of ['crm', 'exchange'] as const)
    it(`on ${side} keeps what lost by it`, async () => {
      const winner = side === 'crm' ? 'exchange' : 'crm';
      const world = await makeWorld({ settings: { winner } });
      const { crmIds, exchangeIds } = await synced(world);
      world.crm.change(crmIds[0] ?? '', { jobTitle: 'of crm' });
      world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'of exchange' });
      const id = (side === 'crm' ? crmIds : exchangeIds)[0] ?? '';
      world[side].itemFailure = (method, { values }) => {
        if (method !== 'update') return null;
        world[side].change(id, values);
        return busy;
      };
      const { counts } = await world.sync();
      world[side].itemFailure = () => null;
      world.now += 10 * minuteMs;
      await world.sync();
      expect(counts[side].conflicts).to.equal(1);
      expect(await world.losers()).to.deep.equal([{ field: 'jobTitle', side, value: `of ${side}` }]);
      for (const system of [world.crm, world.exchange])
        expect(contents(system)).to.deep.equal([person(1, { jobTitle: `of ${winner}` })]);
      expect(await world.idleRun()).to.deep.equal(idle);
    });
});

describe('a photo that is written in a step of its own', () => {
  const makeWorld = worlds();

  for (const kind of ['lostRequest', 'lostAnswer'] as const) {
    it(`comes over after a crash between the two steps of a create (${kind} of the second)`, async () => {
      const world = await makeWorld({ exchange: { separate: ['photo'] } });
      world.crm.add(person(1, { photo }), { ownerId: 'alice' });
      world.exchange.fail('update', { kind, error: remoteError('exchange') });
      expect((await world.run()).state).to.equal('failed');
      await world.sync();
      expect(contents(world.exchange)).to.deep.equal([person(1, { photo })]);
      await world.sync();
      expect(await world.idleRun()).to.deep.equal(idle);
    });
  }

  it('does not come back when it is taken away while the answer of the second step is lost', async () => {
    const world = await makeWorld({ exchange: { separate: ['photo'] } });
    const id = world.crm.add(person(1, { photo }), { ownerId: 'alice' });
    world.exchange.fail('update', { kind: 'lostAnswer', error: remoteError('exchange') });
    expect((await world.run()).state).to.equal('failed');
    world.crm.change(id, { photo: null });
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('comes over when the answer of the create was lost', async () => {
    const world = await makeWorld({ exchange: { separate: ['photo'] } });
    world.crm.add(person(1, { photo }), { ownerId: 'alice' });
    world.exchange.fail('create', { kind: 'lostAnswer', error: remoteError('exchange') });
    expect((await world.run()).state).to.equal('failed');
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { photo })]);
    await world.sync();
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('comes over when its item is made again and changes by itself between the two steps', async () => {
    const world = await makeWorld({ exchange: { separate: ['photo'] } });
    const { crmIds, exchangeIds } = await synced(world, [person(1, { photo })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'Edited' });
    world.exchange.delete(exchangeIds[0] ?? '');
    let isTouched = false;
    world.exchange.meanwhile = ({ method, ids }) => {
      if (method !== 'update' || isTouched) return;
      isTouched = true;
      world.exchange.touch(ids[0] ?? '');
    };
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { photo, jobTitle: 'Edited' })]);
    await world.sync();
    expect(await world.idleRun()).to.deep.equal(idle);
  });

  it('comes over after a crash between the two steps of an update', async () => {
    const world = await makeWorld({ exchange: { separate: ['photo'] } });
    const { crmIds } = await synced(world);
    world.crm.change(crmIds[0] ?? '', { photo, jobTitle: 'Pictured' });
    let updates = 0;
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'update' && (updates += 1) === 2) throw remoteError('exchange');
    };
    expect((await world.run()).state).to.equal('failed');
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { photo, jobTitle: 'Pictured' })]);
    expect(await world.idleRun()).to.deep.equal(idle);
  });
});
