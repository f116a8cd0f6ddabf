import { expect } from 'chai';
import type { Database } from '../../src/db/database.ts';
import { createLeaseStore } from '../../src/db/stores/lease-store.ts';
import type { ProcessIdentity } from '../../src/db/stores/lease-store.ts';
import { LeaseLostError } from '../../src/errors.ts';
import type { Lease, LeaseStore } from '../../src/sync/stores.ts';
import { rejection } from './rejection.ts';
import { onEachDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

onEachDatabase('LeaseStore', (openTestDatabase) => {
  let test: TestDatabase;
  let now = 0;
  const alive = new Set<number>();
  beforeEach(async () => {
    now = 1_000;
    alive.clear();
    alive.add(100).add(200);
    test = await openTestDatabase();
  });
  afterEach(() => test.close());

  function store(of: Partial<ProcessIdentity> = {}): LeaseStore {
    const identity = { host: 'host-1', pid: 100, startId: 'a', isAlive: (pid: number) => alive.has(pid) };
    return createLeaseStore(test.database, { ...identity, ...of }, () => now);
  }

  async function acquired(from: LeaseStore): Promise<Lease> {
    const lease = await from.acquire('key', 500);
    if (!lease) throw new Error('not acquired');
    return lease;
  }

  it('gives the lease to one holder at a time, whoever asks', async () => {
    const mine = store();
    const lease = await acquired(mine);
    expect(lease).to.deep.equal({ key: 'key', fence: 1, expiresAt: 1_500 });
    expect(await mine.acquire('key', 500)).to.equal(null);
    expect(await store({ pid: 200, startId: 'b' }).acquire('key', 500)).to.equal(null);
    expect(await mine.acquire('other key', 500)).to.include({ fence: 1 });
  });

  it('counts the fence up with each new holder', async () => {
    const first = store();
    await first.release(await acquired(first));
    expect(await acquired(first)).to.include({ fence: 2 });
    now = 1_500;
    expect(await acquired(store({ host: 'host-2' }))).to.include({ fence: 3 });
  });

  it('takes over at once from a dead process of this host', async () => {
    await acquired(store({ pid: 200, startId: 'b' }));
    alive.delete(200);
    expect(await acquired(store())).to.include({ fence: 2 });
  });

  it('takes over at once from its own pid of an earlier start', async () => {
    await acquired(store({ startId: 'before' }));
    expect(await acquired(store({ startId: 'after' }))).to.include({ fence: 2 });
  });

  it('waits for the expiry of a holder on another host, whose processes it cannot see', async () => {
    await acquired(store({ host: 'host-2', pid: 999 }));
    expect(await store().acquire('key', 500)).to.equal(null);
    now = 1_500;
    expect(await acquired(store())).to.include({ fence: 2 });
  });

  it('renews what it still has, expired or not, and throws when another holder took it', async () => {
    const mine = store();
    const lease = await acquired(mine);
    now = 1_600;
    expect(await mine.renew(lease, 500)).to.include({ fence: 1, expiresAt: 2_100 });
    now = 2_100;
    await acquired(store({ host: 'host-2' }));
    await rejection(mine.renew(lease, 500), LeaseLostError);
  });

  it('does not release what another holder has', async () => {
    const mine = store();
    const lease = await acquired(mine);
    now = 1_500;
    const others = store({ host: 'host-2' });
    const theirs = await acquired(others);
    await mine.release(lease);
    expect(await others.renew(theirs, 500)).to.include({ fence: 2 });
  });

  it('cannot renew after a release', async () => {
    const mine = store();
    const lease = await acquired(mine);
    await mine.release(lease);
    await rejection(mine.renew(lease, 500), LeaseLostError);
  });

  it('takes a lease whose statement was carried out twice, for its answer was lost', async () => {
    const { database } = test;
    const repeatable: Database['repeatable'] = async (sql, values) => {
      await database.repeatable(sql, values);
      return database.repeatable(sql, values);
    };
    const identity = { host: 'host-1', pid: 100, startId: 'a', isAlive: () => true };
    const repeating = createLeaseStore({ ...database, repeatable }, identity, () => now);
    expect(await acquired(repeating)).to.deep.equal({ key: 'key', fence: 1, expiresAt: 1_500 });
    expect(await repeating.acquire('key', 500)).to.equal(null);
  });

  it('gives it to one of several who ask in one process at once', async () => {
    const mine = store();
    const tries = await Promise.all([1, 2, 3].map(() => mine.acquire('key', 500)));
    expect(tries.filter((lease) => lease !== null)).to.have.length(1);
  });

  it('lets one of many win', async () => {
    const tries = [100, 200, 300].map((pid) => store({ pid, host: `host-${pid}` }).acquire('key', 500));
    const won = (await Promise.all(tries)).filter((lease) => lease !== null);
    expect(won).to.have.length(1);
  });
});
