import { ItemError } from './item-error.ts';
import type { NewItem } from './mailbox.ts';
import { readExtended, readMembers, readProperty } from './property-reader.ts';
import { BY_ELEMENT, EXTENDED_AFTER, PROPERTIES } from './property-table.ts';
import type { Property } from './property-table.ts';
import { schemaFault, SoapFault } from './soap-fault.ts';
import type { ItemKind, ListMember, PropertyValue } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

const KINDS: Readonly<Record<string, ItemKind>> = {
  't:Contact': 'Contact',
  't:DistributionList': 'DistributionList',
};
const CLASSES: Readonly<Record<ItemKind, string>> = {
  Contact: 'IPM.Contact',
  DistributionList: 'IPM.DistList',
};

/** The kind of item an element is; other kinds are beyond this server. */
export function itemKind(element: XmlElement): ItemKind {
  const kind = KINDS[element.name];
  if (kind !== undefined) return kind;
  if (/^t:(?:Item|Message|CalendarItem|Task|PostItem|Meeting\w+)$/.test(element.name)) {
    throw new SoapFault('ErrorInvalidRequest', `This server keeps no ${element.name.slice(2)} items.`);
  }
  throw schemaFault(`'${element.name}' is not an item.`, element);
}

/** Reads one item of CreateItem; properties out of the schema's order are a schema fault. */
export function readNewItem(element: XmlElement): NewItem {
  const kind = itemKind(element);
  const values = new Map<string, PropertyValue>([['item:ItemClass', CLASSES[kind]]]);
  let members: readonly ListMember[] | undefined;
  let refused: ItemError | undefined;
  let last = -1;
  for (const one of element.children) {
    const extended = one.name === 't:ExtendedProperty';
    const property = extended ? undefined : BY_ELEMENT[kind].get(one.name.slice(2));
    const order = orderOf(kind, property, extended);
    if (order === undefined || (extended ? order < last : order <= last)) {
      throw schemaFault(`The element '${element.name}' has invalid child element '${one.name}'.`, one);
    }
    last = order;
    if (property?.kind === 'members') {
      members = readMembers(one);
      continue;
    }
    try {
      const assignments = property === undefined ? [readExtended(one)] : readProperty(property, one);
      for (const [key, value] of assignments) if (value !== undefined) values.set(key, value);
    } catch (error) {
      if (!(error instanceof ItemError)) throw error;
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
  return members === undefined ? { kind, values } : { kind, values, members };
}

function orderOf(kind: ItemKind, property: Property | undefined, extended: boolean): number | undefined {
  const list = PROPERTIES[kind];
  if (extended) return list.findIndex((one) => one.uri === EXTENDED_AFTER) + 0.5;
  return property === undefined ? undefined : list.indexOf(property);
}
