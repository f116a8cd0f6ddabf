/** The sandbox Exchange in a process of its own, so that its work is not counted as the daemon's. */
import { fillMailbox } from '../sandbox/exchange/generate.ts';
import { startExchange } from '../sandbox/exchange/server.ts';
import type { Sandbox } from '../sandbox/exchange/server.ts';
import { serveParent } from './child.ts';
import { benchPassword } from './exchange-password.ts';

export type ExchangeRequest =
  | {
      readonly kind: 'start';
      readonly addresses: readonly string[];
      readonly contacts: number;
      readonly latencyMs: number;
      readonly record: boolean;
    }
  | { readonly kind: 'edit'; readonly address: string; readonly count: number; readonly round: number }
  | { readonly kind: 'recorded' };

let sandbox: Sandbox | null = null;
let recorded: string[] = [];

async function handle(request: ExchangeRequest): Promise<unknown> {
  if (request.kind === 'start') return start(request);
  if (sandbox === null) throw new Error('the sandbox was not started');
  switch (request.kind) {
    case 'edit': {
      const items = sandbox.store.contacts(request.address).slice(0, request.count);
      for (const { id } of items)
        sandbox.store.editItem(id, { 'contacts:JobTitle': `Edited ${request.round}` });
      return items.length;
    }
    case 'recorded': {
      const requests = recorded;
      recorded = [];
      return requests;
    }
  }
}

async function start(request: Extract<ExchangeRequest, { kind: 'start' }>): Promise<string> {
  const users = request.addresses.map((address) => ({ name: address, address, password: benchPassword }));
  const service = {
    name: 'svc',
    address: 'svc@example.test',
    password: benchPassword,
    impersonates: request.addresses,
  };
  // A clock that stands still: ids and states come out the same in the process that replays.
  const now = new Date('2026-01-05T08:00:00Z');
  sandbox = await startExchange({
    users: [...users, service],
    latencyMs: request.latencyMs,
    now: () => now,
    ...(request.record ? { onExchange: ({ request: body }) => recorded.push(body) } : {}),
  });
  request.addresses.forEach((address, index) => {
    if (sandbox) fillMailbox(sandbox.store, address, { contacts: request.contacts, seed: index + 1 });
  });
  return sandbox.url;
}

serveParent<ExchangeRequest>(handle, async () => {
  await sandbox?.close();
});
