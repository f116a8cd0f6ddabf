import { ItemError } from './item-error.ts';
import { parsePath } from './property-path.ts';
import { ADDRESS_KEYS, ADDRESS_PARTS } from './kinds/contact-entries.ts';
import { entryKey } from './property.ts';
import type { Assignment, Property } from './property.ts';
import { schemaFault } from './soap-fault.ts';
import { child, requiredAttribute, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** Cuts a string loose from the request it was sliced from, which would stay in memory with it. */
export function owned(value: string): string {
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
    case 'double':
      if (!/^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(element.text))
        throw invalidValue(element, 'double');
      return [[uri, String(Number(element.text))]];
    case 'base64':
      if (!BASE64.test(element.text)) throw invalidValue(element, 'base64Binary');
      return [[uri, owned(element.text.replace(/\s+/g, '')) || undefined]];
    case 'enum':
      if (property.values?.includes(element.text.trim()) !== true)
        throw invalidValue(element, property.element);
      return [[uri, element.text.trim()]];
    case 'list':
      return [[uri, readStrings(element, 't:String')]];
    case 'entries':
      return readEntries(property, element);
    case 'addresses':
      return readAddresses(element);
    case 'structure':
      if (property.read !== undefined) return property.read(element);
      throw new ItemError('ErrorInvalidPropertySet');
    case 'computed':
      throw new ItemError('ErrorInvalidPropertySet');
  }
}

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** Reads an ExtendedProperty; a value that is not of its type is ErrorInvalidExtendedPropertyValue. */
export function readExtended(element: XmlElement): Assignment {
  const path = parsePath(requiredChild(element, 't:ExtendedFieldURI'));
  const values = child(element, 't:Values');
  if (path.uri.endsWith('Array') !== (values !== undefined))
    throw new ItemError('ErrorInvalidExtendedPropertyValue');
  if (path.uri === 'x:0x300b:Binary') throw new ItemError('ErrorInvalidPropertySet');
  const type = path.uri.slice(path.uri.lastIndexOf(':') + 1).replace(/Array$/, '');
  if (values === undefined) return [path.key, extendedValue(type, requiredChild(element, 't:Value').text)];
  return [path.key, (readStrings(values, 't:Value') ?? []).map((one) => extendedValue(type, one))];
}

function extendedValue(type: string, text: string): string {
  const refuse = (): never => {
    throw new ItemError('ErrorInvalidExtendedPropertyValue');
  };
  const trimmed = text.trim();
  switch (type) {
    case 'String':
      return owned(text);
    case 'Boolean':
      if (!/^(?:true|false|0|1)$/.test(trimmed)) refuse();
      return trimmed === 'true' || trimmed === '1' ? 'true' : 'false';
    case 'SystemTime': {
      const ms = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?$/.test(trimmed)
        ? Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`)
        : Number.NaN;
      return Number.isNaN(ms) ? refuse() : `${new Date(ms).toISOString().slice(0, 19)}Z`;
    }
    case 'Binary':
      return BASE64.test(text) ? owned(text.replace(/\s+/g, '')) : refuse();
    case 'CLSID':
      return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(trimmed)
        ? trimmed.toLowerCase()
        : refuse();
    case 'Short':
    case 'Integer':
    case 'Long':
    case 'Currency': {
      const bits = INTEGER_BITS[type] ?? 64;
      if (!/^-?\d{1,20}$/.test(trimmed) || BigInt.asIntN(bits, BigInt(trimmed)) !== BigInt(trimmed)) refuse();
      return String(BigInt(trimmed));
    }
    case 'Float':
    case 'Double':
    case 'ApplicationTime':
      return trimmed !== '' && Number.isFinite(Number(trimmed)) ? trimmed : refuse();
    default:
      return refuse();
  }
}

const INTEGER_BITS: Readonly<Record<string, number>> = { Short: 16, Integer: 32, Long: 64, Currency: 64 };

/** The schema fault of a value that is not of its type. */
export function invalidValue(element: XmlElement, type: string): Error {
  return schemaFault(
    `The '${element.name}' element is invalid - The value '${element.text}' is invalid according to its datatype '${type}'.`,
    element,
  );
}

export function readBoolean(element: XmlElement): string {
  const text = element.text.trim();
  if (!/^(?:true|false|0|1)$/.test(text)) throw invalidValue(element, 'boolean');
  return text === 'true' || text === '1' ? 'true' : 'false';
}

/** xs:dateTime or xs:date in whole seconds, UTC. */
export function readDateTime(element: XmlElement): string {
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
