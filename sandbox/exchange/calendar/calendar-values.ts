/** What a calendar item keeps beside plain texts, and under which keys. */
import { structureValue, textValue } from '../stored-item.ts';
import type { EmbeddedItem, PropertyValue, Structure } from '../stored-item.ts';
import { findTimeZone } from '../time-zones.ts';
import type { Recurrence } from './recurrence-pattern.ts';
import { ruleZone } from './rule-zone.ts';
import type { ZoneEra } from './rule-zone.ts';
import { UTC } from './zone.ts';
import type { Zone } from './zone.ts';

export const START = 'calendar:Start';
export const END = 'calendar:End';
export const ALL_DAY = 'calendar:IsAllDayEvent';
export const RECURRENCE = 'calendar:Recurrence';
export const START_ZONE = 'calendar:StartTimeZone';
export const END_ZONE = 'calendar:EndTimeZone';
export const MEETING_ZONE = 'calendar:MeetingTimeZone';
export const UID = 'calendar:UID';
export const LOCATION = 'calendar:Location';
export const ENHANCED_LOCATION = 'calendar:EnhancedLocation';
export const FREE_BUSY = 'calendar:LegacyFreeBusyStatus';
export const INTENDED = 'calendar:IntendedFreeBusyStatus';
export const MY_RESPONSE = 'calendar:MyResponseType';
export const REPLY_TIME = 'calendar:AppointmentReplyTime';
export const REQUEST_SENT = 'calendar:MeetingRequestWasSent';
export const SEQUENCE = 'calendar:AppointmentSequenceNumber';
export const CANCELLED = 'calendar:IsCancelled';
export const STAMPED = 'calendar:DateTimeStamp';
export const REQUIRED = 'calendar:RequiredAttendees';
export const OPTIONAL = 'calendar:OptionalAttendees';
export const RESOURCES = 'calendar:Resources';
export const ORGANIZER = 'calendar:Organizer';
/** Of an occurrence alone; see occurrence-view.ts. */
export const ORIGINAL_START = 'calendar:OriginalStart';
/** Of a master alone: what differs from its pattern. */
export const EXCEPTIONS = 'calendar:/Exceptions';
/** Whether it is somebody else's meeting: the attendee's copy. */
export const RECEIVED = 'calendar:/Received';

export const ATTENDEE_KEYS = [REQUIRED, OPTIONAL, RESOURCES] as const;

/** A zone by its name, or with the rules of one that has none. */
export interface ZoneValue extends Structure {
  readonly structure: 'timeZone';
  readonly id: string;
  readonly name: string;
  readonly eras?: readonly ZoneEra[];
}

export interface RecurrenceValue extends Structure {
  readonly structure: 'recurrence';
  readonly recurrence: Recurrence;
}

/** One occurrence that differs from the pattern: gone, or with values of its own. */
export interface SeriesException {
  /** The local day the pattern gives it. */
  readonly day: number;
  readonly deleted: boolean;
  /** An undefined value hides the master's. */
  readonly values: ReadonlyMap<string, PropertyValue | undefined>;
  readonly attachments?: EmbeddedItem['attachments'];
}

export interface ExceptionsValue extends Structure {
  readonly structure: 'exceptions';
  readonly list: readonly SeriesException[];
}

type Item = Pick<EmbeddedItem, 'values'>;

export function zoneValue({ id, name, eras }: Zone): ZoneValue {
  return { structure: 'timeZone', id, name, ...(eras === undefined ? {} : { eras }) };
}

const MADE = new WeakMap<ZoneValue, Zone>();

/** The zone that a value describes. */
export function zoneFrom(value: ZoneValue): Zone {
  if (value.eras === undefined) return findTimeZone(value.id) ?? UTC;
  const zone = MADE.get(value) ?? ruleZone(value.id, value.name, value.eras);
  MADE.set(value, zone);
  return zone;
}

/** The zone an item was made in; UTC when nobody said. */
export function zoneOf(item: Item, key: string = START_ZONE): Zone {
  const value = structureValue<ZoneValue>(item, key, 'timeZone');
  return value === undefined ? UTC : zoneFrom(value);
}

export function recurrenceOf(item: Item): Recurrence | undefined {
  return structureValue<RecurrenceValue>(item, RECURRENCE, 'recurrence')?.recurrence;
}

export function exceptionsOf(item: Item): readonly SeriesException[] {
  return structureValue<ExceptionsValue>(item, EXCEPTIONS, 'exceptions')?.list ?? [];
}

/** A moment kept under a key; 1970 when it is missing, which no settled item has. */
export function momentOf(item: Item, key: string): number {
  return Date.parse(textValue(item, key) ?? '1970-01-01T00:00:00Z');
}

export function isSet(item: Item, key: string): boolean {
  return textValue(item, key) === 'true';
}
