/** Microsoft: GetFolder operation. One response message a folder. */
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import type { PropertyPath } from '../items/property-path.ts';
import { writeFolderShape } from '../items/shape.ts';
import { emptyFolderList, folderListPayload } from './folder-list.ts';
import type { FolderList } from './folder-list.ts';
import type { Operation } from './operation.ts';

export interface GetFolderRequest {
  /** At least one. */
  readonly folders: readonly FolderReference[];
  readonly properties: readonly PropertyPath[];
}

export const getFolder: Operation<GetFolderRequest, FolderList> = {
  name: 'GetFolder',
  repeatable: true,
  expects: ({ folders }) => folders.length,
  write: ({ folders, properties }) =>
    `<m:GetFolder>${writeFolderShape(properties)}` +
    `<m:FolderIds>${folders.map(writeFolderReference).join('')}</m:FolderIds></m:GetFolder>`,
  start: emptyFolderList,
  payload: folderListPayload,
};
