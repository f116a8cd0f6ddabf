/** Microsoft: GetItem operation. */
import { writeItemId } from '../items/identifier.ts';
import type { PropertyPath } from '../items/property-path.ts';
import { writeItemShape } from '../items/shape.ts';
import { emptyItemList, itemListPayload } from './item-list.ts';
import type { ItemList } from './item-list.ts';
import type { Operation } from './operation.ts';

export interface GetItemRequest {
  /** At least one. */
  readonly ids: readonly string[];
  /** Beside id and change key. */
  readonly properties: readonly PropertyPath[];
}

export const getItem: Operation<GetItemRequest, ItemList> = {
  name: 'GetItem',
  repeatable: true,
  expects: ({ ids }) => ids.length,
  write: ({ ids, properties }) =>
    `<m:GetItem>${writeItemShape(properties)}` +
    `<m:ItemIds>${ids.map((id) => writeItemId(id)).join('')}</m:ItemIds></m:GetItem>`,
  start: emptyItemList,
  payload: itemListPayload,
};
