import { expect } from 'chai';
import { ConfigError, LeaseLostError } from '../../src/errors.ts';
import type { MailboxModuleStore } from '../../src/sync/administration.ts';
import { untouchedModule } from '../../src/sync/mailbox-modules.ts';
import type { Lease, RunScope, SyncStore } from '../../src/sync/stores.ts';
import { rejection } from './rejection.ts';
import {
  action,
  endRun,
  entry,
  exchangeFeed,
  inboxCount,
  link,
  scope,
  settlement,
  startRun,
} from './sync-fixtures.ts';
import { onEachDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const complete = { cursor: 'here', fullRead: 1, complete: true };
const newFeed = { ...exchangeFeed, scope: 'folder-2' };
const bookmark = (name: string) => ({ ...exchangeFeed, scope: name });

onEachDatabase('MailboxModuleStore', (openTestDatabase) => {
  let test: TestDatabase;
  let sync: SyncStore;
  let modules: MailboxModuleStore;
  beforeEach(async () => {
    test = await openTestDatabase();
    sync = test.stores.sync;
    modules = test.stores.mailboxModules;
  });
  afterEach(() => test.close());

  async function addMailbox(crmUserId: string): Promise<string> {
    const mailbox = { crmUserId, address: `${crmUserId}@example.test`, credentialId: null };
    return (await test.stores.mailboxes.add(mailbox)).id;
  }

  it('says of each mailbox what it has of its own', async () => {
    const alice = await addMailbox('alice');
    const bob = await addMailbox('bob');
    expect((await test.stores.mailboxes.get(alice))?.modules).to.deep.equal({});
    await modules.switch({ mailboxId: alice, module: 'tasks' }, 'off', 'because');
    await modules.keepTarget({ mailboxId: alice, module: 'contacts' }, 'dedicated');
    await modules.switch({ mailboxId: alice, module: 'tasks' }, 'off', null);
    const own = {
      tasks: { ...untouchedModule, state: 'off' },
      contacts: { ...untouchedModule, target: 'dedicated' },
    };
    const { mailboxes } = test.stores;
    expect((await mailboxes.list()).map(({ id, modules: all }) => [id, all])).to.deep.equal([
      [alice, own],
      [bob, {}],
    ]);
    expect((await mailboxes.get(alice))?.modules).to.deep.equal(own);
    expect((await mailboxes.forUser('alice'))?.modules).to.deep.equal(own);
  });

  /** A scope after its first run, with something of everything; and another one that must stay as it is. */
  async function syncedScope(of: RunScope): Promise<void> {
    const { lease, runId } = await startRun(test, of);
    const feed = { ...of, side: 'exchange', scope: 'folder-1' } as const;
    await sync.savePage(lease, feed, { cursor: complete, entries: [], seen: [] });
    const owner = { ...of, side: 'crm', scope: 'owner' } as const;
    await sync.savePage(lease, owner, { cursor: complete, entries: [], seen: [] });
    const server = { ...feed, scope: '#server' };
    await sync.savePage(lease, server, { cursor: complete, entries: [], seen: [] });
    const prefix = of.mailboxId;
    await sync.settle(lease, settlement({ links: [link(`${prefix}-a`)] }));
    await sync.enqueue(lease, [entry('waiting', of)]);
    await sync.savePlan(lease, runId, [action(`${prefix}-a`, { kind: 'remove' })]);
    await sync.hold(lease, runId, 'removes');
    await endRun(test, { lease, runId });
  }

  async function known(of: RunScope): Promise<Record<string, number>> {
    return {
      links: (await modules.linksAfter(of, '', 10)).length,
      inbox: await inboxCount(test, of),
      held: (await sync.held(of)).length,
      cursors: (await sync.cursors(of)).filter(({ scope: name }) => !name.startsWith('#')).length,
    };
  }

  it('forgets a scope and no other, and keeps its history', async () => {
    const other: RunScope = { mailboxId: 'mailbox-2', module: 'contacts' };
    await syncedScope(scope);
    await syncedScope(other);
    const all = { links: 1, inbox: 1, held: 1, cursors: 2 };
    expect(await known(scope)).to.deep.equal(all);
    const { lease } = await startRun(test);
    await modules.forget(lease, scope, 'The folder was deleted.');
    expect(await known(scope)).to.deep.equal({ links: 0, inbox: 0, held: 0, cursors: 0 });
    expect(await known(other)).to.deep.equal(all);
    expect(await sync.lastRun(scope, 'done'), 'history stays').to.not.equal(null);
    expect(await sync.cursor(bookmark('#server')), 'the server is the same').to.not.equal(null);
  });

  it('switches the module off with the reason when it forgets', async () => {
    const mailboxId = await addMailbox('alice');
    const of: RunScope = { mailboxId, module: 'contacts' };
    const { lease } = await startRun(test, of);
    await modules.keepFolder(lease, of, 'folder-1');
    expect((await test.stores.mailboxes.get(mailboxId))?.modules.contacts?.folderId).to.equal('folder-1');
    await modules.forget(lease, of, 'The folder was deleted.');
    const off = {
      state: 'off',
      reason: 'The folder was deleted.',
      folderId: null,
      target: null,
      movingFrom: null,
    };
    expect((await test.stores.mailboxes.get(mailboxId))?.modules).to.deep.equal({ contacts: off });
  });

  it('lets the guard weigh only what came after the first run since the scope was forgotten', async () => {
    const doneIn = async (linkId: string): Promise<void> => {
      const run = await startRun(test);
      await sync.savePlan(run.lease, run.runId, [action(linkId, { kind: 'create' })]);
      const [planned] = await sync.nextActions(run.runId, 'create', 'crm', 0, 0, 10);
      const finished = [{ id: planned?.id ?? 0, state: 'done' as const, error: null }];
      await sync.settle(run.lease, settlement({ finished }));
      await endRun(test, run);
    };
    await doneIn('first');
    await doneIn('later');
    expect((await sync.doneTotals(scope, 0)).creates).to.equal(1);
    const { lease, runId } = await startRun(test);
    await modules.forget(lease, scope, 'gone');
    await sync.finishRun(lease, runId, {
      state: 'failed',
      counts: { crm: none, exchange: none },
      held: 0,
      error: 'gone',
    });
    await doneIn('first again');
    expect((await sync.doneTotals(scope, 0)).creates).to.equal(0);
    await doneIn('later again');
    expect((await sync.doneTotals(scope, 0)).creates).to.equal(1);
  });

  it('writes nothing for somebody whose lease is another one’s by now', async () => {
    await syncedScope(scope);
    const { lease } = await startRun(test);
    const stale: Lease = { ...lease, fence: lease.fence - 1 };
    const move = { target: 'dedicated', from: 'folder-1', to: 'folder-2' } as const;
    for (const write of [
      () => modules.forget(stale, scope, 'gone'),
      () => modules.keepFolder(stale, scope, 'folder-2'),
      () => modules.beginMove(stale, scope, move),
      () => modules.endMove(stale, scope, move),
    ]) {
      await rejection(write(), LeaseLostError);
    }
    expect(await known(scope)).to.include({ links: 1 });
  });

  it('reads the new folder in full after a move, and knows nothing of what stayed behind', async () => {
    await syncedScope(scope);
    const { lease } = await startRun(test);
    const kept = [
      link('moved', { exchangeId: 'new-id' }),
      link('half', { state: 'outOfScope', reason: 'direction', crmId: null, exchangeId: 'behind-1' }),
      link('both', { state: 'outOfScope', reason: 'owner', exchangeId: 'behind-2', identity: 'key' }),
      link('crm', { state: 'outOfScope', reason: 'cap', exchangeId: null }),
    ];
    await sync.settle(lease, settlement({ links: kept }));
    await sync.enqueue(lease, [entry('new-id'), entry('behind-1'), entry('a record', { side: 'crm' })]);
    await modules.endMove(lease, scope, { target: 'dedicated', from: 'folder-1', to: 'folder-2' });
    expect(await sync.cursor(exchangeFeed)).to.equal(null);
    expect(await sync.cursor(newFeed)).to.deep.equal({ cursor: null, fullRead: 2, complete: false });
    expect((await sync.cursor(bookmark('#rootFolder')))?.cursor).to.equal('folder-2');
    const inbox = (await sync.inbox(scope, Number.MAX_SAFE_INTEGER)).map(({ itemId }) => itemId);
    expect(inbox).to.have.members(['new-id', 'a record']);
    const links = await sync.linksById(['moved', 'half', 'both', 'crm']);
    expect(links.get('moved')).to.deep.equal(kept[0]);
    expect(links.get('half')).to.include({ state: 'deleted', crmId: null, exchangeId: null });
    expect(links.get('both')).to.include({
      state: 'outOfScope',
      crmId: 'crm-both',
      exchangeId: null,
      identity: null,
    });
    expect(links.get('crm')).to.deep.equal(kept[3]);
    expect(await sync.halfLinkIds(scope)).to.deep.equal({ crm: [], exchange: ['both', 'crm'] });
    expect(await sync.held(scope), 'held for the former ids').to.deep.equal([]);
  });

  it('changes the target of what is linked by a migration only', async () => {
    const mailboxId = await addMailbox('alice');
    const { settings: store } = test.stores;
    const wanted = async (target: 'default' | 'dedicated') => {
      const { version, settings } = await store.load();
      const contacts = { ...settings.modules.contacts, target };
      return store.save({ ...settings, modules: { ...settings.modules, contacts } }, version, 'test');
    };
    await wanted('dedicated');
    await wanted('default');
    await syncedScope({ mailboxId, module: 'contacts' });
    const { message } = await rejection(wanted('dedicated'), ConfigError);
    expect(message).to.contain('exsync folders contacts dedicated');
    const { lease } = await startRun(test, { mailboxId, module: 'contacts' });
    const move = { target: 'dedicated', from: 'folder-1', to: 'folder-2' } as const;
    await modules.beginMove(lease, { mailboxId, module: 'contacts' }, move);
    expect((await test.stores.mailboxes.get(mailboxId))?.modules.contacts).to.include({
      target: 'dedicated',
      folderId: 'folder-2',
      movingFrom: 'folder-1',
    });
    await modules.endMove(lease, { mailboxId, module: 'contacts' }, move);
    await modules.settleTarget('contacts', 'dedicated', 'test');
    expect((await store.load()).settings.modules.contacts.target).to.equal('dedicated');
    expect((await store.load()).settings.modules.tasks.target).to.equal('default');
    expect((await test.stores.mailboxes.get(mailboxId))?.modules.contacts).to.include({
      target: null,
      folderId: 'folder-2',
      movingFrom: null,
    });
  });
});

const none = { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };
