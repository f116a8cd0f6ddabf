/** One transport for each credential: the service account's serves every mailbox, an individual one its own. */
import type { Config } from '../config.ts';
import { RemoteError } from '../errors.ts';
import { createTransport } from '../ews/transport.ts';
import type { EwsTransport } from '../ews/transport.ts';
import type { Log } from '../log.ts';
import type { CredentialStore, ExchangeSettings, Mailbox, MailboxStore } from '../sync/administration.ts';

export interface ExchangeConnections {
  /** Throws RemoteError `Unauthorized` without any request while the credential is paused. */
  transportFor(mailbox: Mailbox, exchange: ExchangeSettings): Promise<EwsTransport>;
  /** Requests sent since the start, retries included. */
  requests(): number;
  close(): Promise<void>;
}

/** The id of the credential of the account that impersonates. */
export const serviceCredentialId = 'service';

interface Open {
  readonly transport: EwsTransport;
  readonly url: string;
  readonly ca: string | null;
  readonly username: string;
  readonly password: string;
}

export function createExchangeConnections(
  config: Pick<Config, 'ews'>,
  log: Log,
  credentials: CredentialStore,
  mailboxes: MailboxStore,
): ExchangeConnections {
  const opened = new Map<string, Open>();
  let closedRequests = 0;

  async function discard(id: string, open: Open): Promise<void> {
    opened.delete(id);
    closedRequests += open.transport.metrics.requests;
    await open.transport.close();
  }

  /** The password may have been changed by another process meanwhile: then it is the old one that was refused. */
  async function pause(id: string, mailbox: Mailbox, used: string, error: RemoteError): Promise<void> {
    if ((await credentials.password(id)) !== used) return;
    await credentials.pause(id, error.message);
    if (id !== serviceCredentialId) await mailboxes.setState(mailbox.id, 'paused', error.message);
    log.warn('Exchange refused the password; nothing more is tried with it until it is changed', {
      credential: id,
    });
  }

  return {
    async transportFor(mailbox, exchange) {
      const id = exchange.mode === 'impersonation' ? serviceCredentialId : mailbox.credentialId;
      const credential = id === null ? null : await credentials.get(id);
      const command = exchange.mode === 'impersonation' ? '`exsync setup`' : '`exsync user password`';
      if (id === null || credential === null) throw missingCredential(mailbox, command);
      if (credential.pausedReason !== null)
        throw pausedCredential(credential.username, credential.pausedReason, command);
      const password = await credentials.password(id);
      const open = opened.get(id);
      const same =
        open?.url === exchange.url &&
        open.ca === exchange.ca &&
        open.username === credential.username &&
        open.password === password;
      if (open && same) return open.transport;
      if (open) await discard(id, open);
      const transport = createTransport({
        url: exchange.url,
        credentials: { username: credential.username, password },
        timeoutMs: config.ews.requestTimeoutSeconds * 1000,
        maxConcurrent: config.ews.concurrencyPerServer,
        maxAttempts: config.ews.maxAttempts,
        ...(exchange.ca === null ? {} : { ca: exchange.ca }),
        onCredentialRejected: (error) => {
          pause(id, mailbox, password, error).catch((failure: unknown) => {
            log.error('the refused credential could not be paused', { error: failure });
          });
        },
      });
      opened.set(id, {
        transport,
        url: exchange.url,
        ca: exchange.ca,
        username: credential.username,
        password,
      });
      return transport;
    },
    requests: () =>
      [...opened.values()].reduce((sum, { transport }) => sum + transport.metrics.requests, closedRequests),
    async close() {
      for (const [id, open] of [...opened]) await discard(id, open);
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
