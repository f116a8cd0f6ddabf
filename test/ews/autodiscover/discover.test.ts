import { expect } from 'chai';
import { startExchange } from '../../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxOptions } from '../../../sandbox/exchange/server.ts';
import { StoppedError } from '../../../src/errors.ts';
import type { Discovery, DiscoveryOptions } from '../../../src/ews/autodiscover/discover.ts';
import { discover } from '../../../src/ews/autodiscover/discover.ts';
import { ownNetwork } from '../../../src/ews/autodiscover/network.ts';
import type { NamedNetwork } from './named-network.ts';
import {
  createNamedNetwork,
  poxError,
  poxRedirect,
  poxSettings,
  refusesPassword,
  says,
  soapAnswer,
  soapUser,
} from './named-network.ts';

const ews = 'https://mail.example.com/EWS/Exchange.asmx';
const root = 'https://example.com';
const autodiscover = 'https://autodiscover.example.com';
const found = poxSettings([['EXPR', ews]]);

describe('Autodiscover', () => {
  let network: NamedNetwork;

  beforeEach(() => {
    network = createNamedNetwork();
  });
  afterEach(() => network.close());

  function search(options: Partial<DiscoveryOptions> = {}): Promise<Discovery> {
    return discover({
      address: 'alice@example.com',
      credentials: { username: 'svc@example.com', password: 'secret' },
      trustedHosts: [],
      network,
      ...options,
    });
  }

  /** What failed and why, each in a line. */
  function failures({ steps }: Discovery): string[] {
    return steps
      .filter(({ ok }) => !ok)
      .map(({ what, detail, remedy }) => `${what}: ${detail}${remedy === undefined ? '' : ` ${remedy}`}`);
  }

  describe('where it looks', () => {
    it('asks the domain, its autodiscover host, for a redirect, and DNS, in this order', async () => {
      const nothing = await search();
      expect(nothing).to.deep.include({ ewsUrls: [], endpoint: null, refusal: null });
      expect(network.asked).to.deep.equal([
        root,
        autodiscover,
        'http://autodiscover.example.com',
        '_autodiscover._tcp.example.com',
      ]);
      expect(failures(nothing)).to.deep.equal([
        'https://example.com/autodiscover/autodiscover.xml: The name example.com cannot be resolved.',
        'https://autodiscover.example.com/autodiscover/autodiscover.xml: The name autodiscover.example.com cannot be resolved.',
        'http://autodiscover.example.com/autodiscover/autodiscover.xml: The name autodiscover.example.com cannot be resolved.',
        'DNS SRV _autodiscover._tcp.example.com: There is no such record.',
      ]);
    });

    it('stops at the first that knows the mailbox', async () => {
      await network.serve(root, says({ pox: found }));
      expect(await search()).to.deep.include({
        ewsUrls: [ews],
        endpoint: `${root}/autodiscover/autodiscover.xml`,
      });
      expect(new Set(network.asked)).to.deep.equal(new Set([root]));
    });

    it('follows the redirect of plain http, to https in the domain', async () => {
      await network.serve('http://autodiscover.example.com', (response) =>
        response.writeHead(302, { Location: 'https://mail.example.com/autodiscover/autodiscover.xml' }).end(),
      );
      await network.serve('https://mail.example.com', says({ pox: found }));
      expect((await search()).ewsUrls).to.deep.equal([ews]);
      expect(network.passwords().map(({ headers }) => headers.host)).to.have.length(1);
    });

    it('takes the servers of DNS by priority and weight, with their ports', async () => {
      network.records.set('_autodiscover._tcp.example.com', [
        { host: 'last.example.com', port: 443, priority: 10, weight: 9 },
        { host: 'first.example.com', port: 8443, priority: 0, weight: 1 },
        { host: 'heavy.example.com.', port: 443, priority: 0, weight: 5 },
      ]);
      await network.serve('https://last.example.com', says({ pox: found }));
      expect((await search()).ewsUrls).to.deep.equal([ews]);
      expect([...new Set(network.asked)].slice(4)).to.deep.equal([
        'https://heavy.example.com',
        'https://first.example.com:8443',
        'https://last.example.com',
      ]);
    });

    it('asks only the endpoints it is given, where it is given some', async () => {
      await network.serve('https://mail.example.com', says({ pox: found }));
      const endpoint = 'https://mail.example.com/autodiscover/autodiscover.xml';
      expect(await search({ endpoints: [new URL(endpoint)] })).to.deep.include({ ewsUrls: [ews], endpoint });
      expect(new Set(network.asked)).to.deep.equal(new Set(['https://mail.example.com']));
    });

    for (const address of [
      'alice',
      'alice@',
      '@example.com',
      'alice@exa mple.com',
      'a@b@example.com/x?y',
      'a@[::1]:1',
    ]) {
      it(`asks nobody for ${JSON.stringify(address)}`, async () => {
        expect(failures(await search({ address }))).to.deep.equal([`${address}: This is no e-mail address.`]);
        expect(network.asked).to.deep.equal([]);
      });
    }
  });

  describe('what it takes from an answer', () => {
    it('prefers external addresses to internal ones, in plain XML', async () => {
      const of = (host: string): string => `https://${host}.example.com/EWS/Exchange.asmx`;
      const all = poxSettings([
        ['EXCH', of('inside')],
        ['WEB', of('web')],
        ['EXHTTP', of('both')],
        ['EXPR', of('outside')],
        ['EXPR', ''],
        ['EXHTTP', of('outside')],
      ]);
      await network.serve(root, says({ pox: all }));
      expect((await search()).ewsUrls).to.deep.equal([of('outside'), of('both'), of('inside')]);
    });

    it('asks by SOAP first where the server says that it speaks it', async () => {
      const settings = { InternalEwsUrl: 'https://in.example.com/EWS/Exchange.asmx', ExternalEwsUrl: ews };
      const server = await network.serve(
        root,
        says({
          soap: soapAnswer(soapUser('NoError', '<RedirectTarget i:nil="true"/>', settings)),
          speaksSoap: true,
        }),
      );
      expect((await search()).ewsUrls).to.deep.equal([ews, settings.InternalEwsUrl]);
      expect([...new Set(server.requests.map(({ path }) => path))]).to.deep.equal([
        '/autodiscover/autodiscover.xml',
        '/autodiscover/autodiscover.svc',
      ]);
    });

    it('asks by the other way where one is not there', async () => {
      const soap = soapAnswer(soapUser('NoError', '', { ExternalEwsUrl: ews }));
      await network.serve(root, says({ soap }));
      expect((await search()).ewsUrls).to.deep.equal([ews]);
      await network.close();
      network = createNamedNetwork();
      await network.serve(root, says({ pox: found, speaksSoap: true }));
      expect((await search()).ewsUrls).to.deep.equal([ews]);
    });

    const useless: [string, string | undefined, string | undefined, RegExp][] = [
      ['an unknown address in plain XML', poxError(500), undefined, /knows no such mailbox \(500\)/],
      ['an unknown address in SOAP', undefined, soapAnswer(soapUser('InvalidUser', '')), /\(InvalidUser\)/],
      [
        'an error for the whole request',
        undefined,
        soapAnswer('', 'InternalServerError'),
        /answered InternalServerError/,
      ],
      ['no user at all', undefined, soapAnswer(''), /not be understood/],
      ['a code of tomorrow', undefined, soapAnswer(soapUser('Tomorrow', '')), /UnknownResponseCode/],
      ['settings without EWS', poxSettings([['EXPR', '']]), undefined, /no address of EWS .*--exchange-url/],
      ['neither settings nor a redirect', '<Autodiscover></Autodiscover>', undefined, /neither settings/],
      ['a document type', `<!DOCTYPE x>${found}`, undefined, /document type/],
      ['broken XML', found.replace('<Account>', ''), undefined, /not well-formed/],
      ['half a document', found.slice(0, -20), undefined, /broke off/],
      [
        'nesting without end',
        `<Autodiscover>${'<a>'.repeat(200)}</Autodiscover>`,
        undefined,
        /nested too deeply/,
      ],
      ['a SOAP fault', undefined, soapAnswer('').replace(/<GetUser.*Message>/, '<s:Fault/>'), /SoapFault/],
      ['no web address', poxSettings([['EXPR', 'mail']]), undefined, /no web address/],
      ['a redirect to no web address', poxRedirect('Url', 'mail'), undefined, /no web address/],
      ['a redirect to no e-mail address', poxRedirect('Addr', 'alice'), undefined, /no e-mail address/],
    ];
    for (const [what, pox, soap, reason] of useless) {
      it(`goes on after ${what}`, async () => {
        await network.serve(
          root,
          says({ ...(pox === undefined ? {} : { pox }), ...(soap === undefined ? {} : { soap }) }),
        );
        const nothing = await search();
        expect(nothing.ewsUrls).to.deep.equal([]);
        expect(failures(nothing).join('\n')).to.match(reason);
        for (const line of failures(nothing)) expect(line).not.to.match(/\n|undefined|\[object/);
        // A new address of the mailbox ends the list made from the old one.
        if (!what.includes('e-mail')) expect(network.asked).to.include('_autodiscover._tcp.example.com');
      });
    }

    it('escapes the address in both ways', async () => {
      const server = await network.serve(root, says({}));
      await search({ address: 'o\'b<r>&i"en@example.com'.replace(/[<>]/g, '') });
      const bodies = server.requests.map(({ body }) => body).filter((body) => body !== '');
      expect(bodies).to.have.length(2);
      expect(bodies[0]).to.contain(`<EMailAddress>o'br&amp;i"en@example.com</EMailAddress>`);
      expect(bodies[1]).to.contain(`Mailbox>o'br&amp;i"en@example.com<`);
    });
  });

  describe('redirects', () => {
    it('follows them by HTTP, in the answer, and to another address', async () => {
      await network.serve(root, says({ redirect: `${autodiscover}/Autodiscover/Autodiscover.xml` }));
      await network.serve(
        autodiscover,
        says({ pox: poxRedirect('Url', 'https://mail.example.com/autodiscover/autodiscover.xml') }),
      );
      const mail = await network.serve('https://mail.example.com', (response, index, request) =>
        says({ pox: request.body.includes('new@') ? found : poxRedirect('Addr', 'new@example.com') })(
          response,
          index,
          request,
        ),
      );
      const result = await search();
      expect(failures(result)).to.deep.equal([]);
      expect(result.ewsUrls).to.deep.equal([ews]);
      expect(mail.requests.filter(({ body }) => body.includes('new@'))).to.have.length(1);
    });

    it('begins anew with another address of the mailbox', async () => {
      await network.serve(root, (response, index, request) =>
        says({ pox: request.body.includes('new@') ? found : poxRedirect('Addr', 'new@example.com') })(
          response,
          index,
          request,
        ),
      );
      expect((await search()).ewsUrls).to.deep.equal([ews]);
    });

    it('follows those of SOAP', async () => {
      await network.serve(
        root,
        says({
          soap: soapAnswer(
            soapUser(
              'RedirectUrl',
              '<RedirectTarget>https://mail.example.com/autodiscover/autodiscover.svc</RedirectTarget>',
            ),
          ),
        }),
      );
      await network.serve('https://mail.example.com', (response, index, request) =>
        says({
          soap: soapAnswer(
            request.body.includes('new@')
              ? soapUser('NoError', '', { ExternalEwsUrl: ews })
              : soapUser('RedirectAddress', '<RedirectTarget>new@example.com</RedirectTarget>'),
          ),
        })(response, index, request),
      );
      const result = await search();
      expect(result.ewsUrls).to.deep.equal([ews]);
    });

    it('notices that it is sent round in circles, by URL and by address', async () => {
      const here = `${root}/autodiscover/autodiscover.xml`;
      await network.serve(root, says({ pox: poxRedirect('Url', here) }));
      expect(failures(await search())[0]).to.equal(
        `${here}: It was asked before: Autodiscover goes round in circles. Give the address of EWS with --exchange-url.`,
      );
      await network.close();
      network = createNamedNetwork();
      await network.serve(root, says({ pox: poxRedirect('Addr', 'ALICE@example.com') }));
      expect(failures(await search())).to.deep.equal([
        'ALICE@example.com: It was asked for before: Autodiscover goes round in circles. Give the address of EWS with --exchange-url.',
      ]);
    });

    it('follows ten and no more', async () => {
      const page = (index: number): string => `${root}/autodiscover/autodiscover.xml?${index}`;
      const server = await network.serve(root, (response, index) =>
        response.writeHead(302, { Location: page(index) }).end(),
      );
      const lines = failures(await search());
      expect(lines[0]).to.match(/It is not asked: Autodiscover sent us on more than 10 times\./);
      expect(server.requests).to.have.length(11);
    });
  });

  describe('where the password does not go', () => {
    const refused: [string, string, RegExp][] = [
      ['plain http', 'http://mail.example.com/autodiscover/autodiscover.xml', /not sent over plain http/],
      [
        'another domain',
        'https://mail.hoster.test/autodiscover/autodiscover.xml',
        /mail\.hoster\.test is outside example\.com/,
      ],
      [
        'a domain that ends alike',
        'https://badexample.com/autodiscover/autodiscover.xml',
        /outside example\.com/,
      ],
      ['an address inside', 'https://10.0.0.1/autodiscover/autodiscover.xml', /10\.0\.0\.1 is outside/],
      ['this machine', 'http://127.0.0.1:1/autodiscover/autodiscover.xml', /127\.0\.0\.1 is outside/],
      ['an address with a user name', 'https://x:y@mail.example.com/', /no address of a web service/],
      ['another protocol', 'ftp://mail.example.com/', /no address of a web service/],
    ];
    for (const [what, target, reason] of refused) {
      const origin = new URL(target).origin;
      for (const kind of ['an HTTP redirect', 'a redirect in the answer', 'an address of EWS'] as const) {
        it(`asks nothing of ${what}, named by ${kind}`, async () => {
          const pox =
            kind === 'an address of EWS' ? poxSettings([['EXPR', target]]) : poxRedirect('Url', target);
          await network.serve(root, kind === 'an HTTP redirect' ? says({ redirect: target }) : says({ pox }));
          const there = await network.serve(origin, says({ pox: found }));
          const result = await search();
          expect(result.ewsUrls).to.deep.equal([]);
          const line = failures(result).find((one) => reason.test(one));
          expect(line, failures(result).join('\n')).to.match(/--exchange-url|--trust-autodiscover-host/);
          expect(there.requests).to.have.length(0);
        });
      }
    }

    it('goes to a host outside with a consent given before, or when asked', async () => {
      const target = 'https://mail.hoster.test/autodiscover/autodiscover.xml';
      const ewsThere = 'https://mail.hoster.test/EWS/Exchange.asmx';
      await network.serve(root, says({ pox: poxRedirect('Url', target) }));
      await network.serve('https://mail.hoster.test', says({ pox: poxSettings([['EXPR', ewsThere]]) }));
      const before = await search({ trustedHosts: ['Mail.Hoster.test'] });
      expect(before.ewsUrls).to.deep.equal([ewsThere]);

      const questions: string[] = [];
      const asked = await search({
        confirmHost: async (host) => {
          questions.push(host);
          return true;
        },
      });
      expect(asked).to.deep.include({ ewsUrls: [ewsThere], trustedHosts: ['mail.hoster.test'] });
      expect(questions).to.deep.equal(['mail.hoster.test']);
    });

    it('asks once about a host, and takes no for an answer', async () => {
      const questions: string[] = [];
      const urls: [string, string][] = [
        ['EXPR', 'https://mail.hoster.test/EWS/Exchange.asmx'],
        ['EXHTTP', 'https://mail.hoster.test/ews/other.asmx'],
        ['EXCH', ews],
      ];
      await network.serve(root, says({ pox: poxSettings(urls) }));
      const result = await search({
        confirmHost: async (host, sender) => {
          questions.push(`${sender} ${host}`);
          return false;
        },
      });
      expect(result.ewsUrls).to.deep.equal([ews]);
      expect(questions).to.deep.equal([`${root}/autodiscover/autodiscover.xml mail.hoster.test`]);
    });

    it('is asked by DNS to a host outside only with consent', async () => {
      network.records.set('_autodiscover._tcp.example.com', [
        { host: 'mail.hoster.test', port: 443, priority: 0, weight: 0 },
      ]);
      const there = await network.serve('https://mail.hoster.test', says({ pox: found }));
      expect((await search()).ewsUrls).to.deep.equal([]);
      expect(there.requests).to.have.length(0);
      expect((await search({ trustedHosts: ['mail.hoster.test'] })).ewsUrls).to.deep.equal([ews]);
    });

    it('contacts nothing of another domain that an answer names, not even its DNS', async () => {
      await network.serve(root, says({ pox: poxRedirect('Addr', 'alice@other.test') }));
      expect((await search()).ewsUrls).to.deep.equal([]);
      expect(new Set(network.asked)).to.deep.equal(new Set([root]));
    });

    it('does not go with the mailbox to the domain of its other address', async () => {
      await network.serve(root, says({ pox: poxRedirect('Addr', 'alice@hoster.test') }));
      const there = await network.serve('https://autodiscover.hoster.test', says({ pox: found }));
      const result = await search();
      expect(result.ewsUrls).to.deep.equal([]);
      expect(failures(result).filter((line) => line.includes('outside example.com'))).to.have.length(4);
      expect(there.requests).to.have.length(0);
    });

    const unasking: [string, number, Record<string, string>][] = [
      ['has a page for everything', 200, { 'Content-Type': 'text/html' }],
      ['has nothing there', 404, {}],
      ['is broken', 503, {}],
      [
        'wants a token',
        401,
        { 'WWW-Authenticate': 'Bearer realm="x", error="invalid", Digest realm="basic"' },
      ],
      ['wants nobody', 401, {}],
      ['redirects to nowhere', 302, {}],
    ];
    for (const [what, status, headers] of unasking) {
      it(`does not go to a server that ${what}`, async () => {
        const server = await network.serve(root, (response) =>
          response.writeHead(status, headers).end('<p>'),
        );
        await network.serve(autodiscover, says({ pox: found }));
        expect((await search()).ewsUrls).to.deep.equal([ews]);
        expect(server.requests.map(({ headers: { authorization } }) => authorization)).to.deep.equal([
          undefined,
        ]);
      });
    }
  });

  describe('a wrong password', () => {
    it('is sent once in all, whoever else could be asked', async () => {
      for (const origin of [root, autodiscover]) await network.serve(origin, refusesPassword());
      network.records.set('_autodiscover._tcp.example.com', [
        { host: 'mail.example.com', port: 443, priority: 0, weight: 0 },
      ]);
      await network.serve('https://mail.example.com', refusesPassword());
      const result = await search();
      expect(result.refusal).to.include({ code: 'Unauthorized' });
      expect(network.passwords()).to.have.length(1);
      expect(failures(result).at(-1)).to.match(
        /refuses the user name and password .*so that the account is not locked\. If that/,
      );
    });

    it('is sent once to a server that speaks both ways', async () => {
      await network.serve(root, (response) =>
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"', 'X-SOAP-Enabled': 'True' }).end(),
      );
      expect((await search()).refusal).to.include({ code: 'Unauthorized' });
      expect(network.passwords()).to.have.length(1);
    });
  });

  describe('time', () => {
    it('gives each request its time, and goes on', async () => {
      await network.serve(root, () => undefined);
      await network.serve(autodiscover, says({ pox: found }));
      const result = await search({ requestTimeoutMs: 50 });
      expect(result.ewsUrls).to.deep.equal([ews]);
      expect(failures(result)[0]).to.match(/did not answer in time/);
    });

    it('ends when the time for all of them is over', async () => {
      let now = 0;
      await network.serve(root, (response) => {
        now += 61_000;
        response.writeHead(404).end();
      });
      const result = await search({ clock: () => now });
      expect(failures(result).at(-1)).to.match(/took too long; nothing more was tried/);
      expect(network.asked).to.deep.equal([root]);
    });

    it('ends when it is told to stop', async () => {
      const stop = new AbortController();
      await network.serve(root, () => stop.abort());
      const error = await search({ signal: stop.signal }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StoppedError);
      expect(network.asked).to.deep.equal([root]);
    });
  });

  describe('against the sandbox', () => {
    let sandbox: Sandbox;
    afterEach(() => sandbox.close());

    async function searchSandbox(
      options: SandboxOptions,
      address = 'alice@example.test',
    ): Promise<Discovery> {
      sandbox = await startExchange(options);
      network.name('https://autodiscover.example.test', sandbox.url);
      network.name('https://other.example.test', sandbox.url);
      return search({
        address,
        credentials: { username: 'svc@example.test', password: 'svc' },
        trustedHosts: ['127.0.0.1'],
      });
    }

    for (const release of [
      'Exchange2007_SP1',
      'Exchange2010_SP2',
      'Exchange2013_SP1',
      'Exchange2019',
    ] as const) {
      it(`finds EWS of ${release}`, async () => {
        expect((await searchSandbox({ release })).ewsUrls).to.deep.equal([sandbox.url]);
      });
    }

    it('finds it by SOAP where plain XML leads astray', async () => {
      sandbox = await startExchange();
      const endpoint = new URL('/autodiscover/autodiscover.svc', sandbox.url);
      const result = await search({
        address: 'alice@example.test',
        credentials: { username: 'svc@example.test', password: 'svc' },
        trustedHosts: ['127.0.0.1'],
        endpoints: [endpoint],
        network: ownNetwork,
      });
      expect(result).to.deep.include({ ewsUrls: [sandbox.url], endpoint: endpoint.href });
    });

    it('follows its redirect to another address of the mailbox', async () => {
      const redirectAddress = { from: 'old@example.test', to: 'alice@example.test' };
      expect(
        (await searchSandbox({ autodiscover: { redirectAddress } }, 'old@example.test')).ewsUrls,
      ).to.deep.equal([sandbox.url]);
    });

    it('is not led round in circles by it', async () => {
      const redirectUrl = 'https://other.example.test/autodiscover/autodiscover.xml';
      const result = await searchSandbox({ autodiscover: { redirectUrl } });
      expect(failures(result).filter((line) => line.includes('circles'))).to.have.length(1);
    });

    it('says that it does not know a mailbox', async () => {
      expect(failures(await searchSandbox({}, 'nobody@example.test')).join()).to.match(
        /knows no such mailbox \(500\)/,
      );
    });
  });
});
