/** Microsoft: FindFolder operation. The folders below one. */
import { folderShapes } from '../items/folder-reader.ts';
import type { ReadFolder } from '../items/folder-reader.ts';
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import { isTrue } from '../xml-boolean.ts';
import type { PropertyPath } from '../items/property-path.ts';
import { writeFolderShape } from '../items/shape.ts';
import { shapes } from '../soap-reader.ts';
import type { Operation } from './operation.ts';

export interface FindFolderRequest {
  readonly below: FolderReference;
  /** `Shallow`: only those right below it. `Deep` unless given. */
  readonly traversal?: 'Shallow' | 'Deep';
  readonly properties: readonly PropertyPath[];
  readonly offset: number;
  /** 1,000 at most. */
  readonly pageSize: number;
}

export interface FindFolderAnswer {
  readonly folders: ReadFolder[];
  nextOffset: number;
  includesLast: boolean;
}

export const findFolder: Operation<FindFolderRequest, FindFolderAnswer> = {
  name: 'FindFolder',
  repeatable: true,
  expects: () => 1,
  write: ({ below, traversal = 'Deep', properties, offset, pageSize }) =>
    `<m:FindFolder Traversal="${traversal}">${writeFolderShape(properties)}` +
    `<m:IndexedPageFolderView MaxEntriesReturned="${pageSize}" Offset="${offset}" BasePoint="Beginning"/>` +
    `<m:ParentFolderIds>${writeFolderReference(below)}</m:ParentFolderIds></m:FindFolder>`,
  start: () => ({ folders: [], nextOffset: 0, includesLast: true }),
  payload: shapes<FindFolderAnswer>({
    'm:RootFolder': {
      open: (answer, attributes) => {
        answer.nextOffset = Number(attributes['IndexedPagingOffset'] ?? 0);
        answer.includesLast = isTrue(attributes['IncludesLastItemInRange'] ?? 'true');
      },
      children: shapes<FindFolderAnswer>({
        't:Folders': {
          children: folderShapes((answer: FindFolderAnswer, folder) => answer.folders.push(folder)),
        },
      }),
    },
  }),
};
