import { readAttachment } from './attachment-reader.ts';
import { draftItem } from './item-draft.ts';
import { ItemError } from './item-error.ts';
import type { KindDefinition } from './item-kind.ts';
import { findKind, propertyByElement } from './kind-registry.ts';
import { EXTENDED_AFTER } from './kinds/item-properties.ts';
import type { Assignment, Property } from './property.ts';
import { readExtended, readProperty } from './property-reader.ts';
import type { RequestContext } from './request-context.ts';
import { schemaFault } from './soap-fault.ts';
import type { NewAttachment, NewItem } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

/** The kind of item an element is; other kinds are beyond this server. */
export function itemKind(element: XmlElement): KindDefinition {
  const kind = element.name.startsWith('t:') ? findKind(element.name.slice(2)) : undefined;
  if (kind !== undefined) return kind;
  throw new ItemError('ErrorInvalidRequest', `This server keeps no ${element.name.slice(2)} items.`);
}

/**
 * Reads one item of CreateItem or CreateAttachment. Properties out of the schema's order are a schema fault; one the
 * server makes by itself is an ItemError.
 */
export function readNewItem(element: XmlElement, context: RequestContext): NewItem {
  const kind = itemKind(element);
  const given: Assignment[] = [];
  const attachments: NewAttachment[] = [];
  let refused: ItemError | undefined;
  let last = -1;
  for (const one of element.children) {
    const extended = one.name === 't:ExtendedProperty';
    const property = extended ? undefined : propertyByElement(kind.name, one.name.slice(2));
    const order = orderOf(kind, property, extended);
    if (order === undefined || (extended ? order < last : order <= last)) {
      throw schemaFault(`The element '${element.name}' has invalid child element '${one.name}'.`, one);
    }
    last = order;
    try {
      if (property === undefined) given.push(readExtended(one));
      else if (property.uri === 'item:Attachments')
        attachments.push(...one.children.map((each) => readAttachment(each, context)));
      else if (property.uri === 'item:MimeContent' && kind.fromMime !== undefined) {
        const mime = kind.fromMime(Buffer.from(one.text, 'base64'));
        given.push(...mime.assignments);
        attachments.push(...mime.attachments);
      } else given.push(...readProperty(property, one));
    } catch (error) {
      if (!(error instanceof ItemError)) throw error;
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
  return draftItem({ kind, given, attachments }, context);
}

function orderOf(
  kind: KindDefinition,
  property: Property | undefined,
  extended: boolean,
): number | undefined {
  const list = kind.properties;
  if (extended) return list.findIndex((one) => one.uri === EXTENDED_AFTER) + 0.5;
  return property === undefined ? undefined : list.indexOf(property);
}
