/** exsync as a process: what it answers, on which stream, and with which exit code. */
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import { alice, environment, listening, makeFolder } from './company.ts';
import { builtProgram, exsync, finished, spawnExsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';
import { openFrontDoor } from './front-door.ts';
import type { FrontDoor } from './front-door.ts';

const certificate = (name: string): string =>
  fileURLToPath(new URL(`../ews/certificates/${name}`, import.meta.url));
const account = ['--username', 'svc@example.test', '--test-mailbox', alice];

/** Usage and configuration: told on stderr in lines that begin so, nothing on stdout, exit code 2. */
function expectRefusal(end: Finished, says: RegExp): void {
  expect(end.stderr)
    .to.match(says)
    .and.not.match(/\n\s+at /);
  expect(end).to.include({ code: 2, stdout: '' });
}

describe('exsync as a process', function () {
  this.timeout(180_000);

  let folder: string;
  let env: Record<string, string>;
  let sandbox: Sandbox;
  let door: FrontDoor;
  /** An installation that is set up, made once and copied. */
  let template: string;

  const run = (args: readonly string[], stdin = '', more: Record<string, string> = {}): Promise<Finished> =>
    exsync(args, { env: { ...env, ...more }, stdin });

  before(async () => {
    sandbox = await startExchange();
    door = await openFrontDoor(sandbox.url);
    template = makeFolder();
    const inTemplate = { env: environment(template) };
    const url = ['--exchange-url', door.url, '--mode', 'impersonation'];
    const setup = await exsync(['setup', ...url, ...account], { ...inTemplate, stdin: 'svc\n' });
    expect(setup, setup.stderr + setup.stdout).to.include({ code: 0 });
    const who = [alice, '--name', 'Alice Martin', '--profile', 'administrator'];
    const added = await exsync(['user', 'add', ...who], inTemplate);
    expect(added, added.stderr).to.include({ code: 0 });
  });
  after(async () => {
    await door.close();
    await sandbox.close();
    rmSync(template, { recursive: true, force: true });
  });

  beforeEach(() => {
    folder = makeFolder();
    env = environment(folder);
    door.answer = null;
    door.release();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Exchange, reached through the door, and Alice with her mailbox. */
  function setUp(): void {
    for (const file of ['exsync.db', 'exsync.key']) copyFileSync(join(template, file), join(folder, file));
  }

  it('answers --version and --help with 0, and what it does not understand with 2', async () => {
    const [version, help, unknown, option, nothing] = await Promise.all([
      run(['--version']),
      run(['--help']),
      run(['snyc']),
      run(['sync', '--jsn']),
      run(['user', 'add']),
    ]);
    expect(version).to.include({ code: 0, stderr: '' });
    expect(version.stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    expect(help).to.include({ code: 0, stderr: '' });
    expect(help.stdout).to.match(/Usage: exsync/);
    expectRefusal(unknown, /unknown command 'snyc'/);
    expectRefusal(option, /unknown option '--jsn'/);
    expectRefusal(nothing, /missing required argument 'email'/);
    expect(existsSync(join(folder, 'exsync.db')), 'a database made by a typing mistake').to.equal(false);
  });

  it('names the key of a wrong configuration', async () => {
    const [port, variable, database] = await Promise.all([
      run(['doctor'], '', { EXSYNC_HTTP_PORT: 'eighty' }),
      run(['doctor'], '', { EXSYNC_HTPP_PORT: '80' }),
      run(['doctor'], '', { EXSYNC_DATABASE_URL: 'postgres://localhost/x' }),
    ]);
    expectRefusal(port, /^exsync: http\.port: expected a whole number .*EXSYNC_HTTP_PORT/);
    expectRefusal(variable, /^exsync: EXSYNC_HTPP_PORT: .*did you mean EXSYNC_HTTP_PORT\?/);
    expectRefusal(database, /^exsync: database\.url: expected sqlite:FILE or mysql:/);
  });

  it('makes a private database and key with `db migrate`, and does so again without harm', async () => {
    for (let time = 0; time < 2; time += 1) {
      expect(await run(['db', 'migrate'])).to.include({
        code: 0,
        stdout: 'The database is up to date.\n',
        stderr: '',
      });
    }
    for (const file of ['exsync.db', 'exsync.key']) {
      expect(statSync(join(folder, file)).mode & 0o777, file).to.equal(0o600);
    }
  });

  it('opens a new database from two processes at once', async () => {
    const ends = await Promise.all([run(['user', 'list', '--json']), run(['user', 'list', '--json'])]);
    for (const end of ends) expect(end).to.include({ code: 0, stdout: '[]\n', stderr: '' });
  });

  it('says what comes first where nothing is set up', async () => {
    const [sync, add, doctor] = await Promise.all([
      run(['sync']),
      run(['user', 'add', alice]),
      run(['doctor', '--json']),
    ]);
    expect(sync).to.include({ code: 0, stdout: 'No mailbox is synced; `exsync user add` adds one.\n' });
    expectRefusal(add, /^exsync: Exchange is not set up yet: run `exsync setup` first\.\n$/);
    expect(doctor.code).to.equal(1);
    expect(JSON.parse(doctor.stdout)).to.deep.include({
      name: 'exchange',
      ok: false,
      detail: 'not set up',
      remedy: 'Run `exsync setup`.',
    });
  });

  it('sets up once: tested first, the password from stdin, the mode for good', async () => {
    const url = ['--exchange-url', sandbox.url, '--mode', 'impersonation'];
    expectRefusal(
      await run(['setup', '--mode', 'impersonation', '--username', 'svc', '--test-mailbox', 'alice'], 'svc'),
      /--test-mailbox: .*missing/,
    );
    expectRefusal(
      await run(['setup', ...url, ...account], ''),
      /Password of svc@example\.test: nothing was given/,
    );
    const wrong = await run(['setup', ...url, ...account], 'not it\n');
    expect(wrong).to.include({ code: 1 });
    expect(wrong.stdout)
      .to.match(/FAILED {2}credentials: .*refuses/)
      .and.match(/Nothing was saved\.\n$/);
    const notAllowed = ['--username', 'svc@example.test', '--test-mailbox', 'carol@example.test'];
    const denied = await run(['setup', ...url, ...notAllowed], 'svc\n');
    expect(denied).to.include({ code: 1 });
    expect(denied.stdout)
      .to.match(/FAILED {2}impersonation: .*carol@example\.test/)
      .and.match(/New-ManagementRoleAssignment/);
    expect((await run(['doctor'])).stdout, 'nothing saved so far').to.match(/exchange: not set up/);

    const right = await run(['setup', ...url, ...account], 'svc\n');
    expect(right).to.include({ code: 0, stderr: '' });
    for (const check of ['name', 'tls', 'ews', 'credentials', 'version', 'impersonation', 'folder']) {
      expect(right.stdout).to.match(new RegExp(`^ok {6}${check}: `, 'm'));
    }
    expect(right.stdout).to.match(/Saved\.\n$/);
    const other = ['--exchange-url', sandbox.url, '--mode', 'individual'];
    expectRefusal(await run(['setup', ...other, ...account], 'svc\n'), /^exsync: --mode: .*chosen once/);
    // The password alone may change; it may also come from the environment.
    const again = await run(['setup', ...account], '', { EXSYNC_EXCHANGE_PASSWORD: 'svc' });
    expect(again, again.stderr).to.include({ code: 0 });
  });

  it('trusts a private authority only when it is given', async () => {
    const keyFile = certificate('test-only-localhost.key');
    const tls = {
      key: readFileSync(keyFile, 'utf8'),
      cert: readFileSync(certificate('test-only-localhost.pem'), 'utf8'),
    };
    const secure = await startExchange({ tls });
    try {
      const url = ['--exchange-url', secure.url, '--mode', 'impersonation', ...account];
      const untrusted = await run(['setup', ...url], 'svc\n');
      expect(untrusted).to.include({ code: 1 });
      expect(untrusted.stdout).to.match(/FAILED {2}tls: The certificate of .* is not trusted/);
      expect(secure.requests.total).to.equal(0);
      expectRefusal(await run(['setup', ...url, '--ca', keyFile], 'svc\n'), /--ca: .* holds no certificate/);
      expectRefusal(
        await run(['setup', ...url, '--ca', join(folder, 'none.pem')], 'svc\n'),
        /--ca: .*ENOENT/,
      );
      const trusted = await run(['setup', ...url, '--ca', certificate('test-only-ca.pem')], 'svc\n');
      expect(trusted, trusted.stdout).to.include({ code: 0 });
    } finally {
      await secure.close();
    }
  });

  it('adds, lists and promotes users, and gives them ways in', async () => {
    setUp();
    const [bob, twice, profile] = [
      await run(['user', 'add', 'bob@example.test', '--no-sync']),
      await run(['user', 'add', alice]),
      await run(['user', 'add', 'eve@example.test', '--profile', 'owner']),
    ];
    expect(bob).to.include({ code: 0, stdout: 'Added bob <bob@example.test>.\n' });
    expectRefusal(twice, /^exsync: alice@example\.test: /);
    expectRefusal(profile, /^exsync: --profile: there is no "owner"; there is .*\badministrator\b/);
    expect(await run(['user', 'role', 'bob@example.test', 'administrator'])).to.include({ code: 0 });
    const list = JSON.parse((await run(['user', 'list', '--json'])).stdout) as Record<string, unknown>[];
    expect(list.map(({ email, mailbox, sync }) => ({ email, mailbox, sync }))).to.have.deep.members([
      { email: alice, mailbox: alice, sync: 'active' },
      { email: 'bob@example.test', mailbox: null, sync: 'off' },
    ]);
    expect(new Set(list.map((one) => one['profile'])).size, 'one profile after the promotion').to.equal(1);
    const link = await run(['user', 'link', 'bob@example.test']);
    expect(link.stdout).to.match(/^http:\/\/127\.0\.0\.1:0\/sign-in\?link=[\w-]{20,}\n$/);
    expect(link).to.include({ code: 0, stderr: 'Works once, within 15 minutes.\n' });
    const token = await run(['token', 'create', alice, '--name', 'reports', '--days', '30']);
    expect(token.stdout).to.match(/^[\w.-]{20,}\n$/);
    expect(token).to.include({ code: 0, stderr: 'Shown only now; ends in 30 days.\n' });
    expectRefusal(
      await run(['token', 'create', 'nobody@example.test', '--name', 'x']),
      /there is no such user/,
    );
  });

  it('syncs with one JSON document on stdout, and a preview that does nothing', async () => {
    setUp();
    fillMailbox(sandbox.store, alice, { contacts: 5, seed: 3 });
    const reports = async (...args: string[]): Promise<SyncReport[]> => {
      const end = await run(['sync', '--json', ...args], '', { EXSYNC_LOG_LEVEL: 'debug' });
      expect(end, end.stderr).to.include({ code: 0 });
      return JSON.parse(end.stdout) as SyncReport[];
    };
    const [preview] = await reports('--preview', '--user', alice);
    expect(preview?.actions).to.have.lengthOf(5);
    expect(preview?.actions?.every(({ kind, side }) => kind === 'create' && side === 'crm')).to.equal(true);
    const [first] = await reports('--module', 'contacts');
    expect(first).to.include({
      user: alice,
      mailbox: alice,
      module: 'contacts',
      state: 'done',
      error: null,
      held: 0,
    });
    expect(first?.counts.crm.created).to.equal(5);
    const [second] = await reports();
    expect(second?.counts).to.deep.equal({
      crm: { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 },
      exchange: { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 },
    });
    expectRefusal(
      await run(['sync', '--user', 'bob@example.test']),
      /--user: bob@example\.test has no mailbox here/,
    );
    expectRefusal(await run(['sync', '--module', 'notes']), /--module: there is no module "notes"/);
    const doctor = await run(['doctor', '--json']);
    expect(doctor, doctor.stdout).to.include({ code: 0, stderr: '' });
    expect((JSON.parse(doctor.stdout) as { ok: boolean }[]).every(({ ok }) => ok)).to.equal(true);
  });

  it('ends with 1 when a run fails, the reason in one line on stderr', async () => {
    setUp();
    door.answer = { status: 404, body: '' };
    const failed = await run(['sync']);
    expect(failed.code).to.equal(1);
    expect(failed.stderr).to.match(/^alice@example\.test: There is no EWS at this address .*$/m);
    const doctor = await run(['doctor']);
    expect(doctor.code).to.equal(1);
    expect(doctor.stdout).to.match(/^FAILED {2}.*There is no EWS at this address/m);
  });

  it('finds a mailbox busy while another process syncs it', async () => {
    setUp();
    const others = ['modules.tasks.enabled=false', 'modules.events.enabled=false'];
    expect((await run(['settings', ...others])).code).to.equal(0);
    fillMailbox(sandbox.store, alice, { contacts: 5, seed: 4 });
    const arrived = door.hold();
    const slow = run(['sync', '--json']);
    await arrived;
    const other = await run(['sync', '--json']);
    expect((JSON.parse(other.stdout) as SyncReport[])[0]).to.include({ state: 'busy', error: null });
    door.release();
    const [report] = JSON.parse((await slow).stdout) as SyncReport[];
    expect(report).to.include({ state: 'done', error: null });
  });

  it('serves until SIGTERM and then ends within ten seconds, even in the middle of a run', async () => {
    setUp();
    const arrived = door.hold();
    const daemon = await spawnExsync(['start'], {
      env: { ...env, EXSYNC_LOG_LEVEL: 'info', EXSYNC_LOG_FORMAT: 'json' },
    });
    const ended = finished(daemon);
    const address = await listening(daemon.stderr);
    expect((await fetch(`${address}/api/v1/openapi.json`)).status).to.equal(200);
    // What never ran is due at once: the daemon is inside a request to Exchange now.
    await arrived;
    const stopping = Date.now();
    daemon.kill('SIGTERM');
    const end = await ended;
    expect(Date.now() - stopping, 'ms until it ended').to.be.lessThan(10_000);
    expect(end, end.stderr).to.include({ code: 0, signal: null });
    door.release();
    expect((await run(['sync'])).code, 'the run after it').to.equal(0);
  });

  describe('whose output nobody reads to its end', () => {
    async function deaf(stream: 'stdout' | 'stderr', args: readonly string[]): Promise<Finished> {
      const child = await spawnExsync(args, { env });
      const ended = finished(child);
      child[stream]?.destroy();
      return ended;
    }

    it('ends quietly, with the code it would have had', async () => {
      const [list, doctor, help, unknown] = await Promise.all([
        deaf('stdout', ['user', 'list', '--json']),
        deaf('stdout', ['doctor']),
        deaf('stdout', ['--help']),
        deaf('stderr', ['snyc']),
      ]);
      const quiet = { signal: null, stdout: '', stderr: '' };
      expect(list).to.deep.equal({ ...quiet, code: 0 });
      expect(doctor, 'Exchange is not set up').to.deep.equal({ ...quiet, code: 1 });
      expect(help).to.deep.equal({ ...quiet, code: 0 });
      expect(unknown).to.deep.equal({ ...quiet, code: 2 });
    });

    it('serves on when its log is cut off', async () => {
      setUp();
      const daemon = await spawnExsync(['start'], {
        env: { ...env, EXSYNC_LOG_LEVEL: 'info', EXSYNC_LOG_FORMAT: 'json' },
      });
      const ended = finished(daemon);
      const address = await listening(daemon.stderr);
      daemon.stderr?.destroy();
      daemon.kill('SIGTERM');
      expect(address).to.match(/^http/);
      expect(await ended).to.include({ code: 0, signal: null });
    });
  });

  it('says that its port is taken', async () => {
    setUp();
    const taken = new URL(sandbox.url).port;
    const end = await run(['start'], '', { EXSYNC_HTTP_PORT: taken });
    expectRefusal(end, new RegExp(`^exsync: http\\.port: ${taken} on 127\\.0\\.0\\.1 is taken`));
  });

  it('ends when it cannot start, instead of staying without being of use', async () => {
    setUp();
    const program = join(folder, 'program');
    cpSync(await builtProgram(), program, { recursive: true, verbatimSymlinks: true });
    rmSync(join(program, 'src/tabs/public'), { recursive: true });
    const daemon = await spawnExsync(['start'], { env, program });
    const ended = finished(daemon);
    const tooLate = setTimeout(() => daemon.kill('SIGKILL'), 20_000);
    const end = await ended;
    clearTimeout(tooLate);
    expect(end.stderr).to.match(/ENOENT.*public/);
    expect(end).to.include({ code: 1, signal: null });
  });
});
