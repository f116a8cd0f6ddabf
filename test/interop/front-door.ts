/** What stands before an Exchange server: passes requests on, counts the answers, or answers itself as a test says. */
import { createServer, request as send } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface DoorAnswer {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** The connection ends after half of the body. */
  readonly cut?: boolean;
  /** Only to those who sign in: Exchange asks the others to. */
  readonly signedIn?: boolean;
}

export interface FrontDoor {
  readonly url: string;
  /** How often each status was answered, but for the question without credentials how to sign in. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Null, the default: Exchange answers. May be set while it is open. */
  answer: DoorAnswer | null;
  /** Lets nobody through until `release`; resolves when somebody waits. */
  hold(): Promise<void>;
  release(): void;
  close(): Promise<void>;
}

export async function openFrontDoor(upstream: string): Promise<FrontDoor> {
  const statuses = new Map<number, number>();
  let released = Promise.resolve();
  let release = (): void => undefined;
  let knock = (): void => undefined;

  async function passOn(incoming: IncomingMessage, body: Buffer): Promise<DoorAnswer> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { method, headers } = incoming;
      const forwarded = send(upstream, { method, headers: { ...headers, connection: 'close' } }, resolve);
      forwarded.once('error', reject);
      forwarded.end(body);
    });
    const { 'content-type': type, 'www-authenticate': signIn } = answer.headers;
    return {
      status: answer.statusCode ?? 502,
      ...(type === undefined ? {} : { type }),
      ...(signIn === undefined ? {} : { headers: { 'WWW-Authenticate': signIn } }),
      body: (await buffer(answer)).toString(),
    };
  }

  const server = createServer((incoming, response) => {
    void buffer(incoming)
      .then(async (body) => {
        knock();
        await released;
        return body;
      })
      .then(async (body) => {
        const isAsked = door.answer?.signedIn === true && incoming.headers.authorization === undefined;
        return isAsked ? passOn(incoming, body) : (door.answer ?? (await passOn(incoming, body)));
      })
      .then(({ status, type, headers, body, cut }) => {
        if (incoming.headers.authorization !== undefined)
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const bytes = Buffer.from(body);
        response.writeHead(status, {
          ...headers,
          ...(type === undefined ? {} : { 'Content-Type': type }),
          'Content-Length': bytes.length,
        });
        if (cut) response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
        else response.end(bytes);
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const door: FrontDoor = {
    url: `http://127.0.0.1:${port}/EWS/Exchange.asmx`,
    statuses,
    answer: null,
    hold() {
      released = new Promise((resolve) => {
        release = resolve;
      });
      return new Promise((resolve) => {
        knock = resolve;
      });
    },
    release: () => release(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return door;
}
