/** The failures of a request by HTTP, each naming host and operation and saying what helps. */
import type { RemoteErrorDetails } from '../errors.ts';
import { RemoteError, StoppedError } from '../errors.ts';
import type { PostLost } from './http-post.ts';

/** The request that failed. */
export interface Attempted {
  /** Host and port. */
  readonly host: string;
  readonly operation: string;
  readonly repeatable: boolean;
}

type Description = Omit<RemoteErrorDetails, 'side'>;

export function remoteError(description: Description): RemoteError {
  return new RemoteError({ side: 'exchange', ...description });
}

/** The failure for an answer that never came or broke off. */
export function failureOfLoss(loss: PostLost, attempted: Attempted): RemoteError | StoppedError {
  const { host, operation, repeatable } = attempted;
  const cause = loss.cause ?? loss;
  const outcomeUnknown = loss.stage !== 'connecting' && !repeatable;
  const about = `(${operation})`;
  switch (loss.reason) {
    case 'stopped':
      return new StoppedError(`stopped while ${operation} was on its way to ${host}`);
    case 'timeout':
      return remoteError({
        code: 'Timeout',
        message: `${host} did not answer in time ${about}.`,
        remedy: 'Check the load of the Exchange server and the network between it and this machine.',
        retryable: true,
        outcomeUnknown,
        cause,
      });
    case 'tooLarge':
      return remoteError({
        code: 'ResponseTooLarge',
        message: `The answer of ${host} is larger than allowed ${about}.`,
        remedy: 'Ask for fewer items at once; if it stays, look for an unusually large item in the mailbox.',
        retryable: false,
        outcomeUnknown,
        cause,
      });
    case 'damaged':
      return truncated(attempted, cause);
    case 'lost':
      if (loss.stage === 'connecting') return failureToConnect(loss.cause, attempted);
      if (loss.stage === 'answering') return truncated(attempted, cause);
      return remoteError({
        code: 'ConnectionLost',
        message: `The connection to ${host} broke off before an answer came ${about}.`,
        remedy: 'Check the network and any proxy or load balancer between this machine and Exchange.',
        retryable: true,
        outcomeUnknown,
        cause,
      });
  }
}

export function truncated({ host, operation, repeatable }: Attempted, cause?: unknown): RemoteError {
  return remoteError({
    code: 'TruncatedResponse',
    message: `The answer of ${host} broke off before its end or is damaged (${operation}).`,
    remedy: 'Check the network and any proxy or load balancer between this machine and Exchange.',
    retryable: true,
    outcomeUnknown: !repeatable,
    cause,
  });
}

/** OpenSSL's verification results and Node's own check of the name, by what helps against them. */
const untrustedRemedies: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Renew the certificate of the Exchange server, or correct the clock of this machine.',
  CERT_NOT_YET_VALID: 'Correct the clock of this machine, or of the one that issued the certificate.',
  CERT_REVOKED: 'Install a new certificate on the Exchange server.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Use a host name that the certificate of the Exchange server contains.',
  HOSTNAME_MISMATCH: 'Use a host name that the certificate of the Exchange server contains.',
};
const privateCaRemedy =
  'If a private certificate authority issued it, give its certificate (PEM) in the configuration.';
const untrustedCodes =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_\w+|CERT_\w+|CRL_\w+|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT_\w+|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/;

function failureToConnect(cause: unknown, attempted: Attempted): RemoteError {
  const { host, operation } = attempted;
  const code = errorCode(cause);
  const about = `(${operation})`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL' || code === 'ENODATA') {
    return hostUnknown(attempted, cause);
  }
  if (untrustedCodes.test(code)) {
    return remoteError({
      code: 'TlsUntrusted',
      message: `The certificate of ${host} is not trusted: ${code} ${about}.`,
      remedy: untrustedRemedies[code] ?? privateCaRemedy,
      retryable: false,
      cause,
    });
  }
  if (code === 'EPROTO' || /^ERR_(SSL|TLS)_/.test(code) || isTlsHandshakeEnd(cause)) {
    return remoteError({
      code: 'TlsFailed',
      message: `No TLS connection to ${host} came about: ${code} ${about}.`,
      remedy: 'Check that this port speaks https and that the server offers TLS 1.2 or newer.',
      // A reset during the handshake may be a server that restarts; the others speak no TLS at all.
      retryable: code === 'ECONNRESET',
      cause,
    });
  }
  return remoteError({
    code: 'ConnectionRefused',
    message: `${host} cannot be reached: ${code} ${about}.`,
    remedy: 'Check host and port, and that a firewall lets this machine through.',
    retryable: true,
    cause,
  });
}

/** Node gives the reset of a half-made TLS connection the code ECONNRESET; only `localAddress` tells it from others. */
function isTlsHandshakeEnd(cause: unknown): boolean {
  return (
    errorCode(cause) === 'ECONNRESET' && cause instanceof Error && 'localAddress' in cause && 'host' in cause
  );
}

function errorCode(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}

export function requestTooLarge({ host, operation }: Attempted): RemoteError {
  return remoteError({
    code: 'RequestTooLarge',
    message: `The request is larger than ${host} takes (${operation}).`,
    remedy: 'Look for an unusually long note or large picture among the items named beside this.',
    retryable: false,
  });
}

export function serverBusy(
  { host, operation }: Pick<Attempted, 'host' | 'operation'>,
  retryAfterMs: number | undefined,
): RemoteError {
  return remoteError({
    code: 'ServerBusy',
    message: `${host} is busy and asks us to come back later (${operation}).`,
    remedy: 'It goes on by itself; if it stays, look at the throttling policy of the account.',
    retryable: true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

export function hostUnknown(
  { host, operation }: Pick<Attempted, 'host' | 'operation'>,
  cause: unknown,
): RemoteError {
  return remoteError({
    code: 'HostUnknown',
    message: `The name ${host} cannot be resolved (${operation}).`,
    remedy: 'Check the spelling of the address and the DNS servers of this machine.',
    retryable: true,
    cause,
  });
}

export function plainHttpRefused({ host, operation }: Attempted): RemoteError {
  return remoteError({
    code: 'PlainHttpRefused',
    message: `The password is not sent to ${host} over plain http (${operation}).`,
    remedy: 'Use an address that begins with https://.',
    retryable: false,
  });
}
