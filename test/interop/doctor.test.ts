/** What `exsync doctor` says of the last runs: a whole installation, with the sandbox as the server. */
import { expect } from 'chai';
import { doctor } from '../../src/commands/doctor.ts';
import { syncOne } from '../../src/commands/sync.ts';
import type { ExchangeSettings, Mailbox } from '../../src/sync/administration.ts';
import type { Module } from '../../src/sync/model.ts';
import { serviceCredentialId } from '../../src/composition/exchange-connections.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { openFrontDoor } from './front-door.ts';
import type { DoorAnswer } from './front-door.ts';
import { saidBy } from './said.ts';

describe('exsync doctor', function () {
  this.timeout(60_000);

  let company: CompanyInside;
  afterEach(() => company.close());

  async function mailbox(): Promise<Mailbox> {
    const [only] = await company.installation.stores.mailboxes.list();
    if (!only) throw new Error('no mailbox');
    return only;
  }

  async function sync(module: Module): Promise<string> {
    const { signal } = new AbortController();
    return (await syncOne(company.installation, await mailbox(), module, { preview: false, signal })).state;
  }

  async function examined(): Promise<{ passed: boolean; runs: string[] }> {
    let passed = false;
    const said = await saidBy(async () => {
      passed = await doctor(company.installation, false);
    });
    return { passed, runs: said.split('\n').filter((line) => line.includes('mailbox alice')) };
  }

  it('is content again once a deleted folder has switched its module off', async () => {
    company = await startCompany({ rules: { target: 'dedicated' } });
    await company.crm.create({ givenName: 'Ann', email1: 'ann@people.example' });
    expect(await sync('contacts')).to.equal('done');
    const { store } = company.sandbox;
    store.mailbox(alice).moveFolder(store.folder(alice, 'CRM Contacts'), store.folder(alice, 'deleteditems'));
    expect(await sync('contacts')).to.equal('failed');
    expect((await mailbox()).modules.contacts?.state).to.equal('off');
    expect(await examined()).to.deep.equal({ passed: true, runs: [] });
  });

  it('names a database that is reached over a network without TLS', async () => {
    company = await startCompany();
    const examinedAt = async (url: string): Promise<[boolean, string[]]> => {
      const config = { ...company.installation.config, database: { url } };
      let passed = false;
      const said = await saidBy(async () => {
        passed = await doctor({ ...company.installation, config }, false);
      });
      expect(said).to.not.contain('secret');
      return [passed, said.split('\n').filter((line) => /TLS|ssl/.test(line))];
    };
    const url = 'mysql://bob:secret@db.example.test/exsync';
    const [passed, lines] = await examinedAt(url);
    expect(passed).to.equal(false);
    expect(lines).to.have.length(2);
    expect(lines[0]).to.match(
      /^FAILED {2}database tls: db\.example\.test: without TLS the contents of the CRM/,
    );
    expect(lines[1]).to.match(/^ +Add \?ssl=true to database\.url/);
    expect(await examinedAt(`${url}?ssl=false`)).to.deep.equal([true, []]);
  });

  it('looks at the last run of every module', async () => {
    company = await startCompany();
    company.sandbox.inject({ kind: 'reset', operation: 'SyncFolderItems', times: 40 });
    expect(await sync('tasks')).to.equal('failed');
    const { passed, runs } = await examined();
    expect(passed).to.equal(false);
    expect(runs).to.have.length(1);
    expect(runs[0]).to.match(/^FAILED {2}mailbox alice@example\.test, tasks: the last run failed: /);
  });

  const soapFault = (code: string): DoorAnswer => ({
    status: 500,
    signedIn: true,
    type: 'text/xml; charset=utf-8',
    body:
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
      `<faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:${code}</faultcode>` +
      '<faultstring>no</faultstring><detail>' +
      '<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">' +
      `${code}</e:ResponseCode></detail></s:Fault></s:Body></s:Envelope>`,
  });
  const basic = { 'WWW-Authenticate': 'Basic realm="x"' };
  const failures: readonly (readonly [string, DoorAnswer | Partial<ExchangeSettings>, RegExp])[] = [
    ['403', { status: 403, body: '' }, /credentials: /],
    ['404', { status: 404, body: '' }, /ews: /],
    ['407 from a proxy', { status: 407, body: '' }, /ews: /],
    ['500 without an answer', { status: 500, body: '' }, /ews: /],
    ['503', { status: 503, headers: { 'Retry-After': '60' }, body: '' }, /ews: /],
    ['a page to sign in on', { status: 200, type: 'text/html', body: '<html>Sign in</html>' }, /ews: /],
    ['a connection that breaks off', { status: 200, type: 'text/xml', body: '<a></a>', cut: true }, /ews: /],
    [
      '401 that offers no way we know',
      { status: 401, headers: { 'WWW-Authenticate': 'Negotiate' }, body: '' },
      /credentials: /,
    ],
    [
      'an account that may not impersonate',
      soapFault('ErrorImpersonateUserDenied'),
      /impersonation: |folder: /,
    ],
    ['a mailbox that is closed to us', soapFault('ErrorAccessDenied'), /folder: /],
    ['a name that does not resolve', { url: 'https://exchange.invalid/EWS/Exchange.asmx' }, /name: /],
    ['a port that nobody listens on', { url: 'http://127.0.0.1:1/EWS/Exchange.asmx' }, /tls: /],
  ];

  for (const [signIn, id] of [
    ['basic impersonation', () => serviceCredentialId],
    ['basic individual', ({ credentialId }: Mailbox) => credentialId ?? ''],
  ] as const) {
    it(`pauses a password that is refused and no other (${signIn})`, async () => {
      company = await startCompany({ signIn });
      const door = await openFrontDoor(company.sandbox.url);
      const { stores } = company.installation;
      const paused = async (): Promise<unknown> => {
        const { state, pausedReason, ...rest } = await mailbox();
        const credential = await stores.credentials.get(id({ state, pausedReason, ...rest }));
        return { mailbox: state, why: pausedReason, credential: credential?.pausedReason ?? null };
      };
      const examine = (): Promise<string> =>
        saidBy(async () => {
          expect(await doctor(company.installation, false)).to.equal(false);
        });
      try {
        for (const [name, failure, says] of failures) {
          if ('status' in failure) {
            door.answer = failure;
            await company.setExchange({ url: door.url });
          } else await company.setExchange(failure);
          const said = await examine();
          expect(said.match(/^FAILED .*$/m)?.[0], name).to.match(says);
          expect(await paused(), name).to.deep.equal({ mailbox: 'active', why: null, credential: null });
        }
        door.answer = null;
        await company.setExchange({ url: door.url });
        expect(await saidBy(async () => void (await doctor(company.installation, false))), 'mended').to.match(
          /^ok {6}exchange folder: /m,
        );

        door.answer = { status: 401, headers: basic, body: '' };
        expect(await examine()).to.match(/^FAILED {2}exchange credentials: /m);
        const after = (await paused()) as { mailbox: string; credential: string | null };
        expect(after.credential).to.match(/refuses/);
        expect(after.mailbox).to.equal(signIn === 'basic individual' ? 'paused' : 'active');
        const asked = door.statuses.get(401);
        expect(await examine(), 'asked again').to.match(/paused: /);
        expect(door.statuses.get(401), 'passwords sent again').to.equal(asked);
      } finally {
        await door.close();
      }
    });
  }
});
