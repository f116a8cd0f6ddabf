/** `exsync setup` without an address, as a process: Autodiscover by https and names, as in a company. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/exchange/server.ts';
import { startLoopback } from '../ews/loopback-server.ts';
import { environment, makeFolder } from './company.ts';
import { exsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';

const certificates = new URL('../ews/certificates/', import.meta.url);
const pem = (name: string): string => readFileSync(new URL(name, certificates), 'utf8');
const tls = { key: pem('test-only-localhost.key'), cert: pem('test-only-localhost.pem') };
const ca = fileURLToPath(new URL('test-only-ca.pem', certificates));
const preload = ['test/interop/names-preload.ts'];
const alice = 'alice@localhost';
const users = [
  { name: 'alice', address: alice, password: 'alice' },
  { name: 'svc', address: 'svc@localhost', password: 'svc', impersonates: [alice] },
];
const account = [
  '--mode',
  'impersonation',
  '--username',
  'svc@localhost',
  '--test-mailbox',
  alice,
  '--ca',
  ca,
];

interface Told {
  readonly saved: boolean;
  readonly url: string | null;
  readonly discovery: { readonly ewsUrls: string[]; readonly steps: { readonly what: string }[] };
  readonly attempts: {
    readonly url: string;
    readonly checks: { readonly name: string; readonly ok: boolean }[];
  }[];
}

describe('exsync setup without an address', function () {
  this.timeout(180_000);

  let folder: string;
  let servers: { close(): Promise<unknown> }[];
  let env: Record<string, string>;

  beforeEach(() => {
    folder = makeFolder();
    servers = [];
    env = { ...environment(folder), TEST_HTTPS_PORT: '1', TEST_HTTP_PORT: '1' };
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (args: readonly string[], stdin = '', more: Record<string, string> = {}): Promise<Finished> =>
    exsync(args, { env: { ...env, ...more }, stdin, preload });

  async function exchange(options: SandboxOptions = {}): Promise<Sandbox> {
    const sandbox = await startExchange({ tls, users, host: 'localhost', ...options });
    servers.push(sandbox);
    env['TEST_HTTPS_PORT'] = new URL(sandbox.url).port;
    return sandbox;
  }

  it('finds the server, tells how, and saves what it found; a run does not load the library', async () => {
    const sandbox = await exchange();
    const end = await run(['setup', ...account], 'svc\n');
    expect(end, end.stderr + end.stdout).to.include({ code: 0, stderr: '' });
    expect(end.stdout.split('\n')).to.deep.include.members([
      `ok      https://localhost/autodiscover/autodiscover.xml: EWS is at ${sandbox.url}.`,
      'Saved.',
    ]);

    const added = await run(['user', 'add', alice]);
    expect(added, added.stderr).to.include({ code: 0 });
    const loaded = join(folder, 'loaded.txt');
    for (const args of [['user', 'list'], ['sync']]) {
      const done = await run(args, '', { TEST_LOADED_FILE: loaded });
      expect(done, done.stderr).to.include({ code: 0 });
      expect(readFileSync(loaded, 'utf8'), args.join(' '))
        .to.contain('typeorm')
        .and.not.contain('ews-javascript-api');
    }
    expect(sandbox.requests.byOperation['SyncFolderItems']).to.be.greaterThan(0);
  });

  it('tells it all as one JSON document', async () => {
    const sandbox = await exchange();
    const end = await run(['setup', ...account, '--json', '--scheme', 'basic'], 'svc\n');
    expect(end, end.stderr).to.include({ code: 0, stderr: '' });
    const told = JSON.parse(end.stdout) as Told;
    expect(told).to.deep.include({ saved: true, url: sandbox.url });
    expect(told.discovery.ewsUrls).to.deep.equal([sandbox.url]);
    expect(told.attempts.map(({ url }) => url)).to.deep.equal([sandbox.url]);
    expect(told.attempts[0]?.checks.every(({ ok }) => ok)).to.equal(true);
  });

  it('says of each place in a line why it is not there, and saves nothing', async () => {
    const end = await run(['setup', ...account], 'svc\n');
    expect(end).to.include({ code: 1, stderr: '' });
    const lines = end.stdout.trimEnd().split('\n');
    const places = [
      'https://localhost/',
      'https://autodiscover.localhost/',
      'http://autodiscover.localhost/',
      'DNS SRV _autodiscover._tcp.localhost',
    ];
    expect(lines).to.have.length(places.length + 1);
    for (const [index, place] of places.entries())
      expect(lines[index]).to.match(new RegExp(`^-       ${place}.*: .+\\.$`));
    expect(lines.at(-1)).to.match(
      /^Autodiscover does not find Exchange for alice@localhost: .*--exchange-url\. Nothing was saved\.$/,
    );
    expect((await run(['sync'])).stdout).to.match(/No mailbox is synced/);
  });

  it('sends a wrong password once', async () => {
    const server = await startLoopback(
      (response) => response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end(),
      { tls, signIn: 'own' },
    );
    servers.push(server);
    const end = await run(['setup', ...account], 'wrong\n', { TEST_HTTPS_PORT: String(server.port) });
    expect(end.code).to.equal(1);
    expect(end.stdout)
      .to.match(/refuses the user name and password/)
      .and.match(/Nothing was saved/);
    expect(server.requests.filter(({ headers }) => headers.authorization !== undefined)).to.have.length(1);
  });

  it('does not go to a host outside the domain until it is told to', async () => {
    const elsewhere = await startExchange({ tls, users });
    servers.push(elsewhere);
    await exchange({
      autodiscover: {
        redirectUrl: elsewhere.url.replace('/EWS/Exchange.asmx', '/autodiscover/autodiscover.xml'),
      },
    });
    const refused = await run(['setup', ...account], 'svc\n');
    expect(refused.code).to.equal(1);
    expect(refused.stdout).to.match(
      /127\.0\.0\.1 is outside localhost.* --trust-autodiscover-host 127\.0\.0\.1\./,
    );
    expect(elsewhere.requests.total).to.equal(0);
    const end = await run(['setup', ...account, '--trust-autodiscover-host', '127.0.0.1'], 'svc\n');
    expect(end, end.stdout).to.include({ code: 0 });
    const wrong = await run(['setup', ...account, '--trust-autodiscover-host', 'https://x/'], 'svc\n');
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.match(/^exsync: --trust-autodiscover-host: "https:\/\/x\/" is no host name/);
  });
});
