/** A server's side of NTLM for one loopback server: signs in connections, and counts what it is sent. */
import type { Socket } from 'node:net';
import type { ServerResponse } from 'node:http';
import {
  ntlmMessageType,
  provesPassword,
  readAnswer,
  writeChallenge,
} from '../../sandbox/exchange/security/ntlm.ts';
import type { NtlmAnswer } from '../../sandbox/exchange/security/ntlm.ts';
import type { Answer, ReceivedRequest } from './loopback-server.ts';

type Kind = 'question' | 'negotiate' | 'proof' | 'signed in' | 'stranger';

interface Half {
  readonly negotiate: Buffer;
  readonly challenge: Buffer;
}

export class NtlmDoor {
  /** What came, in order; `stranger` is an envelope on a connection nobody signed in. */
  readonly seen: Kind[] = [];
  readonly answers: NtlmAnswer[] = [];
  readonly #password: string;
  #halves = new WeakMap<Socket, Half>();
  #signedIn = new WeakSet<Socket>();
  /** `WWW-Authenticate` where nobody is signed in. */
  offers: string | string[] = ['Negotiate', 'NTLM'];
  /** May send another answer instead: then returns true. */
  before: (kind: Kind, response: ServerResponse, request: ReceivedRequest) => boolean = () => false;

  constructor(password: string) {
    this.#password = password;
  }

  count(kind: Kind): number {
    return this.seen.filter((one) => one === kind).length;
  }

  /** As after a recycled application pool: the connections stay, who they belong to is forgotten. */
  forgetEverybody(): void {
    this.#signedIn = new WeakSet();
    this.#halves = new WeakMap();
  }

  /** Asks for a sign-in, and hands on to `answer` what somebody signed in has sent. */
  guard(answer: Answer): Answer {
    let admitted = 0;
    return (response, _index, request) => {
      const socket = response.socket;
      if (!socket) return;
      const token = /^NTLM (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      const message = Buffer.from(token ?? '', 'base64');
      const kind = this.#kindOf(ntlmMessageType(message), socket, request);
      this.seen.push(kind);
      if (this.before(kind, response, request)) return;
      if (kind === 'negotiate') {
        const challenge = writeChallenge(Buffer.from('0123456789abcdef', 'hex'), 0);
        this.#halves.set(socket, { negotiate: message, challenge });
        response.writeHead(401, { 'WWW-Authenticate': `NTLM ${challenge.toString('base64')}` }).end();
        return;
      }
      if (kind === 'proof' && this.#admits(socket, message)) this.#signedIn.add(socket);
      if (this.#signedIn.has(socket)) return answer(response, admitted++, request);
      response.writeHead(401, { 'WWW-Authenticate': this.offers }).end();
    };
  }

  #kindOf(type: number | undefined, socket: Socket, { body }: ReceivedRequest): Kind {
    if (type === 1) return 'negotiate';
    if (type === 3) return 'proof';
    if (this.#signedIn.has(socket)) return 'signed in';
    return body === '' ? 'question' : 'stranger';
  }

  #admits(socket: Socket, message: Buffer): boolean {
    const half = this.#halves.get(socket);
    const answer = readAnswer(message);
    this.#halves.delete(socket);
    if (answer) this.answers.push(answer);
    return half !== undefined && answer !== undefined && provesPassword(answer, this.#password, half);
  }
}
