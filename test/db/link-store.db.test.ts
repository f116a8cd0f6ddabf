import { expect } from 'chai';
import { linkEntity } from '../../src/db/entities/link.ts';
import type { Lease, SyncStore } from '../../src/sync/stores.ts';
import { link, scope, settlement, startRun } from './sync-fixtures.ts';
import { onEachDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const shadow = (version: string, givenName: string) => ({
  version,
  values: {
    givenName,
    surname: null,
    categories: ['VIP', 'Customer'],
    notes: { hash: 'abc', size: 12, mediaType: 'text/plain' },
  },
});

onEachDatabase('SyncStore: links', (openTestDatabase) => {
  let test: TestDatabase;
  let sync: SyncStore;
  let lease: Lease;
  beforeEach(async () => {
    test = await openTestDatabase();
    sync = test.stores.sync;
    ({ lease } = await startRun(test));
  });
  afterEach(() => test.close());

  const ids = (links: readonly { readonly id: string }[]) => links.map((found) => found.id);

  it('gives links back as they were settled, unread and empty fields apart', async () => {
    const full = link('a', {
      reason: 'cap',
      state: 'outOfScope',
      identity: 'identity-a',
      crm: shadow('v1', 'Zoë'),
      exchange: shadow('ck1', 'Zoe'),
    });
    await sync.settle(lease, settlement({ links: [full, link('b')] }));
    const found = await sync.linksById(['a', 'b', 'missing']);
    expect([...found.keys()]).to.have.members(['a', 'b']);
    expect(found.get('a')).to.deep.equal(full);
    expect(found.get('a')?.crm?.values).to.not.have.property('middleName');
    expect(found.get('b')).to.deep.equal(link('b'));
  });

  it('overwrites a link by its id', async () => {
    await sync.settle(lease, settlement({ links: [link('a', { crm: shadow('v1', 'Zoë') })] }));
    const later = link('a', { state: 'deleted', reason: 'crm', crmId: null, exchange: shadow('ck', 'Zoe') });
    await sync.settle(lease, settlement({ links: [later] }));
    expect((await sync.linksById(['a'])).get('a')).to.deep.equal(later);
  });

  it('stores values once where both sides show the same', async () => {
    const equal = link('a', { crm: shadow('v1', 'Zoë'), exchange: shadow('ck1', 'Zoë') });
    await sync.settle(lease, settlement({ links: [equal] }));
    expect((await sync.linksById(['a'])).get('a')).to.deep.equal(equal);
    const row = await test.database.read((manager) => manager.findOneByOrFail(linkEntity, { id: 'a' }));
    expect(row.exchangeValues).to.equal('=');
  });

  it('finds links by item and by identity within their mailbox, ended ones first', async () => {
    const other = await startRun(test, { mailboxId: 'mailbox-2', module: 'contacts' });
    const pair = { crmId: 'crm-1', exchangeId: 'exchange-1', identity: 'identity-1' };
    await sync.settle(
      lease,
      settlement({ links: [link('a', pair), link('b', { ...pair, state: 'deleted' })] }),
    );
    await sync.settle(other.lease, settlement({ links: [link('c', pair)] }));
    expect(ids(await sync.linksByItem(scope, 'crm', ['crm-1', 'CRM-1']))).to.deep.equal(['b', 'a']);
    expect(ids(await sync.linksByItem(scope, 'exchange', ['exchange-1']))).to.deep.equal(['b', 'a']);
    expect(ids(await sync.linksByItem(scope, 'exchange', ['crm-1']))).to.deep.equal([]);
    expect(ids(await sync.linksByIdentity(scope, ['identity-1']))).to.deep.equal(['b', 'a']);
    expect(await sync.linksByItem(scope, 'crm', [])).to.deep.equal([]);
  });

  it('names the mailboxes that know a CRM id', async () => {
    const other = await startRun(test, { mailboxId: 'mailbox-2', module: 'contacts' });
    await sync.settle(lease, settlement({ links: [link('a', { crmId: 'x', crm: shadow('v7', 'Zoë') })] }));
    await sync.settle(other.lease, settlement({ links: [link('b', { crmId: 'x', state: 'deleted' })] }));
    expect(await sync.linkOwners('contacts', ['x', 'y'])).to.have.deep.members([
      { crmId: 'x', mailboxId: 'mailbox-1', crmVersion: 'v7', state: 'active' },
      { crmId: 'x', mailboxId: 'mailbox-2', crmVersion: null, state: 'deleted' },
    ]);
  });

  it('lists links with an open side by that side and counts active ones', async () => {
    const links = [
      link('pair'),
      link('crm only', { exchangeId: null }),
      link('exchange only', { crmId: null, state: 'outOfScope', reason: 'direction' }),
      link('ended', { crmId: null, state: 'deleted' }),
      link('moved', { state: 'outOfScope', reason: 'moved' }),
      link('empty', { crmId: null, exchangeId: null }),
    ];
    await sync.settle(lease, settlement({ links }));
    const crm = ['ended', 'exchange only'];
    expect(await sync.halfLinkIds(scope)).to.deep.equal({ crm, exchange: ['crm only', 'moved'] });
    expect(await sync.linkCount(scope)).to.equal(3);
    await sync.settle(lease, settlement({ links: [link('crm only')] }));
    expect(await sync.halfLinkIds(scope)).to.deep.equal({ crm, exchange: ['moved'] });
  });
});

onEachDatabase('SyncStore: blobs', (openTestDatabase) => {
  it('keeps content by hash, once', async () => {
    const test = await openTestDatabase();
    const { sync } = test.stores;
    const one = { hash: 'h1', size: 4, mediaType: 'text/plain', content: 'note' };
    await sync.putBlobs([one, one]);
    await sync.putBlobs([one, { hash: 'h2', size: 8, mediaType: 'image/png', content: 'iVBORw0K' }]);
    await sync.putBlobs([]);
    expect([...(await sync.blobs(['h1', 'h2', 'h3']))]).to.deep.equal([
      ['h1', { mediaType: 'text/plain', content: 'note' }],
      ['h2', { mediaType: 'image/png', content: 'iVBORw0K' }],
    ]);
    await test.close();
  });
});
