import { folderXml, readFolderShape } from '../folder-writer.ts';
import { findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { descendants } from '../stored-folder.ts';
import { readSyncState, writeSyncState } from '../sync-state.ts';
import { checkSequence, child, childText } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** What an error message ends with: clients read both. */
const NO_CHANGES = '<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderhierarchy-operation */
export function syncFolderHierarchy(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:FolderShape', 'm:SyncFolderId', 'm:SyncState']);
  const shape = readFolderShape(request);
  const target = child(request, 'm:SyncFolderId');
  const given = childText(request, 'm:SyncState') ?? '';
  const { mailbox } = context;
  return batchResponse(context, { operation: 'SyncFolderHierarchy', onError: NO_CHANGES }, [request], () => {
    const root =
      target === undefined
        ? mailbox.distinguishedFolder('msgfolderroot')
        : findTargetFolder(target, context, 'ErrorSyncFolderNotFound');
    if (root === undefined) throw new Error('A mailbox without msgfolderroot');
    const scope = {
      kind: 'hierarchy',
      folderId: mailbox.ids.write('folder', root.serial),
      epoch: mailbox.syncEpoch,
    } as const;
    const floor = given === '' ? 0 : readSyncState(scope, given).floor;
    let changes = '';
    for (const folder of descendants(root)) {
      if (folder.change <= floor) continue;
      const type = folder.arrived > floor ? 'Create' : 'Update';
      changes += `<t:${type}>${folderXml(folder, shape, mailbox)}</t:${type}>`;
    }
    for (const gone of mailbox.removedFolders) {
      if (gone.number <= floor || gone.arrived > floor) continue;
      if (gone.from !== undefined && !gone.from.includes(root.serial)) continue;
      changes += `<t:Delete><t:FolderId Id="${mailbox.ids.write('folder', gone.serial)}"/></t:Delete>`;
    }
    const next = writeSyncState(scope, { floor: mailbox.lastFolderChange });
    return (
      `<m:SyncState>${next}</m:SyncState><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>` +
      `<m:Changes>${changes}</m:Changes>`
    );
  });
}
