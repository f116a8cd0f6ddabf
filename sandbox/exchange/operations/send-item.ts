import { ItemError } from '../item-error.ts';
import { FLAG, hasMessageFlag } from '../kinds/item-properties.ts';
import { sendStored } from '../kinds/message.ts';
import { findItem, findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, child, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/senditem-operation */
export function sendItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ItemIds', 'm:SavedItemFolderId']);
  const save = ['true', '1'].includes(
    requiredAttribute(request, 'SaveItemToFolder', ['true', 'false', '1', '0']),
  );
  const target = child(request, 'm:SavedItemFolderId');
  const ids = requiredChild(request, 'm:ItemIds').children;
  return batchResponse(context, { operation: 'SendItem' }, ids, (id) => {
    if (!save && target !== undefined) throw new ItemError('ErrorInvalidSendItemSaveSettings');
    const item = findItem(id, context);
    checkChangeKey(id.attributes['ChangeKey'], item.change, context);
    if (item.kind !== 'Message' || !hasMessageFlag(item, FLAG.unsent))
      throw new ItemError('ErrorInvalidItemForOperationSendItem');
    const folder =
      target === undefined
        ? context.mailbox.distinguishedFolder('sentitems')
        : findTargetFolder(target, context);
    sendStored(item, save ? folder : undefined, context);
    return '';
  });
}

function checkChangeKey(key: string | undefined, change: number, context: RequestContext): void {
  if (key === undefined || key === '') throw new ItemError('ErrorChangeKeyRequiredForWriteOperations');
  if (context.mailbox.ids.readChangeKey(key) !== change) throw new ItemError('ErrorStaleObject');
}
