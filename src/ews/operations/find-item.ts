/** Microsoft: FindItem operation. One response message a folder; the items come oldest first. */
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import { isTrue } from '../xml-boolean.ts';
import { itemShapes } from '../items/item-reader.ts';
import type { ReadItem } from '../items/read-item.ts';
import { fieldPath } from '../items/property-path.ts';
import type { PropertyPath } from '../items/property-path.ts';
import { writeAnyOf } from '../items/restriction.ts';
import type { Equality } from '../items/restriction.ts';
import { writeItemShape } from '../items/shape.ts';
import { shapes } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import type { Operation } from './operation.ts';

export interface FindItemRequest {
  /** At least one. */
  readonly folders: readonly FolderReference[];
  /** 1 to `maxEqualities`; an item is found when one of them holds. */
  readonly anyOf: readonly Equality[];
  /** Beside id and change key. */
  readonly properties: readonly PropertyPath[];
  /** Of the first item of the page. */
  readonly offset: number;
  /** 1,000 at most: servers give no more. */
  readonly pageSize: number;
}

export interface FindItemAnswer {
  readonly items: ReadItem[];
  /** Where the next page begins. */
  nextOffset: number;
  includesLast: boolean;
}

const items: Shape<FindItemAnswer> = {
  children: itemShapes((answer: FindItemAnswer, item) => answer.items.push(item)),
};

export const findItem: Operation<FindItemRequest, FindItemAnswer> = {
  name: 'FindItem',
  repeatable: true,
  expects: ({ folders }) => folders.length,
  write: ({ folders, anyOf, properties, offset, pageSize }) =>
    `<m:FindItem Traversal="Shallow">${writeItemShape(properties)}` +
    `<m:IndexedPageItemView MaxEntriesReturned="${pageSize}" Offset="${offset}" BasePoint="Beginning"/>` +
    writeAnyOf(anyOf) +
    `<m:SortOrder><t:FieldOrder Order="Ascending">${fieldPath('item:DateTimeCreated')}</t:FieldOrder></m:SortOrder>` +
    `<m:ParentFolderIds>${folders.map(writeFolderReference).join('')}</m:ParentFolderIds></m:FindItem>`,
  start: () => ({ items: [], nextOffset: 0, includesLast: true }),
  payload: shapes<FindItemAnswer>({
    'm:RootFolder': {
      open: (answer, attributes) => {
        answer.nextOffset = Number(attributes['IndexedPagingOffset'] ?? 0);
        answer.includesLast = isTrue(attributes['IncludesLastItemInRange'] ?? 'true');
      },
      children: shapes<FindItemAnswer>({
        't:Items': items,
        't:Groups': {
          children: shapes<FindItemAnswer>({
            't:GroupedItems': { children: shapes<FindItemAnswer>({ 't:Items': items }) },
          }),
        },
      }),
    },
  }),
};
