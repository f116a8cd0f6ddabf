/** Microsoft: CreateFolder operation (contacts folder). */
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import { textElement } from '../soap-writer.ts';
import { emptyFolderList, folderListPayload } from './folder-list.ts';
import type { FolderList } from './folder-list.ts';
import type { Operation } from './operation.ts';

export interface CreateFolderRequest {
  readonly parent: FolderReference;
  readonly displayName: string;
}

export const createFolder: Operation<CreateFolderRequest, FolderList> = {
  name: 'CreateFolder',
  repeatable: false,
  expects: () => 1,
  write: ({ parent, displayName }) =>
    `<m:CreateFolder><m:ParentFolderId>${writeFolderReference(parent)}</m:ParentFolderId><m:Folders>` +
    `<t:ContactsFolder>${textElement('t:DisplayName', displayName)}</t:ContactsFolder>` +
    '</m:Folders></m:CreateFolder>',
  start: emptyFolderList,
  payload: folderListPayload,
};
