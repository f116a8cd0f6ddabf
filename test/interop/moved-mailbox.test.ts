/** A mailbox that is moved to another server is found there again, with nothing lost and nothing doubled. */
import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import type { Mailbox } from '../../src/sync/administration.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';

describe('a mailbox that moves to another server', function () {
  this.timeout(180_000);

  let company: CompanyInside;
  let servers: Sandbox[];

  beforeEach(async () => {
    servers = [];
    company = await startCompany({ env: { EXSYNC_EWS_MAX_ATTEMPTS: '1' } });
    await company.crm.create({
      givenName: 'Cora',
      surname: 'Crm',
      email1: 'cora@people.example',
      notes: 'From the CRM',
    });
    addTo(company.sandbox, 'Egon', 'egon');
    addTo(company.sandbox, 'Erna', 'erna');
  });
  afterEach(async () => {
    await company.close();
    for (const server of servers) await server.close();
  });

  function addTo(server: Sandbox, givenName: string, name: string): void {
    server.store.addContact(alice, {
      'contacts:GivenName': givenName,
      'contacts:Surname': 'Exchange',
      'contacts:EmailAddress/EmailAddress1': `${name}@people.example`,
    });
  }

  async function start(options: Parameters<typeof startExchange>[0] = {}): Promise<Sandbox> {
    const server = await startExchange(options);
    servers.push(server);
    return server;
  }

  function inExchange(server: Sandbox): unknown[] {
    return server.store
      .contacts(alice)
      .map(({ values }) => values['contacts:EmailAddress/EmailAddress1'])
      .sort();
  }

  async function inCrm(): Promise<unknown[]> {
    return (await company.crm.all()).map(({ values }) => values['email1']).sort();
  }

  async function mailbox(): Promise<Mailbox> {
    const [only] = await company.installation.stores.mailboxes.list();
    if (!only) throw new Error('the mailbox is gone');
    return only;
  }

  const everybody = ['cora', 'egon', 'erna'].map((name) => `${name}@people.example`);

  it('is followed with its ids kept, as inside one organisation', async () => {
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    const next = await start({ state: company.sandbox.exportState() });
    company.sandbox.moveMailbox(alice, { phase: 'moved', ewsUrl: next.url });
    addTo(next, 'Nora', 'nora');
    const before = company.installation.runs.exchangeRequests();

    const report = await company.sync();
    expect(report).to.deep.include({ state: 'done', error: null, held: 0 });
    expect(report.counts.crm).to.include({ created: 1, deleted: 0, failed: 0 });
    expect(report.counts.exchange).to.include({ created: 0, deleted: 0, failed: 0 });
    expect((await mailbox()).server.ewsUrl).to.equal(next.url);
    expect(inExchange(next)).to.deep.equal([...everybody, 'nora@people.example']);
    expect(await inCrm()).to.deep.equal([...everybody, 'nora@people.example']);
    expect(company.installation.runs.exchangeRequests() - before, 'requests').to.be.lessThan(12);

    const old = company.sandbox.requests.total;
    expect(await company.preview()).to.deep.equal([]);
    expect(company.sandbox.requests.total, 'requests to the old server').to.equal(old);
    expect((await mailbox()).server).to.deep.equal({ ewsUrl: next.url, lookUps: 0, nextLookUpAt: null });
  });

  it('is followed where every id is another one', async () => {
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    const next = await start();
    for (const { values } of company.sandbox.store.contacts(alice)) next.store.addContact(alice, values);
    company.sandbox.moveMailbox(alice, { phase: 'moved', ewsUrl: next.url });

    const reports = [await company.sync(), await company.sync()];
    for (const { state, counts, held } of reports) {
      expect({ state, held }).to.deep.equal({ state: 'done', held: 0 });
      expect([counts.crm, counts.exchange].map(({ created, deleted }) => created + deleted)).to.deep.equal([
        0, 0,
      ]);
    }
    expect(inExchange(next)).to.deep.equal(everybody);
    expect(await inCrm()).to.deep.equal(everybody);
    await company.crm.edit('egon@people.example', { jobTitle: 'Found' });
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    expect(inExchange(next)).to.deep.equal(everybody);
    const titles = next.store.contacts(alice).map(({ values }) => values['contacts:JobTitle']);
    expect(titles.filter((title) => title === 'Found')).to.have.length(1);
  });

  it('is waited for while it is on its way, without asking each time', async () => {
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    company.sandbox.moveMailbox(alice, { phase: 'moving' });
    expect((await company.sync()).error).to.match(/being moved/);
    const first = await mailbox();
    expect(first.server).to.include({ ewsUrl: null, lookUps: 1 });
    expect((await company.sync()).error).to.match(/being moved/);
    expect(await mailbox()).to.deep.equal(first);
    company.sandbox.moveMailbox(alice, { phase: 'here' });
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    expect((await mailbox()).server).to.deep.equal({ ewsUrl: null, lookUps: 0, nextLookUpAt: null });
  });

  it('is looked for at once after set-up, however long the next look-up was to wait', async () => {
    const { id } = await mailbox();
    const waits = { ewsUrl: null, lookUps: 9, nextLookUpAt: Date.now() + 21_600_000 };
    await company.installation.stores.mailboxes.setServer(id, waits);
    const server = ['--exchange-url', company.sandbox.url, '--mode', 'impersonation'];
    const account = ['--username', 'svc@example.test', '--test-mailbox', alice];
    const end = await exsync(['setup', ...server, ...account], { env: company.env, stdin: 'svc\n' });
    expect(end, end.stderr + end.stdout).to.include({ code: 0 });

    const next = await start({ state: company.sandbox.exportState() });
    company.sandbox.moveMailbox(alice, { phase: 'moved', ewsUrl: next.url });
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    expect((await mailbox()).server.ewsUrl).to.equal(next.url);
  });

  it('is followed home, and stays where the new server does not answer', async () => {
    const next = await start({ state: company.sandbox.exportState() });
    company.sandbox.moveMailbox(alice, { phase: 'moved', ewsUrl: 'http://127.0.0.1:1/EWS/Exchange.asmx' });
    expect((await company.sync()).state).to.equal('failed');
    expect((await mailbox()).server.ewsUrl).to.equal(null);
    expect(company.log.join('')).to.match(/server that does not answer/);

    await company.installation.stores.mailboxes.setServer((await mailbox()).id, {
      ewsUrl: next.url,
      lookUps: 0,
      nextLookUpAt: null,
    });
    next.moveMailbox(alice, { phase: 'moved', ewsUrl: company.sandbox.url });
    company.sandbox.moveMailbox(alice, { phase: 'here' });
    expect(await company.sync()).to.deep.include({ state: 'done', error: null });
    expect((await mailbox()).server.ewsUrl).to.equal(null);
  });

  it('is not looked for where the error has another cause', async () => {
    for (const kind of ['html', 'unauthorized'] as const) {
      company.sandbox.inject({ kind });
      expect((await company.sync()).state).to.equal('failed');
      expect((await mailbox()).server.lookUps, kind).to.equal(0);
    }
  });
});
