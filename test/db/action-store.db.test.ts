import { expect } from 'chai';
import { actionEntity } from '../../src/db/entities/action.ts';
import type { Lease, StoredAction, SyncStore } from '../../src/sync/stores.ts';
import {
  action,
  endRun,
  entry,
  link,
  noCounts,
  scope,
  settlement,
  startRun,
  inboxCount,
} from './sync-fixtures.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

onEachDatabase('SyncStore: runs, plans and intents', (openTestDatabase) => {
  let test: TestDatabase;
  let sync: SyncStore;
  let lease: Lease;
  let runId: number;
  let now: number;
  beforeEach(async () => {
    now = testTime;
    test = await openTestDatabase({ clock: () => now });
    sync = test.stores.sync;
    ({ lease, runId } = await startRun(test));
  });
  afterEach(() => test.close());

  const linkIds = (actions: readonly StoredAction[]) => actions.map((stored) => stored.linkId);
  const next = (kind: 'create' | 'update' | 'remove', step = 0, afterId = 0, limit = 100, of = runId) =>
    sync.nextActions(of, kind, 'crm', step, afterId, limit);
  const finish = (actions: readonly StoredAction[], state: 'done' | 'failed' | 'dropped' = 'done') =>
    sync.settle(lease, settlement({ finished: actions.map(({ id }) => ({ id, state, error: null })) }));

  async function newRun(): Promise<void> {
    await endRun(test, { lease, runId });
    ({ lease, runId } = await startRun(test));
  }

  it('gives an action back as it was planned', async () => {
    const values = { givenName: 'Zoë', surname: null, categories: ['VIP'] };
    const planned = action(
      'a',
      {
        kind: 'create',
        side: 'exchange',
        targetId: null,
        version: null,
        values,
        before: { notes: { hash: 'h', size: 3, mediaType: 'text/plain' } },
        settles: { crm: values, exchange: { ...values, surname: 'Moreau' } },
        versions: { crm: 'v3', exchange: null },
        losers: [{ field: 'surname', side: 'exchange', value: 'Moreau' }],
        overwrites: 2,
        mapping: { givenName: 'nickname', notes: null },
      },
      { step: 1, final: false, inboxIds: [7, 9], title: 'Zoë' },
    );
    await sync.savePlan(lease, runId, [planned]);
    const [stored] = await sync.nextActions(runId, 'create', 'exchange', 1, 0, 10);
    expect(stored).to.deep.equal({ ...planned, id: stored?.id, runId, state: 'planned' });
  });

  it('does not store twice what settles just as it is written', async () => {
    const values = { givenName: 'Marker of this test', surname: null };
    const planned = action('a', { values, settles: { crm: values, exchange: values } });
    await sync.savePlan(lease, runId, [planned]);
    const row = await test.database.read((manager) => manager.findOneByOrFail(actionEntity, { runId }));
    expect(row.body.split('Marker of this test')).to.have.length(2);
    expect((await next('update'))[0]?.body).to.deep.equal(planned.body);
  });

  it('hands planned actions out by kind, side and step, page by page', async () => {
    await sync.savePlan(lease, runId, [
      action('a', { kind: 'create' }),
      action('a', { kind: 'update' }, { step: 1 }),
      action('b', { kind: 'create' }),
      action('c', { kind: 'create', side: 'exchange' }),
      action('d', { kind: 'settle', side: null }),
      action('e', { kind: 'create' }),
    ]);
    const page = await next('create', 0, 0, 2);
    expect(linkIds(page)).to.deep.equal(['a', 'b']);
    expect(linkIds(await next('create', 0, page[1]?.id, 2))).to.deep.equal(['e']);
    expect(linkIds(await next('update', 1))).to.deep.equal(['a']);
    expect(linkIds(await sync.nextActions(runId, 'settle', null, 0, 0, 9))).to.deep.equal(['d']);

    await sync.beginActions(lease, [page[0]?.id ?? 0]);
    expect(linkIds(await next('create'))).to.deep.equal(['b', 'e']);
  });

  it('settles links, actions and inbox in one step', async () => {
    await sync.enqueue(lease, [entry('item-1'), entry('item-2')]);
    const [one, two] = await sync.inbox(scope, now);
    await sync.savePlan(lease, runId, [action('a'), action('b')]);
    const [a, b] = await next('update');
    await sync.settle(lease, {
      links: [link('a')],
      finished: [
        { id: a?.id ?? 0, state: 'done', error: null },
        { id: b?.id ?? 0, state: 'failed', error: 'The server refused it.' },
      ],
      inboxDone: [one?.id ?? 0],
      inboxFailed: [
        {
          id: two?.id ?? 0,
          failure: { code: 'ErrorItemSave', message: 'no', retryable: true },
          nextAttemptAt: now + 1,
        },
      ],
      enqueue: [entry('item-3')],
    });
    expect((await sync.linksById(['a'])).size).to.equal(1);
    expect((await sync.inbox(scope, now)).map((row) => row.itemId)).to.deep.equal(['item-3']);
    expect((await sync.inbox(scope, now + 1)).map((row) => row.itemId)).to.deep.equal(['item-2', 'item-3']);
    expect(await next('update')).to.deep.equal([]);
    expect(await sync.leftovers(scope, null)).to.deep.equal([]);
  });

  it('settles nothing when one part of it cannot be written', async () => {
    await sync.enqueue(lease, [entry('item-1')]);
    const [row] = await sync.inbox(scope, now);
    const broken = link('b', { state: null as unknown as 'active' });
    const error: unknown = await sync
      .settle(lease, settlement({ inboxDone: [row?.id ?? 0], links: [link('a'), broken] }))
      .catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    expect(await inboxCount(test, scope)).to.equal(1);
    expect((await sync.linksById(['a'])).size).to.equal(0);
  });

  it('weighs a plan', async () => {
    await sync.savePlan(lease, runId, [
      action('a', { kind: 'create' }),
      action('b', { kind: 'remove' }),
      action('c', { kind: 'remove' }),
      action('d', { overwrites: 3 }),
      action('e', { overwrites: 2 }),
      action('f'),
    ]);
    expect(await sync.planTotals(runId)).to.deep.equal({ creates: 1, removes: 2, overwrites: 5 });
    expect(await sync.planTotals(runId + 1)).to.deep.equal({ creates: 0, removes: 0, overwrites: 0 });
  });

  it('holds dangerous actions with the later steps of their items, and nothing else', async () => {
    await sync.savePlan(lease, runId, [
      action('a', { kind: 'create' }, { final: false }),
      action('a', {}, { step: 1 }),
      action('b', { kind: 'remove' }),
      action('c', { overwrites: 1 }),
      action('d'),
    ]);
    expect(await sync.hold(lease, runId, 'removes')).to.equal(1);
    expect(await sync.hold(lease, runId, 'creates')).to.equal(3);
    expect(linkIds(await next('update'))).to.deep.equal(['c', 'd']);
    expect(await next('update', 1)).to.deep.equal([]);
    expect(await sync.hold(lease, runId, 'overwrites')).to.equal(4);
    expect(linkIds(await next('update'))).to.deep.equal(['d']);
    expect(linkIds(await sync.held(scope))).to.deep.equal(['a', 'a', 'b', 'c']);
  });

  it('shows what waits, of each link its newest plan, a preview left out', async () => {
    const remove = { kind: 'remove' } as const;
    await sync.savePlan(lease, runId, [action('waits', remove), action('again', remove)]);
    await sync.hold(lease, runId, 'removes');
    await newRun();
    await sync.savePlan(lease, runId, [action('again', remove), action('new', remove)]);
    await sync.hold(lease, runId, 'removes');
    const preview = await sync.startRun(lease, scope, 'preview', 'test');
    await sync.savePlan(lease, preview, [action('shown', remove)]);
    await sync.hold(lease, preview, 'removes');
    const held = await sync.held(scope);
    expect(held.map((one) => [one.linkId, one.runId])).to.deep.equal([
      ['waits', runId - 1],
      ['again', runId],
      ['new', runId],
    ]);
  });

  it('plans approved actions in the run named and neither weighs nor holds them again', async () => {
    await sync.savePlan(lease, runId, [action('a', { kind: 'remove' }), action('b', { kind: 'remove' })]);
    await sync.hold(lease, runId, 'removes');
    const [a, b] = await sync.held(scope);
    await newRun();
    await sync.decideHeld(lease, [a?.id ?? 0], 'approved', runId);
    await sync.decideHeld(lease, [b?.id ?? 0], 'rejected', null);

    expect(await sync.held(scope)).to.deep.equal([]);
    expect(await sync.planTotals(runId)).to.include({ removes: 0 });
    expect(await sync.hold(lease, runId, 'removes')).to.equal(0);
    const approved = await next('remove');
    expect(linkIds(approved)).to.deep.equal(['a']);
    await finish(approved);
    expect(await sync.doneTotals(scope, 0)).to.include({ removes: 0 });
  });

  it('decides no more than what is named', async () => {
    await sync.savePlan(lease, runId, [
      action('a', { kind: 'create' }, { final: false }),
      action('a', {}, { step: 1 }),
      action('b', { kind: 'create' }),
    ]);
    await sync.hold(lease, runId, 'creates');
    const [first] = await sync.held(scope);
    await sync.decideHeld(lease, [first?.id ?? 0], 'approved', runId);
    expect(linkIds(await next('create'))).to.deep.equal(['a']);
    expect(linkIds(await next('update', 1))).to.deep.equal([]);
    expect((await sync.held(scope)).map(({ linkId, step }) => [linkId, step])).to.deep.equal([
      ['a', 1],
      ['b', 0],
    ]);
  });

  it('decides only what is held', async () => {
    await sync.savePlan(lease, runId, [action('a')]);
    const [a] = await next('update');
    await sync.decideHeld(lease, [a?.id ?? 0], 'rejected', null);
    expect(linkIds(await next('update'))).to.deep.equal(['a']);
  });

  it('counts what was done since, the first runs left out', async () => {
    const plan = [action('a', { kind: 'create' }), action('b', { overwrites: 4 })];
    const doAll = async () => {
      await sync.savePlan(lease, runId, plan);
      await finish([...(await next('create')), ...(await next('update'))]);
    };
    const nothing = { creates: 0, removes: 0, overwrites: 0 };
    await doAll();
    expect(await sync.doneTotals(scope, 0)).to.deep.equal(nothing);
    await newRun();
    expect(await sync.doneTotals(scope, 0)).to.deep.equal(nothing);
    now += 1_000;
    await doAll();
    expect(await sync.doneTotals(scope, now)).to.deep.equal({ creates: 1, removes: 0, overwrites: 4 });
    expect(await sync.doneTotals(scope, now + 1)).to.deep.equal(nothing);
    expect(await sync.doneTotals({ ...scope, mailboxId: 'mailbox-2' }, 0)).to.deep.equal(nothing);
  });

  it('finds what earlier runs left, oldest first', async () => {
    await sync.savePlan(lease, runId, [
      action('tried'),
      action('planned'),
      action('done'),
      action('dropped'),
    ]);
    const stored = await next('update');
    await sync.beginActions(lease, [stored[0]?.id ?? 0]);
    await finish(stored.slice(2, 3));
    await finish(stored.slice(3), 'dropped');
    await newRun();
    await sync.savePlan(lease, runId, [action('own')]);

    const left = await sync.leftovers(scope, runId);
    expect(left.map(({ linkId, state }) => [linkId, state])).to.deep.equal([
      ['tried', 'tried'],
      ['planned', 'planned'],
    ]);
    expect(linkIds(await sync.leftovers(scope, null))).to.deep.equal(['tried', 'planned', 'own']);
  });

  it('records runs, and ends those a crash left going', async () => {
    expect(await sync.lastRun(scope, 'running')).to.deep.equal({
      ...scope,
      id: runId,
      kind: 'sync',
      trigger: 'test',
      state: 'running',
      startedAt: testTime,
      finishedAt: null,
      counts: noCounts,
      held: 0,
      error: null,
    });
    now += 1_000;
    const crashed = runId;
    runId = await sync.startRun(lease, scope, 'sync', 'schedule');
    expect(await sync.lastRun(scope, 'running')).to.include({ id: runId, trigger: 'schedule' });
    expect(await sync.lastRun(scope, 'failed')).to.include({ id: crashed, finishedAt: now });

    const counts = { crm: { ...noCounts.crm, created: 3 }, exchange: noCounts.exchange };
    await sync.finishRun(lease, runId, { state: 'stopped', counts, held: 2, error: 'Stopped.' });
    expect(await sync.lastRun(scope, 'stopped')).to.deep.include({
      id: runId,
      counts,
      held: 2,
      error: 'Stopped.',
    });
    expect(await sync.lastRun(scope, 'done')).to.equal(null);
  });
});
