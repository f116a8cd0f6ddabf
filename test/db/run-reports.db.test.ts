import { expect } from 'chai';
import { action, endRun, entry, link, noCounts, scope, settlement, startRun } from './sync-fixtures.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const dayMs = 86_400_000;
const other = { mailboxId: 'mailbox-2', module: 'contacts' } as const;

onEachDatabase('RunReports', (openTestDatabase) => {
  let test: TestDatabase;
  let now: number;
  beforeEach(async () => {
    now = testTime;
    test = await openTestDatabase({ clock: () => now });
  });
  afterEach(() => test.close());

  it('tells the latest run of a scope and the newest finished ones', async () => {
    const { reports } = test.stores;
    expect(await reports.latest(scope)).to.equal(null);
    const first = await startRun(test);
    await endRun(test, first);
    now += 1;
    const second = await startRun(test, other);
    await endRun(test, second);
    now += 1;
    const third = await startRun(test);

    expect(await reports.latest(scope)).to.include({ id: third.runId, state: 'running' });
    expect((await reports.recent(10)).map((run) => run.id)).to.deep.equal([second.runId, first.runId]);
    expect((await reports.recent(1)).map((run) => run.id)).to.deep.equal([second.runId]);
    expect((await reports.recent(10, { mailboxId: 'mailbox-1' })).map((run) => run.id)).to.deep.equal([
      first.runId,
    ]);
  });

  it('tells when the last syncs of many scopes began', async () => {
    const { reports } = test.stores;
    await endRun(test, await startRun(test));
    now += 5;
    await endRun(test, await startRun(test));
    const tasks = { ...scope, module: 'tasks' } as const;
    now += 5;
    await endRun(test, await startRun(test, other));
    const nobody = Array.from({ length: 700 }, (_, index) => ({
      mailboxId: `none-${index}`,
      module: 'events' as const,
    }));
    const starts = await reports.lastStarts([tasks, other, ...nobody, scope]);
    expect(starts.filter((start) => start !== null)).to.deep.equal([testTime + 10, testTime + 5]);
    expect([starts[0], starts[1], starts.at(-1)]).to.deep.equal([null, testTime + 10, testTime + 5]);
  });

  it('sums counts by UTC day and mailbox', async () => {
    const counts = {
      crm: { created: 1, updated: 2, deleted: 3, conflicts: 9, failed: 4 },
      exchange: { ...noCounts.exchange, created: 10 },
    };
    for (const at of [testTime, testTime + 1, testTime + dayMs]) {
      now = at;
      await endRun(test, await startRun(test), counts);
    }
    await endRun(test, await startRun(test, other), counts);
    expect(await test.stores.reports.perDay(testTime)).to.deep.equal([
      { day: '2024-05-06', done: 32, failed: 8 },
      { day: '2024-05-07', done: 32, failed: 8 },
    ]);
    expect(await test.stores.reports.perDay(testTime + 1, 'mailbox-1')).to.deep.equal([
      { day: '2024-05-06', done: 16, failed: 4 },
      { day: '2024-05-07', done: 16, failed: 4 },
    ]);
  });

  it('counts what is left out by reason, the most first', async () => {
    const { sync, reports } = test.stores;
    const { lease } = await startRun(test);
    const out = (id: string, reason: string | null) =>
      link(id, {
        state: reason === null ? 'active' : 'outOfScope',
        reason,
        exchangeId: null,
        exchange: null,
      });
    const links = [out('a', 'cap'), out('b', 'window'), out('c', 'window'), out('d', null)];
    await sync.settle(lease, settlement({ links }));
    expect(await reports.leftOut(scope)).to.deep.equal([
      { reason: 'window', count: 2 },
      { reason: 'cap', count: 1 },
    ]);
    expect(await reports.leftOut(other)).to.deep.equal([]);
  });

  it('names failed items by their change, their content or their link', async () => {
    const { sync, reports } = test.stores;
    const { lease } = await startRun(test);
    const shadow = { version: 'v1', values: { givenName: 'Lena', surname: 'Link' } };
    await sync.settle(lease, settlement({ links: [link('a', { exchangeId: 'known', exchange: shadow })] }));
    const rest = { stamp: null, identity: null, ownerId: null, skip: null };
    await sync.enqueue(lease, [
      entry('keys', { keyValues: { givenName: 'Karl', surname: null, company: 'Kiosk' } }),
      entry('content', {
        item: { id: 'content', version: 'v1', values: { company: 'Content AG' }, ...rest },
      }),
      entry('known', { kind: 'deleted', version: null }),
      entry('unknown'),
      entry('fine'),
    ]);
    const rows = (await sync.inbox(scope, now)).slice(0, 4);
    const failure = { code: 'ErrorItemSave', message: 'The server refused it.', retryable: true };
    const inboxFailed = rows.map(({ id }) => ({ id, failure, nextAttemptAt: now + 1 }));
    await sync.settle(lease, settlement({ inboxFailed }));

    const failures = await reports.failures(10);
    expect(failures.map((record) => record.title)).to.deep.equal(['', 'Lena Link', 'Content AG', 'Karl']);
    expect(failures[3]).to.deep.equal({
      ...scope,
      inboxId: rows[0]?.id,
      side: 'exchange',
      title: 'Karl',
      code: 'ErrorItemSave',
      message: 'The server refused it.',
      attempts: 1,
      nextAttemptAt: now + 1,
    });
    expect(await reports.failures(1)).to.have.length(1);
    expect(await reports.failures(10, 'mailbox-2')).to.deep.equal([]);
  });

  it('counts held items by plan, kind and side', async () => {
    const { sync, reports } = test.stores;
    const remove = { kind: 'remove' } as const;
    const create = { kind: 'create', side: 'exchange' } as const;
    const old = await startRun(test);
    await sync.savePlan(old.lease, old.runId, [action('a', remove), action('b', remove)]);
    await sync.hold(old.lease, old.runId, 'removes');
    await endRun(test, old);
    const { lease, runId } = await startRun(test);
    await sync.savePlan(lease, runId, [
      action('a', remove),
      action('c', create, { final: false }),
      action('c', { side: 'exchange' }, { step: 1 }),
      action('d', create),
      action('e'),
    ]);
    await sync.hold(lease, runId, 'removes');
    await sync.hold(lease, runId, 'creates');
    const second = await startRun(test, other);
    await sync.savePlan(second.lease, second.runId, [action('f', remove)]);
    await sync.hold(second.lease, second.runId, 'removes');

    const removes = { kind: 'remove', side: 'crm', tellsAttendees: false, count: 1 };
    const mine = [
      { ...scope, runId: old.runId, ...removes },
      { ...scope, runId, ...removes },
      { ...scope, runId, kind: 'create', side: 'exchange', tellsAttendees: false, count: 2 },
    ];
    expect(await reports.held()).to.deep.equal([...mine, { ...other, runId: second.runId, ...removes }]);
    expect(await reports.held('mailbox-1')).to.deep.equal(mine);
  });
});
