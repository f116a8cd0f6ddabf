/** The `<m:Folders>` of one response message. */
import { folderShapes } from '../items/folder-reader.ts';
import type { ReadFolder } from '../items/folder-reader.ts';
import { shapes } from '../soap-reader.ts';

export interface FolderList {
  readonly folders: ReadFolder[];
}

export function emptyFolderList(): FolderList {
  return { folders: [] };
}

export const folderListPayload = shapes<FolderList>({
  'm:Folders': { children: folderShapes((list: FolderList, folder) => list.folders.push(folder)) },
});
