import { expect } from 'chai';
import { LeaseLostError } from '../../src/errors.ts';
import type { Item } from '../../src/sync/model.ts';
import type { Lease, SyncStore } from '../../src/sync/stores.ts';
import { rejection } from './rejection.ts';
import {
  crmFeed,
  entry,
  exchangeFeed,
  link,
  scope,
  settlement,
  startRun,
  inboxCount,
} from './sync-fixtures.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const item: Item = {
  id: 'item-1',
  version: 'v1',
  values: {
    givenName: 'Zoë',
    surname: null,
    notes: 'two\nlines',
    categories: ['VIP'],
    photo: { mediaType: 'image/png', content: 'iVBORw0KGgo=' },
  },
  stamp: null,
  identity: 'identity-1',
  ownerId: null,
  skip: null,
};

onEachDatabase('SyncStore: cursors and inbox', (openTestDatabase) => {
  let test: TestDatabase;
  let sync: SyncStore;
  let lease: Lease;
  beforeEach(async () => {
    test = await openTestDatabase();
    sync = test.stores.sync;
    ({ lease } = await startRun(test));
  });
  afterEach(() => test.close());

  const cursor = (text: string) => ({ cursor: text, fullRead: 1, complete: true });
  const itemIds = async (now = testTime) => (await sync.inbox(scope, now)).map((row) => row.itemId);

  it('keeps a cursor per feed and scope', async () => {
    await sync.savePage(lease, exchangeFeed, { cursor: cursor('one'), entries: [], seen: [] });
    await sync.savePage(lease, exchangeFeed, { cursor: cursor('two'), entries: [], seen: [] });
    expect(await sync.cursor(exchangeFeed)).to.deep.equal(cursor('two'));
    expect(await sync.cursor({ ...exchangeFeed, scope: 'FOLDER-1' })).to.equal(null);
    expect(await sync.cursor({ ...exchangeFeed, mailboxId: 'mailbox-2' })).to.equal(null);
  });

  it('numbers full reads, on over the folders of a mailbox', async () => {
    expect(await sync.beginFullRead(lease, exchangeFeed)).to.deep.equal({
      cursor: null,
      fullRead: 1,
      complete: false,
    });
    expect(await sync.beginFullRead(lease, exchangeFeed)).to.include({ fullRead: 2 });
    expect(await sync.beginFullRead(lease, { ...exchangeFeed, scope: 'folder-2' })).to.include({
      fullRead: 3,
    });
    expect(await sync.beginFullRead(lease, { ...exchangeFeed, mailboxId: 'mailbox-2' })).to.include({
      fullRead: 1,
    });
    expect(await sync.beginFullRead(lease, crmFeed)).to.include({ fullRead: 1 });
  });

  it('saves a page and its cursor together or not at all', async () => {
    const broken = { cursor: 'two', fullRead: null as unknown as number, complete: true };
    await sync.savePage(lease, exchangeFeed, { cursor: cursor('one'), entries: [], seen: [] });
    await rejection(
      sync.savePage(lease, exchangeFeed, { cursor: broken, entries: [entry('item-1')], seen: [] }),
      Error,
    );
    expect(await itemIds()).to.deep.equal([]);
    expect(await sync.cursor(exchangeFeed)).to.deep.equal(cursor('one'));
  });

  it('gives rows back as they came, oldest first, and their content only when asked', async () => {
    const one = entry('item-1', { item, keyValues: { givenName: 'Zoë', email1: null }, stamp: 's' });
    await sync.enqueue(lease, [one, entry('item-2', { kind: 'deleted', version: null })]);
    const rows = await sync.inbox(scope, testTime);
    const { mailboxId: _mailboxId, module: _module, ...plain } = one;
    expect(rows[0]).to.deep.equal({ ...plain, item: null, id: rows[0]?.id, attempts: 0 });
    expect(rows[1]).to.include({ itemId: 'item-2', kind: 'deleted', version: null });

    const items = await sync.inboxItems(rows.map((row) => row.id));
    expect([...items]).to.deep.equal([[rows[0]?.id, item]]);
  });

  it('replaces the row of an item under a larger id and forgets its attempts', async () => {
    await sync.enqueue(lease, [entry('item-1', { item }), entry('item-2')]);
    const [old] = await sync.inbox(scope, testTime);
    const failure = { code: 'ErrorTimeout', message: 'It took too long.', retryable: true };
    const inboxFailed = [{ id: old?.id ?? 0, failure, nextAttemptAt: testTime }];
    await sync.settle(lease, settlement({ inboxFailed }));
    expect((await sync.inbox(scope, testTime))[0]).to.include({ attempts: 1 });

    await sync.enqueue(lease, [entry('item-1', { version: 'v2' })]);
    const rows = await sync.inbox(scope, testTime);
    expect(rows.map((row) => row.itemId)).to.deep.equal(['item-2', 'item-1']);
    expect(rows[1]).to.include({ version: 'v2', attempts: 0 });
    expect(rows[1]?.id).to.be.greaterThan(rows[0]?.id ?? Infinity);
    expect((await sync.inboxItems([rows[1]?.id ?? 0])).size).to.equal(0);

    await sync.settle(lease, settlement({ inboxDone: [old?.id ?? 0] }));
    expect(await inboxCount(test, scope)).to.equal(2);
  });

  it('tells apart ids that differ in case only, and sides and mailboxes', async () => {
    const entries = [
      entry('AAMk'),
      entry('aamk'),
      entry('AAMk', { side: 'crm' }),
      entry('AAMk', { mailboxId: 'mailbox-2' }),
    ];
    await sync.enqueue(lease, entries);
    expect(await inboxCount(test, scope)).to.equal(3);
  });

  it('keeps failed rows back until their next attempt, or until someone asks', async () => {
    await sync.enqueue(lease, [entry('later'), entry('never'), entry('due')]);
    const [later, never] = await sync.inbox(scope, testTime);
    const failure = { code: 'ErrorItemSave', message: 'The server refused it.', retryable: false };
    await sync.settle(
      lease,
      settlement({
        inboxFailed: [
          { id: later?.id ?? 0, failure, nextAttemptAt: testTime + 1_000 },
          { id: never?.id ?? 0, failure, nextAttemptAt: null },
        ],
      }),
    );
    expect(await itemIds()).to.deep.equal(['due']);
    expect(await itemIds(testTime + 1_000)).to.deep.equal(['later', 'due']);
    expect(await inboxCount(test, scope)).to.equal(3);
    expect(await sync.retryNow(scope)).to.equal(2);
    expect(await itemIds()).to.deep.equal(['later', 'never', 'due']);
  });

  it('asks for what a full read of a folder did not meet', async () => {
    const links = ['a', 'b', 'c', 'd'].map((id) => link(id));
    const half = link('half', { exchangeId: null });
    const ended = link('ended', { state: 'deleted' });
    const outside = link('outside', { state: 'outOfScope', reason: 'window', crmId: null });
    await sync.settle(lease, settlement({ links: [...links, half, ended, outside] }));
    const { fullRead } = await sync.beginFullRead(lease, exchangeFeed);
    const page = { cursor: 'x', fullRead, complete: false };
    await sync.savePage(lease, exchangeFeed, { cursor: page, entries: [], seen: ['exchange-a'] });
    await sync.settle(lease, settlement({ links: [link('a', { reason: 'rewritten' })] }));
    await sync.savePage(lease, exchangeFeed, { cursor: page, entries: [], seen: ['exchange-b', 'unknown'] });

    expect(await sync.enqueueUnseen(lease, exchangeFeed, fullRead)).to.equal(3);
    const rows = await sync.inbox(scope, testTime);
    expect(rows.map(({ itemId, kind, version, side }) => ({ itemId, kind, version, side }))).to.deep.equal([
      { itemId: 'exchange-c', kind: 'changed', version: null, side: 'exchange' },
      { itemId: 'exchange-d', kind: 'changed', version: null, side: 'exchange' },
      { itemId: 'exchange-outside', kind: 'changed', version: null, side: 'exchange' },
    ]);
  });

  it("asks in every mailbox for what the organisation's full read did not meet", async () => {
    const other = { mailboxId: 'mailbox-2', module: 'contacts' } as const;
    const second = await startRun(test, other);
    await sync.settle(lease, settlement({ links: [link('a'), link('b')] }));
    await sync.settle(second.lease, settlement({ links: [link('c'), link('d')] }));
    const { fullRead } = await sync.beginFullRead(lease, crmFeed);
    const page = { cursor: 'x', fullRead, complete: true };
    await sync.savePage(lease, crmFeed, { cursor: page, entries: [], seen: ['crm-a', 'crm-c'] });

    expect(await sync.enqueueUnseen(lease, crmFeed, fullRead)).to.equal(2);
    expect(await itemIds()).to.deep.equal(['crm-b']);
    expect((await sync.inbox(other, testTime)).map((row) => row.itemId)).to.deep.equal(['crm-d']);
  });

  it('writes nothing once another holder has the lease', async () => {
    await test.stores.leases.release(lease);
    const newer = await startRun(test);
    const page = { cursor: cursor('stale'), entries: [entry('item-1')], seen: [] };
    await rejection(sync.savePage(lease, exchangeFeed, page), LeaseLostError);
    await rejection(sync.enqueue(lease, [entry('item-1')]), LeaseLostError);
    await rejection(sync.beginFullRead(lease, exchangeFeed), LeaseLostError);
    await rejection(sync.enqueueUnseen(lease, exchangeFeed, 1), LeaseLostError);
    await rejection(sync.settle(lease, settlement({ enqueue: [entry('item-1')] })), LeaseLostError);
    await rejection(sync.startRun(lease, scope, 'sync', 'test'), LeaseLostError);
    await rejection(sync.savePlan(lease, newer.runId, []), LeaseLostError);
    await rejection(sync.beginActions(lease, []), LeaseLostError);
    await rejection(sync.hold(lease, newer.runId, 'removes'), LeaseLostError);
    await rejection(sync.decideHeld(lease, [], 'rejected', null), LeaseLostError);
    expect(await itemIds()).to.deep.equal([]);
    expect(await sync.cursor(exchangeFeed)).to.equal(null);
  });

  it('takes pages of thousands', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `item-${index}`);
    await sync.savePage(lease, exchangeFeed, {
      cursor: cursor('big'),
      entries: ids.map((id) => entry(id, { item: { ...item, id } })),
      seen: ids,
    });
    const rows = await sync.inbox(scope, testTime);
    expect(rows).to.have.length(3_000);
    const first = await sync.duePage(scope, testTime, 0);
    expect(first.rows).to.have.length(2_000);
    const second = await sync.duePage(scope, testTime, first.next ?? NaN);
    expect(second.next).to.equal(null);
    expect([...first.rows, ...second.rows]).to.deep.equal(rows);
    const byId = await sync.inboxRows(rows.map((row) => row.id));
    expect(rows.map(({ id }) => byId.get(id))).to.deep.equal(rows);
    expect((await sync.inboxItems(rows.map((row) => row.id))).size).to.equal(3_000);
    await sync.settle(lease, settlement({ inboxDone: rows.map((row) => row.id) }));
    expect(await inboxCount(test, scope)).to.equal(0);
  });
});
