import { ItemError } from '../item-error.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { ancestors } from '../stored-folder.ts';
import { checkSequence, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deletefolder-operation */
export function deleteFolder(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:FolderIds']);
  const type = requiredAttribute(request, 'DeleteType', ['HardDelete', 'SoftDelete', 'MoveToDeletedItems']);
  const deletedItems = context.mailbox.distinguishedFolder('deleteditems');
  const ids = requiredChild(request, 'm:FolderIds').children;
  return batchResponse(context, { operation: 'DeleteFolder' }, ids, (id) => {
    const folder = findFolder(id, context);
    if (folder.distinguished !== undefined) throw new ItemError('ErrorDeleteDistinguishedFolder');
    // What happens to one that is there already is not documented: it goes for good, as in Outlook.
    const isMoved =
      type === 'MoveToDeletedItems' &&
      deletedItems !== undefined &&
      ![...ancestors(folder)].includes(deletedItems);
    if (isMoved) context.mailbox.moveFolder(folder, deletedItems);
    else context.mailbox.removeFolder(folder);
    return '';
  });
}
