import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { ConnectionCheck, ConnectionTestOptions } from '../../src/ews/connection-test.ts';
import { testConnection } from '../../src/ews/connection-test.ts';
import type { Answer, LoopbackServer } from './loopback-server.ts';
import { answerSoap, startLoopback } from './loopback-server.ts';

describe('connection test', () => {
  let opened: { close(): Promise<unknown> }[] = [];
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startExchange();
    opened.push(sandbox);
  });

  afterEach(async () => {
    for (const part of opened.reverse()) await part.close();
    opened = [];
  });

  async function serve(answer: Answer): Promise<LoopbackServer> {
    const server = await startLoopback(answer);
    opened.push(server);
    return server;
  }

  async function check(options: Partial<ConnectionTestOptions> = {}): Promise<ConnectionCheck[]> {
    const checks: ConnectionCheck[] = [];
    const test = testConnection({
      url: sandbox.url,
      credentials: { username: 'svc@example.test', password: 'svc' },
      mailbox: 'alice@example.test',
      impersonate: true,
      ...options,
    });
    for await (const one of test) checks.push(one);
    return checks;
  }

  function names(checks: readonly ConnectionCheck[]): string {
    return checks.map(({ name, ok }) => (ok ? name : `!${name}`)).join(' ');
  }

  it('passes everything for a service account that may act as the mailbox', async () => {
    const checks = await check();
    expect(names(checks)).to.equal('name tls ews credentials version impersonation folder');
    expect(checks[4]?.detail).to.equal('Exchange 2013 SP1 (15.0.1497.2)');
    expect(sandbox.requests.byOperation).to.deep.equal({ GetFolder: 1 });
  });

  it('leaves impersonation out for a mailbox with its own password', async () => {
    const checks = await check({
      credentials: { username: 'alice@example.test', password: 'alice' },
      impersonate: false,
    });
    expect(names(checks)).to.equal('name tls ews credentials version folder');
  });

  it('ends at a name that does not exist', async () => {
    const checks = await check({ url: 'https://exchange.invalid/EWS/Exchange.asmx' });
    expect(names(checks)).to.equal('!name');
    expect(checks[0]?.remedy).to.contain('DNS');
  });

  it('ends where nothing listens', async () => {
    const gone = await startLoopback((response) => answerSoap(response));
    await gone.close();
    expect(names(await check({ url: gone.url }))).to.equal('name !tls');
  });

  it('ends at plain http to another machine, without a request', async () => {
    expect(names(await check({ url: 'http://192.0.2.1/EWS/Exchange.asmx' }))).to.equal('name !tls');
  });

  it('ends at a certificate that is not trusted, and passes it with its authority', async () => {
    const file = (name: string): string =>
      readFileSync(new URL(`certificates/test-only-${name}`, import.meta.url), 'utf8');
    const secure = await startExchange({ tls: { key: file('localhost.key'), cert: file('localhost.pem') } });
    opened.push(secure);
    const untrusted = await check({ url: secure.url });
    expect(names(untrusted)).to.equal('name !tls');
    expect(untrusted[1]?.remedy).to.contain('certificate authority');
    expect(secure.requests.total).to.equal(0);
    expect(names(await check({ url: secure.url, ca: file('ca.pem') }))).to.equal(
      'name tls ews credentials version impersonation folder',
    );
  });

  it('ends at what is not EWS', async () => {
    const server = await serve((response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    );
    const checks = await check({ url: server.url });
    expect(names(checks)).to.equal('name tls !ews');
    expect(checks[2]?.remedy).to.contain('/EWS/Exchange.asmx');
  });

  it('ends at a wrong password after sending it once', async () => {
    const server = await serve((response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="mail"' }).end(),
    );
    expect(names(await check({ url: server.url }))).to.equal('name tls ews !credentials');
    expect(server.requests).to.have.length(1);
  });

  it('ends at a mailbox that the account may not act as, with the command that allows it', async () => {
    const checks = await check({
      credentials: { username: 'svc@example.test', password: 'svc' },
      mailbox: 'carol@example.test',
    });
    expect(names(checks)).to.equal('name tls ews credentials version !impersonation');
    expect(checks[5]?.detail).to.equal('svc@example.test may not act as carol@example.test.');
    expect(checks[5]?.remedy).to.contain(
      "New-ManagementRoleAssignment -Name 'exchange-crm-sync' -Role ApplicationImpersonation -User 'svc@example.test'",
    );
  });

  it('ends at an address that has no mailbox', async () => {
    const checks = await check({ mailbox: 'nobody@example.test' });
    expect(names(checks)).to.equal('name tls ews credentials version !impersonation');
    expect(checks[5]?.detail).to.contain('nobody@example.test');
  });

  it('ends at a folder that is closed to the account', async () => {
    const checks = await check({
      credentials: { username: 'alice@example.test', password: 'alice' },
      mailbox: 'bob@example.test',
      impersonate: false,
    });
    expect(names(checks)).to.equal('name tls ews credentials version !folder');
  });

  describe('with older releases', () => {
    const versionInfo = (version: readonly number[]): string =>
      '<s:Header><t:ServerVersionInfo' +
      ` MajorVersion="${version[0]}" MinorVersion="${version[1]}" MajorBuildNumber="${version[2]}" MinorBuildNumber="0"` +
      ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"/></s:Header>';
    const fault = (code: string, header: string): string =>
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">${header}<s:Body><s:Fault>` +
      '<faultcode>s:Client</faultcode><faultstring>text</faultstring><detail><e:ResponseCode' +
      ` xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}</e:ResponseCode>` +
      '</detail></s:Fault></s:Body></s:Envelope>';

    const tooOld: [string, readonly number[], string][] = [
      ['2007', [8, 0, 685], 'Install Service Pack 1 for Exchange 2007 or newer.'],
      ['2010', [14, 0, 639], 'Install Service Pack 1 for Exchange 2010 or newer.'],
    ];
    for (const [year, version, remedy] of tooOld) {
      it(`refuses Exchange ${year} before its first service pack and names it`, async () => {
        const server = await serve((response) =>
          answerSoap(response, fault('ErrorInvalidServerVersion', versionInfo(version)), 500),
        );
        const checks = await check({ url: server.url });
        expect(names(checks)).to.equal('name tls ews credentials !version');
        expect(checks[4]?.remedy).to.equal(remedy);
      });
    }

    it('names the permissions of the directory for Exchange 2007', async () => {
      const server = await serve((response) =>
        answerSoap(response, fault('ErrorImpersonateUserDenied', versionInfo([8, 3, 83])), 500),
      );
      const checks = await check({
        url: server.url,
        credentials: { username: "o'brien", password: 'x' },
      });
      expect(names(checks)).to.equal('name tls ews credentials version !impersonation');
      expect(checks[5]?.remedy)
        .to.contain('ms-Exch-EPI-Impersonation')
        .and.contain('ms-Exch-EPI-May-Impersonate')
        .and.contain("'o''brien'");
    });

    it('reports a busy server without asking it again', async () => {
      const server = await serve((response) => answerSoap(response, fault('ErrorServerBusy', ''), 500));
      const checks = await check({ url: server.url });
      expect(names(checks)).to.equal('name tls ews credentials !folder');
      expect(checks[4]?.detail).to.contain('busy');
      expect(server.requests).to.have.length(1);
    });
  });
});
