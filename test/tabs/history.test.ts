import { expect } from 'chai';
import type { RecordedAction } from '../../src/sync/reports.ts';
import { untouchedModule } from '../../src/sync/mailbox-modules.ts';
import { emptyBody } from '../../src/sync/undo.ts';
import type { TabsUser } from '../../src/tabs/ports.ts';
import {
  anna,
  bob,
  counts,
  fillTabs,
  mailboxOf,
  runOf,
  startTabs,
  type TabsFixture,
} from './tabs-fixture.ts';
import { signIn } from './visitor.ts';

const secret = 'Dr. Secret Affair';

/** An update of a contact of Bob's that cost the CRM his job title. */
function actionOf(runId: number, more: Partial<RecordedAction> = {}): RecordedAction {
  return {
    id: 1,
    runId,
    mailboxId: 'm-bob',
    module: 'contacts',
    linkId: 'link-1',
    step: 0,
    final: true,
    inboxIds: [],
    title: secret,
    state: 'done',
    finishedAt: Date.UTC(2026, 10, 22, 21, 0),
    error: null,
    body: {
      ...emptyBody,
      kind: 'update',
      side: 'crm',
      before: { jobTitle: 'Lost <b>title</b>', birthday: '1990-04-01', notes: null },
      values: {
        jobTitle: 'Won title',
        birthday: '1990-04-02',
        notes: { hash: 'n1', size: 900, mediaType: 'text/plain' },
      },
      losers: [{ field: 'jobTitle', side: 'crm', value: 'Lost <b>title</b>' }],
    },
    ...more,
  };
}

describe('the pages of history', () => {
  let tabs: TabsFixture;
  let runId: number;

  beforeEach(async () => {
    tabs = await startTabs();
    fillTabs(tabs);
    const run = runOf(mailboxOf(bob), { counts: counts({ updated: 1, conflicts: 1 }) });
    runId = run.id;
    tabs.runs.unshift(run);
    tabs.actions.push(
      actionOf(runId),
      actionOf(runId, {
        id: 2,
        title: 'Refused',
        state: 'failed',
        error: 'The server refused the birthday.',
      }),
    );
    tabs.links.set('link-1', {
      id: 'link-1',
      state: 'active',
      reason: null,
      crmId: 'c',
      exchangeId: 'e',
      identity: null,
      crm: { version: '1', values: { jobTitle: 'Won title' } },
      exchange: { version: '1', values: { jobTitle: 'Won  title' } },
    });
  });
  afterEach(() => tabs.close());

  const signedIn = (user: TabsUser) => signIn(tabs, user);

  describe('list', () => {
    it('shows a manager the runs of all, and of one mailbox and module', async () => {
      const visitor = await signedIn(anna);
      await visitor.get('/history');
      expect(visitor.text).to.contain('bob@example.test 1 updated, 1 in conflict By schedule');
      expect(visitor.html).to.contain(`href="/history/${runId}"`);
      await visitor.get('/history?mailbox=m-anna&module=contacts');
      expect(visitor.html).to.not.contain(`href="/history/${runId}"`);
      expect(visitor.html).to.match(/href="\/history\/\d+"/);
      await visitor.get('/history?module=events');
      expect(visitor.text).to.contain('No such run');
    });

    it('shows a user his own runs only, and nothing of a mailbox that is not his', async () => {
      const visitor = await signedIn(bob);
      await visitor.get('/history');
      expect(visitor.text).to.contain('Success').and.not.contain('anna@example.test');
      expect((await visitor.get('/history?mailbox=m-anna')).status).to.equal(404);
    });

    it('is paged by the number of the run', async () => {
      for (let more = 0; more < 60; more++) tabs.runs.push(runOf(mailboxOf(bob)));
      const visitor = await signedIn(bob);
      await visitor.get('/history');
      expect(visitor.html.match(/class="entry run"/g)).to.have.length(50);
      const older = /href="(\/history\?before=\d+)" rel="next"/.exec(visitor.html)?.[1] ?? '';
      await visitor.get(older);
      expect(visitor.html.match(/class="entry run"/g)?.length).to.be.within(11, 13);
      expect(visitor.html).to.not.contain('rel="next"');
    });
  });

  describe('of one run', () => {
    it('tells the owner every value before and after, in words', async () => {
      const visitor = await signedIn(bob);
      await visitor.get(`/history/${runId}`);
      expect(visitor.text).to.contain(secret).and.contain('Changed in the CRM');
      expect(visitor.text).to.contain('Birthday 1 Apr 1990 2 Apr 1990');
      expect(visitor.text).to.contain('Notes empty The text of n1');
      expect(visitor.html).to.contain('Lost &lt;b&gt;title&lt;/b&gt;').and.not.contain('<b>title');
      expect(visitor.text).to.contain('Not changed in the CRM The server refused the birthday.');
    });

    it('tells a manager how many fields changed and the reasons, and nothing of the content', async () => {
      const visitor = await signedIn(anna);
      await visitor.get(`/history/${runId}`);
      expect(visitor.text)
        .to.contain('An item Changed in the CRM 3 fields')
        .and.contain('The server refused the birthday.')
        .and.not.match(/Secret|title<|Apr 1990|text of n1|Job title/);
    });

    it('is not there for others', async () => {
      const dora = { ...bob, id: 'u-else', email: 'else@example.test' };
      tabs.users.push(dora);
      const visitor = await signedIn(dora);
      for (const path of [`/history/${runId}`, `/history/${runId}/undo`, '/history/9999', '/history/x']) {
        expect((await visitor.get(path)).status, path).to.equal(404);
      }
      const form = { csrf: visitor.csrf };
      expect((await visitor.post(`/history/${runId}/undo`, form)).status).to.equal(404);
      expect((await visitor.post('/conflicts/1', { ...form, field: 'jobTitle' })).status).to.equal(404);
      expect(tabs.calls).to.deep.equal([]);
    });

    it('shows a part of its items, and those by pages', async () => {
      for (let id = 3; id < 120; id++) tabs.actions.push(actionOf(runId, { id, title: `Person ${id}` }));
      const visitor = await signedIn(bob);
      await visitor.get(`/history/${runId}?page=3`);
      expect(visitor.text).to.contain('Page 3 of 3').and.contain('Person 119').and.not.contain('Person 99 ');
      await visitor.get(`/history/${runId}?show=failed`);
      expect(visitor.html.match(/action-entry/g)).to.have.length(1);
    });
  });

  describe('undo', () => {
    it('says what will happen, then asks the engine and writes it down', async () => {
      const visitor = await signedIn(bob);
      await visitor.get(`/history/${runId}/undo`);
      expect(visitor.text).to.contain(
        '1 contact that was changed in the CRM gets the values of before, on both sides.',
      );
      const answer = await visitor.post(`/history/${runId}/undo`, { csrf: visitor.csrf });
      expect([answer.status, answer.headers.get('location')]).to.deep.equal([
        303,
        `/history/${runId}?asked=undo`,
      ]);
      expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} whole`]);
      expect(tabs.audited).to.include('u-bob undo.run');
      await visitor.get(`/history/${runId}?asked=undo`);
      expect(visitor.text).to.contain('The undo was asked for.');
      tabs.runs.unshift(
        runOf(mailboxOf(bob), { trigger: `undo of run ${runId}`, counts: counts({ updated: 1 }) }),
      );
      await visitor.get(`/history/${runId}`);
      expect(visitor.text).to.match(/Run \d+ took it back: 1 updated/);
      const left = { id: 9, state: 'failed', error: 'Changed since.' } as const;
      tabs.actions.push(actionOf(tabs.runs[0]?.id ?? 0, left));
      await visitor.get(`/history/${runId}`);
      expect(visitor.text).to.match(/took it back: 1 updated and left 1 contact as they were/);
      tabs.runs[0] = runOf(mailboxOf(bob), {
        trigger: `undo of run ${runId}`,
        state: 'failed',
        error: 'Oh.',
      });
      await visitor.get(`/history/${runId}`);
      expect(visitor.text).to.match(/Run \d+ was to take it back and failed/);
    });

    it('shows of one item which values come back', async () => {
      const visitor = await signedIn(bob);
      await visitor.get(`/history/${runId}/undo?item=1`);
      expect(visitor.text).to.contain(`Undo “${secret}”?`).and.contain('Birthday 2 Apr 1990 1 Apr 1990');
      expect(visitor.text).to.contain(
        'It was changed in the CRM, and it gets the values of before, on both sides.',
      );
      await visitor.post(`/history/${runId}/undo`, { csrf: visitor.csrf, item: '1' });
      expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} 1`]);
      expect(tabs.audited).to.include('u-bob undo.item');
    });

    it('of a whole run is for managers, too, of one item for who sees it', async () => {
      const visitor = await signedIn(anna);
      await visitor.get(`/history/${runId}/undo`);
      const csrf = visitor.csrf;
      expect((await visitor.get(`/history/${runId}/undo?item=1`)).status).to.equal(404);
      expect((await visitor.post(`/history/${runId}/undo`, { csrf, item: '1' })).status).to.equal(404);
      expect((await visitor.post(`/history/${runId}/undo`, { csrf })).status).to.equal(303);
      expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} whole`]);
    });

    it('needs the token, an item of that run that was done, and a mailbox that is synced', async () => {
      const visitor = await signedIn(bob);
      const csrf = visitor.csrf;
      const path = `/history/${runId}/undo`;
      const other = tabs.runs.find((run) => run.mailboxId === 'm-bob' && run.id !== runId);
      expect((await visitor.post(path, {})).status).to.equal(403);
      expect((await visitor.post(path, { csrf, item: '2' })).status).to.equal(409);
      expect((await visitor.post(path, { csrf, item: '77' })).status).to.equal(404);
      expect((await visitor.post(`/history/${other?.id ?? 0}/undo`, { csrf, item: '1' })).status).to.equal(
        404,
      );
      tabs.mailboxes.splice(0, tabs.mailboxes.length, mailboxOf(bob, 'paused', 'Wrong password.'));
      expect((await visitor.post(path, { csrf })).status).to.equal(409);
      await visitor.get(`/history/${runId}`);
      expect(visitor.text).to.contain('Cannot be undone: The mailbox is paused: Wrong password.');
      expect(tabs.calls).to.deep.equal([]);
    });
  });

  it('says that nothing can be undone or taken where the module is off for the mailbox', async () => {
    const contacts = { ...untouchedModule, state: 'off', reason: 'Its folder was deleted.' } as const;
    tabs.mailboxes.splice(0, tabs.mailboxes.length, { ...mailboxOf(bob), modules: { contacts } });
    const visitor = await signedIn(bob);
    const { csrf } = visitor;
    await visitor.get(`/history/${runId}`);
    expect(visitor.text).to.contain(
      'Cannot be undone: This module is switched off for this mailbox. Its folder was deleted.',
    );
    expect((await visitor.post(`/history/${runId}/undo`, { csrf })).status).to.equal(409);
    expect((await visitor.post('/conflicts/1', { csrf, field: 'jobTitle' })).status).to.equal(409);
    expect(tabs.calls).to.deep.equal([]);
  });

  describe('of conflicts', () => {
    it('shows the owner what won and what lost, and takes the loser', async () => {
      const visitor = await signedIn(bob);
      await visitor.get('/conflicts');
      expect(visitor.text).to.contain('Job title Won title Lost &lt;b&gt;title&lt;/b&gt; CRM');
      const form = { csrf: visitor.csrf, field: 'jobTitle' };
      expect((await visitor.post('/conflicts/1', { ...form, field: 'birthday' })).status).to.equal(404);
      expect((await visitor.post('/conflicts/1', { ...form, csrf: 'x' })).status).to.equal(403);
      expect((await visitor.post('/conflicts/1', form)).status).to.equal(303);
      expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} 1 jobTitle`]);
      expect(tabs.audited).to.include('u-bob conflict.taken');
    });

    it('does not offer what was taken or changed since', async () => {
      const visitor = await signedIn(bob);
      const shows = async (value: string): Promise<string> => {
        const link = tabs.links.get('link-1');
        if (!link) throw new Error('the link is missing');
        const side = { version: '2', values: { jobTitle: value } };
        tabs.links.set('link-1', { ...link, crm: side, exchange: side });
        await visitor.get('/conflicts');
        return visitor.text;
      };
      expect(await shows('Won title')).to.contain('Take the loser after all');
      expect(await shows('Lost <b>title</b>'))
        .to.contain('Taken')
        .and.not.contain('Take the loser');
      expect(await shows('Other'))
        .to.contain('Changed since')
        .and.not.contain('Take the loser');
    });

    it('takes with one field those that say one thing with it', async () => {
      const lost = (field: string) => ({ field, side: 'crm', value: '2026-03-02T09:00:00' }) as const;
      const body = {
        ...emptyBody,
        kind: 'update',
        side: 'crm',
        values: { start: '2026-03-02T10:00:00', end: '2026-03-02T11:00:00', subject: 'Budget' },
        losers: [lost('start'), lost('end'), { field: 'subject', side: 'crm', value: 'Money' }],
      } as const;
      tabs.settings = {
        ...tabs.settings,
        modules: { ...tabs.settings.modules, events: tabs.settings.modules.contacts },
      };
      tabs.actions.splice(0, 2, actionOf(runId, { module: 'events', body }));
      const visitor = await signedIn(bob);
      await visitor.post('/conflicts/1', { csrf: visitor.csrf, field: 'end' });
      expect(tabs.calls).to.deep.equal([`undo m-bob ${runId} 1 start+end`]);
    });

    it('tells a manager that something lost, and neither what nor how to take it', async () => {
      tabs.actions.push(actionOf(runId, { id: 3 }));
      const visitor = await signedIn(anna);
      await visitor.get('/conflicts');
      expect(visitor.text).to.match(/[23] contacts Contacts, bob@example.test/);
      expect(visitor.text).to.not.match(/Secret|Won title|Job title|Take the loser/);
      const form = { csrf: visitor.csrf, field: 'jobTitle' };
      expect((await visitor.post('/conflicts/1', form)).status).to.equal(404);
    });
  });
});
