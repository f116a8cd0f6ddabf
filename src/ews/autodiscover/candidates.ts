/** Where Autodiscover of a mailbox may be, by its address alone (Microsoft: Generate a list of Autodiscover endpoints). */

/** A host and port that DNS names for a service (RFC 2782). */
export interface ServiceRecord {
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The domain of an SMTP address, as DNS writes it; null where it is none. */
export function domainOf(address: string): string | null {
  const domain = /^[^\s@<>]+@([^\s@/?#:\\[\]]+)$/.exec(address)?.[1];
  if (domain === undefined || !URL.canParse(`https://${domain}`)) return null;
  return withoutDot(new URL(`https://${domain}`).hostname) || null;
}

/** In Microsoft's order. Service connection points in Active Directory are not asked: that takes a machine of the domain. */
export function secureCandidates(domain: string): readonly URL[] {
  return [endpointAt(domain), endpointAt(`autodiscover.${domain}`)];
}

/** Asked without a password over plain http: it may only send us on. */
export function redirectCandidate(domain: string): URL {
  return new URL(`http://autodiscover.${domain}/autodiscover/autodiscover.xml`);
}

export function serviceName(domain: string): string {
  return `_autodiscover._tcp.${domain}`;
}

/** At most three, by priority and then by weight, so that the same records give the same order. */
export function serviceCandidates(records: readonly ServiceRecord[]): readonly URL[] {
  return [...records]
    .sort((one, other) => one.priority - other.priority || other.weight - one.weight)
    .filter(({ host, port }) => withoutDot(host) !== '' && URL.canParse(`https://${host}:${port}`))
    .slice(0, 3)
    .map(({ host, port }) => endpointAt(`${withoutDot(host)}:${port}`));
}

/** Exchange serves Autodiscover beside EWS. */
export function endpointBeside(ewsUrl: string): URL {
  return new URL('/autodiscover/autodiscover.xml', ewsUrl);
}

function endpointAt(host: string): URL {
  return new URL(`https://${host}/autodiscover/autodiscover.xml`);
}

function withoutDot(host: string): string {
  return host.replace(/\.$/, '');
}
