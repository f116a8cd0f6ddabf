/** Stands between a process and its Exchange server, counts its requests, and is told when one of them is its last. */
import { Agent, createServer, request as send } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What becomes of a request: carried out and answered; lost on its way; carried out and its answer lost. */
export type Fate = 'answered' | 'lost' | 'answerLost';

export interface KillProxy {
  readonly url: string;
  /** Where requests go; set before the first. */
  upstream: string;
  /** Requests since it was last set to 0. */
  requests: number;
  /** Asked for each request with its number from 1. */
  fateOf: (request: number) => Fate;
  /** Called for a request that is not to be answered: before it is carried out, or after. */
  onFate: () => Promise<void>;
  close(): Promise<void>;
}

export async function startKillProxy(): Promise<KillProxy> {
  const agent = new Agent({ keepAlive: true });

  async function carryOut(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ answer: IncomingMessage; body: Buffer }> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers } = incoming;
      const forwarded = send(proxy.upstream, { method, headers, agent }, resolve);
      forwarded.once('error', reject);
      forwarded.end(body);
    });
    return { answer, body: await buffer(answer) };
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    proxy.requests += 1;
    const fate = proxy.fateOf(proxy.requests);
    if (fate === 'lost') {
      await proxy.onFate();
      return void response.destroy();
    }
    const { answer, body: answered } = await carryOut(incoming, body);
    if (fate === 'answerLost') {
      await proxy.onFate();
      return void response.destroy();
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(answered);
  }

  const server = createServer((incoming, response) => {
    // The process may be dead by now: then nobody waits for the answer.
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: KillProxy = {
    url: `http://127.0.0.1:${port}/EWS/Exchange.asmx`,
    upstream: '',
    requests: 0,
    fateOf: () => 'answered',
    onFate: async () => undefined,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
