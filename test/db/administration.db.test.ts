import { expect } from 'chai';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { settingsEntity } from '../../src/db/entities/settings.ts';
import { ConfigError, SettingsChangedError } from '../../src/errors.ts';
import type { Mapping } from '../../src/sync/mapping.ts';
import type { Settings } from '../../src/sync/administration.ts';
import { rejection } from './rejection.ts';
import { exchangeFeed, startRun } from './sync-fixtures.ts';
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
    const contacts = {
      enabled: true,
      target: 'default',
      type: 'twoWay',
      direction: 'crmToExchange',
      winner: 'crm',
      deletes: { crm: true, exchange: false },
      firstSyncCap: 10_000,
      mapping: {},
    };
    expect(settings).to.deep.equal({
      exchange: null,
      modules: { contacts, tasks: contacts, events: { ...contacts, firstSyncCap: 5000 } },
      privateItems: 'busy',
      eventWindow: { pastDays: null, futureDays: null },
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

  it('reads settings from before fields could be mapped, and refuses a mapping that cannot be', async () => {
    const { settings: store } = test.stores;
    const { version, settings } = await store.load();
    const { mapping: _mapping, ...contacts } = settings.modules.contacts;
    const old = JSON.stringify({ ...settings, modules: { ...settings.modules, contacts } });
    await test.database.transaction((manager) =>
      manager.update(settingsEntity, { id: 1 }, { settings: old }),
    );
    expect(await store.load()).to.deep.equal({ version, settings });

    const mapped = (mapping: Mapping): Settings => ({
      ...settings,
      modules: { ...settings.modules, tasks: { ...settings.modules.tasks, mapping } },
    });
    const wrong = await rejection(store.save(mapped({ subject: null }), version, 'admin'), ConfigError);
    expect(wrong.message).to.match(/^settings\.modules\.tasks\.mapping\.subject: Subject is always synced/);
    await store.save(mapped({ notes: null }), version, 'admin');
    expect((await store.load()).settings.modules.tasks.mapping).to.deep.equal({ notes: null });
  });

  it('records who saved', async () => {
    const { settings: store } = test.stores;
    const { version, settings } = await store.load();
    await store.save(settings, version, 'admin');
    const rows = await test.database.read((manager) => manager.find(auditEntity));
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({
      at: testTime,
      actor: 'admin',
      what: 'settings.saved',
      details: '{"version":2}',
    });
  });

  it('says that somebody else saved before it says what is wrong with the change', async () => {
    const { settings: store, sync } = test.stores;
    const { version, settings } = await store.load();
    const { lease } = await startRun(test);
    const cursor = { cursor: 'here', fullRead: 1, complete: true };
    await sync.savePage(lease, exchangeFeed, { cursor, entries: [], seen: [] });
    const target = settings.modules.contacts.target === 'default' ? 'dedicated' : 'default';
    const moved = {
      ...settings,
      modules: { ...settings.modules, contacts: { ...settings.modules.contacts, target } },
    } as const;
    await rejection(store.save(moved, version, 'admin'), ConfigError);
    await store.save({ ...settings, privateItems: 'skip' }, version, 'admin');
    await rejection(store.save(moved, version, 'someone else'), SettingsChangedError);
  });

  it('has mailboxes looked up at once where set-up came into Exchange, and only there', async () => {
    const { settings: store, mailboxes, credentials } = test.stores;
    const { id } = await mailboxes.add({
      crmUserId: 'user-1',
      address: 'a@example.test',
      credentialId: null,
    });
    const ewsUrl = 'https://mail2.example.test/EWS/Exchange.asmx';
    const waits = { ewsUrl, lookUps: 7, nextLookUpAt: testTime + 21_600_000 };
    await mailboxes.setServer(id, waits);
    const { version, settings } = await store.load();
    await store.save(settings, version, 'admin');
    expect((await mailboxes.get(id))?.server).to.deep.equal(waits);

    const account = { id: 'service', username: 'svc', password: 'svc' };
    await rejection(store.save(settings, version, 'exsync setup', { account }), SettingsChangedError);
    expect((await mailboxes.get(id))?.server).to.deep.equal(waits);
    expect(await credentials.get('service')).to.equal(null);

    await store.save(settings, version + 1, 'exsync setup', { account });
    const atOnce = { ewsUrl, lookUps: 0, nextLookUpAt: null };
    expect((await mailboxes.get(id))?.server).to.deep.equal(atOnce);
    expect(await credentials.password('service')).to.equal('svc');

    await mailboxes.setServer(id, waits);
    await store.save(settings, version + 2, 'exsync setup', { account: null });
    expect((await mailboxes.get(id))?.server).to.deep.equal(atOnce);
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

  it('knows which of some addresses are active', async () => {
    const { mailboxes } = test.stores;
    await mailboxes.add(alice);
    const { id } = await mailboxes.add({
      crmUserId: 'user-2',
      address: 'bob@example.test',
      credentialId: null,
    });
    const asked = ['alice@example.test', 'bob@example.test', 'nobody@example.test', "o'hara@example.test"];
    expect([...(await mailboxes.activeAmong(asked))]).to.have.members(asked.slice(0, 2));
    await mailboxes.setState(id, 'paused', 'because');
    expect([...(await mailboxes.activeAmong(asked))]).to.deep.equal(['alice@example.test']);
    expect([...(await mailboxes.activeAmong([]))]).to.deep.equal([]);
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
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({
      at: testTime,
      actor: 'admin',
      what: 'mailbox.added',
      details: '{"mailbox":"m1","verified":true,"count":2}',
    });
  });
});
