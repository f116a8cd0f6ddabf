import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import type { InjectedFault } from '../../sandbox/exchange/server.ts';
import {
  ask,
  codes,
  createContact,
  envelope,
  getItems,
  impersonating,
  onlyId,
  post,
  syncItems,
} from './ews-client.ts';
import type { Answer } from './ews-client.ts';
import { startReleased, version } from './released-server.ts';

const BAD_ID =
  '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>' +
  '<t:DistinguishedFolderId Id="inbox1"/></m:FolderIds></m:GetFolder>';

describe('sandbox fault', () => {
  let server: Sandbox;
  afterEach(() => server.close());

  it('of Exchange 2007 has a header, its own prefixes, and the place beside the violation', async () => {
    server = await startReleased('Exchange2007_SP1');
    const { status, body } = await post(server.url, envelope(BAD_ID, version('Exchange2007_SP1')));
    expect(status).to.equal(500);
    expect(body).to.match(
      /^<\?xml[^>]*><soap11:Envelope [^>]*><soap11:Header><t:ServerVersionInfo MajorVersion="8"/,
    );
    expect(body).to.include('<faultcode>soap11:Client</faultcode>');
    expect(body).to.match(/<e:ResponseCode xmlns:e="[^"]*">ErrorSchemaValidation</);
    expect(body).to.match(/<e:Message [^>]*>The 'Id' attribute is invalid - The value 'inbox1' is invalid/);
    expect(body).to.match(/<e:Line [^>]*>1<\/e:Line><e:Position [^>]*>\d+<\/e:Position><\/detail>/);
    expect(body).to.not.include('MessageXml');
  });

  it('of Exchange 2010 and later has no header, and the code in faultcode', async () => {
    for (const release of ['Exchange2010_SP1', 'Exchange2019'] as const) {
      server = await startReleased(release);
      const { body } = await post(server.url, envelope(BAD_ID, version('Exchange2010_SP1')));
      expect(body).to.match(
        /<s:Envelope [^>]*><s:Body><s:Fault><faultcode xmlns:a="[^"]*">a:ErrorSchemaValidation</,
      );
      expect(body).to.include('<faultstring xml:lang="en-US">The request failed schema validation: The ');
      expect(body).to.include('<t:Violation>');
      await server.close();
    }
    server = await startReleased('Exchange2019');
  });

  const orders: [InjectedFault['kind'], number, RegExp][] = [
    ['serverBusyFault', 500, /a:ErrorServerBusy<.*<t:Value Name="BackOffMilliseconds">1500<\/t:Value>/],
    ['serverBusyPolicy', 500, /a:ErrorServerBusy<.*Name="Policy">.*Suggested backoff time 0 ms/],
    ['serverBusyMessage', 200, /<m:ResponseCode>ErrorServerBusy<.*BackOffMilliseconds/],
    [
      'serverBusyInner',
      200,
      /<m:ResponseCode>ErrorInternalServerError<.*InnerErrorResponseCode">ErrorServerBusy</,
    ],
    ['mailboxMoveInProgress', 200, /<m:ResponseCode>ErrorMailboxMoveInProgress</],
  ];
  for (const [kind, status, pattern] of orders) {
    it(`meets as many requests as ordered with ${kind}`, async () => {
      server = await startReleased('Exchange2013_SP1');
      server.inject({ kind, operation: 'GetItem', times: 2, backOffMs: 1500 });
      const item = onlyId(await ask(server.url, createContact('<t:GivenName>A</t:GivenName>')));
      for (let index = 0; index < 2; index++) {
        const answer = await post(server.url, envelope(getItems([item.id])));
        expect(answer.status).to.equal(status);
        expect(answer.body).to.match(pattern);
      }
      expect(codes(await ask(server.url, getItems([item.id])))).to.deep.equal(['NoError']);
    });
  }

  it('meets the account it was ordered for, and nobody once it is taken back', async () => {
    server = await startReleased('Exchange2013_SP1');
    server.inject({ kind: 'empty500', account: 'SVC@example.test', times: 2 });
    const asService = (): Promise<Answer> =>
      post(server.url, envelope(syncItems(''), impersonating('alice@example.test')), 'svc');
    expect((await post(server.url, envelope(syncItems('')))).status, 'alice').to.equal(200);
    expect((await asService()).status, 'svc').to.equal(500);
    server.failItem({ matching: 'Ada', code: 'ErrorItemSave' });
    server.clearFaults();
    expect((await asService()).status, 'svc, after').to.equal(200);
    expect(
      codes(await ask(server.url, createContact('<t:GivenName>Ada</t:GivenName>'))),
      'a batch, after',
    ).to.deep.equal(['NoError']);
  });

  it('stops a batch with warnings after an error that stops batches [MS-OXWSCDATA R1436]', async () => {
    server = await startReleased('Exchange2013_SP1');
    const ids = [];
    for (const name of ['a', 'b', 'c']) {
      ids.push(onlyId(await ask(server.url, createContact(`<t:GivenName>${name}</t:GivenName>`))).id);
    }
    server.failItem({ itemId: ids[1] ?? '', code: 'ErrorMailboxMoveInProgress' });
    const xml = await ask(server.url, getItems(ids));
    expect(codes(xml)).to.deep.equal([
      'NoError',
      'ErrorMailboxMoveInProgress',
      'ErrorBatchProcessingStopped',
    ]);
    expect([...xml.matchAll(/ResponseClass="(\w+)"/g)].map((one) => one[1])).to.deep.equal([
      'Success',
      'Error',
      'Warning',
    ]);
  });

  it('of a mailbox that is being moved ends when the mailbox is back', async () => {
    server = await startReleased('Exchange2013_SP1');
    server.moveMailbox('alice@example.test', { phase: 'moving' });
    expect(await ask(server.url, syncItems(''))).to.include('a:ErrorMailboxMoveInProgress');
    expect(await ask(server.url, syncItems(''), 'svc', impersonating('alice@example.test'))).to.include(
      'a:ErrorMailboxMoveInProgress',
    );
    expect(codes(await ask(server.url, syncItems(''), 'bob'))).to.deep.equal(['NoError']);
    server.moveMailbox('alice@example.test', {
      phase: 'moved',
      ewsUrl: 'https://other.example.test/EWS/Exchange.asmx',
    });
    expect(await ask(server.url, syncItems(''))).to.include('a:ErrorNonExistentMailbox');
    server.moveMailbox('alice@example.test', { phase: 'here' });
    expect(codes(await ask(server.url, syncItems('')))).to.deep.equal(['NoError']);
  });

  it('of an operation the stand-in does not carry out is ErrorInvalidRequest', async () => {
    server = await startReleased('Exchange2013_SP1');
    const unknown = ['<m:GetRoomLists/>', '<m:MakeCoffee/>'];
    for (const body of unknown) expect(await ask(server.url, body)).to.include('a:ErrorInvalidRequest');
  });
});
