/** One thing Autodiscover did or refused to do, in a line for a person. */
export interface DiscoveryStep {
  /** An address, or the name of a DNS record; without query. */
  readonly what: string;
  /** True where it led on. */
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string;
}

/** Host and path of an address: a query may carry keys. */
export function nameOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.slice(0, 200)}`;
}
