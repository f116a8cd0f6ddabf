/** Microsoft: DeleteItem operation. Always to Deleted Items; the server compares no change keys here. */
import { writeItemId } from '../items/identifier.ts';
import type { Operation } from './operation.ts';

export interface DeleteItemRequest {
  /** At least one. */
  readonly ids: readonly string[];
}

export const deleteItem: Operation<DeleteItemRequest, null> = {
  name: 'DeleteItem',
  repeatable: false,
  expects: ({ ids }) => ids.length,
  write: ({ ids }) =>
    '<m:DeleteItem DeleteType="MoveToDeletedItems">' +
    `<m:ItemIds>${ids.map((id) => writeItemId(id)).join('')}</m:ItemIds></m:DeleteItem>`,
  start: () => null,
  payload: new Map(),
};
