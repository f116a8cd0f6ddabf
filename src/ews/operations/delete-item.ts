/** Microsoft: DeleteItem operation. Always to Deleted Items; the server compares no change keys here. */
import { writeItemId } from '../items/identifier.ts';
import type { Operation } from './operation.ts';

export interface DeleteItemRequest {
  readonly ids: readonly string[];
  /** OccurrenceItemId elements, beside or instead of ids; at least one of both. */
  readonly occurrences?: readonly string[];
  /** Attributes that items of some kinds demand. */
  readonly attributes?: string;
}

export const deleteItem: Operation<DeleteItemRequest, null> = {
  name: 'DeleteItem',
  repeatable: false,
  expects: ({ ids, occurrences = [] }) => ids.length + occurrences.length,
  write: ({ ids, occurrences = [], attributes = '' }) =>
    `<m:DeleteItem DeleteType="MoveToDeletedItems"${attributes}>` +
    `<m:ItemIds>${ids.map((id) => writeItemId(id)).join('')}${occurrences.join('')}</m:ItemIds></m:DeleteItem>`,
  start: () => null,
  payload: new Map(),
};
