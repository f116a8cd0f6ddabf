/** The items of the simulation as real servers take them, and how somebody writes them to Exchange by himself. */
import type { Module, Values } from '../../../src/sync/model.ts';
import { isOccurrenceName } from '../../../src/sync/occurrences.ts';
import { itemKinds, occurrenceStarts } from '../../simulation/items.ts';
import type { ItemKind } from '../../simulation/items.ts';
import { attendees } from '../../sandbox/calendar-requests.ts';

/** Every third event takes place once, at some time to come. */
export function isSeries(number: number): boolean {
  return number % 3 !== 0;
}

const comingYear = new Date().getUTCFullYear() + 1;

function eventValues(number: number): Values {
  // Exchange gives a UID to each event itself.
  // The series that has every occurrence people edit; the real CRM refuses others.
  const { uid: _uid, ...everyWeek } = itemKinds.events.identifying(0);
  const series = { ...everyWeek, subject: `Event ${number}` };
  if (isSeries(number)) return series;
  return {
    ...series,
    start: `${comingYear}-05-04T09:00:00`,
    end: `${comingYear}-05-04T10:00:00`,
    recurrence: null,
  };
}

export const realKinds: Readonly<Record<Module, ItemKind>> = {
  contacts: {
    ...itemKinds.contacts,
    edited: ['jobTitle', 'mobilePhone', 'company', 'notes', 'categories', 'businessStreet', 'photo'],
  },
  tasks: { ...itemKinds.tasks, edited: ['notes', 'categories'] },
  events: {
    ...itemKinds.events,
    identifying: eventValues,
    numberOf(values) {
      const { subject } = values;
      const found = typeof subject === 'string' ? /^(?:Canceled: )?Event (\d+)$/.exec(subject) : null;
      return found ? Number(found[1]) : null;
    },
    edited: ['location', 'body', 'categories', '@0', '@1', '@1/location'],
  },
};

const elements: Readonly<Record<Module, string>> = {
  contacts: 'Contact',
  tasks: 'Task',
  events: 'CalendarItem',
};

export const folders: Readonly<Record<Module, string>> = {
  contacts: 'contacts',
  tasks: 'tasks',
  events: 'calendar',
};

type Field = readonly [uri: string, element: string];

const body = (text: string): Field => [
  '<t:FieldURI FieldURI="item:Body"/>',
  `<t:Body BodyType="Text">${text}</t:Body>`,
];
const plain =
  (uri: string, name: string) =>
  (text: string): Field => [`<t:FieldURI FieldURI="${uri}"/>`, `<t:${name}>${text}</t:${name}>`];

const fields: Readonly<Record<string, (text: string) => Field>> = {
  jobTitle: plain('contacts:JobTitle', 'JobTitle'),
  company: plain('contacts:CompanyName', 'CompanyName'),
  mobilePhone: (text) => [
    '<t:IndexedFieldURI FieldURI="contacts:PhoneNumber" FieldIndex="MobilePhone"/>',
    `<t:PhoneNumbers><t:Entry Key="MobilePhone">${text}</t:Entry></t:PhoneNumbers>`,
  ],
  businessStreet: (text) => [
    '<t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:Street" FieldIndex="Business"/>',
    `<t:PhysicalAddresses><t:Entry Key="Business"><t:Street>${text}</t:Street></t:Entry></t:PhysicalAddresses>`,
  ],
  notes: body,
  body,
  location: plain('calendar:Location', 'Location'),
  subject: plain('item:Subject', 'Subject'),
};

function fieldOf(name: string, value: Values[string] | undefined): Field {
  if (Array.isArray(value)) {
    const inner = value.map((one) => `<t:String>${String(one)}</t:String>`).join('');
    return ['<t:FieldURI FieldURI="item:Categories"/>', `<t:Categories>${inner}</t:Categories>`];
  }
  const write = fields[name];
  if (write === undefined || typeof value !== 'string') throw new Error(`nobody writes ${name} to Exchange`);
  return write(value);
}

export interface ItemVersion {
  readonly id: string;
  readonly version: string;
}

/** Which of the occurrences of a weekly series it is, from 1. */
function indexOf(start: string): number {
  return occurrenceStarts.findIndex((one) => one === start) + 2;
}

/** Refused where somebody else changed the item since it was seen; no attendee hears of it. */
export function updateRequest(module: Module, { id, version }: ItemVersion, values: Values): string {
  const [first = ''] = Object.keys(values);
  const start = isOccurrenceName(first) ? first.slice(1).replace(/\/.*/, '') : null;
  const target =
    start === null
      ? `<t:ItemId Id="${id}" ChangeKey="${version}"/>`
      : `<t:OccurrenceItemId RecurringMasterId="${id}" ChangeKey="${version}" InstanceIndex="${indexOf(start)}"/>`;
  const updates = Object.entries(values)
    .filter(([name]) => start === null || name.includes('/'))
    .map(([name, value]) => {
      const [uri, element] = fieldOf(name.replace(/^@.*\//, ''), value);
      const named = `<t:${elements[module]}>${element}</t:${elements[module]}>`;
      return `<t:SetItemField>${uri}${named}</t:SetItemField>`;
    });
  const send = module === 'events' ? ' SendMeetingInvitationsOrCancellations="SendToNone"' : '';
  return (
    `<m:UpdateItem ConflictResolution="NeverOverwrite" MessageDisposition="SaveOnly"${send}><m:ItemChanges>` +
    `<t:ItemChange>${target}<t:Updates>${updates.join('')}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`
  );
}

/** With `tells`: attendees hear that a meeting is off, and organisers that somebody does not come. */
export function deleteRequest(module: Module, id: string, tells = false): string {
  const more =
    module === 'events'
      ? ` SendMeetingCancellations="${tells ? 'SendOnlyToAll' : 'SendToNone'}"`
      : module === 'tasks'
        ? ' AffectedTaskOccurrences="AllOccurrences"'
        : '';
  return (
    `<m:DeleteItem DeleteType="MoveToDeletedItems"${more}><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds>` +
    '</m:DeleteItem>'
  );
}

/** `values` are those of the kind and one edited field. With `invited` they get an invitation, as their organiser wants. */
export function createRequest(module: Module, values: Values, invited: readonly string[] = []): string {
  const text = (name: string): string => {
    const value = values[name];
    return typeof value === 'string' ? value : '';
  };
  const send =
    module !== 'events'
      ? ''
      : ` SendMeetingInvitations="${invited.length > 0 ? 'SendToAllAndSaveCopy' : 'SendToNone'}"`;
  const inner = {
    contacts: () =>
      `<t:GivenName>${text('givenName')}</t:GivenName>` +
      `<t:EmailAddresses><t:Entry Key="EmailAddress1">${text('email1')}</t:Entry></t:EmailAddresses>` +
      `<t:JobTitle>${text('jobTitle')}</t:JobTitle><t:Surname>${text('surname')}</t:Surname>`,
    tasks: () =>
      `<t:Subject>${text('subject')}</t:Subject><t:Body BodyType="Text">${text('notes')}</t:Body>` +
      `<t:DueDate>${text('dueDate')}T00:00:00Z</t:DueDate>`,
    events: () =>
      `<t:Subject>${text('subject')}</t:Subject><t:ReminderIsSet>false</t:ReminderIsSet>` +
      `<t:Start>${text('start')}</t:Start><t:End>${text('end')}</t:End>` +
      `<t:Location>${text('location')}</t:Location>` +
      (invited.length > 0 ? attendees('RequiredAttendees', ...invited) : '') +
      (text('recurrence') === '' ? '' : weeklyWithoutEnd(text('start').slice(0, 10))) +
      `<t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/>`,
  }[module]();
  return (
    `<m:CreateItem${send}><m:SavedItemFolderId><t:DistinguishedFolderId Id="${folders[module]}"/></m:SavedItemFolderId>` +
    `<m:Items><t:${elements[module]}>${inner}</t:${elements[module]}></m:Items></m:CreateItem>`
  );
}

function weeklyWithoutEnd(startDate: string): string {
  return (
    '<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek>' +
    `</t:WeeklyRecurrence><t:NoEndRecurrence><t:StartDate>${startDate}</t:StartDate></t:NoEndRecurrence></t:Recurrence>`
  );
}
