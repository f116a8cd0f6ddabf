import { compileRestriction } from './search-expression.ts';
import type { Predicate } from './search-expression.ts';
import type { StoredFolder } from './stored-folder.ts';
import type { XmlElement } from './xml-tree.ts';

/** Folders that match the m:Restriction of FindFolder. */
export function readFolderRestriction(restriction: XmlElement | undefined): Predicate<StoredFolder> {
  return compileRestriction<StoredFolder>(restriction, (folder, key) => {
    switch (key) {
      case 'folder:DisplayName':
      case 'x:0x3001:String':
        return [folder.displayName];
      case 'folder:FolderClass':
        return [folder.folderClass];
      case 'folder:TotalCount':
        return [String(folder.log.count)];
      case 'folder:ChildFolderCount':
        return [String(folder.children.length)];
      default:
        return [];
    }
  });
}
