import type { RequestContext } from '../request-context.ts';
import { findItem } from '../references.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const DESTINATIONS: Readonly<Record<string, string>> = {
  SoftDelete: 'recoverableitemsdeletions',
  MoveToDeletedItems: 'deleteditems',
};

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation */
export function deleteItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ItemIds']);
  const type = requiredAttribute(request, 'DeleteType', ['HardDelete', 'SoftDelete', 'MoveToDeletedItems']);
  const ids = requiredChild(request, 'm:ItemIds').children;
  const { mailbox, stamp } = context;
  return batchResponse(context, { operation: 'DeleteItem' }, ids, (id) => {
    const item = findItem(id, context);
    const destination = mailbox.distinguishedFolder(DESTINATIONS[type] ?? '');
    if (destination === undefined) mailbox.removeItem(item);
    else mailbox.moveItem(item, destination, stamp);
    return '';
  });
}
