import { expect } from 'chai';
import {
  anna,
  bob,
  carol,
  counts,
  fillTabs,
  mailboxOf,
  runOf,
  startTabs,
  type TabsFixture,
} from './tabs-fixture.ts';
import { untouchedModule } from '../../src/sync/mailbox-modules.ts';
import type { TabsUser } from '../../src/tabs/ports.ts';
import { signIn, Visitor } from './visitor.ts';

describe('the web application', () => {
  let tabs: TabsFixture;
  beforeEach(async () => {
    tabs = await startTabs();
    fillTabs(tabs);
  });
  afterEach(() => tabs.close());

  const signedIn = (user: TabsUser) => signIn(tabs, user);

  describe('sign-in', () => {
    it('tells who has no session how to get a link, with 401', async () => {
      const visitor = new Visitor(tabs.url);
      for (const path of ['/', '/events', '/anything'])
        expect((await visitor.get(path)).status).to.equal(401);
      expect(visitor.html).to.contain('exsync user link');
    });

    it('leaves the link unused when it is only looked at', async () => {
      const link = await tabs.signInLink(bob);
      for (let visit = 0; visit < 3; visit++) await new Visitor(tabs.url).get(link);
      expect((await new Visitor(tabs.url).signIn(link)).status).to.equal(303);
    });

    it('takes a link once', async () => {
      const link = await tabs.signInLink(bob);
      expect((await new Visitor(tabs.url).signIn(link)).status).to.equal(303);
      const second = new Visitor(tabs.url);
      expect((await second.signIn(link)).status).to.equal(401);
      expect((await second.get('/')).status).to.equal(401);
    });

    it('refuses a form that another site sent', async () => {
      const link = await tabs.signInLink(bob);
      const visitor = new Visitor(tabs.url);
      await visitor.get(link);
      const form = { link: new URL(link).searchParams.get('link') ?? '', csrf: visitor.csrf };
      expect((await visitor.post('/sign-in', { ...form, csrf: 'x' })).status).to.equal(403);
      expect((await visitor.post('/sign-in', form, { 'sec-fetch-site': 'cross-site' })).status).to.equal(403);
      expect((await new Visitor(tabs.url).post('/sign-in', { ...form, csrf: '' })).status).to.equal(403);
      expect((await visitor.post('/sign-in', form)).status).to.equal(303);
    });

    it('refuses a user who is no longer active, also when he has a session', async () => {
      const visitor = await signedIn(bob);
      tabs.users.splice(tabs.users.indexOf(bob), 1, { ...bob, active: false });
      expect((await visitor.get('/')).status).to.equal(401);
      expect((await new Visitor(tabs.url).signIn(await tabs.signInLink(bob))).status).to.equal(401);
    });

    it('sets a cookie that scripts cannot read, and ends the session that was there', async () => {
      const visitor = await signedIn(bob);
      const old = visitor.cookies.get('exsync') ?? '';
      const response = await visitor.signIn(await tabs.signInLink(anna));
      const cookie = response.headers.getSetCookie().find((text) => text.startsWith('exsync='));
      expect(cookie)
        .to.match(/HttpOnly/)
        .and.match(/SameSite=Lax/)
        .and.not.match(/Secure/);
      const intruder = new Visitor(tabs.url);
      intruder.cookies.set('exsync', old);
      expect((await intruder.get('/')).status).to.equal(401);
    });

    it('names its cookies __Host- and makes them Secure behind https', async () => {
      const secure = await startTabs({ publicUrl: 'https://sync.example.test' });
      secure.users.push(bob);
      const response = await fetch(await secure.signInLink(bob));
      expect(response.headers.getSetCookie()[0]).to.match(/^__Host-exsync-sign-in=.*Path=\/.*Secure/);
      expect(response.headers.get('strict-transport-security')).to.contain('max-age');
      await secure.close();
    });

    it('lets an address try ten times, then one time every half minute', async () => {
      const visitor = new Visitor(tabs.url);
      const attempt = async (): Promise<number> => (await visitor.post('/sign-in', { link: 'guess' })).status;
      for (let count = 0; count < 10; count++) expect(await attempt()).to.equal(403);
      expect(await attempt()).to.equal(429);
      tabs.nowMs += 30_000;
      expect([await attempt(), await attempt()]).to.deep.equal([403, 429]);
    });

    it('ends the session at sign-out, which needs the token', async () => {
      const visitor = await signedIn(bob);
      const session = visitor.cookies.get('exsync') ?? '';
      expect((await visitor.post('/sign-out', {})).status).to.equal(403);
      await visitor.get('/');
      expect((await visitor.post('/sign-out', { csrf: visitor.csrf })).status).to.equal(303);
      visitor.cookies.set('exsync', session);
      expect((await visitor.get('/')).status).to.equal(401);
      expect(tabs.audited).to.deep.equal(['u-bob session.begin', 'u-bob session.end']);
    });
  });

  describe('dashboard', () => {
    it('shows a manager every mailbox with its state and its counts on either side', async () => {
      const { html, text } = await signedIn(anna);
      for (const mailbox of tabs.mailboxes) expect(text).to.contain(mailbox.address);
      expect(text).to.contain('Paused Exchange rejected the password. Enter the new one to go on.');
      expect(text).to.contain('Never run');
      expect(html).to.match(/data-count="crm.created"\s*>\s*1204\s*</);
      expect(html).to.match(/data-count="exchange.failed"\s*>\s*2\s*</);
      expect(text).to.contain('in 11 minutes 22 Nov 2026, 21:25 UTC');
    });

    it('names a mailbox once, then a line for each module, and one for all that are off', async () => {
      const { contacts, tasks, events } = tabs.settings.modules;
      const shown = async (): Promise<string> => {
        const { text } = await signedIn(bob);
        return text.slice(text.indexOf('Next run'), text.indexOf('Could not be synced'));
      };
      expect(await shown())
        .to.match(/Bob Keller bob@example.test .*Contacts of bob@example.test/)
        .and.match(/Tasks, Events of bob@example.test Off/);
      tabs.settings = { ...tabs.settings, modules: { contacts, tasks: { ...tasks, enabled: true }, events } };
      tabs.runs.unshift(runOf(mailboxOf(bob), { module: 'tasks', counts: counts({ created: 5 }) }));
      const text = await shown();
      expect(text.match(/Bob Keller/g)).to.have.length(1);
      expect(text.match(/Sync now/g)).to.have.length(1);
      expect(text)
        .to.match(/Tasks of bob@example.test Switch off Success CRM 5 0/)
        .and.match(/ Events of bob@example.test Off/);
    });

    it('counts what is left out, with the reason', async () => {
      tabs.leftOut.set('m-bob', [
        { reason: 'cap', count: 3 },
        { reason: 'window', count: 1 },
      ]);
      const visitor = await signedIn(bob);
      await visitor.get('/');
      const [, told] = /Left out: ([^<]*)</.exec(visitor.html) ?? [];
      expect(told).to.equal(
        '3 contacts beyond the limit of the first sync, 1 contact outside the event window',
      );
    });

    it('says once why a mailbox is paused, and nothing of the modules of one that is off', async () => {
      expect((await signedIn(anna)).text.match(/Exchange rejected the password. Enter/g)).to.have.length(1);
      tabs.mailboxes.splice(0, tabs.mailboxes.length, mailboxOf(bob, 'off'));
      const { text, html } = await signedIn(bob);
      expect(text).to.contain('Bob Keller bob@example.test Off');
      expect(html).to.not.contain('data-module');
    });

    it('shows a user his own mailbox only', async () => {
      const { text } = await signedIn(bob);
      expect(text)
        .to.contain('bob@example.test')
        .and.not.match(/anna@|carol@|dora@|Leibniz/);
      expect(text)
        .to.contain('A manager has to decide')
        .and.not.match(/Approve|Sync all/);
    });

    it('shows the name of a failed item to its owner only', async () => {
      expect((await signedIn(anna)).text)
        .to.contain('Gottfried Leibniz')
        .and.not.contain('Secret Affair');
      expect((await signedIn(bob)).text).to.contain('Dr. Secret Affair');
    });

    it('never calls a mailbox successful before a run has ended well', async () => {
      const stateOf = async (): Promise<string> => {
        const visitor = await signedIn(bob);
        return /data-cell="state"[^>]*>\s*<span[^>]*>([^<]+)/.exec(visitor.html)?.[1]?.trim() ?? '';
      };
      tabs.runs.length = 0;
      expect(await stateOf()).to.equal('Never run');
      tabs.activity.set('m-bob', 'waiting');
      expect(await stateOf()).to.equal('Waiting');
      tabs.activity.set('m-bob', 'running');
      expect(await stateOf()).to.equal('Syncing');
      tabs.activity.clear();
      tabs.runs.push(runOf(mailboxOf(bob), { state: 'failed', error: 'Exchange did not answer.' }));
      expect(await stateOf()).to.equal('Failed');
      tabs.runs[0] = runOf(mailboxOf(bob), { counts: counts({ created: 1 }) });
      expect(await stateOf()).to.equal('Success');
      tabs.settings = {
        ...tabs.settings,
        modules: {
          ...tabs.settings.modules,
          contacts: { ...tabs.settings.modules.contacts, enabled: false },
        },
      };
      expect(await stateOf()).to.equal('Off');
    });

    it('says what to do when there is nothing yet', async () => {
      tabs.mailboxes.length = 0;
      expect((await signedIn(bob)).text).to.contain('You have no mailbox here yet');
      expect((await signedIn(anna)).text).to.contain('No mailbox is synced yet');
      tabs.settings = { ...tabs.settings, exchange: null };
      expect((await signedIn(anna)).text).to.contain('Exchange is not set up yet');
    });

    it('shows many mailboxes in pages and finds one by name', async () => {
      for (let index = 0; index < 120; index++) {
        const user = { ...bob, id: `u-${index}`, name: `User ${index}`, email: `user${index}@example.test` };
        tabs.users.push(user);
        tabs.mailboxes.push(mailboxOf(user));
      }
      const visitor = await signedIn(anna);
      expect(visitor.html.match(/data-module="contacts"/g)).to.have.length(50);
      expect(visitor.html.match(/class="mailbox-user"/g)).to.have.length(50);
      await visitor.get('/?page=99');
      expect(visitor.text).to.contain('Page 3 of 3');
      await visitor.get('/?search=USER117');
      expect(visitor.html.match(/class="mailbox-user"/g)).to.have.length(1);
      await visitor.get('/?search=%3Cb%3E');
      expect(visitor.html).to.contain('“&lt;b&gt;”');
    });

    it('shows markup in names as text', async () => {
      expect((await signedIn(anna)).html)
        .to.contain('&lt;script&gt;document.title=&quot;owned&quot;')
        .and.not.contain('<img');
      expect((await signedIn(carol)).html).to.not.contain('<img');
    });
  });

  describe('actions', () => {
    it('need the token of the session', async () => {
      const [visitor, other] = [await signedIn(anna), await signedIn(bob)];
      for (const path of ['/sync-all', '/mailboxes/m-anna/sync', '/mailboxes/m-anna/retry', '/held']) {
        expect((await visitor.post(path, {})).status, path).to.equal(403);
        expect((await visitor.post(path, { csrf: other.csrf })).status, path).to.equal(403);
      }
      expect(tabs.calls).to.deep.equal([]);
    });

    it('sync and retry the own mailbox and are written to the audit log', async () => {
      const visitor = await signedIn(bob);
      const csrf = visitor.csrf;
      expect((await visitor.post('/mailboxes/m-bob/sync', { csrf })).status).to.equal(303);
      const answer = await visitor.post('/mailboxes/m-bob/retry', { csrf }, { accept: 'application/json' });
      expect(answer.status).to.equal(202);
      expect(tabs.calls).to.deep.equal(['sync m-bob', 'retry m-bob']);
      expect(tabs.audited).to.include.members(['u-bob sync.mailbox', 'u-bob sync.retry']);
    });

    it('refuse a mailbox of someone else like one that does not exist', async () => {
      const visitor = await signedIn(bob);
      const csrf = visitor.csrf;
      const statuses = [];
      for (const path of ['/mailboxes/m-anna/sync', '/mailboxes/m-anna/retry', '/mailboxes/m-none/sync']) {
        statuses.push((await visitor.post(path, { csrf })).status);
      }
      for (const path of ['/sync-all', '/held']) statuses.push((await visitor.post(path, { csrf })).status);
      expect(statuses).to.deep.equal([404, 404, 404, 403, 403]);
      expect(tabs.calls).to.deep.equal([]);
    });

    it('let a manager sync anybody, all but those that are paused', async () => {
      const visitor = await signedIn(anna);
      const csrf = visitor.csrf;
      await visitor.post('/mailboxes/m-bob/sync', { csrf });
      expect((await visitor.post('/mailboxes/m-dora/sync', { csrf })).status).to.equal(409);
      await visitor.post('/sync-all', { csrf });
      expect(tabs.calls).to.deep.equal(['sync m-bob', 'sync m-anna', 'sync m-bob', 'sync m-carol']);
    });

    it('say so where nothing would be carried out', async () => {
      const contacts = { ...untouchedModule, state: 'off', reason: 'Its folder was deleted.' } as const;
      const at = tabs.mailboxes.findIndex(({ id }) => id === 'm-bob');
      tabs.mailboxes.splice(at, 1, { ...mailboxOf(bob), modules: { contacts } });
      const visitor = await signedIn(anna);
      const csrf = visitor.csrf;
      const held = { mailbox: 'm-bob', module: 'contacts', run: '2', kind: 'remove', side: 'exchange' };
      const decided = { ...held, tells: 'false', count: '37', decision: 'approved' };
      const refused = [
        ['/mailboxes/m-bob/sync', {}, 'No module of this mailbox is switched on.'],
        ['/mailboxes/m-bob/retry', {}, 'No module of this mailbox is switched on.'],
        ['/held', decided, 'This module is switched off for this mailbox. Its folder was deleted.'],
      ] as const;
      for (const [path, fields, why] of refused) {
        const answer = await visitor.post(path, { ...fields, csrf });
        expect(answer.status, path).to.equal(409);
        expect(visitor.text, path).to.contain(why);
      }
      expect(tabs.calls).to.deep.equal([]);
    });

    it('decide what was held back only as the reader saw it', async () => {
      const visitor = await signedIn(anna);
      const csrf = visitor.csrf;
      const seen = {
        mailbox: 'm-bob',
        module: 'contacts',
        run: '2',
        kind: 'remove',
        side: 'exchange',
        tells: 'false',
        count: '37',
      };
      const form = { ...seen, csrf, decision: 'approved' };
      expect((await visitor.post('/held', { ...form, count: '36' })).status).to.equal(409);
      expect((await visitor.post('/held', { ...form, run: '1' })).status).to.equal(409);
      expect((await visitor.post('/held', { ...form, tells: 'true' })).status).to.equal(409);
      expect((await visitor.post('/held', { ...form, decision: 'maybe' })).status).to.equal(400);
      expect((await visitor.post('/held', form)).status).to.equal(303);
      expect((await visitor.post('/held', { ...form, decision: 'rejected' })).status).to.equal(303);
      expect(tabs.calls).to.deep.equal(['approved 37 remove of run 2', 'rejected 37 remove of run 2']);
      expect(tabs.audited).to.include('u-anna held.approved');
    });
  });

  describe('live progress', () => {
    it('reaches a reader about his own mailboxes only', async () => {
      const visitor = await signedIn(bob);
      const response = await visitor.get('/events');
      expect(response.headers.get('content-type')).to.contain('text/event-stream');
      const reader = response.body?.getReader();
      const scope = (mailboxId: string) => ({ mailboxId, module: 'contacts' }) as const;
      tabs.emit({ scope: scope('m-anna'), phase: 'running', counts: null });
      tabs.emit({ scope: scope('m-bob'), phase: 'running', counts: counts({ created: 5 }) });
      let received = '';
      while (!received.includes('m-bob')) received += new TextDecoder().decode((await reader?.read())?.value);
      expect(received).to.contain('"created":5').and.not.contain('m-anna');
      await reader?.cancel();
      while (tabs.listeners() > 0) await new Promise((resolve) => setImmediate(resolve));
    });
  });

  describe('every answer', () => {
    it('carries a strict policy and is not stored', async () => {
      const { headers } = await (await signedIn(bob)).get('/');
      expect(headers.get('content-security-policy')).to.equal(
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
          "form-action 'self';base-uri 'none';frame-ancestors 'none'",
      );
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('x-frame-options')).to.equal('DENY');
      expect(headers.get('referrer-policy')).to.equal('same-origin');
      expect(headers.get('x-powered-by')).to.equal(null);
    });

    it('may be framed by the configured CRM only', async () => {
      const framed = await startTabs({ frameAncestors: ['https://crm.example.test'] });
      const { headers } = await fetch(framed.url);
      expect(headers.get('content-security-policy')).to.contain('frame-ancestors https://crm.example.test');
      expect(headers.get('x-frame-options')).to.equal(null);
      await framed.close();
    });

    it('serves style and script for a year under names that change with them', async () => {
      const { html } = await signedIn(bob);
      const urls = [...html.matchAll(/"(\/static\/[^"]+)"/g)].map((match) => match[1] ?? '');
      expect(urls).to.have.length(2);
      for (const url of urls) {
        const response = await fetch(new URL(url, tabs.url));
        expect(response.status).to.equal(200);
        expect(response.headers.get('cache-control')).to.contain('immutable');
      }
    });

    it('says that the process is up without asking anybody', async () => {
      const response = await fetch(`${tabs.url}/healthz`);
      expect([response.status, await response.text()]).to.deep.equal([200, 'ok']);
    });

    it('says to strangers whether it is ready, and in a few words why not', async () => {
      const ask = async (method = 'GET') => {
        tabs.nowMs += 1_000;
        const response = await fetch(`${tabs.url}/readyz`, { method });
        expect(response.headers.get('cache-control')).to.equal('no-store');
        expect(response.headers.get('set-cookie')).to.equal(null);
        return [response.status, await response.text()];
      };
      expect(await ask()).to.deep.equal([200, 'ok']);
      expect(await ask('HEAD')).to.deep.equal([200, '']);
      tabs.missing = 'exchange';
      expect(await ask()).to.deep.equal([503, 'not ready: Exchange is not set up']);
      expect(await ask('HEAD')).to.deep.equal([503, '']);
      tabs.missing = 'secretKey';
      expect(await ask()).to.deep.equal([503, 'not ready: the secret key does not fit the database']);
      expect(await (await fetch(`${tabs.url}/healthz`)).text()).to.equal('ok');
    });

    it('asks whether it is ready once a second, however many want to know', async () => {
      let asked = 0;
      const busy = await startTabs({ missing: async () => ((asked += 1), null) });
      const ask = async () => (await fetch(`${busy.url}/readyz`)).status;
      expect(await Promise.all(Array.from({ length: 50 }, ask))).to.deep.equal(Array(50).fill(200));
      expect(asked).to.equal(1);
      busy.nowMs += 1_000;
      await ask();
      expect(asked).to.equal(2);
      await busy.close();
    });

    it('answers with 503 while the database is away, to whom it cannot even recognise', async () => {
      const session = () => Promise.reject(new Error('connect ECONNREFUSED mysql://root:hunter2@db'));
      const away = await startTabs({ missing: async () => 'database', access: { session } as never });
      const visitor = new Visitor(away.url);
      visitor.cookies.set('exsync', 'whatever');
      for (const path of ['/', '/events']) {
        const response = await visitor.get(path);
        expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '10']);
      }
      expect(visitor.text).to.contain('The database does not answer.').and.not.contain('hunter2');
      expect(away.errors).to.have.lengthOf(2);
      await away.close();
    });

    it('is a page or, below /api, a problem document when there is nothing', async () => {
      const visitor = await signedIn(bob);
      expect((await visitor.get('/nothing')).status).to.equal(404);
      const response = await visitor.get('/api/nothing');
      expect(response.headers.get('content-type')).to.contain('application/problem+json');
      expect(await response.json()).to.include({ status: 404 });
    });

    it('tells nothing of what broke, which goes to the log', async () => {
      const visitor = await signedIn(bob);
      Object.defineProperty(tabs.runs, 'filter', { value: () => expect.fail('database password hunter2') });
      const response = await visitor.get('/');
      expect(response.status).to.equal(500);
      expect(visitor.html).to.contain('Something went wrong').and.not.contain('hunter2');
      expect(tabs.errors).to.deep.equal(['A request failed']);
    });

    it('answers a form that is too large as wrong, not as broken', async () => {
      const visitor = await signedIn(bob);
      expect((await visitor.post('/sync-all', { csrf: 'x'.repeat(20_000) })).status).to.equal(413);
      expect(tabs.errors).to.deep.equal([]);
    });
  });
});
