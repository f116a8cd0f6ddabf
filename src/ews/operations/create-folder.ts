/** Microsoft: CreateFolder operation. The element says what the folder holds, and gives it its class. */
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import { textElement } from '../soap-writer.ts';
import { emptyFolderList, folderListPayload } from './folder-list.ts';
import type { FolderList } from './folder-list.ts';
import type { Operation } from './operation.ts';

export type FolderElement = 'ContactsFolder' | 'TasksFolder' | 'CalendarFolder';

export interface CreateFolderRequest {
  readonly parent: FolderReference;
  readonly element: FolderElement;
  readonly displayName: string;
}

export const createFolder: Operation<CreateFolderRequest, FolderList> = {
  name: 'CreateFolder',
  repeatable: false,
  expects: () => 1,
  write: ({ parent, element, displayName }) =>
    `<m:CreateFolder><m:ParentFolderId>${writeFolderReference(parent)}</m:ParentFolderId><m:Folders>` +
    `<t:${element}>${textElement('t:DisplayName', displayName)}</t:${element}>` +
    '</m:Folders></m:CreateFolder>',
  start: emptyFolderList,
  payload: folderListPayload,
};
