/** The control address: HTTP on a loopback port of its own, one JSON command a request. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../server.ts';
import { INPUT_CHECKS } from './control-commands.ts';
import type { ControlCommand, ControlCommands } from './control-commands.ts';

type Handlers = {
  readonly [C in ControlCommand]: (input: ControlCommands[C]['in']) => ControlCommands[C]['out'];
};

const MOST_BYTES = 64 << 20;

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startControl(sandbox: Sandbox, port: number): Promise<ControlServer> {
  const handlers = handlersOf(sandbox);
  const server = createServer((request, response) => {
    answer(request, handlers)
      .then(
        (result) => ({ status: 200, body: { result } }),
        (error: unknown) => ({
          status: 400,
          body: { error: error instanceof Error ? error.message : String(error) },
        }),
      )
      .then(({ status, body }) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, handlers: Handlers): Promise<unknown> {
  // A page whose host name was pointed here afterwards would be of the same origin.
  if (!isLoopback(request.headers.host, request.socket.localPort))
    throw new Error('The Host must be 127.0.0.1, localhost or [::1], with the port.');
  // A web page cannot send this type across origins unasked.
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') {
    throw new Error('POST a command as application/json.');
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error('The command is too large.');
    chunks.push(chunk);
  }
  const { command, input } = readCommand(Buffer.concat(chunks).toString('utf8'));
  INPUT_CHECKS[command](input, 'The input');
  const handler = handlers[command] as (input: unknown) => unknown;
  return handler(input);
}

function isLoopback(host: string | undefined, port: number | undefined): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].some(
    (name) => host === `${name}:${port}` || (port === 80 && host === name),
  );
}

function readCommand(source: string): { readonly command: ControlCommand; readonly input: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    throw new Error('The command is no JSON document.');
  }
  const { command, input } = { ...(parsed as { readonly command?: unknown; readonly input?: unknown }) };
  if (typeof command === 'string' && Object.hasOwn(INPUT_CHECKS, command))
    return { command: command as ControlCommand, input };
  throw new Error(`A command is one of ${Object.keys(INPUT_CHECKS).join(', ')}.`);
}

function handlersOf(sandbox: Sandbox): Handlers {
  const done = (act: () => void): null => {
    act();
    return null;
  };
  const { store } = sandbox;
  return {
    inject: (fault) => done(() => sandbox.inject(fault)),
    failItem: (failure) => done(() => sandbox.failItem(failure)),
    clearFaults: () => done(() => sandbox.clearFaults()),
    touchChangeKey: ({ itemId }) => done(() => sandbox.touchChangeKey(itemId)),
    invalidateSyncStates: ({ address }) => done(() => sandbox.invalidateSyncStates(address)),
    moveMailbox: ({ address, ...move }) => done(() => sandbox.moveMailbox(address, move)),
    dropSubscriptions: () => done(() => sandbox.dropSubscriptions()),
    forgetEvents: ({ address }) => done(() => sandbox.forgetEvents(address)),
    unlock: ({ address }) => done(() => sandbox.unlock(store.mailbox(address).address)),
    setPolicy: (policy) => done(() => (sandbox.policy = policy)),
    setLatency: ({ latencyMs }) => done(() => (sandbox.latencyMs = latencyMs)),
    requests: () => ({ total: sandbox.requests.total, byOperation: sandbox.requests.byOperation }),
    resetRequests: () => done(() => sandbox.requests.reset()),
    contacts: ({ address, folder }) => store.contacts(address, folder),
    countItems: ({ address, folder }) => store.countItems(address, folder),
    addContact: ({ address, values, folder }) =>
      store.addContact(address, values, folder === undefined ? {} : { folder }),
    editItem: ({ itemId, values }) =>
      store.editItem(
        itemId,
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value ?? undefined])),
      ),
    removeItem: ({ itemId }) => done(() => store.removeItem(itemId)),
    exportState: () => sandbox.exportState(),
  };
}
