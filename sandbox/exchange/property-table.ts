import type { ItemKind } from './stored-item.ts';

export type PropertyKind =
  | 'text' // one line, trailing white space trimmed
  | 'dateTime'
  | 'boolean'
  | 'integer'
  | 'enum'
  | 'uri'
  | 'list' // t:String children
  | 'body'
  | 'entries' // t:Entry children with a Key and text
  | 'addresses' // t:Entry children with a Key and parts
  | 'members'
  | 'computed'; // made by the server, see computed-property.ts

/** One property of an item, in the order of the schema's sequence. */
export interface Property {
  readonly element: string;
  readonly uri: string;
  readonly kind: PropertyKind;
  readonly inDefault?: boolean;
  /** Part of no FindItem or SyncFolderItems answer. */
  readonly getItemOnly?: boolean;
  /** Left out of AllProperties. */
  readonly onlyWhenAsked?: boolean;
  readonly values?: readonly string[];
  /** For entries: the FieldURI of one entry, which with a FieldIndex names it. */
  readonly entryUri?: string;
  readonly keys?: readonly string[];
}

export const ADDRESS_PARTS = ['Street', 'City', 'State', 'CountryOrRegion', 'PostalCode'] as const;
export const ADDRESS_KEYS = ['Business', 'Home', 'Other'] as const;
export const EMAIL_KEYS = ['EmailAddress1', 'EmailAddress2', 'EmailAddress3'] as const;
export const IM_KEYS = ['ImAddress1', 'ImAddress2', 'ImAddress3'] as const;
export const PHONE_KEYS = [
  'AssistantPhone',
  'BusinessFax',
  'BusinessPhone',
  'BusinessPhone2',
  'Callback',
  'CarPhone',
  'CompanyMainPhone',
  'HomeFax',
  'HomePhone',
  'HomePhone2',
  'Isdn',
  'MobilePhone',
  'OtherFax',
  'OtherTelephone',
  'Pager',
  'PrimaryPhone',
  'RadioPhone',
  'Telex',
  'TtyTddPhone',
] as const;
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

function item(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `item:${element}`, kind, ...more };
}

function contact(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `contacts:${element}`, kind, ...more };
}

const ENTRY_KEYS = new Map<string, Map<string, string>>();

/** The key of one entry, `contacts:PhoneNumber/MobilePhone`; always the same string, since every item holds some. */
export function entryKey(entryUri: string, index: string): string {
  let keys = ENTRY_KEYS.get(entryUri);
  if (keys === undefined) ENTRY_KEYS.set(entryUri, (keys = new Map<string, string>()));
  let key = keys.get(index);
  if (key === undefined) keys.set(index, (key = `${entryUri}/${index}`));
  return key;
}

/** Where ExtendedProperty elements stand: after this property. */
export const EXTENDED_AFTER = 'item:HasAttachments';

const ITEM: readonly Property[] = [
  item('MimeContent', 'computed', { getItemOnly: true, onlyWhenAsked: true }),
  item('ItemId', 'computed', { inDefault: true }),
  item('ParentFolderId', 'computed'),
  item('ItemClass', 'text'),
  item('Subject', 'text', { inDefault: true }),
  item('Sensitivity', 'enum', { values: ['Normal', 'Personal', 'Private', 'Confidential'] }),
  item('Body', 'body', { inDefault: true, getItemOnly: true }),
  item('Attachments', 'computed', { inDefault: true, getItemOnly: true }),
  item('DateTimeReceived', 'computed'),
  item('Size', 'computed'),
  item('Categories', 'list'),
  item('Importance', 'enum', { values: ['Low', 'Normal', 'High'] }),
  item('IsSubmitted', 'computed'),
  item('IsDraft', 'computed'),
  item('IsFromMe', 'computed'),
  item('IsResend', 'computed'),
  item('IsUnmodified', 'computed'),
  item('DateTimeSent', 'computed'),
  item('DateTimeCreated', 'computed'),
  item('ReminderDueBy', 'dateTime'),
  item('ReminderIsSet', 'boolean'),
  item('ReminderMinutesBeforeStart', 'integer'),
  item('DisplayCc', 'computed'),
  item('DisplayTo', 'computed'),
  item('HasAttachments', 'computed', { inDefault: true }),
  item('Culture', 'text', { inDefault: true }),
  item('EffectiveRights', 'computed'),
  item('LastModifiedName', 'computed'),
  item('LastModifiedTime', 'computed'),
  item('IsAssociated', 'computed'),
  item('ConversationId', 'computed', { onlyWhenAsked: true }),
  item('StoreEntryId', 'computed', { onlyWhenAsked: true }),
  item('TextBody', 'computed', { onlyWhenAsked: true, getItemOnly: true }),
];

const CONTACT: readonly Property[] = [
  contact('FileAs', 'text', { inDefault: true }),
  contact('FileAsMapping', 'enum', { values: FILE_AS_MAPPINGS }),
  contact('DisplayName', 'text', { inDefault: true }),
  contact('GivenName', 'text', { inDefault: true }),
  contact('Initials', 'text', { inDefault: true }),
  contact('MiddleName', 'text', { inDefault: true }),
  contact('Nickname', 'text', { inDefault: true }),
  contact('CompleteName', 'computed', { inDefault: true }),
  contact('CompanyName', 'text', { inDefault: true }),
  contact('EmailAddresses', 'entries', {
    inDefault: true,
    entryUri: 'contacts:EmailAddress',
    keys: EMAIL_KEYS,
  }),
  contact('PhysicalAddresses', 'addresses', { inDefault: true, keys: ADDRESS_KEYS }),
  contact('PhoneNumbers', 'entries', { inDefault: true, entryUri: 'contacts:PhoneNumber', keys: PHONE_KEYS }),
  contact('AssistantName', 'text', { inDefault: true }),
  contact('Birthday', 'dateTime', { inDefault: true }),
  contact('BusinessHomePage', 'uri', { inDefault: true }),
  contact('Children', 'list'),
  contact('Companies', 'list'),
  contact('Department', 'text', { inDefault: true }),
  contact('Generation', 'text', { inDefault: true }),
  contact('ImAddresses', 'entries', { inDefault: true, entryUri: 'contacts:ImAddress', keys: IM_KEYS }),
  contact('JobTitle', 'text', { inDefault: true }),
  contact('Manager', 'text', { inDefault: true }),
  contact('Mileage', 'text'),
  contact('OfficeLocation', 'text', { inDefault: true }),
  contact('PostalAddressIndex', 'enum', { values: ['None', ...ADDRESS_KEYS] }),
  contact('Profession', 'text', { inDefault: true }),
  contact('SpouseName', 'text', { inDefault: true }),
  contact('Surname', 'text', { inDefault: true }),
  contact('WeddingAnniversary', 'dateTime', { inDefault: true }),
  contact('HasPicture', 'computed'),
];

const DISTRIBUTION_LIST: readonly Property[] = [
  contact('DisplayName', 'text', { inDefault: true }),
  contact('FileAs', 'text', { inDefault: true }),
  { element: 'Members', uri: 'distributionlist:Members', kind: 'members', getItemOnly: true },
];

/** Every property of a kind of item, in schema order. */
export const PROPERTIES: Readonly<Record<ItemKind, readonly Property[]>> = {
  Contact: [...ITEM, ...CONTACT],
  DistributionList: [...ITEM, ...DISTRIBUTION_LIST],
};

function indexBy(key: 'uri' | 'element'): Readonly<Record<ItemKind, ReadonlyMap<string, Property>>> {
  const index = (kind: ItemKind): ReadonlyMap<string, Property> =>
    new Map(PROPERTIES[kind].map((property) => [property[key], property]));
  return { Contact: index('Contact'), DistributionList: index('DistributionList') };
}

export const BY_URI = indexBy('uri');
export const BY_ELEMENT = indexBy('element');
