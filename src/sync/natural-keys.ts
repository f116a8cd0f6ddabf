/** What an item of a module is recognised by although nothing links it yet (ARCHITECTURE, "A run", step 4). */
import type { Module, SealedValues, Value, Values } from './model.ts';
import { normalizeText } from './values.ts';

export interface NaturalKeys {
  /** Each names one item and no other, where it is unique: the e-mail addresses of a contact, the iCalendar UID of an event. */
  readonly ids: readonly string[];
  /** What people call it; null where it says nothing. Two items with ids and none in common are two, whatever their name. */
  readonly name: string | null;
}

interface KeyRule {
  /**
   * The fields the keys are made of, for shadows of items that were never read whole; of events also when they are, for the
   * order of the first sync and the sync window.
   */
  readonly fields: readonly string[];
  readonly keys: (values: Values | SealedValues) => NaturalKeys;
  /** Tried in this order for a short name to show to people. */
  readonly title: (values: Values | SealedValues) => string;
}

function folded(value: Value | SealedValues[string] | undefined): string {
  return typeof value === 'string' ? normalizeText(value).toLowerCase().replace(/\s+/g, ' ') : '';
}

function shown(value: Value | SealedValues[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}

function contactKeys(values: Values | SealedValues): NaturalKeys {
  const emails = ['email1', 'email2', 'email3']
    .map((field) => folded(values[field]))
    .filter((email) => email !== '');
  const ids = [...new Set(emails)];
  const name = [folded(values['givenName']), folded(values['surname'])]
    .filter((part) => part !== '')
    .join(' ');
  const company = folded(values['company']);
  if (name === '') return { ids, name: company === '' ? null : `|${company}` };
  return { ids, name: `${name}|${company}` };
}

function contactTitle(values: Values | SealedValues): string {
  const name = [values['givenName'], values['surname']].map(shown).filter((part) => part !== '');
  return name.join(' ') || shown(values['company']) || shown(values['email1']);
}

/** A subject alone names nothing: people have many tasks called "Call back". */
function dated(values: Values | SealedValues, day: string): string | null {
  const subject = folded(values['subject']);
  return subject === '' ? null : `${subject}|${shown(values[day])}`;
}

const rules: Readonly<Record<Module, KeyRule>> = {
  contacts: {
    fields: ['givenName', 'surname', 'company', 'email1', 'email2', 'email3'],
    keys: contactKeys,
    title: contactTitle,
  },
  tasks: {
    fields: ['subject', 'dueDate'],
    keys: (values) => ({ ids: [], name: dated(values, 'dueDate') }),
    title: (values) => shown(values['subject']),
  },
  events: {
    fields: ['uid', 'subject', 'start', 'end', 'timeZone', 'recurrence'],
    keys: (values) => {
      const uid = shown(values['uid']);
      return { ids: uid === '' ? [] : [uid], name: dated(values, 'start') };
    },
    title: (values) => shown(values['subject']),
  },
};

export function naturalKeys(module: Module, values: Values | SealedValues): NaturalKeys {
  return rules[module].keys(values);
}

export function keyFieldsOf(module: Module): readonly string[] {
  return rules[module].fields;
}

/** A short name of the item for people; empty where it has none. */
export function titleOf(module: Module, values: Values | SealedValues): string {
  return rules[module].title(values);
}
