/** The transports: one for each credential and server. A service account may talk to several servers. */
import type { Config } from '../config.ts';
import { RemoteError } from '../errors.ts';
import { sleepFor } from '../ews/back-off.ts';
import { SharedSignIn } from '../ews/shared-sign-in.ts';
import { createTransport } from '../ews/transport.ts';
import type { EwsCredentials, EwsTransport, TransportOptions } from '../ews/transport.ts';
import type { Log } from '../log.ts';
import type { CredentialStore, ExchangeSettings, Mailbox, MailboxStore } from '../sync/administration.ts';

export interface ExchangeConnections {
  /** Throws RemoteError `Unauthorized` without any request while the credential is paused. */
  transportFor(mailbox: Mailbox, exchange: ExchangeSettings): Promise<EwsTransport>;
  /** The credential itself, for requests beside those of a run; throws as `transportFor` does. */
  accountFor(mailbox: Mailbox, exchange: ExchangeSettings): Promise<ExchangeAccount>;
  /** Requests sent since the start, retries included. */
  requests(): number;
  close(): Promise<void>;
}

export interface ExchangeAccount {
  readonly credentials: EwsCredentials;
  /** A transport of its own, which the caller closes; the pause of the credential holds for it. */
  open(options: TransportOptions): EwsTransport;
}

/** The id of the credential of the account that impersonates. */
export const serviceCredentialId = 'service';

/** After Exchange refused the password: nothing more is tried with it, nor with a mailbox that has no other. */
export async function pauseAccount(
  { credentials, mailboxes }: { readonly credentials: CredentialStore; readonly mailboxes: MailboxStore },
  credentialId: string,
  mailbox: Mailbox,
  reason: string,
): Promise<void> {
  await credentials.pause(credentialId, reason);
  if (credentialId !== serviceCredentialId) await mailboxes.setState(mailbox.id, 'paused', reason);
}

interface Account extends ExchangeAccount {
  readonly madeFrom: string;
  /** By the address of the server. */
  readonly transports: Map<string, EwsTransport>;
}

export function createExchangeConnections(
  config: Pick<Config, 'ews'>,
  log: Log,
  credentials: CredentialStore,
  mailboxes: MailboxStore,
): ExchangeConnections {
  const accounts = new Map<string, Account>();
  const opened = new Set<EwsTransport>();
  let closedRequests = 0;

  /** The password may have been changed by another process meanwhile: then it is the old one that was refused. */
  async function pause(id: string, mailbox: Mailbox, used: string, error: RemoteError): Promise<void> {
    if ((await credentials.password(id)) !== used) return;
    await pauseAccount({ credentials, mailboxes }, id, mailbox, error.message);
    log.warn('Exchange refused the password; nothing more is tried with it until it is changed', {
      credential: id,
    });
  }

  function open(signIn: SharedSignIn, options: TransportOptions): EwsTransport {
    const transport = createTransport(options);
    const shared = signIn.wrap(transport, options.url);
    const counted: EwsTransport = {
      ...shared,
      get metrics() {
        return transport.metrics;
      },
      async close() {
        if (opened.delete(counted)) closedRequests += transport.metrics.requests;
        await transport.close();
      },
    };
    opened.add(counted);
    return counted;
  }

  function makeAccount(id: string, mailbox: Mailbox, used: EwsCredentials, madeFrom: string): Account {
    const signIn = new SharedSignIn({
      clock: Date.now,
      sleep: sleepFor,
      onRefused: (error) => {
        pause(id, mailbox, used.password, error).catch((failure: unknown) => {
          log.error('the refused credential could not be paused', { error: failure });
        });
      },
    });
    return {
      madeFrom,
      credentials: used,
      transports: new Map(),
      open: (options) => open(signIn, options),
    };
  }

  async function discard(id: string, { transports }: Account): Promise<void> {
    accounts.delete(id);
    for (const transport of transports.values()) await transport.close();
  }

  async function accountFor(mailbox: Mailbox, exchange: ExchangeSettings): Promise<Account> {
    const id = exchange.mode === 'impersonation' ? serviceCredentialId : mailbox.credentialId;
    const credential = id === null ? null : await credentials.signIn(id);
    const command = exchange.mode === 'impersonation' ? '`exsync setup`' : '`exsync user password`';
    if (id === null || credential === null) throw missingCredential(mailbox, command);
    const { username, password, pausedReason } = credential;
    if (pausedReason !== null || password === null)
      throw pausedCredential(username, pausedReason ?? '', command);
    const madeFrom = JSON.stringify([username, password, exchange.ca, exchange.scheme]);
    const present = accounts.get(id);
    if (present?.madeFrom === madeFrom) return present;
    if (present) await discard(id, present);
    const made = makeAccount(id, mailbox, { username, password }, madeFrom);
    accounts.set(id, made);
    return made;
  }

  return {
    accountFor,
    async transportFor(mailbox, exchange) {
      const account = await accountFor(mailbox, exchange);
      const url = mailbox.server.ewsUrl ?? exchange.url;
      const present = account.transports.get(url);
      if (present) return present;
      const transport = account.open({
        url,
        credentials: account.credentials,
        timeoutMs: config.ews.requestTimeoutSeconds * 1000,
        maxConcurrent: config.ews.concurrencyPerServer,
        maxAttempts: config.ews.maxAttempts,
        ...(exchange.ca === null ? {} : { ca: exchange.ca }),
        ...(exchange.scheme === undefined ? {} : { scheme: exchange.scheme }),
      });
      account.transports.set(url, transport);
      return transport;
    },
    requests: () => [...opened].reduce((sum, { metrics }) => sum + metrics.requests, closedRequests),
    async close() {
      for (const [id, account] of [...accounts]) await discard(id, account);
      for (const transport of [...opened]) await transport.close();
    },
  };
}

function missingCredential(mailbox: Mailbox, command: string): RemoteError {
  return new RemoteError({
    side: 'exchange',
    code: 'NoCredential',
    message: `There is no password for ${mailbox.address}.`,
    remedy: `Give one with ${command}.`,
    retryable: false,
  });
}

function pausedCredential(username: string, reason: string, command: string): RemoteError {
  return new RemoteError({
    side: 'exchange',
    code: 'Unauthorized',
    message: `Paused: ${reason}`,
    remedy: `Set the new password of ${username} with ${command}.`,
    retryable: false,
  });
}
