import { expect } from 'chai';
import { contents, person, synced, worlds } from './world.ts';
import type { World } from './world.ts';

async function everything(world: World): Promise<unknown> {
  return {
    links: await world.links(),
    inbox: await world.inboxRows(),
    crm: world.crm.list(),
    exchange: world.exchange.list(),
    open: (await world.actions()).filter(({ state }) => !['done', 'dropped'].includes(state)),
  };
}

describe('a preview', () => {
  const makeWorld = worlds();

  it('before the first sync lists what would be made, and changes nothing', async () => {
    const world = await makeWorld();
    for (const number of [1, 2]) world.crm.add(person(number), { ownerId: 'alice' });
    world.exchange.add(person(3));
    const { preview, state } = await world.sync({ kind: 'preview' });
    expect(state).to.equal('done');
    expect(preview.map(({ body, title }) => [body.kind, body.side, title])).to.have.deep.members([
      ['create', 'exchange', 'Given1 Surname1'],
      ['create', 'exchange', 'Given2 Surname2'],
      ['create', 'crm', 'Given3 Surname3'],
    ]);
    expect(world.crm.writes + world.exchange.writes).to.equal(0);
    expect(await world.links()).to.deep.equal([]);
    const after = await everything(world);
    const again = await world.sync({ kind: 'preview' });
    expect(again.preview.map(({ body }) => body.kind)).to.deep.equal(preview.map(({ body }) => body.kind));
    expect(await everything(world)).to.deep.equal(after);
  });

  it('lists updates with before and after, and deletions; the sync after it does just that', async () => {
    const world = await makeWorld();
    const { crmIds, exchangeIds } = await synced(world, [
      person(1, { jobTitle: 'before' }),
      person(2),
      person(3),
    ]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'after' });
    world.exchange.delete(exchangeIds[1] ?? '');
    await world.sync({ kind: 'preview' });
    const before = await everything(world);
    const { preview } = await world.sync({ kind: 'preview' });
    expect(await everything(world)).to.deep.equal(before);
    const update = preview.find(({ body }) => body.kind === 'update');
    expect(update?.body).to.deep.include({
      side: 'exchange',
      targetId: exchangeIds[0],
      values: { jobTitle: 'after' },
      before: { jobTitle: 'before' },
    });
    const remove = preview.find(({ body }) => body.kind === 'remove');
    expect(remove?.body).to.include({ side: 'crm', targetId: crmIds[1] });
    expect(preview).to.have.lengthOf(2);

    const { counts } = await world.sync();
    expect(counts.exchange.updated).to.equal(1);
    expect(counts.crm.deleted).to.equal(1);
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'after' }), person(3)]);
    expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
  });

  it('does not make the run after it any but the first', async () => {
    const world = await makeWorld({ settings: { firstSyncCap: 1 } });
    for (const number of [1, 2]) world.crm.add(person(number), { ownerId: 'alice' });
    await world.sync({ kind: 'preview' });
    await world.sync();
    expect(world.exchange.list()).to.have.lengthOf(1);
  });

  it('leaves alone what is held', async () => {
    const world = await makeWorld({ guard: { removes: { count: 0, share: 0 } } });
    const { crmIds } = await synced(world, [person(1), person(2), person(3)]);
    world.crm.delete(crmIds[0] ?? '');
    await world.sync();
    const held = await world.held();
    expect(held).to.have.lengthOf(1);
    await world.sync({ kind: 'preview' });
    expect(await world.held()).to.deep.equal(held);
  });

  it('leaves an intent of a run that broke off to the next run', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.fail('create', { kind: 'lostAnswer', error: new Error('the line went dead') });
    expect((await world.run()).state).to.equal('failed');
    await world.sync({ kind: 'preview' });
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    expect(contents(world.crm)).to.deep.equal([person(1)]);
  });

  it('asks for nothing to be failed: an item that cannot be read keeps its attempts', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    world.crm.itemFailure = () => ({ code: 'Busy', message: 'busy', retryable: true });
    await world.sync({ kind: 'preview' });
    expect((await world.inboxRows()).map(({ attempts }) => attempts)).to.deep.equal([0]);
  });
});
