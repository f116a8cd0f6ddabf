import { EFFECTIVE_RIGHTS } from './kinds/item-properties.ts';
import type { Mailbox } from './mailbox.ts';
import { parsePath } from './property-path.ts';
import { folderElement } from './stored-folder.ts';
import type { StoredFolder } from './stored-folder.ts';
import { textElement } from './xml-text.ts';
import { child, childText, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface FolderShape {
  readonly base: string;
  readonly asked: ReadonlySet<string>;
}

const DEFAULT: ReadonlySet<string> = new Set([
  'folder:FolderId',
  'folder:DisplayName',
  'folder:TotalCount',
  'folder:ChildFolderCount',
  'folder:UnreadCount',
]);

/** Reads m:FolderShape. */
export function readFolderShape(request: XmlElement): FolderShape {
  const shape = requiredChild(request, 'm:FolderShape');
  requiredChild(shape, 't:BaseShape');
  const base = childText(shape, 't:BaseShape', ['IdOnly', 'Default', 'AllProperties']) ?? 'Default';
  const additional = child(shape, 't:AdditionalProperties')?.children ?? [];
  return { base, asked: new Set(additional.map((element) => parsePath(element).key)) };
}

export const FOLDER_ID_ONLY: FolderShape = { base: 'IdOnly', asked: new Set() };

export function folderIdAttributes(folder: StoredFolder, mailbox: Mailbox): string {
  return `Id="${mailbox.ids.write('folder', folder.serial)}" ChangeKey="${mailbox.ids.writeChangeKey(folder.change)}"`;
}

/** Writes a folder, its properties in schema order. */
export function folderXml(folder: StoredFolder, shape: FolderShape, mailbox: Mailbox): string {
  const wants = (name: string): boolean => {
    const uri = `folder:${name}`;
    return (
      shape.asked.has(uri) || shape.base === 'AllProperties' || (shape.base === 'Default' && DEFAULT.has(uri))
    );
  };
  const element = folderElement(folder.folderClass);
  let xml = `<t:FolderId ${folderIdAttributes(folder, mailbox)}/>`;
  if (wants('ParentFolderId') && folder.parent !== undefined) {
    xml += `<t:ParentFolderId ${folderIdAttributes(folder.parent, mailbox)}/>`;
  }
  if (wants('FolderClass') && folder.folderClass !== '')
    xml += textElement('FolderClass', folder.folderClass);
  if (wants('DisplayName')) xml += textElement('DisplayName', folder.displayName);
  if (wants('TotalCount')) xml += `<t:TotalCount>${folder.log.count}</t:TotalCount>`;
  if (wants('ChildFolderCount')) xml += `<t:ChildFolderCount>${folder.children.length}</t:ChildFolderCount>`;
  if (wants('EffectiveRights')) xml += EFFECTIVE_RIGHTS;
  if (wants('DistinguishedFolderId') && folder.distinguished !== undefined) {
    xml += textElement('DistinguishedFolderId', folder.distinguished);
  }
  if (wants('UnreadCount') && (element === 'Folder' || element === 'TasksFolder'))
    xml += `<t:UnreadCount>${unreadCount(folder)}</t:UnreadCount>`;
  return `<t:${element}>${xml}</t:${element}>`;
}

/** Of the items that can be read or not: messages and posts. */
function unreadCount(folder: StoredFolder): number {
  let count = 0;
  for (const item of folder.log.items()) if (item.values.get('message:IsRead') === 'false') count++;
  return count;
}
