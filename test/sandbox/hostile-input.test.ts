import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { syncItems, syncState } from './ews-client.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';

const authorization = `Basic ${Buffer.from('alice@example.test:alice').toString('base64')}`;

describe('sandbox given hostile input', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startExchange({ controlPort: 0 });
  });
  afterEach(() => sandbox.close());

  async function post(body: string): Promise<{ status: number; text: string }> {
    const headers = { authorization, 'content-type': 'text/xml; charset=utf-8' };
    const answer = await fetch(sandbox.url, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  }
  const envelope = (body: string): string =>
    `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>${body}</s:Body></s:Envelope>`;

  async function control(command: object): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(sandbox.controlUrl ?? '', {
      method: 'POST',
      headers,
      body: JSON.stringify(command),
    });
    return answer.status;
  }

  it('refuses a hundred thousand levels at once instead of reading them', async () => {
    const { status, text } = await post(envelope('<a>'.repeat(100_000) + '</a>'.repeat(100_000)));
    expect(status).to.equal(500);
    expect(text).to.include('ErrorSchemaValidation');
  }).timeout(5_000);

  it('quotes no more than the beginning of what it refuses', async () => {
    const { status, text } = await post(
      envelope(
        `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="${'x'.repeat(1_000_000)}"/></m:FolderIds></m:GetFolder>`,
      ),
    );
    expect(status).to.equal(500);
    expect(text.length).to.be.below(10_000);
  });

  const HOSTILE: readonly (readonly [what: string, body: string])[] = [
    ['thirty comments and nothing else', envelope('<!--a-->'.repeat(30))],
    ['a body that begins 32,000 times', '<Body '.repeat(32_000)],
  ];
  for (const [what, body] of HOSTILE) {
    it(`answers ${what} at once`, async () => {
      const { status, text } = await post(body);
      expect(status).to.equal(500);
      expect(text).to.include('ErrorSchemaValidation');
    }).timeout(2_000);
  }

  it('unpacks no more of a sync state than one can have', async () => {
    const state = syncState((await post(envelope(syncItems('')))).text);
    const unpacked = gunzipSync(Buffer.from(state, 'base64')).toString('utf8');
    const large = gzipSync(`${unpacked}|${'a'.repeat(1_000_000)}`).toString('base64');
    expect((await post(envelope(syncItems(state)))).text).to.include('NoError');
    expect((await post(envelope(syncItems(large)))).text).to.include('ErrorInvalidSyncStateData');
  });

  it('reads UTF-16 where a byte order mark says so', async () => {
    const source = `\ufeff${envelope(syncItems(''))}`;
    const little = Buffer.from(source, 'utf16le');
    for (const body of [little, Buffer.from(little).swap16()]) {
      const answer = await fetch(sandbox.url, { method: 'POST', headers: { authorization }, body });
      expect(await answer.text()).to.include('NoError');
    }
  });

  it('counts requests for what is no operation as one', async () => {
    await post(envelope('<m:constructor/>'));
    await post(envelope('<m:Nonsense/>'));
    expect(sandbox.requests.byOperation).to.deep.equal({ '?': 2 });
  });

  it('refuses control commands it could not carry out, and goes on', async () => {
    expect(await control({ command: 'setPolicy' })).to.equal(400);
    expect(await control({ command: 'inject', input: { kind: 'bogus' } })).to.equal(400);
    const { status } = await post(
      envelope(
        '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="contacts"/></m:FolderIds></m:GetFolder>',
      ),
    );
    expect(status).to.equal(200);
  });
});
