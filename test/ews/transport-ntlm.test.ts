import { expect } from 'chai';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { readAnswer, writeChallenge } from '../../sandbox/exchange/security/ntlm.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/exchange/server.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { RemoteError, StoppedError } from '../../src/errors.ts';
import { testConnection } from '../../src/ews/connection-test.ts';
import { bindingOf } from '../../src/ews/sign-in/channel-binding.ts';
import type { EwsTransport, PostOptions, TransportOptions } from '../../src/ews/transport.ts';
import { createTransport } from '../../src/ews/transport.ts';
import type { Answer, LoopbackOptions, LoopbackServer } from './loopback-server.ts';
import { answerSoap, envelope, startLoopback } from './loopback-server.ts';
import { NtlmDoor } from './ntlm-door.ts';

const credentials = { username: 'SANDBOX\\svc', password: 'pass:Wörd' };
const read: PostOptions = { operation: 'GetItem', repeatable: true };
const write: PostOptions = { operation: 'CreateItem', repeatable: false };

describe('NTLM over the transport', () => {
  let opened: { close(): Promise<unknown> }[] = [];
  let rejections: RemoteError[] = [];
  let timeMs = 0;

  afterEach(async () => {
    for (const part of opened.reverse()) await part.close();
    opened = [];
    rejections = [];
    timeMs = 0;
  });

  interface Served {
    readonly door: NtlmDoor;
    readonly server: LoopbackServer;
  }

  async function serve(
    answer: Answer = (response) => answerSoap(response),
    tls?: LoopbackOptions['tls'],
  ): Promise<Served> {
    const door = new NtlmDoor(credentials.password);
    const server = await startLoopback(door.guard(answer), { signIn: 'own', ...(tls ? { tls } : {}) });
    opened.push(server);
    return { door, server };
  }

  async function sandboxWith(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = await startExchange(options);
    opened.push(sandbox);
    return sandbox;
  }

  function connect(url: string, options: Partial<TransportOptions> = {}): EwsTransport {
    const transport = createTransport({
      url,
      credentials,
      random: () => 1,
      clock: () => timeMs,
      sleep: async (_ms, signal) => signal?.throwIfAborted(),
      onCredentialRejected: (error) => rejections.push(error),
      ...options,
    });
    opened.push(transport);
    return transport;
  }

  async function errorOf(answer: Promise<unknown>): Promise<unknown> {
    return answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
  }

  async function failureOf(answer: Promise<unknown>): Promise<RemoteError> {
    const error = await errorOf(answer);
    expect(error).to.be.instanceOf(RemoteError);
    return error as RemoteError;
  }

  describe('the way to sign in', () => {
    const forms: [string, string | string[]][] = [
      ['a line each', ['Negotiate', 'NTLM']],
      ['one line', 'Negotiate, NTLM'],
      ['another case', 'nEgOtIaTe,ntlm'],
      ['NTLM alone', 'NTLM'],
      ['a realm that quotes another way', ['NTLM', 'Digest realm="Basic, Basic"']],
    ];
    for (const [form, offers] of forms) {
      it(`is NTLM where ${form} offers it and not Basic`, async () => {
        const { door, server } = await serve();
        door.offers = offers;
        expect(await connect(server.url).post('<a/>', write)).to.equal(envelope);
        expect(door.seen).to.deep.equal(['question', 'negotiate', 'proof']);
      });
    }

    it('is Basic where both are offered, without a handshake', async () => {
      const { door, server } = await serve();
      door.offers = ['Negotiate', 'NTLM', 'Basic realm="mail"'];
      door.before = (kind, response) => {
        if (kind === 'stranger') answerSoap(response);
        return kind === 'stranger';
      };
      await connect(server.url).post('<a/>', write);
      expect(door.seen).to.deep.equal(['question', 'stranger']);
      expect(server.requests[1]?.headers.authorization).to.match(/^Basic /);
    });

    it('is the one that was configured', async () => {
      const { door, server } = await serve();
      door.offers = ['Basic realm="mail"', 'NTLM'];
      expect(await connect(server.url, { scheme: 'ntlm' }).post('<a/>', write)).to.equal(envelope);
      expect(door.seen).to.deep.equal(['negotiate', 'proof']);

      door.offers = 'NTLM';
      const failure = await failureOf(connect(server.url, { scheme: 'basic' }).post('<a/>', write));
      expect(failure).to.include({ code: 'SignInNotOffered', retryable: false, outcomeUnknown: false });
      expect(failure.remedy).to.contain('-BasicAuthentication $true').and.not.contain('Windows');
    });

    it('changes when the server stops to offer it, in both directions', async () => {
      let basic = true;
      const { door, server } = await serve();
      door.offers = 'Basic realm="mail"';
      door.before = (_kind, response, request) => {
        if (basic) {
          if (request.headers.authorization?.startsWith('Basic ')) answerSoap(response);
          else response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="mail"' }).end();
        }
        return basic;
      };
      const transport = connect(server.url);
      await transport.post('<basic/>', write);
      basic = false;
      door.offers = ['Negotiate', 'NTLM'];
      await transport.post('<ntlm/>', write);
      basic = true;
      await transport.post('<basic-again/>', write);
      expect(rejections).to.deep.equal([]);
      expect(transport.metrics.retries).to.equal(0);
    });

    const none: [string, string | string[], RegExp][] = [
      ['only Kerberos', 'Negotiate', /offered: negotiate\)/],
      ['nothing at all', [], /offered: nothing\)/],
    ];
    for (const [what, offers, message] of none) {
      it(`is none where a server offers ${what}, which is said in one line and no reason to pause`, async () => {
        const { door, server } = await serve();
        door.offers = offers;
        const transport = connect(server.url);
        const failure = await failureOf(transport.post('<a/>', write));
        expect(failure).to.include({ code: 'SignInNotOffered', retryable: false, outcomeUnknown: false });
        expect(failure.message).to.match(message).and.not.contain('\n');
        expect(failure.remedy).to.contain('-WindowsAuthentication $true');
        expect(door.seen).to.deep.equal(['question']);
        expect(rejections).to.deep.equal([]);

        door.offers = 'NTLM';
        expect(await transport.post('<a/>', write)).to.equal(envelope);
      });
    }
  });

  describe('a handshake', () => {
    it('sends the envelope once, with the proof, and the first message without content', async () => {
      const { door, server } = await serve();
      const body = `<a>${'x'.repeat(1_000_000)}</a>`;
      const transport = connect(server.url);
      await transport.post(body, write);
      expect(
        server.requests.map((request) => [request.body.length, request.headers['content-length']]),
      ).to.deep.equal([
        [0, '0'],
        [0, '0'],
        [1_000_007, '1000007'],
      ]);
      expect(server.connections()).to.equal(1);
      expect(transport.metrics).to.include({ requests: 1, retries: 0, bytesSent: 1_000_007 });
      expect(door.seen).to.deep.equal(['question', 'negotiate', 'proof']);
    });

    it('is made once for each connection: 40 requests over 4 connections are 4 handshakes', async () => {
      const held: ServerResponse[] = [];
      const { door, server } = await serve((response, index) => {
        if (index < 1 || index > 4) return answerSoap(response);
        held.push(response);
        if (held.length === 4) for (const one of held) answerSoap(one);
      });
      const transport = connect(server.url, { maxConcurrent: 4 });
      await Promise.all(Array.from({ length: 40 }, () => transport.post('<a/>', write)));
      expect(server.connections()).to.equal(4);
      expect(door.count('question')).to.equal(1);
      expect(door.count('negotiate')).to.equal(4);
      expect(door.count('proof')).to.equal(4);
      expect(door.count('signed in')).to.equal(36);
      expect(server.requests.filter(({ headers }) => headers.authorization !== undefined)).to.have.length(8);
    });

    it('is repeated on a new connection, and no envelope goes to a connection nobody signed in', async () => {
      const { door, server } = await serve((response) => {
        response.setHeader('Connection', 'close');
        answerSoap(response);
      });
      const transport = connect(server.url);
      for (const body of ['<a/>', '<b/>', '<c/>']) await transport.post(body, write);
      expect(server.connections()).to.equal(3);
      expect(door.seen).to.deep.equal([
        'question',
        ...Array.from({ length: 3 }, () => ['negotiate', 'proof']).flat(),
      ]);
      expect(transport.metrics).to.include({ requests: 3, retries: 0 });
    });

    it('is repeated once when the server has forgotten who a connection belongs to, for writes too', async () => {
      const { door, server } = await serve();
      const transport = connect(server.url);
      await transport.post('<a/>', write);
      door.forgetEverybody();
      expect(await transport.post('<b/>', write)).to.equal(envelope);
      expect(door.seen.slice(3)).to.deep.equal(['stranger', 'negotiate', 'proof']);
      expect(server.connections()).to.equal(1);
      expect(rejections).to.deep.equal([]);
      expect(transport.metrics.retries).to.equal(0);
    });

    it('goes to a new connection when the server has forgotten and closes', async () => {
      const { door, server } = await serve();
      const transport = connect(server.url);
      await transport.post('<a/>', write);
      door.forgetEverybody();
      door.before = (kind, response) => {
        if (kind === 'stranger') response.setHeader('Connection', 'close');
        return false;
      };
      expect(await transport.post('<b/>', write)).to.equal(envelope);
      expect(server.connections()).to.equal(2);
      expect(door.count('proof')).to.equal(2);
    });

    it('is made for each request where the server says that it keeps nobody signed in', async () => {
      const { door, server } = await serve((response) => {
        response.setHeader('Persistent-Auth', 'false');
        answerSoap(response);
      });
      const transport = connect(server.url);
      await transport.post('<a/>', write);
      door.forgetEverybody();
      await transport.post('<b/>', write);
      expect(door.count('stranger')).to.equal(0);
      expect(door.count('proof')).to.equal(2);
    });

    const names: [string, string, string][] = [
      ['CORP\\jörg', 'CORP', 'jörg'],
      ['jörg@corp.example.test', '', 'jörg@corp.example.test'],
      ['jörg', 'SANDBOX', 'jörg'],
    ];
    for (const [username, domain, user] of names) {
      it(`names ${username} as user ${user} of domain "${domain}"`, async () => {
        const { door, server } = await serve();
        await connect(server.url, { credentials: { ...credentials, username } }).post('<a/>', read);
        expect(door.answers.map((answer) => [answer.domain, answer.user])).to.deep.equal([[domain, user]]);
      });
    }
  });

  describe('a wrong password', () => {
    it('is sent once, and pauses the credential for all who wait', async () => {
      const { door, server } = await serve();
      const transport = connect(server.url, { credentials: { ...credentials, password: 'wrong' } });
      const failures = await Promise.all(
        Array.from({ length: 10 }, () => failureOf(transport.post('<a/>', write))),
      );
      failures.push(await failureOf(transport.post('<a/>', read)));
      expect(door.seen).to.deep.equal(['question', 'negotiate', 'proof']);
      expect(rejections).to.have.length(1);
      for (const failure of failures) expect(failure).to.equal(rejections[0]);
      expect(rejections[0]).to.include({ code: 'Unauthorized', retryable: false, outcomeUnknown: false });
      expect(rejections[0]?.remedy).to.contain('DOMAIN\\user').and.not.contain('\n');
      expect(`${rejections[0]?.message} ${rejections[0]?.remedy}`).not.to.contain('wrong');
    });

    it('counts as one at a server that locks the account at two', async () => {
      const sandbox = await sandboxWith({ policy: { schemes: ['ntlm'], lockOutAfter: 2 } });
      const as = (password: string): EwsTransport =>
        connect(sandbox.url, { credentials: { username: 'svc@example.test', password } });
      const wrong = as('wrong');
      await Promise.all(Array.from({ length: 10 }, () => failureOf(wrong.post('<a/>', read))));
      await as('svc').post('<a/>', read);
      await failureOf(as('wrong').post('<a/>', read));
      await failureOf(as('wrong').post('<a/>', read));
      expect(await failureOf(as('svc').post('<a/>', read))).to.include({ code: 'Unauthorized' });
    });

    it('is sent once even when ten open connections have lost their sign-in since it was changed', async () => {
      const held: ServerResponse[] = [];
      const { door, server } = await serve((response, index) => {
        if (index === 0 || index > 10) return answerSoap(response);
        held.push(response);
        if (held.length === 10) for (const one of held) answerSoap(one);
      });
      const transport = connect(server.url);
      await Promise.all(Array.from({ length: 11 }, () => transport.post('<a/>', read)));
      expect(door.count('proof')).to.equal(10);

      timeMs += 60_000;
      door.forgetEverybody();
      door.before = (kind, response) => {
        if (kind === 'proof') response.writeHead(401, { 'WWW-Authenticate': ['Negotiate', 'NTLM'] }).end();
        return kind === 'proof';
      };
      const failures = await Promise.all(
        Array.from({ length: 10 }, () => failureOf(transport.post('<b/>', write))),
      );
      expect(door.count('proof')).to.equal(11);
      expect(rejections).to.have.length(1);
      for (const failure of failures) expect(failure).to.equal(rejections[0]);
    });

    it('is what a wrong domain looks like', async () => {
      const { door, server } = await serve();
      door.before = (kind, response, { headers }) => {
        const token = Buffer.from((headers.authorization ?? '').slice('NTLM '.length), 'base64');
        const refuses = kind === 'proof' && readAnswer(token)?.domain !== 'SANDBOX';
        if (refuses) response.writeHead(401, { 'WWW-Authenticate': 'NTLM' }).end();
        return refuses;
      };
      await connect(server.url).post('<a/>', read);
      const failure = await failureOf(
        connect(server.url, { credentials: { ...credentials, username: 'WRONG\\svc' } }).post('<a/>', read),
      );
      expect(failure.code).to.equal('Unauthorized');
      expect(rejections).to.have.length(1);
    });

    it('is not what HTTP 403 after the proof means', async () => {
      const { server } = await serve((response) => response.writeHead(403).end());
      expect(await failureOf(connect(server.url).post('<a/>', write))).to.include({ code: 'Forbidden' });
      expect(rejections).to.deep.equal([]);
    });
  });

  describe('a handshake that fails', () => {
    it('before the proof leaves a write undone, which is tried again', async () => {
      for (const lost of ['question', 'negotiate'] as const) {
        const { door, server } = await serve();
        let times = 0;
        door.before = (kind, response) => {
          const loses = kind === lost && times++ === 0;
          if (loses) response.destroy();
          return loses;
        };
        const transport = connect(server.url);
        expect(await transport.post('<a/>', write), lost).to.equal(envelope);
        expect(transport.metrics, lost).to.include({ requests: 1, retries: 1 });

        door.forgetEverybody();
        door.before = (kind, response) => {
          if (kind === lost) response.destroy();
          return kind === lost;
        };
        if (lost === 'question') continue;
        const failure = await failureOf(transport.post('<b/>', write));
        expect(failure).to.include({ code: 'ConnectionLost', retryable: true, outcomeUnknown: false });
        expect(rejections).to.deep.equal([]);
      }
    });

    it('with the proof leaves the outcome of a write unknown, and a read is tried again', async () => {
      const { door, server } = await serve();
      door.before = (kind, response) => {
        const loses = kind === 'proof' && door.count('proof') < 3;
        if (loses) response.destroy();
        return loses;
      };
      const transport = connect(server.url);
      const failure = await failureOf(transport.post('<a/>', write));
      expect(failure).to.include({ code: 'ConnectionLost', retryable: true, outcomeUnknown: true });
      expect(door.count('proof')).to.equal(1);
      expect(await transport.post('<a/>', read)).to.equal(envelope);
      expect(rejections).to.deep.equal([]);
    });

    const broken: [string, RegExp, (response: ServerResponse) => void][] = [
      [
        'as the server closes the connection',
        /closes the connection/,
        (response) => {
          const challenge = writeChallenge(Buffer.alloc(8, 1), 0).toString('base64');
          response.writeHead(401, { 'WWW-Authenticate': `NTLM ${challenge}`, Connection: 'close' }).end();
        },
      ],
      [
        'as there is no challenge',
        /without a challenge/,
        (response) => response.writeHead(401, { 'WWW-Authenticate': 'NTLM' }).end(),
      ],
      [
        'as the challenge cannot be read',
        /cannot read/,
        (response) => response.writeHead(401, { 'WWW-Authenticate': 'NTLM TlRMTVNTUAACAAAA' }).end(),
      ],
    ];
    for (const [how, message, answer] of broken) {
      it(`${how} sends no proof and pauses nobody`, async () => {
        const { door, server } = await serve();
        door.before = (kind, response) => {
          if (kind === 'negotiate') answer(response);
          return kind === 'negotiate';
        };
        const transport = connect(server.url);
        const failure = await failureOf(transport.post('<a/>', write));
        expect(failure).to.include({ code: 'SignInFailed', retryable: true, outcomeUnknown: false });
        expect(failure.message).to.match(message).and.not.contain('\n');
        expect(failure.remedy).to.contain('load balancer');
        expect(door.count('proof')).to.equal(0);
        expect(rejections).to.deep.equal([]);
        expect(transport.metrics.retries).to.equal(3);

        door.before = () => false;
        expect(await transport.post('<a/>', write)).to.equal(envelope);
      });
    }

    it('as the server is busy waits like any request', async () => {
      const { door, server } = await serve();
      door.before = (kind, response) => {
        const busy = kind === 'negotiate' && door.count('negotiate') === 1;
        if (busy) response.writeHead(503, { 'Retry-After': '5' }).end();
        return busy;
      };
      const transport = connect(server.url);
      expect(await transport.post('<a/>', write)).to.equal(envelope);
      expect(transport.metrics.retries).to.equal(1);
    });

    it('in time leaves a write undone', async () => {
      const { door, server } = await serve();
      door.before = (kind) => kind === 'negotiate';
      const failure = await failureOf(
        connect(server.url, { timeoutMs: 60, maxAttempts: 1 }).post('<a/>', write),
      );
      expect(failure).to.include({ code: 'Timeout', retryable: true, outcomeUnknown: false });
    });

    it('with all of its requests has the time of one', async () => {
      const { door, server } = await serve();
      door.before = (kind) => {
        if (kind === 'question') timeMs += 99_950;
        return kind === 'negotiate';
      };
      const failure = await failureOf(connect(server.url, { maxAttempts: 1 }).post('<a/>', read));
      expect(failure.code).to.equal('Timeout');
    });

    for (const stage of ['question', 'negotiate', 'proof'] as const) {
      it(`because it was stopped at the ${stage} lets others go on`, async () => {
        const stop = new AbortController();
        const { door, server } = await serve();
        door.before = (kind) => {
          if (kind !== stage || stop.signal.aborted) return false;
          stop.abort();
          return true;
        };
        const transport = connect(server.url);
        const stopped = errorOf(transport.post('<a/>', { ...write, signal: stop.signal }));
        const other = transport.post('<b/>', write);
        expect(await stopped).to.be.instanceOf(StoppedError);
        expect(await other).to.equal(envelope);
        expect(rejections).to.deep.equal([]);
      });
    }
  });

  describe('within TLS', () => {
    const file = (name: string): string =>
      readFileSync(new URL(`certificates/test-only-${name}`, import.meta.url), 'utf8');

    it('trusts a private authority, and binds each sign-in to the certificate and the name of the server', async () => {
      const { door, server } = await serve(undefined, {
        key: file('localhost.key'),
        cert: file('localhost.pem'),
      });
      const transport = connect(server.url.replace('127.0.0.1', 'localhost'), { ca: file('ca.pem') });
      await transport.post('<a/>', write);
      // Node shows no certificate where a second connection resumes the TLS session of the first.
      await transport.post('<b/>', { ...write, freshConnection: true });
      const { raw } = new X509Certificate(file('localhost.pem'));
      const binding = bindingOf(createHash('sha256').update(raw).digest()).toString('hex');
      const name = Buffer.from('HTTP/localhost', 'utf16le').toString('hex');
      expect(door.answers).to.have.length(2);
      for (const { response } of door.answers) {
        expect(response.toString('hex')).to.contain(`0a001000${binding}`).and.contain(`09001c00${name}`);
      }
    });
  });

  describe('to a whole server', () => {
    it('works for the connection test, which sends a wrong password once', async () => {
      const sandbox = await sandboxWith({ policy: { schemes: ['ntlm'], lockOutAfter: 2 }, tls: 'own' });
      const run = async (password: string): Promise<string> => {
        const names: string[] = [];
        const checks = testConnection({
          url: sandbox.url,
          ca: sandbox.ca ?? '',
          credentials: { username: 'svc@example.test', password },
          mailbox: 'alice@example.test',
          impersonate: true,
        });
        for await (const { name, ok } of checks) names.push(ok ? name : `!${name}`);
        return names.join(' ');
      };
      expect(await run('wrong')).to.equal('name tls ews !credentials');
      expect(await run('svc')).to.equal('name tls ews credentials version impersonation folder');
    });
  });
});
