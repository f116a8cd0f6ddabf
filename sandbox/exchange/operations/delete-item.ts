import { kindOf } from '../kind-registry.ts';
import type { RequestContext } from '../request-context.ts';
import { findItem } from '../references.ts';
import { batchResponse } from '../response-message.ts';
import type { StoredItem } from '../stored-item.ts';
import { checkSequence, optionalAttribute, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const DESTINATIONS: Readonly<Record<string, string>> = {
  SoftDelete: 'recoverableitemsdeletions',
  MoveToDeletedItems: 'deleteditems',
};

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation */
export function deleteItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ItemIds']);
  requiredAttribute(request, 'DeleteType', ['HardDelete', 'SoftDelete', 'MoveToDeletedItems']);
  optionalAttribute(request, 'AffectedTaskOccurrences', ['AllOccurrences', 'SpecifiedOccurrenceOnly']);
  optionalAttribute(request, 'SendMeetingCancellations', [
    'SendToNone',
    'SendOnlyToAll',
    'SendToAllAndSaveCopy',
  ]);
  const ids = requiredChild(request, 'm:ItemIds').children;
  return batchResponse(context, { operation: 'DeleteItem' }, ids, (id) => {
    const item = findItem(id, context);
    const kind = kindOf(item);
    kind.checkDelete?.(item, request);
    if (kind.remove?.(item, request, context) !== true) removeItem(item, request, context);
    return '';
  });
}

/** Deletes in the way DeleteType says. */
export function removeItem(item: StoredItem, request: XmlElement, context: RequestContext): void {
  const { mailbox, stamp } = context;
  const destination = mailbox.distinguishedFolder(DESTINATIONS[request.attributes['DeleteType'] ?? ''] ?? '');
  if (destination === undefined) mailbox.removeItem(item);
  else mailbox.moveItem(item, destination, stamp);
}
