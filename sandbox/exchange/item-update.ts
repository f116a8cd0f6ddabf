import { fillDerivedNames, markGiven } from './derived-names.ts';
import { ItemError } from './item-error.ts';
import { parsePath, propertyOf } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import { BODY_TYPE, readExtended, readMembers, readProperty } from './property-reader.ts';
import type { Assignment } from './property-reader.ts';
import { BY_ELEMENT, BY_URI } from './property-table.ts';
import type { Property } from './property-table.ts';
import { schemaFault } from './soap-fault.ts';
import type { ListMember, StoredItem } from './stored-item.ts';
import { textValue } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

/** What one t:Updates does to an item, all of it or nothing. */
export interface ItemUpdate {
  readonly assignments: readonly Assignment[];
  readonly members?: readonly ListMember[];
}

/** Reads t:Updates for an item without touching it. */
export function readUpdates(updates: XmlElement, item: StoredItem): ItemUpdate {
  const assignments: Assignment[] = [];
  let members: readonly ListMember[] | undefined;
  for (const element of updates.children) {
    const step = readStep(element, item);
    assignments.push(...step.assignments);
    members = step.members ?? members;
  }
  return members === undefined ? { assignments } : { assignments, members };
}

/** Throws the schema faults of a t:Updates, which refuse the whole request before anything is changed. */
export function checkUpdatesSchema(updates: XmlElement): void {
  for (const element of updates.children) {
    const [path, holder] = element.children;
    const value = holder?.children[0];
    try {
      if (path !== undefined) parsePath(path);
      const name = value?.name.slice(2) ?? '';
      const property = BY_ELEMENT.Contact.get(name) ?? BY_ELEMENT.DistributionList.get(name);
      if (value !== undefined && property !== undefined) readProperty(property, value);
    } catch (error) {
      // What is wrong with one item alone comes up again when its turn comes.
      if (!(error instanceof ItemError)) throw error;
    }
  }
}

export function applyUpdate(item: StoredItem, update: ItemUpdate): void {
  for (const [key, value] of update.assignments) {
    if (value === undefined) item.values.delete(key);
    else item.values.set(key, value);
  }
  if (update.members !== undefined) item.members = update.members;
  markGiven(
    item,
    update.assignments.filter(([, value]) => value !== undefined).map(([key]) => key),
  );
  fillDerivedNames(item);
}

function readStep(element: XmlElement, item: StoredItem): ItemUpdate {
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
      return {
        assignments: deletions(path),
        ...(path.key === 'distributionlist:Members' ? { members: [] } : {}),
      };
    default:
      throw schemaFault(`The element 't:Updates' has invalid child element '${element.name}'.`, element);
  }
}

/** The one property element inside the t:Contact or t:Item of a change. */
function valueElement(holder: XmlElement | undefined, element: XmlElement, item: StoredItem): XmlElement {
  if (holder === undefined) throw schemaFault(`'${element.name}' has incomplete content.`, element);
  if (holder.name !== `t:${item.kind}` && holder.name !== 't:Item')
    throw new ItemError('ErrorUpdatePropertyMismatch');
  const [value, ...more] = holder.children;
  if (value === undefined || more.length > 0) throw new ItemError('ErrorPropertyUpdate');
  return value;
}

function checkBelongs(path: PropertyPath, item: StoredItem): void {
  if (path.kind !== 'field' || BY_URI[item.kind].has(path.uri)) return;
  const other = propertyOf(path) !== undefined || !path.uri.startsWith('item:');
  throw new ItemError(other ? 'ErrorInvalidPropertyRequest' : 'ErrorInvalidPropertySet');
}

function readSet(path: PropertyPath, value: XmlElement, item: StoredItem): ItemUpdate {
  if (path.kind === 'extended') {
    if (value.name !== 't:ExtendedProperty') throw new ItemError('ErrorUpdatePropertyMismatch');
    const assignment = readExtended(value);
    if (assignment[0] !== path.key) throw new ItemError('ErrorUpdatePropertyMismatch');
    return { assignments: [assignment] };
  }
  const property = BY_ELEMENT[item.kind].get(value.name.slice(2));
  if (property === undefined) throw schemaFault(`'${value.name}' is not a property of ${item.kind}.`, value);
  if (path.kind === 'indexed') return { assignments: [readEntry(path, property, value)] };
  if (property.uri !== path.uri) throw new ItemError('ErrorUpdatePropertyMismatch');
  if (property.kind === 'members') return { assignments: [], members: readMembers(value) };
  // Whole dictionaries cannot be set: each entry has a path of its own.
  if (property.kind === 'entries' || property.kind === 'addresses')
    throw new ItemError('ErrorInvalidPropertySet');
  return { assignments: readProperty(property, value) };
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

function readAppend(path: PropertyPath, value: XmlElement, item: StoredItem): ItemUpdate {
  if (path.key === 'distributionlist:Members') {
    return { assignments: [], members: [...item.members, ...readMembers(value)] };
  }
  const property = BY_ELEMENT[item.kind].get(value.name.slice(2));
  if (path.key !== 'item:Body' || property?.kind !== 'body')
    throw new ItemError('ErrorInvalidPropertyAppend');
  const [body] = readProperty(property, value);
  const added = typeof body?.[1] === 'string' ? body[1] : '';
  return { assignments: [['item:Body', (textValue(item, 'item:Body') ?? '') + added]] };
}

function deletions(path: PropertyPath): readonly Assignment[] {
  if (path.kind === 'extended' && path.key === 'x:0x300b:Binary')
    throw new ItemError('ErrorInvalidPropertyDelete');
  if (path.kind !== 'field') return [[path.key, undefined]];
  const property = propertyOf(path);
  if (property === undefined || property.kind === 'computed' || path.key === 'item:ItemClass') {
    throw new ItemError('ErrorInvalidPropertyDelete');
  }
  if (property.kind === 'entries' || property.kind === 'addresses')
    throw new ItemError('ErrorInvalidPropertyDelete');
  if (property.kind === 'members') return [];
  if (property.kind === 'body') {
    return [
      ['item:Body', undefined],
      [BODY_TYPE, undefined],
    ];
  }
  return [[path.key, undefined]];
}
