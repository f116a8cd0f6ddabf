/** Servers of any release for the protocol tests; keeps every good answer for the schema test at the end. */
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/exchange/server.ts';
import { envelope, post } from './ews-client.ts';
import type { Answer } from './ews-client.ts';
import { soapBody } from './schema-check.ts';

export const ALL_RELEASES: readonly ReleaseName[] = [
  'Exchange2007_SP1',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013_SP1',
  'Exchange2016',
  'Exchange2019',
];

/** The newest RequestServerVersion each release takes. */
export const NEWEST: Readonly<Record<ReleaseName, string>> = {
  Exchange2007_SP1: 'Exchange2007_SP1',
  Exchange2010_SP1: 'Exchange2010_SP1',
  Exchange2010_SP2: 'Exchange2010_SP2',
  Exchange2013_SP1: 'Exchange2013_SP1',
  Exchange2016: 'Exchange2016',
  Exchange2019: 'Exchange2016',
};

/** The SOAP bodies of HTTP 200 answers, by the release whose schema was asked for. */
export const SEEN_BY_RELEASE = new Map<ReleaseName, { name: string; body: string }[]>();

const RELEASE_OF: Readonly<Record<string, ReleaseName>> = {
  Exchange2007: 'Exchange2007_SP1',
  Exchange2007_SP1: 'Exchange2007_SP1',
  Exchange2010: 'Exchange2010_SP1',
  Exchange2010_SP1: 'Exchange2010_SP1',
  Exchange2010_SP2: 'Exchange2010_SP2',
  Exchange2013: 'Exchange2013_SP1',
  Exchange2013_SP1: 'Exchange2013_SP1',
  Exchange2015: 'Exchange2016',
  Exchange2016: 'Exchange2016',
};

export function startReleased(release: ReleaseName, options: SandboxOptions = {}): Promise<Sandbox> {
  return startExchange({
    ...options,
    release,
    onExchange({ operation, request, response, status }) {
      const body = soapBody(response);
      const asked =
        RELEASE_OF[/RequestServerVersion[^>]*Version="([^"]*)"/.exec(request)?.[1] ?? 'Exchange2007'];
      if (status !== 200 || body === undefined || asked === undefined) return;
      SEEN_BY_RELEASE.set(asked, [...(SEEN_BY_RELEASE.get(asked) ?? []), { name: operation, body }]);
    },
  });
}

export function version(name: string): string {
  return `<t:RequestServerVersion Version="${name}"/>`;
}

/** Posts one operation in the newest schema of a release. */
export function send(server: Sandbox, release: ReleaseName, body: string, user?: string): Promise<Answer> {
  return post(server.url, envelope(body, version(NEWEST[release])), user);
}
