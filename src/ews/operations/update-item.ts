/** Microsoft: UpdateItem operation. A change key that is no longer the item's is answered with a conflict. */
import { writeItemId } from '../items/identifier.ts';
import { emptyItemList, itemListPayload } from './item-list.ts';
import type { ItemList } from './item-list.ts';
import type { Operation } from './operation.ts';

interface ItemUpdate {
  readonly id: string;
  readonly changeKey: string;
  /** XML of SetItemField and DeleteItemField elements, at least one. */
  readonly changes: string;
}

export interface UpdateItemRequest {
  /** At least one. */
  readonly updates: readonly ItemUpdate[];
}

export const updateItem: Operation<UpdateItemRequest, ItemList> = {
  name: 'UpdateItem',
  repeatable: false,
  expects: ({ updates }) => updates.length,
  write: ({ updates }) =>
    '<m:UpdateItem ConflictResolution="NeverOverwrite"><m:ItemChanges>' +
    updates
      .map(
        ({ id, changeKey, changes }) =>
          `<t:ItemChange>${writeItemId(id, changeKey)}<t:Updates>${changes}</t:Updates></t:ItemChange>`,
      )
      .join('') +
    '</m:ItemChanges></m:UpdateItem>',
  start: emptyItemList,
  payload: itemListPayload,
};
