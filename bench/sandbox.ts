/**
 * How fast the sandbox Exchange answers a client that does nothing else, and what an item costs it. BENCH_PROFILE=1
 * also writes to stderr in which functions it spent its time.
 */
import { Pool } from 'undici';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { benchPassword } from './exchange-password.ts';
import type { Measurement } from './report.ts';
import type { SandboxRequest } from './sandbox-process.ts';

const addresses = {
  contacts: 'contacts@example.test',
  tasks: 'tasks@example.test',
  messages: 'messages@example.test',
  events: 'events@example.test',
  empty: 'empty@example.test',
};
/** Requests on their way at a time: enough that the server never waits for the client. */
const inFlight = 3;
const namespaces =
  'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" ' +
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"';
const perBatch = 50;
const perPage = 512;
/** Microseconds an item (5,000, 3,000 and 20,000 a second), and bytes. */
const goalOf = { getItem: 200, createItem: 333, syncFolderItems: 50, bytesPerItem: 3072 };

type Ask = (address: string, body: string) => Promise<string>;

function client(url: string): { readonly ask: Ask; readonly close: () => Promise<void> } {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: inFlight });
  return {
    async ask(address, body) {
      const authorization = `Basic ${Buffer.from(`${address}:${benchPassword}`).toString('base64')}`;
      const envelope =
        `<s:Envelope ${namespaces}><s:Header><t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header>` +
        `<s:Body>${body}</s:Body></s:Envelope>`;
      const headers = { 'content-type': 'text/xml; charset=utf-8', authorization };
      const answer = await pool.request({ path: pathname, method: 'POST', headers, body: envelope });
      const text = await answer.body.text();
      if (answer.statusCode !== 200 || text.includes('ResponseClass="Error"'))
        throw new Error(`The sandbox answered ${answer.statusCode}: ${text.slice(0, 500)}`);
      return text;
    },
    close: () => pool.close(),
  };
}

/** Milliseconds until all are done, `inFlight` at a time. */
async function timed(tasks: readonly (() => Promise<unknown>)[]): Promise<number> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) await task();
    }),
  );
  return performance.now() - begun;
}

const shape = (base: string): string => `<m:ItemShape><t:BaseShape>${base}</t:BaseShape></m:ItemShape>`;

/** All pages of the contacts of an address; the ids that came. */
async function syncAll(ask: Ask, address: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let state = '';
  for (let last = false; !last;) {
    const xml = await ask(
      address,
      `<m:SyncFolderItems>${shape('IdOnly')}<m:SyncFolderId><t:DistinguishedFolderId Id="contacts"/></m:SyncFolderId>` +
        `${state}<m:MaxChangesReturned>${perPage}</m:MaxChangesReturned></m:SyncFolderItems>`,
    );
    for (const [, id = ''] of xml.matchAll(/<t:ItemId Id="([^"]*)"/g)) ids.push(id);
    state = /<m:SyncState>[^<]*<\/m:SyncState>/.exec(xml)?.[0] ?? '';
    last = xml.includes('<m:IncludesLastItemInRange>true<');
  }
  return ids;
}

function batches<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / perBatch) }, (_, index) =>
    list.slice(index * perBatch, (index + 1) * perBatch),
  );
}

function getItem(ids: readonly string[]): string {
  const list = ids.map((id) => `<t:ItemId Id="${id}"/>`).join('');
  return `<m:GetItem>${shape('AllProperties')}<m:ItemIds>${list}</m:ItemIds></m:GetItem>`;
}

function createItem(indexes: readonly number[]): string {
  const contacts = indexes.map(
    (index) =>
      `<t:Contact><t:GivenName>Zoë ${index}</t:GivenName><t:CompanyName>Grün &amp; Söhne</t:CompanyName><t:EmailAddresses>` +
      `<t:Entry Key="EmailAddress1">zoe.${index}@example.test</t:Entry></t:EmailAddresses><t:PhoneNumbers>` +
      '<t:Entry Key="MobilePhone">+49 171 1234567</t:Entry></t:PhoneNumbers><t:JobTitle>Engineer</t:JobTitle>' +
      `<t:Surname>Müller</t:Surname></t:Contact>`,
  );
  return `<m:CreateItem><m:Items>${contacts.join('')}</m:Items></m:CreateItem>`;
}

export async function benchSandbox(): Promise<Measurement[]> {
  const items = Number(process.env['BENCH_SANDBOX_ITEMS'] ?? 10_000);
  const server = startChild<SandboxRequest>(new URL('./sandbox-process.js', import.meta.url));
  const { ask, close } = client(
    await server.ask<string>({ kind: 'start', addresses: Object.values(addresses) }),
  );
  const memory: Record<string, number> = {};
  for (const what of ['contacts', 'tasks', 'messages', 'events'] as const)
    memory[what] = await server.ask<number>({
      kind: 'fill',
      what,
      count: items,
      address: addresses[what],
    });

  const ids = await syncAll(ask, addresses.contacts);
  const gets = batches(ids).map((batch) => () => ask(addresses.contacts, getItem(batch)));
  const numbers = Array.from({ length: items }, (_, index) => index);
  const creates = batches(numbers).map((batch) => () => ask(addresses.empty, createItem(batch)));
  const syncs = Array.from({ length: 3 * inFlight }, () => () => syncAll(ask, addresses.contacts));
  await timed([...gets.slice(0, 40), ...syncs.slice(0, inFlight)]);

  const measurements = [
    await measured('getItem', items, gets, server),
    await measured('createItem', items, creates, server),
    await measured('syncFolderItems', items * syncs.length, syncs, server),
    ...Object.entries(memory).map(([what, bytesPerItem]) => ({
      name: `sandbox.memory.${what}`,
      figures: { bytesPerItem },
      goals: { bytesPerItem: goalOf.bytesPerItem },
    })),
  ];
  await close();
  await server.end();
  return measurements;
}

async function measured(
  name: 'getItem' | 'createItem' | 'syncFolderItems',
  items: number,
  tasks: readonly (() => Promise<unknown>)[],
  server: Child<SandboxRequest>,
): Promise<Measurement> {
  const profiling = process.env['BENCH_PROFILE'] === '1';
  if (profiling) await server.ask({ kind: 'startProfile' });
  const wallMs = await timed(tasks);
  if (profiling) {
    const lines = await server.ask<readonly string[]>({ kind: 'endProfile' });
    process.stderr.write(`sandbox.${name}\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
  }
  return {
    name: `sandbox.${name}`,
    figures: { perSecond: items / (wallMs / 1000), microsecondsPerItem: (wallMs * 1000) / items },
    goals: { microsecondsPerItem: goalOf[name] },
  };
}
