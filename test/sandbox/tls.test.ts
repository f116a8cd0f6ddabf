import { request } from 'node:https';
import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { envelope, syncItems } from './ews-client.ts';

describe('sandbox TLS', function () {
  this.timeout(20_000);
  let server: Sandbox;
  before(async () => {
    server = await startExchange({ tls: 'own' });
  });
  after(() => server.close());

  const post = (host: string, ca?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const url = new URL(server.url);
      url.hostname = host;
      const headers = { Authorization: `Basic ${Buffer.from('alice:alice').toString('base64')}` };
      const sent = request(
        url,
        { method: 'POST', headers, ...(ca === undefined ? {} : { ca }) },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      sent.on('error', reject);
      sent.end(envelope(syncItems('')));
    });

  it('has a certificate for loopback that its own authority signed [MS-OXWSSYNC R20003]', async () => {
    expect(server.url).to.match(/^https:/);
    expect(server.ca).to.match(/^-----BEGIN CERTIFICATE-----/);
    expect(await post('127.0.0.1', server.ca)).to.equal(200);
    expect(await post('localhost', server.ca)).to.equal(200);
  });

  it('is trusted by nobody who does not know the authority', async () => {
    const failure = await post('127.0.0.1').catch((error: NodeJS.ErrnoException) => error.code);
    expect(failure).to.equal('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });
});
