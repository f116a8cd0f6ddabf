import { isPath, parsePath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import { EXTENDED_AFTER, PROPERTIES } from './property-table.ts';
import type { Property } from './property-table.ts';
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
export interface ItemShape {
  readonly properties: Readonly<Record<ItemKind, readonly ShapedProperty[]>>;
  readonly extended: readonly PropertyPath[];
  readonly bodyType: 'Best' | 'HTML' | 'Text';
}

/** Reads m:ItemShape; `list` leaves out what FindItem and SyncFolderItems never return. */
export function readItemShape(request: XmlElement, use: 'get' | 'list'): ItemShape {
  const shape = requiredChild(request, 'm:ItemShape');
  const base = childText(shape, 't:BaseShape', ['IdOnly', 'Default', 'AllProperties']) ?? 'Default';
  const bodyType = childText(shape, 't:BodyType', ['Best', 'HTML', 'Text']) ?? 'Best';
  const includeMime = childText(shape, 't:IncludeMimeContent', ['true', 'false', '1', '0']);
  requiredChild(shape, 't:BaseShape');
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
    for (const property of PROPERTIES[kind]) {
      const position = afterExtended;
      if (property.uri === EXTENDED_AFTER) afterExtended = true;
      if (use === 'list' && property.getItemOnly === true) continue;
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
    properties: { Contact: choose('Contact'), DistributionList: choose('DistributionList') },
    extended,
    bodyType: bodyType as ItemShape['bodyType'],
  };
}

/** The shape that shows the id alone. */
export const ID_ONLY: ItemShape = {
  properties: { Contact: idOnly('Contact'), DistributionList: idOnly('DistributionList') },
  extended: [],
  bodyType: 'Best',
};

function idOnly(kind: ItemKind): readonly ShapedProperty[] {
  return PROPERTIES[kind]
    .filter((property) => property.uri === 'item:ItemId')
    .map((property) => ({ property, only: undefined, afterExtended: false }));
}

function entriesOf(property: Property, entries: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (entries.size === 0) return undefined;
  const head =
    property.kind === 'addresses'
      ? 'contacts:PhysicalAddress:'
      : property.kind === 'entries'
        ? `${property.entryUri}/`
        : undefined;
  if (head === undefined) return undefined;
  const own = [...entries].filter((key) => key.startsWith(head));
  return own.length === 0 ? undefined : new Set(own);
}
