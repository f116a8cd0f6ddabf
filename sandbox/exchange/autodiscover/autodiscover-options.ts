import type { SandboxUser } from '../sandbox-user.ts';
import type { Release } from '../releases/release.ts';

/** How Autodiscover sends clients on before it answers; nothing means it answers. */
export interface AutodiscoverOptions {
  /** POST is answered with HTTP 302 to this URL. */
  readonly httpRedirect?: string;
  /** The answer itself names another Autodiscover URL. */
  readonly redirectUrl?: string;
  /** The answer names another address to ask for. */
  readonly redirectAddress?: { readonly from: string; readonly to: string };
}

export interface AutodiscoverContext {
  readonly release: Release;
  readonly users: readonly SandboxUser[];
  readonly options: AutodiscoverOptions;
  /** Where the mailbox of an address is served. */
  readonly ewsUrl: (address: string) => string;
  readonly now: () => Date;
}

/** The account of an address; undefined when there is none. */
export function accountOf(address: string, context: AutodiscoverContext): SandboxUser | undefined {
  return context.users.find((user) => user.address.toLowerCase() === address.toLowerCase());
}

/** Where to go instead, for this address. */
export function redirectOf(
  address: string,
  options: AutodiscoverOptions,
): { readonly kind: 'url' | 'address'; readonly target: string } | undefined {
  if (options.redirectUrl !== undefined) return { kind: 'url', target: options.redirectUrl };
  const { redirectAddress } = options;
  if (redirectAddress?.from.toLowerCase() !== address.toLowerCase() || redirectAddress === undefined)
    return undefined;
  return { kind: 'address', target: redirectAddress.to };
}
