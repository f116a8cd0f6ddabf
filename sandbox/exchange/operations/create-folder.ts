import { FOLDER_ID_ONLY, folderXml } from '../folder-writer.ts';
import { ItemError } from '../item-error.ts';
import { findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { schemaFault } from '../soap-fault.ts';
import { checkSequence, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const CLASSES: Readonly<Record<string, string>> = {
  't:Folder': 'IPF.Note',
  't:ContactsFolder': 'IPF.Contact',
  't:CalendarFolder': 'IPF.Appointment',
  't:TasksFolder': 'IPF.Task',
  't:SearchFolder': 'IPF.Note',
};

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/createfolder-operation */
export function createFolder(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ParentFolderId', 'm:Folders']);
  const parent = requiredChild(request, 'm:ParentFolderId');
  const folders = requiredChild(request, 'm:Folders').children;
  return batchResponse(
    context,
    { operation: 'CreateFolder', onError: '<m:Folders/>' },
    folders,
    (element) => {
      const folderClass = CLASSES[element.name];
      if (folderClass === undefined) throw schemaFault(`'${element.name}' is not a folder.`, element);
      const into = findTargetFolder(parent, context, context.release.unknownParentCode);
      const displayName = childText(element, 't:DisplayName') ?? '';
      if (displayName === '')
        throw new ItemError('ErrorFolderSave', 'Folder save failed due to invalid property values.');
      const made = context.mailbox.createFolder(
        into,
        displayName,
        childText(element, 't:FolderClass') ?? folderClass,
      );
      return `<m:Folders>${folderXml(made, FOLDER_ID_ONLY, context.mailbox)}</m:Folders>`;
    },
  );
}
