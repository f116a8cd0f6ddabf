/** A company that has installed us: a stand-in Exchange, an installation in a folder of its own, its JSON API. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import express from 'express';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/exchange/server.ts';
import { syncOne } from '../../src/commands/sync.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import { explainRecord } from '../../src/composition/explain-item.ts';
import { serviceCredentialId } from '../../src/composition/exchange-connections.ts';
import { openInstallation } from '../../src/composition/installation.ts';
import type { Installation } from '../../src/composition/installation.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import type { ExchangeSettings, ModuleSettings } from '../../src/sync/administration.ts';
import type { Values } from '../../src/sync/model.ts';
import { createCrmApi } from '../../src/tabs/api/crm-api.ts';
import { makeScratch } from '../db/mysql-scratch.ts';
import { exsync, finished, spawnExsync } from './exsync-program.ts';
import { usualSetting } from './setting.ts';
import type { Database, Setting, SignIn } from './setting.ts';

export interface CompanyOptions extends Partial<Setting> {
  readonly rules?: Partial<ModuleSettings>;
  readonly sandbox?: SandboxOptions;
  /** What stands for Exchange instead of the sandbox's own address. */
  readonly exchange?: Partial<ExchangeSettings>;
  /** Of the service account. */
  readonly password?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Company {
  readonly folder: string;
  readonly sandbox: Sandbox;
  readonly crm: CrmClient;
  /** For processes of the same installation. */
  readonly env: Readonly<Record<string, string>>;
  sync(): Promise<SyncReport>;
  /** What a run would do now. */
  preview(): Promise<NonNullable<SyncReport['actions']>>;
  close(): Promise<void>;
}

/** A company whose installation lives in this process. */
export interface CompanyInside extends Company {
  readonly installation: Installation;
  readonly log: readonly string[];
  setExchange(exchange: Partial<ExchangeSettings>, password?: string): Promise<void>;
}

export const alice = 'alice@example.test';

/** Everything an installation in this folder needs to know. */
export function environment(folder: string): Record<string, string> {
  return {
    EXSYNC_DATABASE_URL: `sqlite:${join(folder, 'exsync.db')}`,
    EXSYNC_SECRET_KEY_FILE: join(folder, 'exsync.key'),
    EXSYNC_HTTP_PORT: '0',
    EXSYNC_LOG_LEVEL: 'warn',
    EXSYNC_SYNC_JITTER_SECONDS: '0',
    EXSYNC_EWS_REQUEST_TIMEOUT_SECONDS: '10',
  };
}

/** Where SQLite's file is not the one. */
async function stateIn(database: Database): Promise<Record<string, string>> {
  return database === 'mysql' ? { EXSYNC_DATABASE_URL: await makeScratch() } : {};
}

/** Exchange offers one way to sign in, so that it is the one that is tried. */
function signingIn(signIn: SignIn): SandboxOptions {
  return signIn === 'ntlm impersonation' ? { policy: { schemes: ['ntlm'] } } : {};
}

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'exsync-interop-'));
}

export async function startCompany(options: CompanyOptions = {}): Promise<CompanyInside> {
  const { release, signIn, database } = { ...usualSetting, ...options };
  const individual = signIn === 'basic individual';
  const folder = makeFolder();
  const sandbox = await startExchange({ release, ...signingIn(signIn), ...options.sandbox });
  const env = { ...environment(folder), ...(await stateIn(database)), ...options.env };
  const log: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (line) => log.push(String(line)));
  const config = loadConfig({ env });
  const installation = await openInstallation(config, createLogger({ ...config.log, stream }));
  const { stores, crm } = installation;

  async function setExchange(exchange: Partial<ExchangeSettings>, password?: string): Promise<void> {
    const { version, settings } = await stores.settings.load();
    const mode = individual ? 'individual' : 'impersonation';
    const base = { url: sandbox.url, mode, ca: null, schema: 'auto' } as const;
    const wanted = { ...settings, exchange: { ...base, ...settings.exchange, ...exchange } };
    await stores.settings.save(wanted, version, 'test');
    if (password !== undefined)
      await stores.credentials.save(serviceCredentialId, 'svc@example.test', password);
  }
  await setExchange(options.exchange ?? {}, options.password ?? 'svc');
  await saveRules(installation, options.rules ?? {});
  const made = await crm.users.create({ name: 'Alice', email: alice, profileId: 'administrator' });
  if (made.kind === 'refused') throw new Error(made.message);
  const credentialId = individual ? `mailbox:${made.user.id}` : null;
  if (credentialId !== null) await stores.credentials.save(credentialId, alice, 'alice');
  await stores.mailboxes.add({ crmUserId: made.user.id, address: alice, credentialId });
  const token = await stores.access.createToken(made.user.id, 'test', ['crm:read', 'crm:write'], 3_600_000);
  const api = createCrmApi({
    contacts: crm.contacts,
    tasks: crm.tasks,
    events: crm.events,
    directory: crm.directory,
    sync: null,
    why: (record) => explainRecord(installation, record, new AbortController().signal),
    version: '0.0.0',
    reportError: (error) => log.push(String(error)),
    authenticate: async (secret) => {
      const found = await stores.access.token(secret);
      return found && { userId: found.crmUserId, scopes: found.scopes };
    },
  });
  const server = express().use('/api/v1', api).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const run = async (preview: boolean): Promise<SyncReport> => {
    const mailbox = await stores.mailboxes.forUser(made.user.id);
    if (mailbox === null) throw new Error('alice lost her mailbox');
    return syncOne(installation, mailbox, 'contacts', { preview, signal: new AbortController().signal });
  };
  return {
    folder,
    sandbox,
    env,
    installation,
    log,
    setExchange,
    crm: crmClient(`http://127.0.0.1:${port}`, token),
    sync: () => run(false),
    preview: async () => actionsOf(await run(true)),
    async close() {
      server.closeAllConnections();
      server.close();
      await installation.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function saveRules({ stores }: Installation, rules: Partial<ModuleSettings>): Promise<void> {
  const { version, settings } = await stores.settings.load();
  const contacts = { ...settings.modules.contacts, ...rules };
  // The daemon of the test is not to sync by itself.
  const schedule = { everyMinutes: 44_640 };
  await stores.settings.save(
    { ...settings, schedule, modules: { ...settings.modules, contacts } },
    version,
    'test',
  );
}

/** The same company, but every step is a process: set-up, users, the daemon with its API, each sync. */
export async function startCompanyOfProcesses(options: CompanyOptions = {}): Promise<Company> {
  const { release, signIn, database } = { ...usualSetting, ...options };
  const individual = signIn === 'basic individual';
  const folder = makeFolder();
  const sandbox = await startExchange({ release, ...signingIn(signIn), ...options.sandbox });
  const env = { ...environment(folder), ...(await stateIn(database)) };
  const command = async (args: readonly string[], stdin = ''): Promise<string> => {
    const { code, stdout, stderr } = await exsync(args, { env, stdin });
    if (code !== 0) throw new Error(`exsync ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  const server = ['--exchange-url', sandbox.url, '--mode', individual ? 'individual' : 'impersonation'];
  const account = individual
    ? ['--username', alice]
    : ['--username', 'svc@example.test', '--test-mailbox', alice];
  await command(['setup', ...server, ...account], individual ? 'alice\n' : 'svc\n');
  const user = ['user', 'add', alice, '--name', 'Alice', '--profile', 'administrator'];
  await command(user, individual ? 'alice\n' : '');
  const token = (await command(['token', 'create', alice, '--name', 'test'])).trim();
  const config = loadConfig({ env });
  const installation = await openInstallation(config, createLogger(config.log));
  await saveRules(installation, options.rules ?? {});
  await installation.close();
  // What never ran is due when the daemon starts, and would be synced while a test still writes it.
  await command(['sync']);

  const daemon = await spawnExsync(['start'], {
    env: { ...env, EXSYNC_LOG_LEVEL: 'info', EXSYNC_LOG_FORMAT: 'json' },
  });
  const ended = finished(daemon);
  const address = await listening(daemon.stderr);
  const run = async (...args: string[]): Promise<SyncReport> => {
    const [report] = JSON.parse(await command(['sync', '--user', alice, '--json', ...args])) as SyncReport[];
    if (!report) throw new Error('exsync sync told of no mailbox');
    return report;
  };
  return {
    folder,
    sandbox,
    env,
    crm: crmClient(address, token),
    sync: () => run(),
    preview: async () => actionsOf(await run('--preview')),
    async close() {
      daemon.kill('SIGTERM');
      await ended;
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The address the daemon says it listens at, in its log (as JSON). */
export function listening(stderr: NodeJS.ReadableStream | null): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stderr === null) return reject(new Error('the daemon has no stderr'));
    const lines = createInterface({ input: stderr });
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return reject(new Error(`the daemon did not start: ${line}`));
      const { message, address } = JSON.parse(line) as { message: string; address?: string };
      if (message === 'listening' && address !== undefined) resolve(address);
    });
    lines.once('close', () => reject(new Error('the daemon ended before it listened')));
  });
}

function actionsOf(report: SyncReport): NonNullable<SyncReport['actions']> {
  if (report.state !== 'done') throw new Error(`the preview ended ${report.state}: ${report.error}`);
  return report.actions ?? [];
}

export interface CrmRecord {
  readonly id: string;
  readonly revision: number;
  readonly values: Values;
  readonly hasPhoto: boolean;
}

/** The CRM through its HTTP API, as any program of the company would use it. */
export interface CrmClient {
  create(values: Values): Promise<CrmRecord>;
  /** Every record with its photo. */
  all(): Promise<CrmRecord[]>;
  byEmail(email: string): Promise<CrmRecord>;
  edit(email: string, values: Values): Promise<void>;
  remove(email: string): Promise<void>;
}

function crmClient(address: string, token: string): CrmClient {
  async function call(method: string, path: string, json?: unknown, revision?: number): Promise<unknown> {
    const response = await fetch(`${address}/api/v1/crm${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(revision !== undefined && { 'if-match': `"${revision}"` }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`);
    return answer === '' ? null : JSON.parse(answer);
  }
  async function list(filter: string): Promise<CrmRecord[]> {
    const found: CrmRecord[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = `?limit=200${filter}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = (await call('GET', `/contacts${query}`)) as {
        contacts: CrmRecord[];
        nextCursor: string | null;
      };
      found.push(...page.contacts);
      cursor = page.nextCursor;
    }
    return found;
  }
  const whole = async (record: CrmRecord): Promise<CrmRecord> =>
    record.hasPhoto ? ((await call('GET', `/contacts/${record.id}`)) as CrmRecord) : record;
  async function byEmail(email: string): Promise<CrmRecord> {
    const found = await list(`&email=${encodeURIComponent(email)}`);
    const [record] = found;
    if (!record || found.length !== 1) throw new Error(`${found.length} records have the address ${email}`);
    return record;
  }
  return {
    create: async (values) => (await call('POST', '/contacts', { values })) as CrmRecord,
    all: async () => Promise.all((await list('')).map(whole)),
    byEmail,
    async edit(email, values) {
      const { id, revision } = await byEmail(email);
      await call('PATCH', `/contacts/${id}`, { values }, revision);
    },
    async remove(email) {
      const { id, revision } = await byEmail(email);
      await call('DELETE', `/contacts/${id}`, undefined, revision);
    },
  };
}
