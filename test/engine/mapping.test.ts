import { expect } from 'chai';
import { mappedSide } from '../../src/engine/mapped-side.ts';
import type { Mapping } from '../../src/sync/mapping.ts';
import type { Values } from '../../src/sync/model.ts';
import { MemorySystem } from './memory-side.ts';
import { contents, person, synced, worlds } from './world.ts';
import type { World } from './world.ts';

const make = worlds();
const swapped: Mapping = { jobTitle: 'department', department: 'jobTitle' };

function map(world: World, mapping: Mapping): void {
  world.settings = { ...world.settings, mapping };
}

function shown(world: World): { crm: Values[]; exchange: Values[] } {
  return { crm: contents(world.crm), exchange: contents(world.exchange) };
}

async function expectCalm(world: World): Promise<void> {
  expect(await world.idleRun()).to.deep.equal({ actions: 0, writes: 0, reads: 0 });
}

describe('mapped fields', () => {
  it('travel under the other name, both ways', async () => {
    const world = await make({ settings: { mapping: swapped } });
    const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Boss' })]);
    expect(contents(world.exchange)).to.deep.equal([person(1, { department: 'Boss' })]);
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: 'Sales' });
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Boss', department: 'Sales' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: null });
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Sales' })]);
    await expectCalm(world);
  });

  it('are mapped in what rides along with the changes, too', async () => {
    const world = await make({ settings: { mapping: swapped }, exchange: { ridesAlong: true } });
    world.exchange.add(person(1, { jobTitle: 'Sales' }));
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { department: 'Sales' })]);
    expect(world.exchange.countItems('read')).to.equal(0);
  });

  it('stay on their side where they are switched off', async () => {
    const world = await make({ settings: { mapping: { notes: null } } });
    const { crmIds, exchangeIds } = await synced(world, [person(1, { notes: 'Ours', jobTitle: 'Boss' })]);
    world.exchange.change(exchangeIds[0] ?? '', { notes: 'Theirs' });
    await world.sync();
    world.crm.change(crmIds[0] ?? '', { notes: 'Ours still' });
    await world.sync();
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { notes: 'Ours still', jobTitle: 'Boss' })],
      exchange: [person(1, { notes: 'Theirs', jobTitle: 'Boss' })],
    });
    await expectCalm(world);
  });

  it('a picture that is switched off takes no call of its own', async () => {
    const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };
    const world = await make({ settings: { mapping: { photo: null } }, exchange: { separate: ['photo'] } });
    await synced(world, [person(1, { photo })]);
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    await expectCalm(world);
  });
});

describe('mapped fields as a side names them', () => {
  const system = () =>
    new MemorySystem({ side: 'exchange', separate: ['photo'], unsupported: ['department', 'prefix'] });

  it('are those of the CRM, with what is not mapped among the unsupported ones', () => {
    const mapping = { jobTitle: 'department', department: null, photo: null };
    const { unsupported, separate } = mappedSide(system().sideFor(), 'contacts', mapping).capabilities(
      'contacts',
    );
    expect([...unsupported]).to.have.members(['jobTitle', 'prefix', 'department', 'photo']);
    expect([...separate]).to.deep.equal([]);
  });

  it('cost nothing where each is its namesake', () => {
    const side = system().sideFor();
    expect(mappedSide(side, 'contacts', { jobTitle: 'jobTitle' })).to.equal(side);
  });

  it('pair nobody by an address that is not synced', async () => {
    const world = await make({ settings: { mapping: { email3: null } } });
    world.crm.add(person(1), { ownerId: 'alice' });
    world.exchange.add(person(2, { email3: 'person1@example.test' }));
    await world.sync();
    expect(world.crm.list()).to.have.lengthOf(2);
    expect(world.exchange.list()).to.have.lengthOf(2);
  });
});

describe('a changed mapping', () => {
  it('lets what is filled on one side travel, and makes two filled values a conflict', async () => {
    const world = await make({ settings: { mapping: { jobTitle: null, department: null } } });
    const { exchangeIds } = await synced(world, [person(1, { jobTitle: 'Boss' }), person(2), person(3)]);
    const [one, two, three] = exchangeIds;
    world.exchange.change(one ?? '', { department: 'Chief' });
    world.exchange.change(two ?? '', { department: 'Clerk' });
    world.exchange.change(three ?? '', { jobTitle: 'Not mapped' });
    await world.sync();
    map(world, { jobTitle: 'department', department: null });
    const { counts } = await world.sync();
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { jobTitle: 'Boss' }), person(2, { jobTitle: 'Clerk' }), person(3)],
      exchange: [
        person(1, { department: 'Boss' }),
        person(2, { department: 'Clerk' }),
        person(3, { jobTitle: 'Not mapped' }),
      ],
    });
    expect(counts.exchange).to.include({ updated: 1, conflicts: 1 });
    expect(await world.losers()).to.deep.equal([{ field: 'jobTitle', side: 'exchange', value: 'Chief' }]);
    await expectCalm(world);
  });

  it('takes no value of the field of before for an edit', async () => {
    const world = await make({ settings: { winner: 'exchange' } });
    await synced(world, [person(1, { jobTitle: 'Boss', department: 'Sales' })]);
    map(world, swapped);
    await world.sync();
    // Both are filled and differ: Exchange wins, and nothing of the CRM is lost without a trace.
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Sales', department: 'Boss' })]);
    expect((await world.losers()).map(({ side, value }) => [side, value])).to.deep.equal([
      ['crm', 'Boss'],
      ['crm', 'Sales'],
    ]);
    await expectCalm(world);
    map(world, {});
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Boss', department: 'Sales' })]);
    await expectCalm(world);
  });

  it('leaves what was mapped before where it is', async () => {
    const world = await make();
    await synced(world, [person(1, { notes: 'Old' })]);
    map(world, { notes: null });
    await world.sync();
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { notes: 'Old' })],
      exchange: [person(1, { notes: 'Old' })],
    });
    await expectCalm(world);
  });

  it('waits behind the guard where it would overwrite many values', async () => {
    const world = await make({ guard: { overwrites: { count: 2, share: 0.1 } } });
    const people = [1, 2, 3].map((number) => person(number, { jobTitle: 'Boss', department: 'Sales' }));
    await synced(world, people);
    map(world, swapped);
    const { held } = await world.sync();
    expect(held).to.equal(3);
    expect(contents(world.exchange)).to.deep.equal(people);
    expect((await world.sync()).held).to.equal(3);
    await world.decide('approved');
    expect(contents(world.exchange)).to.deep.equal(
      [1, 2, 3].map((number) => person(number, { jobTitle: 'Sales', department: 'Boss' })),
    );
    await expectCalm(world);
  });

  it('plans again what waited for a decision, whose names meant other fields', async () => {
    const world = await make({ guard: { overwrites: { count: 0, share: 0 } } });
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Boss', department: 'Sales' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'Chief' });
    await world.sync();
    const before = await world.held();
    expect(before.map(({ body }) => body.values)).to.deep.equal([{ jobTitle: 'Chief' }]);
    map(world, { jobTitle: 'department', department: null });
    await world.sync({ decisions: [{ actionIds: before.map(({ id }) => id), verdict: 'approved' }] });
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Boss', department: 'Sales' })]);
    // What it comes to now is a decision of its own.
    expect((await world.held()).map(({ body }) => [body.before, body.values])).to.deep.equal([
      [{ jobTitle: 'Sales' }, { jobTitle: 'Chief' }],
    ]);
  });

  it('does not use what came along under the old names', async () => {
    const world = await make({ exchange: { ridesAlong: true, pageSize: 1 } });
    await synced(world, [person(1)]);
    world.exchange.add(person(2, { jobTitle: 'Sales' }));
    // The change is in the inbox, and nothing was planned.
    await world.sync({ kind: 'preview' });
    map(world, swapped);
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1), person(2, { department: 'Sales' })]);
  });

  it('does not forget that an item is gone, so that one that was put back finds its partner', async () => {
    const world = await make();
    const { exchangeIds } = await synced(world);
    world.exchange.delete(exchangeIds[0] ?? '');
    world.exchange.move(world.exchange.deletedItems()[0]?.id ?? '', 'home');
    // What was deleted and what was put back wait in the inbox.
    await world.sync({ kind: 'preview' });
    map(world, { notes: null });
    await world.sync({ kind: 'preview' });
    expect((await world.inbox()).map(({ side, kind }) => `${side} ${kind}`)).to.have.members([
      'exchange deleted',
      'exchange changed',
    ]);
    await world.sync();
    expect(shown(world)).to.deep.equal({ crm: [person(1)], exchange: [person(1)] });
    await expectCalm(world);
  });

  it('is not kept in what a preview found, where it is put back before anything is synced', async () => {
    const world = await make({ exchange: { ridesAlong: true } });
    world.exchange.add(person(1, { jobTitle: 'Boss' }));
    map(world, { jobTitle: null });
    await world.sync({ kind: 'preview' });
    map(world, {});
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1, { jobTitle: 'Boss' })]);
    await expectCalm(world);
  });

  it('is only shown by a preview: put back, everything goes on as if it had never been looked at', async () => {
    const world = await make({
      guard: { removes: { count: 0, share: 0 } },
      settings: { deletes: { crm: true, exchange: true } },
    });
    const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Boss' }), person(2)]);
    world.crm.delete(crmIds[1] ?? '');
    await world.sync();
    const held = await world.held();
    expect(held).to.have.lengthOf(1);
    world.exchange.change(exchangeIds[0] ?? '', { jobTitle: null });
    map(world, { jobTitle: null });
    await world.sync({ kind: 'preview' });
    expect(await world.held()).to.deep.equal(held);
    map(world, {});
    await world.sync();
    expect(contents(world.crm)).to.deep.equal([person(1)]);
    expect((await world.held()).map(({ linkId }) => linkId)).to.deep.equal(held.map(({ linkId }) => linkId));
  });

  it('is followed when the first sync broke off before', async () => {
    const world = await make({ settings: { mapping: swapped }, exchange: { pageSize: 1 } });
    world.crm.add(person(1, { jobTitle: 'Boss', department: 'Sales' }), { ownerId: 'alice' });
    const { sync } = world.stores;
    let settled = 0;
    world.wrapping = {
      ...world.wrapping,
      store: () => ({
        ...sync,
        async settle(lease, settlement) {
          await sync.settle(lease, settlement);
          settled += 1;
          if (settled === 1) throw new Error('the process dies');
        },
      }),
    };
    await world.run();
    world.restart();
    map(world, {});
    await world.sync();
    // Under today's names the values of both sides differ; the CRM wins, and what Exchange showed is kept.
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { jobTitle: 'Boss', department: 'Sales' })],
      exchange: [person(1, { jobTitle: 'Boss', department: 'Sales' })],
    });
    await expectCalm(world);
  });

  it('comes after what an earlier process left, which names the fields as before', async () => {
    const world = await make();
    world.crm.add(person(1, { jobTitle: 'Boss' }), { ownerId: 'alice' });
    const { sync } = world.stores;
    world.wrapping = {
      ...world.wrapping,
      store: () => ({
        ...sync,
        async settle(lease, settlement) {
          if (settlement.links.length > 0) throw new Error('the process dies');
          await sync.settle(lease, settlement);
        },
      }),
    };
    await world.run();
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Boss' })]);
    world.restart();
    map(world, { jobTitle: 'department', department: null });
    await world.sync();
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { jobTitle: 'Boss' })],
      exchange: [person(1, { jobTitle: 'Boss', department: 'Boss' })],
    });
    await expectCalm(world);
  });

  it('is shown by a preview', async () => {
    const world = await make({ settings: { mapping: { jobTitle: null } } });
    await synced(world, [person(1, { jobTitle: 'Boss' })]);
    map(world, {});
    const { preview } = await world.sync({ kind: 'preview' });
    expect(preview.map(({ body }) => [body.side, body.values])).to.deep.equal([
      ['exchange', { jobTitle: 'Boss' }],
    ]);
    expect(contents(world.exchange)).to.deep.equal([person(1)]);
    await world.sync();
    expect(contents(world.exchange)).to.deep.equal([person(1, { jobTitle: 'Boss' })]);
    await expectCalm(world);
  });

  it('reads a pair again that was out of scope when it comes back', async () => {
    const world = await make();
    const { crmIds, exchangeIds } = await synced(world, [person(1, { jobTitle: 'Boss' }), person(2)]);
    const moved = world.exchange.move(exchangeIds[0] ?? '', 'elsewhere');
    await world.sync();
    map(world, { jobTitle: 'department', department: null });
    await world.sync();
    world.exchange.move(moved, 'home');
    await world.sync();
    expect(world.crm.list().find(({ id }) => id === crmIds[0])?.values['jobTitle']).to.equal('Boss');
    expect(contents(world.exchange)).to.deep.equal([
      person(1, { jobTitle: 'Boss', department: 'Boss' }),
      person(2),
    ]);
    await expectCalm(world);
  });
});

describe('taking back across a changed mapping', () => {
  it('never writes a value into a field that it did not come from, and says so', async () => {
    const world = await make();
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Before', nickname: 'One' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After', nickname: 'Two' });
    const { runId } = await world.sync();
    map(world, { jobTitle: 'department', department: null });
    await world.sync();
    const { notUndone } = await world.sync({ undo: { runId: runId ?? 0, actionIds: null } });
    expect(notUndone.map(({ obstacle }) => obstacle)).to.deep.equal([
      { kind: 'mappedAnew', side: 'exchange', fields: ['jobTitle'] },
    ]);
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { jobTitle: 'After', nickname: 'One' })],
      exchange: [person(1, { jobTitle: 'After', department: 'After', nickname: 'One' })],
    });
    await expectCalm(world);
  });

  it('takes back what was done under the mapping of today', async () => {
    const world = await make({ settings: { mapping: swapped } });
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Before' })]);
    world.crm.change(crmIds[0] ?? '', { jobTitle: 'After' });
    const { runId } = await world.sync();
    const { notUndone } = await world.sync({ undo: { runId: runId ?? 0, actionIds: null } });
    expect(notUndone).to.deep.equal([]);
    expect(shown(world)).to.deep.equal({
      crm: [person(1, { jobTitle: 'Before' })],
      exchange: [person(1, { department: 'Before' })],
    });
    await expectCalm(world);
  });

  it('does not remove an item of which it cannot tell whether it is as it was made', async () => {
    const world = await make();
    world.crm.add(person(1, { jobTitle: 'Boss' }), { ownerId: 'alice' });
    const { runId } = await world.sync();
    map(world, { jobTitle: 'department', department: null });
    await world.sync();
    const { notUndone } = await world.sync({ undo: { runId: runId ?? 0, actionIds: null } });
    expect(notUndone.map(({ obstacle }) => obstacle.kind)).to.deep.equal(['mappedAnew']);
    expect(world.exchange.list()).to.have.lengthOf(1);
  });

  it('makes a removed item again without what belongs elsewhere now', async () => {
    const world = await make();
    const { crmIds } = await synced(world, [person(1, { jobTitle: 'Boss', nickname: 'One' }), person(2)]);
    world.crm.delete(crmIds[0] ?? '');
    const { runId } = await world.sync();
    map(world, { jobTitle: 'department', department: null });
    await world.sync();
    const { notUndone } = await world.sync({ undo: { runId: runId ?? 0, actionIds: null } });
    expect(notUndone.map(({ obstacle }) => obstacle)).to.deep.equal([
      { kind: 'mappedAnew', side: 'exchange', fields: ['jobTitle'] },
    ]);
    expect(contents(world.exchange)).to.deep.equal([person(1, { nickname: 'One' }), person(2)]);
  });
});
