/** When two values of a field are the same to a person although a server spelled them differently. */
import { ianaToWindows } from './calendar/windows-zone.ts';
import type { FieldKind } from './field-spec.ts';
import type { BlobRef, SealedValue, SealedValues, Values } from './model.ts';
import { parsePerson } from './people.ts';

export function isBlobRef(value: SealedValue | undefined): value is BlobRef {
  return typeof value === 'object' && value !== null && 'hash' in value;
}

export function isFilled(value: SealedValue | undefined): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'string') return value.trim() !== '';
  return isBlobRef(value) || value.length > 0;
}

/** The text of a field, '' where it has none. */
export function textOf(values: Values, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value : '';
}

/** Line ends as `\n`, no white space at the ends: what every server we know does to a text by itself. */
export function normalizeText(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim().normalize('NFC');
}

/** Who it is and what he is to the event; how his name is spelled is the server's business. */
function comparablePerson(text: string): string {
  const { address, role } = parsePerson(text);
  return `${role};${address.toLowerCase()}`;
}

function comparable(kind: FieldKind, value: SealedValue): string {
  if (!isFilled(value) || value === null) return '';
  if (isBlobRef(value)) return `blob:${value.hash}`;
  if (typeof value !== 'string') {
    return value
      .map((tag) => (kind === 'people' ? comparablePerson(tag) : normalizeText(tag)))
      .filter((tag) => tag !== '')
      .sort()
      .join('\n');
  }
  const text = normalizeText(value);
  switch (kind) {
    case 'email':
      return text.toLowerCase();
    case 'text':
    case 'phone':
      return text.replace(/[^\S\n]+/g, ' ').replace(/ ?\n ?/g, '\n');
    case 'longText':
    case 'url':
    case 'date':
    case 'tags':
    case 'photo':
    case 'choice':
    case 'number':
    case 'instant':
    case 'wallTime':
    case 'rule':
      return text;
    case 'zone':
      // Servers name a zone their own way.
      return ianaToWindows(text) ?? text;
    case 'people':
      return comparablePerson(text);
  }
}

export function sameValue(kind: FieldKind, one: SealedValue, other: SealedValue): boolean {
  return one === other || comparable(kind, one) === comparable(kind, other);
}

/** The shortest length at which a server is known to cut a single-line text (255 or 256 characters). */
const shortestServerLimit = 255;

/** True when `read` is what a server made of `written` by cutting it off, and not an edit. */
export function isTruncation(written: SealedValue, read: SealedValue): boolean {
  return (
    typeof written === 'string' &&
    typeof read === 'string' &&
    read.length >= shortestServerLimit &&
    written.length > read.length &&
    normalizeText(written).startsWith(normalizeText(read))
  );
}

/** To the letter, unlike `sameValue`: nothing is gained by moving a shadow to what it holds. */
export function isSpelledAlike(one: SealedValue, other: SealedValue | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (isBlobRef(one) || isBlobRef(other))
    return isBlobRef(one) && isBlobRef(other) && one.hash === other.hash;
  return one.length === other.length && one.every((tag, index) => tag === other[index]);
}

export function pick(
  values: SealedValues,
  keep: (field: string, value: SealedValue) => boolean,
): SealedValues {
  const kept: Record<string, SealedValue> = {};
  for (const field in values) {
    const value = values[field];
    if (value !== undefined && keep(field, value)) kept[field] = value;
  }
  return kept;
}
