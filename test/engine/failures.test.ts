import { expect } from 'chai';
import type { Failure } from '../../src/sync/ports.ts';
import { retryAfterMs } from '../../src/engine/sync-run.ts';
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
