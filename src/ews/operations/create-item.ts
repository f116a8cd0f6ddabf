/** Microsoft: CreateItem operation (contact). */
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import { emptyItemList, itemListPayload } from './item-list.ts';
import type { ItemList } from './item-list.ts';
import type { Operation } from './operation.ts';

export interface CreateItemRequest {
  readonly folder: FolderReference;
  /** XML of each item, at least one. */
  readonly items: readonly string[];
  /** Attributes that items of some kinds demand. */
  readonly attributes?: string;
}

export const createItem: Operation<CreateItemRequest, ItemList> = {
  name: 'CreateItem',
  repeatable: false,
  expects: ({ items }) => items.length,
  write: ({ folder, items, attributes = '' }) =>
    `<m:CreateItem${attributes}><m:SavedItemFolderId>${writeFolderReference(folder)}</m:SavedItemFolderId>` +
    `<m:Items>${items.join('')}</m:Items></m:CreateItem>`,
  start: emptyItemList,
  payload: itemListPayload,
};
