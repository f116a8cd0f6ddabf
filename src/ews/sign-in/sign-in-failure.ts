/** The failures of a sign-in that say nothing about the password, so that the credential stays in use. */
import type { RemoteError } from '../../errors.ts';
import type { Attempted } from '../http-failure.ts';
import { remoteError } from '../http-failure.ts';
import type { Challenge } from './challenges.ts';

export type SchemeChoice = 'auto' | 'basic' | 'ntlm';

const allowWindows =
  'Set-WebServicesVirtualDirectory -Identity "SERVER\\EWS (Default Web Site)" -WindowsAuthentication $true';
const allowBasic =
  'Set-WebServicesVirtualDirectory -Identity "SERVER\\EWS (Default Web Site)" -BasicAuthentication $true';

const remedies: Readonly<Record<SchemeChoice, string>> = {
  auto: `Allow NTLM (it must also be among the providers of Windows authentication in IIS): ${allowWindows}; or Basic: ${allowBasic}`,
  ntlm: `Allow NTLM (it must also be among the providers of Windows authentication in IIS): ${allowWindows}`,
  basic: `Allow Basic: ${allowBasic}`,
};

const wanted: Readonly<Record<SchemeChoice, string>> = {
  auto: 'NTLM or Basic',
  ntlm: 'NTLM',
  basic: 'Basic',
};

export function signInNotOffered(
  offered: readonly Challenge[],
  choice: SchemeChoice,
  { host, operation }: Attempted,
): RemoteError {
  const names = [...new Set(offered.map(({ scheme }) => scheme))].join(', ').slice(0, 100);
  return remoteError({
    code: 'SignInNotOffered',
    message: `${host} does not let anybody sign in by ${wanted[choice]} (HTTP 401, ${operation}; offered: ${names || 'nothing'}).`,
    remedy: remedies[choice],
    retryable: false,
  });
}

/** It answers SOAP to somebody it does not know: no answer to what the caller wants, and no reason to send a password. */
export function signInNotAskedFor({ host, operation }: Attempted): RemoteError {
  return remoteError({
    code: 'SignInNotOffered',
    message: `${host} answers without asking who we are, and is given no password (${operation}).`,
    remedy:
      'Check that the address leads to Exchange; where it does, `exsync setup --scheme basic` sends the password unasked.',
    retryable: false,
  });
}

/** NTLM was offered, but the handshake cannot be carried through; no proof of the password was refused. */
export function handshakeBroken(
  reason: string,
  { host, operation }: Attempted,
  cause?: unknown,
): RemoteError {
  return remoteError({
    code: 'SignInFailed',
    message: `${host} offers NTLM and then ${reason} (HTTP 401, ${operation}).`,
    remedy:
      'Look for a proxy or load balancer that does not keep a connection of a client to one of its own to Exchange; or use Basic.',
    retryable: true,
    cause,
  });
}
