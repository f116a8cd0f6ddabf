import { ItemError } from './item-error.ts';
import type { ListMember, PropertyValue } from './stored-item.ts';
import { parsePath } from './property-path.ts';
import { ADDRESS_KEYS, ADDRESS_PARTS, entryKey } from './property-table.ts';
import type { Property } from './property-table.ts';
import { schemaFault } from './soap-fault.ts';
import { child, childText, requiredAttribute, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** A value to keep under a key; undefined clears it. */
export type Assignment = readonly [key: string, value: PropertyValue | undefined];

/** Body kinds other than text are kept beside the body. */
export const BODY_TYPE = 'item:Body/BodyType';

/** Cuts a string loose from the request it was sliced from, which would stay in memory with it. */
function owned(value: string): string {
  return value.length < 13 ? value : Buffer.from(value, 'utf8').toString('utf8');
}

/** The values an element of CreateItem or SetItemField stands for. */
export function readProperty(property: Property, element: XmlElement): readonly Assignment[] {
  const { uri } = property;
  switch (property.kind) {
    case 'text':
      return [[uri, owned(element.text.trimEnd()) || undefined]];
    case 'uri':
      return [[uri, owned(element.text.trim()) || undefined]];
    case 'dateTime':
      return [[uri, readDateTime(element)]];
    case 'boolean':
      return [[uri, readBoolean(element)]];
    case 'integer':
      if (!/^\s*[+-]?\d+\s*$/.test(element.text)) throw invalidValue(element, 'int');
      return [[uri, String(Number(element.text))]];
    case 'enum':
      if (property.values?.includes(element.text.trim()) !== true)
        throw invalidValue(element, property.element);
      return [[uri, element.text.trim()]];
    case 'list':
      return [[uri, readStrings(element, 't:String')]];
    case 'body':
      return readBody(element);
    case 'entries':
      return readEntries(property, element);
    case 'addresses':
      return readAddresses(element);
    case 'members':
    case 'computed':
      throw new ItemError('ErrorInvalidPropertySet');
  }
}

export function readExtended(element: XmlElement): Assignment {
  const path = parsePath(requiredChild(element, 't:ExtendedFieldURI'));
  const values = child(element, 't:Values');
  const list = path.uri.endsWith('Array');
  if (list !== (values !== undefined)) throw new ItemError('ErrorInvalidExtendedPropertyValue');
  if (path.uri === 'x:0x300b:Binary') throw new ItemError('ErrorInvalidPropertySet');
  if (values !== undefined) return [path.key, readStrings(values, 't:Value') ?? []];
  const text = requiredChild(element, 't:Value').text;
  const type = path.uri.slice(path.uri.lastIndexOf(':') + 1);
  if (VALUE_SHAPES[type]?.test(text) === false) throw new ItemError('ErrorInvalidExtendedPropertyValue');
  return [path.key, owned(text)];
}

const VALUE_SHAPES: Readonly<Record<string, RegExp>> = {
  Integer: /^-?\d+$/,
  Long: /^-?\d+$/,
  Short: /^-?\d+$/,
  Boolean: /^(?:true|false|0|1)$/,
  Binary: /^[A-Za-z0-9+/\s]*={0,2}\s*$/,
  SystemTime: /^\d{4}-\d\d-\d\dT/,
};

/** Members of a distribution list, in order. */
export function readMembers(element: XmlElement): readonly ListMember[] {
  return element.children.map((member) => {
    const mailbox = requiredChild(member, 't:Mailbox');
    return {
      name: childText(mailbox, 't:Name'),
      address: childText(mailbox, 't:EmailAddress'),
      routingType: childText(mailbox, 't:RoutingType'),
      mailboxType: childText(mailbox, 't:MailboxType'),
      itemId: child(mailbox, 't:ItemId')?.attributes['Id'],
    };
  });
}

function invalidValue(element: XmlElement, type: string): Error {
  return schemaFault(
    `The '${element.name}' element is invalid - The value '${element.text}' is invalid according to its datatype '${type}'.`,
    element,
  );
}

function readBoolean(element: XmlElement): string {
  const text = element.text.trim();
  if (!/^(?:true|false|0|1)$/.test(text)) throw invalidValue(element, 'boolean');
  return text === 'true' || text === '1' ? 'true' : 'false';
}

function readDateTime(element: XmlElement): string {
  const text = element.text.trim();
  const match = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const ms =
    match === null ? Number.NaN : Date.parse(`${match[1]}${match[2] ?? 'T00:00:00'}${match[3] ?? 'Z'}`);
  if (Number.isNaN(ms)) throw invalidValue(element, 'dateTime');
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function readStrings(element: XmlElement, name: string): readonly string[] | undefined {
  const strings: string[] = [];
  for (const one of element.children) {
    if (one.name !== name)
      throw schemaFault(`'${element.name}' has invalid child element '${one.name}'.`, one);
    strings.push(owned(one.text));
  }
  return strings.length === 0 ? undefined : strings;
}

function readBody(element: XmlElement): readonly Assignment[] {
  const type = requiredAttribute(element, 'BodyType', ['HTML', 'Text']);
  const text = element.text.replace(/\r\n|\r|\n/g, '\r\n');
  return [
    ['item:Body', owned(text) || undefined],
    [BODY_TYPE, type === 'HTML' && text !== '' ? 'HTML' : undefined],
  ];
}

function readEntries(property: Property, element: XmlElement): readonly Assignment[] {
  return element.children.map((entry): Assignment => {
    const key = requiredAttribute(entry, 'Key', property.keys);
    return [entryKey(property.entryUri ?? '', key), owned(entry.text.trimEnd()) || undefined];
  });
}

function readAddresses(element: XmlElement): readonly Assignment[] {
  const assignments: Assignment[] = [];
  for (const entry of element.children) {
    const key = requiredAttribute(entry, 'Key', ADDRESS_KEYS);
    let last = -1;
    for (const part of entry.children) {
      const index = ADDRESS_PARTS.findIndex((name) => part.name === `t:${name}`);
      if (index <= last) throw schemaFault(`'t:Entry' has invalid child element '${part.name}'.`, part);
      last = index;
      // A street may have several lines: only what follows the last one is trimmed.
      assignments.push([
        entryKey(`contacts:PhysicalAddress:${ADDRESS_PARTS[index]}`, key),
        owned(part.text.trimEnd()) || undefined,
      ]);
    }
  }
  return assignments;
}
