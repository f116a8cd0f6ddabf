import { ItemError } from '../item-error.ts';
import { applyUpdate, checkUpdatesSchema, readUpdates } from '../item-update.ts';
import { ItemWriter } from '../item-writer.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { ID_ONLY } from '../response-shape.ts';
import type { StoredItem } from '../stored-item.ts';
import { checkSequence, optionalAttribute, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const RESOLUTIONS = ['NeverOverwrite', 'AutoResolve', 'AlwaysOverwrite'];

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/updateitem-operation */
export function updateItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:SavedItemFolderId', 'm:ItemChanges']);
  const resolution = requiredAttribute(request, 'ConflictResolution', RESOLUTIONS);
  optionalAttribute(request, 'MessageDisposition', ['SaveOnly', 'SendOnly', 'SendAndSaveCopy']);
  const { mailbox, stamp } = context;
  const writer = new ItemWriter(ID_ONLY, mailbox);
  const changes = requiredChild(request, 'm:ItemChanges').children;
  for (const change of changes) {
    checkSequence(change, ['t:ItemId', 't:Updates']);
    requiredChild(change, 't:ItemId');
    checkUpdatesSchema(requiredChild(change, 't:Updates'));
  }
  return batchResponse(context, { operation: 'UpdateItem', onError: '<m:Items/>' }, changes, (change) => {
    const id = requiredChild(change, 't:ItemId');
    const item = findItem(id, context);
    checkConflict(item, id.attributes['ChangeKey'], resolution, context);
    const update = readUpdates(requiredChild(change, 't:Updates'), item);
    applyUpdate(item, update);
    mailbox.touchItem(item, stamp);
    return `<m:Items>${writer.write(item)}</m:Items><m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>`;
  });
}

/** Only NeverOverwrite refuses a stale key; a key must be there all the same. */
function checkConflict(
  item: StoredItem,
  changeKey: string | undefined,
  resolution: string,
  context: RequestContext,
): void {
  if (changeKey === undefined || changeKey === '')
    throw new ItemError('ErrorChangeKeyRequiredForWriteOperations');
  const change = context.mailbox.ids.readChangeKey(changeKey);
  if (change !== item.change && resolution === 'NeverOverwrite')
    throw new ItemError('ErrorIrresolvableConflict');
}
