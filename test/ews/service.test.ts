import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import type { Sandbox, SandboxExchange } from '../../sandbox/exchange/server.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { RemoteError, StoppedError } from '../../src/errors.ts';
import type { ExchangeService, ServiceOptions } from '../../src/ews/service.ts';
import { createExchangeService } from '../../src/ews/service.ts';
import { createTransport } from '../../src/ews/transport.ts';
import { ewsSchemas } from '../../src/ews/versions.ts';
import { answerSoap, startLoopback } from './loopback-server.ts';
import { requireFiles, schemaProblems, schemasDir } from './operations/microsoft-schema.ts';

const schema = ewsSchemas.Exchange2013_SP1;

async function failureOf(answer: Promise<unknown>): Promise<RemoteError> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(RemoteError);
  return error as RemoteError;
}

/** The text of each element and attribute of this name, as a parser understands it. */
function textsOf(xml: string, name: string): string[] {
  const texts: string[] = [];
  let text = '';
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    text = '';
    const attribute = tag.attributes[name];
    if (attribute) texts.push(attribute.value);
  });
  parser.on('text', (part) => (text += part));
  parser.on('closetag', (tag) => {
    if (tag.local === name) texts.push(text);
  });
  parser.write(xml).close();
  return texts;
}

describe('Exchange service', () => {
  let opened: { close(): unknown }[] = [];

  afterEach(async () => {
    for (const part of opened.reverse()) await part.close();
    opened = [];
  });

  function connect(url: string, options: Partial<ServiceOptions> = {}, user = 'svc'): ExchangeService {
    const credentials = { username: `${user}@example.test`, password: user };
    const transport = createTransport({ url, credentials, maxAttempts: 1, sleep: async () => undefined });
    opened.push(transport);
    return createExchangeService(transport, { schema, ...options });
  }

  describe('against the sandbox', () => {
    let sandbox: Sandbox;
    let exchanges: SandboxExchange[];

    beforeEach(async () => {
      exchanges = [];
      sandbox = await startExchange({ onExchange: (exchange) => exchanges.push(exchange) });
      opened.push(sandbox);
    });

    it('opens the contacts folder and names the server', async () => {
      const service = connect(sandbox.url);
      expect(await service.testFolder()).to.deep.equal({
        serverVersion: '15.0.1497.2',
        release: 'Exchange 2013 SP1',
      });
      expect(service.serverVersion).to.deep.equal({ major: 15, minor: 0, build: 1497, revision: 2 });
    });

    it('acts as a mailbox', async () => {
      await connect(sandbox.url, { mailbox: 'alice@example.test', impersonate: true }).testFolder();
      expect(exchanges[0]?.request).to.contain(
        '<t:ConnectingSID><t:SmtpAddress>alice@example.test</t:SmtpAddress></t:ConnectingSID>',
      );
    });

    it('opens a mailbox with its own rights by name', async () => {
      await connect(sandbox.url, { mailbox: 'bob@example.test' }, 'bob').testFolder();
      const denied = await failureOf(
        connect(sandbox.url, { mailbox: 'alice@example.test' }, 'bob').testFolder(),
      );
      expect(denied.code).to.equal('ErrorAccessDenied');
    });

    it('tells a refused impersonation by its code', async () => {
      const service = connect(sandbox.url, { mailbox: 'carol@example.test', impersonate: true });
      expect((await failureOf(service.testFolder())).code).to.equal('ErrorImpersonateUserDenied');
      expect(service.serverVersion).to.equal(null);
    });

    it('speaks the schema it was given, in UTC', async () => {
      await connect(sandbox.url, { schema: ewsSchemas.Exchange2007_SP1 }).testFolder();
      expect(exchanges[0]?.request).to.contain('<t:RequestServerVersion Version="Exchange2007_SP1">');
      expect(textsOf(exchanges[0]?.request ?? '', 'Id')).to.include('UTC');
    });

    it('resolves names', async () => {
      const found = await connect(sandbox.url).resolveName('alice');
      expect(found).to.deep.equal([{ name: 'alice', address: 'alice@example.test' }]);
      expect(await connect(sandbox.url).resolveName('nobody at all')).to.deep.equal([]);
    });

    for (const text of [
      'a & <b> "c" \u0001',
      "]]> &amp; &#65; ' \ud800",
      '</m:UnresolvedEntry><m:UnresolvedEntry>second',
      'Grüße 漢字 😀',
    ]) {
      it(`sends ${JSON.stringify(text)} as text, escaped once`, async () => {
        await connect(sandbox.url).resolveName(text);
        const sent = textsOf(exchanges[0]?.request ?? '', 'UnresolvedEntry');
        expect(sent).to.deep.equal([
          text.replace(/\u0001/g, '').replace(/\ud800(?![\udc00-\udfff])/g, '\ufffd'),
        ]);
      });

      it(`acts as a mailbox named ${JSON.stringify(text)} without breaking the header`, async () => {
        const service = connect(sandbox.url, { mailbox: text, impersonate: true });
        expect((await failureOf(service.testFolder())).code).to.equal('ErrorNonExistentMailbox');
        expect(textsOf(exchanges[0]?.request ?? '', 'SmtpAddress')).to.have.length(1);
      });
    }

    for (const { name } of Object.values(ewsSchemas)) {
      it(`sends what the schema ${name} allows`, async function () {
        requireFiles(this, join(schemasDir, name));
        const service = connect(sandbox.url, { schema: ewsSchemas[name], mailbox: 'svc@example.test' });
        await service.testFolder();
        await service.resolveName('a & b');
        const bodies = exchanges.map(
          ({ request }) => /<soap:Body>(.*)<\/soap:Body>/s.exec(request)?.[1] ?? '',
        );
        expect(bodies).to.have.length(2);
        expect(schemaProblems(name, bodies)).to.equal('');
      });
    }

    it('asks nothing more once it is closed', async () => {
      const service = connect(sandbox.url);
      service.close();
      const error = await service.testFolder().catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StoppedError);
      expect(exchanges).to.have.length(0);
    });
  });

  describe('against answers that trip the library', () => {
    const soap = (body: string): string =>
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"' +
      ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
      ` xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>${body}</s:Body></s:Envelope>`;
    const fault = (code: string, more = ''): string =>
      soap(
        `<s:Fault><faultcode>s:Server</faultcode><faultstring>text</faultstring><detail>` +
          `<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}` +
          `</e:ResponseCode>${more}</detail></s:Fault>`,
      );
    const message = (attributes: string, content: string): string =>
      soap(
        `<m:GetFolderResponse><m:ResponseMessages><m:GetFolderResponseMessage ${attributes}>${content}` +
          '</m:GetFolderResponseMessage></m:ResponseMessages></m:GetFolderResponse>',
      );

    const answers: [string, string, (response: ServerResponse) => void][] = [
      ['an empty HTTP 500', 'EmptyResponse', (r) => r.writeHead(500).end()],
      ['a page', 'NotSoap', (r) => r.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>')],
      ['a fault', 'ErrorSchemaValidation', (r) => answerSoap(r, fault('ErrorSchemaValidation'), 500)],
      [
        'a fault with a code of its own',
        'ErrorOfTomorrow',
        (r) => answerSoap(r, fault('ErrorOfTomorrow'), 500),
      ],
      ['a fault sent as success', 'ErrorAccessDenied', (r) => answerSoap(r, fault('ErrorAccessDenied'))],
      [
        'an error for the folder',
        'ErrorFolderNotFound',
        (r) =>
          answerSoap(
            r,
            message(
              'ResponseClass="Error"',
              '<m:MessageText>x</m:MessageText><m:ResponseCode>ErrorFolderNotFound</m:ResponseCode><m:Folders/>',
            ),
          ),
      ],
      [
        'no message at all',
        'MalformedAnswer',
        (r) => answerSoap(r, soap('<m:GetFolderResponse><m:ResponseMessages/></m:GetFolderResponse>')),
      ],
      ['another answer', 'MalformedAnswer', (r) => answerSoap(r, soap('<m:SomethingElse/>'))],
      ['an empty body', 'MalformedAnswer', (r) => answerSoap(r, soap(''))],
      [
        'success without a folder',
        'MalformedAnswer',
        (r) => answerSoap(r, message('ResponseClass="Success"', '<m:ResponseCode>NoError</m:ResponseCode>')),
      ],
      [
        'XML that is not well-formed',
        'MalformedAnswer',
        (r) => answerSoap(r, soap('<m:GetFolderResponse></m:Other>')),
      ],
      [
        'a document type',
        'MalformedAnswer',
        (r) => answerSoap(r, `<!DOCTYPE s [<!ENTITY a "b">]>${soap('&a;')}`),
      ],
      [
        'a thousand levels',
        'MalformedAnswer',
        (r) => answerSoap(r, soap('<a>'.repeat(1000) + '</a>'.repeat(1000))),
      ],
    ];
    for (const [name, code, answer] of answers) {
      it(`fails as ${code} for ${name}`, async () => {
        const server = await startLoopback(answer);
        opened.push(server);
        const failure = await failureOf(connect(server.url).testFolder());
        expect(failure).to.include({ side: 'exchange', code });
      });
    }

    it('leaves a busy server alone for as long as it says', async () => {
      const backOff = '<t:MessageXml><t:Value Name="BackOffMilliseconds">29749</t:Value></t:MessageXml>';
      const server = await startLoopback((response) =>
        answerSoap(response, fault('ErrorServerBusy', backOff), 500),
      );
      opened.push(server);
      const slept: number[] = [];
      const transport = createTransport({
        url: server.url,
        credentials: { username: 'svc', password: 'svc' },
        clock: () => 0,
        sleep: async (ms) => void slept.push(ms),
      });
      opened.push(transport);
      const service = createExchangeService(transport, { schema });
      const failure = await failureOf(service.testFolder());
      expect(failure).to.include({ code: 'ErrorServerBusy', retryable: true, retryAfterMs: 29_749 });
      expect(slept).to.deep.equal([]);
      await failureOf(service.testFolder());
      expect(slept).to.deep.equal([29_749]);
    });
  });

  it('loads the library only when it is first used', () => {
    const script = `
      await import('./src/ews/service.ts');
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(import.meta.url).cache ?? {});
      process.stdout.write(String(loaded.some((path) => path.includes('ews-javascript-api'))));`;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: new URL('../../', import.meta.url),
      encoding: 'utf8',
    });
    expect(output).to.equal('false');
  });
});
