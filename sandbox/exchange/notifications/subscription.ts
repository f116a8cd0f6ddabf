import { ItemError } from '../item-error.ts';
import type { StoredFolder } from '../stored-folder.ts';
import type { EventLog, LoggedEvent } from './event-log.ts';

export type SubscriptionKind = 'pull' | 'push' | 'streaming';
export type EventTypeName =
  | 'CopiedEvent'
  | 'CreatedEvent'
  | 'DeletedEvent'
  | 'ModifiedEvent'
  | 'MovedEvent'
  | 'NewMailEvent'
  | 'FreeBusyChangedEvent';

export interface SubscriptionFields {
  readonly id: string;
  readonly kind: SubscriptionKind;
  /** The address of the account that subscribed; nobody else may use it. */
  readonly owner: string;
  readonly log: EventLog;
  /** Serials of the watched folders; undefined for all of them. */
  readonly folders: ReadonlySet<number> | undefined;
  readonly types: ReadonlySet<EventTypeName>;
  /** Pull: it ends when nobody asks for this long. */
  readonly timeoutMs: number | undefined;
}

const NAMES: Readonly<Record<LoggedEvent['event']['type'], EventTypeName>> = {
  created: 'CreatedEvent',
  deleted: 'DeletedEvent',
  modified: 'ModifiedEvent',
  newMail: 'NewMailEvent',
  moved: 'MovedEvent',
  copied: 'CopiedEvent',
};

export function eventName(event: LoggedEvent['event']): EventTypeName {
  return NAMES[event.type];
}

/** One subscription and how far it was read. */
export class Subscription {
  readonly fields: SubscriptionFields;
  /** The number of the last event delivered, or looked at. */
  position: number;
  lastAskedAt: number;

  constructor(fields: SubscriptionFields, position: number, now: number) {
    this.fields = fields;
    this.position = position;
    this.lastAskedAt = now;
  }

  /** Events after `position` that it asked for; ErrorMissedNotificationEvents when some are forgotten. */
  eventsAfter(position: number): readonly LoggedEvent[] {
    if (position + 1 < this.fields.log.first) throw new ItemError('ErrorMissedNotificationEvents');
    return this.fields.log.after(position).filter((one) => this.#wants(one));
  }

  hasExpired(now: number): boolean {
    const { timeoutMs } = this.fields;
    return timeoutMs !== undefined && now - this.lastAskedAt > timeoutMs;
  }

  writeWatermark(number: number): string {
    const bytes = Buffer.alloc(13);
    bytes.writeUIntBE(number, 2, 6);
    bytes.writeUInt32BE(this.#salt, 8);
    bytes[12] = 1;
    return bytes.toString('base64');
  }

  /** ErrorInvalidWatermark for anything this subscription's mailbox did not hand out. */
  readWatermark(text: string): number {
    const bytes = Buffer.from(text, 'base64');
    const number = bytes.length === 13 ? bytes.readUIntBE(2, 6) : -1;
    if (number < 0 || number > this.fields.log.last || this.writeWatermark(number) !== text) {
      throw new ItemError('ErrorInvalidWatermark');
    }
    return number;
  }

  get #salt(): number {
    const { address } = this.fields.log.mailbox;
    return [...address].reduce((sum, one) => (Math.imul(sum, 31) + one.charCodeAt(0)) >>> 0, 7);
  }

  #wants({ event }: LoggedEvent): boolean {
    const { types, folders } = this.fields;
    if (!types.has(eventName(event))) return false;
    if (folders === undefined) return true;
    return foldersOf(event).some((folder) => folder !== undefined && folders.has(folder.serial));
  }
}

function foldersOf(event: LoggedEvent['event']): (StoredFolder | undefined)[] {
  if ('folder' in event)
    return [event.folder, event.folder.parent, ...('oldParent' in event ? [event.oldParent] : [])];
  return 'from' in event ? [event.item.folder, event.from.folder] : [event.item.folder];
}
