import { ItemError } from '../item-error.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deletefolder-operation: always for good. */
export function deleteFolder(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:FolderIds']);
  requiredAttribute(request, 'DeleteType', ['HardDelete', 'SoftDelete', 'MoveToDeletedItems']);
  const ids = requiredChild(request, 'm:FolderIds').children;
  return batchResponse(context, { operation: 'DeleteFolder' }, ids, (id) => {
    const folder = findFolder(id, context);
    if (folder.distinguished !== undefined) throw new ItemError('ErrorDeleteDistinguishedFolder');
    context.mailbox.removeFolder(folder);
    return '';
  });
}
