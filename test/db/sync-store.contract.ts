/** What src/sync/stores.ts promises, held against each implementation: the real ones and the one of the simulation. */
import { expect } from 'chai';
import { LeaseLostError } from '../../src/errors.ts';
import type { Lease, LeaseStore, RunScope, SyncStore } from '../../src/sync/stores.ts';
import { action, crmFeed, entry, exchangeFeed, link, noCounts, scope, settlement } from './sync-fixtures.ts';

export interface StoresUnderTest {
  readonly store: SyncStore;
  readonly leases: LeaseStore;
  /** The same database as another process sees it. */
  readonly otherLeases: LeaseStore;
  readonly clock: { now: number };
  close(): Promise<void>;
}

const leaseMs = 60_000;

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

export function describeSyncStore(name: string, open: () => Promise<StoresUnderTest>): void {
  describe(name, () => {
    let test: StoresUnderTest;
    beforeEach(async () => {
      test = await open();
    });
    afterEach(() => test.close());

    async function begin(of: RunScope = scope): Promise<{ lease: Lease; runId: number }> {
      const lease = await test.leases.acquire(`${of.mailboxId}:${of.module}`, leaseMs);
      if (lease === null) throw new Error('the lease is taken');
      return { lease, runId: await test.store.startRun(lease, of, 'sync', 'test') };
    }

    async function finish(runId: number, lease: Lease): Promise<void> {
      await test.store.finishRun(lease, runId, { state: 'done', counts: noCounts, held: 0, error: null });
    }

    it('gives a lease to one, and to the next once it is over or given back', async () => {
      const first = await test.leases.acquire('key', leaseMs);
      expect(await test.otherLeases.acquire('key', leaseMs)).to.equal(null);
      test.clock.now += leaseMs + 1;
      const second = await test.otherLeases.acquire('key', leaseMs);
      expect(second?.fence).to.be.greaterThan(first?.fence ?? 0);
      if (second) await test.otherLeases.release(second);
      expect((await test.leases.acquire('key', leaseMs))?.fence).to.be.greaterThan(second?.fence ?? 0);
    });

    it('names the pairs of a mailbox and module, whatever became of them, and nothing that is half', async () => {
      const { lease } = await begin();
      const links = [
        link('b'),
        link('a', { state: 'outOfScope', reason: 'moved' }),
        link('d', { state: 'deleted', reason: 'rejected' }),
        link('c', { exchangeId: null }),
        link('e', { crmId: null }),
        link('f', { crmId: null, exchangeId: null, state: 'deleted' }),
      ];
      await test.store.settle(lease, settlement({ links }));
      const other = await begin({ mailboxId: 'mailbox-2', module: 'contacts' });
      await test.store.settle(other.lease, settlement({ links: [link('g')] }));
      expect(await test.store.pairIds(scope)).to.deep.equal(['a', 'b', 'd']);
    });

    it('refuses to renew a lease that somebody else took, and release does not touch his', async () => {
      const lost = await test.leases.acquire('key', leaseMs);
      test.clock.now += leaseMs + 1;
      const taken = await test.otherLeases.acquire('key', leaseMs);
      if (!lost || !taken) throw new Error('no lease was given');
      expect(await rejection(test.leases.renew(lost, leaseMs))).to.be.instanceOf(LeaseLostError);
      await test.leases.release(lost);
      expect((await test.otherLeases.renew(taken, leaseMs)).fence).to.equal(taken.fence);
    });

    it('gives the lease back with the end of its run', async () => {
      const { lease, runId } = await begin();
      await finish(runId, lease);
      expect(await rejection(test.store.enqueue(lease, [entry('a')]))).to.be.instanceOf(LeaseLostError);
      const next = await test.otherLeases.acquire(lease.key, leaseMs);
      expect(next?.fence).to.be.greaterThan(lease.fence);
    });

    it('writes nothing under a lease that was lost', async () => {
      const { lease, runId } = await begin();
      test.clock.now += leaseMs + 1;
      await test.otherLeases.acquire(lease.key, leaseMs);
      const writes: Promise<unknown>[] = [
        test.store.enqueue(lease, [entry('a')]),
        test.store.savePlan(lease, runId, [action('one')]),
        test.store.settle(lease, settlement({ links: [link('one')] })),
        test.store.beginFullRead(lease, exchangeFeed),
        test.store.finishRun(lease, runId, { state: 'done', counts: noCounts, held: 0, error: null }),
      ];
      for (const write of writes) expect(await rejection(write)).to.be.instanceOf(LeaseLostError);
      expect(await test.store.inbox(scope, test.clock.now)).to.deep.equal([]);
      expect((await test.store.linksById(['one'])).size).to.equal(0);
      expect(await test.store.cursor(exchangeFeed)).to.equal(null);
    });

    it('hands out due rows page by page, and of rows by id those that are still there', async () => {
      const { lease } = await begin();
      const names = Array.from({ length: 7 }, (_, index) => `item-${index}`);
      await test.store.enqueue(
        lease,
        names.map((name) => entry(name, { keyValues: { surname: name } })),
      );
      const rows = await test.store.inbox(scope, test.clock.now);
      const paged: typeof rows = [];
      for (let after: number | null = 0; after !== null;) {
        const page: Awaited<ReturnType<SyncStore['duePage']>> = await test.store.duePage(
          scope,
          test.clock.now,
          after,
        );
        paged.push(...page.rows);
        after = page.next;
      }
      expect(paged.map(({ itemId }) => itemId)).to.deep.equal(names);
      expect(paged).to.deep.equal(rows);

      const [replaced, answered, left] = rows.map(({ id }) => id);
      await test.store.enqueue(lease, [entry('item-0', { version: 'v2' })]);
      await test.store.settle(lease, settlement({ inboxDone: [answered ?? 0] }));
      const found = await test.store.inboxRows([replaced ?? 0, answered ?? 0, left ?? 0]);
      expect([...found]).to.deep.equal([[left, rows[2]]]);
    });

    it('keeps a page with its cursor, the newest report of an item last', async () => {
      const { lease } = await begin();
      const cursor = { cursor: 'c1', fullRead: 1, complete: true };
      await test.store.savePage(lease, exchangeFeed, { cursor, entries: [entry('a'), entry('b')], seen: [] });
      await test.store.enqueue(lease, [entry('a', { version: 'v2' })]);
      expect(await test.store.cursor(exchangeFeed)).to.deep.equal(cursor);
      const rows = await test.store.inbox(scope, test.clock.now);
      expect(rows.map(({ itemId, version }) => [itemId, version])).to.deep.equal([
        ['b', 'v1'],
        ['a', 'v2'],
      ]);
    });

    it('keeps a failed row until its time, a parked one until asked, and begins anew with a new report', async () => {
      const { lease } = await begin();
      await test.store.enqueue(lease, [entry('later'), entry('parked'), entry('changed')]);
      const rows = await test.store.inbox(scope, test.clock.now);
      const failure = { code: 'Busy', message: 'busy', retryable: true };
      const times = [test.clock.now + 1000, null, null];
      const inboxFailed = rows.map(({ id }, index) => ({ id, failure, nextAttemptAt: times[index] ?? null }));
      await test.store.settle(lease, settlement({ inboxFailed }));
      expect(await test.store.inbox(scope, test.clock.now)).to.deep.equal([]);
      const postponed = await test.store.postponed(scope, test.clock.now);
      expect(postponed.map(({ itemId, attempts }) => [itemId, attempts])).to.deep.equal([
        ['later', 1],
        ['parked', 1],
        ['changed', 1],
      ]);
      await test.store.enqueue(lease, [entry('changed', { version: 'v2' })]);
      const due = await test.store.inbox(scope, test.clock.now + 1000);
      expect(due.map(({ itemId, attempts }) => [itemId, attempts])).to.deep.equal([
        ['later', 1],
        ['changed', 0],
      ]);
      const parked = await test.store.postponed(scope, test.clock.now + 1000);
      expect(parked.map(({ itemId }) => itemId)).to.deep.equal(['parked']);
      expect(await test.store.retryNow(scope)).to.equal(2);
      expect(await test.store.inbox(scope, test.clock.now)).to.have.length(3);
    });

    it('asks by id for what a repeated full read did not meet', async () => {
      const { lease } = await begin();
      await test.store.settle(lease, settlement({ links: [link('met'), link('missed')] }));
      const { fullRead } = await test.store.beginFullRead(lease, exchangeFeed);
      const cursor = { cursor: 'c', fullRead, complete: false };
      await test.store.savePage(lease, exchangeFeed, { cursor, entries: [], seen: ['exchange-met'] });
      expect(await test.store.enqueueUnseen(lease, exchangeFeed, fullRead)).to.equal(1);
      expect(await test.store.cursor(exchangeFeed)).to.deep.equal({ ...cursor, complete: true });
      const [row] = await test.store.inbox(scope, test.clock.now);
      expect(row).to.include({ itemId: 'exchange-missed', kind: 'changed', version: null });
    });

    it('has what waits read anew when a full read begins, unless a page shows it', async () => {
      const { lease } = await begin();
      const other = { ...scope, mailboxId: 'mailbox-2' };
      await test.store.enqueue(lease, [
        entry('failed', { stamp: 'stamp', identity: 'identity', keyValues: { surname: 'Known' } }),
        entry('shown'),
        entry('gone', { kind: 'deleted' }),
        entry('of-crm', { side: 'crm' }),
        entry('elsewhere', { mailboxId: other.mailboxId }),
      ]);
      const [failed] = await test.store.inbox(scope, test.clock.now);
      const failure = { code: 'Busy', message: 'busy', retryable: false };
      const inboxFailed = [{ id: failed?.id ?? 0, failure, nextAttemptAt: null }];
      await test.store.settle(lease, settlement({ inboxFailed }));
      const { fullRead } = await test.store.beginFullRead(lease, exchangeFeed);
      const cursor = { cursor: 'c1', fullRead, complete: false };
      const entries = [entry('shown', { version: 'v2' })];
      await test.store.savePage(lease, exchangeFeed, { cursor, entries, seen: [], begins: true });

      const rows = await test.store.inbox(scope, test.clock.now);
      expect(rows.map(({ itemId, version, attempts }) => [itemId, version, attempts])).to.deep.equal([
        ['gone', 'v1', 0],
        ['of-crm', 'v1', 0],
        ['failed', null, 0],
        ['shown', 'v2', 0],
      ]);
      expect(rows[2]).to.deep.include({
        stamp: 'stamp',
        identity: 'identity',
        keyValues: { surname: 'Known' },
      });
      expect((await test.store.inbox(other, test.clock.now))[0]?.version).to.equal('v1');

      const organisation = { cursor: 'c', fullRead: 2, complete: true };
      const page = { cursor: organisation, entries: [], seen: [], begins: true };
      await test.store.savePage(lease, crmFeed, page);
      const ofCrm = (await test.store.inbox(scope, test.clock.now)).find(({ itemId }) => itemId === 'of-crm');
      expect(ofCrm?.version).to.equal(null);
    });

    it('names the mailboxes that wait for a CRM record or know it', async () => {
      const { lease } = await begin();
      await test.store.enqueue(lease, [entry('crm-waiting', { side: 'crm' }), entry('crm-waiting')]);
      await test.store.settle(lease, settlement({ links: [link('one')] }));
      expect(await test.store.waitingFor('contacts', ['crm-waiting', 'crm-one'])).to.deep.equal([
        { crmId: 'crm-waiting', mailboxId: scope.mailboxId },
      ]);
      expect(await test.store.linkOwners('contacts', ['crm-one', 'crm-none'])).to.deep.equal([
        { crmId: 'crm-one', mailboxId: scope.mailboxId, crmVersion: null, state: 'active' },
      ]);
      expect((await test.store.beginFullRead(lease, crmFeed)).fullRead).to.equal(1);
    });

    it('puts links that ended before the living one of the same item', async () => {
      const { lease } = await begin();
      const ended = link('ended', { state: 'deleted', crmId: null, exchangeId: 'shared' });
      const living = link('living', { exchangeId: 'shared' });
      await test.store.settle(lease, settlement({ links: [living, ended] }));
      const found = await test.store.linksByItem(scope, 'exchange', ['shared']);
      expect(found.map(({ id }) => id)).to.deep.equal(['ended', 'living']);
      expect(await test.store.halfLinkIds(scope)).to.deep.equal({ crm: ['ended'], exchange: [] });
      expect(await test.store.linkCount(scope)).to.equal(1);
    });

    it('hands a plan out in order and keeps what was tried and not finished', async () => {
      const { lease, runId } = await begin();
      await test.store.savePlan(lease, runId, [
        action('one'),
        action('two'),
        action('three', { kind: 'remove' }),
      ]);
      const next = await test.store.nextActions(runId, 'update', 'crm', 0, 0, 10);
      expect(next.map(({ linkId, state }) => [linkId, state])).to.deep.equal([
        ['one', 'planned'],
        ['two', 'planned'],
      ]);
      await test.store.beginActions(lease, [next[0]?.id ?? 0]);
      await test.store.settle(
        lease,
        settlement({ finished: [{ id: next[1]?.id ?? 0, state: 'done', error: null }] }),
      );
      await finish(runId, lease);
      const left = await test.store.leftovers(scope, null);
      expect(left.map(({ linkId, state }) => [linkId, state])).to.deep.equal([
        ['one', 'tried'],
        ['three', 'planned'],
      ]);
      expect(await test.store.leftovers(scope, runId)).to.deep.equal([]);
    });

    it('holds dangerous actions of a run with all steps of their items, and moves them to the run that approves', async () => {
      const { lease, runId } = await begin();
      await test.store.savePlan(lease, runId, [
        action('over', { overwrites: 2 }, { final: false }),
        action('over', {}, { step: 1 }),
        action('harmless'),
      ]);
      expect(await test.store.planTotals(runId)).to.deep.equal({ creates: 0, removes: 0, overwrites: 2 });
      expect(await test.store.hold(lease, runId, 'overwrites')).to.equal(2);
      await finish(runId, lease);
      const held = await test.store.held(scope);
      expect(held.map(({ linkId, step }) => [linkId, step])).to.deep.equal([
        ['over', 0],
        ['over', 1],
      ]);
      expect(await test.store.heldRefs(scope)).to.deep.equal(
        held.map(({ id, linkId, inboxIds, body }) => ({
          id,
          linkId,
          inboxIds,
          tellsAttendees: body.tellsAttendees,
        })),
      );
      const { lease: next, runId: later } = await begin();
      await test.store.decideHeld(
        next,
        held.map(({ id }) => id),
        'approved',
        later,
      );
      expect(await test.store.held(scope)).to.deep.equal([]);
      expect(await test.store.nextActions(later, 'update', 'crm', 1, 0, 10)).to.have.length(1);
      expect(await test.store.planTotals(later), 'approved ones do not count').to.deep.equal({
        creates: 0,
        removes: 0,
        overwrites: 0,
      });
    });

    it('counts what later runs did, not the first', async () => {
      const remove = async (id: string): Promise<number> => {
        const { lease, runId: run } = await begin();
        await test.store.savePlan(lease, run, [action(id, { kind: 'remove' })]);
        const [planned] = await test.store.nextActions(run, 'remove', 'crm', 0, 0, 10);
        await test.store.settle(
          lease,
          settlement({ finished: [{ id: planned?.id ?? 0, state: 'done', error: null }] }),
        );
        await finish(run, lease);
        return run;
      };
      const first = await remove('first');
      await remove('later');
      expect((await test.store.doneTotals(scope, test.clock.now)).removes).to.equal(1);
      expect((await test.store.doneTotals(scope, test.clock.now + 1)).removes).to.equal(0);
      expect((await test.store.lastRun(scope, 'done'))?.id).to.be.greaterThan(first);
    });

    it('ends a run that a crash left when the next one starts', async () => {
      const { lease, runId } = await begin();
      await test.store.startRun(lease, scope, 'sync', 'test');
      expect(await test.store.lastRun(scope, 'failed')).to.include({ id: runId, state: 'failed' });
    });

    it('keeps content by its address', async () => {
      await test.store.putBlobs([{ hash: 'h1', size: 4, mediaType: 'text/plain', content: 'long' }]);
      expect([...(await test.store.blobs(['h1', 'h2']))]).to.deep.equal([
        ['h1', { mediaType: 'text/plain', content: 'long' }],
      ]);
    });
  });
}
