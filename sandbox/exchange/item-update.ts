import { ItemError } from './item-error.ts';
import { kindOf, propertyByElement, propertyByUri, anyPropertyByUri, findKind } from './kind-registry.ts';
import { markGiven } from './kinds/derived-names.ts';
import { parsePath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import { readExtended, readProperty } from './property-reader.ts';
import type { Assignment, Property } from './property.ts';
import { schemaFault } from './soap-fault.ts';
import { SEARCH_KEY } from './stored-item.ts';
import type { ItemKind, StoredItem } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

/** Reads t:Updates for an item without touching it: what is set and cleared, all of it or nothing. */
export function readUpdates(updates: XmlElement, item: StoredItem): readonly Assignment[] {
  return updates.children.flatMap((element) => readStep(element, item));
}

/** Throws the schema faults of a t:Updates, which refuse the whole request before anything is changed. */
export function checkUpdatesSchema(updates: XmlElement): void {
  for (const element of updates.children) {
    const [path, holder] = element.children;
    const value = holder?.children[0];
    try {
      if (path !== undefined) parsePath(path);
      const property =
        value === undefined ? undefined : propertyByElement(holder?.name.slice(2) ?? '', value.name.slice(2));
      if (value !== undefined && property !== undefined) readProperty(property, value);
    } catch (error) {
      // What is wrong with one item alone comes up again when its turn comes.
      if (!(error instanceof ItemError)) throw error;
    }
  }
}

/** Sets and clears values, then fills what is made from them. */
export function applyUpdate(item: StoredItem, assignments: readonly Assignment[]): void {
  for (const [key, value] of assignments) {
    if (value === undefined) item.values.delete(key);
    else item.values.set(key, value);
  }
  markGiven(
    item,
    assignments.filter(([, value]) => value !== undefined).map(([key]) => key),
  );
  kindOf(item).derive?.(item);
}

function readStep(element: XmlElement, item: StoredItem): readonly Assignment[] {
  const [pathElement, holder] = element.children;
  if (pathElement === undefined) throw schemaFault(`'${element.name}' has incomplete content.`, element);
  const path = parsePath(pathElement);
  checkBelongs(path, item);
  switch (element.name) {
    case 't:SetItemField':
      return readSet(path, valueElement(holder, element, item), item);
    case 't:AppendToItemField':
      return readAppend(path, valueElement(holder, element, item), item);
    case 't:DeleteItemField':
      return deletions(path, item);
    default:
      throw schemaFault(`The element 't:Updates' has invalid child element '${element.name}'.`, element);
  }
}

/** The one property element inside the t:Contact or t:Item of a change. */
function valueElement(holder: XmlElement | undefined, element: XmlElement, item: StoredItem): XmlElement {
  if (holder === undefined) throw schemaFault(`'${element.name}' has incomplete content.`, element);
  const name = holder.name.slice(2) as ItemKind;
  if (name !== item.kind && name !== 'Item' && kindOf(item).updatedAs?.includes(name) !== true) {
    throw findKind(name) === undefined
      ? schemaFault(`The element '${element.name}' has invalid child element '${holder.name}'.`, holder)
      : new ItemError('ErrorUpdatePropertyMismatch');
  }
  const [value, ...more] = holder.children;
  if (value === undefined || more.length > 0) throw new ItemError('ErrorPropertyUpdate');
  return value;
}

function checkBelongs(path: PropertyPath, item: StoredItem): void {
  if (path.kind !== 'field' || propertyByUri(item.kind, path.uri) !== undefined) return;
  const other = anyPropertyByUri(path.uri) !== undefined || !path.uri.startsWith('item:');
  throw new ItemError(other ? 'ErrorInvalidPropertyRequest' : 'ErrorInvalidPropertySet');
}

function readSet(path: PropertyPath, value: XmlElement, item: StoredItem): readonly Assignment[] {
  if (path.kind === 'extended') {
    if (value.name !== 't:ExtendedProperty') throw new ItemError('ErrorUpdatePropertyMismatch');
    const assignment = readExtended(value);
    if (assignment[0] !== path.key) throw new ItemError('ErrorUpdatePropertyMismatch');
    return [assignment];
  }
  const property = propertyByElement(item.kind, value.name.slice(2));
  if (property === undefined) throw schemaFault(`'${value.name}' is not a property of ${item.kind}.`, value);
  if (path.kind === 'indexed') return [readEntry(path, property, value)];
  if (property.uri !== path.uri) throw new ItemError('ErrorUpdatePropertyMismatch');
  // Whole dictionaries cannot be set: each entry has a path of its own.
  if (property.kind === 'entries' || property.kind === 'addresses' || property.createOnly === true)
    throw new ItemError('ErrorInvalidPropertySet');
  return readProperty(property, value);
}

/** One entry of a dictionary: the element must name that entry and no other. */
function readEntry(path: PropertyPath, property: Property, value: XmlElement): Assignment {
  if (property.kind !== 'entries' && property.kind !== 'addresses')
    throw new ItemError('ErrorUpdatePropertyMismatch');
  const [assignment, ...more] = readProperty(property, value);
  if (assignment === undefined || more.length > 0) throw new ItemError('ErrorPropertyUpdate');
  if (assignment[0] !== path.key) throw new ItemError('ErrorUpdatePropertyMismatch');
  return assignment;
}

function readAppend(path: PropertyPath, value: XmlElement, item: StoredItem): readonly Assignment[] {
  const property = propertyByElement(item.kind, value.name.slice(2));
  if (property?.append === undefined || property.uri !== path.uri)
    throw new ItemError('ErrorInvalidPropertyAppend');
  return property.append(item, value);
}

function deletions(path: PropertyPath, item: StoredItem): readonly Assignment[] {
  if (path.key === SEARCH_KEY || path.key === 'item:ItemClass')
    throw new ItemError('ErrorInvalidPropertyDelete');
  if (path.kind !== 'field') return [[path.key, undefined]];
  const property = propertyByUri(item.kind, path.uri);
  const refused: readonly (Property['kind'] | undefined)[] = [undefined, 'computed', 'entries', 'addresses'];
  if (refused.includes(property?.kind) || property?.createOnly === true)
    throw new ItemError('ErrorInvalidPropertyDelete');
  return [path.key, ...(property?.besides ?? [])].map((key): Assignment => [key, undefined]);
}
