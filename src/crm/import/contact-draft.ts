/** A contact while it is put together from a row or a card: what goes where, and what finds no place. */
import type { Photo, Value, Values } from '../../sync/model.ts';

/** A street may have several lines. */
export type Address = Readonly<
  Partial<Record<'street' | 'city' | 'state' | 'postalCode' | 'country', string>>
>;

const emailFields = ['email1', 'email2', 'email3'] as const;

/** What an address or a number goes into where its own field is taken. The first is its own. */
const phoneFields = {
  pager: ['pager'],
  car: ['carPhone'],
  isdn: ['isdn'],
  tty: ['ttyTddPhone'],
  telex: ['telex'],
  radio: ['radioPhone'],
  callback: ['callback'],
  assistant: ['assistantPhone'],
  homeFax: ['homeFax', 'otherFax'],
  otherFax: ['otherFax'],
  fax: ['businessFax', 'otherFax', 'homeFax'],
  mobile: ['mobilePhone', 'otherPhone', 'primaryPhone'],
  home: ['homePhone', 'homePhone2', 'otherPhone', 'primaryPhone'],
  company: ['companyMainPhone', 'otherPhone', 'primaryPhone'],
  work: ['businessPhone', 'businessPhone2', 'otherPhone', 'primaryPhone'],
  main: ['primaryPhone', 'otherPhone'],
  other: ['otherPhone', 'primaryPhone'],
} as const;

const addressPlaces = { work: ['business', 'other'], home: ['home', 'other'], other: ['other'] } as const;

/** A set method answers false where there is no place left for the value, which is then not in `values`. */
export class ContactDraft {
  readonly #values: Record<string, Value> = {};
  #categories: readonly string[] = [];

  get values(): Values {
    return this.#values;
  }

  has(field: string): boolean {
    return this.#values[field] !== undefined;
  }

  set(field: string, value: string | Photo): boolean {
    const present = this.#values[field];
    if (present === undefined) this.#values[field] = value;
    return present === undefined || present === value;
  }

  /** One more line of a street. */
  addLine(field: string, line: string): void {
    const present = this.#values[field];
    this.#values[field] = typeof present === 'string' ? `${present}\n${line}` : line;
  }

  addCategories(names: readonly string[]): void {
    this.#categories = [...new Set([...this.#categories, ...names])];
    if (this.#categories.length > 0) this.#values['categories'] = this.#categories;
  }

  /** Into the field of its own, else the next free one; an address the contact has already needs no place. */
  addEmail(address: string, preferred: string = emailFields[0]): boolean {
    const known = emailFields.some((field) => sameAddress(this.#values[field], address));
    return known || this.#place([preferred, ...emailFields], address);
  }

  /** Labels as vCard and Google write them: `work`, `cell`, `home fax`, … in any case. */
  addPhone(labels: readonly string[], number: string): boolean {
    return this.#place(phoneFields[phoneKindOf(labels)], number);
  }

  addAddress(labels: readonly string[], address: Address): boolean {
    const parts = Object.entries<string>(address).filter(([, value]) => value !== '');
    if (parts.length === 0) return true;
    const words = wordsOf(labels);
    const places: readonly string[] = words.has('home')
      ? addressPlaces.home
      : words.has('work') || words.has('business')
        ? addressPlaces.work
        : words.has('other')
          ? addressPlaces.other
          : ['business', 'home', 'other'];
    const place = places.find((one) => !Object.keys(this.#values).some((field) => isPartOf(field, one)));
    if (place === undefined) return false;
    for (const [part, value] of parts) this.#values[fieldOf(place, part)] = value;
    return true;
  }

  /** Splits a whole name, where neither given name nor surname is known: `Given Surname` or `Surname, Given`. */
  setWholeName(name: string): void {
    if (this.has('givenName') || this.has('surname')) return;
    const [surname = '', given = ''] = name.split(/,\s*/, 2);
    const words = name.split(/\s+/);
    const parts = given ? [given, surname] : [words.slice(0, -1).join(' '), words.at(-1) ?? ''];
    for (const [index, field] of ['givenName', 'surname'].entries()) {
      const part = parts[index]?.trim();
      if (part) this.#values[field] = part;
    }
  }

  #place(fields: readonly string[], value: string): boolean {
    const field = fields.find((one) => !this.has(one) || this.#values[one] === value);
    if (field === undefined) return false;
    this.#values[field] = value;
    return true;
  }
}

function sameAddress(one: Value | undefined, other: string): boolean {
  return typeof one === 'string' && one.toLowerCase() === other.toLowerCase();
}

function fieldOf(place: string, part: string): string {
  return `${place}${part.slice(0, 1).toUpperCase()}${part.slice(1)}`;
}

function isPartOf(field: string, place: string): boolean {
  return ['Street', 'City', 'State', 'PostalCode', 'Country'].some((part) => field === `${place}${part}`);
}

function wordsOf(labels: readonly string[]): Set<string> {
  return new Set(labels.flatMap((label) => label.toLowerCase().split(/[^a-z]+/)));
}

function phoneKindOf(labels: readonly string[]): keyof typeof phoneFields {
  const words = wordsOf(labels);
  const any = (...names: string[]): boolean => names.some((name) => words.has(name));
  if (any('fax', 'homefax', 'workfax')) {
    if (any('home', 'homefax')) return 'homeFax';
    return any('other') ? 'otherFax' : 'fax';
  }
  if (any('pager')) return 'pager';
  if (any('car')) return 'car';
  if (any('isdn')) return 'isdn';
  if (any('textphone', 'tty', 'tdd', 'ttytdd')) return 'tty';
  if (any('telex', 'tlx')) return 'telex';
  if (any('radio')) return 'radio';
  if (any('callback')) return 'callback';
  if (any('assistant')) return 'assistant';
  if (any('cell', 'mobile', 'iphone')) return 'mobile';
  if (any('company')) return 'company';
  if (any('work', 'business')) return 'work';
  if (any('home')) return 'home';
  return any('main', 'primary') ? 'main' : 'other';
}
