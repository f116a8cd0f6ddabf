/**
 * What a server answers when the mailbox may be on another one by now, or the server is gone. Sources: Microsoft, "Refresh
 * configuration information by using Autodiscover", and "EWS Best Practices: Use Autodiscover" for the response codes.
 */
const codes: ReadonlySet<string> = new Set([
  'ErrorMailboxMoveInProgress',
  'ErrorMailboxStoreUnavailable',
  'ErrorMailboxFailover',
  'ErrorConnectionFailed',
  // A mailbox that went to another organisation or forest.
  'ErrorNonExistentMailbox',
  'ErrorWrongServerVersion',
  'ErrorCrossSiteRequest',
  'ErrorServiceDiscoveryFailed',
  'ErrorNoApplicableProxyCASServersAvailable',
  'ErrorNoDestinationCASDueToKerberosRequirements',
  'ErrorNoDestinationCASDueToSSLRequirements',
  'ErrorNoDestinationCASDueToVersionMismatch',
  'ErrorNoRespondingCASInDestinationSite',
  'ErrorProxiedSubscriptionCallFailure',
  'ErrorProxyCallFailed',
  'ErrorProxyRequestNotAllowed',
  'ErrorProxyRequestProcessingFailed',
  'ErrorProxyServiceDiscoveryFailed',
  // Of our transport, once it has given up.
  'HostUnknown',
  'ConnectionRefused',
  'Timeout',
  'Redirected',
  'NotFound',
  'ServerError',
]);

export function mayHaveMoved(code: string): boolean {
  return codes.has(code);
}

const firstWaitMs = 5 * 60_000;
const longestWaitMs = 6 * 3_600_000;

/** How long nobody looks again after so many look-ups in vain: 5 minutes, then twice as long each time up to 6 hours. */
export function lookUpWaitMs(lookUps: number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (lookUps - 1));
}
