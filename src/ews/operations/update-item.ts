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
  readonly updates: readonly ItemUpdate[];
  /** Changes of single occurrences, beside or instead of updates; at least one of both. */
  readonly occurrences?: readonly {
    /** OccurrenceItemId. */
    readonly reference: string;
    readonly changes: string;
  }[];
  /** True: changes of one item follow each other here, the caller has compared its change key right before. */
  readonly inSequence?: true;
  /** Attributes that items of some kinds demand. */
  readonly attributes?: string;
}

export const updateItem: Operation<UpdateItemRequest, ItemList> = {
  name: 'UpdateItem',
  repeatable: false,
  expects: ({ updates, occurrences = [] }) => updates.length + occurrences.length,
  write: ({ updates, occurrences = [], inSequence, attributes = '' }) =>
    `<m:UpdateItem ConflictResolution="${inSequence ? 'AlwaysOverwrite' : 'NeverOverwrite'}"${attributes}><m:ItemChanges>` +
    updates.map(({ id, changeKey, changes }) => itemChange(writeItemId(id, changeKey), changes)).join('') +
    occurrences.map(({ reference, changes }) => itemChange(reference, changes)).join('') +
    '</m:ItemChanges></m:UpdateItem>',
  start: emptyItemList,
  payload: itemListPayload,
};

function itemChange(reference: string, changes: string): string {
  return `<t:ItemChange>${reference}<t:Updates>${changes}</t:Updates></t:ItemChange>`;
}
