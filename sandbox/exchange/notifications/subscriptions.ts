import type { ExchangeStore } from '../exchange-store.ts';
import { ItemError } from '../item-error.ts';
import type { Mailbox } from '../mailbox.ts';
import { EventLog } from './event-log.ts';
import { Subscription } from './subscription.ts';
import type { EventTypeName, SubscriptionKind } from './subscription.ts';

/** 0x26, as the ids of real servers begin, then a server name and a number. */
const ID_HEAD = 'JgBzYW5kYm94LmV4YW1wbGUudGVzdBAAAAB';
const MALFORMED = 'ErrorInvalidSubscription';

export interface NewSubscription {
  readonly kind: SubscriptionKind;
  readonly owner: string;
  readonly mailbox: Mailbox;
  readonly folders: ReadonlySet<number> | undefined;
  readonly types: ReadonlySet<EventTypeName>;
  readonly timeoutMs: number | undefined;
  readonly watermark: string | undefined;
}

/** Every subscription of the server. */
export class Subscriptions {
  /** Called with each subscription that ended. */
  readonly ended = new Set<(subscription: Subscription) => void>();
  readonly #store: ExchangeStore;
  readonly #logs = new Map<Mailbox, EventLog>();
  readonly #active = new Map<string, Subscription>();
  readonly #expired = new Set<string>();
  #last = 0;

  constructor(store: ExchangeStore) {
    this.#store = store;
    for (const mailbox of store.mailboxes) this.#logs.set(mailbox, new EventLog(mailbox, store.now));
  }

  get count(): number {
    return this.#active.size;
  }

  /** ErrorExceededSubscriptionCount beyond `limit` for one account. */
  add(wanted: NewSubscription, limit: number): Subscription {
    const own = [...this.#active.values()].filter(({ fields }) => fields.owner === wanted.owner).length;
    if (own >= limit) throw new ItemError('ErrorExceededSubscriptionCount');
    const { kind, owner, folders, types, timeoutMs } = wanted;
    const log = this.log(wanted.mailbox);
    const id = ID_HEAD + Buffer.from(String(++this.#last).padStart(12, '0')).toString('base64');
    const fields = { id, kind, owner, log, folders, types, timeoutMs };
    const made = new Subscription(fields, log.last, this.#now());
    if (wanted.watermark !== undefined) {
      made.position = made.readWatermark(wanted.watermark);
      made.eventsAfter(made.position);
    }
    this.#active.set(id, made);
    return made;
  }

  log(mailbox: Mailbox): EventLog {
    const log = this.#logs.get(mailbox);
    if (log === undefined) throw new Error(`No event log for ${mailbox.address}.`);
    return log;
  }

  /** The caller's subscription, its time-out begun anew; the code of an ItemError says why there is none. */
  use(id: string, owner: string): Subscription {
    const found = this.#active.get(id);
    if (found === undefined) {
      if (this.#expired.has(id)) throw new ItemError('ErrorExpiredSubscription');
      throw new ItemError(id.startsWith(ID_HEAD) ? 'ErrorSubscriptionNotFound' : MALFORMED);
    }
    if (found.fields.owner !== owner) throw new ItemError('ErrorSubscriptionAccessDenied');
    if (found.hasExpired(this.#now())) {
      this.#end(found);
      this.#expired.add(id);
      throw new ItemError('ErrorExpiredSubscription');
    }
    found.lastAskedAt = this.#now();
    return found;
  }

  remove(subscription: Subscription): void {
    this.#end(subscription);
  }

  /** Ends every subscription without a word, as a server does that was restarted or a mailbox that was moved. */
  clear(): void {
    for (const one of [...this.#active.values()]) this.#end(one);
  }

  /** Forgets the events of a mailbox: whoever was behind has missed some. */
  forgetEvents(mailbox: Mailbox): void {
    this.log(mailbox).forget();
  }

  #end(subscription: Subscription): void {
    this.#active.delete(subscription.fields.id);
    for (const tell of this.ended) tell(subscription);
  }

  #now(): number {
    return this.#store.now().getTime();
  }
}
