import { FOLDER_ID_ONLY, folderXml } from '../folder-writer.ts';
import { ItemError } from '../item-error.ts';
import { parsePath } from '../property-path.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import type { StoredFolder } from '../stored-folder.ts';
import { checkSequence, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/updatefolder-operation: renames only. */
export function updateFolder(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:FolderChanges']);
  const changes = requiredChild(request, 'm:FolderChanges').children;
  return batchResponse(context, { operation: 'UpdateFolder', onError: '<m:Folders/>' }, changes, (change) => {
    const [id] = change.children;
    if (id === undefined) throw new ItemError('ErrorInvalidIdEmpty');
    const folder = findFolder(id, context);
    for (const update of requiredChild(change, 't:Updates').children) applyUpdate(update, folder, context);
    return `<m:Folders>${folderXml(folder, FOLDER_ID_ONLY, context.mailbox)}</m:Folders>`;
  });
}

function applyUpdate(update: XmlElement, folder: StoredFolder, context: RequestContext): void {
  const [pathElement, valueElement] = update.children;
  if (update.name === 't:AppendToFolderField') throw new ItemError('ErrorInvalidPropertyAppend');
  if (update.name === 't:DeleteFolderField') throw new ItemError('ErrorInvalidPropertyDelete');
  if (pathElement === undefined || valueElement === undefined) throw new ItemError('ErrorPropertyUpdate');
  if (parsePath(pathElement).key !== 'folder:DisplayName') throw new ItemError('ErrorInvalidPropertySet');
  const displayName = childText(valueElement, 't:DisplayName');
  if (displayName === undefined || displayName === '') throw new ItemError('ErrorUpdatePropertyMismatch');
  context.mailbox.renameFolder(folder, displayName);
}
