/** What the simulated people keep: items that can be told apart, and values that can be found again wherever they end up. */
import type { Module, SealedValue, Value, Values } from '../../src/sync/model.ts';
import { occurrenceName } from '../../src/sync/occurrences.ts';

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
};

const tasks: ItemKind = {
  module: 'tasks',
  identifying: (number) => ({ subject: `Task ${number}`, dueDate: '2026-03-01' }),
  numberOf: (values) => numberIn(values['subject'], /^Task (\d+)$/),
  edited: ['notes', 'startDate', 'status', 'percentComplete', 'priority', 'categories', 'reminder'],
  valueOf: (field, text) => ({ [field]: plainValue(field, text) }),
  separate: [],
};

/** Two of the days on which each series takes place. */
const occurrences = ['2026-02-02T09:00:00', '2026-02-09T09:00:00'] as const;

const events: ItemKind = {
  module: 'events',
  identifying: (number) => ({
    uid: `uid-${number}`,
    subject: `Event ${number}`,
    start: '2026-01-26T09:00:00',
    end: '2026-01-26T10:00:00',
    timeZone: 'Europe/Berlin',
    recurrence: 'FREQ=WEEKLY;BYDAY=MO',
  }),
  numberOf: (values) => numberIn(values['uid'], /^uid-(\d+)$/),
  edited: ['location', 'body', 'busyState', 'categories', 'end', '@0', '@1', '@1/location'],
  valueOf(field, text) {
    if (!field.startsWith('@')) return { [field]: plainValue(field, text) };
    const start = occurrences[Number(field[1])] ?? occurrences[0];
    return {
      [occurrenceName(start)]: 'changed',
      [occurrenceName(start, field.includes('/') ? 'location' : 'subject')]: text,
    };
  },
  separate: ['@'],
};

export const itemKinds: Readonly<Record<Module, ItemKind>> = { contacts, tasks, events };
