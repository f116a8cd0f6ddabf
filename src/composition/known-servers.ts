/**
 * Asks for a mailbox at servers that have the password already, by the Autodiscover beside their EWS: every Exchange
 * server answers for its whole organisation. The domain of the address is left to `exsync setup`, with a person watching.
 */
import { endpointBeside } from '../ews/autodiscover/candidates.ts';
import type { Discovery } from '../ews/autodiscover/discover.ts';
import { discover } from '../ews/autodiscover/discover.ts';
import type { DiscoveryNetwork } from '../ews/autodiscover/network.ts';
import type { EwsCredentials } from '../ews/transport.ts';
import type { ExchangeSettings } from '../sync/administration.ts';

export interface KnownServerSearch {
  readonly credentials: EwsCredentials;
  readonly network: DiscoveryNetwork;
  readonly signal?: AbortSignal;
}

/** Throws StoppedError when the signal is aborted. */
export async function searchKnownServers(
  { address, ewsUrl }: { readonly address: string; readonly ewsUrl: string | null },
  { url, ca, scheme, autodiscover }: ExchangeSettings,
  search: KnownServerSearch,
): Promise<Discovery> {
  const beside = (ewsUrl === null ? [url] : [url, ewsUrl]).map((one) => endpointBeside(one).href);
  const endpoint = autodiscover?.endpoint ?? null;
  const endpoints = [...new Set(endpoint === null ? beside : [endpoint, ...beside])].map(
    (one) => new URL(one),
  );
  return discover({
    ...search,
    address,
    trustedHosts: [...(autodiscover?.trustedHosts ?? []), ...endpoints.map(({ hostname }) => hostname)],
    endpoints,
    ...(ca === null ? {} : { ca }),
    ...(scheme === undefined ? {} : { scheme }),
  });
}

/** IIS takes paths in any case. */
export function sameAddress(one: string, other: string): boolean {
  return new URL(one).href.toLowerCase() === new URL(other).href.toLowerCase();
}
