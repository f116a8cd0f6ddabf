/** Decides which addresses named by others may be asked, and given the password. */
import { isLoopback } from '../loopback.ts';
import { nameOf } from './discovery-step.ts';

/** Asks an administrator whether this host may be given the password, and says who named it. */
export type ConfirmHost = (host: string, sender: string) => Promise<boolean>;

export interface TerritoryOptions {
  /** Of the mailbox; its hosts may be asked. */
  readonly domain: string;
  /** Hosts outside it that an administrator vouches for. */
  readonly trustedHosts: readonly string[];
  /** Left out: nobody can be asked. */
  readonly confirmHost?: ConfirmHost;
}

/** Why nothing is sent there. */
export interface Objection {
  readonly detail: string;
  readonly remedy: string;
}

export class Territory {
  readonly #domain: string;
  readonly #trusted: Set<string>;
  readonly #refused = new Set<string>();
  readonly #confirmHost: ConfirmHost | undefined;

  constructor({ domain, trustedHosts, confirmHost }: TerritoryOptions) {
    this.#domain = domain;
    this.#trusted = new Set(trustedHosts.map((host) => host.toLowerCase()));
    this.#confirmHost = confirmHost;
  }

  /** With those an administrator said yes to. */
  get trustedHosts(): readonly string[] {
    return [...this.#trusted];
  }

  /** Null: it may be asked. Plain http is for this machine alone, as everywhere. */
  async objectionTo(url: URL, sender: string): Promise<Objection | null> {
    const host = url.hostname.replace(/\.$/, '');
    const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
    if (!isWeb || url.username !== '' || url.password !== '') {
      return {
        detail: 'It is not asked: this is no address of a web service.',
        remedy: 'Give the address of EWS with --exchange-url.',
      };
    }
    if (url.protocol === 'http:' && !isLoopback(host)) {
      return {
        detail: 'It is not asked: the password is not sent over plain http.',
        remedy:
          'Correct the address on the Exchange server (ExternalUrl, InternalUrl), or give the https address of EWS with --exchange-url.',
      };
    }
    if (await this.#isTrusted(host, sender)) return null;
    return outside(host, this.#domain);
  }

  /** Before what sends no password: an answer may still lead somewhere, so it is not asked without consent either. */
  async objectionToHost(host: string, sender: string): Promise<Objection | null> {
    return (await this.#isTrusted(host, sender)) ? null : outside(host, this.#domain);
  }

  async #isTrusted(host: string, sender: string): Promise<boolean> {
    if (host === this.#domain || host.endsWith(`.${this.#domain}`) || this.#trusted.has(host)) return true;
    if (this.#refused.has(host)) return false;
    const trusted = (await this.#confirmHost?.(host, sender)) ?? false;
    (trusted ? this.#trusted : this.#refused).add(host);
    return trusted;
  }
}

/** Such as `https://mail.example.com/EWS/Exchange.asmx`, in the words people use for it. */
export function describeTarget(text: string): string {
  return URL.canParse(text) ? nameOf(new URL(text)) : 'what is no web address';
}

function outside(host: string, domain: string): Objection {
  return {
    detail: `It is not asked: ${host} is outside ${domain}, where the password is sent only with your consent.`,
    remedy: `If ${host} is yours, run \`exsync setup\` with --trust-autodiscover-host ${host}.`,
  };
}
