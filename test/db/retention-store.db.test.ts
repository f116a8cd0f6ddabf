import { expect } from 'chai';
import type { EntitySchema, ObjectLiteral } from 'typeorm';
import { apiTokenEntity, sessionEntity, signInLinkEntity } from '../../src/db/entities/access.ts';
import { actionEntity } from '../../src/db/entities/action.ts';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { blobEntity, blobUseEntity } from '../../src/db/entities/blob.ts';
import { linkEntity } from '../../src/db/entities/link.ts';
import { runEntity } from '../../src/db/entities/run.ts';
import { createRetentionStore } from '../../src/db/stores/retention-store.ts';
import type { PruneCounts } from '../../src/sync/retention.ts';
import type { BlobRef, SealedValues } from '../../src/sync/model.ts';
import type { NewAction, RunScope } from '../../src/sync/stores.ts';
import { action, endRun, link, noCounts, scope, settlement, startRun } from './sync-fixtures.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const dayMs = 24 * 3_600_000;
const nothing: PruneCounts = { actions: 0, runs: 0, links: 0, blobs: 0, audit: 0, access: 0 };

let test: TestDatabase;
let now: number;

/** Forgets the history before 90 days and the audit before 400. */
function prune(): Promise<PruneCounts> {
  return test.stores.retention.prune({ historyBefore: now - 90 * dayMs, auditBefore: now - 400 * dayMs });
}

/** A run that carries out (or fails, or drops) these actions and ends. */
async function runOf(
  actions: readonly NewAction[],
  state: 'done' | 'failed' | 'dropped' = 'done',
  of: RunScope = scope,
): Promise<number> {
  const run = await startRun(test, of);
  await test.stores.sync.savePlan(run.lease, run.runId, actions);
  const finished = (await test.stores.sync.leftovers(of, null)).map(({ id }) => ({ id, state, error: null }));
  await test.stores.sync.settle(run.lease, settlement({ finished }));
  await endRun(test, run);
  return run.runId;
}

async function idsOf<Row extends ObjectLiteral & { id: string | number }>(
  entity: EntitySchema<Row>,
): Promise<Row['id'][]> {
  const rows = await test.database.read((manager) => manager.find(entity));
  return rows.map((row) => row.id).sort();
}

function countOf(entity: EntitySchema<ObjectLiteral>): Promise<number> {
  return test.database.read((manager) => manager.count(entity));
}

async function blobsLeft(): Promise<string[]> {
  const rows = await test.database.read((manager) => manager.find(blobEntity));
  const hashes = rows.map(({ hash }) => hash).sort();
  const uses = await test.database.read((manager) => manager.find(blobUseEntity));
  expect(uses.map(({ hash }) => hash).sort()).to.deep.equal(hashes);
  return hashes;
}

function putBlobs(...hashes: readonly string[]): Promise<void> {
  return test.stores.sync.putBlobs(
    hashes.map((hash) => ({ hash, size: 4, mediaType: 'image/png', content: 'iVBO' })),
  );
}

function photo(hash: string): SealedValues {
  const ref: BlobRef = { hash, size: 4, mediaType: 'image/png' };
  return { photo: ref };
}

onEachDatabase('RetentionStore', (openTestDatabase) => {
  beforeEach(async () => {
    now = testTime;
    test = await openTestDatabase({ clock: () => now });
  });
  afterEach(() => test.close());

  describe('of actions and runs', () => {
    it('forgets what ended before the limit and keeps what ended after it', async () => {
      const first = await runOf([]);
      await runOf([action('a'), action('b')]);
      await runOf([action('c')], 'failed');
      await runOf([action('d')], 'dropped');
      now += 91 * dayMs;
      const fresh = await runOf([action('e')]);
      const newest = await runOf([]);

      expect(await prune()).to.deep.equal({ ...nothing, actions: 4, runs: 3 });
      expect(await idsOf(actionEntity)).to.have.length(1);
      expect(await idsOf(runEntity)).to.deep.equal([first, fresh, newest]);
      expect(await prune()).to.deep.equal(nothing);
    });

    it('keeps what the next run asks for: the first run that was done, and the newest of each state', async () => {
      const { sync, reports } = test.stores;
      const first = await runOf([]);
      await runOf([]);
      const newest = await runOf([]);
      for (let count = 0; count < 3; count += 1) {
        const run = await startRun(test);
        await sync.finishRun(run.lease, run.runId, {
          state: 'failed',
          counts: noCounts,
          held: 0,
          error: 'no answer',
        });
      }
      const before = {
        done: await sync.lastRun(scope, 'done'),
        failed: await sync.lastRun(scope, 'failed'),
        latest: await reports.latest(scope),
      };
      now += 1_000 * dayMs;
      expect((await prune()).runs).to.equal(3);
      expect({
        done: await sync.lastRun(scope, 'done'),
        failed: await sync.lastRun(scope, 'failed'),
        latest: await reports.latest(scope),
      }).to.deep.equal(before);
      expect(before.done?.id).to.equal(newest);
      expect(await idsOf(runEntity)).to.include(first);
    });

    it('forgets runs that found nothing sooner, but for the first and the newest', async () => {
      const { retention } = test.stores;
      const tasks = { ...scope, module: 'tasks' } as const;
      const first = await runOf([]);
      const other = await runOf([], 'done', tasks);
      const needless = [await runOf([]), await runOf([])];
      const eventful = await runOf([action('a')]);
      needless.push(await runOf([]));
      const endedBefore = now + 1;
      now += 60_000;
      const fresh = [await runOf([]), await runOf([])];
      expect(await retention.pruneQuietRuns(endedBefore)).to.equal(needless.length);
      expect(await idsOf(runEntity)).to.deep.equal([first, other, eventful, ...fresh].sort());
      expect(await retention.pruneQuietRuns(endedBefore)).to.equal(0);
    });

    it('keeps the first run after the scope was forgotten, which the guard asks for', async () => {
      const { sync, mailboxModules, retention } = test.stores;
      await runOf([]);
      const run = await startRun(test);
      await mailboxModules.forget(run.lease, scope, null);
      await endRun(test, run);
      const first = await runOf([]);
      await runOf([action('a', { kind: 'create' })]);
      await runOf([]);
      const before = await sync.doneTotals(scope, 0);
      expect(before.creates).to.equal(1);
      expect(await retention.pruneQuietRuns(now + 1)).to.be.greaterThan(0);
      expect(await sync.doneTotals(scope, 0)).to.deep.equal(before);
      expect(await idsOf(runEntity)).to.include(first);
      await prune();
      expect(await sync.doneTotals(scope, 0)).to.deep.equal(before);
    });

    it('forgets nothing of the last day, which the guard weighs, whatever the limit', async () => {
      await runOf([]);
      await runOf([action('a', { kind: 'remove' }), action('b', { kind: 'remove' })]);
      now += dayMs;
      const before = await test.stores.sync.doneTotals(scope, now - dayMs);
      expect(before.removes).to.equal(2);
      await test.stores.retention.prune({ historyBefore: now + dayMs, auditBefore: now });
      expect(await test.stores.sync.doneTotals(scope, now - dayMs)).to.deep.equal(before);
    });

    it('keeps a held action with its run and its content for as long as it waits', async () => {
      const { sync } = test.stores;
      await runOf([]);
      const run = await startRun(test);
      await putBlobs('needed');
      await sync.savePlan(run.lease, run.runId, [
        action('a', { kind: 'remove', before: photo('needed') }),
        action('b', { kind: 'update' }),
      ]);
      await sync.hold(run.lease, run.runId, 'removes');
      await endRun(test, run);
      await runOf([]);
      now += 500 * dayMs;
      await prune();
      const held = await sync.held(scope);
      expect(held.map(({ linkId }) => linkId)).to.deep.equal(['a']);
      expect(await idsOf(runEntity)).to.include(run.runId);
      expect(await blobsLeft()).to.deep.equal(['needed']);
    });

    it('keeps what a crash left for the next run to recover', async () => {
      const { sync } = test.stores;
      const run = await startRun(test);
      await sync.savePlan(run.lease, run.runId, [action('a'), action('b')]);
      const [first] = await sync.leftovers(scope, null);
      await sync.beginActions(run.lease, [first?.id ?? 0]);
      now += 500 * dayMs;
      expect(await prune()).to.deep.equal(nothing);
      expect(await sync.leftovers(scope, null)).to.have.length(2);
    });

    it('forgets a rejected action once its decision is old', async () => {
      const { sync } = test.stores;
      const run = await startRun(test);
      await sync.savePlan(run.lease, run.runId, [action('a', { kind: 'remove' })]);
      await sync.hold(run.lease, run.runId, 'removes');
      now += 200 * dayMs;
      const [held] = await sync.held(scope);
      await sync.decideHeld(run.lease, [held?.id ?? 0], 'rejected', null);
      expect((await prune()).actions).to.equal(0);
      now += 91 * dayMs;
      expect((await prune()).actions).to.equal(1);
    });

    it('forgets dropped actions and previews after a day', async () => {
      const { sync, leases } = test.stores;
      await runOf([action('a')], 'dropped');
      const lease = await leases.acquire('preview', 60_000);
      if (!lease) throw new Error('the lease is taken');
      const preview = await sync.startRun(lease, scope, 'preview', 'test');
      await sync.savePlan(lease, preview, [action('b', { kind: 'remove' }), action('c')]);
      await sync.hold(lease, preview, 'removes');
      await sync.finishRun(lease, preview, { state: 'done', counts: noCounts, held: 1, error: null });
      await runOf([action('d')]);
      now += dayMs;
      expect((await prune()).actions).to.equal(0);
      now += 1;
      expect((await prune()).actions).to.equal(3);
    });

    it('takes no more than a thousand rows in a transaction, and all of them in the end', async () => {
      const { database } = test;
      const deleted: number[] = [];
      const counting: TestDatabase['database'] = {
        ...database,
        transaction: async (task, options) => {
          const before = await countOf(auditEntity);
          const result = await database.transaction(task, options);
          deleted.push(before - (await countOf(auditEntity)));
          return result;
        },
      };
      for (let index = 0; index < 25; index += 1) {
        const rows = Array.from({ length: 100 }, () => ({ at: 1, actor: 'a', what: 'w', details: '{}' }));
        await database.transaction((manager) => manager.insert(auditEntity, rows));
      }
      const store = createRetentionStore(counting, () => now);
      expect((await store.prune({ historyBefore: 0, auditBefore: now })).audit).to.equal(2_500);
      expect(deleted.filter((count) => count > 0)).to.deep.equal([1_000, 1_000, 500]);
    });

    it('forgets nothing once it is asked to stop', async () => {
      await test.stores.sync.putBlobs([{ hash: 'x', size: 1, mediaType: 'image/png', content: 'x' }]);
      await runOf([action('a')]);
      now += 100 * dayMs;
      const limits = { historyBefore: now, auditBefore: now };
      expect(await test.stores.retention.prune(limits, AbortSignal.abort())).to.deep.equal(nothing);
      expect(await blobsLeft()).to.deep.equal(['x']);
    });
  });

  describe('of content', () => {
    it('keeps what a link or an action refers to, on either side', async () => {
      const { sync } = test.stores;
      await putBlobs('same', 'of-crm', 'of-exchange', 'in-values', 'in-before', 'in-loser', 'nobodys');
      const run = await startRun(test);
      const same = { version: 'v1', values: photo('same') };
      await sync.settle(
        run.lease,
        settlement({
          links: [
            link('alike', { crm: same, exchange: same }),
            link('apart', {
              crm: { version: 'v1', values: photo('of-crm') },
              exchange: { version: 'v1', values: photo('of-exchange') },
            }),
          ],
        }),
      );
      await sync.savePlan(run.lease, run.runId, [
        action('alike', {
          values: photo('in-values'),
          before: photo('in-before'),
          losers: [{ field: 'photo', side: 'crm', value: photo('in-loser')['photo'] ?? null }],
        }),
      ]);
      const finished = (await sync.leftovers(scope, null)).map(({ id }) => ({
        id,
        state: 'done' as const,
        error: null,
      }));
      await endRun(test, run);
      const later = await startRun(test);
      await sync.settle(later.lease, settlement({ finished }));
      await endRun(test, later);
      now += 30 * dayMs;
      expect((await prune()).blobs).to.equal(1);
      const kept = ['in-before', 'in-loser', 'in-values', 'of-crm', 'of-exchange', 'same'];
      expect(await blobsLeft()).to.deep.equal(kept);

      // The history ends, the links do not.
      now += 90 * dayMs;
      expect((await prune()).blobs).to.equal(3);
      expect(await blobsLeft()).to.deep.equal(['of-crm', 'of-exchange', 'same']);
    });

    it('is not taken in by a value that looks like an address', async () => {
      const run = await startRun(test);
      await putBlobs('mentioned');
      await test.stores.sync.settle(
        run.lease,
        settlement({
          links: [link('a', { crm: { version: 'v1', values: { company: '"hash":"mentioned"' } } })],
        }),
      );
      now += 2 * dayMs;
      expect((await prune()).blobs).to.equal(1);
    });

    it('stays for a day after it was put, and after it was put again', async () => {
      await putBlobs('once', 'twice');
      now += dayMs;
      await putBlobs('twice');
      expect((await prune()).blobs).to.equal(0);
      now += 1;
      expect((await prune()).blobs).to.equal(1);
      expect(await blobsLeft()).to.deep.equal(['twice']);
      now += dayMs;
      expect((await prune()).blobs).to.equal(1);
      expect(await blobsLeft()).to.deep.equal([]);
      await putBlobs('once');
      expect(await blobsLeft()).to.deep.equal(['once']);
    });

    it('stays wherever a run moves it meanwhile, and whenever the work is stopped', async () => {
      const { sync } = test.stores;
      const limits = { historyBefore: 0, auditBefore: 0 };
      for (let moment = 1; moment <= 8; moment += 1) {
        const of: RunScope = { mailboxId: `mailbox-${moment}`, module: 'contacts' };
        const [planned, former] = [`planned-${moment}`, `former-${moment}`];
        await putBlobs(planned, former);
        const run = await startRun(test, of);
        const linkOf = (hash: string) =>
          link(`l${moment}`, { crm: { version: 'v1', values: photo(hash) }, exchangeId: of.mailboxId });
        await sync.settle(run.lease, settlement({ links: [linkOf(former)] }));
        await sync.savePlan(run.lease, run.runId, [action(`l${moment}`, { values: photo(planned) })]);
        now += 2 * dayMs;

        const stop = new AbortController();
        let calls = 0;
        const disturbed: TestDatabase['database'] = {
          ...test.database,
          read: async (task) => {
            calls += 1;
            if (calls === moment) {
              await sync.savePlan(run.lease, run.runId, [
                action(`l${moment}`, { before: photo(former) }, { step: 1 }),
              ]);
              const actions = await sync.leftovers(of, null);
              const finished = actions.map(({ id }) => ({ id, state: 'done' as const, error: null }));
              await sync.settle(run.lease, settlement({ links: [linkOf(planned)], finished }));
            }
            if (calls === moment + 1 && moment % 2 === 0) stop.abort();
            return test.database.read(task);
          },
        };
        await createRetentionStore(disturbed, () => now).prune(limits, stop.signal);
        expect([...(await sync.blobs([planned, former])).keys()]).to.have.members([planned, former]);
        await endRun(test, run);
      }
    });

    it('is looked for in every link and action, however many there are', async () => {
      const { sync } = test.stores;
      const numbers = Array.from({ length: 1_100 }, (_, index) => index);
      await putBlobs(...numbers.flatMap((index) => [`link-${index}`, `action-${index}`, `gone-${index}`]));
      const run = await startRun(test);
      const links = numbers.map((index) =>
        link(`l${index}`, { crm: { version: 'v1', values: photo(`link-${index}`) } }),
      );
      await sync.settle(run.lease, settlement({ links }));
      const actions = numbers.map((index) => action(`l${index}`, { before: photo(`action-${index}`) }));
      await sync.savePlan(run.lease, run.runId, actions);
      now += 2 * dayMs;
      expect(await prune()).to.deep.equal({ ...nothing, blobs: 1_100 });
      const left = await blobsLeft();
      expect(left).to.have.length(2_200);
      expect(left.some((hash) => hash.startsWith('gone'))).to.equal(false);
    });
  });

  describe('of links', () => {
    it('forgets those that ended and know no item once the history does not speak of them any more', async () => {
      const { sync } = test.stores;
      await runOf([]);
      const ended = { state: 'deleted', reason: 'crm', crmId: null, exchangeId: null } as const;
      const run = await startRun(test);
      await sync.settle(
        run.lease,
        settlement({
          links: [
            link('ended', ended),
            link('half', { ...ended, exchangeId: 'exchange-half' }),
            link('movable', { ...ended, identity: 'key' }),
            link('skipped', { state: 'outOfScope', reason: 'owner', crmId: null, exchangeId: null }),
            link('living'),
          ],
        }),
      );
      await endRun(test, run);
      await runOf([action('ended', { kind: 'remove' })]);
      await runOf([]);
      now += 89 * dayMs;
      expect((await prune()).links).to.equal(0);
      now += 2 * dayMs;
      expect((await prune()).links).to.equal(1);
      expect(await idsOf(linkEntity)).to.deep.equal(['half', 'living', 'movable', 'skipped']);
    });

    it('keeps an ended one that a held action is about', async () => {
      const { sync } = test.stores;
      const run = await startRun(test);
      await sync.settle(
        run.lease,
        settlement({ links: [link('a', { state: 'deleted', crmId: null, exchangeId: null })] }),
      );
      await sync.savePlan(run.lease, run.runId, [action('a', { kind: 'create' })]);
      await sync.hold(run.lease, run.runId, 'creates');
      now += 500 * dayMs;
      expect(await prune()).to.deep.equal(nothing);
    });
  });

  it('forgets audit entries before their own limit, and every way in that has expired', async () => {
    const { access, audit } = test.stores;
    await audit.record('admin', 'old', {});
    await access.createSignInLink('user-1', 1_000);
    await access.createSession('user-1', 1_000);
    await access.createToken('user-1', 'short', ['crm:read'], 1_000);
    const { secret } = await access.createSession('user-2', 500 * dayMs);
    const token = await access.createToken('user-2', 'long', ['crm:read'], 500 * dayMs);
    const signIn = await access.createSignInLink('user-2', 500 * dayMs);
    now += 401 * dayMs;
    await audit.record('admin', 'new', {});
    expect(await prune()).to.deep.equal({ ...nothing, audit: 1, access: 3 });
    const entries = await test.database.read((manager) => manager.find(auditEntity));
    expect(entries.map(({ what }) => what)).to.deep.equal(['new']);
    for (const entity of [signInLinkEntity, sessionEntity, apiTokenEntity]) {
      expect(await countOf(entity)).to.equal(1);
    }
    expect(await access.session(secret)).to.not.equal(null);
    expect(await access.token(token)).to.not.equal(null);
    expect(await access.redeemSignInLink(signIn)).to.equal('user-2');
  });
});
