import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createEmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import type { EmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import type { CrmUser } from '../../../src/crm/embedded/user-store.ts';
import { createCrmApi } from '../../../src/tabs/api/crm-api.ts';
import { openMemoryDatabase } from '../../crm/embedded/memory-database.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, typed loosely on purpose: tests say what they expect of it. */
  readonly body: Record<string, unknown>;
}

export interface RequestOptions {
  readonly token?: string | null;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API on a port of its own, over an embedded CRM with three users, each with his first name as token. */
export interface ApiServer {
  readonly crm: EmbeddedCrm;
  readonly users: Readonly<Record<'root' | 'ann' | 'ben', CrmUser>>;
  readonly reported: unknown[];
  readonly router: express.Router;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Breaks the database, as a full disk would. */
  breakDatabase(): Promise<void>;
  close(): Promise<void>;
}

export async function startApi(): Promise<ApiServer> {
  const database = await openMemoryDatabase();
  const crm = createEmbeddedCrm(database, { clock: () => Date.UTC(2026, 4, 17, 9, 30) });
  const add = async (name: string, profileId: string): Promise<CrmUser> => {
    const result = await crm.users.create({ name, email: `${name}@example.test`, profileId });
    if (result.kind !== 'done') throw new Error(result.code);
    return result.user;
  };
  const users = {
    root: await add('root', 'administrator'),
    ann: await add('ann', 'standard'),
    ben: await add('ben', 'standard'),
  };
  const both = ['crm:read', 'crm:write'];
  const grants: Record<string, { userId: string; scopes: string[] }> = {
    root: { userId: users.root.id, scopes: both },
    ann: { userId: users.ann.id, scopes: both },
    ben: { userId: users.ben.id, scopes: both },
    'ann-reads': { userId: users.ann.id, scopes: ['crm:read'] },
    'ann-writes': { userId: users.ann.id, scopes: ['crm:write'] },
    nobody: { userId: 'nobody', scopes: both },
  };
  const reported: unknown[] = [];
  const router = createCrmApi({
    authenticate: async (token) => grants[token] ?? null,
    directory: crm.directory,
    contacts: crm.contacts,
    tasks: crm.tasks,
    events: crm.events,
    sync: null,
    why: async ({ module, id, ownerId }) => ({
      verdict: 'inStep',
      because: `${module} ${id} of ${ownerId}`,
      remedy: null,
    }),
    version: '1.2.3',
    reportError: (error) => reported.push(error),
  });
  const server = express().use('/api/v1', router).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  let open = true;
  const closeDatabase = async () => {
    if (open) await database.close();
    open = false;
  };

  return {
    crm,
    users,
    reported,
    router,
    async request(method, path, { token = 'ann', json, headers = {} } = {}) {
      const response = await fetch(base + path, {
        method,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: typeof json === 'string' ? json : JSON.stringify(json) }),
      });
      const text = await response.text();
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, text, body };
    },
    breakDatabase: closeDatabase,
    async close() {
      server.closeAllConnections();
      server.close();
      await closeDatabase();
    },
  };
}
