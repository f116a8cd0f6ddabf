/** Contact values as the XML of CreateItem and UpdateItem (Microsoft: Contact, SetItemField, DeleteItemField). */
import type { Value, Values } from '../../sync/model.ts';
import { escapeAttribute, textElement } from '../soap-writer.ts';
import { formatCalendarDate } from './calendar-date.ts';
import { changesNames, deriveNames } from './contact-names.ts';
import { contactPlaces } from './contact-place.ts';
import type { ContactPlace } from './contact-place.ts';
import {
  bodyElement,
  categoriesElement,
  deleteField,
  extendedProperty,
  plainText,
  setField,
  tagsOf,
  withCrLf,
} from './item-parts.ts';
import { fieldPath, namePrefixPath, stampPath } from './property-path.ts';

/** A value that no EWS contact can hold, found before anything was sent. */
export function unwritableField(values: Values): string | null {
  const birthday = plainText(values['birthday']);
  return birthday !== '' && formatCalendarDate(birthday) === null ? 'birthday' : null;
}

/** `<t:Contact>` for CreateItem, with the stamp and the derived names. The photo is not part of it. */
export function writeContact(values: Values, stamp: string): string {
  const names = deriveNames(values);
  const inner = { before: '', names: '', emails: '', addresses: '', phones: '', after: '' };
  const addresses = new Map<string, string>();
  inner.before = plainText(values['notes']) === '' ? '' : bodyElement(plainText(values['notes']));
  const tags = tagsOf(values['categories']);
  if (tags.length > 0) inner.before += categoriesElement(tags);
  inner.before += extendedProperty(stampPath, stamp);
  if (plainText(values['prefix']) !== '')
    inner.before += extendedProperty(namePrefixPath, plainText(values['prefix']));
  if (names.fileAs !== '') inner.names += textElement('t:FileAs', names.fileAs);
  if (names.displayName !== '') inner.names += textElement('t:DisplayName', names.displayName);

  for (const place of contactPlaces) {
    const value = plainText(values[place.field]);
    if (value === '') continue;
    switch (place.kind) {
      case 'element':
        if (namesBeforeAddresses.has(place.element)) inner.names += textElement(`t:${place.element}`, value);
        else inner.after += textElement(`t:${place.element}`, value);
        break;
      case 'entry':
        if (place.dictionary === 'EmailAddresses') inner.emails += entry(place.key, value);
        else inner.phones += entry(place.key, value);
        break;
      case 'address':
        addresses.set(
          place.key,
          (addresses.get(place.key) ?? '') + textElement(`t:${place.element}`, withCrLf(value)),
        );
        break;
      case 'birthday':
        inner.after += textElement('t:Birthday', formatCalendarDate(value) ?? '');
        break;
      case 'body':
      case 'categories':
      case 'namePrefix':
        break; // written above, before the names
    }
  }
  for (const [key, parts] of addresses) inner.addresses += `<t:Entry Key="${key}">${parts}</t:Entry>`;

  return (
    `<t:Contact>${inner.before}${inner.names}` +
    wrap('EmailAddresses', inner.emails) +
    wrap('PhysicalAddresses', inner.addresses) +
    wrap('PhoneNumbers', inner.phones) +
    `${inner.after}</t:Contact>`
  );
}

/** These stand before the address dictionaries in Microsoft's schema, the other elements behind. */
const namesBeforeAddresses: ReadonlySet<string> = new Set([
  'GivenName',
  'MiddleName',
  'Nickname',
  'CompanyName',
]);

/**
 * The changes of one contact for UpdateItem: one element a property, null as DeleteItemField. Display name and file as
 * follow the names of `resulting`. Empty when nothing of it is written this way (a photo alone).
 */
export function writeContactChanges(values: Values, resulting: Values): string {
  let changes = '';
  for (const place of contactPlaces) {
    const value = values[place.field];
    if (value === undefined) continue;
    const xml = contactElement(place, value);
    changes += xml === null ? deleteField(place.path) : setField(place.path, 'Contact', xml);
  }
  if (changes !== '' && changesNames(values, resulting)) {
    const names = deriveNames({ ...resulting, ...values });
    changes += derived('contacts:FileAs', 't:FileAs', names.fileAs);
    changes += derived('contacts:DisplayName', 't:DisplayName', names.displayName);
  }
  return changes;
}

/** What stands inside `<t:Contact>` for one field, null for an empty value. */
function contactElement(place: ContactPlace, value: Value): string | null {
  if (place.kind === 'categories') {
    const tags = tagsOf(value);
    return tags.length === 0 ? null : categoriesElement(tags);
  }
  const text = plainText(value);
  if (text === '') return null;
  switch (place.kind) {
    case 'body':
      return bodyElement(text);
    case 'namePrefix':
      return extendedProperty(namePrefixPath, text);
    case 'birthday':
      return textElement('t:Birthday', formatCalendarDate(text) ?? '');
    case 'element':
      return textElement(`t:${place.element}`, text);
    case 'entry':
      return wrap(place.dictionary, entry(place.key, text));
    case 'address': {
      const part = textElement(`t:${place.element}`, withCrLf(text));
      return wrap('PhysicalAddresses', `<t:Entry Key="${place.key}">${part}</t:Entry>`);
    }
  }
}

function derived(uri: string, element: string, value: string): string {
  return value === ''
    ? deleteField(fieldPath(uri))
    : setField(fieldPath(uri), 'Contact', textElement(element, value));
}

function entry(key: string, value: string): string {
  return textElement('t:Entry', value, ` Key="${escapeAttribute(key)}"`);
}

function wrap(element: string, xml: string): string {
  return xml === '' ? '' : `<t:${element}>${xml}</t:${element}>`;
}
