import { readChanges } from '../folder-changes.ts';
import { itemIdElement } from '../kinds/item-properties.ts';
import { ItemWriter } from '../item-writer.ts';
import { findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { readItemShape } from '../response-shape.ts';
import { schemaFault } from '../soap-fault.ts';
import { textValue } from '../stored-item.ts';
import { readSyncState, writeSyncState } from '../sync-state.ts';
import { checkSequence, child, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** What an error message ends with: clients read both. */
const NO_CHANGES = '<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation */
export function syncFolderItems(request: XmlElement, context: RequestContext): string {
  checkSequence(request, [
    'm:ItemShape',
    'm:SyncFolderId',
    'm:SyncState',
    'm:Ignore',
    'm:MaxChangesReturned',
    'm:SyncScope',
  ]);
  const { mailbox } = context;
  const writer = new ItemWriter(readItemShape(request, 'list', context.release), mailbox);
  const max = readMax(requiredChild(request, 'm:MaxChangesReturned'));
  childText(request, 'm:SyncScope', ['NormalItems', 'NormalAndAssociatedItems']);
  const target = requiredChild(request, 'm:SyncFolderId');
  const given = childText(request, 'm:SyncState') ?? '';
  const ignore = new Set<number | undefined>();
  for (const id of child(request, 'm:Ignore')?.children ?? []) {
    ignore.add(mailbox.ids.read('item', id.attributes['Id'] ?? ''));
  }
  return batchResponse(context, { operation: 'SyncFolderItems', onError: NO_CHANGES }, [request], () => {
    const folder = findTargetFolder(target, context, 'ErrorSyncFolderNotFound');
    const scope = {
      kind: 'items',
      folderId: mailbox.ids.write('folder', folder.serial),
      epoch: mailbox.syncEpoch,
    } as const;
    const position = given === '' ? { floor: 0 } : readSyncState(scope, given);
    const page = readChanges(folder.log, position, {
      max,
      ignored: (serial) => ignore.has(serial),
      newestFirst: context.release.newestFirst,
    });
    let changes = '';
    for (const change of page.changes) {
      if (change.type === 'delete') {
        changes += `<t:Delete><t:ItemId Id="${mailbox.ids.write('item', change.tombstone.serial)}" ChangeKey="${mailbox.ids.writeChangeKey(change.tombstone.number)}"/></t:Delete>`;
      } else if (change.type === 'readFlag') {
        changes += `<t:ReadFlagChange>${itemIdElement(change.item, mailbox)}<t:IsRead>${textValue(change.item, 'message:IsRead') === 'true'}</t:IsRead></t:ReadFlagChange>`;
      } else {
        const type = change.type === 'create' ? 'Create' : 'Update';
        changes += `<t:${type}>${writer.write(change.item)}</t:${type}>`;
      }
    }
    return (
      `<m:SyncState>${writeSyncState(scope, page.next)}</m:SyncState>` +
      `<m:IncludesLastItemInRange>${page.includesLast}</m:IncludesLastItemInRange><m:Changes>${changes}</m:Changes>`
    );
  });
}

function readMax(element: XmlElement): number {
  const max = Number(element.text.trim());
  if (Number.isInteger(max) && max >= 1 && max <= 512) return max;
  throw schemaFault(
    `The '${element.name}' element is invalid - The value '${element.text}' is invalid according to its datatype ` +
      "'http://schemas.microsoft.com/exchange/services/2006/types:MaxSyncChangesReturnedType'.",
    element,
  );
}
