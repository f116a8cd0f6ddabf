/** Dedicated folders and modules that are off for one mailbox: a whole installation, with the sandbox as the server. */
import { expect } from 'chai';
import { listUsers } from '../../src/commands/users.ts';
import { RemoteError } from '../../src/errors.ts';
import { rejection } from '../db/rejection.ts';
import { alice } from './company.ts';
import { requireExchangelib, startExchangelib } from './exchangelib.ts';
import { AliceAndFolders, ann, dan, names } from './folders-fixture.ts';
import { saidBy } from './said.ts';
import { releases } from './setting.ts';

describe('folders of a mailbox', function () {
  this.timeout(120_000);

  const at = new AliceAndFolders();
  afterEach(() => at.close());

  // The requests of every release are held to its schema elsewhere.
  const isFull = process.env['EXSYNC_INTEROP'] === 'full';
  for (const release of isFull ? releases : (['Exchange2007_SP1', 'Exchange2019'] as const)) {
    it(`keeps each module in a folder of its own on ${release}`, async () => {
      await at.start({ release, rules: { target: 'dedicated' } });
      await at.changeRules({ tasks: { target: 'dedicated' }, events: { target: 'dedicated' } });
      at.addContact('Bystander');
      await at.company.crm.create(ann);
      const { crmUserId: ownerId } = await at.mailbox();
      const { crm } = at.company.installation;
      const access = { actor: ownerId, onlyOwnerId: null };
      await crm.tasks.create([{ ownerId, values: { subject: 'Call' } }], access);
      const times = { start: '2026-05-04T09:00:00', end: '2026-05-04T10:00:00', timeZone: 'Europe/Paris' };
      await crm.events.create([{ ownerId, values: { subject: 'Talk', ...times } }], access);
      for (const module of ['contacts', 'tasks', 'events'] as const) {
        const first = await at.sync(module);
        expect(first, module).to.include({ state: 'done', error: null });
        expect(first.counts.exchange, module).to.include({ created: 1, failed: 0 });
        expect(at.company.sandbox.store.countItems(alice, names[module]), module).to.equal(1);
        expect(await at.planned(module), `${module} once more`).to.deep.equal([]);
      }
      expect(at.inFolder('contacts')).to.deep.equal(['Bystander']);

      at.addContact('Bea', names.contacts);
      await at.company.crm.edit('ann@people.example', { jobTitle: 'Buyer' });
      await at.sync();
      expect(await at.inCrm()).to.have.members(['Ann', 'Bea']);
      const edited = at.company.sandbox.store
        .contacts(alice, names.contacts)
        .map(({ values }) => values['contacts:JobTitle']);
      expect(edited).to.have.members(['Buyer', undefined]);
      expect(await at.planned()).to.deep.equal([]);
    });
  }

  it('makes no folder for a preview', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.company.crm.create(ann);
    const report = await at.sync('contacts', true);
    expect(report.actions?.map(({ kind, side }) => `${kind} ${side}`)).to.deep.equal(['create exchange']);
    expect(at.hasFolder(names.contacts)).to.equal(false);
    expect((await at.sync()).counts.exchange.created).to.equal(1);
    expect(at.inFolder(names.contacts)).to.deep.equal(['Ann']);
  });

  it('takes over a folder of that name, and leaves one alone that holds something else', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    const { store } = at.company.sandbox;
    const box = store.mailbox(alice);
    const wrong = box.createFolder(store.folder(alice, 'msgfolderroot'), 'CRM CONTACTS', 'IPF.Note');
    const refused = await at.sync();
    expect(refused.state).to.equal('failed');
    expect(refused.error).to.contain('does not hold contacts').and.contain('rename');
    box.renameFolder(wrong, 'Something else');
    box.createFolder(store.folder(alice, 'msgfolderroot'), 'CRM Contacts', 'IPF.Contact');
    at.addContact('Bea', names.contacts);
    expect((await at.sync()).state).to.equal('done');
    expect(await at.inCrm()).to.deep.equal(['Bea']);
  });

  it('leaves an item alone that was moved out, and carries over one that was deleted', async () => {
    await at.start({ rules: { target: 'dedicated', deletes: { crm: true, exchange: true } } });
    await at.company.crm.create(ann);
    await at.company.crm.create(dan);
    await at.sync();
    await at.sync();
    const { store } = at.company.sandbox;
    const box = store.mailbox(alice);
    const stamp = { at: Date.now(), by: 'Alice' };
    for (const { id, values } of store.contacts(alice, names.contacts)) {
      const to = values['contacts:GivenName'] === 'Ann' ? 'contacts' : 'deleteditems';
      box.moveItem(store.locate(id).item, store.folder(alice, to), stamp);
    }
    await at.sync();
    expect(await at.inCrm()).to.deep.equal(['Ann']);
    expect(at.inFolder('contacts')).to.deep.equal(['Ann']);
  });

  it('shows its folder and items to another client, and takes over what that client does', async function () {
    requireExchangelib(this);
    await at.start({ rules: { target: 'dedicated' } });
    await at.company.crm.create(ann);
    await at.sync();
    const client = startExchangelib();
    try {
      await client.connect(at.company.sandbox.url, alice, 'alice');
      expect((await client.list('/CRM Contacts')).map((one) => one.given_name)).to.deep.equal(['Ann']);
      const bea = {
        given_name: 'Bea',
        surname: 'Best',
        email_addresses: { EmailAddress1: 'bea@people.example' },
      };
      await client.create([bea], '/CRM Contacts');
      await at.sync();
      expect(await at.inCrm()).to.have.members(['Ann', 'Bea']);
      await client.trashFolder('/CRM Contacts');
      await at.sync();
      expect(await at.own()).to.include({ state: 'off', folderId: null });
      expect(await at.inCrm()).to.have.members(['Ann', 'Bea']);
    } finally {
      await client.close();
    }
  });

  it('asks once where its folder is in a run without news, however deep that lies', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.company.crm.create(ann);
    await at.sync();
    const { store, requests } = at.company.sandbox;
    const box = store.mailbox(alice);
    const quietRun = async (): Promise<unknown> => {
      await at.sync();
      requests.reset();
      expect((await at.sync()).state).to.equal('done');
      return { ...requests.byOperation };
    };
    const cheap = { GetFolder: 1, SyncFolderItems: 1 };
    expect(await quietRun(), 'right below the root').to.deep.equal(cheap);

    const outer = box.createFolder(store.folder(alice, 'msgfolderroot'), 'Work', 'IPF.Contact');
    const inner = box.createFolder(outer, 'Customers', 'IPF.Contact');
    box.moveFolder(store.folder(alice, names.contacts), inner);
    expect(await quietRun(), 'two folders deep').to.deep.equal(cheap);

    const archive = box.createFolder(store.folder(alice, 'msgfolderroot'), 'Archive', 'IPF.Contact');
    box.moveFolder(inner, archive);
    expect(await quietRun(), 'in other folders').to.deep.equal(cheap);
    box.moveFolder(archive, store.folder(alice, 'deleteditems'));
    expect((await at.sync()).error).to.contain('was deleted in Exchange');
  });

  it('counts the run after it was switched on again as a first one', async () => {
    await at.start({ rules: { target: 'dedicated', firstSyncCap: 1 } });
    await at.company.crm.create(ann);
    await at.sync();
    await at.company.crm.create(dan);
    await at.sync();
    expect(at.inFolder(names.contacts), 'the limit is one of first runs').to.have.length(2);
    await at.turn(false, true);
    await at.turn(true);
    expect((await at.sync()).counts.exchange.created).to.equal(1);
  });

  for (const how of [
    'put into Deleted Items',
    'deleted for good',
    'deleted with the folder it was moved into',
  ]) {
    it(`switches the module off when its folder was ${how}, and deletes nothing in the CRM`, async () => {
      await at.start({ rules: { target: 'dedicated', deletes: { crm: true, exchange: true } } });
      await at.company.crm.create(ann);
      await at.company.crm.create(dan);
      await at.sync();
      await at.sync();
      const { store } = at.company.sandbox;
      const box = store.mailbox(alice);
      const folder = store.folder(alice, names.contacts);
      if (how === 'put into Deleted Items') at.deleteFolder(names.contacts);
      else if (how === 'deleted for good') box.removeFolder(folder);
      else {
        const outer = box.createFolder(store.folder(alice, 'msgfolderroot'), 'Old things', 'IPF.Note');
        box.moveFolder(folder, outer);
        expect((await at.sync()).state, 'moved, and still ours').to.equal('done');
        at.deleteFolder('Old things');
      }
      expect((await at.sync('contacts', true)).error, 'a preview says so')
        .to.contain('was deleted in Exchange')
        .and.contain('then switch the module on');
      expect(await at.own(), 'and does nothing').to.include({ state: 'on' });

      const found = await at.sync();
      expect(found).to.include({ state: 'failed' });
      expect(found.counts.crm.deleted).to.equal(0);
      expect(await at.inCrm()).to.have.members(['Ann', 'Dan']);
      const reason = 'Its folder “CRM Contacts” was deleted in Exchange.';
      expect(await at.own()).to.deep.include({ state: 'off', reason, folderId: null });
      const again = await at.sync();
      expect(again.error).to.contain(reason).and.contain('exsync user module');
      const said = await saidBy(() => listUsers(at.company.installation, false));
      expect(said).to.contain(`alice@example.test, contacts: ${reason}`);

      await at.turn(true);
      const fresh = await at.sync();
      expect(fresh).to.include({ state: 'done', held: 0 });
      expect(fresh.counts.exchange.created).to.equal(2);
      expect(at.inFolder(names.contacts)).to.have.members(['Ann', 'Dan']);
      expect(await at.inCrm()).to.have.members(['Ann', 'Dan']);
      expect(await at.planned()).to.deep.equal([]);
    });
  }

  it('switches off with default folders without a word, and goes on where it was', async () => {
    await at.start();
    await at.company.crm.create(ann);
    await at.sync();
    await at.sync();
    expect(await at.turn(false)).to.equal(true);
    expect((await at.sync()).error).to.contain('switched off for alice@example.test');
    await at.company.crm.create(dan);
    await at.company.crm.edit('ann@people.example', { jobTitle: 'Buyer' });
    expect(at.inFolder('contacts')).to.deep.equal(['Ann']);
    await at.turn(true);
    const next = await at.sync();
    expect(next.counts.exchange).to.include({ created: 1, updated: 1, conflicts: 0 });
    expect(at.inFolder('contacts')).to.have.members(['Ann', 'Dan']);
  });

  it('removes a dedicated folder once that is confirmed, and nothing of the owner’s own', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.company.crm.create(ann);
    await at.sync();
    const own1 = at.addContact('Bea', names.contacts);
    const refused = await rejection(at.turn(false, true), RemoteError);
    expect(refused.message).to.contain('1 item that is not in the CRM');
    const box = at.company.sandbox.store.mailbox(alice);
    box.removeItem(at.company.sandbox.store.locate(own1).item);
    const inner = box.createFolder(
      at.company.sandbox.store.folder(alice, names.contacts),
      'Family',
      'IPF.Contact',
    );
    const inside = await rejection(at.turn(false, true), RemoteError);
    expect(inside.message).to.contain('lies another folder').and.not.contain('Family');
    const scope = { mailboxId: (await at.mailbox()).id, module: 'contacts' } as const;
    expect(await at.company.installation.folders.consider(scope, at.signal)).to.include({
      ownersOnly: 'It is “Family”.',
    });
    box.removeFolder(inner);
    expect(at.hasFolder(names.contacts)).to.equal(true);

    expect(await at.turn(false)).to.equal(false);
    expect(at.spoken).to.contain('with 1 item;').and.contain('--yes');
    expect(await at.own()).to.include({ state: 'on' });
    expect(await at.turn(false, true)).to.equal(true);
    expect(await at.own()).to.deep.include({ state: 'off', reason: null, folderId: null });
    const { parent } = at.company.sandbox.store.folder(alice, names.contacts);
    expect(parent?.displayName).to.equal('Deleted Items');
    expect(await at.inCrm()).to.deep.equal(['Ann']);

    await at.turn(true);
    expect((await at.sync()).counts.exchange.created).to.equal(1);
    expect(await at.planned()).to.deep.equal([]);
  });

  it('looks at a part of a large folder before it asks, and at all of it before it removes anything', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    const { requests, store } = at.company.sandbox;
    const box = store.mailbox(alice);
    const folder = box.createFolder(store.folder(alice, 'msgfolderroot'), names.contacts, 'IPF.Contact');
    // The oldest item is listed last.
    const list = { kind: 'DistributionList', values: new Map([['item:Subject', 'All']]) } as const;
    const left = box.addItem(folder, list, { at: Date.now(), by: 'Alice' });
    for (let number = 0; number < 1_150; number += 1) at.addContact(`G${number}`, names.contacts);
    expect((await at.sync()).counts.crm.created).to.equal(1_150);
    const { folders } = at.company.installation;
    const scope = { mailboxId: (await at.mailbox()).id, module: 'contacts' } as const;
    const by = { actor: 'alice', signal: at.signal };
    requests.reset();
    const removes = { kind: 'removes', folder: names.contacts };
    const considered = await folders.consider(scope, at.signal);
    expect(considered).to.deep.equal({ ...removes, items: 1_151, unseen: 151 });
    // A page of 100 more may be on its way.
    expect(requests.byOperation['SyncFolderItems']).to.be.within(10, 11);

    const refused = await folders.switchOff(scope, { ...by, confirmed: 1_151 });
    expect(refused).to.include({ kind: 'refused' });
    expect(refused).to.have.property('message').that.contains('lies 1 item that is not in the CRM');
    expect(store.countItems(alice, names.contacts), 'nothing is removed').to.equal(1_151);
    box.removeItem(left);
    expect(await folders.switchOff(scope, { ...by, confirmed: 1_150 })).to.equal(null);
  });

  it('keeps a dedicated folder while an edit in it is not read yet', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.company.crm.create(ann);
    await at.sync();
    const [item] = at.company.sandbox.store.contacts(alice, names.contacts);
    at.company.sandbox.store.editItem(item?.id ?? '', { 'contacts:JobTitle': 'Buyer' });
    const refused = await rejection(at.turn(false, true), RemoteError);
    expect(refused.message).to.contain('lies 1 item that is changed and not read yet');
    expect(refused.remedy).to.contain('Sync once more');
    expect(at.inFolder(names.contacts)).to.deep.equal(['Ann']);
    await at.sync();
    expect((await at.company.crm.byEmail('ann@people.example')).values['jobTitle']).to.equal('Buyer');
    expect(await at.turn(false, true)).to.equal(true);
  });

  it('says of what is left out by rule that it has to be moved away', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.sync();
    const { store } = at.company.sandbox;
    const stamp = { at: Date.now(), by: 'Alice' };
    const list = { kind: 'DistributionList', values: new Map([['item:Subject', 'All']]) } as const;
    const added = store.mailbox(alice).addItem(store.folder(alice, names.contacts), list, stamp);
    await at.sync();
    const refused = await rejection(at.turn(false, true), RemoteError);
    expect(refused.message).to.contain('1 item that is not in the CRM');
    expect(refused.remedy).to.equal(
      'No sync brings them in (of a kind that is not synced): move them to another folder.',
    );
    at.addContact('Bea', names.contacts);
    expect((await rejection(at.turn(false, true), RemoteError)).remedy).to.equal(
      'Move those to another folder that no sync brings in (1: of a kind that is not synced), and sync once more for the others.',
    );
    await at.sync();
    store.mailbox(alice).removeItem(added);
    expect(await at.turn(false, true)).to.equal(true);
  });

  it('removes nothing when the module is switched off for everybody', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.company.crm.create(ann);
    await at.sync();
    await at.changeRules({ contacts: { enabled: false } });
    expect((await at.sync()).state).to.equal('failed');
    expect(at.inFolder(names.contacts)).to.deep.equal(['Ann']);
    expect(await at.own()).to.include({ state: 'on' });
  });
});
