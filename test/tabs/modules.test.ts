/** Modules of single mailboxes, switched on the pages. */
import { expect } from 'chai';
import type { Mailbox } from '../../src/sync/administration.ts';
import { untouchedModule } from '../../src/sync/mailbox-modules.ts';
import { anna, bob, carol, mailboxOf, startTabs } from './tabs-fixture.ts';
import type { TabsFixture } from './tabs-fixture.ts';
import { signIn, Visitor } from './visitor.ts';

const off = { state: 'off', csrf: '' };
const bobsContacts = '/mailboxes/m-bob/modules/contacts';

describe('switching modules on the pages', () => {
  let tabs: TabsFixture;
  beforeEach(async () => {
    tabs = await startTabs();
    tabs.users.push(anna, bob, carol);
    tabs.mailboxes.push(mailboxOf(anna), mailboxOf(bob), mailboxOf(carol));
  });
  afterEach(() => tabs.close());

  function setBob(changed: Partial<Mailbox>): void {
    tabs.mailboxes.splice(1, 1, { ...mailboxOf(bob), ...changed });
  }

  it('lets a user switch a module of his own off and on again', async () => {
    const visitor = await signIn(tabs, bob);
    expect(visitor.html).to.contain('Switch off contacts of bob@example.test');
    const answer = await visitor.post(bobsContacts, { ...off, csrf: visitor.csrf });
    expect(answer.status).to.equal(303);
    setBob({
      modules: { contacts: { ...untouchedModule, state: 'off', reason: 'Its folder was deleted.' } },
    });
    await visitor.get('/');
    expect(visitor.text).to.contain('Off Its folder was deleted.');
    expect(visitor.html).to.contain('Switch on contacts of bob@example.test');
    expect(visitor.html, 'nothing is left to sync').to.not.contain('Sync bob@example.test now');
    await visitor.post(bobsContacts, { state: 'on', csrf: visitor.csrf });
    expect(tabs.calls).to.deep.equal(['off contacts of m-bob by u-bob', 'on contacts of m-bob by u-bob']);
  });

  it('lets a manager do it for others, and nobody else', async () => {
    const manager = await signIn(tabs, anna);
    await manager.post(bobsContacts, { ...off, csrf: manager.csrf });
    expect(tabs.calls).to.deep.equal(['off contacts of m-bob by u-anna']);
    const stranger = await signIn(tabs, carol);
    expect((await stranger.post(bobsContacts, { ...off, csrf: stranger.csrf })).status).to.equal(404);
    expect((await stranger.get(`${bobsContacts}/off`)).status).to.equal(404);
    expect((await new Visitor(tabs.url).post(bobsContacts, off)).status).to.equal(401);
    expect(tabs.calls).to.have.length(1);
  });

  it('refuses a form without its token, of another site, and what it does not understand', async () => {
    const visitor = await signIn(tabs, bob);
    expect((await visitor.post(bobsContacts, off)).status).to.equal(403);
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await visitor.post(bobsContacts, { ...off, csrf: visitor.csrf }, foreign)).status).to.equal(403);
    await visitor.get('/');
    const { csrf } = visitor;
    expect((await visitor.post(bobsContacts, { state: 'gone', csrf })).status).to.equal(400);
    expect((await visitor.post('/mailboxes/m-bob/modules/mails', { ...off, csrf })).status).to.equal(404);
    expect(tabs.calls).to.deep.equal([]);
  });

  describe('with a dedicated folder', () => {
    beforeEach(() => {
      const { contacts } = tabs.settings.modules;
      tabs.settings = {
        ...tabs.settings,
        modules: { ...tabs.settings.modules, contacts: { ...contacts, target: 'dedicated' } },
      };
      tabs.off.set('m-bob/contacts', { kind: 'removes', items: 12, unseen: 0, folder: 'CRM Contacts' });
    });

    it('says how many items go before it removes them', async () => {
      const visitor = await signIn(tabs, bob);
      expect(visitor.html).to.contain(`href="${bobsContacts}/off"`);
      await visitor.get(`${bobsContacts}/off`);
      expect(visitor.text).to.contain('“CRM Contacts” goes to Deleted Items in Exchange, with 12 contacts.');
      expect(tabs.calls).to.deep.equal([]);
      await visitor.post(bobsContacts, { ...off, items: '12', csrf: visitor.csrf });
      expect(tabs.calls).to.deep.equal(['off contacts of m-bob by u-bob']);
    });

    it('asks again when the number is another one by now, or was not confirmed', async () => {
      const visitor = await signIn(tabs, bob);
      await visitor.get(`${bobsContacts}/off`);
      tabs.off.set('m-bob/contacts', { kind: 'removes', items: 13, unseen: 0, folder: 'CRM Contacts' });
      for (const items of ['12', '', '13x']) {
        const answer = await visitor.post(bobsContacts, { ...off, items, csrf: visitor.csrf });
        expect(answer.status).to.equal(409);
        expect(visitor.text).to.contain('with 13 contacts.').and.contain('other items than before');
      }
      expect(tabs.calls).to.deep.equal([]);
    });

    it('says how many of many items it has not looked at', async () => {
      const visitor = await signIn(tabs, bob);
      await visitor.get(`${bobsContacts}/off`);
      expect(visitor.text).to.not.contain('looked at');
      const many = { kind: 'removes', items: 5000, unseen: 4000, folder: 'CRM Contacts' } as const;
      tabs.off.set('m-bob/contacts', many);
      await visitor.get(`${bobsContacts}/off`);
      expect(visitor.text)
        .to.contain('with 5000 contacts.')
        .and.contain('4000 contacts of these were not looked');
      await visitor.post(bobsContacts, { ...off, items: '5000', csrf: visitor.csrf });
      expect(tabs.calls).to.deep.equal(['off contacts of m-bob by u-bob']);
    });

    it('says why it does not remove what is not in the CRM', async () => {
      const message = 'In the folder “CRM Contacts” lies 1 item that is not in the CRM.';
      tabs.off.set('m-bob/contacts', { kind: 'refused', message, remedy: 'Move it.' });
      const visitor = await signIn(tabs, bob);
      const { csrf } = visitor;
      expect((await visitor.get(`${bobsContacts}/off`)).status).to.equal(409);
      expect(visitor.text).to.contain(`${message} Move it.`);
      expect((await visitor.post(bobsContacts, { ...off, items: '12', csrf })).status).to.equal(409);
      expect(tabs.calls).to.deep.equal([]);
    });

    it('names a folder of the owner’s own to nobody else', async () => {
      const refused = { kind: 'refused', message: 'Another folder lies there.', remedy: 'Move it.' } as const;
      tabs.off.set('m-bob/contacts', { ...refused, ownersOnly: 'It is “Family”.' });
      const owner = await signIn(tabs, bob);
      await owner.get(`${bobsContacts}/off`);
      expect(owner.text).to.contain('Another folder lies there. It is “Family”. Move it.');
      const manager = await signIn(tabs, anna);
      await manager.get(`${bobsContacts}/off`);
      expect(manager.text).to.contain('Another folder lies there. Move it.').and.not.contain('Family');
    });
  });
});
