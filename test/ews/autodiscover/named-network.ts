/** Names that lead to servers on loopback: what a company's DNS would say, for tests. */
import { RemoteError } from '../../../src/errors.ts';
import type { ServiceRecord } from '../../../src/ews/autodiscover/candidates.ts';
import type { DiscoveryNetwork } from '../../../src/ews/autodiscover/network.ts';
import { ownNetwork } from '../../../src/ews/autodiscover/network.ts';
import type { Answer, LoopbackServer, ReceivedRequest } from '../loopback-server.ts';
import { startLoopback } from '../loopback-server.ts';

export interface NamedNetwork extends DiscoveryNetwork {
  /** Serves an origin such as `https://mail.example.com`; TLS is left out on loopback. */
  serve(origin: string, answer: Answer): Promise<LoopbackServer>;
  /** Gives an origin to a server that listens already. */
  name(origin: string, url: string): void;
  readonly records: Map<string, ServiceRecord[]>;
  /** Origins that were asked in turn, whether or not anybody is there. */
  readonly asked: readonly string[];
  /** Every request that carried a password. */
  passwords(): ReceivedRequest[];
  close(): Promise<void>;
}

export function createNamedNetwork(): NamedNetwork {
  const places = new Map<string, string>();
  const servers: LoopbackServer[] = [];
  const asked: string[] = [];

  const placeOf = (url: URL): URL => {
    asked.push(url.origin);
    const place = places.get(url.origin);
    if (place === undefined) {
      throw new RemoteError({
        side: 'exchange',
        code: 'HostUnknown',
        message: `The name ${url.host} cannot be resolved.`,
        retryable: true,
      });
    }
    return new URL(url.pathname + url.search, place);
  };

  return {
    records: new Map(),
    asked,
    async serve(origin, answer) {
      const server = await startLoopback(answer, { signIn: 'own' });
      servers.push(server);
      places.set(origin, server.url);
      return server;
    },
    name: (origin, url) => places.set(origin, url),
    async glance(url, options) {
      return ownNetwork.glance(placeOf(url), options);
    },
    async serviceRecords(name) {
      asked.push(name);
      return this.records.get(name) ?? [];
    },
    openTransport: (options) =>
      ownNetwork.openTransport({ ...options, url: placeOf(new URL(options.url)).href }),
    passwords: () =>
      servers.flatMap(({ requests }) =>
        requests.filter(({ headers }) => headers.authorization !== undefined),
      ),
    async close() {
      for (const server of servers) await server.close();
    },
  };
}

const realm = { 'WWW-Authenticate': 'Basic realm="mail"' };
const xml = { 'Content-Type': 'text/xml; charset=utf-8' };

/** What an Autodiscover server of a test says to those who signed in: plain XML to `.xml`, SOAP to `.svc`. */
export interface Says {
  readonly pox?: string;
  readonly soap?: string;
  /** Answers both, before it looks at what was asked. */
  readonly redirect?: string;
  readonly speaksSoap?: boolean;
}

export function says({ pox, soap, redirect, speaksSoap = false }: Says): Answer {
  return (response, _index, { path, headers }) => {
    const header = speaksSoap ? { ...realm, 'X-SOAP-Enabled': 'True' } : realm;
    if (headers.authorization === undefined) return void response.writeHead(401, header).end();
    if (redirect !== undefined) return void response.writeHead(302, { Location: redirect }).end();
    const document = /\.svc$/i.test(path ?? '') ? soap : pox;
    if (document === undefined) response.writeHead(404).end();
    else response.writeHead(200, xml).end(document);
  };
}

export function refusesPassword(): Answer {
  return (response) => void response.writeHead(401, realm).end();
}

const answers = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const outlook = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

function pox(account: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${answers}"><Response xmlns="${outlook}">` +
    `<User><DisplayName>Alice</DisplayName></User><Account><AccountType>email</AccountType>${account}</Account>` +
    '</Response></Autodiscover>'
  );
}

export function poxSettings(protocols: readonly (readonly [type: string, ewsUrl: string])[]): string {
  const each = protocols.map(
    ([type, url]) =>
      `<Protocol><Type>${type}</Type><Server>x</Server><ASUrl>https://wrong.example.com/</ASUrl>` +
      `${url === '' ? '' : `<EwsUrl>${url}</EwsUrl>`}</Protocol>`,
  );
  return pox(`<Action>settings</Action>${each.join('')}`);
}

export function poxRedirect(kind: 'Url' | 'Addr', target: string): string {
  return pox(`<Action>redirect${kind}</Action><Redirect${kind}>${target}</Redirect${kind}>`);
}

export function poxError(code: number): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${answers}"><Response>` +
    `<Error Time="10:00:00.0000000" Id="1"><ErrorCode>${code}</ErrorCode><Message>text</Message><DebugData/></Error>` +
    '</Response></Autodiscover>'
  );
}

/** One user's answer; `whole` is the code of the answer itself. */
export function soapAnswer(user: string, whole = 'NoError'): string {
  const ns = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';
  return (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://www.w3.org/2005/08/addressing">' +
    `<s:Header><a:Action s:mustUnderstand="1">${ns}/Autodiscover/GetUserSettingsResponse</a:Action></s:Header><s:Body>` +
    `<GetUserSettingsResponseMessage xmlns="${ns}"><Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` +
    `<ErrorCode>${whole}</ErrorCode><ErrorMessage/><UserResponses>${user}</UserResponses></Response>` +
    '</GetUserSettingsResponseMessage></s:Body></s:Envelope>'
  );
}

export function soapUser(
  code: string,
  target: string,
  settings: Readonly<Record<string, string>> = {},
): string {
  const each = Object.entries(settings).map(
    ([name, value]) =>
      `<UserSetting i:type="StringSetting"><Name>${name}</Name><Value>${value}</Value></UserSetting>`,
  );
  return (
    `<UserResponse><ErrorCode>${code}</ErrorCode><ErrorMessage>text</ErrorMessage>${target}` +
    `<UserSettingErrors/><UserSettings>${each.join('')}</UserSettings></UserResponse>`
  );
}
