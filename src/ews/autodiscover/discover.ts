/** Finds the EWS address of a mailbox by its e-mail address (Microsoft: Autodiscover for Exchange). */
import { RemoteError } from '../../errors.ts';
import type { EwsCredentials, TransportOptions } from '../transport.ts';
import {
  domainOf,
  redirectCandidate,
  secureCandidates,
  serviceCandidates,
  serviceName,
} from './candidates.ts';
import type { DiscoveryStep } from './discovery-step.ts';
import { nameOf } from './discovery-step.ts';
import { askEndpoint, waysInto } from './endpoint.ts';
import type { DiscoveryNetwork, Glance } from './network.ts';
import type { SettingsAnswer } from './settings-answer.ts';
import type { ConfirmHost } from './territory.ts';
import { describeTarget, Territory } from './territory.ts';

export interface DiscoveryOptions {
  /** Primary SMTP address of the mailbox. */
  readonly address: string;
  readonly credentials: EwsCredentials;
  /** PEM of a private CA. */
  readonly ca?: string;
  readonly scheme?: TransportOptions['scheme'];
  /** Hosts outside the domain of the address that may be given the password. */
  readonly trustedHosts: readonly string[];
  /** Ask these alone, instead of what the address suggests. */
  readonly endpoints?: readonly URL[];
  readonly network: DiscoveryNetwork;
  readonly confirmHost?: ConfirmHost;
  readonly onStep?: (step: DiscoveryStep) => void;
  readonly signal?: AbortSignal;
  /** For one request; 10,000 unless given. */
  readonly requestTimeoutMs?: number;
  /** For all requests together; 60,000 unless given. */
  readonly totalTimeoutMs?: number;
  /** Milliseconds from anywhere. */
  readonly clock?: () => number;
}

export interface Discovery {
  readonly steps: readonly DiscoveryStep[];
  /** Addresses of EWS that may be asked, the preferred first; empty: not found. */
  readonly ewsUrls: readonly string[];
  /** The Autodiscover address that knew them, for the next time. */
  readonly endpoint: string | null;
  /** The password was refused: nothing more was tried with it. */
  readonly refusal: RemoteError | null;
  /** `trustedHosts`, and those an administrator said yes to. */
  readonly trustedHosts: readonly string[];
}

/**
 * Never throws for what servers do. A wrong password is sent once; no password goes over plain http, to a server that
 * does not ask for one, or out of the domain of the address unless an administrator vouches for the host. Throws
 * StoppedError when the signal is aborted.
 */
export async function discover(options: DiscoveryOptions): Promise<Discovery> {
  return new Search(options).run();
}

/** Redirects of both kinds together (Microsoft: RedirectUrl (POX)). */
const maxHops = 10;

type Outcome =
  | { readonly kind: 'failed' }
  | { readonly kind: 'settings'; readonly ewsUrls: readonly string[] }
  | { readonly kind: 'redirectAddress'; readonly address: string };

const failed: Outcome = { kind: 'failed' };

class Search {
  readonly #options: DiscoveryOptions;
  readonly #territory: Territory;
  readonly #steps: DiscoveryStep[] = [];
  /** URL and address together: each is asked once. */
  readonly #asked = new Set<string>();
  readonly #signal: AbortSignal;
  #remainingMs: number;
  #hops = 0;
  #endpoint: string | null = null;
  #refusal: RemoteError | null = null;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#territory = new Territory({ ...options, domain: domainOf(options.address) ?? '' });
    this.#remainingMs = options.totalTimeoutMs ?? 60_000;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async run(): Promise<Discovery> {
    const ewsUrls = await this.#searchFor(this.#options.address);
    return {
      steps: this.#steps,
      ewsUrls,
      endpoint: ewsUrls.length > 0 ? this.#endpoint : null,
      refusal: this.#refusal,
      trustedHosts: this.#territory.trustedHosts,
    };
  }

  /** Every candidate in turn, until one knows the mailbox, or another address of it. */
  async #searchFor(first: string): Promise<readonly string[]> {
    const addresses = new Set<string>();
    for (let address = first; ;) {
      if (domainOf(address) === null) return this.#fail(address, 'This is no e-mail address.');
      if (addresses.has(address.toLowerCase()))
        return this.#fail(address, 'It was asked for before: Autodiscover goes round in circles.', typeItIn);
      addresses.add(address.toLowerCase());
      const outcome = await this.#askCandidates(address);
      if (outcome.kind === 'settings') return outcome.ewsUrls;
      if (outcome.kind === 'failed' || !this.#hop(outcome.address)) return [];
      address = outcome.address;
    }
  }

  async #askCandidates(address: string): Promise<Outcome> {
    for await (const url of this.#candidates(domainOf(address) ?? '')) {
      if (this.#asked.has(askedKey(url, address))) continue;
      const outcome = await this.#ask(url, address);
      if (outcome.kind !== 'failed' || this.#refusal) return outcome;
      if (this.#isOver()) {
        this.#fail('Autodiscover', 'It took too long; nothing more was tried.', typeItIn);
        return failed;
      }
    }
    return failed;
  }

  async *#candidates(domain: string): AsyncGenerator<URL> {
    const { endpoints } = this.#options;
    yield* endpoints ?? secureCandidates(domain);
    if (endpoints) return;
    const plain = redirectCandidate(domain);
    if (await this.#isHostAdmitted(plain.hostname, nameOf(plain))) {
      const redirected = await this.#redirectOf(plain);
      if (redirected) yield redirected;
    }
    const name = serviceName(domain);
    if (await this.#isHostAdmitted(domain, `DNS SRV ${name}`)) yield* await this.#serviceHosts(name);
  }

  /** Plain http is asked for one thing: where to go. */
  async #redirectOf(url: URL): Promise<URL | null> {
    const glance = await this.#glance(url);
    if (glance === null) return null;
    if (glance.location !== null) return this.#follow(url, glance.location);
    this.#fail(nameOf(url), `It sends us nowhere else (HTTP ${glance.status}).`);
    return null;
  }

  async #serviceHosts(name: string): Promise<readonly URL[]> {
    const what = `DNS SRV ${name}`;
    try {
      const { network } = this.#options;
      const found = serviceCandidates(
        await this.#timed((timeoutMs) => network.serviceRecords(name, timeoutMs)),
      );
      if (found.length === 0) this.#fail(what, 'There is no such record.');
      else this.#tell(what, `It names ${found.map(({ host }) => host).join(', ')}.`);
      return found;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === undefined) throw error;
      this.#fail(what, `The DNS servers of this machine do not answer (${code}).`);
      return [];
    }
  }

  /** One candidate with all its redirects to other URLs. */
  async #ask(first: URL, address: string): Promise<Outcome> {
    for (let url: URL | null = first; url !== null;) {
      const here: URL = url;
      if (!(await this.#mayAsk(here, address))) return failed;
      const glance = await this.#glance(here);
      if (glance === null) return failed;
      const answer: SettingsAnswer | null =
        glance.location === null
          ? await this.#signIn(here, waysInto(here, glance), address)
          : { kind: 'redirectUrl', url: glance.location };
      if (answer === null) return failed;
      if (answer.kind === 'settings') return this.#settle(here, answer.ewsUrls);
      if (answer.kind === 'refused') {
        this.#fail(nameOf(here), `It knows no such mailbox (${answer.code}).`);
        return failed;
      }
      if (answer.kind === 'redirectAddress') {
        this.#tell(nameOf(here), `It knows the mailbox as ${answer.address.slice(0, 320)}.`);
        return answer;
      }
      url = this.#follow(here, answer.url);
    }
    return failed;
  }

  /** By each way in turn, until one answers; null when none does. The first definite 401 ends the whole search. */
  async #signIn(here: URL, ways: readonly URL[], address: string): Promise<SettingsAnswer | null> {
    if (ways.length === 0)
      this.#fail(nameOf(here), 'Nothing there asks for a user name and password of ours.');
    for (const way of ways) {
      try {
        return await this.#timed((timeoutMs) =>
          askEndpoint(way, address, { ...this.#options, signal: this.#signal, timeoutMs }),
        );
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        if (error.location !== undefined) return { kind: 'redirectUrl', url: error.location };
        if (error.code === 'Unauthorized') {
          this.#refusal = error;
          this.#fail(nameOf(way), error.message, `${error.remedy ?? ''} ${notExchange}`.trim());
          return null;
        }
        this.#fail(nameOf(way), error.message);
        if (this.#isOver()) return null;
      }
    }
    return null;
  }

  /** Which of the addresses of EWS may be asked. */
  async #settle(endpoint: URL, urls: readonly string[]): Promise<Outcome> {
    const admitted: string[] = [];
    for (const url of urls) if (await this.#isAdmitted(url, nameOf(endpoint))) admitted.push(url);
    if (urls.length === 0)
      this.#fail(nameOf(endpoint), 'It knows the mailbox, but no address of EWS for it.', typeItIn);
    if (admitted.length === 0) return failed;
    this.#endpoint = endpoint.href;
    this.#tell(nameOf(endpoint), `EWS is at ${admitted.map(describeTarget).join(', else at ')}.`);
    return { kind: 'settings', ewsUrls: admitted };
  }

  #follow(from: URL, location: string): URL | null {
    this.#tell(nameOf(from), `It sends us on to ${describeTarget(location)}.`);
    if (!this.#hop(describeTarget(location))) return null;
    if (URL.canParse(location)) return new URL(location);
    this.#fail(nameOf(from), 'It is not followed: that is no web address.', typeItIn);
    return null;
  }

  #hop(target: string): boolean {
    this.#hops += 1;
    if (this.#hops > maxHops)
      this.#fail(target, `It is not asked: Autodiscover sent us on more than ${maxHops} times.`, typeItIn);
    return this.#hops <= maxHops;
  }

  async #mayAsk(url: URL, address: string): Promise<boolean> {
    const key = askedKey(url, address);
    if (this.#asked.has(key)) {
      this.#fail(nameOf(url), 'It was asked before: Autodiscover goes round in circles.', typeItIn);
      return false;
    }
    this.#asked.add(key);
    return this.#isAdmitted(url.href, 'Autodiscover');
  }

  /** Nothing at all is sent to an address that is not admitted. */
  async #isAdmitted(text: string, sender: string): Promise<boolean> {
    if (!URL.canParse(text)) {
      this.#fail(sender, 'It names an address of EWS that is no web address.', typeItIn);
      return false;
    }
    const url = new URL(text);
    const objection = await this.#territory.objectionTo(url, sender);
    if (objection) this.#fail(nameOf(url), objection.detail, objection.remedy);
    return objection === null;
  }

  async #isHostAdmitted(host: string, what: string): Promise<boolean> {
    const objection = await this.#territory.objectionToHost(host, 'Autodiscover');
    if (objection) this.#fail(what, objection.detail, objection.remedy);
    return objection === null;
  }

  async #glance(url: URL): Promise<Glance | null> {
    const { network, ca } = this.#options;
    const trust = ca === undefined ? {} : { ca };
    try {
      return await this.#timed((timeoutMs) =>
        network.glance(url, { ...trust, timeoutMs, signal: this.#signal }),
      );
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#fail(nameOf(url), error.message, error.code === 'TlsUntrusted' ? error.remedy : undefined);
      return null;
    }
  }

  /** No request gets more time than there is left for all of them. */
  async #timed<T>(request: (timeoutMs: number) => Promise<T>): Promise<T> {
    const { requestTimeoutMs = 10_000, clock = Date.now } = this.#options;
    const startedAt = clock();
    try {
      return await request(Math.max(1, Math.min(requestTimeoutMs, this.#remainingMs)));
    } finally {
      this.#remainingMs -= clock() - startedAt;
    }
  }

  #isOver(): boolean {
    return this.#refusal !== null || this.#remainingMs <= 0;
  }

  #tell(what: string, detail: string): void {
    this.#add({ what, ok: true, detail });
  }

  /** Returns nothing found, for whoever ends here. */
  #fail(what: string, detail: string, remedy?: string): readonly string[] {
    this.#add({ what, ok: false, detail, ...(remedy === undefined ? {} : { remedy }) });
    return [];
  }

  #add(step: DiscoveryStep): void {
    this.#steps.push(step);
    this.#options.onStep?.(step);
  }
}

const typeItIn = 'Give the address of EWS with --exchange-url.';
const notExchange = 'If that is not your Exchange server, give the address of EWS with --exchange-url.';

function askedKey(url: URL, address: string): string {
  return `${url.href} ${address.toLowerCase()}`;
}
