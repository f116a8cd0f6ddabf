/** Why a record is, or is not, in step: asked of the whole installation, with the sandbox as the server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { explainItem } from '../../src/composition/explain-item.ts';
import type { ExplainedItem } from '../../src/composition/explain-item.ts';
import type { ModuleSettings } from '../../src/sync/administration.ts';
import type { ItemRef } from '../../src/sync/why.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';

const ann = { givenName: 'Ann', surname: 'Able', email1: 'ann@people.example' };

describe('why', function () {
  this.timeout(180_000);

  let company: CompanyInside;
  let mailboxId: string;
  beforeEach(async () => {
    company = await startCompany();
    mailboxId = (await company.installation.stores.mailboxes.list())[0]?.id ?? '';
  });
  afterEach(() => company.close());

  function ask(item: ItemRef): Promise<ExplainedItem> {
    const scope = { mailboxId, module: 'contacts' } as const;
    return explainItem(company.installation, scope, item, new AbortController().signal);
  }

  async function change(rules: Partial<ModuleSettings>): Promise<void> {
    const { settings: store } = company.installation.stores;
    const { version, settings } = await store.load();
    const contacts = { ...settings.modules.contacts, ...rules };
    await store.save({ ...settings, modules: { ...settings.modules, contacts } }, version, 'test');
  }

  it('follows a record from new over in step to edited, and its partner with it', async () => {
    const { id } = await company.crm.create(ann);
    const fresh = await ask({ side: 'crm', itemId: id });
    expect(fresh).to.include({ verdict: 'due', because: 'The next run creates it in Exchange.' });
    expect(company.sandbox.store.countItems(alice, 'contacts'), 'asking writes nothing').to.equal(0);

    await company.sync();
    await company.sync();
    expect(await ask({ side: 'crm', itemId: id })).to.include({ verdict: 'inStep', remedy: null });
    const partner = company.sandbox.store.contacts(alice)[0]?.id ?? '';
    expect(await ask({ side: 'exchange', itemId: partner })).to.include({ verdict: 'inStep' });

    await company.crm.edit('ann@people.example', { jobTitle: 'Buyer' });
    const edited = await ask({ side: 'exchange', itemId: partner });
    expect(edited).to.include({ verdict: 'due', because: 'The next run changes it in Exchange.' });
    expect(edited.planned.map(({ body }) => body.values)).to.deep.equal([{ jobTitle: 'Buyer' }]);
    await company.sync();
    expect(company.sandbox.store.contacts(alice)[0]?.values['contacts:JobTitle']).to.equal('Buyer');
  });

  it('knows nothing of an id that neither side shows', async () => {
    expect(await ask({ side: 'crm', itemId: 'no-such-record' })).to.include({ verdict: 'unknown' });
  });

  it('names the rule that keeps an item out', async () => {
    const path = join(company.folder, 'people.csv');
    writeFileSync(path, 'First Name,Last Name,E-mail Address\nIda,Import,ida@people.example\n');
    const imported = await exsync(['crm', 'import', path, '--owner', alice], { env: company.env });
    expect(imported.code, imported.stderr).to.equal(0);
    const id = (await company.crm.all())[0]?.id ?? '';
    const before = await ask({ side: 'crm', itemId: id });
    await company.sync();
    const after = await ask({ side: 'crm', itemId: id });
    for (const { verdict, because } of [before, after]) {
      expect({ verdict, because }).to.deep.equal({
        verdict: 'outOfScope',
        because: 'It came into the CRM by an import and was not changed since.',
      });
    }

    await change({ type: 'oneWay', direction: 'exchangeToCrm' });
    const { id: follower } = await company.crm.create(ann);
    expect((await ask({ side: 'crm', itemId: follower })).because).to.match(/synced in one direction/);
  });

  it('says where a pair ended', async () => {
    const { id } = await company.crm.create(ann);
    await company.sync();
    company.sandbox.store.removeItem(company.sandbox.store.contacts(alice)[0]?.id ?? '');
    const due = await ask({ side: 'crm', itemId: id });
    await company.sync();
    for (const { verdict, because } of [due, await ask({ side: 'crm', itemId: id })]) {
      expect(verdict).to.equal('ended');
      expect(because).to.match(/^It was deleted in Exchange, and the rules do not carry/);
    }
  });

  it('tells what is held back', async () => {
    const { id } = await company.crm.create(ann);
    await company.sync();
    const { settings: store } = company.installation.stores;
    const { version, settings } = await store.load();
    const guard = { ...settings.guard, removes: { count: 0, share: 0 } };
    await store.save({ ...settings, guard }, version, 'test');
    await company.crm.remove('ann@people.example');
    expect((await company.sync()).held).to.equal(1);
    expect(await ask({ side: 'crm', itemId: id })).to.deep.include({
      verdict: 'held',
      because: 'A run planned more than usual, so what it wanted to do waits: it deletes it in Exchange.',
    });
  });

  it('says that nothing of a paused mailbox is synced', async () => {
    const { id } = await company.crm.create(ann);
    await company.installation.stores.mailboxes.setState(mailboxId, 'paused', 'The password was refused.');
    const { verdict, because } = await ask({ side: 'crm', itemId: id });
    expect(verdict).to.equal('notSynced');
    expect(because).to.contain('The password was refused.');
  });

  it('answers on the command line by name or id, with an exit code to go by', async () => {
    const { id } = await company.crm.create(ann);
    await company.crm.create({ ...ann, givenName: 'Anna', email1: 'anna@people.example' });
    const env = company.env;
    const several = await exsync(['why', alice, 'Able'], { env });
    expect(several.code).to.equal(2);
    expect(several.stderr).to.contain('several fit').and.contain(`${id}  Ann Able (contacts)`);
    const one = await exsync(['why', alice, 'ann@people.example'], { env });
    expect(one, one.stderr).to.include({ code: 0 });
    expect(one.stdout).to.match(
      /^Ann Able \(contacts\): The next run creates it in Exchange\.\nwould create/,
    );
    const unknown = await exsync(['why', alice, 'nobody at all'], { env });
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.contain('neither side shows such an id');
    const { id: gone } = company.sandbox.store.addContact(alice, { 'contacts:Surname': 'Gone' });
    company.sandbox.store.removeItem(gone);
    const json = await exsync(['why', alice, gone, '--module', 'contacts', '--json'], { env });
    expect(json.code).to.equal(1);
    expect(JSON.parse(json.stdout)).to.include({ side: 'exchange', id: gone, verdict: 'unknown' });
  });
});
