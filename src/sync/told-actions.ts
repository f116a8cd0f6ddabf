/** What an action did, in words a person understands. Pure; long texts are handed in. */
import { wonValues } from './actions.ts';
import { fieldsIn } from './fields.ts';
import type { FieldSpec } from './field-spec.ts';
import type { BlobRef, Loser, Module, SealedValue, SealedValues, Side } from './model.ts';
import { isOccurrenceName, occurrencePlace } from './occurrences.ts';
import { parsePerson } from './people.ts';
import type { ActionBody } from './stores.ts';
import { ruleText } from './told-rules.ts';
import { timeText, dateText } from './told-times.ts';
import { isBlobRef, isFilled } from './values.ts';

export interface ToldChange {
  readonly field: string;
  readonly label: string;
  /** '' where it was empty. */
  readonly before: string;
  readonly after: string;
}

/** A field whose value was not kept, and whose it was. */
export interface ToldLoser {
  readonly field: string;
  readonly label: string;
  readonly side: Side;
  readonly lost: string;
  readonly won: string;
}

/** The beginnings of long texts, by hash. */
export type Texts = ReadonlyMap<string, string>;

/** How much of a long text is told. */
export const toldLength = 2_000;

/** What says nothing to people: how calendars name the event, and whose copy it is. */
const technical: ReadonlySet<string> = new Set(['uid', 'role']);

/** Fields with their values before and after, in the order of the module's fields; those that stay alike are left out. */
export function toldChanges(module: Module, body: ActionBody, texts: Texts): ToldChange[] {
  const before = body.kind === 'create' ? {} : body.before;
  const after = body.kind === 'remove' ? {} : body.values;
  const names = body.kind === 'remove' ? before : after;
  return toldFields(module, names).flatMap((spec) => {
    const told = {
      field: spec.name,
      label: labelOf(spec),
      before: valueText(spec, before[spec.name], texts),
      after: valueText(spec, after[spec.name], texts),
    };
    return told.before === told.after ? [] : [told];
  });
}

export function toldLosers(module: Module, body: ActionBody, texts: Texts): ToldLoser[] {
  const specs = new Map(fieldsIn(module, namesOf(body.losers)).map((spec) => [spec.name, spec]));
  return body.losers.flatMap(({ field, side, value }) => {
    const spec = specs.get(field);
    if (spec === undefined) return [];
    const lost = valueText(spec, value, texts);
    return [{ field, label: labelOf(spec), side, lost, won: valueText(spec, wonValues(body)[field], texts) }];
  });
}

/** The hashes of the long texts that telling these values needs. */
export function hashesOf(...all: readonly SealedValues[]): string[] {
  const refs = all.flatMap((values) => Object.values(values).filter(isBlobRef));
  return [...new Set(refs.filter(isText).map(({ hash }) => hash))];
}

export function namesOf(losers: readonly Loser[]): SealedValues {
  return Object.fromEntries(losers.map(({ field, value }) => [field, value]));
}

function toldFields(module: Module, values: SealedValues): readonly FieldSpec[] {
  return fieldsIn(module, values).filter(({ name }) => name in values && !technical.has(name));
}

function labelOf({ name, label }: FieldSpec): string {
  if (!isOccurrenceName(name)) return label;
  const { originalStart, field } = occurrencePlace(name);
  const occurrence = `Occurrence of ${timeText(originalStart)}`;
  return field === null ? occurrence : `${occurrence}: ${label.slice(label.lastIndexOf(': ') + 2)}`;
}

export function valueText(spec: FieldSpec, value: SealedValue | undefined, texts: Texts): string {
  if (value === undefined || value === null || !isFilled(value)) return '';
  if (isBlobRef(value)) return blobText(value, texts);
  if (typeof value !== 'string') {
    return value.map((one) => (spec.kind === 'people' ? personText(one, spec.name) : one)).join(', ');
  }
  switch (spec.kind) {
    case 'date':
      return dateText(value);
    case 'wallTime':
    case 'instant':
      return timeText(value);
    case 'rule':
      return ruleText(value);
    case 'choice':
      return words(value);
    case 'number':
      return numberText(spec.name, value);
    case 'people':
      return personText(value, spec.name);
    case 'longText':
      return cut(value, value.length);
    case 'text':
      return spec.name === 'organizer' ? personText(value, spec.name) : value;
    case 'email':
    case 'phone':
    case 'url':
    case 'tags':
    case 'photo':
    case 'zone':
      return value;
  }
}

function isText({ mediaType }: BlobRef): boolean {
  return mediaType.startsWith('text/');
}

function blobText(value: BlobRef, texts: Texts): string {
  if (!isText(value)) return `A picture of ${Math.max(1, Math.round((value.size * 3) / 4 / 1024))} kB`;
  const text = texts.get(value.hash);
  return text === undefined ? `A text of ${value.size} characters` : cut(text, value.size);
}

function cut(text: string, size: number): string {
  return size <= toldLength ? text : `${text.slice(0, toldLength)}… (${size} characters)`;
}

/** `outOfOffice` as `Out of office`. */
function words(choice: string): string {
  const text = choice.replace(/([A-Z])/g, ' $1').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function numberText(name: string, value: string): string {
  if (name === 'percentComplete') return `${value} %`;
  if (name.endsWith('reminder')) return value === '0' ? 'At the start' : `${value} minutes before`;
  return value;
}

/** Who it is, and what he answered, or that he need not come. */
function personText(person: string, field: string): string {
  const { name, address, role } = parsePerson(person);
  const who = name === '' || name === address ? address : `${name} <${address}>`;
  if (field === 'replies') return `${who}: ${words(role).toLowerCase()}`;
  return role === 'optional' || role === 'resource' ? `${who} (${role})` : who;
}
