/** What Autodiscover needs of the network; comes in as a value, so that tests give names to loopback servers. */
import { Resolver } from 'node:dns/promises';
import { Client } from 'undici';
import { failureOfLoss } from '../http-failure.ts';
import { httpPost, PostLost } from '../http-post.ts';
import { trustContext } from '../http-trust.ts';
import { readChallenges } from '../sign-in/challenges.ts';
import type { EwsTransport, TransportOptions } from '../transport.ts';
import { createTransport } from '../transport.ts';
import { userAgent } from '../user-agent.ts';
import type { ServiceRecord } from './candidates.ts';

/** An answer to somebody who has not signed in. */
export interface Glance {
  readonly status: number;
  /** Where a redirect leads, resolved; null where it is none or no URL. */
  readonly location: string | null;
  /** The names of the ways to sign in that it offers, in lower case. */
  readonly schemes: readonly string[];
  /** Exchange 2010 and newer say so in X-SOAP-Enabled. */
  readonly speaksSoap: boolean;
}

export interface GlanceOptions {
  readonly ca?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface DiscoveryNetwork {
  /** GET without credentials; redirects are not followed. Throws RemoteError or StoppedError. */
  glance(url: URL, options: GlanceOptions): Promise<Glance>;
  /** SRV records; empty where there are none. Rejects with the error of the resolver. */
  serviceRecords(name: string, timeoutMs: number): Promise<ServiceRecord[]>;
  openTransport(options: TransportOptions): EwsTransport;
}

export const ownNetwork: DiscoveryNetwork = {
  glance,
  serviceRecords,
  openTransport: createTransport,
};

const maxGlanceBytes = 256 * 1024;

async function glance(url: URL, { ca, timeoutMs, signal }: GlanceOptions): Promise<Glance> {
  const trusted = ca === undefined ? {} : { secureContext: trustContext(ca) };
  const client = new Client(url.origin, { connect: { timeout: timeoutMs, ...trusted } });
  try {
    const { status, headers } = await httpPost(client, {
      method: 'GET',
      origin: url.origin,
      path: url.pathname + url.search,
      headers: { 'user-agent': userAgent },
      body: Buffer.alloc(0),
      maxResponseBytes: maxGlanceBytes,
      timeoutMs,
      signal,
    });
    const { location } = headers;
    const redirects = [301, 302, 303, 307, 308].includes(status);
    return {
      status,
      location: redirects && location && URL.canParse(location, url) ? new URL(location, url).href : null,
      schemes: readChallenges(headers['www-authenticate']).map(({ scheme }) => scheme),
      speaksSoap: /^true$/i.test(String(headers['x-soap-enabled'] ?? '')),
    };
  } catch (error) {
    if (!(error instanceof PostLost)) throw error;
    throw failureOfLoss(error, { host: url.host, operation: 'looking for Autodiscover', repeatable: true });
  } finally {
    await client.destroy();
  }
}

async function serviceRecords(name: string, timeoutMs: number): Promise<ServiceRecord[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  const records = await resolver.resolveSrv(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTFOUND' || error.code === 'ENODATA') return [];
    throw error;
  });
  return records.map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }));
}
