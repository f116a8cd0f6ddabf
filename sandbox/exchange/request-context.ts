import type { ExchangeStore } from './exchange-store.ts';
import type { ItemFailures } from './item-failures.ts';
import type { Mailbox } from './mailbox.ts';
import type { ChangeStamp } from './mailbox.ts';
import type { XmlElement } from './xml-tree.ts';

/** What an operation works with. */
export interface RequestContext {
  readonly store: ExchangeStore;
  /** The mailbox of whoever the request acts as. */
  readonly mailbox: Mailbox;
  readonly stamp: ChangeStamp;
  readonly failures: ItemFailures;
}

/** Carries out one request; returns the child of soap:Body. */
export type Operation = (request: XmlElement, context: RequestContext) => string;
