import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, envelope, impersonating, post, syncItems } from './ews-client.ts';

const find = (max: number): string =>
  `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>` +
  `<m:IndexedPageItemView MaxEntriesReturned="${max}" Offset="0" BasePoint="Beginning"/>` +
  '<m:ParentFolderIds><t:DistinguishedFolderId Id="contacts"/></m:ParentFolderIds></m:FindItem>';

describe('sandbox throttling', () => {
  let server: Sandbox;
  let clock = 0;
  beforeEach(async () => {
    clock = Date.UTC(2026, 0, 5);
    server = await startExchange({ now: () => new Date(clock) });
  });
  afterEach(() => server.close());

  it('is off unless asked for', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => post(server.url, envelope(syncItems('')))),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 200));
  });

  it('refuses requests beyond EWSMaxConcurrency with ErrorExceededConnectionCount', async () => {
    server.policy = { maxConcurrency: 2 };
    server.inject({ kind: 'delay', delayMs: 60, times: 3 });
    const answers = await Promise.all([0, 1, 2].map(() => post(server.url, envelope(syncItems('')))));
    const refused = answers.filter(({ status }) => status === 500);
    expect(refused.length).to.equal(1);
    expect(refused[0]?.body).to.include('a:ErrorExceededConnectionCount');
    expect((await post(server.url, envelope(syncItems('')))).status).to.equal(200);
  });

  it('knows the concurrency each release comes with', async () => {
    server.policy = { maxConcurrency: 'usual' };
    server.inject({ kind: 'delay', delayMs: 1000, times: 40 });
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post(server.url, envelope(syncItems('')))),
    );
    expect(answers.filter(({ status }) => status === 200)).to.have.length(27);
  });

  it('answers ErrorServerBusy with the time until the budget is free again', async () => {
    server.policy = { budget: { requests: 2, perMs: 10_000 } };
    await ask(server.url, syncItems(''));
    clock += 4000;
    await ask(server.url, syncItems(''));
    const busy = await post(server.url, envelope(syncItems('')));
    expect(busy.status).to.equal(500);
    expect(busy.body)
      .to.include('a:ErrorServerBusy')
      .and.include('<t:Value Name="BackOffMilliseconds">6000</t:Value>');
    clock += 6000;
    expect(codes(await ask(server.url, syncItems('')))).to.deep.equal(['NoError']);
  });

  it('charges an impersonated account, not the one that signed in', async () => {
    server.policy = { budget: { requests: 1, perMs: 10_000 } };
    const as = (address: string): Promise<string> =>
      ask(server.url, syncItems(''), 'svc', impersonating(address));
    expect(codes(await as('alice@example.test'))).to.deep.equal(['NoError']);
    expect(codes(await as('bob@example.test'))).to.deep.equal(['NoError']);
    expect(await as('alice@example.test')).to.include('a:ErrorServerBusy');
  });

  it('charges the caller where he may not act as the other, whose budget stays whole', async () => {
    server.policy = { budget: { requests: 1, perMs: 10_000 } };
    const denied = await ask(server.url, syncItems(''), 'carol', impersonating('alice@example.test'));
    expect(denied).to.include('a:ErrorImpersonateUserDenied');
    expect(codes(await ask(server.url, syncItems('')))).to.deep.equal(['NoError']);
    expect(await ask(server.url, syncItems(''), 'carol')).to.include('a:ErrorServerBusy');
  });

  it('charges whom the header names, not whom a comment in it names', async () => {
    server.policy = { budget: { requests: 1, perMs: 10_000 } };
    const header = impersonating('alice@example.test').replace(
      '<t:ConnectingSID>',
      '<!-- <t:ConnectingSID><t:SmtpAddress>bob@example.test</t:SmtpAddress> --><t:ConnectingSID>',
    );
    expect(codes(await ask(server.url, syncItems(''), 'svc', header))).to.deep.equal(['NoError']);
    expect(codes(await ask(server.url, syncItems(''), 'bob'))).to.deep.equal(['NoError']);
    expect(await ask(server.url, syncItems(''), 'alice')).to.include('a:ErrorServerBusy');
  });

  it('cuts a find at EWSFindCountLimit since 2010 SP1, and is busy for older requests', async () => {
    server.policy = { findCountLimit: 3 };
    for (let index = 0; index < 5; index++)
      server.store.addContact('alice@example.test', { 'contacts:Surname': String(index) });
    const page = await ask(server.url, find(5));
    expect(page.match(/<t:ItemId /g)?.length).to.equal(3);
    expect(page).to.include('IncludesLastItemInRange="false"').and.include('IndexedPagingOffset="3"');
    const old = await ask(
      server.url,
      find(5),
      undefined,
      '<t:RequestServerVersion Version="Exchange2007_SP1"/>',
    );
    expect(old).to.include('a:ErrorServerBusy');
    const small = await ask(
      server.url,
      find(2),
      undefined,
      '<t:RequestServerVersion Version="Exchange2007_SP1"/>',
    );
    expect(codes(small)).to.deep.equal(['NoError']);
  });

  it('refuses requests beyond its size with an empty 413', async () => {
    server.policy = { maxRequestBytes: 1000 };
    expect((await post(server.url, envelope(`<!--${'x'.repeat(900)}-->${syncItems('')}`))).status).to.equal(
      413,
    );
    server.policy = {};
    expect((await post(server.url, envelope(syncItems('')))).status).to.equal(200);
  });

  it('locks an account after so many wrong passwords, until it is unlocked', async () => {
    server.policy = { lockOutAfter: 3 };
    const status = async (user: string, password: string): Promise<number> =>
      (await post(server.url, envelope(syncItems('')), user, password)).status;
    expect([
      await status('alice', 'x'),
      await status('alice', 'y'),
      await status('alice', 'alice'),
    ]).to.deep.equal([401, 401, 200]);
    for (const wrong of ['x', 'y', 'z']) await status('alice@example.test', wrong);
    expect(await status('alice', 'alice')).to.equal(401);
    expect(await status('bob', 'bob')).to.equal(200);
    server.unlock('alice@example.test');
    expect(await status('alice', 'alice')).to.equal(200);
  });
});
