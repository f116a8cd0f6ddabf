/** The `<m:Items>` of one response message: one item as a rule, none beside an error. */
import { itemShapes } from '../items/item-reader.ts';
import type { ReadItem } from '../items/read-item.ts';
import { shapes } from '../soap-reader.ts';

export interface ItemList {
  readonly items: ReadItem[];
}

export function emptyItemList(): ItemList {
  return { items: [] };
}

export const itemListPayload = shapes<ItemList>({
  'm:Items': { children: itemShapes((list: ItemList, item) => list.items.push(item)) },
});
