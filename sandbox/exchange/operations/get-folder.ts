import { folderXml, readFolderShape } from '../folder-writer.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation */
export function getFolder(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:FolderShape', 'm:FolderIds']);
  const shape = readFolderShape(request);
  const ids = requiredChild(request, 'm:FolderIds').children;
  return batchResponse(context, { operation: 'GetFolder', onError: '<m:Folders/>' }, ids, (id) => {
    return `<m:Folders>${folderXml(findFolder(id, context), shape, context.mailbox)}</m:Folders>`;
  });
}
