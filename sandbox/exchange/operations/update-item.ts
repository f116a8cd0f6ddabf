import { ItemError } from '../item-error.ts';
import { applyUpdate, checkUpdatesSchema, readUpdates } from '../item-update.ts';
import { ItemWriter } from '../item-writer.ts';
import { kindOf } from '../kind-registry.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { ID_ONLY } from '../response-shape.ts';
import type { StoredItem } from '../stored-item.ts';
import { checkSequence, optionalAttribute, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const INVITATIONS = [
  ...['SendToNone', 'SendOnlyToAll', 'SendOnlyToChanged', 'SendToAllAndSaveCopy', 'SendToChangedAndSaveCopy'],
];
const RESOLUTIONS = ['NeverOverwrite', 'AutoResolve', 'AlwaysOverwrite'];

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/updateitem-operation */
export function updateItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:SavedItemFolderId', 'm:ItemChanges']);
  const resolution = requiredAttribute(request, 'ConflictResolution', RESOLUTIONS);
  optionalAttribute(request, 'MessageDisposition', ['SaveOnly', 'SendOnly', 'SendAndSaveCopy']);
  optionalAttribute(request, 'SendMeetingInvitationsOrCancellations', INVITATIONS);
  const { mailbox, stamp } = context;
  const writer = new ItemWriter(ID_ONLY, mailbox);
  const changes = requiredChild(request, 'm:ItemChanges').children;
  for (const change of changes) {
    checkSequence(change, ['t:ItemId', 't:OccurrenceItemId', 't:RecurringMasterItemId', 't:Updates']);
    changedId(change);
    checkUpdatesSchema(requiredChild(change, 't:Updates'));
  }
  return batchResponse(context, { operation: 'UpdateItem', onError: '<m:Items/>' }, changes, (change) => {
    const id = changedId(change);
    const item = findItem(id, context);
    const kind = kindOf(item);
    kind.checkUpdate?.(request);
    checkConflict(item, id.attributes['ChangeKey'], resolution, context);
    const given = readUpdates(requiredChild(change, 't:Updates'), item);
    applyUpdate(item, kind.settle?.(given, item, context) ?? given);
    const readFlagOnly = given.length > 0 && given.every(([key]) => key === 'message:IsRead');
    mailbox.touchItem(item, stamp, readFlagOnly ? 'readFlag' : 'content');
    const shown = kind.updated === undefined ? item : kind.updated(item, given, request, context);
    return `<m:Items>${shown === undefined ? '' : writer.write(shown)}</m:Items><m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>`;
  });
}

/** The one id of a t:ItemChange. */
function changedId(change: XmlElement): XmlElement {
  const [id] = change.children;
  return id === undefined || id.name === 't:Updates' ? requiredChild(change, 't:ItemId') : id;
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
