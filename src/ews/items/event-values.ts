/** From a calendar item as it was read to the values of an event. */
import { DAY_MS, endAfter, formatDate, parseLocal } from '../../sync/calendar/local-time.ts';
import { originalStartAt } from '../../sync/calendar/occurrences.ts';
import { formatRule } from '../../sync/calendar/rule-text.ts';
import { fixedZoneAt, zoneOfServer } from '../../sync/calendar/server-zone.ts';
import { localMsToUtcMs, localToUtcMs, utcToLocal } from '../../sync/calendar/zoned-time.ts';
import type { Settings } from '../../sync/administration.ts';
import type { Value, Values } from '../../sync/model.ts';
import { exceptionFields } from '../../sync/occurrences.ts';
import type { OccurrenceException } from '../../sync/occurrences.ts';
import { formatPerson } from '../../sync/people.ts';
import { isTrue } from '../xml-boolean.ts';
import type { ReadAttendee } from './event-shapes.ts';
import { busyFromEws, privacyFromEws, replyFromEws } from './event-terms.ts';
import type { ReadItem } from './read-item.ts';
import { recurrenceOf } from './recurrence-xml.ts';
import { serverZoneOf } from './time-zone-xml.ts';

/** See Settings. */
export type PrivateItems = Settings['privateItems'];

/** What others may see of a private item. */
const shownOfPrivate: ReadonlySet<string> = new Set([
  'uid',
  'start',
  'end',
  'timeZone',
  'recurrence',
  'busyState',
  'privacy',
  'status',
  'role',
]);

export function isPrivate(values: Values): boolean {
  return values['privacy'] === 'private' || values['privacy'] === 'confidential';
}

/** Without the fields that nobody else may see: they count as unread. */
export function maskPrivate(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => {
      const field = name.startsWith('@') ? (name.split('/')[1] ?? 'recurrence') : name;
      return shownOfPrivate.has(field);
    }),
  );
}

/** Every field of an event but its exceptions, which take requests of their own. */
export function eventValues(read: ReadItem): Values {
  const { raw } = read;
  const people = read.calendar?.people ?? [];
  const times = timesOf(read);
  const attendees = people.filter(({ role }) => role !== 'organizer').filter(hasAddress);
  const organizer = people.find(({ role }) => role === 'organizer');
  const values: Record<string, Value> = {
    uid: read.values['uid'] ?? null,
    subject: read.values['subject'] ?? null,
    location: read.values['location'] ?? null,
    body: read.values['body'] ?? null,
    categories: read.values['categories'] ?? null,
    reminder: reminderOf(read),
    busyState: busyFromEws(raw['LegacyFreeBusyStatus'] ?? '') ?? 'busy',
    privacy: privacyFromEws(raw['Sensitivity'] ?? '') ?? 'normal',
    organizer: organizer && hasAddress(organizer) ? personOf(organizer, 'organizer') : null,
    attendees: listOf(attendees.map((one) => personOf(one, one.role))),
    replies: listOf(
      attendees.flatMap((one) => {
        const reply = replyFromEws(one.response);
        return reply === undefined ? [] : [personOf(one, reply)];
      }),
    ),
    status: isTrue(raw['IsCancelled'] ?? '') ? 'cancelled' : 'confirmed',
    role: roleOf(read),
  };
  if (times === null) return values;
  Object.assign(values, times);
  const rule = ruleOf(read);
  if (rule !== undefined) values['recurrence'] = rule;
  return values;
}

function hasAddress({ address, routingType }: ReadAttendee): boolean {
  return address !== '' && routingType !== 'EX' && !/^\/o=/i.test(address);
}

function personOf({ address, name }: ReadAttendee, role: string): string {
  return formatPerson({ role, address, name: name === address ? '' : name });
}

function listOf(texts: readonly string[]): readonly string[] | null {
  return texts.length === 0 ? null : texts;
}

function roleOf({ raw }: ReadItem): string | null {
  if (!isTrue(raw['IsMeeting'] ?? '')) return null;
  return raw['MyResponseType'] === 'Organizer' ? 'organizer' : 'attendee';
}

function reminderOf({ raw }: ReadItem): string | null {
  if (!isTrue(raw['ReminderIsSet'] ?? '')) return null;
  const minutes = Number(raw['ReminderMinutesBeforeStart'] ?? '');
  return Number.isInteger(minutes) && minutes >= 0 ? String(minutes) : null;
}

/** The rule, null without one, undefined where it is of a kind we cannot keep. */
function ruleOf({ recurrence }: ReadItem): string | null | undefined {
  if (recurrence === null) return null;
  const result = recurrenceOf(recurrence);
  return 'problem' in result ? undefined : formatRule(result.rule);
}

interface Times {
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
}

function timesOf(read: ReadItem): Times | null {
  const startMs = momentOf(read.raw['Start']);
  const endMs = momentOf(read.raw['End']);
  if (startMs === null || endMs === null) return null;
  const isAllDay = isTrue(read.raw['IsAllDayEvent'] ?? '');
  const named = zoneOf(read, startMs);
  // Of an hour that comes twice wall times say the first: in the second one an event keeps its moments by its offset.
  const isSecond = [startMs, endMs].some((ms) => localToUtcMs(utcToLocal(ms, named), named) !== ms);
  const isFixed = isSecond && !isAllDay && read.recurrence === null;
  const timeZone = (isFixed ? fixedZoneAt(startMs, named) : null) ?? named;
  return {
    start: localOf(startMs, timeZone, isAllDay),
    end: localOf(endMs, timeZone, isAllDay),
    timeZone,
  };
}

function momentOf(text: string | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms;
}

/** The day nearest to midnight: servers may take it from another zone. */
function localOf(utcMs: number, timeZone: string, isAllDay: boolean): string {
  const local = utcToLocal(utcMs, timeZone);
  if (!isAllDay) return local;
  return formatDate(Math.floor((parseLocal(local) ?? 0) / DAY_MS + 0.5));
}

/** Answers of Exchange 2007 name a zone only where the client did; else its text is all there is. */
function zoneOf({ calendar, raw }: ReadItem, startMs: number): string {
  const name = raw['TimeZone'] ?? '';
  const zone = calendar?.zone ? serverZoneOf(calendar.zone) : { id: '', name, eras: [] };
  return zoneOfServer(zone, startMs)?.timeZone ?? 'Etc/UTC';
}

/** An exception's item beside the series: what it has of its own. Null where its times cannot be read. */
export function exceptionOf(series: Values, read: ReadItem): OccurrenceException | null {
  const originalMs = momentOf(read.raw['OriginalStart']);
  const times = timesOf(read);
  const { start, end, timeZone } = series;
  if (originalMs === null || times === null) return null;
  if (typeof start !== 'string' || typeof end !== 'string' || typeof timeZone !== 'string') return null;
  const originalStart = originalStartAt(originalMs, { start, timeZone });
  const isAllDay = isTrue(read.raw['IsAllDayEvent'] ?? '');
  const inZone = (text: string | undefined): string | null => {
    const ms = momentOf(text);
    return ms === null ? null : localOf(ms, timeZone, isAllDay);
  };
  const own: Record<string, Value> = {
    start: inZone(read.raw['Start']),
    end: inZone(read.raw['End']),
    subject: read.values['subject'] ?? null,
    location: read.values['location'] ?? null,
    body: read.values['body'] ?? null,
    reminder: reminderOf(read),
    busyState: busyFromEws(read.raw['LegacyFreeBusyStatus'] ?? '') ?? 'busy',
  };
  const expected: Values = { ...series, start: originalStart, end: endAfter({ start, end }, originalStart) };
  const values = Object.fromEntries(
    Object.entries(own).filter(([field, value]) => value !== null && value !== expected[field]),
  );
  return { originalStart, state: 'changed', values };
}

/** The exceptions of a series as fields of it. */
export function withExceptions(series: Values, read: ReadItem, changed: readonly ReadItem[]): Values {
  const { start, timeZone } = series;
  if (typeof start !== 'string' || typeof timeZone !== 'string') return series;
  const deleted = (read.calendar?.deleted ?? []).flatMap((text): OccurrenceException[] => {
    const ms = momentOf(text);
    if (ms === null) return [];
    return [{ originalStart: originalStartAt(ms, { start, timeZone }), state: 'deleted', values: {} }];
  });
  const modified = changed.flatMap((one) => exceptionOf(series, one) ?? []);
  return { ...series, ...exceptionFields([...deleted, ...modified]) };
}

/** The moment of a wall time of the series, for `Start` and `End`: `YYYY-MM-DDTHH:MM:SSZ`. */
export function momentText(local: string, timeZone: string): string | null {
  const localMs = parseLocal(local);
  return localMs === null
    ? null
    : `${new Date(localMsToUtcMs(localMs, timeZone)).toISOString().slice(0, 19)}Z`;
}
