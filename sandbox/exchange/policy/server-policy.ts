import {
  interval,
  listOf,
  milliseconds,
  objectOf,
  oneOf,
  optional,
  wholeFrom,
} from '../control/input-check.ts';

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

/** What a control connection sends must be a ServerPolicy. */
export const checkPolicy = objectOf<ServerPolicy>({
  schemes: optional(listOf(oneOf(['basic', 'ntlm']))),
  lockOutAfter: optional(wholeFrom(1)),
  maxConcurrency: optional(concurrency),
  budget: optional(
    objectOf<NonNullable<ServerPolicy['budget']>>({
      requests: wholeFrom(1),
      perMs: wholeFrom(1),
      backOffMs: optional(milliseconds),
    }),
  ),
  findCountLimit: optional(wholeFrom(1)),
  maxRequestBytes: optional(wholeFrom(1)),
  maxSubscriptions: optional(wholeFrom(0)),
  hangingConnections: optional(wholeFrom(0)),
  minuteMs: optional(interval),
  heartbeatMs: optional(interval),
});

function concurrency(value: unknown, what: string): void {
  if (value !== 'usual') wholeFrom(1)(value, what);
}
