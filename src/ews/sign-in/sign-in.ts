/** Signs requests in at one server with one credential, by Basic or NTLM. See decision 1. */
import { randomBytes } from 'node:crypto';
import type { HttpAnswer } from '../http-post.ts';
import { PostLost } from '../http-post.ts';
import type { HttpConnection } from '../http-connection.ts';
import { ConnectionSpent } from '../http-connection.ts';
import type { Attempted } from '../http-failure.ts';
import type { ServerGate } from '../server-gate.ts';
import type { Challenge } from './challenges.ts';
import { offers, readChallenges } from './challenges.ts';
import { channelBinding } from './channel-binding.ts';
import type { NtlmChallenge } from './ntlm-messages.ts';
import { domainOf, readChallenge, writeAuthenticate, writeNegotiate } from './ntlm-messages.ts';
import type { SchemeChoice } from './sign-in-failure.ts';
import { handshakeBroken, signInNotOffered } from './sign-in-failure.ts';
import { readAccountName } from './user-name.ts';

type Scheme = 'basic' | 'ntlm';

export interface SignInOptions {
  readonly username: string;
  readonly password: string;
  readonly scheme: SchemeChoice;
  /** Without port. */
  readonly hostname: string;
  /** The name of this machine, as the server's log will show it. */
  readonly workstation: string;
  /** Lets one handshake through at a time while it is not known whether the password is still right. */
  readonly turns: ServerGate;
  readonly clock: () => number;
}

/** What a request carries: what the caller wants, no body at all, or an envelope that wants nothing. */
export type Content = 'envelope' | 'nothing' | 'question';

/** One request of a caller, to be sent with or without its envelope, as often as the sign-in takes. */
export interface SignedRequest {
  readonly attempted: Attempted;
  readonly signal: AbortSignal;
  send(what: Content, authorization: string | undefined): Promise<HttpAnswer>;
}

/** So long after a handshake that succeeded, others are made side by side. */
const handshakeProofMs = 10_000;

export class SignIn {
  readonly #options: SignInOptions;
  readonly #basic: string;
  #scheme: Scheme | undefined;
  #handshakeAt: number | undefined;
  #refusal: HttpAnswer | undefined;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#basic = `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`;
    if (options.scheme !== 'auto') this.#scheme = options.scheme;
  }

  get scheme(): Scheme | undefined {
    return this.#scheme;
  }

  /**
   * Resolves with the answer to the envelope, or to a question of the sign-in that was answered by something else than
   * HTTP 401. HTTP 401 means that the password was refused; whoever waited for the same gets the same answer.
   * Throws RemoteError `SignInNotOffered` or `SignInFailed`, and what `send` throws.
   */
  async post(connection: HttpConnection, request: SignedRequest): Promise<HttpAnswer> {
    if (!this.#scheme) {
      // Asked first: a password is sent to no server that does not ask for it.
      let answer = await request.send('nothing', undefined);
      if (refusesEmptyRequest.has(answer.status)) answer = await request.send('question', undefined);
      if (answer.status !== 401) return answer;
      this.#scheme = this.#choose(answer, request);
    }
    for (let changes = 0; ; changes += 1) {
      const tried: Scheme = this.#scheme;
      const { answer, judged } =
        tried === 'basic' ? await this.#postBasic(request) : await this.#postNtlm(connection, request);
      if (answer.status !== 401 || judged) return answer;
      const scheme = this.#choose(answer, request);
      if (changes > 0 || scheme === tried)
        throw handshakeBroken('answers its first message without a challenge', request.attempted);
      this.#scheme = scheme;
    }
  }

  /** Basic where it is allowed: every way we use is TLS or stays within this machine, and it needs no handshake. */
  #choose(answer: HttpAnswer, { attempted }: SignedRequest): Scheme {
    const offered = challengesOf(answer);
    const choice = this.#options.scheme;
    if (choice !== 'ntlm' && offers(offered, 'basic')) return 'basic';
    if (choice !== 'basic' && offers(offered, 'ntlm')) return 'ntlm';
    throw signInNotOffered(offered, choice, attempted);
  }

  async #postBasic(request: SignedRequest): Promise<Tried> {
    const answer = await request.send('envelope', this.#basic);
    const offered = challengesOf(answer);
    return { answer, judged: offered.length === 0 || offers(offered, 'basic') };
  }

  async #postNtlm(connection: HttpConnection, request: SignedRequest): Promise<Tried> {
    if (connection.signedIn) {
      const answer = await request.send('envelope', undefined);
      if (answer.status !== 401) return { answer, judged: false };
      // Forgotten by the server, as after a recycled application pool: says nothing about the password.
      connection.signedIn = false;
    }
    const { turns } = this.#options;
    await turns.enter(request.signal);
    try {
      return this.#refusal
        ? { answer: this.#refusal, judged: true }
        : await this.#handshake(connection, request);
    } finally {
      turns.leave();
    }
  }

  async #handshake(connection: HttpConnection, request: SignedRequest): Promise<Tried> {
    const negotiate = writeNegotiate();
    const first = await request.send('nothing', ntlm(negotiate));
    const token = challengesOf(first).find(({ scheme, rest }) => scheme === 'ntlm' && rest !== '')?.rest;
    if (first.status !== 401 || token === undefined) return { answer: first, judged: false };
    const challenge = readChallenge(Buffer.from(token, 'base64'));
    if (!challenge) throw handshakeBroken('sends a challenge we cannot read', request.attempted);
    const proof = ntlm(this.#prove(negotiate, challenge, connection));
    const answer = await sendOnSame(request, proof);
    if (answer.status === 401) {
      this.#refusal = answer;
      return { answer, judged: true };
    }
    this.#handshakeAt = this.#options.clock();
    connection.signedIn = String(answer.headers['persistent-auth']).toLowerCase() !== 'false';
    return { answer, judged: false };
  }

  #prove(negotiate: Buffer, challenge: NtlmChallenge, { certificate }: HttpConnection): Buffer {
    const { username, password, hostname, workstation, clock } = this.#options;
    const { user, domain } = readAccountName(username);
    return writeAuthenticate({
      // A plain name is looked up in the server's own domain, not among the accounts of the machine alone.
      account: { user, domain: domain ?? domainOf(challenge), password },
      negotiate,
      challenge,
      workstation,
      targetName: `HTTP/${hostname}`,
      channelBinding: certificate && channelBinding(certificate),
      nonce: randomBytes(8),
      nowMs: clock(),
    });
  }

  /** How many handshakes may be under way: more than one only shortly after the password was seen to be right. */
  handshakesAtOnce(): number {
    const { clock } = this.#options;
    return this.#handshakeAt !== undefined && clock() - this.#handshakeAt < handshakeProofMs ? Infinity : 1;
  }
}

interface Tried {
  readonly answer: HttpAnswer;
  /** HTTP 401 came for the user name and password, not for a missing or forgotten sign-in. */
  readonly judged: boolean;
}

/** Answers of servers and firewalls that look at an empty request before they look at who sent it. */
const refusesEmptyRequest: ReadonlySet<number> = new Set([400, 405, 411, 415, 500]);

/** The proof belongs to the connection the challenge came on; on another one it would be refused like a wrong password. */
async function sendOnSame(request: SignedRequest, proof: string): Promise<HttpAnswer> {
  try {
    return await request.send('envelope', proof);
  } catch (error) {
    if (!(error instanceof PostLost) || !(error.cause instanceof ConnectionSpent)) throw error;
    throw handshakeBroken('closes the connection in the middle of the handshake', request.attempted, error);
  }
}

function challengesOf(answer: HttpAnswer): Challenge[] {
  return readChallenges(answer.headers['www-authenticate']);
}

function ntlm(message: Buffer): string {
  return `NTLM ${message.toString('base64')}`;
}
