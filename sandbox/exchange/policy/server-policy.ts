/** What the administrator of a server decided; everything is off, or as the release has it, unless said. */
export interface ServerPolicy {
  /** What the server offers, in this order; Basic alone when absent. */
  readonly schemes?: readonly ('basic' | 'ntlm')[];
  /** Wrong passwords in a row after which an account is locked: even the right one is refused then. */
  readonly lockOutAfter?: number;
  /** EWSMaxConcurrency: requests of one account at the same time; `usual` is what the release comes with. */
  readonly maxConcurrency?: number | 'usual';
  /** An account may start `requests` within any `perMs`; further ones meet ErrorServerBusy. */
  readonly budget?: { readonly requests: number; readonly perMs: number; readonly backOffMs?: number };
  /** EWSFindCountLimit: entries that one find may return. */
  readonly findCountLimit?: number;
  /** Instead of the limit of the release. */
  readonly maxRequestBytes?: number;
  /** EWSMaxSubscriptions of one account; 5,000 when absent. */
  readonly maxSubscriptions?: number;
  /** Instead of the limit of the release on GetStreamingEvents at the same time. */
  readonly hangingConnections?: number;
  /** How long a minute of ConnectionTimeout, Timeout and StatusFrequency takes: tests shorten it. */
  readonly minuteMs?: number;
  /** Between the signs of life of a stream; 30 seconds when absent. */
  readonly heartbeatMs?: number;
}
