/** Microsoft: DeleteFolder operation. To Deleted Items, with all that lies in it. */
import { writeFolderReference } from '../items/identifier.ts';
import type { Operation } from './operation.ts';

export const deleteFolder: Operation<{ readonly id: string }, null> = {
  name: 'DeleteFolder',
  repeatable: false,
  expects: () => 1,
  write: (folder) =>
    '<m:DeleteFolder DeleteType="MoveToDeletedItems">' +
    `<m:FolderIds>${writeFolderReference(folder)}</m:FolderIds></m:DeleteFolder>`,
  start: () => null,
  payload: new Map(),
};
