/** The same first sync again and again: 150 records and 150 contacts, 30 of them the same people, some with pictures. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { demoRecord } from '../../src/commands/demo-people.ts';
import { syncOne } from '../../src/commands/sync.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import { serviceCredentialId } from '../../src/composition/exchange-connections.ts';
import { openInstallation } from '../../src/composition/installation.ts';
import type { Installation } from '../../src/composition/installation.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import type { Values } from '../../src/sync/model.ts';
import { alice, environment } from '../interop/company.ts';
import { finished, spawnExsync } from '../interop/exsync-program.ts';
import type { Finished } from '../interop/exsync-program.ts';
import type { CaseDatabase, MakeCaseDatabase } from './case-database.ts';
import { startKillProxy } from './kill-proxy.ts';
import type { Fate, KillProxy } from './kill-proxy.ts';

const recordCount = 150;
const contactCount = 150;
const sharedCount = 30;
/** Every fifth record has a picture: each takes requests and intents of its own. */
const pictureEvery = 5;
/** What both sides hold in the end. */
export const peopleCount = recordCount + contactCount - sharedCount;

const preload = ['test/chaos/commit-kill-preload.ts'];

function recordOf(index: number): Values {
  const values = demoRecord(7, index);
  if (index % pictureEvery !== 0) return values;
  const content = Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.from(`picture ${index}`)]).toString(
    'base64',
  );
  return { ...values, photo: { mediaType: 'image/jpeg', content } };
}

/** The mailbox as it is before the first sync: the same one every time. */
export async function startFilledExchange(contacts = contactCount, shared = sharedCount): Promise<Sandbox> {
  const now = new Date('2026-03-02T09:00:00Z');
  const sandbox = await startExchange({ now: () => now });
  fillMailbox(sandbox.store, alice, { contacts: contacts - shared, seed: 42 });
  for (let index = 0; index < shared; index += 1) {
    const { givenName, surname, email1 } = recordOf(index);
    sandbox.store.addContact(alice, {
      'contacts:GivenName': textOf(givenName),
      'contacts:Surname': textOf(surname),
      'contacts:EmailAddress/EmailAddress1': textOf(email1),
      'contacts:JobTitle': 'As Exchange says',
      'contacts:PhoneNumber/HomePhone': '+49 30 7654321',
    });
  }
  return sandbox;
}

/** One place to run cases in, one after the other: a proxy with a fixed address, and the database that names it. */
export interface Slot {
  readonly folder: string;
  readonly database: CaseDatabase;
  readonly proxy: KillProxy;
  close(): Promise<void>;
}

export async function openSlot(makeDatabase: MakeCaseDatabase): Promise<Slot> {
  const folder = mkdtempSync(join(tmpdir(), 'exsync-kill-'));
  const database = await makeDatabase(folder, join(folder, 'case'));
  const proxy = await startKillProxy();
  await furnish(environmentOf(folder, database.templateUrl), proxy.url);
  return {
    folder,
    database,
    proxy,
    async close() {
      await proxy.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function environmentOf(folder: string, databaseUrl: string): Record<string, string> {
  return { ...environment(folder), EXSYNC_DATABASE_URL: databaseUrl };
}

/** An installation for Alice, whose Exchange is at this address, with `count` records of hers. */
export async function furnish(
  env: Readonly<Record<string, string>>,
  url: string,
  count = recordCount,
): Promise<void> {
  await withInstallation(env, async ({ stores, crm }) => {
    const { version, settings } = await stores.settings.load();
    const exchange = { url, mode: 'impersonation', ca: null, schema: 'Exchange2013_SP1' } as const;
    await stores.settings.save({ ...settings, exchange }, version, 'test');
    await stores.credentials.save(serviceCredentialId, 'svc@example.test', 'svc');
    const made = await crm.users.create({ name: 'Alice', email: alice, profileId: 'administrator' });
    if (made.kind === 'refused') throw new Error(made.message);
    const ownerId = made.user.id;
    await stores.mailboxes.add({ crmUserId: ownerId, address: alice, credentialId: null });
    const drafts = Array.from({ length: count }, (_, index) => ({ ownerId, values: recordOf(index) }));
    await crm.contacts.create(drafts, { actor: ownerId, onlyOwnerId: null });
  });
}

export async function withInstallation<T>(
  env: Readonly<Record<string, string>>,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const config = loadConfig({ env });
  const installation = await openInstallation(config, createLogger({ ...config.log, level: 'error' }));
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}

/** When the process is killed. */
export type Blow =
  | { readonly at: 'request'; readonly number: number; readonly fate: Exclude<Fate, 'answered'> }
  | { readonly at: 'commit'; readonly number: number; readonly when: 'before' | 'after' };

/** Every field of every contact, by first address; a double shows as an array of two. */
export type Contents = Readonly<Record<string, readonly unknown[]>>;

export interface CaseResult {
  readonly killed: boolean;
  readonly requests: number;
  /** Transactions the undisturbed process committed; null where it was killed. */
  readonly commits: number | null;
  /** Actions that were written down as tried and had no result when the process died. */
  readonly intents: number;
  /** Creates among them that were found to have been carried out. */
  readonly adopted: number;
  readonly recovery: SyncReport;
  readonly further: SyncReport;
  readonly crm: Contents;
  readonly exchange: Contents;
}

/** Syncs for the first time, killed by `blow` (or not at all), then syncs normally and looks at both sides. */
export async function playCase(slot: Slot, blow: Blow | null): Promise<CaseResult> {
  const folder = join(slot.folder, 'case');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(join(slot.folder, 'exsync.key'), join(folder, 'exsync.key'));
  await slot.database.restore();
  const env = environmentOf(folder, slot.database.caseUrl);
  const sandbox = await startFilledExchange();
  try {
    slot.proxy.upstream = sandbox.url;
    const first = await runKilled(slot.proxy, folder, env, blow);
    const requests = slot.proxy.requests;
    const killed = first.signal === 'SIGKILL';
    if (!killed && first.code !== 0)
      throw new Error(`the first run ended with ${first.code}: ${first.stderr}`);
    const tried = await slot.database.rows<{ readonly id: number; readonly kind: string }>(
      "SELECT id, kind FROM actions WHERE state = 'tried'",
    );
    const second = await finished(await spawnExsync(['sync', '--json'], { env }));
    const [recovery] = JSON.parse(second.stdout || '[]') as SyncReport[];
    if (!recovery) throw new Error(`the run after it said nothing: ${second.stderr}`);
    const creates = tried.filter(({ kind }) => kind === 'create').map(({ id }) => id);
    return {
      killed,
      requests,
      commits: killed ? null : Number(readFileSync(join(folder, 'commits'), 'utf8')),
      intents: tried.length,
      adopted: await doneAmong(slot.database, creates),
      recovery,
      exchange: contentsOfExchange(sandbox),
      ...(await withInstallation(env, async (installation) => ({
        further: await previewOf(installation),
        crm: await contentsOfCrm(installation),
      }))),
    };
  } finally {
    await sandbox.close();
  }
}

async function runKilled(
  proxy: KillProxy,
  folder: string,
  base: Readonly<Record<string, string>>,
  blow: Blow | null,
): Promise<Finished> {
  const env: Record<string, string> = { ...base, COMMIT_COUNT_FILE: join(folder, 'commits') };
  if (blow?.at === 'commit')
    Object.assign(env, { KILL_AT_COMMIT: String(blow.number), KILL_WHEN: blow.when });
  proxy.requests = 0;
  const child = await spawnExsync(['sync'], { env, preload });
  const end = finished(child);
  if (blow?.at === 'request') {
    proxy.fateOf = (number) => (number === blow.number ? blow.fate : 'answered');
    proxy.onFate = async () => {
      child.kill('SIGKILL');
      await end;
    };
  }
  const result = await end;
  proxy.fateOf = () => 'answered';
  return result;
}

async function doneAmong(database: CaseDatabase, ids: readonly number[]): Promise<number> {
  const done = await database.rows<{ readonly id: number }>("SELECT id FROM actions WHERE state = 'done'");
  return done.filter(({ id }) => ids.includes(id)).length;
}

export async function previewOf(installation: Installation): Promise<SyncReport> {
  const [mailbox] = await installation.stores.mailboxes.list();
  if (!mailbox) throw new Error('the mailbox is gone');
  return syncOne(installation, mailbox, 'contacts', { preview: true, signal: new AbortController().signal });
}

export async function contentsOfCrm({ crm }: Installation): Promise<Contents> {
  const people: [string, unknown][] = [];
  const access = { actor: 'test', onlyOwnerId: null };
  for (let after: Parameters<typeof crm.contacts.list>[0]['after'] | null = undefined; after !== null;) {
    const page = await crm.contacts.list({
      order: 'modified',
      limit: 200,
      includeDeleted: true,
      ...(after ? { after } : {}),
    });
    for (const contact of await crm.contacts.read(
      page.records.map(({ id }) => id),
      access,
    )) {
      // A tombstone would be a contact that was deleted: nobody deletes here.
      people.push(contact ? [textOf(contact.values['email1']), sorted(contact.values)] : ['deleted', null]);
    }
    after = page.next;
  }
  return byAddress(people);
}

/** Without what the server sets by itself, and without the stamp: its link's id is another one each time. */
export function contentsOfExchange({ store }: Sandbox): Contents {
  const people = store.contacts(alice).map(({ id, values }): [string, unknown] => {
    const filled = Object.entries(values).filter(([name]) => /^(contacts|item:(Body|Categories))/.test(name));
    const pictures = store
      .locate(id)
      .item.attachments.map((attachment) =>
        'content' in attachment
          ? createHash('sha256').update(attachment.content).digest('hex')
          : attachment.name,
      );
    return [
      textOf(values['contacts:EmailAddress/EmailAddress1']),
      { ...sorted(Object.fromEntries(filled)), pictures },
    ];
  });
  return byAddress(people);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function sorted(values: object): object {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function byAddress(people: readonly (readonly [string, unknown])[]): Contents {
  const found: Record<string, unknown[]> = {};
  for (const [email, values] of people) (found[email] ??= []).push(values);
  return found;
}
