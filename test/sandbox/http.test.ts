import { request as send } from 'node:http';
import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import type { InjectedFault } from '../../sandbox/exchange/server.ts';
import {
  ask,
  codes,
  createContact,
  envelope,
  impersonating,
  post,
  startRecorded,
  syncItems,
} from './ews-client.ts';

const GET_CONTACTS =
  '<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds>' +
  '<t:DistinguishedFolderId Id="contacts"/></m:FolderIds></m:GetFolder>';

describe('sandbox over HTTP', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded();
  });
  afterEach(() => server.close());

  it('asks for Basic credentials with an empty 401', async () => {
    const answer = await post(server.url, envelope(GET_CONTACTS), 'alice', 'wrong');
    expect(answer.status).to.equal(401);
    expect(answer.headers['www-authenticate']).to.match(/^Basic realm=/);
    expect(answer.body).to.equal('');
  });

  it('answers at any spelling of its path with the server version and the exact content type', async () => {
    const answer = await post(server.url.replace('/EWS/Exchange', '/ews/exchange'), envelope(GET_CONTACTS));
    expect(answer.status).to.equal(200);
    expect(answer.headers['content-type']).to.equal('text/xml; charset=utf-8');
    expect(answer.body).to.include('MajorVersion="15" MinorVersion="0" MajorBuildNumber="1497"');
  });

  const faults: [string, string, string][] = [
    [
      'a newer RequestServerVersion',
      envelope(GET_CONTACTS, '<t:RequestServerVersion Version="Exchange2016"/>'),
      'ErrorInvalidServerVersion',
    ],
    ['an operation it does not know', envelope('<m:GetRoomLists/>'), 'ErrorInvalidRequest'],
    [
      'a character XML cannot carry',
      envelope(createContact('<t:GivenName>a&#x1;</t:GivenName>')),
      'ErrorSchemaValidation',
    ],
    ['a DTD', `<!DOCTYPE x>${envelope(GET_CONTACTS).slice(38)}`, 'ErrorSchemaValidation'],
    ['text that is no XML', 'hello', 'ErrorSchemaValidation'],
    [
      'an unknown distinguished folder',
      envelope(GET_CONTACTS.replace('"contacts"', '"inbox1"')),
      'ErrorSchemaValidation',
    ],
    [
      'properties out of order',
      envelope(createContact('<t:Surname>B</t:Surname><t:GivenName>A</t:GivenName>')),
      'ErrorSchemaValidation',
    ],
    [
      'a fourth mail address',
      envelope(
        createContact('<t:EmailAddresses><t:Entry Key="EmailAddress4">a@b.c</t:Entry></t:EmailAddresses>'),
      ),
      'ErrorSchemaValidation',
    ],
  ];
  for (const [what, source, code] of faults) {
    it(`faults with HTTP 500 and ${code} on ${what}`, async () => {
      const answer = await post(server.url, source);
      expect(answer.status).to.equal(500);
      expect(answer.body).to.include(`>a:${code}</faultcode>`).and.include(`>${code}</e:ResponseCode>`);
      expect(server.store.countItems('alice@example.test')).to.equal(0);
    });
  }

  it('refuses a request over its size limit without reading it', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = send(
        server.url,
        { method: 'POST', headers: { 'Content-Length': 70_000_000 } },
        (response) => {
          resolve(response.statusCode);
          sent.destroy();
        },
      );
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(status).to.equal(413);
  });

  it('lets an account act as those it may impersonate, by address, principal name or SID', async () => {
    const { sid } = server.store.mailbox('bob@example.test');
    for (const [kind, value] of [
      ['PrimarySmtpAddress', 'alice@example.test'],
      ['SmtpAddress', 'bob@example.test'],
      ['PrincipalName', 'bob@example.test'],
      ['SID', sid],
    ] as const) {
      const xml = await ask(
        server.url,
        createContact('<t:GivenName>I</t:GivenName>'),
        'svc',
        impersonating(value, kind),
      );
      expect(codes(xml)).to.deep.equal(['NoError']);
    }
    expect(server.store.countItems('alice@example.test')).to.equal(1);
    expect(server.store.countItems('bob@example.test')).to.equal(3);
    expect(server.store.countItems('svc@example.test')).to.equal(0);
  });

  for (const [who, header, code] of [
    ['svc', impersonating('carol@example.test'), 'ErrorImpersonateUserDenied'],
    ['alice', impersonating('bob@example.test'), 'ErrorImpersonateUserDenied'],
    ['svc', impersonating('nobody@example.test'), 'ErrorNonExistentMailbox'],
    ['svc', impersonating(''), 'ErrorInvalidExchangeImpersonationHeaderData'],
  ] as const) {
    it(`refuses ${who} with ${code}`, async () => {
      expect(await ask(server.url, GET_CONTACTS, who, header)).to.include(`a:${code}`);
    });
  }

  it('denies another mailbox named in the body, and knows when there is none', async () => {
    const named = (address: string): string =>
      GET_CONTACTS.replace(
        '"contacts"/>',
        `"contacts"><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>`,
      );
    expect(codes(await ask(server.url, named('bob@example.test')))).to.deep.equal(['ErrorAccessDenied']);
    expect(codes(await ask(server.url, named('nobody@example.test')))).to.deep.equal([
      'ErrorNonExistentMailbox',
    ]);
  });

  const wire: [InjectedFault['kind'], number, string][] = [
    ['serverBusyFault', 500, '<t:Value Name="BackOffMilliseconds">2500</t:Value>'],
    ['serverBusyMessage', 200, '<m:ResponseCode>ErrorServerBusy<'],
    ['unavailable', 503, 'Service Unavailable'],
    ['tooManyRequests', 429, 'Too Many Requests'],
    ['empty500', 500, ''],
    ['html', 200, '<html>'],
    ['unauthorized', 401, ''],
    ['dtd', 200, '<!ENTITY'],
    ['delay', 200, 'NoError'],
  ];
  for (const [kind, status, text] of wire) {
    it(`meets one request with ${kind} and the next one properly`, async () => {
      server.inject({
        kind,
        operation: 'SyncFolderItems',
        backOffMs: 2500,
        retryAfterSeconds: 7,
        delayMs: 5,
      });
      expect(codes(await ask(server.url, GET_CONTACTS))).to.deep.equal(['NoError']);
      const answer = await post(server.url, envelope(syncItems('')));
      expect(answer.status).to.equal(status);
      expect(answer.body).to.include(text);
      if (status === 503 || status === 429) expect(answer.headers['retry-after']).to.equal('7');
      expect(codes(await ask(server.url, syncItems('')))).to.deep.equal(['NoError']);
    });
  }

  for (const kind of ['cutBody', 'reset'] as const) {
    it(`breaks the connection with ${kind}, the work done or not as asked`, async () => {
      server.inject({ kind, afterCommit: true });
      const outcome = await post(server.url, envelope(createContact('<t:GivenName>A</t:GivenName>'))).catch(
        String,
      );
      expect(outcome).to.be.a('string');
      expect(server.store.countItems('alice@example.test')).to.equal(1);
    });
  }

  it('counts requests by operation', async () => {
    await ask(server.url, GET_CONTACTS);
    await ask(server.url, syncItems(''));
    expect(server.requests.total).to.equal(2);
    expect(server.requests.byOperation).to.deep.equal({ GetFolder: 1, SyncFolderItems: 1 });
    server.requests.reset();
    expect(server.requests.total).to.equal(0);
  });
});
