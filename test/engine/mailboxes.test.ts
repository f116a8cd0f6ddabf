import { expect } from 'chai';
import { remoteError } from './memory-side.ts';
import { contents, minuteMs, person, synced, worlds } from './world.ts';

const idle = { actions: 0, writes: 0, reads: 0 };

describe('two mailboxes of one organisation', () => {
  const makeWorld = worlds();
  const two = { owners: ['alice', 'bob'] } as const;

  it('each get what their users own', async () => {
    const world = await makeWorld(two);
    world.crm.add(person(1), { ownerId: 'alice' });
    world.crm.add(person(2), { ownerId: 'bob' });
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.crm.add(person(3), { ownerId: 'alice' });
    world.crm.add(person(4), { ownerId: 'bob' });
    await world.sync({ owner: 'bob' });
    await world.sync({ owner: 'alice' });
    expect(contents(world.mailboxOf('alice'))).to.deep.equal([person(1), person(3)]);
    expect(contents(world.mailboxOf('bob'))).to.deep.equal([person(2), person(4)]);
    expect(await world.idleRun({ owner: 'alice' })).to.deep.equal(idle);
    expect(await world.idleRun({ owner: 'bob' })).to.deep.equal(idle);
  });

  for (const first of ['alice', 'bob'] as const) {
    it(`change hands when a record does (${first} runs first): the old copy stays, the new owner gets one`, async () => {
      const world = await makeWorld(two);
      const id = world.crm.add(person(1), { ownerId: 'alice' });
      await world.sync({ owner: 'alice' });
      await world.sync({ owner: 'bob' });
      world.crm.give(id, 'bob');
      await world.sync({ owner: first });
      await world.sync({ owner: first === 'alice' ? 'bob' : 'alice' });
      expect(contents(world.mailboxOf('alice'))).to.deep.equal([person(1)]);
      expect(contents(world.mailboxOf('bob'))).to.deep.equal([person(1)]);
      const links = await world.links();
      expect(links.map(({ state, reason }) => [state, reason])).to.have.deep.members([
        ['outOfScope', 'owner'],
        ['active', null],
      ]);
      expect(await world.idleRun({ owner: 'alice' })).to.include({ actions: 0, writes: 0 });
      expect(await world.idleRun({ owner: 'bob' })).to.include({ actions: 0, writes: 0 });

      // What the old owner does with his copy no longer concerns the record.
      const copy = world.mailboxOf('alice').list()[0]?.id ?? '';
      world.mailboxOf('alice').change(copy, { jobTitle: 'of alice' });
      await world.sync({ owner: 'alice' });
      world.mailboxOf('alice').delete(copy);
      await world.sync({ owner: 'alice' });
      await world.sync({ owner: 'bob' });
      expect(contents(world.crm)).to.deep.equal([person(1)]);
      expect(contents(world.mailboxOf('bob'))).to.deep.equal([person(1)]);
    });
  }

  it('make nothing of a record that was deleted, and told of, while they joined', async () => {
    const world = await makeWorld({ ...two, crm: { ridesAlong: true } });
    const id = world.crm.add(person(1), { ownerId: 'bob' });
    await world.sync({ owner: 'alice' });
    let joins = true;
    world.wrapping = {
      ...world.wrapping,
      side: (side) => ({
        ...side,
        async *changes(module, cursor, options) {
          for await (const page of side.changes(module, cursor, options)) {
            if (joins && options?.ownerId === 'bob') {
              joins = false;
              world.crm.delete(id);
              await world.sync({ owner: 'alice' });
            }
            yield page;
          }
        },
      }),
    };
    await world.sync({ owner: 'bob' });
    expect(joins).to.equal(false);
    expect(contents(world.mailboxOf('bob'))).to.deep.equal([]);
    expect((await world.links()).filter(({ state }) => state === 'active')).to.deep.equal([]);
  });

  it('learn of a hand-over that was reported before anybody knew the record was made here', async () => {
    const world = await makeWorld(two);
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.mailboxOf('alice').add(person(1));
    world.crm.fail('create', { kind: 'lostAnswer', error: remoteError('crm', { outcomeUnknown: true }) });
    expect((await world.run({ owner: 'alice' })).state).to.equal('failed');
    const id = world.crm.list()[0]?.id ?? '';
    world.crm.give(id, 'bob');
    world.crm.change(id, { jobTitle: 'of bob' });
    await world.sync({ owner: 'bob' });
    await world.sync({ owner: 'alice' });
    const states = (await world.links()).map(({ state, reason }) => [state, reason]);
    expect(states).to.have.deep.members([
      ['outOfScope', 'owner'],
      ['active', null],
    ]);
    expect(contents(world.mailboxOf('alice'))).to.deep.equal([person(1)]);
    expect(contents(world.mailboxOf('bob'))).to.deep.equal([person(1, { jobTitle: 'of bob' })]);
  });

  it('keep the old copy when the new owner deletes the record', async () => {
    const world = await makeWorld(two);
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.crm.give(id, 'bob');
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.crm.delete(id);
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    expect(contents(world.mailboxOf('alice')), 'alice').to.deep.equal([person(1)]);
    expect(contents(world.mailboxOf('bob')), 'bob').to.deep.equal([]);
    expect(await world.idleRun({ owner: 'alice' })).to.include({ actions: 0, writes: 0 });
  });

  it('bring a record back to its first owner without a second copy', async () => {
    const world = await makeWorld(two);
    const id = world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.crm.give(id, 'bob');
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.crm.give(id, 'alice');
    world.crm.change(id, { jobTitle: 'Back' });
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    expect(contents(world.mailboxOf('alice'))).to.deep.equal([person(1, { jobTitle: 'Back' })]);
    expect(contents(world.mailboxOf('bob'))).to.deep.equal([person(1)]);
    expect(await world.idleRun({ owner: 'alice' })).to.include({ actions: 0, writes: 0 });
    expect(await world.idleRun({ owner: 'bob' })).to.include({ actions: 0, writes: 0 });
  });

  it('lose nothing when the CRM forgets the cursor of the whole organisation', async () => {
    const world = await makeWorld(two);
    const ids = [
      world.crm.add(person(1), { ownerId: 'alice' }),
      world.crm.add(person(2), { ownerId: 'bob' }),
      world.crm.add(person(3), { ownerId: 'bob' }),
    ];
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    world.crm.delete(ids[1] ?? '');
    world.crm.change(ids[0] ?? '', { jobTitle: 'Edited' });
    world.crm.forgetCursors();
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    expect(contents(world.mailboxOf('alice'))).to.deep.equal([person(1, { jobTitle: 'Edited' })]);
    expect(contents(world.mailboxOf('bob'))).to.deep.equal([person(3)]);
    expect(await world.idleRun({ owner: 'alice' })).to.deep.equal(idle);
    expect(await world.idleRun({ owner: 'bob' })).to.deep.equal(idle);
  });

  it('hear of a deletion that was read just when what they had waiting became a pair', async () => {
    const world = await makeWorld(two);
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    const id = world.crm.add(person(1), { ownerId: 'bob' });
    const lostAnswer = {
      kind: 'lostAnswer',
      error: remoteError('exchange', { outcomeUnknown: true }),
    } as const;
    world.mailboxOf('bob').fail('create', lostAnswer);
    expect((await world.run({ owner: 'bob' })).state).to.equal('failed');
    world.crm.delete(id);
    // Bob's next run finds the item it made, and links it while Alice's reads the CRM for everybody.
    const lease = await world.stores.leases.acquire('of a run of Bob', minuteMs);
    if (!lease) throw new Error('the lease is taken');
    await world.stores.sync.startRun(lease, world.scopeOf('bob'), 'sync', 'test');
    const [row] = await world.inbox('bob');
    const made = world.mailboxOf('bob').list()[0];
    const shadow = { version: '', values: { surname: 'Surname1' } };
    const asked: string[] = [];
    const between = async (name: string): Promise<void> => {
      if (asked.push(name) !== 2) return;
      await world.stores.sync.settle(lease, {
        links: [
          {
            id: 'link-of-bob',
            state: 'active',
            reason: null,
            crmId: id,
            exchangeId: made?.id ?? '',
            identity: made?.identity ?? null,
            crm: shadow,
            exchange: shadow,
          },
        ],
        finished: [],
        inboxDone: [row?.id ?? 0],
        inboxFailed: [],
        enqueue: [],
      });
    };
    world.wrapping = {
      ...world.wrapping,
      store: (store) => ({
        ...store,
        linkOwners: (...wanted) => between('linkOwners').then(() => store.linkOwners(...wanted)),
        waitingFor: (...wanted) => between('waitingFor').then(() => store.waitingFor(...wanted)),
      }),
    };
    await world.sync({ owner: 'alice' });
    expect(asked).to.have.lengthOf(2);
    expect((await world.inbox('bob')).map(({ itemId, kind }) => [itemId, kind])).to.deep.equal([
      [id, 'deleted'],
    ]);
  });

  it('joins late: a mailbox gets what its user already owns, once', async () => {
    const world = await makeWorld(two);
    for (const number of [1, 2, 3]) world.crm.add(person(number), { ownerId: 'bob' });
    await world.sync({ owner: 'alice' });
    world.crm.change('crm-1', { jobTitle: 'Edited' });
    await world.sync({ owner: 'alice' });
    await world.sync({ owner: 'bob' });
    expect(world.mailboxOf('bob').list()).to.have.lengthOf(3);
    expect(await world.idleRun({ owner: 'bob' })).to.deep.equal(idle);
  });
});

describe('the lease of a run', () => {
  const makeWorld = worlds();

  it('keeps a second run out while one goes on', async () => {
    const world = await makeWorld();
    await synced(world);
    const other: string[] = [];
    const asked: Promise<unknown>[] = [];
    world.exchange.meanwhile = ({ method }) => {
      if (method === 'changes' && asked.length === 0) {
        asked.push(world.run().then(({ state }) => other.push(state)));
      }
    };
    expect((await world.run()).state).to.equal('done');
    await Promise.all(asked);
    expect(other).to.deep.equal(['busy']);
  });

  it('is given up when the run ends, also when it fails', async () => {
    const world = await makeWorld();
    world.exchange.fail('scope', { kind: 'lostRequest', error: new Error('broken') });
    expect((await world.run()).state).to.equal('failed');
    expect((await world.run()).state).to.equal('done');
  });

  it('is not waited for where the process that held it died', async () => {
    const world = await makeWorld();
    await world.stores.leases.acquire('mailbox-of-alice:contacts', 60 * minuteMs);
    expect((await world.run()).state).to.equal('busy');
    world.restart();
    expect((await world.run()).state).to.equal('done');
  });

  it('outlasts a run whose calls take long', async () => {
    const world = await makeWorld({ crm: { pageSize: 2 }, exchange: { pageSize: 2, batchSize: 1 } });
    for (let number = 0; number < 15; number += 1) world.crm.add(person(number), { ownerId: 'alice' });
    const takeOvers: Promise<unknown>[] = [];
    world.exchange.meanwhile = () => {
      // Nearly as long as a request may take.
      world.now += 0.9 * minuteMs;
      takeOvers.push(world.stores.leases.acquire('mailbox-of-alice:contacts', minuteMs));
    };
    expect((await world.run()).state).to.equal('done');
    const taken = await Promise.all(takeOvers);
    expect(taken.length, 'longer than the lease').to.be.greaterThan(12);
    expect(taken.filter((lease) => lease !== null)).to.deep.equal([]);
  });

  it('that was taken over lets the old run write nothing more', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.meanwhile = ({ method }) => {
      // The run hangs in this call until its lease has run out.
      if (method === 'create') world.now += 60 * minuteMs;
    };
    let takenOver: unknown = null;
    const { sync } = world.stores;
    world.wrapping = {
      ...world.wrapping,
      store: () => ({
        ...sync,
        async settle(lease, settlement) {
          takenOver ??= await world.stores.leases.acquire('mailbox-of-alice:contacts', minuteMs);
          return sync.settle(lease, settlement);
        },
      }),
    };
    const outcome = await world.run().catch((error: unknown) => error);
    expect(takenOver).not.to.equal(null);
    expect(outcome).not.to.have.property('state', 'done');
    expect(await world.links()).to.deep.equal([]);
  });
});
