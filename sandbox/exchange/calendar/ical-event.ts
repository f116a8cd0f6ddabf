/** A calendar item as VEVENTs: one, and one more for each exception of a series. */
import type { WritableItem } from '../property.ts';
import type { StoredItem } from '../stored-item.ts';
import { listValue, textValue } from '../stored-item.ts';
import { htmlToText } from '../html-text.ts';
import { attendeesUnder, organizerOf } from './attendee.ts';
import {
  ALL_DAY,
  CANCELLED,
  END,
  exceptionsOf,
  FREE_BUSY,
  isSet,
  LOCATION,
  momentOf,
  OPTIONAL,
  recurrenceOf,
  REQUIRED,
  RESOURCES,
  SEQUENCE,
  STAMPED,
  START,
  UID,
  zoneOf,
} from './calendar-values.ts';
import { writeRule } from './ical-rule.ts';
import { escapeIcal, icalDay, icalLocal } from './ical-text.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { seriesOf } from './series.ts';
import { toLocal, UTC } from './zone.ts';

const ROLES = [
  [REQUIRED, 'REQ-PARTICIPANT'],
  [OPTIONAL, 'OPT-PARTICIPANT'],
  [RESOURCES, 'NON-PARTICIPANT'],
] as const;
const ANSWERS: Readonly<Record<string, string>> = {
  Accept: 'ACCEPTED',
  Decline: 'DECLINED',
  Tentative: 'TENTATIVE',
};
const BUSY: Readonly<Record<string, string>> = { Free: 'FREE', Tentative: 'TENTATIVE', OOF: 'OOF' };
const CLASSES: Readonly<Record<string, string>> = {
  Personal: 'PRIVATE',
  Private: 'PRIVATE',
  Confidential: 'CONFIDENTIAL',
};

export function eventLines(item: WritableItem): readonly string[] {
  const series = item instanceof OccurrenceView ? undefined : seriesOf(item);
  const lines = oneEvent(item);
  if (series === undefined) return lines;
  for (const { day, deleted } of exceptionsOf(item)) {
    const occurrence = series.byDay(day);
    if (deleted || occurrence === undefined) continue;
    lines.push(...oneEvent(new OccurrenceView(item as StoredItem, occurrence)));
  }
  return lines;
}

function oneEvent(item: WritableItem): string[] {
  const text = (name: string, key: string): readonly string[] => {
    const value = textValue(item, key);
    return value === undefined ? [] : [`${name}:${escapeIcal(value)}`];
  };
  const body = textValue(item, 'item:Body') ?? '';
  const plain = textValue(item, 'item:Body/BodyType') === 'HTML' ? htmlToText(body) : body;
  const organizer = organizerOf(item);
  const busy = textValue(item, FREE_BUSY) ?? 'Busy';
  const people = ROLES.flatMap(([key, role]) => attendeesUnder(item, key).map((one) => ({ ...one, role })));
  return [
    'BEGIN:VEVENT',
    ...(organizer === undefined || people.length === 0
      ? []
      : [`ORGANIZER;CN="${organizer.name.replace(/"/g, '')}":MAILTO:${organizer.address}`]),
    ...people.map(
      (one) =>
        `ATTENDEE;ROLE=${one.role};PARTSTAT=${ANSWERS[one.response] ?? 'NEEDS-ACTION'};RSVP=TRUE;` +
        `CN="${one.name.replace(/"/g, '')}":MAILTO:${one.address}`,
    ),
    ...(plain === '' ? [] : [`DESCRIPTION;LANGUAGE=en-US:${escapeIcal(plain)}`]),
    ...text('UID', UID),
    ...text('SUMMARY', 'item:Subject'),
    ...ruleLines(item),
    timeLine('DTSTART', item, momentOf(item, START)),
    timeLine('DTEND', item, momentOf(item, END)),
    `CLASS:${CLASSES[textValue(item, 'item:Sensitivity') ?? ''] ?? 'PUBLIC'}`,
    `PRIORITY:${{ High: 1, Normal: 5, Low: 9 }[textValue(item, 'item:Importance') ?? ''] ?? 5}`,
    `DTSTAMP:${(textValue(item, STAMPED) ?? '19700101T000000Z').replace(/[-:]/g, '')}`,
    `TRANSP:${busy === 'Free' ? 'TRANSPARENT' : 'OPAQUE'}`,
    `STATUS:${isSet(item, CANCELLED) ? 'CANCELLED' : busy === 'Tentative' ? 'TENTATIVE' : 'CONFIRMED'}`,
    `SEQUENCE:${textValue(item, SEQUENCE) ?? '0'}`,
    ...text('LOCATION', LOCATION),
    ...(listValue(item, 'item:Categories')?.length
      ? [`CATEGORIES:${(listValue(item, 'item:Categories') ?? []).map(escapeIcal).join(',')}`]
      : []),
    `X-MICROSOFT-CDO-BUSYSTATUS:${BUSY[busy] ?? 'BUSY'}`,
    `X-MICROSOFT-CDO-ALLDAYEVENT:${isSet(item, ALL_DAY) ? 'TRUE' : 'FALSE'}`,
    ...alarmLines(item),
    'END:VEVENT',
  ];
}

function alarmLines(item: WritableItem): readonly string[] {
  if (!isSet(item, 'item:ReminderIsSet')) return [];
  const minutes = textValue(item, 'item:ReminderMinutesBeforeStart') ?? '0';
  const trigger = `TRIGGER;RELATED=START:-PT${minutes}M`;
  return ['BEGIN:VALARM', 'DESCRIPTION:REMINDER', trigger, 'ACTION:DISPLAY', 'END:VALARM'];
}

function ruleLines(item: WritableItem): readonly string[] {
  if (item instanceof OccurrenceView) {
    return [timeLine('RECURRENCE-ID', item, item.occurrence.originalStart)];
  }
  const recurrence = recurrenceOf(item);
  const series = seriesOf(item);
  if (recurrence === undefined || series === undefined) return [];
  const last = [...(recurrence.range.kind === 'endDate' ? series.all() : [])].at(-1);
  const until = last === undefined ? '' : `${icalLocal(last.originalStart)}Z`;
  const deleted = exceptionsOf(item)
    .filter((one) => one.deleted)
    .map((one) => series.byDay(one.day))
    .filter((one) => one !== undefined);
  return [
    `RRULE:${writeRule(recurrence, until)}`,
    ...deleted.map((one) => timeLine('EXDATE', item, one.originalStart)),
  ];
}

function timeLine(name: string, item: WritableItem, ms: number): string {
  const zone = zoneOf(item);
  const local = toLocal(zone, ms);
  if (isSet(item, ALL_DAY)) return `${name};VALUE=DATE:${icalDay(local)}`;
  return zone === UTC ? `${name}:${icalLocal(ms)}Z` : `${name};TZID=${zone.id}:${icalLocal(local)}`;
}
