import { isOccurrenceName } from '../../sync/occurrences.ts';
import type { Value, Values } from '../../sync/model.ts';
import { keyFieldsOf } from '../../sync/natural-keys.ts';
import { EventEntity } from './entities.ts';
import { spanOf } from './event-span.ts';
import { cleanEvent, eventSearchText, eventTitle, keptEventFields, settleEvent } from './event-values.ts';
import type { RecordKind } from './record-kind.ts';
import type { RecordStore } from './record-store.ts';

export interface EventFilters {
  /** Milliseconds since the epoch: what is over by then is left out. */
  readonly endsAfter?: number;
  /** Milliseconds since the epoch: what begins then or later is left out. */
  readonly startsBefore?: number;
}

export type EventStore = RecordStore<EventFilters>;

function isLarge(name: string): boolean {
  return name === 'body' || isOccurrenceName(name);
}

export const eventKind: RecordKind<EventFilters> = {
  module: 'events',
  noun: 'event',
  entity: EventEntity,
  fields: keptEventFields,
  keyFields: keyFieldsOf('events'),
  photos: null,
  orders: { start: { column: 'startsAt', isText: false } },
  clean: cleanEvent,
  settle: settleEvent,
  displayNameOf: eventTitle,
  searchTextOf: eventSearchText,
  columnsOf: (values) => spanOf(values) ?? { startsAt: 0, endsAt: 0 },
  pack(values) {
    const fields: Record<string, Value> = {};
    const large: Record<string, Value> = {};
    for (const [name, value] of Object.entries(values)) (isLarge(name) ? large : fields)[name] = value;
    return { fields, notes: Object.keys(large).length === 0 ? null : JSON.stringify(large) };
  },
  unpack: (notes) => JSON.parse(notes) as Values,
  filter(rows, { endsAfter, startsBefore }) {
    if (startsBefore !== undefined) rows.andWhere('c.startsAt < :startsBefore', { startsBefore });
    if (endsAfter !== undefined) {
      rows.andWhere('(c.endsAt IS NULL OR c.endsAt > :endsAfter)', { endsAfter });
    }
  },
};
