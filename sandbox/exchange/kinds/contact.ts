import { ADDRESS_KEYS, EMAIL_KEYS, IM_KEYS, PHONE_KEYS } from './contact-entries.ts';
import { fillDerivedNames } from './derived-names.ts';
import { ITEM } from './item-properties.ts';
import { ItemError } from '../item-error.ts';
import type { KindDefinition } from '../item-kind.ts';
import type { Property, PropertyKind, WritableItem } from '../property.ts';
import { folderElement } from '../stored-folder.ts';
import { textValue } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';

/** PidTagDisplayNamePrefix: shown as CompleteName/Title. */
const NAME_PREFIX = 'x:0x3a45:String';
const FILE_AS_MAPPINGS = [
  'None',
  'LastCommaFirst',
  'FirstSpaceLast',
  'Company',
  'LastCommaFirstCompany',
  'CompanyLastFirst',
  'LastFirst',
  'LastFirstCompany',
  'CompanyLastCommaFirst',
  'LastFirstSuffix',
  'LastSpaceFirstCompany',
  'CompanyLastSpaceFirst',
  'LastSpaceFirst',
  'DisplayName',
  'FirstName',
  'LastFirstMiddleSuffix',
  'LastName',
  'Empty',
];

export function contactProperty(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `contacts:${element}`, kind, ...more };
}

const CONTACT: readonly Property[] = [
  contactProperty('FileAs', 'text', { inDefault: true }),
  contactProperty('FileAsMapping', 'enum', { values: FILE_AS_MAPPINGS, fallback: 'None' }),
  contactProperty('DisplayName', 'text', { inDefault: true }),
  contactProperty('GivenName', 'text', { inDefault: true }),
  contactProperty('Initials', 'text', { inDefault: true }),
  contactProperty('MiddleName', 'text', { inDefault: true }),
  contactProperty('Nickname', 'text', { inDefault: true }),
  contactProperty('CompleteName', 'computed', { inDefault: true, write: completeName }),
  contactProperty('CompanyName', 'text', { inDefault: true }),
  contactProperty('EmailAddresses', 'entries', {
    inDefault: true,
    entryUri: 'contacts:EmailAddress',
    keys: EMAIL_KEYS,
  }),
  contactProperty('PhysicalAddresses', 'addresses', { inDefault: true, keys: ADDRESS_KEYS }),
  contactProperty('PhoneNumbers', 'entries', {
    inDefault: true,
    entryUri: 'contacts:PhoneNumber',
    keys: PHONE_KEYS,
  }),
  contactProperty('AssistantName', 'text', { inDefault: true }),
  contactProperty('Birthday', 'dateTime', { inDefault: true }),
  contactProperty('BusinessHomePage', 'uri', { inDefault: true }),
  contactProperty('Children', 'list'),
  contactProperty('Companies', 'list'),
  contactProperty('Department', 'text', { inDefault: true }),
  contactProperty('Generation', 'text', { inDefault: true }),
  contactProperty('ImAddresses', 'entries', {
    inDefault: true,
    entryUri: 'contacts:ImAddress',
    keys: IM_KEYS,
  }),
  contactProperty('JobTitle', 'text', { inDefault: true }),
  contactProperty('Manager', 'text', { inDefault: true }),
  contactProperty('Mileage', 'text'),
  contactProperty('OfficeLocation', 'text', { inDefault: true }),
  contactProperty('PostalAddressIndex', 'enum', { values: ['None', ...ADDRESS_KEYS], fallback: 'None' }),
  contactProperty('Profession', 'text', { inDefault: true }),
  contactProperty('SpouseName', 'text', { inDefault: true }),
  contactProperty('Surname', 'text', { inDefault: true }),
  contactProperty('WeddingAnniversary', 'dateTime', { inDefault: true }),
  contactProperty('HasPicture', 'computed', {
    write: (item) => `<t:HasPicture>${hasPicture(item)}</t:HasPicture>`,
    search: (item) => [String(hasPicture(item))],
  }),
];

export const CONTACT_KIND: KindDefinition = {
  name: 'Contact',
  itemClass: 'IPM.Contact',
  homeFolder: 'contacts',
  properties: [...ITEM, ...CONTACT],
  derive: fillDerivedNames,
  create(draft, place, { mailbox, stamp }) {
    const folder = place.folder ?? mailbox.distinguishedFolder('contacts');
    if (folder === undefined) throw new ItemError('ErrorFolderNotFound');
    if (folderElement(folder.folderClass) !== 'ContactsFolder' && folder.distinguished !== 'deleteditems')
      throw new ItemError('ErrorCannotCreateContactInNonContactFolder');
    return [mailbox.addItem(folder, draft, stamp)];
  },
};

function hasPicture(item: WritableItem): boolean {
  return item.attachments.some((one) => one.type === 'file' && one.isContactPhoto);
}

function completeName(item: WritableItem): string {
  const part = (element: string, key: string): string => {
    const value = textValue(item, key);
    return value === undefined ? '' : textElement(element, value);
  };
  const inner =
    part('Title', NAME_PREFIX) +
    part('FirstName', 'contacts:GivenName') +
    part('MiddleName', 'contacts:MiddleName') +
    part('LastName', 'contacts:Surname') +
    part('Suffix', 'contacts:Generation') +
    part('Initials', 'contacts:Initials') +
    part('FullName', 'contacts:DisplayName') +
    part('Nickname', 'contacts:Nickname');
  return inner === '' ? '' : `<t:CompleteName>${inner}</t:CompleteName>`;
}
