import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { ConfigError, RemoteError, StoppedError } from '../../src/errors.ts';
import type { EwsTransport, PostOptions, TransportOptions } from '../../src/ews/transport.ts';
import { createTransport } from '../../src/ews/transport.ts';
import type { Answer, LoopbackOptions, LoopbackServer } from './loopback-server.ts';
import { answerSoap, envelope, startLoopback } from './loopback-server.ts';

const credentials = { username: 'svc@example.test', password: 'pass:Wörd' };
const read: PostOptions = { operation: 'GetItem', repeatable: true };
const write: PostOptions = { operation: 'CreateItem', repeatable: false };

describe('EWS transport', () => {
  let opened: { close(): Promise<unknown> }[] = [];
  /** What the transport slept, in milliseconds; it never sleeps for real here. */
  let slept: number[] = [];

  afterEach(async () => {
    for (const part of opened.reverse()) await part.close();
    opened = [];
    slept = [];
  });

  async function serve(answer: Answer, options?: LoopbackOptions): Promise<LoopbackServer> {
    const server = await startLoopback(answer, options);
    opened.push(server);
    return server;
  }

  function connect(url: string, options: Partial<TransportOptions> = {}): EwsTransport {
    const transport = createTransport({
      url,
      credentials,
      random: () => 1,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        slept.push(ms);
      },
      ...options,
    });
    opened.push(transport);
    return transport;
  }

  async function failureOf(answer: Promise<unknown>): Promise<RemoteError> {
    const error = await answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(RemoteError);
    return error as RemoteError;
  }

  describe('a request', () => {
    it('carries length, type, agent, sign-in and mailbox', async () => {
      const server = await serve((response) => answerSoap(response));
      const answer = await connect(server.url).post('<Grüße/>', {
        ...read,
        anchorMailbox: 'alice@example.test',
      });

      expect(answer).to.equal(envelope);
      const [request] = server.requests;
      expect(request?.method).to.equal('POST');
      expect(request?.path).to.equal('/EWS/Exchange.asmx');
      expect(request?.body).to.equal('<Grüße/>');
      expect(request?.headers).to.include({
        'content-length': '10',
        'content-type': 'text/xml; charset=utf-8',
        'x-anchormailbox': 'alice@example.test',
        authorization: `Basic ${Buffer.from('svc@example.test:pass:Wörd').toString('base64')}`,
      });
      expect(request?.headers['user-agent']).to.match(/^exchange-crm-sync\/\d+\.\d+\.\d+/);
      expect(request?.headers).not.to.have.property('transfer-encoding');
    });

    it('goes without the mailbox hint where no header can carry it', async () => {
      const server = await serve((response) => answerSoap(response));
      await connect(server.url).post('<a/>', { ...read, anchorMailbox: 'a@b\r\nX-Evil: 1' });
      expect(server.requests[0]?.headers).not.to.have.any.keys('x-anchormailbox', 'x-evil');
    });

    it('counts requests and bytes', async () => {
      const server = await serve((response) => answerSoap(response));
      const transport = connect(server.url);
      await transport.post('<a/>', read);
      expect(transport.metrics).to.deep.equal({
        requests: 1,
        retries: 0,
        bytesSent: 4,
        bytesReceived: Buffer.byteLength(envelope),
      });
    });

    it('is refused before it is sent when it is too large', async () => {
      const server = await serve((response) => answerSoap(response));
      const failure = await failureOf(connect(server.url, { maxRequestBytes: 9 }).post('<Grüße/>', write));
      expect(failure).to.include({ code: 'RequestTooLarge', retryable: false, outcomeUnknown: false });
      expect(server.requests).to.have.length(0);
    });

    it('never carries the password over plain http to another machine', async () => {
      const failure = await failureOf(connect('http://192.0.2.1/EWS/Exchange.asmx').post('<a/>', read));
      expect(failure).to.include({ code: 'PlainHttpRefused', retryable: false });
      expect(failure.remedy).to.contain('https://');
    });
  });

  it('refuses an address that is none and a certificate authority that is none', () => {
    expect(() => connect('mail.example.test')).to.throw(ConfigError);
    expect(() => connect('ftp://mail.example.test/')).to.throw(ConfigError);
    expect(() => connect('https://localhost/', { ca: 'no certificate' })).to.throw(ConfigError);
    expect(() =>
      connect('https://localhost/', { ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' }),
    ).to.throw(ConfigError);
  });

  describe('an answer', () => {
    it('is handed over when it is a SOAP fault with HTTP 500', async () => {
      const fault = envelope.replace('Grüße', '<s:Fault/>');
      const server = await serve((response) => answerSoap(response, fault, 500));
      expect(await connect(server.url).post('<a/>', read)).to.equal(fault);
      expect(server.requests).to.have.length(1);
    });

    const compressed: [string, string, (text: Buffer) => Buffer][] = [
      ['gzip', 'gzip', gzipSync],
      ['deflate', 'deflate', deflateSync],
      ['deflate', 'deflate without its wrapping', deflateRawSync],
    ];
    for (const [encoding, form, compress] of compressed) {
      it(`is decompressed from ${form}`, async () => {
        const server = await serve((response) => {
          response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Encoding': encoding });
          response.end(compress(Buffer.from(envelope)));
        });
        expect(await connect(server.url).post('<a/>', read)).to.equal(envelope);
        expect(server.requests[0]?.headers['accept-encoding']).to.equal('gzip, deflate');
      });
    }

    it('is read in the charset it names', async () => {
      const server = await serve((response) => {
        response.writeHead(200, { 'Content-Type': 'text/xml; charset="utf-16le"' });
        response.end(Buffer.from(envelope, 'utf16le'));
      });
      expect(await connect(server.url).post('<a/>', read)).to.equal(envelope);
    });

    const html = '<html><body>Secret page</body></html>';
    /** Code, retryable, whether a write may have been carried out, how often a read is tried. */
    const failures: [string, string, boolean, boolean, number, (response: ServerResponse) => void][] = [
      [
        'a redirect',
        'Redirected',
        false,
        false,
        1,
        (r) => r.writeHead(302, { Location: 'https://u:p@owa.example.test/owa?x=secret' }).end(),
      ],
      ['HTTP 403', 'Forbidden', false, false, 1, (r) => r.writeHead(403).end()],
      [
        'HTTP 404',
        'NotFound',
        false,
        false,
        1,
        (r) => r.writeHead(404, { 'Content-Type': 'text/html' }).end(html),
      ],
      ['HTTP 413', 'RequestTooLarge', false, false, 1, (r) => r.writeHead(413).end()],
      ['HTTP 400', 'ServerError', false, false, 1, (r) => r.writeHead(400).end()],
      [
        'a page with HTTP 200',
        'NotSoap',
        false,
        true,
        1,
        (r) => r.writeHead(200, { 'Content-Type': 'text/html' }).end(html),
      ],
      [
        'XML of another kind',
        'NotSoap',
        false,
        true,
        1,
        (r) => r.writeHead(200, { 'Content-Type': 'text/xml' }).end('<rss/>'),
      ],
      [
        'text that is not in its charset',
        'NotSoap',
        false,
        true,
        1,
        (r) =>
          r
            .writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8' })
            .end(Buffer.from(envelope, 'latin1')),
      ],
      [
        'a page with HTTP 500',
        'NotSoap',
        true,
        true,
        4,
        (r) => r.writeHead(500, { 'Content-Type': 'text/html' }).end(html),
      ],
      ['an empty HTTP 500', 'EmptyResponse', true, true, 4, (r) => r.writeHead(500).end()],
      [
        'HTTP 502',
        'ServerError',
        true,
        true,
        4,
        (r) => r.writeHead(502, { 'Content-Type': 'text/html' }).end(html),
      ],
      [
        'HTTP 503',
        'ServerBusy',
        true,
        false,
        4,
        (r) => r.writeHead(503, { 'Content-Type': 'text/html' }).end(html),
      ],
      [
        'an envelope without an end',
        'TruncatedResponse',
        true,
        true,
        4,
        (r) => r.writeHead(200, { 'Content-Type': 'text/xml' }).end(envelope.slice(0, -13)),
      ],
      [
        'damaged compression',
        'TruncatedResponse',
        true,
        true,
        4,
        (r) =>
          r
            .writeHead(200, { 'Content-Type': 'text/xml', 'Content-Encoding': 'gzip' })
            .end(gzipSync(envelope).subarray(0, -9)),
      ],
      [
        'fewer bytes than announced',
        'TruncatedResponse',
        true,
        true,
        4,
        (r) => {
          r.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': 9999 });
          r.write(envelope, () => r.destroy());
        },
      ],
      [
        'chunks that break off',
        'TruncatedResponse',
        true,
        true,
        4,
        (r) => {
          r.writeHead(200, { 'Content-Type': 'text/xml' });
          r.write(envelope, () => r.destroy());
        },
      ],
      ['a connection that is closed instead', 'ConnectionLost', true, true, 4, (r) => r.destroy()],
    ];
    for (const [name, code, retryable, outcomeUnknown, tries, answer] of failures) {
      it(`fails as ${code} for ${name}, a read after ${tries === 1 ? 'one try' : `${tries} tries`}`, async () => {
        const server = await serve(answer);
        const transport = connect(server.url);
        const failure = await failureOf(transport.post('<a/>', read));
        expect(failure).to.include({ side: 'exchange', code, retryable, outcomeUnknown: false });
        expect(failure.message).to.contain(`127.0.0.1:${server.port}`).and.contain('GetItem');
        expect(failure.message).not.to.contain('\n');
        expect(failure.remedy).to.be.a('string');
        expect(`${failure.message} ${failure.remedy}`).not.to.match(/secret|u:p|Wörd/i);
        expect(server.requests).to.have.length(tries);
        expect(transport.metrics.retries).to.equal(tries - 1);
      });
      it(`fails as ${code} for ${name} to a write, ${outcomeUnknown ? 'after one try, with its outcome unknown' : 'which was not carried out'}`, async () => {
        const server = await serve(answer);
        const failure = await failureOf(connect(server.url).post('<a/>', write));
        expect(failure).to.include({ code, retryable, outcomeUnknown });
        expect(server.requests).to.have.length(outcomeUnknown ? 1 : tries);
      });
    }

    it('names where a redirect leads, without a query', async () => {
      const server = await serve((response) =>
        response.writeHead(301, { Location: '/owa/auth?session=1' }).end(),
      );
      const failure = await failureOf(connect(server.url).post('<a/>', read));
      expect(failure.remedy).to.contain(`http://127.0.0.1:${server.port}/owa/auth)`);
    });

    it('names status and content type of what is not SOAP', async () => {
      const server = await serve((response) =>
        response.writeHead(200, { 'Content-Type': 'text/html; charset=x' }).end('<p>'),
      );
      const failure = await failureOf(connect(server.url).post('<a/>', read));
      expect(failure.message).to.contain('HTTP 200').and.contain('text/html');
    });

    const large = envelope.replace('Grüße', 'x'.repeat(5000));
    const tooLarge: [string, (response: ServerResponse) => void][] = [
      [
        'by its announced length',
        (r) => r.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': large.length }).end(large),
      ],
      [
        'as it arrives',
        (r) => {
          r.writeHead(200, { 'Content-Type': 'text/xml' });
          r.write(large.slice(0, 3000));
          r.end(large.slice(3000));
        },
      ],
      [
        'once decompressed',
        (r) =>
          r.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Encoding': 'gzip' }).end(gzipSync(large)),
      ],
    ];
    for (const [when, answer] of tooLarge) {
      it(`is too large ${when}`, async () => {
        const server = await serve(answer);
        const failure = await failureOf(connect(server.url, { maxResponseBytes: 4000 }).post('<a/>', read));
        expect(failure).to.include({ code: 'ResponseTooLarge', retryable: false });
        expect(server.requests).to.have.length(1);
      });
    }

    it('bounds a bomb of 200 MB in 200 kB without unpacking it', async () => {
      const bomb = gzipSync(Buffer.alloc(200_000_000));
      const server = await serve((response) =>
        response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Encoding': 'gzip' }).end(bomb),
      );
      const before = process.memoryUsage().rss;
      const failure = await failureOf(
        connect(server.url, { maxResponseBytes: 1_000_000 }).post('<a/>', read),
      );
      expect(failure.code).to.equal('ResponseTooLarge');
      expect(process.memoryUsage().rss - before).to.be.below(100_000_000);
    });
  });

  describe('the way to the server', () => {
    it('is unknown for a name that does not exist', async () => {
      const failure = await failureOf(
        connect('https://exchange.invalid/EWS/Exchange.asmx', { maxAttempts: 1 }).post('<a/>', write),
      );
      expect(failure).to.include({ code: 'HostUnknown', retryable: true, outcomeUnknown: false });
      expect(failure.message).to.contain('exchange.invalid');
    });

    it('is tried again, for writes too, while nothing listens', async () => {
      const gone = await startLoopback((response) => answerSoap(response));
      await gone.close();
      const transport = connect(gone.url);
      const failure = await failureOf(transport.post('<a/>', write));
      expect(failure).to.include({ code: 'ConnectionRefused', retryable: true, outcomeUnknown: false });
      expect(failure.message).to.contain('ECONNREFUSED');
      expect(slept).to.deep.equal([500, 1000, 2000]);
    });

    it('serves a read again that was lost', async () => {
      const server = await serve((response, index) =>
        index < 2 ? response.destroy() : answerSoap(response),
      );
      const transport = connect(server.url, { random: () => 0 });
      expect(await transport.post('<a/>', read)).to.equal(envelope);
      expect(server.requests).to.have.length(3);
      expect(slept).to.deep.equal([250, 500]);
    });

    it('is one connection for requests one after the other', async () => {
      const server = await serve((response) => answerSoap(response));
      const transport = connect(server.url);
      for (let i = 0; i < 5; i += 1) await transport.post('<a/>', read);
      expect(server.connections()).to.equal(1);
    });

    it('is opened again where the server closed it meanwhile, for writes too', async () => {
      const server = await serve((response) => {
        response.setHeader('Connection', 'close');
        answerSoap(response);
      });
      const transport = connect(server.url);
      await transport.post('<a/>', write);
      await transport.post('<b/>', write);
      expect(server.requests).to.have.length(2);
      expect(transport.metrics.retries).to.equal(0);
    });

    it('is a connection of its own when a fresh one is asked for', async () => {
      const server = await serve((response) => answerSoap(response));
      const transport = connect(server.url);
      await transport.post('<a/>', read);
      await transport.post('<a/>', { ...write, freshConnection: true });
      expect(server.connections()).to.equal(2);
      await transport.post('<a/>', read);
      expect(server.connections()).to.equal(2);
    });

    it('times out over the whole answer', async () => {
      const server = await serve((response) => {
        response.writeHead(200, { 'Content-Type': 'text/xml' });
        response.write('<?xml version="1.0"?>');
      });
      const transport = connect(server.url, { timeoutMs: 60, maxAttempts: 2 });
      const lostRead = await failureOf(transport.post('<a/>', read));
      expect(lostRead).to.include({ code: 'Timeout', retryable: true, outcomeUnknown: false });
      expect(server.requests).to.have.length(2);
      const lostWrite = await failureOf(transport.post('<a/>', write));
      expect(lostWrite).to.include({ code: 'Timeout', retryable: true, outcomeUnknown: true });
      expect(server.requests).to.have.length(3);
    });
  });

  describe('TLS', () => {
    const certificate = (name: string): string =>
      readFileSync(new URL(`certificates/test-only-${name}.pem`, import.meta.url), 'utf8');
    const keyed = (name: string): { key: string; cert: string } => ({
      cert: certificate(name),
      key: readFileSync(new URL(`certificates/test-only-${name}.key`, import.meta.url), 'utf8'),
    });
    const ca = certificate('ca');

    it('trusts a private certificate authority that was added', async () => {
      const server = await serve((response) => answerSoap(response), { tls: keyed('localhost') });
      const transport = connect(server.url, { ca });
      expect(await transport.post('<a/>', read)).to.equal(envelope);
      expect(await transport.post('<a/>', { ...read, freshConnection: true })).to.equal(envelope);
    });

    it('trusts each certificate of a bundle', async () => {
      const server = await serve((response) => answerSoap(response), { tls: keyed('localhost') });
      const bundle = `a comment\n${certificate('elsewhere')}\n${ca}`;
      expect(await connect(server.url, { ca: bundle }).post('<a/>', read)).to.equal(envelope);
    });

    const untrusted: [string, string, string | undefined, string, RegExp][] = [
      [
        'without its authority',
        'localhost',
        undefined,
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        /certificate authority/,
      ],
      ['for another name', 'elsewhere', ca, 'ERR_TLS_CERT_ALTNAME_INVALID', /host name/],
      ['that has expired', 'expired', ca, 'CERT_HAS_EXPIRED', /Renew/],
    ];
    for (const [which, name, added, reason, remedy] of untrusted) {
      it(`refuses a certificate ${which} before anything is sent`, async () => {
        const server = await serve((response) => answerSoap(response), { tls: keyed(name) });
        const failure = await failureOf(
          connect(server.url, added === undefined ? {} : { ca: added }).post('<a/>', write),
        );
        expect(failure).to.include({ code: 'TlsUntrusted', retryable: false, outcomeUnknown: false });
        expect(failure.message).to.contain(reason);
        expect(failure.remedy).to.match(remedy);
        expect(server.requests).to.have.length(0);
      });
    }

    it('verifies even where the environment says not to', async () => {
      const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        const server = await serve((response) => answerSoap(response), { tls: keyed('localhost') });
        expect((await failureOf(connect(server.url).post('<a/>', read))).code).to.equal('TlsUntrusted');
      } finally {
        if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      }
    });

    it('fails where the port speaks no TLS', async () => {
      const server = await serve((response) => answerSoap(response));
      const failure = await failureOf(connect(server.url.replace('http:', 'https:')).post('<a/>', write));
      expect(failure).to.include({ code: 'TlsFailed', retryable: false, outcomeUnknown: false });
    });
  });

  describe('a busy server', () => {
    const now = Date.parse('2026-03-01T10:00:00Z');
    const headers: [string, string, number][] = [
      ['seconds', '7', 7000],
      ['a date', 'Sun, 01 Mar 2026 10:00:30 GMT', 30_000],
    ];
    for (const [form, header, delayMs] of headers) {
      for (const status of [429, 503]) {
        it(`is waited for as long as HTTP ${status} says in ${form}, by writes too`, async () => {
          const server = await serve((response, index) =>
            index === 0 ? response.writeHead(status, { 'Retry-After': header }).end() : answerSoap(response),
          );
          const transport = connect(server.url, { clock: () => now });
          expect(await transport.post('<a/>', write)).to.equal(envelope);
          expect(slept).to.deep.equal([delayMs]);
          expect(transport.metrics.retries).to.equal(1);
        });
      }
    }

    it('holds back everybody, not only who met it', async () => {
      let wake = (): void => undefined;
      const asleep = new Promise<void>((resolve) => (wake = resolve));
      const server = await serve((response, index) =>
        index === 1 ? response.writeHead(503, { 'Retry-After': '5' }).end() : answerSoap(response),
      );
      let sleeping = (): void => undefined;
      const heldBack = new Promise<void>((resolve) => (sleeping = resolve));
      const transport = connect(server.url, {
        sleep: async (ms) => {
          slept.push(ms);
          sleeping();
          await asleep;
        },
        clock: () => now,
      });
      await transport.post('<first/>', read);
      const busy = transport.post('<busy/>', read);
      await heldBack;
      const other = transport.post('<other/>', read);
      expect(server.requests.map(({ body }) => body)).to.deep.equal(['<first/>', '<busy/>']);
      wake();
      await Promise.all([busy, other]);
      expect(server.requests.map(({ body }) => body).slice(2)).to.have.members(['<busy/>', '<other/>']);
      expect(slept).to.deep.equal([5000]);
    });

    it('is left alone for as long as the caller says', async () => {
      const server = await serve((response) => answerSoap(response));
      const transport = connect(server.url, { clock: () => now });
      transport.holdOff(29_749);
      await transport.post('<a/>', read);
      expect(slept).to.deep.equal([29_749]);
    });

    it('is not waited for beyond half a minute, and not asked again before', async () => {
      const server = await serve((response) => response.writeHead(503, { 'Retry-After': '31' }).end());
      let time = now;
      const transport = connect(server.url, { clock: () => time });
      const met = await failureOf(transport.post('<a/>', read));
      expect(met).to.include({ code: 'ServerBusy', retryable: true, retryAfterMs: 31_000 });
      time += 500;
      const other = await failureOf(transport.post('<a/>', read));
      expect(other).to.include({ code: 'ServerBusy', retryable: true, retryAfterMs: 30_500 });
      expect(server.requests).to.have.length(1);
      expect(slept).to.deep.equal([]);
    });

    it('gets at most as many requests at once as allowed, in the order they came', async () => {
      const waiting: ServerResponse[] = [];
      let arrived = (): void => undefined;
      const server = await serve((response, index) => {
        if (index === 0) return answerSoap(response);
        waiting.push(response);
        arrived();
      });
      const transport = connect(server.url, { maxConcurrent: 2 });
      await transport.post('<sign-in/>', read);
      const answers = [1, 2, 3, 4, 5].map((n) => transport.post(`<n${n}/>`, read));
      const seen: number[] = [];
      while (seen.length < 5) {
        const isDue = (): boolean => waiting.length >= Math.min(2, 5 - seen.length);
        while (!isDue()) await new Promise<void>((resolve) => (arrived = resolve));
        expect(waiting.length).to.be.at.most(2);
        for (const response of waiting.splice(0)) {
          seen.push(seen.length + 1);
          answerSoap(response);
        }
      }
      await Promise.all(answers);
      const bodies = server.requests.map(({ body }) => body).slice(1);
      expect(bodies.slice(0, 2)).to.have.members(['<n1/>', '<n2/>']);
      expect(bodies.slice(2, 4)).to.have.members(['<n3/>', '<n4/>']);
      expect(bodies[4]).to.equal('<n5/>');
    });
  });

  describe('the sign-in', () => {
    const unauthorized = (response: ServerResponse): void => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate, NTLM, Basic realm="mail"' }).end();
    };

    it('is tried by one request alone until it succeeded', async () => {
      let open = 0;
      let mostOpen = 0;
      let firstAnswer = (): void => undefined;
      let begun = (): void => undefined;
      const arrived = new Promise<void>((resolve) => (begun = resolve));
      const server = await serve((response, index) => {
        open += 1;
        mostOpen = Math.max(mostOpen, open);
        response.on('close', () => (open -= 1));
        if (index > 0) return answerSoap(response);
        firstAnswer = () => answerSoap(response);
        begun();
      });
      const transport = connect(server.url);
      const answers = [1, 2, 3, 4].map(() => transport.post('<a/>', read));
      await arrived;
      expect(server.requests).to.have.length(1);
      firstAnswer();
      await Promise.all(answers);
      expect(server.requests).to.have.length(4);
    });

    it('is paused by the first refusal, for those who wait as well', async () => {
      const server = await serve(unauthorized);
      const rejections: RemoteError[] = [];
      const transport = connect(server.url, { onCredentialRejected: (error) => rejections.push(error) });
      const failures = await Promise.all([1, 2, 3].map(() => failureOf(transport.post('<a/>', read))));
      const later = await failureOf(transport.post('<a/>', write));

      expect(server.requests).to.have.length(1);
      expect(rejections).to.have.length(1);
      for (const failure of [...failures, later]) expect(failure).to.equal(rejections[0]);
      expect(later).to.include({ code: 'Unauthorized', retryable: false, outcomeUnknown: false });
      expect(later.message).not.to.contain('Wörd');
    });

    it('is asked for before the password is sent, with an empty request', async () => {
      const server = await serve(
        (response, index) => (index === 0 ? unauthorized(response) : answerSoap(response)),
        { signIn: 'own' },
      );
      await connect(server.url).post('<a/>', write);
      expect(server.requests.map(({ body, headers }) => [body, headers['content-length']])).to.deep.equal([
        ['', '0'],
        ['<a/>', '4'],
      ]);
      expect(server.requests[0]?.headers).not.to.have.property('authorization');
      expect(server.requests[1]?.headers.authorization).to.match(/^Basic /);
      expect(server.connections()).to.equal(1);
    });

    for (const refusal of [400, 405, 411, 415, 500]) {
      it(`is asked for with an empty envelope where the empty request is refused by HTTP ${refusal}`, async () => {
        const server = await serve(
          (response, index) => {
            if (index === 0) response.writeHead(refusal).end();
            else if (index === 1) unauthorized(response);
            else answerSoap(response);
          },
          { signIn: 'own' },
        );
        const transport = connect(server.url);
        expect(await transport.post('<a/>', write)).to.equal(envelope);
        expect(server.requests[1]?.body).to.match(/<soap:Body\/><\/soap:Envelope>$/);
        expect(server.requests.map(({ headers }) => headers.authorization?.slice(0, 6))).to.deep.equal([
          undefined,
          undefined,
          'Basic ',
        ]);
        expect(transport.metrics.requests).to.equal(1);
      });

      it(`is given to nobody who asks neither time, such as by HTTP ${refusal}`, async () => {
        const server = await serve((response) => response.writeHead(refusal).end(), { signIn: 'own' });
        const failure = await failureOf(connect(server.url, { maxAttempts: 1 }).post('<a/>', write));
        expect(failure).to.include({ outcomeUnknown: false });
        expect(failure.message).to.contain(`HTTP ${refusal}`);
        expect(server.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
          undefined,
          undefined,
        ]);
      });
    }

    it('is given to nobody who answers SOAP unasked, which is no answer to the envelope', async () => {
      for (const status of [200, 500]) {
        const server = await serve((response) => answerSoap(response, envelope, status), { signIn: 'own' });
        const failure = await failureOf(connect(server.url).post('<a/>', write));
        expect(failure).to.include({ code: 'SignInNotOffered', outcomeUnknown: false, retryable: false });
        for (const { headers } of server.requests) expect(headers).not.to.have.property('authorization');
      }
    });

    it('is sent unasked by Basic where an administrator chose that', async () => {
      const server = await serve((response) => answerSoap(response), { signIn: 'own' });
      expect(await connect(server.url, { scheme: 'basic' }).post('<a/>', write)).to.equal(envelope);
      expect(server.requests.map(({ body }) => body)).to.deep.equal(['<a/>']);
      expect(server.requests[0]?.headers.authorization).to.match(/^Basic /);
    });

    it('sends no password to a sign-in page', async () => {
      const server = await serve(
        (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
        { signIn: 'own' },
      );
      const failure = await failureOf(connect(server.url).post('<a/>', write));
      expect(failure).to.include({ code: 'NotSoap', outcomeUnknown: false });
      expect(server.requests.map(({ headers }) => headers.authorization)).to.deep.equal([undefined]);
    });

    it('is tried by one request alone again after five quiet minutes', async () => {
      let time = 0;
      const server = await serve((response, index) =>
        index < 2 ? answerSoap(response) : unauthorized(response),
      );
      const transport = connect(server.url, { clock: () => time });
      await transport.post('<a/>', read);
      time = 299_999;
      await transport.post('<a/>', read);
      time += 300_000;
      await Promise.all([1, 2, 3, 4, 5].map(() => failureOf(transport.post('<a/>', read))));
      expect(server.requests).to.have.length(3);
    });
  });

  describe('stopping', () => {
    async function stopOf(answer: Promise<unknown>): Promise<void> {
      const error = await answer.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(StoppedError);
    }

    it('ends a request on its way', async () => {
      const stop = new AbortController();
      const server = await serve(() => stop.abort());
      await stopOf(connect(server.url).post('<a/>', { ...write, signal: stop.signal }));
      expect(server.requests).to.have.length(1);
    });

    it('ends a wait in the gate and lets the others go on', async () => {
      const stop = new AbortController();
      let answerFirst = (): void => undefined;
      let begun = (): void => undefined;
      const arrived = new Promise<void>((resolve) => (begun = resolve));
      const server = await serve((response, index) => {
        if (index > 0) return answerSoap(response);
        answerFirst = () => answerSoap(response);
        begun();
      });
      const transport = connect(server.url);
      const first = transport.post('<first/>', read);
      await arrived;
      const stopped = transport.post('<stopped/>', { ...read, signal: stop.signal });
      const third = transport.post('<third/>', read);
      stop.abort();
      await stopOf(stopped);
      answerFirst();
      await Promise.all([first, third]);
      expect(server.requests.map(({ body }) => body)).to.deep.equal(['<first/>', '<third/>']);
    });

    it('ends the wait between two tries', async () => {
      const stop = new AbortController();
      const server = await serve((response) => response.destroy());
      const transport = connect(server.url, {
        sleep: async (_ms, signal) => {
          stop.abort();
          signal?.throwIfAborted();
        },
      });
      await stopOf(transport.post('<a/>', { ...read, signal: stop.signal }));
      expect(server.requests).to.have.length(1);
    });

    it('sends nothing when it was asked for before', async () => {
      const server = await serve((response) => answerSoap(response));
      await stopOf(connect(server.url).post('<a/>', { ...read, signal: AbortSignal.abort() }));
      expect(server.requests).to.have.length(0);
    });

    it('comes with closing, for what is on its way and for what comes later', async () => {
      let begun = (): void => undefined;
      const arrived = new Promise<void>((resolve) => (begun = resolve));
      const server = await serve(() => begun());
      const transport = connect(server.url);
      const onItsWay = stopOf(transport.post('<a/>', read));
      const waiting = stopOf(transport.post('<b/>', read));
      await arrived;
      await transport.close();
      await Promise.all([onItsWay, waiting, stopOf(transport.post('<c/>', read))]);
      expect(server.requests).to.have.length(1);
    });
  });
});
