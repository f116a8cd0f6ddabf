/** The properties that calendar items and meeting requests share. */
import type { Property, PropertyKind, PropertyWriter, WritableItem } from '../property.ts';
import { textValue } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';
import {
  attendeesUnder,
  attendeesValue,
  attendeesXml,
  organizerOf,
  personXml,
  readAttendees,
} from './attendee.ts';
import {
  CANCELLED,
  END,
  END_ZONE,
  MEETING_ZONE,
  momentOf,
  RECEIVED,
  RECURRENCE,
  START,
  START_ZONE,
  zoneOf,
  zoneValue,
} from './calendar-values.ts';
import type { RecurrenceValue } from './calendar-values.ts';
import { CONFLICT_WRITERS } from './conflicts.ts';
import { MINUTE_MS } from './local-time.ts';
import { readEnhancedLocation, writeEnhancedLocation } from './location.ts';
import { meetingTimeZoneXml } from './meeting-time-zone.ts';
import { readMoment } from './moment-reader.ts';
import { readRecurrence } from './recurrence-xml.ts';
import { zonedText } from './request-zone.ts';
import {
  calendarItemType,
  deletedOccurrences,
  firstOccurrence,
  isRecurring,
  lastOccurrence,
  modifiedOccurrences,
  recurrenceElement,
} from './series-elements.ts';
import { zoneDefinitionXml, zoneReferenceXml } from './zone-definition.ts';
import { readMeetingTimeZone, readZoneDefinition } from './zone-reader.ts';
import { findTimeZone } from '../time-zones.ts';

export const FREE_BUSY_VALUES = ['Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere', 'NoData'];

export function calendarProperty(
  element: string,
  kind: PropertyKind,
  more: Partial<Property> = {},
): Property {
  return { element, uri: `calendar:${element}`, kind, ...more };
}

/** A computed property of plain text; nothing when there is none. */
export function shown(
  element: string,
  text: (item: WritableItem) => string | undefined,
  more: Partial<Property> = {},
): Property {
  const write: PropertyWriter = (item) => {
    const value = text(item);
    return value === undefined ? '' : textElement(element, value);
  };
  const search = (item: WritableItem): readonly string[] => [text(item)].filter((one) => one !== undefined);
  return calendarProperty(element, 'computed', { write, search, ...more });
}

/** A stored text that only the server sets. */
export function kept(element: string, fallback?: string, more: Partial<Property> = {}): Property {
  return shown(element, (item) => textValue(item, `calendar:${element}`) ?? fallback, more);
}

export function momentProperty(element: string, more: Partial<Property> = {}): Property {
  const uri = `calendar:${element}`;
  return calendarProperty(element, 'structure', {
    read: (one) => [[uri, readMoment(one)]],
    write: (item) => {
      const value = textValue(item, uri);
      return value === undefined ? '' : textElement(element, value);
    },
    ...more,
  });
}

function attendees(element: string): Property {
  const uri = `calendar:${element}`;
  return calendarProperty(element, 'structure', {
    inDefault: true,
    getItemOnly: true,
    read: (one) => [[uri, attendeesValue(readAttendees(one))]],
    append: (item, one) => [[uri, attendeesValue([...attendeesUnder(item, uri), ...readAttendees(one)])]],
    write: (item) => attendeesXml(element, attendeesUnder(item, uri)),
  });
}

/** P1DT2H3M, as Exchange writes t:Duration. */
function durationText(item: WritableItem): string {
  const minutes = Math.round((momentOf(item, END) - momentOf(item, START)) / MINUTE_MS);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const time = `${hours > 0 ? `${hours}H` : ''}${rest > 0 ? `${rest}M` : ''}`;
  if (days > 0) return `P${days}D${time === '' ? '' : `T${time}`}`;
  return time === '' ? 'PT0S' : `PT${time}`;
}

function isMeeting(item: WritableItem): boolean {
  const invited = ['RequiredAttendees', 'OptionalAttendees', 'Resources'];
  return (
    textValue(item, RECEIVED) === 'true' ||
    invited.some((one) => attendeesUnder(item, `calendar:${one}`).length > 0)
  );
}

/** 1 meeting, 2 received, 4 cancelled (MS-OXOCAL, 2.2.1.10). */
function appointmentState(item: WritableItem): string {
  const received = textValue(item, RECEIVED) === 'true';
  const cancelled = textValue(item, CANCELLED) === 'true';
  return String((isMeeting(item) ? 1 : 0) + (received ? 2 : 0) + (cancelled ? 4 : 0));
}

export const TIMES: readonly Property[] = [
  momentProperty('Start', { inDefault: true }),
  momentProperty('End', { inDefault: true }),
  kept('OriginalStart'),
  calendarProperty('IsAllDayEvent', 'boolean', { fallback: 'false' }),
  calendarProperty('LegacyFreeBusyStatus', 'enum', {
    values: FREE_BUSY_VALUES,
    fallback: 'Busy',
    inDefault: true,
  }),
  calendarProperty('Location', 'text', { inDefault: true }),
  calendarProperty('When', 'text'),
  shown('IsMeeting', (item) => String(isMeeting(item))),
  kept('IsCancelled', 'false'),
  shown('IsRecurring', (item) => String(isRecurring(item))),
  kept('MeetingRequestWasSent', 'false'),
];

export const PEOPLE: readonly Property[] = [
  kept('MyResponseType', 'Organizer'),
  calendarProperty('Organizer', 'computed', {
    inDefault: true,
    write: (item, _mailbox, options) => {
      const organizer = organizerOf(item);
      if (organizer === undefined) return '';
      // Lists show the name alone.
      const box = options.inList
        ? `<t:Mailbox>${textElement('Name', organizer.name)}</t:Mailbox>`
        : personXml(organizer);
      return `<t:Organizer>${box}</t:Organizer>`;
    },
    search: (item) => [organizerOf(item)?.name ?? ''],
  }),
  attendees('RequiredAttendees'),
  attendees('OptionalAttendees'),
  attendees('Resources'),
  ...Object.entries(CONFLICT_WRITERS).map(([element, write]) =>
    calendarProperty(element, 'computed', { getItemOnly: true, write }),
  ),
  shown('Duration', durationText),
  shown('TimeZone', (item) => zoneOf(item).name),
  kept('AppointmentReplyTime'),
  kept('AppointmentSequenceNumber', '0'),
  shown('AppointmentState', appointmentState),
];

function zoneProperty(element: string): Property {
  const uri = `calendar:${element}`;
  return calendarProperty(element, 'structure', {
    read: (one) => [[uri, zoneValue(readZoneDefinition(one))]],
    write: (item) => {
      if (!item.values.has(uri)) return '';
      const zone = zoneOf(item, uri);
      const xml = findTimeZone(zone.id) === zone ? zoneReferenceXml : zoneDefinitionXml;
      return xml(zone, element);
    },
  });
}

export const SERIES: readonly Property[] = [
  calendarProperty('Recurrence', 'structure', {
    getItemOnly: true,
    read: (one) => {
      const value: RecurrenceValue = { structure: 'recurrence', recurrence: readRecurrence(one) };
      return [[RECURRENCE, value]];
    },
    write: recurrenceElement,
  }),
  calendarProperty('FirstOccurrence', 'computed', { getItemOnly: true, write: firstOccurrence }),
  calendarProperty('LastOccurrence', 'computed', { getItemOnly: true, write: lastOccurrence }),
  calendarProperty('ModifiedOccurrences', 'computed', { getItemOnly: true, write: modifiedOccurrences }),
  calendarProperty('DeletedOccurrences', 'computed', { getItemOnly: true, write: deletedOccurrences }),
  // Later releases take it and do not give it back (MS-OXWSMTGS, note 13); it is kept as START_ZONE, see settle-times.ts.
  calendarProperty('MeetingTimeZone', 'structure', {
    writtenIn: 'Exchange2007_SP1',
    read: (one) => [[MEETING_ZONE, zoneValue(readMeetingTimeZone(one))]],
    write: (item) =>
      item.values.has(START_ZONE) ? meetingTimeZoneXml(zoneOf(item), momentOf(item, START)) : '',
  }),
  zoneProperty('StartTimeZone'),
  zoneProperty('EndTimeZone'),
];

export const ONLINE: readonly Property[] = [
  calendarProperty('ConferenceType', 'integer', { fallback: '0' }),
  calendarProperty('AllowNewTimeProposal', 'boolean', { fallback: 'true' }),
  calendarProperty('IsOnlineMeeting', 'boolean', { fallback: 'false' }),
  calendarProperty('MeetingWorkspaceUrl', 'text'),
  calendarProperty('NetShowUrl', 'text'),
  calendarProperty('EnhancedLocation', 'structure', {
    read: readEnhancedLocation,
    write: writeEnhancedLocation,
  }),
];

function wallClock(element: string, key: string, zoneKey: string): Property {
  return shown(element, (item) => {
    if (!item.values.has(key)) return undefined;
    return zonedText(zoneOf(item, zoneKey), momentOf(item, key));
  });
}

export const WALL_CLOCKS: readonly Property[] = [
  wallClock('StartWallClock', START, START_ZONE),
  wallClock('EndWallClock', END, END_ZONE),
  shown('StartTimeZoneId', (item) => zoneOf(item).id),
  shown('EndTimeZoneId', (item) => zoneOf(item, END_ZONE).id),
];

export const TYPE_PROPERTY: Property = shown('CalendarItemType', calendarItemType, { inDefault: true });
