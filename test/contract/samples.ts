/** Items of each module for the contract of sides: what is in them and what people do to them. */
import type { Module, Value, Values } from '../../src/sync/model.ts';
import { everyContactField } from './full-contact.ts';

export interface Sample {
  readonly module: Module;
  /** What people know an item by. */
  readonly titleField: string;
  /** What an item cannot be without, beside its title. */
  readonly rest: Values;
  /** A text that people change. */
  readonly textField: string;
  readonly longField: string;
  readonly every: Values;
  /** What an empty field may read as instead of null. */
  readonly defaults: Readonly<Record<string, Value>>;
  /** What natural keys are made of. */
  readonly keyed: Values;
  /** A change of some fields of `every`. */
  readonly patch: Values;
  /** Values that both a create and an update have to keep. */
  readonly survives: Readonly<Record<string, Values>>;
}

const scripts = 'Zoë 👩‍👩‍👧 山田 Łukasz Ñandú 🏢 Ω & Söhne';
const markup = `<b>"R&D"</b> 'n' ]]> &amp;`;
const lines = 'first\n\n  third, indented\n\ttabbed\nlast';
const long = 'Twenty characters é.'.repeat(5000);

export const contactSample: Sample = {
  module: 'contacts',
  titleField: 'surname',
  rest: {},
  textField: 'jobTitle',
  longField: 'notes',
  every: everyContactField,
  defaults: {},
  keyed: { givenName: 'Grace', company: 'Navy', email1: 'grace@example.test' },
  patch: { businessCity: 'Oslo', email2: null, homePhone2: '+47 1', jobTitle: 'Director' },
  survives: {
    'letters of all scripts and emoji': {
      givenName: 'Zoë 👩‍👩‍👧',
      surname: '山田 Łukasz Ñandú',
      company: '🏢 Ω & Söhne',
    },
    'markup and quotes': { company: markup, notes: '<script>alert(1)</script>\n--\n&lt;' },
    'notes of many lines': { notes: lines },
    'notes of 100,000 characters': { notes: long },
    'several tags': { categories: ['Customer', 'VIP', 'Zürich'] },
    'a birthday on a leap day': { birthday: '1984-02-29' },
    'a birthday before 1970': { birthday: '1912-06-23' },
    'a street of several lines': { homeStreet: 'House of Keys\n2nd floor' },
  },
};

export const taskSample: Sample = {
  module: 'tasks',
  titleField: 'subject',
  rest: {},
  textField: 'notes',
  longField: 'notes',
  every: {
    subject: 'Call Ada back',
    notes: 'About the engine.\nBefore noon.',
    startDate: '2026-03-02',
    dueDate: '2026-03-06',
    recurrence: 'FREQ=WEEKLY;BYDAY=MO,FR;COUNT=10',
    status: 'completed',
    percentComplete: '100',
    completedDate: '2026-03-05',
    priority: 'high',
    reminder: '2026-03-06T08:30:00Z',
    categories: ['Customer', 'Phone'],
  },
  defaults: { status: 'notStarted', percentComplete: '0', priority: 'normal' },
  keyed: { dueDate: '2026-03-06' },
  patch: { dueDate: '2026-03-07', notes: null, priority: 'low' },
  survives: {
    'letters of all scripts and emoji': { subject: scripts },
    'markup and quotes': { subject: markup, notes: '<script>alert(1)</script>\n--\n&lt;' },
    'notes of many lines': { notes: lines },
    'notes of 100,000 characters': { notes: long },
    'a task under way': { status: 'inProgress', percentComplete: '40' },
    'a task that waits': { status: 'waitingOnOthers', percentComplete: '25', priority: 'low' },
    'a due date on a leap day': { dueDate: '2028-02-29' },
    'a task that comes again when it is done': {
      startDate: '2026-03-02',
      recurrence: 'FREQ=DAILY;INTERVAL=3;X-EXSYNC-REGENERATE=TRUE',
    },
  },
};

const weekly: Values = {
  start: '2026-03-02T09:00:00',
  end: '2026-03-02T10:30:00',
  timeZone: 'Europe/Berlin',
  recurrence: 'FREQ=WEEKLY;BYDAY=MO',
};

export const eventSample: Sample = {
  module: 'events',
  titleField: 'subject',
  rest: { start: '2026-03-02T09:00:00', end: '2026-03-02T10:30:00', timeZone: 'Europe/Berlin' },
  textField: 'location',
  longField: 'body',
  every: {
    ...weekly,
    uid: 'meeting-1@example.test',
    subject: 'Weekly',
    location: 'Room 1',
    body: 'Bring figures.\nAnd cake.',
    reminder: '15',
    busyState: 'outOfOffice',
    privacy: 'private',
    categories: ['Customer'],
    organizer: 'organizer;ada@example.test;Ada Lovelace',
    attendees: [
      'required;bob@example.test;Bob Byte',
      'optional;cy@example.test',
      'resource;room@example.test',
    ],
    replies: ['accepted;bob@example.test;Bob Byte'],
    status: 'cancelled',
  },
  defaults: { busyState: 'busy', privacy: 'normal', status: 'confirmed' },
  keyed: { uid: 'meeting-1@example.test' },
  patch: {
    location: 'Room 2',
    end: '2026-03-02T11:00:00',
    body: null,
    attendees: ['required;dee@example.test'],
  },
  survives: {
    'letters of all scripts and emoji': { subject: scripts, location: scripts },
    'markup and quotes': { subject: markup, body: '<script>alert(1)</script>\n--\n&lt;' },
    'a description of many lines': { body: lines },
    'a description of 100,000 characters': { body: long },
    'an event of three days': { start: '2026-03-28', end: '2026-03-31' },
    'a wall time that the clocks skip': { start: '2026-03-29T02:30:00', end: '2026-03-29T03:30:00' },
    'an event that ends when it begins': { start: '2026-03-02T09:00:00', end: '2026-03-02T09:00:00' },
    'a series with an occurrence moved and one deleted': {
      ...weekly,
      '@2026-03-09T09:00:00': 'changed',
      '@2026-03-09T09:00:00/start': '2026-03-10T14:00:00',
      '@2026-03-09T09:00:00/end': '2026-03-10T15:00:00',
      '@2026-03-09T09:00:00/body': 'Moved\nfor once',
      '@2026-03-30T09:00:00': 'deleted',
    },
    'a series of days with an occurrence of its own': {
      start: '2026-03-02',
      end: '2026-03-03',
      timeZone: 'America/Sao_Paulo',
      recurrence: 'FREQ=MONTHLY;BYDAY=1MO;COUNT=12',
      '@2026-04-06': 'changed',
      '@2026-04-06/subject': 'Another name',
    },
  },
};
