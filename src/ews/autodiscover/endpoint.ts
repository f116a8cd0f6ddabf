/** One Autodiscover server: which ways to ask it there are, and the asking. */
import type { EwsCredentials, TransportOptions } from '../transport.ts';
import type { DiscoveryNetwork, Glance } from './network.ts';
import { askPox } from './pox.ts';
import type { SettingsAnswer } from './settings-answer.ts';
import { askUserSettings } from './user-settings.ts';

export interface EndpointOptions {
  readonly credentials: EwsCredentials;
  /** PEM of a private CA. */
  readonly ca?: string;
  readonly scheme?: TransportOptions['scheme'];
  readonly network: DiscoveryNetwork;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Signs in and asks for one mailbox. Throws RemoteError or StoppedError. */
export async function askEndpoint(
  url: URL,
  address: string,
  { credentials, ca, scheme, network, timeoutMs, signal }: EndpointOptions,
): Promise<SettingsAnswer> {
  const transport = network.openTransport({
    url: url.href,
    credentials,
    timeoutMs,
    maxAttempts: 1,
    maxResponseBytes: 4 * 1024 * 1024,
    ...(ca === undefined ? {} : { ca }),
    ...(scheme === undefined ? {} : { scheme }),
  });
  try {
    return isSoap(url)
      ? await askUserSettings(transport, url.href, address, signal)
      : await askPox(transport, address, signal);
  } finally {
    await transport.close();
  }
}

/** The addresses to ask, in turn; none where nothing there wants a password of us. */
export function waysInto(url: URL, { status, schemes, speaksSoap }: Glance): readonly URL[] {
  if (status !== 401 || !schemes.some((scheme) => ownSchemes.has(scheme))) return [];
  if (isSoap(url)) return [url];
  const soap = soapBeside(url);
  if (soap === null) return [url];
  // Front ends may drop the header by which Exchange says that it speaks SOAP.
  return speaksSoap ? [soap, url] : [url, soap];
}

const ownSchemes: ReadonlySet<string> = new Set(['basic', 'ntlm', 'negotiate']);

function isSoap(url: URL): boolean {
  return /\.svc$/i.test(url.pathname);
}

function soapBeside(url: URL): URL | null {
  if (!/\/autodiscover\.xml$/i.test(url.pathname)) return null;
  return new URL('autodiscover.svc', url);
}
