/** A company that is shaken: a stand-in Exchange, an installation, and people with mailboxes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startExchange } from '../../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxExchange, SandboxUser } from '../../../sandbox/exchange/server.ts';
import { serviceCredentialId } from '../../../src/composition/exchange-connections.ts';
import { openInstallation } from '../../../src/composition/installation.ts';
import type { Installation } from '../../../src/composition/installation.ts';
import { loadConfig } from '../../../src/config.ts';
import { createExchangeSide } from '../../../src/ews/exchange-side.ts';
import { createTransport } from '../../../src/ews/transport.ts';
import type { EwsTransport } from '../../../src/ews/transport.ts';
import { ewsSchemas } from '../../../src/ews/versions.ts';
import { createLogger } from '../../../src/log.ts';
import type { Settings } from '../../../src/sync/administration.ts';
import { modules } from '../../../src/sync/model.ts';
import type { SyncSide } from '../../../src/sync/ports.ts';
import type { RunScope } from '../../../src/sync/stores.ts';
import { environment } from '../../interop/company.ts';
import { freePort } from '../private-mariadb.ts';
import { crmClient } from './crm-client.ts';
import type { CrmClient } from './crm-client.ts';

const names = ['alice', 'bob', 'carol'] as const;
export const service = 'svc@example.test';
/** Somebody with a mailbox of the same server that is not synced: what she organises comes from outside. */
export const stranger = { name: 'olga', address: 'olga@example.test' } as const;
const tokenMs = 24 * 3_600_000;
/** No request to Exchange may take longer; who is slower on purpose is slower than that. */
export const requestTimeoutMs = 5_000;

export interface Person {
  readonly name: string;
  readonly address: string;
  readonly userId: string;
  readonly mailboxId: string;
  /** His mailbox as he sees it, with his own password. */
  readonly mailbox: SyncSide;
  /** The CRM while the daemon runs, with a token of his own. */
  readonly crm: CrmClient;
}

export interface ShakenCompany {
  readonly sandbox: Sandbox;
  readonly installation: Installation;
  readonly people: readonly Person[];
  readonly scopes: readonly RunScope[];
  /** For processes of the installation. */
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  close(): Promise<void>;
}

export interface ShakenOptions {
  readonly peopleCount: number;
  readonly rules: Settings['modules'];
  /** Null: SQLite, in the folder of the installation. */
  readonly databaseUrl: string | null;
  readonly onExchange: (exchange: SandboxExchange) => void;
}

export async function startShakenCompany(options: ShakenOptions): Promise<ShakenCompany> {
  const chosen = names.slice(0, options.peopleCount);
  const folder = mkdtempSync(join(tmpdir(), 'exsync-shaken-'));
  const addresses = chosen.map((name) => `${name}@example.test`);
  const users: SandboxUser[] = chosen.map((name) => ({
    name,
    address: `${name}@example.test`,
    password: name,
  }));
  users.push({ ...stranger, password: stranger.name });
  users.push({ name: 'svc', address: service, password: 'svc', impersonates: addresses });
  const sandbox = await startExchange({ users, onExchange: options.onExchange });
  const port = await freePort();
  const env = {
    ...environment(folder),
    ...(options.databaseUrl === null ? {} : { EXSYNC_DATABASE_URL: options.databaseUrl }),
    EXSYNC_HTTP_PORT: String(port),
    EXSYNC_LOG_LEVEL: 'info',
    EXSYNC_LOG_FORMAT: 'json',
    EXSYNC_SYNC_FIRST_RETRY_SECONDS: '1',
    EXSYNC_SYNC_LAST_RETRY_SECONDS: '4',
    EXSYNC_EWS_REQUEST_TIMEOUT_SECONDS: String(requestTimeoutMs / 1000),
  };
  const config = loadConfig({ env });
  const installation = await openInstallation(config, createLogger({ ...config.log, level: 'error' }));
  const { stores, crm } = installation;
  const { version, settings } = await stores.settings.load();
  const wide = { count: 1_000_000, share: 1 };
  await stores.settings.save(
    {
      ...settings,
      exchange: { url: sandbox.url, mode: 'impersonation', ca: null, schema: 'auto' },
      modules: options.rules,
      schedule: { everyMinutes: 1 },
      // What a person would have to approve would keep the sides apart.
      guard: { ...settings.guard, removes: wide, overwrites: wide, creates: wide },
    },
    version,
    'test',
  );
  await stores.credentials.save(serviceCredentialId, service, 'svc');
  const url = `http://127.0.0.1:${port}`;
  const transports: EwsTransport[] = [];
  const people: Person[] = [];
  for (const name of chosen) {
    const address = `${name}@example.test`;
    const made = await crm.users.create({ name, email: address, profileId: 'administrator' });
    if (made.kind === 'refused') throw new Error(made.message);
    const userId = made.user.id;
    const { id } = await stores.mailboxes.add({ crmUserId: userId, address, credentialId: null });
    const transport = createTransport({ url: sandbox.url, credentials: { username: name, password: name } });
    transports.push(transport);
    const schema = ewsSchemas.Exchange2013_SP1;
    const mailbox = createExchangeSide({ transport, mailbox: address, impersonate: false, schema });
    const token = await stores.access.createToken(userId, 'test', ['crm:read', 'crm:write'], tokenMs);
    people.push({ name, address, userId, mailboxId: id, mailbox, crm: crmClient(url, token) });
  }
  return {
    sandbox,
    installation,
    people,
    scopes: people.flatMap(({ mailboxId }) => modules.map((module) => ({ mailboxId, module }))),
    env,
    url,
    async close() {
      for (const transport of transports) await transport.close();
      await installation.close();
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
