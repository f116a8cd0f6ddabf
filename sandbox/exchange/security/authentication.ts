import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerPolicy } from '../policy/server-policy.ts';
import type { SandboxUser } from '../sandbox-user.ts';
import { ntlmMessageType, provesPassword, readAnswer, writeChallenge } from './ntlm.ts';

/** Who sent a request, or what to answer with HTTP 401. */
export type SignIn =
  { readonly user: SandboxUser } | { readonly user: undefined; readonly challenges: readonly string[] };

interface ConnectionState {
  negotiate?: Buffer;
  challenge?: Buffer;
  user?: SandboxUser;
}

/** Checks credentials. NTLM signs in a connection, not a request. */
export class Authentication {
  readonly #users: readonly SandboxUser[];
  readonly #policy: () => ServerPolicy;
  readonly #now: () => number;
  readonly #connections = new WeakMap<Socket, ConnectionState>();
  readonly #failures = new Map<SandboxUser, number>();

  constructor(users: readonly SandboxUser[], policy: () => ServerPolicy, now: () => number) {
    this.#users = users;
    this.#policy = policy;
    this.#now = now;
  }

  signIn(request: IncomingMessage): SignIn {
    const schemes = this.#policy().schemes ?? ['basic'];
    const header = request.headers.authorization ?? '';
    const [scheme = '', token = ''] = header.split(/\s+/);
    const refused: SignIn = { user: undefined, challenges: offers(schemes) };
    switch (scheme.toLowerCase()) {
      case '': {
        const user = this.#connections.get(request.socket)?.user;
        return user === undefined || !schemes.includes('ntlm') ? refused : { user };
      }
      case 'basic': {
        const user = schemes.includes('basic') ? this.#basic(token) : undefined;
        return user === undefined ? refused : { user };
      }
      case 'ntlm':
      case 'negotiate':
        return schemes.includes('ntlm') ? this.#ntlm(request.socket, scheme, token) : refused;
      default:
        return refused;
    }
  }

  isLocked(address: string): boolean {
    const user = this.#users.find((one) => one.address === address);
    return user !== undefined && this.#locked(user);
  }

  unlock(address: string): void {
    for (const user of this.#users) if (user.address === address) this.#failures.delete(user);
  }

  #basic(token: string): SandboxUser | undefined {
    const pair = Buffer.from(token, 'base64').toString('utf8');
    const colon = pair.indexOf(':');
    const user = colon < 0 ? undefined : this.#account(pair.slice(0, colon));
    return user === undefined || !this.#accept(user, user.password === pair.slice(colon + 1))
      ? undefined
      : user;
  }

  #ntlm(socket: Socket, scheme: string, token: string): SignIn {
    const refused: SignIn = { user: undefined, challenges: offers(this.#policy().schemes ?? []) };
    const message = Buffer.from(token, 'base64');
    const state = this.#connections.get(socket) ?? {};
    this.#connections.set(socket, state);
    switch (ntlmMessageType(message)) {
      case 1:
        delete state.user;
        state.negotiate = message;
        state.challenge = writeChallenge(randomBytes(8), this.#now());
        return { user: undefined, challenges: [`${scheme} ${state.challenge.toString('base64')}`] };
      case 3: {
        const { negotiate, challenge } = state;
        delete state.negotiate;
        delete state.challenge;
        const answer = readAnswer(message);
        if (answer === undefined || negotiate === undefined || challenge === undefined) return refused;
        const user = this.#account(answer.user);
        if (user === undefined) return refused;
        if (!this.#accept(user, provesPassword(answer, user.password, { negotiate, challenge })))
          return refused;
        state.user = user;
        return { user };
      }
      default:
        return refused;
    }
  }

  /** By name, address or DOMAIN\name. */
  #account(given: string): SandboxUser | undefined {
    const wanted = given.replace(/^.*\\/, '').toLowerCase();
    return this.#users.find(
      (user) => user.address.toLowerCase() === wanted || user.name.toLowerCase() === wanted,
    );
  }

  /** Counts a wrong password; a locked account is refused even with the right one. */
  #accept(user: SandboxUser, right: boolean): boolean {
    if (this.#locked(user)) return false;
    if (right) this.#failures.delete(user);
    else this.#failures.set(user, (this.#failures.get(user) ?? 0) + 1);
    return right;
  }

  #locked(user: SandboxUser): boolean {
    const { lockOutAfter = Infinity } = this.#policy();
    return (this.#failures.get(user) ?? 0) >= lockOutAfter;
  }
}

function offers(schemes: readonly ('basic' | 'ntlm')[]): readonly string[] {
  return schemes.flatMap((scheme) => (scheme === 'ntlm' ? ['Negotiate', 'NTLM'] : ['Basic realm="sandbox"']));
}
