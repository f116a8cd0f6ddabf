import { expect } from 'chai';
import { RemoteError } from '../../../src/errors.ts';
import { getItem } from '../../../src/ews/operations/get-item.ts';
import { createItem } from '../../../src/ews/operations/create-item.ts';
import { getFolder } from '../../../src/ews/operations/get-folder.ts';
import { onlyMessage, runOperation } from '../../../src/ews/operations/run-operation.ts';
import type { EwsSession } from '../../../src/ews/operations/run-operation.ts';
import type { PostOptions } from '../../../src/ews/transport.ts';
import { ewsSchemas } from '../../../src/ews/versions.ts';

const envelope = (body: string): string =>
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body' +
  ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
  ` xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">${body}</s:Body></s:Envelope>`;

function fault(code: string, messageXml = ''): string {
  return envelope(
    `<s:Fault><faultcode xmlns:a="urn:a">a:${code}</faultcode><faultstring>secret text</faultstring><detail>` +
      `<e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">${code}</e:ResponseCode>` +
      `<t:MessageXml>${messageXml}</t:MessageXml></detail></s:Fault>`,
  );
}

function failing(operation: string, code: string, messageXml = ''): string {
  return (
    `<m:${operation}ResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText>` +
    `<m:ResponseCode>${code}</m:ResponseCode><m:MessageXml>${messageXml}</m:MessageXml><m:Items/>` +
    `</m:${operation}ResponseMessage>`
  );
}

function found(operation: string, id: string): string {
  return (
    `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>` +
    `<m:Items><t:Contact><t:ItemId Id="${id}" ChangeKey="k"/></t:Contact></m:Items></m:${operation}ResponseMessage>`
  );
}

function messages(operation: string, ...parts: string[]): string {
  return envelope(
    `<m:${operation}Response><m:ResponseMessages>${parts.join('')}</m:ResponseMessages></m:${operation}Response>`,
  );
}

/** A session over answers in a row; the last one stays. */
function sessionOver(answers: readonly string[]): {
  session: EwsSession;
  holds: number[];
  posts: PostOptions[];
} {
  const holds: number[] = [];
  const posts: PostOptions[] = [];
  const transport = {
    post: (_envelope: string, options: PostOptions): Promise<string> => {
      posts.push(options);
      return Promise.resolve(answers[Math.min(posts.length, answers.length) - 1] ?? '');
    },
    holdOff: (ms: number) => void holds.push(ms),
    metrics: { requests: 0, retries: 0, bytesSent: 0, bytesReceived: 0 },
    close: () => Promise.resolve(),
  };
  const schema = ewsSchemas.Exchange2013_SP1;
  return { session: { transport, mailbox: 'a@example.test', impersonate: false, schema }, holds, posts };
}

const one = { ids: ['1'], properties: [] };
const two = { ids: ['1', '2'], properties: [] };
const create = { folder: { id: 'f' }, items: ['<t:Contact/>'] };

async function errorOf(work: Promise<unknown>): Promise<RemoteError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('running an operation', () => {
  it('gives one message an id, in order, each by itself', async () => {
    const { session, posts } = sessionOver([
      messages('GetItem', found('GetItem', 'a'), failing('GetItem', 'ErrorItemNotFound')),
    ]);
    const answer = await runOperation(session, getItem, two);
    expect(answer.map(({ code, succeeded }) => [code, succeeded])).to.deep.equal([
      ['NoError', true],
      ['ErrorItemNotFound', false],
    ]);
    expect(answer[0]?.answer.items[0]).to.include({ id: 'a', changeKey: 'k' });
    expect(posts[0]).to.deep.equal({
      operation: 'GetItem',
      anchorMailbox: 'a@example.test',
      repeatable: true,
    });
  });

  const named = '<t:Value Name="BackOffMilliseconds">7000</t:Value>';
  const told = (ms: number): string =>
    `<t:Value Name="ErrorMessage">Too busy. Suggested backoff time ${ms} ms.</t:Value>`;
  const inner = '<t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value>';
  const busy: readonly [string, string, number][] = [
    ['a fault', fault('ErrorServerBusy', named), 7000],
    ['a fault that tells the time in a text', fault('ErrorServerBusy', told(6000)), 6000],
    ['a fault that tells no time', fault('ErrorServerBusy', told(0)), 5000],
    ['a fault around another', fault('ErrorInternalServerError', inner + named), 7000],
    ['a response message', messages('GetItem', failing('GetItem', 'ErrorServerBusy', named)), 7000],
    [
      'a response message around another',
      messages('GetItem', failing('GetItem', 'ErrorInternalServerError', inner)),
      5000,
    ],
    ['a fault about connections', fault('ErrorExceededConnectionCount'), 1000],
  ];
  for (const [what, answer, ms] of busy) {
    it(`waits ${ms} ms and asks again when the server is busy by ${what}`, async () => {
      const { session, holds, posts } = sessionOver([answer, messages('GetItem', found('GetItem', 'a'))]);
      expect(await runOperation(session, getItem, one)).to.have.length(1);
      expect(holds).to.deep.equal([ms]);
      expect(posts).to.have.length(2);
    });
  }

  it('repeats a write that a busy server refused', async () => {
    const { session, posts } = sessionOver([
      fault('ErrorServerBusy', named),
      messages('CreateItem', found('CreateItem', 'a')),
    ]);
    expect(await runOperation(session, createItem, create)).to.have.length(1);
    expect(posts).to.have.length(2);
  });

  it('gives up after three answers of a busy server', async () => {
    const { session, posts, holds } = sessionOver([fault('ErrorServerBusy', named)]);
    const error = await errorOf(runOperation(session, createItem, create));
    expect(error).to.include({
      code: 'ErrorServerBusy',
      retryable: true,
      retryAfterMs: 7000,
      outcomeUnknown: false,
    });
    expect(posts).to.have.length(3);
    expect(holds).to.have.length(3);
  });

  it('leaves a long wait to the caller', async () => {
    const { session, posts } = sessionOver([
      fault('ErrorServerBusy', '<t:Value Name="BackOffMilliseconds">297749</t:Value>'),
    ]);
    const error = await errorOf(runOperation(session, getItem, one));
    expect(error.retryAfterMs).to.equal(297_749);
    expect(posts).to.have.length(1);
  });

  it('holds the server off but keeps what was answered when it got busy halfway', async () => {
    const { session, holds } = sessionOver([
      messages('GetItem', found('GetItem', 'a'), failing('GetItem', 'ErrorServerBusy', named)),
    ]);
    expect(await runOperation(session, getItem, two)).to.have.length(2);
    expect(holds).to.deep.equal([7000]);
  });

  it('repeats a read after a passing error, a write not', async () => {
    const passing = fault('ErrorInternalServerTransientError');
    const reading = sessionOver([passing, messages('GetItem', found('GetItem', 'a'))]);
    expect(await runOperation(reading.session, getItem, one)).to.have.length(1);
    const writing = sessionOver([passing]);
    const error = await errorOf(runOperation(writing.session, createItem, create));
    expect(error).to.include({ retryable: true, outcomeUnknown: true });
    expect(writing.posts).to.have.length(1);
  });

  it('takes one error in the place of many messages for all of them', async () => {
    const { session } = sessionOver([messages('GetItem', failing('GetItem', 'ErrorAccessDenied'))]);
    expect((await errorOf(runOperation(session, getItem, two))).code).to.equal('ErrorAccessDenied');
  });

  for (const code of [
    ...['ErrorImpersonateUserDenied', 'ErrorNonExistentMailbox', 'ErrorAccountDisabled'],
    ...['ErrorInvalidServerVersion', 'ErrorIncorrectSchemaVersion', 'ErrorSchemaValidation'],
  ]) {
    it(`throws ${code} with a remedy, and not again`, async () => {
      const { session, posts } = sessionOver([fault(code)]);
      const error = await errorOf(runOperation(session, createItem, create));
      expect(error).to.include({ code, retryable: false, outcomeUnknown: false });
      expect(error.remedy).to.match(/\w.*\.$/);
      expect(error.message).not.to.contain('secret');
      expect(posts).to.have.length(1);
    });
  }

  it('knows the fault of Exchange 2007 by its qualified names', async () => {
    const { session } = sessionOver([
      fault('ErrorSchemaValidation')
        .replaceAll('faultcode', 's:faultcode')
        .replaceAll('detail>', 's:detail>'),
    ]);
    expect((await errorOf(runOperation(session, getItem, one))).code).to.equal('ErrorSchemaValidation');
  });

  const broken: readonly [string, string][] = [
    ['no message at all', messages('GetItem')],
    ['too many messages', messages('GetItem', found('GetItem', 'a'), found('GetItem', 'b'))],
    ['another operation', messages('DeleteItem', found('DeleteItem', 'a'))],
    ['no XML', '<s:Envelope'],
    ['a document type', `<!DOCTYPE x>${messages('GetItem', found('GetItem', 'a'))}`],
  ];
  for (const [what, answer] of broken) {
    it(`takes ${what} for a malformed answer`, async () => {
      const { session } = sessionOver([answer]);
      expect((await errorOf(runOperation(session, getItem, one))).code).to.equal('MalformedAnswer');
    });
  }

  it('turns the only message of a failed request into its error', async () => {
    const { session } = sessionOver([
      messages(
        'GetFolder',
        '<m:GetFolderResponseMessage ResponseClass="Error"><m:ResponseCode>ErrorFolderNotFound</m:ResponseCode>' +
          '</m:GetFolderResponseMessage>',
      ),
    ]);
    const request = { folders: [{ id: 'f' }], properties: [] };
    const answer = await runOperation(session, getFolder, request);
    expect(() => onlyMessage(answer, getFolder))
      .to.throw(RemoteError)
      .with.property('code', 'ErrorFolderNotFound');
  });
});
