/** What comes in that nobody wants: each is said in one line, loses nothing, and is over when its cause is. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { InjectedFault } from '../../sandbox/exchange/server.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside, CompanyOptions } from './company.ts';
import { exsync } from './exsync-program.ts';
import { openFrontDoor } from './front-door.ts';
import type { DoorAnswer, FrontDoor } from './front-door.ts';

const soap = 'text/xml; charset=utf-8';
const certificates = new URL('../ews/certificates/', import.meta.url);

function pem(name: string): string {
  return readFileSync(new URL(name, certificates), 'utf8');
}

async function withCompany(
  options: CompanyOptions,
  task: (company: CompanyInside) => Promise<void>,
): Promise<void> {
  const company = await startCompany(options);
  try {
    await task(company);
  } finally {
    await company.close();
  }
}

/** A company whose Exchange is behind a door that a test can shut. */
async function withDoor(task: (company: CompanyInside, door: FrontDoor) => Promise<void>): Promise<void> {
  await withCompany({ env: { EXSYNC_EWS_MAX_ATTEMPTS: '2' } }, async (company) => {
    const door = await openFrontDoor(company.sandbox.url);
    try {
      await company.setExchange({ url: door.url });
      await task(company, door);
    } finally {
      await door.close();
    }
  });
}

/** Somebody on each side, so that there is something to lose and something to do. */
async function introduceTwo(company: CompanyInside): Promise<void> {
  await company.crm.create({
    givenName: 'Cora',
    surname: 'Crm',
    email1: 'cora@people.example',
    notes: 'From the CRM',
  });
  company.sandbox.store.addContact(alice, {
    'contacts:GivenName': 'Egon',
    'contacts:Surname': 'Exchange',
    'contacts:EmailAddress/EmailAddress1': 'egon@people.example',
  });
}

async function addresses(company: CompanyInside): Promise<{ crm: unknown[]; exchange: unknown[] }> {
  const crm = (await company.crm.all()).map(({ values }) => values['email1']).sort();
  const exchange = company.sandbox.store
    .contacts(alice)
    .map(({ values }) => values['contacts:EmailAddress/EmailAddress1'])
    .sort();
  return { crm, exchange };
}

const bothKnown = {
  crm: ['cora@people.example', 'egon@people.example'],
  exchange: ['cora@people.example', 'egon@people.example'],
};
const eachAlone = { crm: ['cora@people.example'], exchange: ['egon@people.example'] };

function expectOneLine({ state, error }: SyncReport, says: RegExp): void {
  expect(state).to.equal('failed');
  expect(error)
    .to.match(says)
    .and.not.match(/\n|undefined|\[object|Error:|at .*\.[jt]s/);
}

async function expectClean(company: CompanyInside): Promise<void> {
  const report = await company.sync();
  expect(report).to.deep.include({ state: 'done', error: null, held: 0 });
  expect([report.counts.crm.failed, report.counts.exchange.failed]).to.deep.equal([0, 0]);
  expect(await company.preview()).to.deep.equal([]);
}

describe('bad input', function () {
  this.timeout(180_000);

  it('a wrong password is tried once, said everywhere, and forgotten when the right one comes', async () => {
    await withDoor(async (company, door) => {
      const { installation, env } = company;
      await introduceTwo(company);
      await company.setExchange({}, 'wrong');

      const first = await company.sync();
      expectOneLine(first, /refuses the user name and password .*so that the account is not locked/);
      for (const report of [await company.sync(), await company.sync()]) {
        expectOneLine(report, /^Paused: .*Set the new password of svc@example\.test with `exsync setup`\./);
      }
      expect(door.statuses.get(401), 'requests with the wrong password').to.equal(1);
      const [run] = await installation.stores.reports.recent(10);
      expect(run).to.include({ state: 'failed' });
      expect(run?.error).to.match(/refuses the user name and password/);

      const doctor = await exsync(['doctor', '--json'], { env });
      expect(doctor.code).to.equal(1);
      const findings = JSON.parse(doctor.stdout) as {
        name: string;
        ok: boolean;
        detail: string;
        remedy?: string;
      }[];
      const finding = findings.find(({ name }) => name === `exchange ${alice}`);
      expect(finding).to.include({ ok: false });
      expect(finding?.detail).to.match(/^paused: .*refuses the user name and password/);
      expect(finding?.remedy).to.match(/`exsync setup`/);
      const elsewhere = await exsync(['sync', '--json'], { env });
      expect(elsewhere.code).to.equal(1);
      expect((JSON.parse(elsewhere.stdout) as SyncReport[])[0]?.error).to.match(/^Paused: /);
      expect(door.statuses.get(401), 'requests with the wrong password').to.equal(1);
      expect(await addresses(company)).to.deep.equal(eachAlone);

      const account = ['--username', 'svc@example.test', '--test-mailbox', alice];
      const setup = await exsync(['setup', ...account], { env, stdin: 'svc\n' });
      expect(setup, setup.stdout + setup.stderr).to.include({ code: 0 });
      await expectClean(company);
      expect(await addresses(company)).to.deep.equal(bothKnown);
    });
  });

  it('a mailbox whose password was refused stays paused, however often it is switched off and on', async () => {
    await withCompany({}, async ({ installation, env }) => {
      const { mailboxes } = installation.stores;
      const mailboxId = (await mailboxes.list()).find(({ address }) => address === alice)?.id ?? '';
      await mailboxes.setState(mailboxId, 'paused', 'The password was refused.');
      for (let round = 0; round < 2; round += 1) {
        expect((await exsync(['user', 'sync', alice, 'off'], { env })).code).to.equal(0);
        expect(await mailboxes.get(mailboxId)).to.include({ state: 'off' });
        const on = await exsync(['user', 'sync', alice, 'on'], { env });
        expect(on.code).to.equal(2);
        expect(on.stderr).to.match(/stays paused \(The password was refused\.\); .*exsync user password/);
        expect(await mailboxes.get(mailboxId)).to.include({ state: 'paused' });
      }
    });
  });

  it('a host that does not exist is named with what to do', async () => {
    await withCompany(
      { exchange: { url: 'https://exchange.invalid/EWS/Exchange.asmx' } },
      async (company) => {
        await introduceTwo(company);
        expectOneLine(
          await company.sync(),
          /exchange\.invalid(:443)? cannot be resolved .*Check the spelling/,
        );
        await company.setExchange({ url: company.sandbox.url });
        await expectClean(company);
        expect(await addresses(company)).to.deep.equal(bothKnown);
      },
    );
  });

  it('a certificate nobody vouches for stops the run until its authority is given', async () => {
    const tls = { key: pem('test-only-localhost.key'), cert: pem('test-only-localhost.pem') };
    await withCompany({ sandbox: { tls } }, async (company) => {
      await introduceTwo(company);
      expectOneLine(await company.sync(), /certificate of 127\.0\.0\.1:\d+ is not trusted: .*\(PEM\)/);
      expect(company.sandbox.requests.total).to.equal(0);
      await company.setExchange({ ca: pem('test-only-ca.pem') });
      await expectClean(company);
      expect(await addresses(company)).to.deep.equal(bothKnown);
    });
  });

  const envelope =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>&b;</s:Body></s:Envelope>';
  const entities = '<!DOCTYPE s:Envelope [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>';
  const busy = (detail: string): string =>
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
    '<faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:ErrorServerBusy</faultcode>' +
    '<faultstring>The server cannot service this request right now. Try again later.</faultstring><detail>' +
    '<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">ErrorServerBusy</e:ResponseCode>' +
    `${detail}</s:Fault></s:Body></s:Envelope>`.replace('</s:Fault>', '</detail></s:Fault>');
  const backOff = (ms: number): string =>
    '<t:MessageXml xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">' +
    `<t:Value Name="BackOffMilliseconds">${ms}</t:Value></t:MessageXml>`;

  const answers: Readonly<Record<string, { readonly answer: DoorAnswer; readonly says: RegExp }>> = {
    'a sign-in page': {
      answer: { status: 200, type: 'text/html', body: '<!DOCTYPE html><html><body>Sign in</body></html>' },
      says: /text\/html instead of SOAP .*sign-in page/,
    },
    'an empty error': { answer: { status: 500, body: '' }, says: /HTTP 500 without any content/ },
    'an answer cut off in the middle': {
      answer: {
        status: 200,
        type: soap,
        body: `<?xml version="1.0"?>${envelope.replace('&b;', 'x'.repeat(999))}`,
        cut: true,
      },
      says: /broke off/,
    },
    'an answer with a document type': {
      answer: {
        status: 200,
        signedIn: true,
        type: soap,
        body: `<?xml version="1.0"?>${entities}${envelope}`,
      },
      says: /declares a document type/,
    },
    'a request to come back in five minutes': {
      answer: { status: 500, signedIn: true, type: soap, body: busy(backOff(300_000)) },
      says: /busy/,
    },
    'a load balancer without servers': {
      answer: {
        status: 503,
        type: 'text/plain',
        headers: { 'Retry-After': '300' },
        body: 'Service Unavailable',
      },
      says: /busy/,
    },
    'too many requests': {
      answer: {
        status: 429,
        type: 'text/plain',
        headers: { 'Retry-After': '300' },
        body: 'Too Many Requests',
      },
      says: /busy/,
    },
  };
  for (const [name, { answer, says }] of Object.entries(answers)) {
    it(`${name} fails the run in one line and nothing else, and is over when it is over`, async () => {
      await withDoor(async (company, door) => {
        await introduceTwo(company);
        door.answer = answer;
        const started = Date.now();
        expectOneLine(await company.sync(), says);
        expect(Date.now() - started, 'ms until it gave up').to.be.lessThan(60_000);
        expect(await addresses(company)).to.deep.equal(eachAlone);
        door.answer = null;
        // Asked to stay away, the transport of this process does; another process knows nothing of it.
        if (/busy/.test(says.source)) {
          const later = await exsync(['sync', '--json'], { env: company.env });
          expect(later, later.stderr).to.include({ code: 0 });
        } else await expectClean(company);
        expect(await addresses(company)).to.deep.equal(bothKnown);
      });
    });
  }

  const passing: readonly InjectedFault[] = [
    { kind: 'serverBusyFault', operation: 'SyncFolderItems', backOffMs: 50 },
    { kind: 'serverBusyMessage', operation: 'SyncFolderItems', backOffMs: 50 },
    { kind: 'serverBusyFault', operation: 'CreateItem', backOffMs: 50 },
    { kind: 'serverBusyMessage', operation: 'CreateItem', backOffMs: 50 },
    { kind: 'unavailable', operation: 'CreateItem', retryAfterSeconds: 1 },
    { kind: 'tooManyRequests', operation: 'GetItem', retryAfterSeconds: 1 },
    { kind: 'cutBody', operation: 'CreateItem', afterCommit: true },
    { kind: 'reset', operation: 'CreateItem', afterCommit: true },
    { kind: 'empty500', operation: 'CreateItem', afterCommit: true },
    { kind: 'html', operation: 'CreateItem', afterCommit: true },
  ];
  for (const fault of passing) {
    const when = fault.afterCommit ? 'after the work was done' : 'once';
    it(`${fault.kind} at ${fault.operation}, ${when}, is got over without a double`, async () => {
      await withCompany({}, async (company) => {
        await introduceTwo(company);
        company.sandbox.inject(fault);
        const report = await company.sync();
        // Where the outcome is not known the item may have to wait for the next run.
        if (!fault.afterCommit) expect(report).to.deep.include({ state: 'done', error: null });
        await expectClean(company);
        expect(await addresses(company)).to.deep.equal(bothKnown);
      });
    });
  }

  const long = 'All of it, ünïcödé 🎉 included.\n'.repeat(3_200);
  const odd = {
    emoji: '👩‍👩‍👧‍👦 🏳️‍🌈 𝒵oë',
    markup: ']]> <![CDATA[x]]> &amp; <script>alert(1)</script> "\'',
    control: 'be\u0000ll\u0007 and \u000btab\tend',
    long,
  };

  it('odd contacts of the CRM arrive in Exchange whole, without what XML cannot carry', async () => {
    await withCompany({}, async (company) => {
      const { crm, sandbox } = company;
      await crm.create({
        givenName: odd.emoji,
        surname: odd.markup,
        email1: 'odd@people.example',
        notes: odd.control,
      });
      await crm.create({ surname: 'Long', email1: 'long@people.example', notes: long });
      await crm.create({ surname: 'Country', email1: 'country@people.example', homeCountry: 'Österreich' });
      await crm.create({ company: 'Nameless \ud800 & Sons', webPage: 'javascript:alert("<1>")' });
      await expectClean(company);

      const contacts = sandbox.store.contacts(alice).map(({ values }) => values);
      const by = (email: string) =>
        contacts.find((one) => one['contacts:EmailAddress/EmailAddress1'] === email);
      expect(contacts).to.have.lengthOf(4);
      expect(by('odd@people.example')).to.include({
        'contacts:GivenName': odd.emoji,
        'contacts:Surname': odd.markup,
        'item:Body': 'bell and tab\tend',
      });
      expect(String(by('long@people.example')?.['item:Body']).replaceAll('\r\n', '\n').trimEnd()).to.equal(
        long.trimEnd(),
      );
      expect(by('country@people.example')).to.include({
        'contacts:PhysicalAddress:CountryOrRegion/Home': 'Österreich',
      });
      const nameless = contacts.find((one) => one['contacts:EmailAddress/EmailAddress1'] === undefined);
      expect(nameless).to.include({
        'contacts:CompanyName': 'Nameless \ufffd & Sons',
        'contacts:BusinessHomePage': 'javascript:alert("<1>")',
      });
    });
  });

  it('odd contacts of Exchange arrive in the CRM whole, without what a database cannot keep', async () => {
    await withCompany({}, async (company) => {
      const { crm, sandbox } = company;
      const add = (email: string, values: Record<string, string>) =>
        sandbox.store.addContact(alice, { 'contacts:EmailAddress/EmailAddress1': email, ...values });
      add('odd@people.example', {
        'contacts:GivenName': odd.emoji,
        'contacts:Surname': odd.markup,
        'contacts:JobTitle': odd.control,
      });
      add('long@people.example', { 'contacts:Surname': 'Long', 'item:Body': long.replaceAll('\n', '\r\n') });
      add('country@people.example', { 'contacts:PhysicalAddress:CountryOrRegion/Other': 'Österreich' });
      await expectClean(company);

      expect((await crm.byEmail('odd@people.example')).values).to.deep.equal({
        email1: 'odd@people.example',
        givenName: odd.emoji,
        surname: odd.markup,
        jobTitle: 'bell and tab\tend',
      });
      expect((await crm.byEmail('country@people.example')).values).to.deep.equal({
        email1: 'country@people.example',
        otherCountry: 'Österreich',
      });
      const { notes } = (await crm.byEmail('long@people.example')).values;
      expect(String(notes).trimEnd()).to.equal(long.trimEnd());
    });
  });

  it('a value the CRM cannot hold fails that contact alone, with its reason, until it is mended', async () => {
    await withCompany({}, async (company) => {
      const { sandbox, installation } = company;
      await introduceTwo(company);
      const wordy = sandbox.store.addContact(alice, {
        'contacts:Surname': 'Wordy',
        'contacts:EmailAddress/EmailAddress1': 'wordy@people.example',
        'contacts:JobTitle': 'very '.repeat(300),
      });
      const report = await company.sync();
      expect(report).to.include({ state: 'done', error: null });
      expect(report.counts.crm).to.include({ created: 1, failed: 1 });
      expect(await addresses(company)).to.deep.equal({
        ...bothKnown,
        exchange: [...bothKnown.exchange, 'wordy@people.example'],
      });
      const [failure, ...others] = await installation.stores.reports.failures(10);
      expect(others).to.deep.equal([]);
      expect(failure).to.include({ code: 'InvalidValue' });
      expect(failure?.message)
        .to.match(/jobTitle/)
        .and.not.match(/very very/);

      sandbox.store.editItem(wordy.id, { 'contacts:JobTitle': 'brief' });
      await expectClean(company);
      expect((await company.crm.byEmail('wordy@people.example')).values).to.include({ jobTitle: 'brief' });
      expect(await installation.stores.reports.failures(10)).to.deep.equal([]);
    });
  });
});
