/** Finds the server of a mailbox again that has been moved: asks the Autodiscover of servers that are known already. */
import { RemoteError, StoppedError } from '../errors.ts';
import { lookUpWaitMs, mayHaveMoved } from '../ews/autodiscover/moved-mailbox.ts';
import type { DiscoveryNetwork } from '../ews/autodiscover/network.ts';
import type { Log } from '../log.ts';
import type { ExchangeSettings, Mailbox, MailboxStore } from '../sync/administration.ts';
import type { Clock } from '../sync/ports.ts';
import type { ExchangeConnections } from './exchange-connections.ts';
import { sameAddress, searchKnownServers } from './known-servers.ts';

export interface MailboxLocator {
  /**
   * After a run that failed: true when the mailbox turned out to be on another server, which is stored then. Looks only
   * where the error says that this may help, and not before the last look-up is long enough ago.
   */
  relocate(
    mailbox: Mailbox,
    exchange: ExchangeSettings,
    error: unknown,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** After a run that was done: the next error may be looked into at once. */
  settle(mailbox: Mailbox): Promise<void>;
}

export interface MailboxLocatorDeps {
  readonly connections: Pick<ExchangeConnections, 'accountFor'>;
  readonly mailboxes: MailboxStore;
  readonly network: Pick<DiscoveryNetwork, 'glance' | 'serviceRecords'>;
  readonly log: Log;
  readonly clock: Clock;
}

const reachTimeoutMs = 10_000;

export function createMailboxLocator(deps: MailboxLocatorDeps): MailboxLocator {
  const { connections, mailboxes, log, clock } = deps;

  /** The first address where a server answers at all; nobody signs in. */
  async function reachable(
    urls: readonly string[],
    { ca }: ExchangeSettings,
    signal: AbortSignal,
  ): Promise<string | null> {
    const options = { timeoutMs: reachTimeoutMs, signal, ...(ca === null ? {} : { ca }) };
    for (const url of urls) {
      try {
        await deps.network.glance(new URL(url), options);
        return url;
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
      }
    }
    return null;
  }

  async function relocate(
    mailbox: Mailbox,
    exchange: ExchangeSettings,
    error: unknown,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!(error instanceof RemoteError) || error.side !== 'exchange' || !mayHaveMoved(error.code))
      return false;
    const { ewsUrl, nextLookUpAt } = mailbox.server;
    if (nextLookUpAt !== null && clock() < nextLookUpAt) return false;
    const lookUps = mailbox.server.lookUps + 1;
    const next = { lookUps, nextLookUpAt: clock() + lookUpWaitMs(lookUps) };
    await mailboxes.setServer(mailbox.id, { ewsUrl, ...next });

    const account = await connections.accountFor(mailbox, exchange);
    const { ewsUrls, steps } = await searchKnownServers({ address: mailbox.address, ewsUrl }, exchange, {
      credentials: account.credentials,
      network: { ...deps.network, openTransport: (options) => account.open(options) },
      signal,
    });
    const present = ewsUrl ?? exchange.url;
    const about = { mailbox: mailbox.address, server: present, because: error.code };
    if (ewsUrls.length === 0) {
      const tried = steps
        .filter(({ ok }) => !ok)
        .map(({ what, detail, remedy = '' }) => `${what}: ${detail} ${remedy}`.trim());
      log.warn('Autodiscover does not say where the mailbox is', { ...about, tried });
      return false;
    }
    if (ewsUrls.some((url) => sameAddress(url, present))) return false;
    const found = await reachable(ewsUrls, exchange, signal);
    if (found === null) {
      log.warn('the mailbox is on a server that does not answer', { ...about, named: ewsUrls });
      return false;
    }
    await mailboxes.setServer(mailbox.id, {
      ewsUrl: sameAddress(found, exchange.url) ? null : found,
      ...next,
    });
    log.info('the mailbox has moved to another server', { ...about, found });
    return true;
  }

  return {
    async relocate(mailbox, exchange, error, signal) {
      try {
        return await relocate(mailbox, exchange, error, signal);
      } catch (failure) {
        // The run has failed already, and says why.
        if (failure instanceof RemoteError || failure instanceof StoppedError) return false;
        throw failure;
      }
    },
    async settle({ id, server }) {
      if (server.lookUps > 0)
        await mailboxes.setServer(id, { ewsUrl: server.ewsUrl, lookUps: 0, nextLookUpAt: null });
    },
  };
}
