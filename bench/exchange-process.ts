/** The sandbox Exchange in a process of its own, so that its work is not counted as the daemon's. */
import { fillMailbox } from '../sandbox/exchange/generate.ts';
import type { FillAmount } from '../sandbox/exchange/generate.ts';
import { startExchange } from '../sandbox/exchange/server.ts';
import type { Sandbox } from '../sandbox/exchange/server.ts';
import type { Module } from '../src/sync/model.ts';
import { serveParent } from './child.ts';
import { benchPassword } from './exchange-password.ts';

export type ExchangeRequest =
  | {
      readonly kind: 'start';
      readonly addresses: readonly string[];
      /** Of each mailbox. */
      readonly filling: Omit<FillAmount, 'seed'>;
      readonly latencyMs: number;
      readonly record: boolean;
    }
  | {
      readonly kind: 'edit';
      readonly address: string;
      readonly module: Module;
      readonly count: number;
      readonly round: number;
    }
  | { readonly kind: 'recorded' };

const editedProperty: Readonly<Record<Module, string>> = {
  contacts: 'contacts:JobTitle',
  tasks: 'item:Subject',
  events: 'calendar:Location',
};

let sandbox: Sandbox | null = null;
let recorded: string[] = [];

async function handle(request: ExchangeRequest): Promise<unknown> {
  if (request.kind === 'start') return start(request);
  if (sandbox === null) throw new Error('the sandbox was not started');
  switch (request.kind) {
    case 'edit': {
      const { store } = sandbox;
      const { address, module, count, round } = request;
      const { ids } = store.mailbox(address);
      const folder = store.folder(address, module === 'events' ? 'calendar' : module);
      const all = [...folder.log.items()].filter(
        ({ values }) => values.get('item:Sensitivity') !== 'Private',
      );
      for (const { serial } of all.slice(count * (round - 1), count * round))
        store.editItem(ids.write('item', serial), { [editedProperty[module]]: `Edited ${round}` });
      return;
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
    if (sandbox) fillMailbox(sandbox.store, address, { ...request.filling, seed: index + 1 });
  });
  return sandbox.url;
}

serveParent<ExchangeRequest>(handle, async () => {
  await sandbox?.close();
});
