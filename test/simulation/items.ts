/** What the simulated people keep: items that can be told apart, and values that can be found again wherever they end up. */
import type { Mapping } from '../../src/sync/mapping.ts';
import type { Link, Module, SealedValue, Value, Values } from '../../src/sync/model.ts';
import { occurrenceName } from '../../src/sync/occurrences.ts';
import type { StoredAction } from '../../src/sync/stores.ts';

/** How the items of a module are made and edited. */
export interface ItemKind {
  readonly module: Module;
  /** What an item is recognised by; nobody edits it. */
  readonly identifying: (number: number) => Values;
  /** The number in one of its values, or null. */
  readonly numberOf: (values: Values) => number | null;
  /** Fields that people edit. */
  readonly edited: readonly [string, ...string[]];
  /** Every edit has a value of its own. */
  readonly valueOf: (field: string, token: string) => Values;
  /** What the Exchange side may take in a call of its own. */
  readonly separate: readonly string[];
  /** What administrators choose from, besides the default. */
  readonly mappings: readonly [Mapping, ...Mapping[]];
}

function textOf(value: Value | SealedValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if ('content' in value) return atob(value.content);
  return 'hash' in value ? '' : value.join(' ');
}

const token = /v\d+\./g;

export function tokensOf(value: Value | SealedValue | undefined): readonly string[] {
  const text = textOf(value);
  return text === '' ? [] : (text.match(token) ?? []);
}

/** Longer than what is kept in a row, so that it goes through the blob store. */
const longText = 'Long. '.repeat(90);

function plainValue(field: string, text: string): Value {
  switch (field) {
    case 'notes':
    case 'body':
      return `${longText}${text}`;
    case 'categories':
      return ['Kept', text];
    case 'photo':
      return { mediaType: 'image/png', content: btoa(text) };
    default:
      return text;
  }
}

function numberIn(text: Value | undefined, pattern: RegExp): number | null {
  const found = typeof text === 'string' ? pattern.exec(text)?.[1] : undefined;
  return found === undefined ? null : Number(found);
}

const contacts: ItemKind = {
  module: 'contacts',
  identifying: (number) => ({
    givenName: `Given${number}`,
    surname: `Surname${number}`,
    email1: `person${number}@example.test`,
  }),
  numberOf: (values) => numberIn(values['email1'], /^person(\d+)@/),
  edited: ['jobTitle', 'mobilePhone', 'company', 'notes', 'categories', 'photo', 'businessStreet'],
  valueOf: (field, text) => ({ [field]: plainValue(field, text) }),
  separate: ['photo'],
  mappings: [
    { jobTitle: 'businessStreet', businessStreet: 'jobTitle' },
    { jobTitle: 'department', department: null },
    { notes: null },
    { photo: null, mobilePhone: 'homePhone', homePhone: null },
  ],
};

const tasks: ItemKind = {
  module: 'tasks',
  identifying: (number) => ({ subject: `Task ${number}`, dueDate: '2026-03-01' }),
  numberOf: (values) => numberIn(values['subject'], /^Task (\d+)$/),
  edited: ['notes', 'startDate', 'status', 'percentComplete', 'priority', 'categories', 'reminder'],
  valueOf: (field, text) => ({ [field]: plainValue(field, text) }),
  separate: [],
  mappings: [{ notes: null }, { categories: null, priority: null }],
};

/** Two of the days on which each series takes place. */
export const occurrenceStarts = ['2026-02-02T09:00:00', '2026-02-09T09:00:00'] as const;

/** By number: one is over, one comes into a window as time passes, the others lie in every window. */
const series = [
  { start: '2026-01-26', recurrence: 'FREQ=WEEKLY;BYDAY=MO' },
  { start: '2025-11-24', recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=2' },
  { start: '2026-02-16', recurrence: 'FREQ=WEEKLY;BYDAY=MO' },
] as const;

const events: ItemKind = {
  module: 'events',
  identifying(number) {
    const { start, recurrence } = series[number % 4] ?? series[0];
    return {
      uid: `uid-${number}`,
      subject: `Event ${number}`,
      start: `${start}T09:00:00`,
      end: `${start}T10:00:00`,
      timeZone: 'Europe/Berlin',
      recurrence,
    };
  },
  numberOf: (values) => numberIn(values['uid'], /^uid-(\d+)$/),
  edited: ['location', 'body', 'busyState', 'categories', 'end', '@0', '@1', '@1/location'],
  valueOf(field, text) {
    if (!field.startsWith('@')) return { [field]: plainValue(field, text) };
    const start = occurrenceStarts[Number(field[1])] ?? occurrenceStarts[0];
    return {
      [occurrenceName(start)]: 'changed',
      [occurrenceName(start, field.includes('/') ? 'location' : 'subject')]: text,
    };
  },
  separate: ['@'],
  mappings: [{ categories: null }],
};

export const itemKinds: Readonly<Record<Module, ItemKind>> = { contacts, tasks, events };

/** The number of the item an action is about. */
export function numberOfAction(
  kind: ItemKind,
  { title, body }: StoredAction,
  link: Pick<Link, 'crm' | 'exchange'> | undefined,
): number {
  for (const values of [body.values, body.before, link?.crm?.values, link?.exchange?.values])
    if (values) {
      const number = kind.numberOf(values as Values);
      if (number !== null) return number;
    }
  return Number(/\d+/.exec(title)?.[0] ?? -1);
}
