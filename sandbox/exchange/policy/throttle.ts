import { SoapFault } from '../soap-fault.ts';
import type { ServerPolicy } from './server-policy.ts';

/** Counts what each account has running and has started. Budgets are charged to whom a request acts as. */
export class Throttle {
  readonly #policy: () => ServerPolicy;
  readonly #now: () => number;
  readonly #usual: number | undefined;
  readonly #running = new Map<string, number>();
  readonly #started = new Map<string, number[]>();

  /** `usual` is the concurrency the release comes with; undefined where it has no throttling. */
  constructor(policy: () => ServerPolicy, now: () => number, usual: number | undefined) {
    this.#usual = usual;
    this.#policy = policy;
    this.#now = now;
  }

  /** Takes a place for a request of this account; call the result when it is answered. Throws the fault to answer with. */
  enter(account: string): () => void {
    const { maxConcurrency } = this.#policy();
    const usual = this.#usual ?? Infinity;
    const most = maxConcurrency === 'usual' ? usual : (maxConcurrency ?? Infinity);
    const running = this.#running.get(account) ?? 0;
    if (running >= most) throw tooManyConnections();
    this.#charge(account);
    this.#running.set(account, running + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#running.set(account, (this.#running.get(account) ?? 1) - 1);
    };
  }

  #charge(account: string): void {
    const { budget } = this.#policy();
    if (budget === undefined) return;
    const now = this.#now();
    const recent = (this.#started.get(account) ?? []).filter((at) => now - at < budget.perMs);
    this.#started.set(account, recent);
    if (recent.length < budget.requests) {
      recent.push(now);
      return;
    }
    const freeAt = (recent[0] ?? now) + budget.perMs;
    throw serverBusy(budget.backOffMs ?? Math.max(1, freeAt - now));
  }
}

/** https://learn.microsoft.com/exchange/client-developer/exchange-web-services/ews-throttling-in-exchange */
export function serverBusy(backOffMs: number): SoapFault {
  return new SoapFault(
    'ErrorServerBusy',
    'The server cannot service this request right now. Try again later.',
    {
      messageXml: `<t:Value Name="BackOffMilliseconds">${backOffMs}</t:Value>`,
    },
  );
}

export function tooManyConnections(): SoapFault {
  return new SoapFault(
    'ErrorExceededConnectionCount',
    'You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.',
  );
}
