/** Where each contact field lives in an EWS contact, in the order of Microsoft's schema. */
import { bodyPath, fieldPath, indexedPath, namePrefixPath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';

/** The dictionary a keyed entry stands in (Microsoft: EmailAddresses, PhoneNumbers). */
type Dictionary = 'EmailAddresses' | 'PhoneNumbers';

export type ContactPlace = {
  readonly field: string;
  readonly path: PropertyPath;
} & (
  | { readonly kind: 'element'; readonly element: string }
  | { readonly kind: 'entry'; readonly dictionary: Dictionary; readonly key: string }
  | { readonly kind: 'address'; readonly key: string; readonly element: string }
  | { readonly kind: 'body' | 'categories' | 'namePrefix' | 'birthday' }
);

function element(field: string, name: string): ContactPlace {
  return { field, kind: 'element', element: name, path: fieldPath(`contacts:${name}`) };
}

function email(number: 1 | 2 | 3): ContactPlace {
  const key = `EmailAddress${number}`;
  return {
    field: `email${number}`,
    kind: 'entry',
    dictionary: 'EmailAddresses',
    key,
    path: indexedPath('contacts:EmailAddress', key),
  };
}

function phone(field: string, key: string): ContactPlace {
  return {
    field,
    kind: 'entry',
    dictionary: 'PhoneNumbers',
    key,
    path: indexedPath('contacts:PhoneNumber', key),
  };
}

function address(prefix: string, key: string): ContactPlace[] {
  const part = (field: string, name: string): ContactPlace => ({
    field: `${prefix}${field}`,
    kind: 'address',
    key,
    element: name,
    path: indexedPath(`contacts:PhysicalAddress:${name}`, key),
  });
  return [
    part('Street', 'Street'),
    part('City', 'City'),
    part('State', 'State'),
    part('Country', 'CountryOrRegion'),
    part('PostalCode', 'PostalCode'),
  ];
}

/** Every field but the photo, which is an attachment. */
export const contactPlaces: readonly ContactPlace[] = [
  { field: 'notes', kind: 'body', path: bodyPath },
  { field: 'categories', kind: 'categories', path: fieldPath('item:Categories') },
  { field: 'prefix', kind: 'namePrefix', path: namePrefixPath },
  element('givenName', 'GivenName'),
  element('middleName', 'MiddleName'),
  element('nickname', 'Nickname'),
  element('company', 'CompanyName'),
  email(1),
  email(2),
  email(3),
  ...address('business', 'Business'),
  ...address('home', 'Home'),
  ...address('other', 'Other'),
  phone('assistantPhone', 'AssistantPhone'),
  phone('businessFax', 'BusinessFax'),
  phone('businessPhone', 'BusinessPhone'),
  phone('businessPhone2', 'BusinessPhone2'),
  phone('callback', 'Callback'),
  phone('carPhone', 'CarPhone'),
  phone('companyMainPhone', 'CompanyMainPhone'),
  phone('homeFax', 'HomeFax'),
  phone('homePhone', 'HomePhone'),
  phone('homePhone2', 'HomePhone2'),
  phone('isdn', 'Isdn'),
  phone('mobilePhone', 'MobilePhone'),
  phone('otherFax', 'OtherFax'),
  phone('otherPhone', 'OtherTelephone'),
  phone('pager', 'Pager'),
  phone('primaryPhone', 'PrimaryPhone'),
  phone('radioPhone', 'RadioPhone'),
  phone('telex', 'Telex'),
  phone('ttyTddPhone', 'TtyTddPhone'),
  { field: 'birthday', kind: 'birthday', path: fieldPath('contacts:Birthday') },
  element('webPage', 'BusinessHomePage'),
  element('department', 'Department'),
  element('suffix', 'Generation'),
  element('jobTitle', 'JobTitle'),
  element('surname', 'Surname'),
];

/** The fields natural keys are made of; a sync reads them with the ids. */
export const contactKeyFields: ReadonlySet<string> = new Set([
  'givenName',
  'middleName',
  'surname',
  'company',
  'email1',
  'email2',
  'email3',
]);
