import type { MailboxEvent } from '../mailbox-event.ts';
import type { Mailbox } from '../mailbox.ts';

export interface LoggedEvent {
  /** Counts the events of one mailbox from 1. */
  readonly number: number;
  readonly at: number;
  readonly event: MailboxEvent;
}

/** How many events a mailbox remembers; a subscription further behind has missed some. */
const REMEMBERED = 5000;

/** The latest events of one mailbox. Subscriptions read it by position. */
export class EventLog {
  readonly mailbox: Mailbox;
  /** Called after each event. */
  readonly watchers = new Set<() => void>();
  readonly #now: () => Date;
  #events: LoggedEvent[] = [];
  #last = 0;

  constructor(mailbox: Mailbox, now: () => Date) {
    this.mailbox = mailbox;
    this.#now = now;
    mailbox.listeners.add((event) => this.#add(event));
  }

  get last(): number {
    return this.#last;
  }

  /** The number of the oldest event that is still known, or of the next one. */
  get first(): number {
    return this.#events[0]?.number ?? this.#last + 1;
  }

  after(number: number): readonly LoggedEvent[] {
    return this.#events.slice(Math.max(0, number + 1 - this.first));
  }

  /** Forgets everything, as a server does whose event store was lost. */
  forget(): void {
    this.#events = [];
    this.#last++;
  }

  #add(event: MailboxEvent): void {
    this.#events.push({ number: ++this.#last, at: this.#now().getTime(), event });
    if (this.#events.length > 2 * REMEMBERED) this.#events = this.#events.slice(-REMEMBERED);
    for (const watcher of this.watchers) watcher();
  }
}
