/** One TCP connection to a server, used for one request after the other and never opened a second time. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { buildConnector } from 'undici';
import { Client } from 'undici';
import type { HttpAnswer, HttpPost } from './http-post.ts';
import { httpPost } from './http-post.ts';

/** The connection was closed before this request: nothing of it was sent. */
export class ConnectionSpent extends Error {
  override name = 'ConnectionSpent';
  readonly code = 'ECONNRESET';
  constructor() {
    super('the connection was closed before the request');
  }
}

/** Well below the two minutes after which IIS closes an idle connection. */
const keepAliveMs = 30_000;

export class HttpConnection {
  /** NTLM signs in a connection, not a request: whoever signed it in notes it here. */
  signedIn = false;
  readonly #client: Client;
  #socket: Socket | undefined;

  constructor(origin: string, connect: buildConnector.connector) {
    this.#client = new Client(origin, {
      // A connection that undici opened again by itself would carry a proof made for the one before.
      connect: (target, done) => {
        if (this.#socket) return done(new ConnectionSpent(), null);
        connect(target, (...result) => {
          if (result[1]) this.#socket = result[1];
          done(...result);
        });
      },
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
    });
  }

  /** Not closed; a connection that is not made yet counts as open. */
  get isOpen(): boolean {
    return this.#socket?.destroyed !== true;
  }

  /** The server's, in DER; undefined without TLS. */
  get certificate(): Buffer | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().raw : undefined;
  }

  /** Throws PostLost with `cause` ConnectionSpent, at the stage `connecting`, once the connection was closed. */
  post(request: HttpPost): Promise<HttpAnswer> {
    return httpPost(this.#client, request);
  }

  destroy(): Promise<void> {
    return this.#client.destroy();
  }
}
