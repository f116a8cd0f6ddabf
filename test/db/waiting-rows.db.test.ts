import { expect } from 'chai';
import { entry, exchangeFeed, scope, settlement, startRun } from './sync-fixtures.ts';
import { onEachDatabase, testTime } from './test-database.ts';

onEachDatabase('SyncStore: rows that wait', (openTestDatabase) => {
  it('for a later attempt are those of one mailbox that are not due yet or parked, oldest first', async () => {
    const test = await openTestDatabase();
    try {
      const { sync } = test.stores;
      const { lease } = await startRun(test);
      await sync.enqueue(lease, [
        entry('never', { keyValues: { surname: 'Park' } }),
        entry('later'),
        entry('due'),
        entry('new'),
        entry('elsewhere', { mailboxId: 'mailbox-2' }),
      ]);
      const failure = { code: 'ErrorItemSave', message: 'The server refused it.', retryable: false };
      const times: Record<string, number | null> = { never: null, later: testTime + 1, due: testTime };
      const rows = await sync.inbox(scope, testTime);
      const inboxFailed = rows
        .filter(({ itemId }) => itemId in times)
        .map(({ id, itemId }) => ({ id, failure, nextAttemptAt: times[itemId] ?? null }));
      await sync.settle(lease, settlement({ inboxFailed }));

      const postponed = await sync.postponed(scope, testTime);
      expect(
        postponed.map(({ itemId, attempts, keyValues }) => ({ itemId, attempts, keyValues })),
      ).to.deep.equal([
        { itemId: 'never', attempts: 1, keyValues: { surname: 'Park' } },
        { itemId: 'later', attempts: 1, keyValues: {} },
      ]);
      const due = await sync.inbox(scope, testTime);
      expect(due.map(({ itemId }) => itemId)).to.deep.equal(['due', 'new']);
    } finally {
      await test.close();
    }
  });

  it('wait anew without version and content when a full read begins, thousands of them', async () => {
    const test = await openTestDatabase();
    try {
      const { sync } = test.stores;
      const { lease } = await startRun(test);
      const ids = Array.from({ length: 1_100 }, (_one, index) => `item-${index}`);
      await sync.enqueue(
        lease,
        ids.map((id) => entry(id, { keyValues: { surname: id } })),
      );
      const before = await sync.inbox(scope, testTime);
      const { fullRead } = await sync.beginFullRead(lease, exchangeFeed);
      const cursor = { cursor: 'c', fullRead, complete: false };
      await sync.savePage(lease, exchangeFeed, { cursor, entries: [], seen: [], begins: true });

      const after = await sync.inbox(scope, testTime);
      expect(after.map(({ itemId }) => itemId)).to.deep.equal(ids);
      expect(new Set(after.map(({ version }) => version))).to.deep.equal(new Set([null]));
      expect(after[7]?.keyValues).to.deep.equal({ surname: 'item-7' });
      expect(after[0]?.id).to.be.greaterThan(before.at(-1)?.id ?? Infinity);
      // A later page leaves them as they are.
      await sync.savePage(lease, exchangeFeed, { cursor, entries: [], seen: [], begins: false });
      expect(await sync.inbox(scope, testTime)).to.deep.equal(after);
    } finally {
      await test.close();
    }
  });
});
