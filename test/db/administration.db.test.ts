import { expect } from 'chai';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { settingsEntity } from '../../src/db/entities/settings.ts';
import { ConfigError } from '../../src/errors.ts';
import type { Settings } from '../../src/sync/administration.ts';
import { rejection } from './rejection.ts';
import { onEachDatabase, testTime } from './test-database.ts';
import type { OpenTestDatabase, TestDatabase } from './test-database.ts';

let test: TestDatabase;

function withDatabase(openTestDatabase: OpenTestDatabase): void {
  beforeEach(async () => {
    test = await openTestDatabase();
  });
  afterEach(() => test.close());
}

onEachDatabase('SettingsStore', (openTestDatabase) => {
  withDatabase(openTestDatabase);

  it('begins with the defaults', async () => {
    const { version, settings } = await test.stores.settings.load();
    expect(version).to.equal(1);
    expect(settings).to.deep.equal({
      exchange: null,
      modules: {
        contacts: {
          enabled: true,
          type: 'twoWay',
          direction: 'crmToExchange',
          winner: 'crm',
          deletes: { crm: true, exchange: false },
          firstSyncCap: 10_000,
        },
      },
      schedule: { everyMinutes: 5 },
      guard: {
        removes: { count: 10, share: 0.1 },
        overwrites: { count: 100, share: 0.25 },
        creates: { count: 1000, share: 0.25 },
        pauseDays: 14,
      },
    });
  });

  it('saves a new version and refuses one made from an older', async () => {
    const { settings: store } = test.stores;
    const { version, settings } = await store.load();
    const changed: Settings = { ...settings, schedule: { cron: '*/10 * * * *', zone: 'Europe/Paris' } };
    expect(await store.save(changed, version, 'admin')).to.equal(2);
    expect(await store.load()).to.deep.equal({ version: 2, settings: changed });

    const error = await rejection(store.save(settings, version, 'someone else'), Error);
    expect(error.message).to.contain('meanwhile');
    expect(await store.load()).to.deep.equal({ version: 2, settings: changed });
  });

  it('records who saved', async () => {
    const { settings: store } = test.stores;
    const { version, settings } = await store.load();
    await store.save(settings, version, 'admin');
    const rows = await test.database.read((manager) => manager.find(auditEntity));
    expect(rows).to.deep.equal([
      { id: 1, at: testTime, actor: 'admin', what: 'settings.saved', details: '{"version":2}' },
    ]);
  });

  it('saves and loads nothing that is not valid, and names the key', async () => {
    const { settings: store } = test.stores;
    const { version, settings } = await store.load();
    const wrong = { ...settings, schedule: { everyMinutes: 0 } };
    expect((await rejection(store.save(wrong, version, 'admin'), ConfigError)).message).to.contain(
      'schedule',
    );

    await test.database.transaction((manager) =>
      manager.update(settingsEntity, { id: 1 }, { settings: '{"exchange":null}' }),
    );
    const error = await rejection(store.load(), ConfigError);
    expect(error.problems.join()).to.contain('settings.guard');
  });

  it('keeps one installation id', async () => {
    const { settings } = test.stores;
    const id = await settings.installationId();
    expect(id).to.match(/^[0-9a-f-]{36}$/);
    await settings.load();
    expect(await settings.installationId()).to.equal(id);
  });
});

onEachDatabase('MailboxStore', (openTestDatabase) => {
  withDatabase(openTestDatabase);

  const alice = { crmUserId: 'user-1', address: 'Alice@example.test', credentialId: null };

  it('adds and finds mailboxes', async () => {
    const { mailboxes } = test.stores;
    const added = await mailboxes.add(alice);
    expect(added).to.deep.include({ ...alice, state: 'active', pausedReason: null });
    expect(await mailboxes.get(added.id)).to.deep.equal(added);
    expect(await mailboxes.forUser('user-1')).to.deep.equal(added);
    expect(await mailboxes.get('missing')).to.equal(null);
    expect(await mailboxes.forUser('missing')).to.equal(null);
    const bob = await mailboxes.add({ crmUserId: 'user-2', address: 'bob@example.test', credentialId: 'c' });
    expect(await mailboxes.list()).to.deep.equal([added, bob]);
  });

  it('refuses an address of another user in any case, and a second mailbox', async () => {
    const { mailboxes } = test.stores;
    await mailboxes.add(alice);
    const theft = mailboxes.add({ ...alice, crmUserId: 'user-2', address: 'ALICE@example.TEST' });
    expect((await rejection(theft, Error)).message).to.contain('belongs to another user');
    const second = mailboxes.add({ ...alice, address: 'other@example.test' });
    expect((await rejection(second, Error)).message).to.contain('Alice@example.test');
    expect(await mailboxes.list()).to.have.length(1);
  });

  it('pauses with a reason and resumes', async () => {
    const { mailboxes } = test.stores;
    const { id } = await mailboxes.add(alice);
    await mailboxes.setState(id, 'paused', 'The password was refused.');
    expect(await mailboxes.get(id)).to.include({
      state: 'paused',
      pausedReason: 'The password was refused.',
    });
    await mailboxes.setState(id, 'active', null);
    expect(await mailboxes.get(id)).to.include({ state: 'active', pausedReason: null });
    await rejection(mailboxes.setState('missing', 'off', null), Error);
  });

  it('keeps the server of a mailbox beside the rest', async () => {
    const { mailboxes } = test.stores;
    const { id, server } = await mailboxes.add(alice);
    expect(server).to.deep.equal({ ewsUrl: null, lookUps: 0, nextLookUpAt: null });
    const elsewhere = {
      ewsUrl: 'https://mail2.example.test/EWS/Exchange.asmx',
      lookUps: 3,
      nextLookUpAt: testTime + 1,
    };
    await mailboxes.setServer(id, elsewhere);
    await mailboxes.setState(id, 'off', null);
    expect(await mailboxes.get(id)).to.deep.include({ ...alice, state: 'off', server: elsewhere });
    await rejection(mailboxes.setServer('missing', elsewhere), Error);
  });
});

onEachDatabase('AuditStore', (openTestDatabase) => {
  withDatabase(openTestDatabase);

  it('records actor, deed and details with the time', async () => {
    await test.stores.audit.record('admin', 'mailbox.added', { mailbox: 'm1', verified: true, count: 2 });
    const rows = await test.database.read((manager) => manager.find(auditEntity));
    expect(rows).to.deep.equal([
      {
        id: 1,
        at: testTime,
        actor: 'admin',
        what: 'mailbox.added',
        details: '{"mailbox":"m1","verified":true,"count":2}',
      },
    ]);
  });
});
