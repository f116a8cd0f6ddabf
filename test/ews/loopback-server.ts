/** A server on loopback that answers each request as the test says, and keeps what it was sent. */
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface LoopbackServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Called with the body already read; `index` counts the requests from 0. */
export type Answer = (response: ServerResponse, index: number, request: ReceivedRequest) => void;

export interface LoopbackOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Basic unless given: the server itself says that it wants Basic. `own`: the test answers that question too. */
  readonly signIn?: 'own';
}

export async function startLoopback(
  answer: Answer,
  { tls, signIn }: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener: RequestListener = (incoming, response) => {
    void readBody(incoming).then((body) => {
      if (signIn !== 'own' && body === '' && incoming.headers.authorization === undefined)
        return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="loopback"' }).end();
      const request = { method: incoming.method, path: incoming.url, headers: incoming.headers, body };
      const index = requests.push(request) - 1;
      answer(response, index, request);
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/EWS/Exchange.asmx`,
    port,
    requests,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

export const envelope =
  '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">' +
  '<s:Body>Grüße</s:Body></s:Envelope>';

/** Answers like Exchange: with its content type, chunked. */
export function answerSoap(response: ServerResponse, text = envelope, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'text/xml; charset=utf-8' });
  response.write(text.slice(0, 30));
  response.end(text.slice(30));
}
