/** The folders of one mailbox. */
import { remoteErrorOf } from '../response-codes.ts';
import { fieldPath } from '../items/property-path.ts';
import { findFolder } from '../operations/find-folder.ts';
import type { FindFolderRequest } from '../operations/find-folder.ts';
import { getFolder } from '../operations/get-folder.ts';
import { onlyMessage, runOperation } from '../operations/run-operation.ts';
import type { EwsSession } from '../operations/run-operation.ts';
import type { ReadFolder } from '../items/folder-reader.ts';
import type { DistinguishedFolder } from '../items/identifier.ts';

/** The id of a folder named by its role. */
export async function readFolderId(
  session: EwsSession,
  folder: DistinguishedFolder,
  signal?: AbortSignal,
): Promise<string> {
  const request = { folders: [{ distinguished: folder }], properties: [] };
  const messages = await runOperation(session, getFolder, request, { signal });
  const id = onlyMessage(messages, getFolder).folders[0]?.id;
  if (!id) throw remoteErrorOf('MalformedAnswer', { write: false });
  return id;
}

/** How many items lie right in a folder, by its own count. */
export async function countItems(
  session: EwsSession,
  folderId: string,
  signal?: AbortSignal,
): Promise<number> {
  const request = { folders: [{ id: folderId }], properties: [fieldPath('folder:TotalCount')] };
  const messages = await runOperation(session, getFolder, request, { signal });
  return onlyMessage(messages, getFolder).folders[0]?.totalCount ?? 0;
}

/** The smallest request there is, on a new connection. Throws RemoteError when the server or the mailbox is down. */
export async function probe(session: EwsSession, signal?: AbortSignal): Promise<void> {
  const request = { folders: [{ distinguished: 'contacts' as const }], properties: [] };
  const messages = await runOperation(session, getFolder, request, { signal, freshConnection: true });
  onlyMessage(messages, getFolder);
}

const pageSize = 1_000;

/** The ids of the mailbox's folders of a class, such as `IPF.Contact`, outside Deleted Items. */
export async function listFoldersOf(
  session: EwsSession,
  wantedClass: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const deletedItems = await readFolderId(session, 'deleteditems', signal);
  const properties = [fieldPath('folder:ParentFolderId'), fieldPath('folder:FolderClass')];
  const everywhere = { below: { distinguished: 'msgfolderroot' }, properties } as const;
  const folders = await listFolders(session, everywhere, signal);
  const parents = new Map(folders.map((folder) => [folder.id, folder.parentId]));
  const isDeleted = (id: string): boolean => {
    const seen = new Set<string>();
    for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = parents.get(at)) {
      if (at === deletedItems) return true;
      seen.add(at);
    }
    return false;
  };
  return folders
    .filter((folder) => isOfClass(folder, wantedClass))
    .map(({ id }) => id)
    .filter((id) => !isDeleted(id));
}

export function isOfClass({ folderClass }: Pick<ReadFolder, 'folderClass'>, wanted: string): boolean {
  return folderClass === wanted || folderClass.startsWith(`${wanted}.`);
}

/** All pages of one question. */
export async function listFolders(
  session: EwsSession,
  question: Omit<FindFolderRequest, 'offset' | 'pageSize'>,
  signal?: AbortSignal,
): Promise<ReadFolder[]> {
  const found: ReadFolder[] = [];
  for (let offset = 0; ;) {
    const request = { ...question, offset, pageSize };
    const page = onlyMessage(await runOperation(session, findFolder, request, { signal }), findFolder);
    found.push(...page.folders);
    if (page.includesLast || page.nextOffset <= offset) return found;
    offset = page.nextOffset;
  }
}
