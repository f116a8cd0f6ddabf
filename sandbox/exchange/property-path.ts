import { isKnownFieldUri } from './known-field-uris.ts';
import { ADDRESS_KEYS, ADDRESS_PARTS, EMAIL_KEYS, IM_KEYS, PHONE_KEYS } from './kinds/contact-entries.ts';
import { entryKey } from './property.ts';
import { schemaFault } from './soap-fault.ts';
import { ItemError } from './item-error.ts';
import { escapeAttribute } from './xml-text.ts';
import { requiredAttribute } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/**
 * What a FieldURI, IndexedFieldURI or ExtendedFieldURI names. `key` is where items keep the value: the URI itself,
 * `contacts:PhoneNumber/MobilePhone` for one entry, `x:...` for an extended property.
 */
export interface PropertyPath {
  readonly kind: 'field' | 'indexed' | 'extended';
  readonly key: string;
  readonly uri: string;
  /** The element as it is echoed. */
  readonly xml: string;
}

const INDEXES: Readonly<Record<string, readonly string[]>> = {
  'contacts:EmailAddress': EMAIL_KEYS,
  'contacts:ImAddress': IM_KEYS,
  'contacts:PhoneNumber': PHONE_KEYS,
  ...Object.fromEntries(ADDRESS_PARTS.map((part) => [`contacts:PhysicalAddress:${part}`, ADDRESS_KEYS])),
};
const PROPERTY_SETS: Readonly<Record<string, string>> = {
  Meeting: '6ed8da90-450b-101b-98da-00aa003f1305',
  Appointment: '00062002-0000-0000-c000-000000000046',
  Common: '00062008-0000-0000-c000-000000000046',
  PublicStrings: '00020329-0000-0000-c000-000000000046',
  Address: '00062004-0000-0000-c000-000000000046',
  InternetHeaders: '00020386-0000-0000-c000-000000000046',
  CalendarAssistant: '11000e07-b51b-40d6-af21-caa85edab1d0',
  UnifiedMessaging: '4442858e-a9e3-4e80-b900-317a210cc15b',
  Task: '00062003-0000-0000-c000-000000000046',
  Sharing: '00062040-0000-0000-c000-000000000046',
};
const TYPE =
  /^(?:(?:ApplicationTime|Binary|CLSID|Currency|Double|Float|Integer|Long|Object|Short|SystemTime|String)(?:Array)?|Boolean|Error|Null)$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** MAPI tags that are another name of a property of the item. */
const TAGGED: Readonly<Record<string, string>> = {
  'x:0x001a:String': 'item:ItemClass',
  'x:0x0037:String': 'item:Subject',
  'x:0x0039:SystemTime': 'item:DateTimeSent',
  'x:0x0e06:SystemTime': 'item:DateTimeReceived',
  'x:0x1000:String': 'item:Body',
  'x:0x1035:String': 'message:InternetMessageId',
  'x:0x3001:String': 'contacts:DisplayName',
  'x:0x3a05:String': 'contacts:Generation',
  'x:0x3a06:String': 'contacts:GivenName',
  'x:0x3a0a:String': 'contacts:Initials',
  'x:0x3a11:String': 'contacts:Surname',
  'x:0x3a16:String': 'contacts:CompanyName',
  'x:0x3a17:String': 'contacts:JobTitle',
  'x:0x3a18:String': 'contacts:Department',
  'x:0x3a1c:String': 'contacts:PhoneNumber/MobilePhone',
  'x:0x3a44:String': 'contacts:MiddleName',
  'x:0x3a4f:String': 'contacts:Nickname',
};
const EXTENDED = new Map<string, PropertyPath>();

/** Whether an element is one of the three kinds of path. */
export function isPath(element: XmlElement): boolean {
  return (
    element.name === 't:FieldURI' ||
    element.name === 't:IndexedFieldURI' ||
    element.name === 't:ExtendedFieldURI'
  );
}

export function parsePath(element: XmlElement): PropertyPath {
  if (element.name === 't:FieldURI') return fieldPath(element);
  if (element.name === 't:IndexedFieldURI') return indexedPath(element);
  if (element.name === 't:ExtendedFieldURI') return extendedPath(element);
  throw schemaFault(`The element '${element.name}' is not a property path.`, element);
}

function fieldPath(element: XmlElement): PropertyPath {
  const uri = requiredAttribute(element, 'FieldURI');
  if (!isKnownFieldUri(uri)) {
    throw schemaFault(
      `The 'FieldURI' attribute is invalid - The value '${uri}' is invalid according to its datatype ` +
        "'http://schemas.microsoft.com/exchange/services/2006/types:UnindexedFieldURIType' - " +
        'The Enumeration constraint failed.',
      element,
    );
  }
  return { kind: 'field', key: uri, uri, xml: `<t:FieldURI FieldURI="${escapeAttribute(uri)}"/>` };
}

function indexedPath(element: XmlElement): PropertyPath {
  const uri = requiredAttribute(element, 'FieldURI', [
    ...Object.keys(INDEXES),
    'item:InternetMessageHeader',
    'distributionlist:Members:Member',
  ]);
  const index = requiredAttribute(element, 'FieldIndex');
  const allowed = INDEXES[uri];
  if (allowed !== undefined && !allowed.includes(index))
    throw new ItemError('ErrorInvalidIndexedPropertyParameters');
  const xml = `<t:IndexedFieldURI FieldURI="${uri}" FieldIndex="${escapeAttribute(index)}"/>`;
  return { kind: 'indexed', key: entryKey(uri, index), uri, xml };
}

function extendedPath(element: XmlElement): PropertyPath {
  const { DistinguishedPropertySetId, PropertySetId, PropertyTag, PropertyName, PropertyId } =
    element.attributes;
  const type = requiredAttribute(element, 'PropertyType');
  const raw = `${DistinguishedPropertySetId}|${PropertySetId}|${PropertyTag}|${PropertyName}|${PropertyId}|${type}`;
  const known = EXTENDED.get(raw);
  if (known !== undefined) return known;
  if (!TYPE.test(type)) {
    throw schemaFault(
      `The 'PropertyType' attribute is invalid - The value '${type}' is not allowed.`,
      element,
    );
  }
  if (PropertySetId !== undefined && !GUID.test(PropertySetId)) {
    throw schemaFault(`The 'PropertySetId' attribute is invalid - The Pattern constraint failed.`, element);
  }
  const xml = `<t:ExtendedFieldURI ${Object.entries(element.attributes)
    .map(([name, value]) => `${name}="${escapeAttribute(value)}"`)
    .join(' ')}/>`;
  const key = extendedKey(element.attributes, type);
  const path: PropertyPath = { kind: 'extended', key: TAGGED[key] ?? key, uri: key, xml };
  if (EXTENDED.size < 5000) EXTENDED.set(raw, path);
  return path;
}

function extendedKey(attributes: XmlElement['attributes'], type: string): string {
  const { DistinguishedPropertySetId, PropertySetId, PropertyTag, PropertyName, PropertyId } = attributes;
  const set = PropertySetId?.toLowerCase() ?? PROPERTY_SETS[DistinguishedPropertySetId ?? ''];
  if (PropertyTag !== undefined) {
    const tag = Number(PropertyTag);
    // Tags from 0x8000 on are the numbers of named properties, which differ from mailbox to mailbox.
    const mixed = set !== undefined || PropertyName !== undefined || PropertyId !== undefined;
    if (mixed || !Number.isInteger(tag) || tag <= 0 || tag >= 0x8000)
      throw new ItemError('ErrorInvalidExtendedProperty');
    return `x:0x${tag.toString(16).padStart(4, '0')}:${type}`;
  }
  const both = PropertySetId !== undefined && DistinguishedPropertySetId !== undefined;
  if (set === undefined || both || (PropertyName === undefined) === (PropertyId === undefined)) {
    throw new ItemError('ErrorInvalidExtendedProperty');
  }
  return PropertyName === undefined
    ? `x:${set}/#${Number(PropertyId)}:${type}`
    : `x:${set}/${PropertyName}:${type}`;
}
