/** NTLM against a client of its own making here, and against the real requests_ntlm. */
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { md4 } from '../../sandbox/exchange/security/md4.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { envelope, syncItems } from './ews-client.ts';

interface Reply {
  readonly status: number;
  readonly challenges: readonly string[];
}

function call(url: string, agent: Agent, authorization?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const challenges: string[] = [];
      response.rawHeaders.forEach((name, index) => {
        if (name.toLowerCase() === 'www-authenticate') challenges.push(response.rawHeaders[index + 1] ?? '');
      });
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, challenges }));
    });
    sent.on('error', reject);
    sent.end(envelope(syncItems('')));
  });
}

const NEGOTIATE = Buffer.concat([
  Buffer.from('NTLMSSP\0\x01\0\0\0', 'latin1'),
  Buffer.from([5, 2, 8, 0xa2]),
  Buffer.alloc(16),
]);
const hmac = (key: Buffer, data: Buffer): Buffer => createHmac('md5', key).update(data).digest();

/** The third message, as [MS-NLMP] 3.3.2 computes it, without signature. */
function authenticate(challenge: Buffer, who: { user: string; domain: string; password: string }): Buffer {
  const infoLength = challenge.readUInt16LE(40);
  const infoOffset = challenge.readUInt32LE(44);
  const info = challenge.subarray(infoOffset, infoOffset + infoLength);
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    Buffer.alloc(8, 7),
    Buffer.alloc(8, 9),
    Buffer.alloc(4),
    info,
    Buffer.alloc(4),
  ]);
  const hash = md4(Buffer.from(who.password, 'utf16le'));
  const key = hmac(hash, Buffer.from(who.user.toUpperCase() + who.domain, 'utf16le'));
  const response = Buffer.concat([hmac(key, Buffer.concat([challenge.subarray(24, 32), blob])), blob]);
  const parts = [
    Buffer.alloc(24),
    response,
    Buffer.from(who.domain, 'utf16le'),
    Buffer.from(who.user, 'utf16le'),
    Buffer.alloc(0),
    Buffer.alloc(0),
  ];
  const head = Buffer.alloc(64);
  head.write('NTLMSSP\0', 'latin1');
  head.writeUInt32LE(3, 8);
  let offset = 64;
  parts.forEach((part, index) => {
    head.writeUInt16LE(part.length, 12 + index * 8);
    head.writeUInt16LE(part.length, 14 + index * 8);
    head.writeUInt32LE(offset, 16 + index * 8);
    offset += part.length;
  });
  head.writeUInt32LE(0x00000201, 60);
  return Buffer.concat([head, ...parts]);
}

async function signIn(
  url: string,
  agent: Agent,
  who: { user: string; domain: string; password: string },
  scheme = 'NTLM',
): Promise<number> {
  const second = await call(url, agent, `${scheme} ${NEGOTIATE.toString('base64')}`);
  const token = second.challenges.find((one) => one.startsWith(`${scheme} `))?.slice(scheme.length + 1);
  if (second.status !== 401 || token === undefined) throw new Error(`no challenge, HTTP ${second.status}`);
  const third = authenticate(Buffer.from(token, 'base64'), who);
  return (await call(url, agent, `${scheme} ${third.toString('base64')}`)).status;
}

describe('sandbox NTLM', () => {
  let server: Sandbox;
  let agent: Agent;
  const alice = { user: 'alice', domain: 'EXAMPLE', password: 'alice' };
  beforeEach(async () => {
    server = await startExchange({ policy: { schemes: ['ntlm', 'basic'] } });
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    agent.destroy();
    await server.close();
  });

  it('knows MD4', () => {
    expect(md4(Buffer.from('')).toString('hex')).to.equal('31d6cfe0d16ae931b73c59d7e0c089c0');
    expect(md4(Buffer.from('abc')).toString('hex')).to.equal('a448017aaf21d8525fc10ae87aa6729d');
    const long = '12345678901234567890123456789012345678901234567890123456789012345678901234567890';
    expect(md4(Buffer.from(long)).toString('hex')).to.equal('e33b4ddc9c38f2199c3e7b164fcc0536');
  });

  it('offers what the policy names, in its order', async () => {
    expect((await call(server.url, agent)).challenges).to.deep.equal([
      'Negotiate',
      'NTLM',
      'Basic realm="sandbox"',
    ]);
    server.policy = { schemes: ['ntlm'] };
    expect((await call(server.url, agent)).challenges).to.deep.equal(['Negotiate', 'NTLM']);
    const basic = await call(server.url, agent, `Basic ${Buffer.from('alice:alice').toString('base64')}`);
    expect(basic.status).to.equal(401);
  });

  it('signs in a connection, which needs no credentials from then on', async () => {
    expect(await signIn(server.url, agent, alice)).to.equal(200);
    expect((await call(server.url, agent)).status).to.equal(200);
    const other = new Agent({ keepAlive: true });
    expect((await call(server.url, other)).status).to.equal(401);
    other.destroy();
  });

  const people: [string, { user: string; domain: string; password: string }, number][] = [
    ['a domain and a name', alice, 200],
    [
      'a user principal name without a domain',
      { user: 'alice@example.test', domain: '', password: 'alice' },
      200,
    ],
    ['a name in another case', { user: 'ALICE', domain: 'EXAMPLE', password: 'alice' }, 200],
    ['a wrong password', { ...alice, password: 'Alice' }, 401],
    ['an unknown account', { ...alice, user: 'nobody' }, 401],
  ];
  for (const [what, who, status] of people) {
    it(`answers ${what} with HTTP ${status}`, async () => {
      expect(await signIn(server.url, agent, who)).to.equal(status);
    });
  }

  it('takes the same messages under Negotiate', async () => {
    expect(await signIn(server.url, agent, alice, 'Negotiate')).to.equal(200);
  });

  it('takes an answer once, and only to its own challenge', async () => {
    const first = await call(server.url, agent, `NTLM ${NEGOTIATE.toString('base64')}`);
    const token = first.challenges[0]?.slice(5) ?? '';
    const third = `NTLM ${authenticate(Buffer.from(token, 'base64'), alice).toString('base64')}`;
    const second = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await call(server.url, second, third)).status).to.equal(401);
    expect((await call(server.url, second, `NTLM ${NEGOTIATE.toString('base64')}`)).status).to.equal(401);
    expect((await call(server.url, second, third)).status).to.equal(401);
    second.destroy();
    expect((await call(server.url, agent, third)).status).to.equal(200);
    expect((await call(server.url, new Agent(), third)).status).to.equal(401);
  });

  it('locks accounts as with Basic', async () => {
    server.policy = { schemes: ['ntlm'], lockOutAfter: 2 };
    for (let index = 0; index < 2; index++) await signIn(server.url, agent, { ...alice, password: 'x' });
    expect(await signIn(server.url, agent, alice)).to.equal(401);
  });

  it('satisfies requests_ntlm, signature included', async function () {
    this.timeout(20_000);
    const python = '/usr/bin/python3';
    const run = promisify(execFile);
    const missing =
      !existsSync(python) ||
      (await run(python, ['-c', 'import requests_ntlm']).then(
        () => false,
        () => true,
      ));
    if (missing) {
      if (process.env['CI'] === 'true') throw new Error('python3-requests-ntlm is missing');
      console.warn('SKIPPED: python3-requests-ntlm is missing');
      this.skip();
    }
    const script =
      'import sys,requests\nfrom requests_ntlm import HttpNtlmAuth\n' +
      's=requests.Session(); s.trust_env=False\n' +
      'for u,p in (("EXAMPLE\\\\alice","alice"),("EXAMPLE\\\\alice","wrong")):\n' +
      ' s=requests.Session(); s.trust_env=False\n' +
      ' s.auth=HttpNtlmAuth(u,p)\n print(s.post(sys.argv[1],data=sys.argv[2].encode()).status_code)\n';
    // OpenSSL 3 keeps MD4 in its legacy provider.
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-ntlm-'));
    const config = join(folder, 'openssl.cnf');
    writeFileSync(
      config,
      'openssl_conf = init\n[init]\nproviders = all\n[all]\ndefault = on\nlegacy = on\n[on]\nactivate = 1\n',
    );
    const env = { PATH: process.env['PATH'], OPENSSL_CONF: config };
    const { stdout } = await run(python, ['-c', script, server.url, envelope(syncItems(''))], { env });
    rmSync(folder, { recursive: true });
    expect(stdout.trim().split('\n')).to.deep.equal(['200', '401']);
  });
});
