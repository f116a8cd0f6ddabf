import { ChangeLog } from './change-log.ts';

/** One folder of a mailbox. */
export interface StoredFolder {
  readonly serial: number;
  parent: StoredFolder | undefined;
  displayName: string;
  readonly folderClass: string;
  /** The DistinguishedFolderId, for the folders every mailbox has. */
  readonly distinguished: string | undefined;
  readonly arrived: number;
  change: number;
  removed: boolean;
  readonly children: StoredFolder[];
  readonly log: ChangeLog;
}

export function newFolder(
  fields: Pick<
    StoredFolder,
    'serial' | 'parent' | 'displayName' | 'folderClass' | 'distinguished' | 'arrived'
  >,
): StoredFolder {
  return { ...fields, change: fields.arrived, removed: false, children: [], log: new ChangeLog() };
}

/** The folder's descendants, parents first. */
export function* descendants(folder: StoredFolder): Generator<StoredFolder> {
  for (const below of folder.children) {
    yield below;
    yield* descendants(below);
  }
}

/** The folders it lies in, nearest first. */
export function* ancestors(folder: StoredFolder): Generator<StoredFolder> {
  for (let above = folder.parent; above !== undefined; above = above.parent) yield above;
}

/** The name of the element a folder of this class is written as. */
export function folderElement(folderClass: string): string {
  if (folderClass.startsWith('IPF.Contact')) return 'ContactsFolder';
  if (folderClass.startsWith('IPF.Appointment')) return 'CalendarFolder';
  if (folderClass.startsWith('IPF.Task')) return 'TasksFolder';
  return 'Folder';
}
