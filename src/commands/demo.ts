/** `exsync demo`: everything on this machine, in a folder that goes away again. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schedule } from 'node-cron';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { startDaemon } from '../composition/daemon.ts';
import { serviceCredentialId } from '../composition/exchange-connections.ts';
import { openInstallation } from '../composition/installation.ts';
import type { Installation } from '../composition/installation.ts';
import { loadConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import type { Module, Values } from '../sync/model.ts';
import { modules } from '../sync/model.ts';
import { say, sayJson, table } from './answers.ts';
import { demoAccounts, demoEvents, demoRecord, demoTasks, demoUsers } from './demo-people.ts';
import { stopped } from './start.ts';
import { syncOne } from './sync.ts';
import type { SyncReport } from './sync.ts';
import { signInAddress } from './users.ts';

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  /** 0: any free port. */
  readonly port: number;
  readonly signal: AbortSignal;
}

const itemsPerMailbox = { contacts: 40, tasks: 8, events: 12 } as const;
const recordsPerUser = 30;
/** So many of a user's records are people his mailbox knows, too. */
const sharedPeople = 8;

/** Returns false when a run failed. */
export async function demo(options: DemoOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'exsync-demo-'));
  try {
    return await demoIn(folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function demoIn(folder: string, options: DemoOptions): Promise<boolean> {
  // Its own configuration: a demo neither reads nor touches what is installed beside it.
  const config = loadConfig({
    defaultsOnly: true,
    env: {
      EXSYNC_DATABASE_URL: `sqlite:${join(folder, 'demo.db')}`,
      EXSYNC_SECRET_KEY: randomBytes(32).toString('base64'),
      EXSYNC_HTTP_PORT: String(options.port),
      EXSYNC_LOG_LEVEL: options.once ? 'error' : 'warn',
    },
  });
  const { startExchange } = await import('../../sandbox/exchange/server.ts');
  const sandbox = await startExchange({ users: demoAccounts });
  try {
    const installation = await openInstallation(config, createLogger(config.log));
    try {
      await furnish(installation, sandbox);
      return options.once
        ? await syncOnce(installation, sandbox, options)
        : await syncUntilStopped(installation, sandbox, options.signal);
    } finally {
      await installation.close();
    }
  } finally {
    await sandbox.close();
  }
}

/** Mailboxes, users, records: what a company has before it installs us. */
async function furnish({ stores, crm }: Installation, sandbox: Sandbox): Promise<void> {
  const { fillMailbox } = await import('../../sandbox/exchange/generate.ts');
  const { version, settings } = await stores.settings.load();
  const exchange = { url: sandbox.url, mode: 'impersonation', ca: null, schema: 'Exchange2013_SP1' } as const;
  await stores.settings.save({ ...settings, exchange }, version, 'demo');
  await stores.credentials.save(serviceCredentialId, 'svc@example.test', 'svc');
  for (const [owner, { name, email, profile }] of demoUsers.entries()) {
    const made = await crm.users.create({ name, email, profileId: profile });
    if (made.kind === 'refused') throw new Error(made.message);
    const ownerId = made.user.id;
    await stores.mailboxes.add({ crmUserId: ownerId, address: email, credentialId: null });
    fillMailbox(sandbox.store, email, { ...itemsPerMailbox, seed: owner + 1 });
    const records = Array.from({ length: recordsPerUser }, (_, index) => ({
      ownerId,
      values: demoRecord(owner, index),
    }));
    const access = { actor: ownerId, onlyOwnerId: null };
    await crm.contacts.create(records, access);
    await crm.tasks.create(
      demoTasks(owner).map((values) => ({ ownerId, values })),
      access,
    );
    await crm.events.create(
      demoEvents(owner).map((values) => ({ ownerId, values })),
      access,
    );
    for (const shared of records.slice(0, sharedPeople).map(({ values }) => textsOf(values))) {
      sandbox.store.addContact(email, {
        'contacts:GivenName': shared['givenName'] ?? '',
        'contacts:Surname': shared['surname'] ?? '',
        'contacts:EmailAddress/EmailAddress1': shared['email1'] ?? '',
        'contacts:PhoneNumber/MobilePhone': '+49 30 1234567',
        'contacts:PhoneNumber/HomePhone': '+49 30 7654321',
      });
    }
  }
}

/** The mailbox folder of each module. */
const folders = { contacts: 'contacts', tasks: 'tasks', events: 'calendar' } as const satisfies Record<
  Module,
  string
>;

function textsOf(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) => (typeof value === 'string' ? [[field, value]] : [])),
  );
}

async function syncOnce(
  installation: Installation,
  sandbox: Sandbox,
  options: DemoOptions,
): Promise<boolean> {
  const reports: (SyncReport & { readonly holds: { readonly crm: number; readonly exchange: number } })[] =
    [];
  for (const mailbox of await installation.stores.mailboxes.list()) {
    for (const module of modules) {
      const report = await syncOne(installation, mailbox, module, { preview: false, signal: options.signal });
      const crm = await countRecords(installation, module, mailbox.crmUserId);
      const exchange = sandbox.store.countItems(mailbox.address, folders[module]);
      reports.push({ ...report, holds: { crm, exchange } });
    }
  }
  if (options.json) sayJson(reports);
  else {
    const head = ['USER', 'MODULE', 'SIDE', 'CREATED', 'UPDATED', 'DELETED', 'CONFLICTS', 'FAILED', 'HOLDS'];
    const rows = reports.flatMap(({ user, module, counts, holds }) =>
      (['crm', 'exchange'] as const).map((side) => {
        const { created, updated, deleted, conflicts, failed } = counts[side];
        const figures = [created, updated, deleted, conflicts, failed, holds[side]].map(String);
        return [user, module, side, ...figures];
      }),
    );
    say(table([head, ...rows]));
  }
  return reports.every(
    ({ state, counts }) => state === 'done' && counts.crm.failed + counts.exchange.failed === 0,
  );
}

async function countRecords({ crm }: Installation, module: Module, ownerId: string): Promise<number> {
  let count = 0;
  for await (const page of crm.side.changes(module, null, { ownerId })) {
    count += page.changes.filter(({ kind }) => kind === 'changed').length;
  }
  return count;
}

async function syncUntilStopped(
  installation: Installation,
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<boolean> {
  const daemon = await startDaemon(installation);
  const mailboxes = await installation.stores.mailboxes.list();
  // A company syncs every few minutes; who tries the demo does not want to wait.
  const often = schedule('*/3 * * * * *', async () => {
    for (const { id } of mailboxes) await daemon.syncNow(id);
  });
  const administrator = await installation.crm.directory.userByEmail(demoUsers[0].email);
  if (administrator === null) throw new Error('the demo has no administrator');
  const link = await signInAddress(installation, administrator.id, daemon.publicUrl);
  say(
    [
      '',
      `  MS Exchange Sync   ${link}`,
      '                     (works once, within 15 minutes)',
      `  Sandbox Exchange   ${sandbox.url}`,
      '                     alice@example.test, bob@example.test, carol@example.test; the name is the password',
      `  JSON API           ${daemon.publicUrl}/api/v1/openapi.json`,
      '',
      '  Both sides are synced every three seconds. Stop with Ctrl-C; nothing is kept.',
      '',
    ].join('\n'),
  );
  await stopped(signal);
  await often.destroy();
  await daemon.stop();
  return true;
}
