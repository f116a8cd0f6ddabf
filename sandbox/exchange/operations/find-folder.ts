import { folderXml, readFolderShape } from '../folder-writer.ts';
import { readPage, pageAttributes, takePage } from '../page-view.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { readFolderRestriction } from '../folder-restriction.ts';
import { descendants } from '../stored-folder.ts';
import { child, checkSequence, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation */
export function findFolders(request: XmlElement, context: RequestContext): string {
  checkSequence(request, [
    'm:FolderShape',
    'm:IndexedPageFolderView',
    'm:FractionalPageFolderView',
    'm:Restriction',
    'm:ParentFolderIds',
  ]);
  const shape = readFolderShape(request);
  const traversal = requiredAttribute(request, 'Traversal', ['Shallow', 'Deep', 'SoftDeleted']);
  const view = readPage(child(request, 'm:IndexedPageFolderView'), context);
  const parents = requiredChild(request, 'm:ParentFolderIds').children;
  const matches = readFolderRestriction(child(request, 'm:Restriction'));
  return batchResponse(context, { operation: 'FindFolder' }, parents, (id) => {
    const parent = findFolder(id, context);
    const all =
      traversal === 'Deep' ? [...descendants(parent)] : traversal === 'Shallow' ? parent.children : [];
    const page = takePage(all.filter(matches), view);
    const folders = page.entries.map((folder) => folderXml(folder, shape, context.mailbox)).join('');
    return `<m:RootFolder ${pageAttributes(page)}><t:Folders>${folders}</t:Folders></m:RootFolder>`;
  });
}
