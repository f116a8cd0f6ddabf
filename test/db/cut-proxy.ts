/** Stands between the program and its database server, and cuts connections. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';

export interface CutProxy {
  readonly port: number;
  /** Connections are cut when a client says this: `lost` before the server hears it, `unanswered` after. */
  cutAt: { readonly text: string; readonly fate: 'lost' | 'unanswered' } | null;
  /** Told what clients say. */
  listen: (text: string) => void;
  /** How often that happened. */
  readonly cuts: number;
  /** Cuts what is there; and takes nothing new until `open`. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export async function startCutProxy(upstream: {
  readonly host: string;
  readonly port: number;
}): Promise<CutProxy> {
  const clients = new Set<Socket>();
  let cuts = 0;

  const server = createServer((client) => {
    clients.add(client);
    const remote = connect(upstream);
    const end = (): void => {
      clients.delete(client);
      client.destroy();
      remote.destroy();
    };
    for (const socket of [client, remote]) socket.on('error', end).on('close', end);
    client.on('data', (data) => {
      proxy.listen(data.toString('latin1'));
      const { cutAt } = proxy;
      if (cutAt === null || !data.includes(cutAt.text)) return void remote.write(data);
      cuts += 1;
      proxy.cutAt = null;
      if (cutAt.fate === 'lost') return end();
      remote.prependOnceListener('data', end);
      remote.write(data);
    });
    remote.on('data', (data) => {
      if (!client.destroyed) client.write(data);
    });
  });

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const shut = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const client of clients) client.destroy();
    await closed;
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const proxy: CutProxy = {
    port,
    cutAt: null,
    listen: () => undefined,
    get cuts() {
      return cuts;
    },
    shut,
    open: () => listen(port),
    close: async () => {
      if (server.listening) await shut();
    },
  };
  return proxy;
}
