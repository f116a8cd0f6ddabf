import { expect } from 'chai';
import type { Values } from '../../src/sync/model.ts';
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
