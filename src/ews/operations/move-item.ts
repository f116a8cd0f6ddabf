/** Microsoft: MoveItem operation. An item gets another id in its new folder. */
import { writeFolderReference, writeItemId } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import { emptyItemList, itemListPayload } from './item-list.ts';
import type { ItemList } from './item-list.ts';
import type { Operation } from './operation.ts';

export interface MoveItemRequest {
  /** At least one. */
  readonly ids: readonly string[];
  readonly to: FolderReference;
}

export const moveItem: Operation<MoveItemRequest, ItemList> = {
  name: 'MoveItem',
  repeatable: false,
  expects: ({ ids }) => ids.length,
  // Exchange 2007 cannot be asked for the new ids.
  write: ({ ids, to }, { lacks }) =>
    `<m:MoveItem><m:ToFolderId>${writeFolderReference(to)}</m:ToFolderId>` +
    `<m:ItemIds>${ids.map((id) => writeItemId(id)).join('')}</m:ItemIds>` +
    (lacks.has('newItemIds') ? '' : '<m:ReturnNewItemIds>true</m:ReturnNewItemIds>') +
    '</m:MoveItem>',
  start: emptyItemList,
  payload: itemListPayload,
};
