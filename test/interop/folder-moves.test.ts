/** Modules that move from default folders to dedicated ones, or back: a whole installation, with the sandbox as the server. */
import { expect } from 'chai';
import { moveFolders } from '../../src/commands/modules.ts';
import { RemoteError } from '../../src/errors.ts';
import type { FolderTarget } from '../../src/sync/administration.ts';
import type { Module } from '../../src/sync/model.ts';
import { rejection } from '../db/rejection.ts';
import { alice } from './company.ts';
import { AliceAndFolders, ann, dan, names } from './folders-fixture.ts';
import { exchangeClient } from './occurrences/exchange-client.ts';
import { saidBy } from './said.ts';

describe('the move of a module to other folders', function () {
  this.timeout(120_000);

  const at = new AliceAndFolders();
  afterEach(() => at.close());

  const order = (to: FolderTarget, preview = false, module: Module = 'contacts') =>
    saidBy(async () => {
      const options = { preview, json: false, signal: at.signal };
      passed = await moveFolders(at.company.installation, [module, to], options);
    });
  let passed: boolean;

  for (const release of ['Exchange2007_SP1', 'Exchange2013_SP1'] as const) {
    it(`moves what is linked there and back on ${release}, and plans nothing afterwards`, async () => {
      await at.start({ release });
      await at.createInCrm(60);
      at.addContact('Bea');
      await at.sync();
      at.addContact('Later');
      const preview = await order('dedicated', true);
      expect(preview).to.match(/alice@example\.test +would be moved +61 +1 +new/);
      expect(at.hasFolder(names.contacts), 'a preview makes nothing').to.equal(false);

      expect(await order('dedicated')).to.match(/alice@example\.test +moved +61 +1 +new/);
      expect(passed).to.equal(true);
      expect(await at.target()).to.equal('dedicated');
      expect(at.inFolder('contacts')).to.deep.equal(['Later']);
      expect(at.company.sandbox.store.countItems(alice, names.contacts)).to.equal(61);
      expect(await at.planned()).to.deep.equal([]);
      const run = await at.sync();
      expect(run).to.include({ state: 'done', held: 0 });
      expect(await at.inCrm())
        .to.have.length(61)
        .and.not.include('Later');

      await at.company.crm.edit('g7@people.example', { jobTitle: 'Buyer' });
      await at.sync();
      expect(await order('default')).to.match(/alice@example\.test +moved +61 +0/);
      expect(await at.target()).to.equal('default');
      expect(at.company.sandbox.store.countItems(alice, 'contacts')).to.equal(62);
      expect(
        (await at.sync()).counts.crm.created,
        'what lies in the default folder is synced again',
      ).to.equal(1);
      expect(await at.planned()).to.deep.equal([]);
    });
  }

  it('carries on with edits and deletions that no run had seen', async () => {
    await at.start({ rules: { deletes: { crm: true, exchange: true } } });
    await at.company.crm.create(ann);
    await at.company.crm.create(dan);
    await at.sync();
    await at.sync();
    const { store } = at.company.sandbox;
    for (const { id, values } of store.contacts(alice)) {
      if (values['contacts:GivenName'] === 'Ann') store.editItem(id, { 'contacts:JobTitle': 'Buyer' });
      else store.removeItem(id);
    }
    await order('dedicated');
    const run = await at.sync();
    expect(run.counts.crm).to.include({ updated: 1, deleted: 1 });
    expect((await at.company.crm.byEmail('ann@people.example')).values['jobTitle']).to.equal('Buyer');
  });

  /** Where a move was cut off nobody knows the versions any more: the items are read again, and nothing is written. */
  const written = async (): Promise<unknown> =>
    (await at.sync('contacts', true)).actions?.filter(({ side }) => side !== null);

  it('goes on where the answer to a move was lost, whatever runs come in between', async () => {
    await at.start();
    await at.createInCrm(60);
    await at.sync();
    at.company.sandbox.inject({ kind: 'reset', operation: 'MoveItem', afterCommit: true });
    const said = await order('dedicated');
    expect(passed).to.equal(false);
    expect(said).to.contain('stays default until every mailbox has gone over; left: alice@example.test');
    expect(
      at.company.sandbox.store.countItems(alice, names.contacts),
      'moved, and not written down',
    ).to.equal(50);
    const between = await at.sync();
    expect(between).to.include({ state: 'done', held: 0 });
    expect(between.counts.crm).to.include({ created: 0, deleted: 0 });
    expect(between.counts.exchange).to.include({ created: 0, deleted: 0 });
    await order('dedicated');
    expect(passed).to.equal(true);
    expect(at.company.sandbox.store.countItems(alice, names.contacts)).to.equal(60);
    expect(at.company.sandbox.store.countItems(alice, 'contacts')).to.equal(0);
    expect(await written()).to.deep.equal([]);
    expect(await at.company.crm.all()).to.have.length(60);
  });

  /** Stopped after the first batch. */
  async function cutOff(to: FolderTarget): Promise<void> {
    const stop = new AbortController();
    await at.company.installation.folderMoves.move(await at.mailbox(), {
      module: 'contacts',
      target: to,
      preview: false,
      signal: stop.signal,
      progress: () => stop.abort(),
    });
  }

  for (const [there, back] of [
    ['dedicated', 'default'],
    ['default', 'dedicated'],
  ] as const) {
    for (const afterCommit of [true, false]) {
      const how = afterCommit ? 'whose answer was lost' : 'that was cut off';
      it(`turns back a move to ${there} folders ${how}`, async () => {
        await at.start({ rules: { target: back, deletes: { crm: true, exchange: true } } });
        await at.createInCrm(60);
        await at.sync();
        await at.sync();
        const folder = { default: 'contacts', dedicated: names.contacts };
        const lie = (in_: FolderTarget): number =>
          in_ === 'default' || at.hasFolder(folder[in_])
            ? at.company.sandbox.store.countItems(alice, folder[in_])
            : 0;
        if (afterCommit) {
          at.company.sandbox.inject({ kind: 'reset', operation: 'MoveItem', afterCommit });
          await order(there);
        } else await cutOff(there);
        expect(lie(there), 'moved before it broke off').to.equal(50);
        await order(back);
        expect(passed).to.equal(true);
        expect({ there: lie(there), back: lie(back) }).to.deep.equal({ there: 0, back: 60 });
        expect(await at.target()).to.equal(back);
        expect(await at.own()).to.include({ movingFrom: null });
        const run = await at.sync();
        expect(run).to.include({ state: 'done', held: 0 });
        expect(run.counts.crm).to.include({ created: 0, deleted: 0 });
        expect(run.leftOut).to.deep.equal({});
        expect(lie(back)).to.equal(60);
        expect(await written()).to.deep.equal([]);
      });
    }
  }

  for (const forGood of [false, true]) {
    const how = forGood ? 'for good' : 'into Deleted Items';
    it(`ends a move back whose folder was deleted ${how} meanwhile, and deletes nothing in the CRM`, async () => {
      await at.start({ rules: { target: 'dedicated', deletes: { crm: true, exchange: true } } });
      await at.createInCrm(55);
      await at.sync();
      await at.sync();
      await cutOff('default');
      const { store } = at.company.sandbox;
      if (forGood) store.mailbox(alice).removeFolder(store.folder(alice, names.contacts));
      else at.deleteFolder(names.contacts);
      expect(await order('default', true)).to.match(/would be moved +0 +0/);
      expect(await order('default')).to.match(/alice@example\.test +moved +0 +0/);
      expect(passed).to.equal(true);
      expect(await at.target()).to.equal('default');
      expect(await at.own()).to.include({ state: 'on', movingFrom: null, folderId: null });
      const run = await at.sync();
      expect(run).to.include({ state: 'done', held: 0 });
      expect(run.counts.crm).to.include({ created: 0, deleted: 0 });
      expect(await at.company.crm.all()).to.have.length(55);
      expect(store.countItems(alice, 'contacts')).to.equal(50);
      expect(await at.planned()).to.deep.equal([]);
    });
  }

  it('makes no second item of one that its owner had moved to a folder of his own', async () => {
    await at.start({ rules: { deletes: { crm: true, exchange: true } } });
    await at.company.crm.create(ann);
    await at.company.crm.create(dan);
    await at.sync();
    await at.sync();
    const { store } = at.company.sandbox;
    const box = store.mailbox(alice);
    const friends = box.createFolder(store.folder(alice, 'msgfolderroot'), 'Friends', 'IPF.Contact');
    const moved = store.contacts(alice).find(({ values }) => values['contacts:GivenName'] === 'Ann');
    box.moveItem(store.locate(moved?.id ?? '').item, friends, { at: Date.now(), by: 'Alice' });
    expect((await at.sync()).leftOut).to.deep.equal({ moved: 1 });
    await order('dedicated');
    expect((await at.sync()).leftOut).to.deep.equal({ moved: 1 });
    await at.company.crm.edit('ann@people.example', { jobTitle: 'Buyer' });
    await at.sync();
    expect(at.inFolder(names.contacts)).to.deep.equal(['Dan']);
    const [back] = store.contacts(alice, 'Friends');
    box.moveItem(store.locate(back?.id ?? '').item, store.folder(alice, names.contacts), {
      at: Date.now(),
      by: 'Alice',
    });
    const run = await at.sync();
    expect(run.leftOut).to.deep.equal({});
    expect(await at.inCrm()).to.have.members(['Ann', 'Dan']);
    expect(
      store.contacts(alice, names.contacts).map(({ values }) => values['contacts:JobTitle']),
    ).to.have.members(['Buyer', undefined]);
  });

  it('refuses to change the target by itself once a folder was read', async () => {
    await at.start();
    await at.sync();
    const change = at.changeRules({ contacts: { target: 'dedicated' } });
    expect((await rejection(change, Error)).message).to.contain('exsync folders contacts dedicated');
  });

  it('takes events along that the window keeps out for now', async () => {
    await at.start({ release: 'Exchange2013_SP1' });
    const { settings: store } = at.company.installation.stores;
    const reach = async (futureDays: number): Promise<void> => {
      const { version, settings } = await store.load();
      const events = { ...settings.modules.events, enabled: true };
      const eventWindow = { pastDays: null, futureDays };
      await store.save(
        { ...settings, eventWindow, modules: { ...settings.modules, events } },
        version,
        'test',
      );
    };
    await reach(30);
    const day = (ahead: number): string =>
      new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    await exchangeClient(at.company.sandbox, 'Exchange2013_SP1').create(
      [3, 60].map((ahead) => ({
        subject: `In ${ahead} days`,
        row: {
          what: '',
          zone: 'Europe/Berlin',
          start: `${day(ahead)}T09:00:00`,
          end: `${day(ahead)}T10:00:00`,
        },
      })),
    );
    expect((await at.sync('events')).leftOut).to.deep.equal({ window: 1 });
    expect(await order('dedicated', true, 'events')).to.match(/would be moved +2 +0/);
    expect(await order('dedicated', false, 'events')).to.match(/moved +2 +0/);
    expect(at.company.sandbox.store.countItems(alice, names.events)).to.equal(2);
    expect((await at.sync('events')).leftOut).to.deep.equal({ window: 1 });
    await reach(365);
    expect((await at.sync('events')).counts.crm).to.include({ created: 1, deleted: 0 });
    expect(await at.planned('events')).to.deep.equal([]);
  });

  for (const [there, back] of [
    ['dedicated', 'default'],
    ['default', 'dedicated'],
  ] as const) {
    it(`switches nothing off before a move to ${there} folders that broke off is over`, async () => {
      await at.start({ rules: { target: back } });
      await at.createInCrm(55);
      await at.sync();
      await cutOff(there);
      const refused = await rejection(at.turn(false, true), RemoteError);
      expect(refused.message).to.contain('being moved');
      expect(refused.remedy).to.contain(`repeat \`exsync folders contacts ${there}\``);
      expect(await at.own()).to.include({ state: 'on' });
      await order(there);
      expect(await at.turn(false, true)).to.equal(true);
    });
  }

  it('keeps what is linked where a move to default folders ends before the module is switched off', async () => {
    await at.start({ rules: { target: 'dedicated', deletes: { crm: true, exchange: true } } });
    await at.company.crm.create(ann);
    await at.company.crm.create(dan);
    await at.sync();
    await at.sync();
    at.whileTheLeaseIsTaken(() => order('default'));
    expect(await at.turn(false, true)).to.equal(true);
    expect(passed, 'the move').to.equal(true);
    expect(await at.own()).to.include({ state: 'off' });
    expect(at.inFolder('contacts')).to.have.members(['Ann', 'Dan']);

    const { store } = at.company.sandbox;
    for (const { id, values } of store.contacts(alice))
      if (values['contacts:GivenName'] === 'Ann') store.removeItem(id);
    await at.turn(true);
    await at.sync();
    expect(await at.inCrm(), 'the deletion of what was linked is carried over').to.deep.equal(['Dan']);
    expect(at.inFolder('contacts')).to.deep.equal(['Dan']);
  });

  it('refuses to switch off where a move breaks off before it', async () => {
    await at.start({ rules: { target: 'dedicated' } });
    await at.createInCrm(55);
    await at.sync();
    at.whileTheLeaseIsTaken(() => cutOff('default'));
    const refused = await rejection(at.turn(false, true), RemoteError);
    expect(refused.message).to.contain('being moved');
    expect(await at.own()).to.include({ state: 'on' });
  });

  it('leaves a module where it is that is switched off while a run is waited for', async () => {
    await at.start();
    await at.company.crm.create(ann);
    await at.sync();
    at.whileTheLeaseIsTaken(() => at.turn(false));
    expect(await order('dedicated')).to.contain('switched off: stays');
    expect(at.inFolder('contacts')).to.deep.equal(['Ann']);
    expect(at.hasFolder(names.contacts)).to.equal(false);
    expect(await at.own()).to.include({ state: 'off', target: 'default' });
  });

  it('does not move again what somebody else has moved while a run was waited for', async () => {
    await at.start();
    await at.company.crm.create(ann);
    await at.sync();
    const other = { module: 'contacts', target: 'dedicated', preview: false, signal: at.signal } as const;
    const { folderMoves } = at.company.installation;
    at.whileTheLeaseIsTaken(async () =>
      folderMoves.move(await at.mailbox(), { ...other, progress: () => undefined }),
    );
    expect(await order('dedicated')).to.match(/alice@example\.test +nothing to move/);
    expect(await at.target()).to.equal('dedicated');
    expect(at.inFolder(names.contacts)).to.deep.equal(['Ann']);
  });

  it('does not take half a preview for a whole one', async () => {
    await at.start();
    const stopped = AbortSignal.abort();
    const options = { preview: true, json: false, signal: stopped };
    const said = await saidBy(async () => {
      passed = await moveFolders(at.company.installation, ['contacts', 'dedicated'], options);
    });
    expect(passed).to.equal(false);
    expect(said).to.contain('stopped before every mailbox');
  });

  it('moves nothing while the module is off for everybody', async () => {
    await at.start();
    await at.company.crm.create(ann);
    await at.sync();
    await at.changeRules({ contacts: { enabled: false } });
    expect(await order('dedicated', true)).to.contain('switched off: stays');
    expect(await order('dedicated')).to.contain('switched off: stays');
    expect(at.inFolder('contacts')).to.deep.equal(['Ann']);
    expect(await at.target()).to.equal('dedicated');
    await at.changeRules({ contacts: { enabled: true } });
    expect(await at.planned()).to.deep.equal([]);
    await order('dedicated');
    expect(at.inFolder(names.contacts)).to.deep.equal(['Ann']);
  });

  it('leaves a move of a mailbox that is off for later', async () => {
    await at.start();
    await at.createInCrm(55);
    await at.sync();
    await at.sync();
    await cutOff('dedicated');
    const { mailboxes } = at.company.installation.stores;
    await mailboxes.setState((await at.mailbox()).id, 'off', null);
    expect(await order('dedicated')).to.contain('switched off: stays');
    expect(at.company.sandbox.store.countItems(alice, names.contacts)).to.equal(50);
    expect(await at.target()).to.equal('dedicated');
    await mailboxes.setState((await at.mailbox()).id, 'active', null);
    expect(await order('dedicated')).to.match(/moved +5 +0/);
    expect(at.company.sandbox.store.countItems(alice, names.contacts)).to.equal(55);
    expect(await at.planned()).to.deep.equal([]);
  });

  it('leaves a module that is off where it is', async () => {
    await at.start();
    await at.company.crm.create(ann);
    await at.sync();
    await at.turn(false);
    expect(await order('dedicated')).to.contain('switched off: stays');
    expect(await at.target()).to.equal('dedicated');
    expect(at.inFolder('contacts')).to.deep.equal(['Ann']);
    await at.turn(true);
    expect((await at.sync()).counts.exchange.created).to.equal(0);
    await order('dedicated');
    expect(at.inFolder(names.contacts)).to.deep.equal(['Ann']);
    expect(await at.planned()).to.deep.equal([]);
  });
});
