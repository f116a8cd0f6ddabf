import { expect } from 'chai';
import { contents, filled, person, synced, worlds } from './world.ts';
import type { World } from './world.ts';

const make = worlds();
const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };

async function undo(world: World, runId: number | null, actionIds: readonly number[] | null = null) {
  if (runId === null) throw new Error('there was no run');
  return world.sync({ undo: { runId, actionIds } });
}

async function expectInStep(world: World): Promise<void> {
  expect(contents(world.exchange)).to.deep.equal(contents(world.crm));
  expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
}

describe('taking back what a run did', () => {
  it('gives both sides the values of before, and nothing moves afterwards', async () => {
    const world = await make();
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Before' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After', company: 'New' });
    const { runId } = await world.sync();
    const outcome = await undo(world, runId);
    expect(outcome.notUndone).to.deep.equal([]);
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Before' })]);
    await expectInStep(world);
  });

  it('leaves what somebody changed since, and says so', async () => {
    const world = await make();
    const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Before', company: 'Old' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After', company: 'New' });
    const { runId } = await world.sync();
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Later' });
    await world.sync();
    const { notUndone } = await undo(world, runId);
    expect(notUndone.map(({ obstacle }) => obstacle)).to.deep.equal([
      { kind: 'changedSince', side: 'exchange', fields: ['jobTitle'] },
      { kind: 'changedSince', side: 'crm', fields: ['jobTitle'] },
    ]);
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Later', company: 'Old' })]);
    await expectInStep(world);
  });

  it('takes one action of a run alone', async () => {
    const world = await make();
    const { crmIds } = await synced(world, [person(1), person(2)]);
    for (const id of crmIds) world.crm.change(id, { jobTitle: 'After' });
    const { runId } = await world.sync();
    const [first] = (await world.actions()).filter((action) => action.runId === runId);
    await undo(world, runId, [first?.id ?? 0]);
    expect(contents(world.exchange)).to.deep.equal([person(1), person(2, { jobTitle: 'After' })]);
    await expectInStep(world);
  });

  it('removes what was made, and nothing comes back', async () => {
    const world = await make();
    world.crm.add(person(1), { ownerId: 'alice' });
    const { runId } = await world.sync();
    await undo(world, runId);
    expect(contents(world.exchange)).to.deep.equal([]);
    expect(contents(world.crm)).to.deep.equal([person(1)]);
    expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
  });

  it('does not remove what was made and edited since', async () => {
    const world = await make();
    world.crm.add(person(1), { ownerId: 'alice' });
    const { runId } = await world.sync();
    const [item] = world.exchange.list();
    world.exchange.change(item?.id ?? '', { surname: 'Edited' });
    const { notUndone } = await undo(world, runId);
    expect(notUndone[0]?.obstacle).to.deep.equal({
      kind: 'changedSince',
      side: 'exchange',
      fields: ['surname'],
    });
    expect(world.exchange.list()).to.have.length(1);
  });

  it('brings a deleted item back to both sides, its photo with it', async () => {
    const world = await make({ exchange: { separate: ['photo'] } });
    const { crmIds } = await synced(world, [person(1, { photo })]);
    world.crm.delete(crmIds[0] ?? '');
    const { runId } = await world.sync();
    expect(contents(world.exchange)).to.deep.equal([]);
    await undo(world, runId);
    expect(world.exchange.list().map(({ values }) => filled(values))).to.deep.equal([person(1, { photo })]);
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { photo })]);
    await expectInStep(world);
  });

  it('can itself be taken back', async () => {
    const world = await make();
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Before' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After' });
    const first = await world.sync();
    const second = await undo(world, first.runId);
    await undo(world, second.runId);
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'After' })]);
    await expectInStep(world);
  });
});
