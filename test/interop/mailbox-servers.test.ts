/** Servers that are not what they were, or not what the settings say, and mailboxes on servers of different releases. */
import { expect } from 'chai';
import { rmSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxExchange } from '../../sandbox/exchange/server.ts';
import { syncOne } from '../../src/commands/sync.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import { answerSoap, startLoopback } from '../ews/loopback-server.ts';
import { alice, environment, makeFolder, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';
import { bluePixel, redPixel } from './people.ts';

/** The schema of each request, in their order. */
interface Asked {
  readonly schemas: string[];
  readonly keep: (exchange: SandboxExchange) => void;
}

function askedSchemas(): Asked {
  const schemas: string[] = [];
  const keep = ({ request, operation }: SandboxExchange): void => {
    schemas.push(`${operation} ${/RequestServerVersion Version="(\w+)"/.exec(request)?.[1] ?? ''}`);
  };
  return { schemas, keep };
}

const photo = { mediaType: 'image/jpeg', content: redPixel };
const ada = { givenName: 'Ada', surname: 'Lovelace', email1: 'ada@people.example', photo };

async function withCompany(
  release: ReleaseName,
  asked: Asked,
  task: (company: CompanyInside) => Promise<void>,
): Promise<void> {
  const company = await startCompany({ release, sandbox: { onExchange: asked.keep } });
  try {
    await task(company);
  } finally {
    await company.close();
  }
}

/** The same server, installed anew: its mailboxes and its address stay. */
async function reinstall(old: Sandbox, release: ReleaseName, asked: Asked): Promise<Sandbox> {
  const state = old.exportState();
  const port = Number(new URL(old.url).port);
  await old.close();
  return startExchange({ release, state, port, onExchange: asked.keep });
}

function expectDone(report: SyncReport): void {
  expect(report).to.include({ state: 'done', error: null });
  expect([report.counts.crm.failed, report.counts.exchange.failed]).to.deep.equal([0, 0]);
}

function changesOfRelease({ log }: CompanyInside): string[] {
  return log.filter((line) => line.includes('another release of Exchange'));
}

const pictures = (sandbox: Sandbox): readonly string[] =>
  sandbox.store.contacts(alice).flatMap(({ attachments }) => attachments);

/** As the server holds it; null where there is none. */
function pictureOf(sandbox: Sandbox, email: string): string | null {
  const { store } = sandbox;
  const id = store
    .contacts(alice)
    .find(({ values }) => values['contacts:EmailAddress/EmailAddress1'] === email)?.id;
  const [file] = id === undefined ? [] : store.locate(id).item.attachments;
  return file?.type === 'file' ? file.content.toString('base64') : null;
}

describe('the server of a mailbox', function () {
  this.timeout(60_000);

  it('is asked once what it is, and remembered', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2010_SP2', asked, async (company) => {
      await company.crm.create(ada);
      expectDone(await company.sync());
      expectDone(await company.sync());
      expect(asked.schemas.filter((one) => one.endsWith(' Exchange2007_SP1'))).to.deep.equal([
        'GetFolder Exchange2007_SP1',
      ]);
      expect(asked.schemas.filter((one) => !one.startsWith('GetFolder'))).to.satisfy((list: string[]) =>
        list.every((one) => one.endsWith(' Exchange2010_SP2')),
      );
      const { exchange } = (await company.installation.stores.settings.load()).settings;
      expect(exchange?.serverVersion).to.equal('14.3.248.2');
      expect(changesOfRelease(company)).to.deep.equal([]);
    });
  });

  it('is noticed to be newer after an upgrade, once, and then gets what it can hold', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2007_SP1', asked, async (company) => {
      await company.crm.create(ada);
      const before = await company.sync();
      expectDone(before);
      expect(before.server).to.deep.equal({
        release: 'Exchange 2007 SP1 (8.1.436.0)',
        schema: 'Exchange2007_SP1',
        unsupported: ['photo'],
      });
      const upgraded = await reinstall(company.sandbox, 'Exchange2016', asked);
      try {
        expect(pictures(upgraded)).to.deep.equal([]);
        expectDone(await company.sync());
        const after = await company.sync();
        expectDone(after);
        expect(after.server).to.deep.include({ schema: 'Exchange2013_SP1', unsupported: [] });
        expect(pictures(upgraded)).to.deep.equal(['ContactPicture.jpg']);
        expect((await company.crm.byEmail(ada.email1)).hasPhoto).to.equal(true);
        expectDone(await company.sync());
        expect(changesOfRelease(company)).to.have.lengthOf(1);
        const { exchange } = (await company.installation.stores.settings.load()).settings;
        expect(exchange).to.include({ schema: 'auto', serverVersion: '15.1.1531.3' });
      } finally {
        await upgraded.close();
      }
    });
  });

  it('that is older than before is spoken to in its own schema, within the same run', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2019', asked, async (company) => {
      await company.crm.create(ada);
      expectDone(await company.sync());
      const older = await reinstall(company.sandbox, 'Exchange2010_SP1', asked);
      try {
        await company.crm.edit(ada.email1, { jobTitle: 'Countess' });
        asked.schemas.length = 0;
        expectDone(await company.sync());
        const refused = asked.schemas.filter((one) => one.endsWith(' Exchange2013_SP1'));
        expect(refused, 'requests it cannot understand').to.have.lengthOf(1);
        expect(older.store.contacts(alice)[0]?.values['contacts:JobTitle']).to.equal('Countess');
        expect(pictures(older)).to.deep.equal(['ContactPicture.jpg']);
        expect(changesOfRelease(company)).to.have.lengthOf(1);
      } finally {
        await older.close();
      }
    });
  });

  it('loses no picture in the CRM when a mailbox moves back to 2007', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2013_SP1', asked, async (company) => {
      await company.crm.create(ada);
      expectDone(await company.sync());
      const older = await reinstall(company.sandbox, 'Exchange2007_SP1', asked);
      try {
        await company.crm.edit(ada.email1, { jobTitle: 'Countess' });
        const report = await company.sync();
        expectDone(report);
        expect(report.server?.unsupported).to.deep.equal(['photo']);
        expect((await company.crm.byEmail(ada.email1)).hasPhoto).to.equal(true);
        expect(older.store.contacts(alice)[0]?.values['contacts:JobTitle']).to.equal('Countess');
        expect(await company.preview()).to.deep.equal([]);
      } finally {
        await older.close();
      }
    });
  });

  it('brings a picture that changed meanwhile once the mailbox is back from 2007', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2010_SP2', asked, async (company) => {
      await company.crm.create(ada);
      await company.crm.create({ ...ada, givenName: 'Bea', email1: 'bea@people.example' });
      await company.crm.create({ givenName: 'Cy', email1: 'cy@people.example', photo });
      expectDone(await company.sync());
      const older = await reinstall(company.sandbox, 'Exchange2007_SP1', asked);
      await company.crm.edit(ada.email1, { photo: { mediaType: 'image/jpeg', content: bluePixel } });
      await company.crm.edit('cy@people.example', { photo: null });
      expectDone(await company.sync());
      expect(await company.preview(), 'on 2007').to.deep.equal([]);
      expectDone(await company.sync());
      const back = await reinstall(older, 'Exchange2010_SP2', asked);
      try {
        expectDone(await company.sync());
        expectDone(await company.sync());
        expect(pictureOf(back, ada.email1)).to.equal(bluePixel);
        expect(pictureOf(back, 'bea@people.example')).to.equal(redPixel);
        expect(pictureOf(back, 'cy@people.example')).to.equal(null);
        expect(await company.preview()).to.deep.equal([]);
      } finally {
        await back.close();
      }
    });
  });

  it('of another release than the default is spoken to in its own schema (coexistence)', async () => {
    const asked = askedSchemas();
    const bob = 'bob@example.test';
    const old = askedSchemas();
    const legacy = await startExchange({ release: 'Exchange2007_SP1', onExchange: old.keep });
    try {
      await withCompany('Exchange2019', asked, async (company) => {
        const { installation, sandbox } = company;
        const router = await openRouter((mailbox) => (mailbox === bob ? legacy.url : sandbox.url));
        try {
          await company.setExchange({ url: router.url });
          const made = await installation.crm.users.create({
            name: 'Bob',
            email: bob,
            profileId: 'administrator',
          });
          if (made.kind === 'refused') throw new Error(made.message);
          const mailbox = await installation.stores.mailboxes.add({
            crmUserId: made.user.id,
            address: bob,
            credentialId: null,
          });
          const draft = { ownerId: made.user.id, values: ada };
          await installation.crm.contacts.create([draft], { actor: made.user.id, onlyOwnerId: null });
          await company.crm.create(ada);
          const syncBob = (): Promise<SyncReport> =>
            syncOne(installation, mailbox, 'contacts', {
              preview: false,
              signal: new AbortController().signal,
            });
          for (let round = 0; round < 2; round++) {
            const [atNew, atOld] = [await company.sync(), await syncBob()];
            expectDone(atNew);
            expectDone(atOld);
            expect(atNew.server).to.deep.include({ schema: 'Exchange2013_SP1', unsupported: [] });
            expect(atOld.server).to.deep.include({ schema: 'Exchange2007_SP1', unsupported: ['photo'] });
          }
          expect(pictures(sandbox)).to.deep.equal(['ContactPicture.jpg']);
          expect(legacy.store.countItems(bob, 'contacts')).to.equal(1);
          expect(new Set(old.schemas.map((one) => one.split(' ')[1]))).to.deep.equal(
            new Set(['Exchange2007_SP1']),
          );
          const { exchange } = (await installation.stores.settings.load()).settings;
          expect(exchange?.serverVersion, 'the default').to.equal('15.2.1748.10');
          expect(changesOfRelease(company)).to.deep.equal([]);
        } finally {
          await router.close();
        }
      });
    } finally {
      await legacy.close();
    }
  });

  it('that knows less than the schema set by hand is told with the remedy, and asked no second time', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2010_SP1', asked, async (company) => {
      await company.crm.create(ada);
      await company.setExchange({ schema: 'Exchange2013_SP1' });
      const report = await company.sync();
      expect(report.state).to.equal('failed');
      expect(report.error).to.contain('`exsync settings exchange.schema=auto`');
      expect(asked.schemas).to.deep.equal(['GetFolder Exchange2013_SP1']);

      await company.setExchange({ schema: 'auto' });
      expectDone(await company.sync());
      expect(pictures(company.sandbox)).to.deep.equal(['ContactPicture.jpg']);
    });
  });

  it('gets the schema set by hand where it knows more', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2019', asked, async (company) => {
      await company.crm.create(ada);
      await company.setExchange({ schema: 'Exchange2007_SP1' });
      const report = await company.sync();
      expectDone(report);
      expect(report.server).to.deep.include({ schema: 'Exchange2007_SP1', unsupported: ['photo'] });
      expect(new Set(asked.schemas.map((one) => one.split(' ')[1]))).to.deep.equal(
        new Set(['Exchange2007_SP1']),
      );
    });
  });

  it('that answers for an older one behind it is stepped down to, and not for ever', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2019', asked, async (company) => {
      await company.crm.create(ada);
      const refusals: string[] = [];
      const router = await openRouter(
        () => company.sandbox.url,
        (body) => {
          const schema = /RequestServerVersion Version="(\w+)"/.exec(body)?.[1] ?? '';
          if (schema === 'Exchange2007_SP1' || schema === 'Exchange2010_SP1') return null;
          refusals.push(schema);
          return fault('ErrorInvalidSchemaVersionForMailboxVersion');
        },
      );
      try {
        await company.setExchange({ url: router.url });
        const report = await company.sync();
        expectDone(report);
        expect(report.server?.schema).to.equal('Exchange2010_SP1');
        expect(refusals).to.deep.equal(['Exchange2013_SP1', 'Exchange2010_SP2']);
        expectDone(await company.sync());
        expect(refusals, 'the next run remembers').to.have.lengthOf(2);
      } finally {
        await router.close();
      }
    });
  });

  it('before its first service pack ends the run with the service pack needed', async () => {
    const asked = askedSchemas();
    const server = await startLoopback((response) => answerSoap(response, folderOf2010));
    try {
      await withCompany('Exchange2010_SP1', asked, async (company) => {
        await company.crm.create(ada);
        expectDone(await company.sync());
        await company.setExchange({ url: server.url });
        const report = await company.sync();
        expect(report.state).to.equal('failed');
        expect(report.error).to.equal(
          'Exchange 2010 (14.0.639.21) is too old. Install Service Pack 1 for Exchange 2010 or newer.',
        );
        expect(server.requests, 'requests').to.have.lengthOf(1);
      });
    } finally {
      await server.close();
    }
  });

  it('that refuses every schema ends the run', async () => {
    const asked = askedSchemas();
    await withCompany('Exchange2019', asked, async (company) => {
      let requests = 0;
      const router = await openRouter(
        () => company.sandbox.url,
        (body) => {
          requests++;
          return body.includes('SyncFolderItems') ? fault('ErrorInvalidServerVersion') : null;
        },
      );
      try {
        await company.setExchange({ url: router.url });
        const report = await company.sync();
        expect(report.state).to.equal('failed');
        expect(report.error).to.contain('does not know the version');
        // The folder in the oldest schema before each of four tries, which the last makes known to be in vain.
        expect(requests).to.be.at.most(9);
      } finally {
        await router.close();
      }
    });
  });
});

describe('exsync setup, doctor and settings', function () {
  this.timeout(400_000);
  let folder: string;
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const setUp = (url: string): Promise<Finished> => {
    const how = ['--mode', 'individual', '--username', alice];
    const env = environment(folder);
    return exsync(['setup', '--exchange-url', url, ...how], { env, stdin: 'alice\n' });
  };
  const shown = async (): Promise<Record<string, unknown>> => {
    const { stdout } = await exsync(['settings', '--json'], { env: environment(folder) });
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('refuse a server before its first service pack, name the one needed and save nothing', async () => {
    const server = await startLoopback((response) => answerSoap(response, folderOf2010));
    try {
      const { code, stdout } = await setUp(server.url);
      expect(stdout).to.contain('version: Exchange 2010 (14.0.639.21) is too old.');
      expect(stdout).to.contain('Install Service Pack 1 for Exchange 2010 or newer.');
      expect(code).to.equal(1);
      expect(await shown()).not.to.have.property('exchange');
    } finally {
      await server.close();
    }
  });

  it('store what the server is, show what it cannot hold, and find a schema that it does not know', async () => {
    const sandbox = await startExchange({ release: 'Exchange2007_SP1' });
    const env = environment(folder);
    try {
      const { code, stdout } = await setUp(sandbox.url);
      expect(code, stdout).to.equal(0);
      expect(stdout).to.contain('Exchange 2007 SP1 (8.1.436.0); it cannot hold: contacts photo');
      const exchange = {
        release: 'Exchange 2007 SP1 (8.1.436.0)',
        spoken: 'Exchange2007_SP1',
        unsupported: { contacts: ['photo'], tasks: [], events: [] },
      };
      expect((await shown())['exchange']).to.deep.equal({ schema: 'auto', ...exchange });

      const unknown = await exsync(['settings', 'exchange.schema=Exchange2003'], { env });
      expect(unknown.code).to.equal(2);
      expect(unknown.stderr).to.contain('there is auto, Exchange2007_SP1');

      await exsync(['user', 'add', alice, '--profile', 'administrator'], { env, stdin: 'alice\n' });
      await exsync(['settings', 'exchange.schema=Exchange2013_SP1'], { env });
      const doctor = await exsync(['doctor', '--json'], { env });
      expect(doctor.code).to.equal(1);
      const findings = JSON.parse(doctor.stdout) as { name: string; ok: boolean; remedy?: string }[];
      expect(findings.find(({ name }) => name === 'exchange version')).to.include({
        ok: false,
        remedy: 'Run `exsync settings exchange.schema=auto`.',
      });

      await exsync(['settings', 'exchange.schema=auto'], { env });
      const preview = await exsync(['sync', '--preview', '--json'], { env });
      const [report] = JSON.parse(preview.stdout) as SyncReport[];
      expect(report?.server).to.deep.equal({
        release: exchange.release,
        schema: exchange.spoken,
        unsupported: ['photo'],
      });
      const healthy = await exsync(['doctor'], { env });
      expect(healthy.stdout).to.contain('contacts cannot hold there: photo');
      expect(healthy.code, healthy.stdout).to.equal(0);
    } finally {
      await sandbox.close();
    }
  });
});

/** As Exchange 2010 without a service pack answers GetFolder. */
const folderOf2010 =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>' +
  '<h:ServerVersionInfo MajorVersion="14" MinorVersion="0" MajorBuildNumber="639" MinorBuildNumber="21"' +
  ' Version="Exchange2007_SP1" xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/></s:Header>' +
  '<s:Body><m:GetFolderResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
  ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>' +
  '<m:GetFolderResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Folders>' +
  '<t:ContactsFolder><t:FolderId Id="AQAl" ChangeKey="AwAA"/><t:DisplayName>Contacts</t:DisplayName>' +
  '</t:ContactsFolder></m:Folders></m:GetFolderResponseMessage></m:ResponseMessages></m:GetFolderResponse>' +
  '</s:Body></s:Envelope>';

function fault(code: string): string {
  return (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
    `<faultcode xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types">a:${code}</faultcode>` +
    '<faultstring>no</faultstring><detail>' +
    `<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}</e:ResponseCode>` +
    '</detail></s:Fault></s:Body></s:Envelope>'
  );
}

/** One address for several servers, as a Client Access server is: by mailbox, or with a fault of its own. */
async function openRouter(
  upstreamOf: (mailbox: string) => string,
  refuse: (body: string) => string | null = () => null,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    const { method, headers } = incoming;
    void buffer(incoming)
      .then(async (body) => {
        // Without a body it is the question how to sign in.
        const refusal = body.length === 0 ? null : refuse(body.toString());
        if (refusal !== null) {
          response.writeHead(500, { 'Content-Type': 'text/xml; charset=utf-8' }).end(refusal);
          return;
        }
        const anchor = String(headers['x-anchormailbox'] ?? '');
        const upstream = send(upstreamOf(anchor), { method, headers: { ...headers, connection: 'close' } });
        upstream.once('response', (answer) => {
          const { 'content-type': type, 'www-authenticate': signIn } = answer.headers;
          response.writeHead(answer.statusCode ?? 502, {
            ...(type !== undefined && { 'Content-Type': type }),
            ...(signIn !== undefined && { 'WWW-Authenticate': signIn }),
          });
          answer.pipe(response);
        });
        upstream.once('error', () => response.destroy());
        upstream.end(body);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/EWS/Exchange.asmx`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
