import type { Mailbox } from './mailbox.ts';
import { ItemError } from './item-error.ts';
import { propertyByUri } from './kind-registry.ts';
import { parsePath } from './property-path.ts';
import { compareValues, compileRestriction } from './search-expression.ts';
import type { Predicate } from './search-expression.ts';
import type { StoredItem } from './stored-item.ts';
import { requiredAttribute, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** Items that match an m:Restriction. */
export function readItemRestriction(
  restriction: XmlElement | undefined,
  mailbox: Mailbox,
): Predicate<StoredItem> {
  return compileRestriction<StoredItem>(restriction, (item, key) => searchValues(item, key, mailbox));
}

const NONE: readonly string[] = [];

function searchValues(item: StoredItem, key: string, mailbox: Mailbox): readonly string[] {
  const property = propertyByUri(item.kind, key);
  if (property?.search !== undefined) return property.search(item, mailbox);
  const value = item.values.get(key);
  if (typeof value === 'string') return [value];
  if (value !== undefined && !('structure' in value)) return value;
  return property?.fallback === undefined ? NONE : [property.fallback];
}

/** Sorts in the order of an m:SortOrder; items without the value come first, as nulls do. */
export function sortItems(
  items: StoredItem[],
  order: XmlElement | undefined,
  mailbox: Mailbox,
): StoredItem[] {
  if (order === undefined) return items;
  const fields = order.children.map((field) => {
    const direction = requiredAttribute(field, 'Order', ['Ascending', 'Descending']) === 'Ascending' ? 1 : -1;
    const pathElement = field.children[0] ?? requiredChild(field, 't:FieldURI');
    const { key } = parsePath(pathElement);
    if (
      /^(?:item:(?:Body|Attachments|Categories)|contacts:(?:Companies|Children|\w+Addresses|PhoneNumbers))$/.test(
        key,
      )
    ) {
      throw new ItemError('ErrorUnsupportedPathForSortGroup');
    }
    return { direction, key };
  });
  const first = (item: StoredItem, key: string): string | undefined => searchValues(item, key, mailbox)[0];
  return items.sort((a, b) => {
    for (const { direction, key } of fields) {
      const left = first(a, key);
      const right = first(b, key);
      const compared = compareOptional(left, right);
      if (compared !== 0) return direction * compared;
    }
    return 0;
  });
}

function compareOptional(left: string | undefined, right: string | undefined): number {
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  return compareValues(left, right);
}
