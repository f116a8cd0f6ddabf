/** The folders of one mailbox. */
import { remoteErrorOf } from '../response-codes.ts';
import { fieldPath } from '../items/property-path.ts';
import { findFolder } from '../operations/find-folder.ts';
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
  const folders = await listFolders(session, signal);
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
    .filter(({ folderClass }) => folderClass === wantedClass || folderClass.startsWith(`${wantedClass}.`))
    .map(({ id }) => id)
    .filter((id) => !isDeleted(id));
}

async function listFolders(session: EwsSession, signal?: AbortSignal): Promise<ReadFolder[]> {
  const found: ReadFolder[] = [];
  for (let offset = 0; ;) {
    const request = {
      below: { distinguished: 'msgfolderroot' as const },
      properties: [fieldPath('folder:ParentFolderId'), fieldPath('folder:FolderClass')],
      offset,
      pageSize,
    };
    const page = onlyMessage(await runOperation(session, findFolder, request, { signal }), findFolder);
    found.push(...page.folders);
    if (page.includesLast || page.nextOffset <= offset) return found;
    offset = page.nextOffset;
  }
}
