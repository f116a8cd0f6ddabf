import { OccurrenceView } from '../calendar/occurrence-view.ts';
import { ItemError } from '../item-error.ts';
import { ItemWriter } from '../item-writer.ts';
import { findItem, findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { ID_ONLY } from '../response-shape.ts';
import { checkSequence, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/moveitem-operation */
export function moveItem(request: XmlElement, context: RequestContext): string {
  return relocate(request, context, 'MoveItem');
}

/** MoveItem and CopyItem differ in what becomes of the original. */
export function relocate(
  request: XmlElement,
  context: RequestContext,
  operation: 'MoveItem' | 'CopyItem',
): string {
  checkSequence(request, ['m:ToFolderId', 'm:ItemIds', 'm:ReturnNewItemIds']);
  const { mailbox, stamp } = context;
  const target = requiredChild(request, 'm:ToFolderId');
  const ids = requiredChild(request, 'm:ItemIds').children;
  const returnIds = childText(request, 'm:ReturnNewItemIds', ['true', 'false', '1', '0']) ?? 'true';
  const writer = new ItemWriter(ID_ONLY, mailbox);
  return batchResponse(context, { operation, onError: '<m:Items/>' }, ids, (id) => {
    const folder = findTargetFolder(target, context, 'ErrorToFolderNotFound');
    const item = findItem(id, context);
    if (item instanceof OccurrenceView) throw new ItemError('ErrorCalendarCannotMoveOrCopyOccurrence');
    const made =
      operation === 'MoveItem'
        ? mailbox.moveItem(item, folder, stamp)
        : mailbox.copyItem(item, folder, stamp);
    return returnIds === 'true' || returnIds === '1'
      ? `<m:Items>${writer.write(made)}</m:Items>`
      : '<m:Items/>';
  });
}
