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
    const third = await undo(world, second.runId);
    expect(third.notUndone).to.deep.equal([]);
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'After' })]);
    await expectInStep(world);
  });

  it('takes back what a run wrote to both sides of one item', async () => {
    const world = await make();
    const before = person(1, { jobTitle: 'Before', company: 'Old' });
    const { crmIds, exchangeIds } = await synced(world, [before]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After' });
    world.exchange.change(exchangeIds[0] ?? '', { company: 'New' });
    const { runId, counts } = await world.sync();
    expect([counts.crm.updated, counts.exchange.updated]).to.deep.equal([1, 1]);
    const outcome = await undo(world, runId);
    expect(outcome.notUndone).to.deep.equal([]);
    expect(contents(world.crm)).to.deep.equal([before]);
    await expectInStep(world);
  });

  it('tells in its own record what it left, and why', async () => {
    const world = await make();
    const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Before', company: 'Old' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After', company: 'New' });
    const { runId } = await world.sync();
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Later' });
    await world.sync();
    const undone = await undo(world, runId);
    const told = (await world.actions()).filter((action) => action.runId === undone.runId && action.error);
    expect(told.map(({ state, error }) => ({ state, error }))).to.deep.equal([
      {
        state: 'failed',
        error:
          'Left as it is in Exchange, because it was changed since: Job title. ' +
          'Left as it is in the CRM, because it was changed since: Job title.',
      },
    ]);
  });

  it('writes nothing in a preview, and says what it would do', async () => {
    const world = await make();
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Before' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After' });
    const { runId } = await world.sync();
    const writes = world.crm.writes + world.exchange.writes;
    const outcome = await world.sync({
      kind: 'preview',
      undo: { runId: runId ?? 0, actionIds: null },
    });
    expect(outcome.preview.map(({ body }) => [body.side, body.values['jobTitle']])).to.deep.equal([
      ['crm', 'Before'],
      ['exchange', 'Before'],
    ]);
    expect(world.crm.writes + world.exchange.writes).to.equal(writes);
    expect(await world.idleRun()).to.include({ actions: 0, writes: 0 });
  });
});

describe('taking the loser of a conflict after all', () => {
  async function conflict(world: World) {
    const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Before', company: 'Old' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'Winner', company: 'New' });
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Loser' });
    const { runId } = await world.sync();
    const action = (await world.actions()).find((one) => one.runId === runId && one.state === 'done');
    return {
      crmIds,
      take: { runId: runId ?? 0, actionIds: [action?.id ?? 0], fields: ['jobTitle'] },
    };
  }

  it('gives both sides the value that lost, and leaves the other fields of the action', async () => {
    const world = await make();
    const { take } = await conflict(world);
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Winner', company: 'New' })]);
    const outcome = await world.sync({ undo: take });
    expect(outcome.notUndone).to.deep.equal([]);
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Loser', company: 'New' })]);
    await expectInStep(world);
  });

  it('does not take it where somebody changed the field since', async () => {
    const world = await make();
    const { crmIds, take } = await conflict(world);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'Later', company: 'Newer' });
    await world.sync();
    const { notUndone } = await world.sync({ undo: take });
    expect(notUndone.map(({ obstacle }) => obstacle)).to.deep.equal([
      { kind: 'changedSince', side: 'exchange', fields: ['jobTitle'] },
      { kind: 'changedSince', side: 'crm', fields: ['jobTitle'] },
    ]);
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Later', company: 'Newer' })]);
    await expectInStep(world);
  });
});
