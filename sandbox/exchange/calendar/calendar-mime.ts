/** item:MimeContent of a calendar item: an iCalendar text with its time zone. */
import type { ParsedMime } from '../item-kind.ts';
import type { Assignment, WritableItem } from '../property.ts';
import type { PropertyValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { attendeesValue } from './attendee.ts';
import type { Attendee } from './attendee.ts';
import {
  ALL_DAY,
  END,
  END_ZONE,
  EXCEPTIONS,
  FREE_BUSY,
  isSet,
  LOCATION,
  momentOf,
  OPTIONAL,
  RECURRENCE,
  REQUIRED,
  START,
  START_ZONE,
  UID,
  zoneOf,
  zoneValue,
} from './calendar-values.ts';
import type { ExceptionsValue, RecurrenceValue, SeriesException } from './calendar-values.ts';
import { eventLines } from './ical-event.ts';
import { readRule } from './ical-rule.ts';
import { lineOf, parseIcal, unescapeIcal, writeLines } from './ical-text.ts';
import type { Component, ContentLine } from './ical-text.ts';
import { readIcalZone, zoneLines } from './ical-zone.ts';
import { allAttendees } from './attendee.ts';
import { DAY_MS, dayOf, MINUTE_MS } from './local-time.ts';
import { toInstant, toLocal, UTC } from './zone.ts';
import type { Zone } from './zone.ts';

export function writeCalendarMime(item: WritableItem): string {
  const zone = zoneOf(item);
  const year = new Date(momentOf(item, START)).getUTCFullYear();
  const text = writeLines([
    'BEGIN:VCALENDAR',
    `METHOD:${allAttendees(item).length > 0 ? 'REQUEST' : 'PUBLISH'}`,
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    ...(zone === UTC || isSet(item, ALL_DAY) ? [] : zoneLines(zone, year)),
    ...eventLines(item),
    'END:VCALENDAR',
  ]);
  return `<t:MimeContent CharacterSet="UTF-8">${Buffer.from(text).toString('base64')}</t:MimeContent>`;
}

interface When {
  readonly ms: number;
  readonly zone: Zone;
  readonly isDay: boolean;
}

/** Reads what DavMail and others send instead of elements. */
export function readCalendarMime(content: Buffer): ParsedMime {
  const calendar = parseIcal(content.toString('utf8')).children.find((one) => one.name === 'VCALENDAR');
  const zones = new Map<string, Zone>();
  for (const one of calendar?.children ?? []) {
    const zone = one.name === 'VTIMEZONE' ? readIcalZone(one) : undefined;
    if (zone !== undefined) zones.set(lineOf(one, 'TZID')?.value ?? '', zone);
  }
  const events = calendar?.children.filter((one) => one.name === 'VEVENT') ?? [];
  const main = events.find((one) => lineOf(one, 'RECURRENCE-ID') === undefined) ?? events[0];
  if (main === undefined) return { assignments: [], attachments: [] };
  const values = readEvent(main, zones);
  const start = whenOf(lineOf(main, 'DTSTART'), zones);
  const rule = lineOf(main, 'RRULE');
  if (rule !== undefined && start !== undefined) {
    const recurrence: RecurrenceValue = {
      structure: 'recurrence',
      recurrence: readRule(rule.value, toLocal(start.zone, start.ms)),
    };
    values.set(RECURRENCE, recurrence);
    const list = readExceptions(main, events, zones);
    const exceptions: ExceptionsValue = { structure: 'exceptions', list };
    if (list.length > 0) values.set(EXCEPTIONS, exceptions);
  }
  return { assignments: [...values] as Assignment[], attachments: [] };
}

function readExceptions(
  main: Component,
  events: readonly Component[],
  zones: ReadonlyMap<string, Zone>,
): readonly SeriesException[] {
  const zone = whenOf(lineOf(main, 'DTSTART'), zones)?.zone ?? UTC;
  const day = (when: When): number => dayOf(toLocal(zone, when.ms));
  const gone = main.lines
    .filter((one) => one.name === 'EXDATE')
    .flatMap((line) => line.value.split(',').map((value) => whenOf({ ...line, value }, zones)))
    .filter((one) => one !== undefined)
    .map((when) => ({ day: day(when), deleted: true, values: new Map<string, PropertyValue>() }));
  const changed = events.flatMap((event) => {
    const id = whenOf(lineOf(event, 'RECURRENCE-ID'), zones);
    if (id === undefined || event === main) return [];
    const values = readEvent(event, zones);
    for (const key of [UID, START_ZONE, END_ZONE]) values.delete(key);
    return [{ day: day(id), deleted: false, values }];
  });
  return [...gone, ...changed].sort((a, b) => a.day - b.day);
}

function readEvent(event: Component, zones: ReadonlyMap<string, Zone>): Map<string, PropertyValue> {
  const values = new Map<string, PropertyValue>();
  const text = (name: string, key: string): void => {
    const line = lineOf(event, name);
    if (line !== undefined && line.value !== '') values.set(key, unescapeIcal(line.value));
  };
  text('SUMMARY', 'item:Subject');
  text('DESCRIPTION', 'item:Body');
  text('LOCATION', LOCATION);
  text('UID', UID);
  const start = whenOf(lineOf(event, 'DTSTART'), zones);
  const end = whenOf(lineOf(event, 'DTEND'), zones) ?? afterDuration(start, lineOf(event, 'DURATION')?.value);
  if (start !== undefined) {
    values.set(START, dateTime(start.ms));
    values.set(START_ZONE, zoneValue(start.zone));
    if (start.isDay) values.set(ALL_DAY, 'true');
  }
  if (end !== undefined) {
    values.set(END, dateTime(end.ms));
    values.set(END_ZONE, zoneValue(end.zone));
  }
  const busy = lineOf(event, 'X-MICROSOFT-CDO-BUSYSTATUS')?.value.toUpperCase();
  const transparent = lineOf(event, 'TRANSP')?.value.toUpperCase() === 'TRANSPARENT';
  values.set(FREE_BUSY, BUSY[busy ?? ''] ?? (transparent ? 'Free' : 'Busy'));
  const sensitivity = { PRIVATE: 'Private', CONFIDENTIAL: 'Confidential' }[
    lineOf(event, 'CLASS')?.value ?? ''
  ];
  if (sensitivity !== undefined) values.set('item:Sensitivity', sensitivity);
  const categories = lineOf(event, 'CATEGORIES')
    ?.value.split(/(?<!\\),/)
    .map(unescapeIcal);
  if (categories !== undefined) values.set('item:Categories', categories);
  readAlarm(event, values);
  readPeople(event, values);
  return values;
}

const BUSY: Readonly<Record<string, string>> = {
  FREE: 'Free',
  TENTATIVE: 'Tentative',
  BUSY: 'Busy',
  OOF: 'OOF',
};

function readAlarm(event: Component, values: Map<string, PropertyValue>): void {
  const alarm = event.children.find((one) => one.name === 'VALARM');
  const minutes = durationMs(lineOf(alarm ?? event, 'TRIGGER')?.value ?? '');
  values.set('item:ReminderIsSet', String(alarm !== undefined));
  if (alarm !== undefined && minutes !== undefined) {
    values.set('item:ReminderMinutesBeforeStart', String(Math.max(0, -minutes / MINUTE_MS)));
  }
}

function readPeople(event: Component, values: Map<string, PropertyValue>): void {
  const lists = new Map<string, Attendee[]>();
  for (const line of event.lines.filter((one) => one.name === 'ATTENDEE')) {
    const address = line.value.replace(/^mailto:/i, '');
    const key = line.parameters['ROLE'] === 'OPT-PARTICIPANT' ? OPTIONAL : REQUIRED;
    const one: Attendee = { name: line.parameters['CN'] ?? address, address, response: 'Unknown' };
    lists.set(key, [...(lists.get(key) ?? []), one]);
  }
  for (const [key, list] of lists) {
    const value = attendeesValue(list);
    if (value !== undefined) values.set(key, value);
  }
}

function whenOf(line: ContentLine | undefined, zones: ReadonlyMap<string, Zone>): When | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?$/.exec(line?.value ?? '');
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const local = Date.UTC(part(1), part(2) - 1, part(3), part(4), part(5), part(6));
  const named = zones.get(line?.parameters['TZID'] ?? '');
  const isDay = match[4] === undefined;
  // A day belongs to no zone: the only one the text has is meant.
  const zone = match[7] === 'Z' ? UTC : (named ?? (isDay ? [...zones.values()][0] : undefined) ?? UTC);
  return { ms: toInstant(zone, local), zone, isDay };
}

function afterDuration(start: When | undefined, text: string | undefined): When | undefined {
  const length = text === undefined ? undefined : durationMs(text);
  if (start === undefined) return undefined;
  if (length !== undefined) return { ...start, ms: start.ms + length };
  return start.isDay ? { ...start, ms: start.ms + DAY_MS } : undefined;
}

function durationMs(text: string): number | undefined {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  const minutes = (part(2) * 7 + part(3)) * 1440 + part(4) * 60 + part(5);
  return (match[1] === '-' ? -1 : 1) * (minutes * MINUTE_MS + part(6) * 1000);
}
