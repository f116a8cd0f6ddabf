import type { ExchangeStore } from './exchange-store.ts';
import type { ItemFailures } from './item-failures.ts';
import type { Mailbox } from './mailbox.ts';
import type { ChangeStamp } from './mailbox.ts';
import type { StreamPlan } from './notifications/event-stream.ts';
import type { PushSender } from './notifications/push-sender.ts';
import type { Subscriptions } from './notifications/subscriptions.ts';
import type { ServerPolicy } from './policy/server-policy.ts';
import type { Release } from './releases/release.ts';
import type { Schema } from './releases/schema.ts';
import type { SandboxUser } from './sandbox-user.ts';
import type { XmlElement } from './xml-tree.ts';

/** What an operation works with. */
export interface RequestContext {
  readonly store: ExchangeStore;
  /** The mailbox of whoever the request acts as. */
  readonly mailbox: Mailbox;
  readonly stamp: ChangeStamp;
  readonly failures: ItemFailures;
  /** The account that signed in. */
  readonly caller: SandboxUser;
  /** What this server is. */
  readonly release: Release;
  /** The schema the request asked for: never newer than `release.schema`. */
  readonly schema: Schema;
  /** soap:Header of the request. */
  readonly header: XmlElement | undefined;
  readonly policy: ServerPolicy;
  readonly subscriptions: Subscriptions;
  readonly push: PushSender;
  /** How long a minute takes. */
  readonly minuteMs: number;
  /** Ordered by a test: each event comes twice. */
  readonly duplicateEvents: boolean;
  /** Leaves the answer open and goes on with a stream of envelopes. */
  readonly stream: (plan: StreamPlan) => void;
}

/** Carries out one request; returns the child of soap:Body. */
export type Operation = (request: XmlElement, context: RequestContext) => string;
