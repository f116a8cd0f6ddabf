/** Event values as the XML of CreateItem and UpdateItem (Microsoft: CalendarItem). */
import { isDateOnly, parseLocal } from '../../sync/calendar/local-time.ts';
import type { RecurrenceRule } from '../../sync/calendar/recurrence-rule.ts';
import { parseRule } from '../../sync/calendar/rule-text.ts';
import { isTimeZone } from '../../sync/calendar/zone-offset.ts';
import type { Value, Values } from '../../sync/model.ts';
import type { AttendeeRole } from '../../sync/people.ts';
import { parsePerson } from '../../sync/people.ts';
import { cleanText, textElement } from '../soap-writer.ts';
import type { EwsSchema } from '../versions.ts';
import { momentText } from './event-values.ts';
import { busyToEws, privacyToEws } from './event-terms.ts';
import {
  bodyElement,
  categoriesElement,
  deleteField,
  extendedProperty,
  plainText,
  setField,
  tagsOf,
} from './item-parts.ts';
import { bodyPath, fieldPath, stampPath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import { unwritableRecurrence, writeRecurrence } from './recurrence-xml.ts';
import { timeZoneElements } from './time-zone-xml.ts';

const recurrencePath = fieldPath('calendar:Recurrence');
/** Makes a single event of a series. */
export const endSeries = deleteField(recurrencePath);

export const whenFields = ['start', 'end', 'timeZone', 'recurrence'];

/** A property: the fields it is made of, its path, and its element; null where it is to be deleted. */
interface EventPart {
  readonly fields: readonly string[];
  readonly path: PropertyPath;
  readonly xml: (values: Values, schema: EwsSchema) => string | null;
}

function text(field: string, uri: string, element: string): EventPart {
  return {
    fields: [field],
    path: fieldPath(uri),
    xml: (values) => {
      const value = plainText(values[field]);
      return value === '' ? null : textElement(element, value);
    },
  };
}

function moment(field: 'start' | 'end', element: string): EventPart {
  return {
    fields: whenFields,
    path: fieldPath(`calendar:${element}`),
    xml: (values) =>
      textElement(`t:${element}`, momentText(plainText(values[field]), plainText(values['timeZone'])) ?? ''),
  };
}

function attendees(role: AttendeeRole, element: string): EventPart {
  return {
    fields: ['attendees'],
    path: fieldPath(`calendar:${element}`),
    xml: (values) => {
      const people = personsOf(values['attendees']).filter((person) => person.role === role);
      if (people.length === 0) return null;
      const list = people.map(
        ({ name, address }) =>
          `<t:Attendee><t:Mailbox>${name === '' ? '' : textElement('t:Name', name)}` +
          `${textElement('t:EmailAddress', address)}</t:Mailbox></t:Attendee>`,
      );
      return `<t:${element}>${list.join('')}</t:${element}>`;
    },
  };
}

function personsOf(value: Value | undefined) {
  if (!Array.isArray(value)) return [];
  return (value as readonly string[]).map((one) => parsePerson(cleanText(one)));
}

/** In the order of the schema, around the extended properties. */
const before: readonly EventPart[] = [
  text('subject', 'item:Subject', 't:Subject'),
  {
    fields: ['privacy'],
    path: fieldPath('item:Sensitivity'),
    xml: (values) => textElement('t:Sensitivity', privacyToEws(plainText(values['privacy'])) ?? 'Normal'),
  },
  {
    fields: ['body'],
    path: bodyPath,
    xml: (values) => {
      const body = plainText(values['body']);
      return body === '' ? null : bodyElement(body);
    },
  },
  {
    fields: ['categories'],
    path: fieldPath('item:Categories'),
    xml: (values) => {
      const tags = tagsOf(values['categories']);
      return tags.length === 0 ? null : categoriesElement(tags);
    },
  },
  {
    fields: ['reminder'],
    path: fieldPath('item:ReminderIsSet'),
    xml: (values) => textElement('t:ReminderIsSet', plainText(values['reminder']) === '' ? 'false' : 'true'),
  },
  {
    fields: ['reminder'],
    path: fieldPath('item:ReminderMinutesBeforeStart'),
    // Taken away with ReminderIsSet; there is no calendar item without the number.
    xml: (values) => textElement('t:ReminderMinutesBeforeStart', plainText(values['reminder']) || '15'),
  },
];

const after: readonly EventPart[] = [
  moment('start', 'Start'),
  moment('end', 'End'),
  {
    fields: whenFields,
    path: fieldPath('calendar:IsAllDayEvent'),
    xml: (values) => textElement('t:IsAllDayEvent', String(isDateOnly(plainText(values['start'])))),
  },
  {
    fields: ['busyState'],
    path: fieldPath('calendar:LegacyFreeBusyStatus'),
    xml: (values, schema) => textElement('t:LegacyFreeBusyStatus', busyWord(values['busyState'], schema)),
  },
  text('location', 'calendar:Location', 't:Location'),
  attendees('required', 'RequiredAttendees'),
  attendees('optional', 'OptionalAttendees'),
  attendees('resource', 'Resources'),
  {
    fields: whenFields,
    path: recurrencePath,
    xml: (values, schema) => {
      const rule = ruleOf(values);
      return rule === null ? null : writeRecurrence(rule, plainText(values['start']).slice(0, 10), schema);
    },
  },
];

function busyWord(value: Value | undefined, schema: EwsSchema): string {
  const word = busyToEws(plainText(value)) ?? 'Busy';
  // Servers before 2013 show those who work elsewhere as free to older clients.
  return word === 'WorkingElsewhere' && schema.lacks.has('workingElsewhere') ? 'Free' : word;
}

function ruleOf(values: Values): RecurrenceRule | null {
  const rule = plainText(values['recurrence']);
  if (rule === '') return null;
  const result = parseRule(rule, {
    start: plainText(values['start']),
    timeZone: plainText(values['timeZone']),
  });
  return 'problem' in result ? null : result.rule;
}

/** The field whose value no calendar item of this schema can hold, found before anything was sent. */
export function unwritableEventField(values: Values, resulting: Values, schema: EwsSchema): string | null {
  const all = { ...resulting, ...values };
  if (whenFields.some((field) => field in values)) {
    const [start, end] = [plainText(all['start']), plainText(all['end'])];
    const timeZone = plainText(all['timeZone']);
    const [startMs, endMs] = [parseLocal(start), parseLocal(end)];
    if (startMs === null) return 'start';
    if (endMs === null || endMs < startMs || start.length !== end.length) return 'end';
    if (!isTimeZone(timeZone) || timeZoneElements(timeZone, schema) === null) return 'timeZone';
    if (plainText(all['recurrence']) !== '') {
      const rule = ruleOf(all);
      if (rule === null || unwritableRecurrence(rule, start.slice(0, 10), 'event', schema) !== null)
        return 'recurrence';
    }
  }
  const reminder = plainText(values['reminder']);
  if (reminder !== '' && !/^\d{1,7}$/.test(reminder)) return 'reminder';
  const isForeign = (field: string, toEws: (word: string) => string | undefined): boolean => {
    const word = plainText(values[field]);
    return word !== '' && toEws(word) === undefined;
  };
  if (isForeign('busyState', busyToEws)) return 'busyState';
  if (isForeign('privacy', privacyToEws)) return 'privacy';
  const hasNameless = personsOf(values['attendees']).some(({ address }) => address === '');
  return hasNameless ? 'attendees' : null;
}

/** `<t:CalendarItem>` for CreateItem. */
export function writeEvent(values: Values, stamp: string, schema: EwsSchema): string {
  const xmlOf = (parts: readonly EventPart[]): string =>
    parts.map(({ xml }) => xml(values, schema) ?? '').join('');
  const zones = timeZoneElements(plainText(values['timeZone']), schema) ?? [];
  return (
    `<t:CalendarItem>${xmlOf(before)}${extendedProperty(stampPath, stamp)}` +
    `${xmlOf(after)}${zones.map(({ xml }) => xml).join('')}</t:CalendarItem>`
  );
}

/** The changes of one event or series for UpdateItem. What belongs to its time is written as a whole. */
export function writeEventChanges(values: Values, resulting: Values, schema: EwsSchema): string {
  const all = { ...resulting, ...values };
  let changes = '';
  if (whenFields.some((field) => field in values)) {
    for (const { uri, xml } of timeZoneElements(plainText(all['timeZone']), schema) ?? [])
      changes += setField(fieldPath(uri), 'CalendarItem', xml);
  }
  for (const { fields, path, xml } of [...before, ...after]) {
    if (!fields.some((field) => field in values)) continue;
    const element = xml(all, schema);
    if (element !== null) changes += setField(path, 'CalendarItem', element);
    // Nothing to delete where there never was a series.
    else if (fields !== whenFields || 'recurrence' in values) changes += deleteField(path);
  }
  return changes;
}

/** The changes of one occurrence of a series; `own` holds what it has of its own. */
export function writeOccurrenceChanges(own: Values, series: Values, schema: EwsSchema): string {
  const timeZone = plainText(series['timeZone']);
  const start = plainText(own['start']);
  const times = {
    ...own,
    timeZone,
    ...(own['start'] === undefined && own['end'] === undefined ? {} : { start, end: own['end'] ?? null }),
  };
  let changes = '';
  for (const { fields, path, xml } of [...before, ...after]) {
    if (fields === whenFields) {
      const element = /:(Start|End|IsAllDayEvent)"/.exec(path) === null ? null : xml(times, schema);
      if (element !== null && own['start'] !== undefined) changes += setField(path, 'CalendarItem', element);
      continue;
    }
    if (!fields.some((field) => field in own)) continue;
    const element = xml(own, schema);
    changes += element === null ? deleteField(path) : setField(path, 'CalendarItem', element);
  }
  return changes;
}
