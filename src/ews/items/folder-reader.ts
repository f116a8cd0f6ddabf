/** Reads the folders of an answer. */
import { shapes, within } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';

export interface ReadFolder {
  id: string;
  changeKey: string;
  /** Empty where it was not asked for. */
  parentId: string;
  folderClass: string;
  displayName: string;
  /** Items right in it; 0 where it was not asked for. */
  totalCount: number;
}

const inside: Shape<ReadFolder> = {
  children: shapes<ReadFolder>({
    't:FolderId': {
      open: (folder, attributes) => {
        folder.id = attributes['Id'] ?? '';
        folder.changeKey = attributes['ChangeKey'] ?? '';
      },
    },
    't:ParentFolderId': { open: (folder, attributes) => (folder.parentId = attributes['Id'] ?? '') },
    't:FolderClass': { text: (folder, value) => (folder.folderClass = value.trim()) },
    't:TotalCount': { text: (folder, value) => (folder.totalCount = Number(value)) },
    't:DisplayName': { text: (folder, value) => (folder.displayName = value) },
  }),
};

const elements = ['Folder', 'CalendarFolder', 'ContactsFolder', 'SearchFolder', 'TasksFolder'] as const;

/** Children of `<m:Folders>` and `<t:Folders>`: folders of every kind. */
export function folderShapes<C>(
  add: (context: C, folder: ReadFolder) => void,
): ReadonlyMap<string, Shape<C>> {
  const shape = within((context: C) => {
    const folder: ReadFolder = {
      id: '',
      changeKey: '',
      parentId: '',
      folderClass: '',
      displayName: '',
      totalCount: 0,
    };
    add(context, folder);
    return folder;
  }, inside);
  return new Map(elements.map((element) => [`t:${element}`, shape]));
}
