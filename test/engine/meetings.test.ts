import { expect } from 'chai';
import { maskPrivate } from '../../src/ews/items/event-values.ts';
import type { Values } from '../../src/sync/model.ts';
import type { SyncSide } from '../../src/sync/ports.ts';
import { contents, worlds } from './world.ts';
import type { World } from './world.ts';

const copy: Values = {
  uid: 'uid-1',
  subject: 'Talk',
  start: '2026-03-02T09:00:00',
  end: '2026-03-02T10:00:00',
  organizer: 'organizer;olga@elsewhere.test',
  role: 'attendee',
};

describe('a meeting from outside with two attendees', () => {
  const makeWorld = worlds();

  /** Alice's copy was met first. */
  async function brought(): Promise<{ world: World; ids: Record<'alice' | 'bob', string> }> {
    const world = await makeWorld({
      module: 'events',
      owners: ['alice', 'bob'],
      crm: { unsupported: ['role'] },
    });
    const ids = { alice: world.mailboxOf('alice').add(copy), bob: world.mailboxOf('bob').add(copy) };
    await runBoth(world);
    const { role: _role, ...record } = copy;
    expect(contents(world.crm)).to.deep.equal([record]);
    return { world, ids };
  }

  async function runBoth(world: World): Promise<void> {
    for (const owner of ['alice', 'bob']) expect((await world.run({ owner })).state).to.equal('done');
  }

  it('stays one event of the CRM when the one whose copy leads deletes it and the other answers', async () => {
    const { world, ids } = await brought();
    world.mailboxOf('alice').delete(ids.alice);
    await runBoth(world);
    world.mailboxOf('bob').change(ids.bob, { busyState: 'busy' });
    await runBoth(world);
    expect(world.crm.list()).to.have.lengthOf(1);
    expect(world.mailboxOf('bob').has(ids.bob)).to.equal(true);
  });

  it('stays one event of the CRM when the copy that leads is moved to another folder and the other is answered', async () => {
    const { world, ids } = await brought();
    world.mailboxOf('alice').move(ids.alice, 'elsewhere');
    await runBoth(world);
    world.mailboxOf('bob').change(ids.bob, { busyState: 'busy' });
    await runBoth(world);
    expect(world.crm.list()).to.have.lengthOf(1);
  });

  it('comes in from the other mailbox, where it still takes place, when its event was deleted in the CRM', async () => {
    const { world, ids } = await brought();
    world.crm.delete(world.crm.list()[0]?.id ?? '');
    await runBoth(world);
    expect([world.crm.list().length, world.mailboxOf('alice').has(ids.alice)]).to.deep.equal([0, true]);
    world.mailboxOf('bob').change(ids.bob, { busyState: 'busy' });
    await runBoth(world);
    expect(world.crm.list()).to.have.lengthOf(1);
  });
});

describe('a private event, of which Exchange shows no more than its times', () => {
  const makeWorld = worlds();
  const secret: Values = {
    uid: 'uid-1',
    subject: 'Secret',
    start: '2026-03-02T09:00:00',
    end: '2026-03-02T10:00:00',
    timeZone: 'UTC',
    privacy: 'private',
  };

  const invited: Values = { role: 'organizer', attendees: ['required;bob@example.test;'] };

  function maskedReading(side: SyncSide): SyncSide['read'] {
    return async (...asked) =>
      (await side.read(...asked)).map((answer) =>
        answer.kind === 'item'
          ? { ...answer, item: { ...answer.item, values: maskPrivate(answer.item.values) } }
          : answer,
      );
  }

  async function synced(more: Values): Promise<{ world: World; crmId: string; exchangeId: string }> {
    const world = await makeWorld({ module: 'events', exchange: { separate: ['@'] } });
    world.wrapping = {
      ...world.wrapping,
      side: (side) => (side.side === 'crm' ? side : { ...side, read: maskedReading(side) }),
    };
    const exchangeId = world.exchange.add({ ...secret, ...more });
    await world.sync();
    expect(world.crm.list()[0]?.values).to.include({ subject: null, end: '2026-03-02T10:00:00' });
    return { world, crmId: world.crm.list()[0]?.id ?? '', exchangeId };
  }

  it('is held for "Send update" when its owner has invited others and the CRM moves it', async () => {
    const { world, crmId, exchangeId } = await synced(invited);
    world.crm.change(crmId, { start: '2026-03-02T08:00:00' });
    await world.sync();
    expect((await world.held()).map(({ body }) => [body.kind, body.tellsAttendees])).to.deep.equal([
      ['update', true],
    ]);
    expect(world.exchange.get(exchangeId).values).to.include({ start: '2026-03-02T09:00:00' });
  });

  it('is held when its owner has invited others and the CRM deletes it', async () => {
    const { world, crmId, exchangeId } = await synced(invited);
    world.crm.delete(crmId);
    await world.sync();
    expect((await world.held()).map(({ body }) => [body.kind, body.tellsAttendees])).to.deep.equal([
      ['remove', true],
    ]);
    expect(world.exchange.has(exchangeId)).to.equal(true);
  });

  it('keeps its times where it is a series with exceptions, which Exchange would forget', async () => {
    const recurrence = 'FREQ=WEEKLY;BYDAY=MO';
    const exceptions = { '@2026-03-09T09:00:00': 'changed', '@2026-03-09T09:00:00/location': 'Clinic' };
    const { world, crmId, exchangeId } = await synced({ recurrence, ...exceptions });
    world.crm.change(crmId, { end: '2026-03-02T11:00:00', busyState: 'busy' });
    await world.sync();
    const { values } = world.exchange.get(exchangeId);
    expect(values).to.include({ ...secret, recurrence, ...exceptions, busyState: 'busy' });
    world.exchange.change(exchangeId, { end: '2026-03-02T10:30:00' });
    await world.sync();
    expect(world.crm.get(crmId).values).to.include({ end: '2026-03-02T10:30:00' });
    expect(await world.losers()).to.deep.equal([{ field: 'end', side: 'crm', value: '2026-03-02T11:00:00' }]);
  });
});
