import { isPath, parsePath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import { kindOf } from './kind-registry.ts';
import { EXTENDED_AFTER } from './kinds/item-properties.ts';
import type { BodyType, Property, WriteOptions } from './property.ts';
import type { Release } from './releases/release.ts';
import type { ItemKind } from './stored-item.ts';
import { child, childText, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface ShapedProperty {
  readonly property: Property;
  /** Only these entries are written; all of them when undefined. Keys as items keep them. */
  readonly only: ReadonlySet<string> | undefined;
  /** Whether ExtendedProperty elements stand before it. */
  readonly afterExtended: boolean;
}

/** What of an item an answer shows. */
export interface ItemShape extends WriteOptions {
  readonly properties: (kind: ItemKind) => readonly ShapedProperty[];
  readonly extended: readonly PropertyPath[];
}

const BODY_TYPES = ['Best', 'HTML', 'Text'];

/** Reads m:ItemShape; `list` leaves out what FindItem and SyncFolderItems never return. */
export function readItemShape(request: XmlElement, use: 'get' | 'list', release: Release): ItemShape {
  const shape = requiredChild(request, 'm:ItemShape');
  requiredChild(shape, 't:BaseShape');
  const base = childText(shape, 't:BaseShape', ['IdOnly', 'Default', 'AllProperties']) ?? 'Default';
  return shapeOf(shape, base, { use, release });
}

/** The shape of the item inside an attachment; m:AttachmentShape may be absent. */
export function readAttachmentShape(shape: XmlElement | undefined, release: Release): ItemShape {
  const empty = { name: 'm:AttachmentShape', attributes: {}, children: [], text: '', line: 0, column: 0 };
  return shapeOf(shape ?? empty, 'AllProperties', { use: 'get', release });
}

function shapeOf(
  shape: XmlElement,
  base: string,
  { use, release }: { readonly use: 'get' | 'list'; readonly release: Release },
): ItemShape {
  const bodyType = childText(shape, 't:BodyType', BODY_TYPES) ?? 'Best';
  const includeMime = childText(shape, 't:IncludeMimeContent', ['true', 'false', '1', '0']);
  const asked = new Set<string>(['item:ItemId']);
  const entries = new Set<string>();
  const extended: PropertyPath[] = [];
  for (const element of child(shape, 't:AdditionalProperties')?.children ?? []) {
    if (!isPath(element)) continue;
    const path = parsePath(element);
    if (path.kind === 'extended') extended.push(path);
    else if (path.kind === 'indexed') entries.add(path.key);
    else asked.add(path.key);
  }
  if (includeMime === 'true' || includeMime === '1') asked.add('item:MimeContent');
  const choose = (kind: ItemKind): readonly ShapedProperty[] => {
    const chosen: ShapedProperty[] = [];
    let afterExtended = false;
    for (const property of kindOf({ kind }).properties) {
      const position = afterExtended;
      if (property.uri === EXTENDED_AFTER) afterExtended = true;
      if (use === 'list' && property.getItemOnly === true) continue;
      if ((property.writtenIn ?? release.name) !== release.name) continue;
      const whole =
        asked.has(property.uri) ||
        (base === 'Default' && property.inDefault === true) ||
        (base === 'AllProperties' && property.onlyWhenAsked !== true);
      const some = whole ? undefined : entriesOf(property, entries);
      if (whole || some !== undefined) chosen.push({ property, only: some, afterExtended: position });
    }
    return chosen;
  };
  return {
    properties: onceForEach(choose),
    extended,
    bodyType: bodyType as BodyType,
    uniqueBodyType: (childText(shape, 't:UniqueBodyType', BODY_TYPES) ?? bodyType) as BodyType,
    normalizedBodyType: (childText(shape, 't:NormalizedBodyType', BODY_TYPES) ?? bodyType) as BodyType,
    inList: use === 'list',
  };
}

function onceForEach(
  choose: (kind: ItemKind) => readonly ShapedProperty[],
): (kind: ItemKind) => readonly ShapedProperty[] {
  const chosen = new Map<ItemKind, readonly ShapedProperty[]>();
  return (kind) => {
    let properties = chosen.get(kind);
    if (properties === undefined) chosen.set(kind, (properties = choose(kind)));
    return properties;
  };
}

/** The shape that shows the id alone. */
export const ID_ONLY: ItemShape = {
  properties: onceForEach((kind) =>
    kindOf({ kind })
      .properties.filter((property) => property.uri === 'item:ItemId')
      .map((property) => ({ property, only: undefined, afterExtended: false })),
  ),
  extended: [],
  bodyType: 'Best',
  uniqueBodyType: 'Best',
  normalizedBodyType: 'Best',
  inList: false,
};

function entriesOf(property: Property, entries: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (entries.size === 0) return undefined;
  const head =
    property.kind === 'addresses'
      ? 'contacts:PhysicalAddress:'
      : property.entryUri === undefined
        ? undefined
        : `${property.entryUri}/`;
  if (head === undefined) return undefined;
  const own = [...entries].filter((key) => key.startsWith(head));
  return own.length === 0 ? undefined : new Set(own);
}
