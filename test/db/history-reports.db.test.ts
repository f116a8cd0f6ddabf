import { expect } from 'chai';
import type { Loser } from '../../src/sync/model.ts';
import type { NewAction, RunScope } from '../../src/sync/stores.ts';
import { undoTrigger } from '../../src/sync/undo.ts';
import { action, endRun, noCounts, scope, settlement, startRun } from './sync-fixtures.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const other = { mailboxId: 'mailbox-2', module: 'events' } as const;
const loser: Loser = { field: 'jobTitle', side: 'crm', value: 'Lost' };
const changed = { ...noCounts, crm: { ...noCounts.crm, updated: 1 } };

onEachDatabase('HistoryReports', (openTestDatabase, kind) => {
  let test: TestDatabase;
  let now: number;
  beforeEach(async () => {
    now = testTime;
    test = await openTestDatabase({ clock: () => now });
  });
  afterEach(() => test.close());

  /** A finished run that carried these actions out, those titled `failed` and `dropped` apart. Returns its id. */
  async function recorded(actions: readonly NewAction[], of: RunScope = scope): Promise<number> {
    const { sync } = test.stores;
    const run = await startRun(test, of);
    await sync.savePlan(run.lease, run.runId, actions);
    const planned = (await sync.leftovers(of, null)).filter(({ runId }) => runId === run.runId);
    const finished = planned.map(({ id, title }) => ({
      id,
      state: title === 'failed' || title === 'dropped' ? (title as 'failed') : ('done' as const),
      error: title === 'failed' ? 'The server refused it.' : null,
    }));
    await sync.settle(run.lease, settlement({ finished }));
    await endRun(test, run, changed);
    return run.runId;
  }

  it('lists the runs that did something by pages, of a mailbox, of a module', async () => {
    const { history } = test.stores;
    const first = await recorded([action('a')]);
    await endRun(test, await startRun(test));
    const second = await recorded([action('b')], other);
    const third = await recorded([action('c')]);
    await startRun(test);
    const idsOf = async (of: Partial<RunScope>, before: number | null, limit = 10) =>
      (await history.runs({ of, before, limit })).map(({ id }) => id);
    expect(await idsOf({}, null)).to.deep.equal([third, second, first]);
    expect(await idsOf({}, null, 2)).to.deep.equal([third, second]);
    expect(await idsOf({}, second)).to.deep.equal([first]);
    expect(await idsOf({ mailboxId: 'mailbox-2' }, null)).to.deep.equal([second]);
    expect(await idsOf({ module: 'contacts' }, null)).to.deep.equal([third, first]);
    expect(await history.run(second)).to.include({ id: second, state: 'done', mailboxId: 'mailbox-2' });
    expect(await history.run(999)).to.equal(null);
  });

  it('gives the actions of a run a page at a time, and counts them', async () => {
    const { history } = test.stores;
    await recorded([action('of another run')]);
    const id = await recorded([
      action('a', { kind: 'create' }, { title: 'A', final: false }),
      action('a', { values: { jobTitle: 'CEO' } }, { title: 'A', step: 1 }),
      action('b', { side: null, kind: 'settle' }),
      action('c', {}, { title: 'failed' }),
      action('d', {}, { title: 'dropped' }),
      action('e', { side: 'exchange', kind: 'remove', before: { jobTitle: 'CTO' } }, { title: 'E' }),
    ]);
    const run = await history.run(id);
    if (run === null) throw new Error('the run is missing');
    const titles = async (part: 'all' | 'done' | 'failed' | 'held', offset = 0, limit = 10) =>
      (await history.actions(run, { part, offset, limit })).map(({ title }) => title);
    expect(await titles('all')).to.deep.equal(['A', 'A', 'failed', 'E']);
    expect(await titles('all', 1, 2)).to.deep.equal(['A', 'failed']);
    expect(await titles('failed')).to.deep.equal(['failed']);
    expect(await titles('held')).to.deep.equal([]);
    const [, step, failed] = await history.actions(run, { part: 'all', offset: 0, limit: 10 });
    expect(step).to.deep.include({ ...scope, runId: id, step: 1, finishedAt: testTime, error: null });
    expect(step?.body.values).to.deep.include({ jobTitle: 'CEO' });
    expect(failed).to.include({ state: 'failed', error: 'The server refused it.' });
    expect(await history.action(failed?.id ?? 0)).to.deep.equal(failed);
    expect(await history.totals(run)).to.have.deep.members([
      { state: 'done', kind: 'create', side: 'crm', rows: 1, items: 1 },
      { state: 'done', kind: 'update', side: 'crm', rows: 1, items: 0 },
      { state: 'failed', kind: 'update', side: 'crm', rows: 1, items: 1 },
      { state: 'done', kind: 'remove', side: 'exchange', rows: 1, items: 1 },
    ]);
  });

  it('shows of an undo what it left, and knows the undo by what it undid', async () => {
    const { history, sync } = test.stores;
    const undone = await recorded([action('a')]);
    for (const trigger of [undoTrigger(undone), undoTrigger(undone, 7), undoTrigger(undone * 10)]) {
      // It is given back with the end of the run.
      const lease = await test.stores.leases.acquire('mailbox-1/contacts', 60_000);
      if (lease === null) throw new Error('the lease is taken');
      const runId = await sync.startRun(lease, scope, 'sync', trigger);
      await sync.savePlan(lease, runId, [
        action('a', { kind: 'settle', side: null }, { title: 'left' }),
        action('b', {}, { title: 'overtaken' }),
      ]);
      const [left, overtaken] = (await sync.leftovers(scope, null)).filter((one) => one.runId === runId);
      const finished = [
        { id: left?.id ?? 0, state: 'failed' as const, error: 'Changed since.' },
        { id: overtaken?.id ?? 0, state: 'dropped' as const, error: 'the item changed meanwhile' },
      ];
      await sync.settle(lease, settlement({ finished }));
      await sync.finishRun(lease, runId, { state: 'done', counts: changed, held: 0, error: null });
    }
    const run = await history.run(undone);
    const undoings = run && (await history.undoings(run));
    expect(undoings?.map(({ trigger }) => trigger)).to.deep.equal([
      `undo of run ${undone}`,
      `undo of run ${undone}, item 7`,
    ]);
    const [undoing] = undoings ?? [];
    if (!undoing) throw new Error('the undo is missing');
    const actions = await history.actions(undoing, { part: 'failed', offset: 0, limit: 10 });
    expect(actions.map(({ title, error }) => [title, error])).to.deep.equal([
      ['left', 'Changed since.'],
      ['overtaken', 'the item changed meanwhile'],
    ]);
  });

  it('lists what lost by pages, and no more once the history forgets it', async () => {
    const { history, retention } = test.stores;
    const losing = (link: string) => action(link, { losers: [loser] }, { title: link });
    await recorded([losing('a'), action('b'), losing('c')]);
    now += 1;
    await recorded([losing('d'), action('e', { losers: [loser] }, { title: 'failed' })], {
      ...scope,
      mailboxId: 'mailbox-2',
    });
    const titles = async (of: Partial<RunScope>, before: number | null = null, limit = 10) =>
      (await history.conflicts({ of, before, limit })).map(({ title }) => title);
    expect(await titles({})).to.deep.equal(['d', 'c', 'a']);
    expect(await titles({ mailboxId: 'mailbox-1' })).to.deep.equal(['c', 'a']);
    expect(await titles({ module: 'events' })).to.deep.equal([]);
    const [newest] = await history.conflicts({ of: {}, before: null, limit: 1 });
    expect(newest?.body.losers).to.deep.equal([loser]);
    expect(await titles({}, newest?.id ?? 0, 1)).to.deep.equal(['c']);

    now = testTime + 100 * 86_400_000;
    await retention.prune({ historyBefore: testTime + 1, auditBefore: 0 });
    expect(await titles({})).to.deep.equal(['d']);
  });

  it('finds conflicts by an index', async () => {
    const explain = kind === 'mysql' ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN';
    const many = Array.from({ length: 400 }, (_, index) => action(`filler ${index}`));
    await recorded([...many, action('a', { losers: [loser] })]);
    if (kind === 'mysql') await test.database.read((manager) => manager.query('ANALYZE TABLE actions'));
    for (const narrowed of ['', " AND mailboxId = 'mailbox-1'"]) {
      const plan: unknown = await test.database.read((manager) =>
        manager.query(
          `${explain} SELECT id FROM actions WHERE lost = 1 AND state = 'done'${narrowed} ORDER BY id DESC LIMIT 26`,
        ),
      );
      expect(JSON.stringify(plan)).to.contain('actions_lost');
    }
  });

  it('gives no more of a long text than is asked for', async () => {
    const content = 'ä'.repeat(3_000);
    await test.stores.sync.putBlobs([{ hash: 'h', size: 3_000, mediaType: 'text/plain', content }]);
    expect(await test.stores.history.texts(['h', 'unknown'], 100)).to.deep.equal(
      new Map([['h', 'ä'.repeat(100)]]),
    );
  });
});
