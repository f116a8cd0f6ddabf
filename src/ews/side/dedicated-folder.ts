/** The folder of our own that a module may have in a mailbox. */
import { RemoteError } from '../../errors.ts';
import type { Module } from '../../sync/model.ts';
import type { ReadFolder } from '../items/folder-reader.ts';
import { itemKinds } from '../items/item-kinds.ts';
import type { FolderReference } from '../items/identifier.ts';
import { fieldPath } from '../items/property-path.ts';
import { createFolder } from '../operations/create-folder.ts';
import type { FolderElement } from '../operations/create-folder.ts';
import { deleteFolder } from '../operations/delete-folder.ts';
import { getFolder } from '../operations/get-folder.ts';
import { onlyMessage, runOperation } from '../operations/run-operation.ts';
import type { EwsSession } from '../operations/run-operation.ts';
import { remoteErrorOf } from '../response-codes.ts';
import { isOfClass, listFolders } from './mailbox-folders.ts';

const folders: Readonly<Record<Module, { readonly name: string; readonly element: FolderElement }>> = {
  contacts: { name: 'CRM Contacts', element: 'ContactsFolder' },
  tasks: { name: 'CRM Tasks', element: 'TasksFolder' },
  events: { name: 'CRM Calendar', element: 'CalendarFolder' },
};

export function dedicatedName(module: Module): string {
  return folders[module].name;
}

/** The folder lies in Deleted Items or is gone: that its items are, too, says nothing about them. */
export const folderGoneCode = 'DedicatedFolderGone';

/**
 * Its owner may do with the folder what he likes: it is known by its id wherever it lies, but not in Deleted Items. Returns the
 * folders around it, the innermost first. What lies where it lay before, `around`, takes one request; else one more for
 * each folder that is new there.
 */
export async function requirePresent(
  session: EwsSession,
  module: Module,
  folderId: string,
  { around, signal }: { readonly around: readonly string[]; readonly signal: AbortSignal | undefined },
): Promise<readonly string[]> {
  const present = await foldersAround(session, folderId, around, signal);
  if (present !== null) return present;
  throw new RemoteError({
    side: 'exchange',
    code: folderGoneCode,
    message: `The folder “${dedicatedName(module)}” was deleted in Exchange.`,
    remedy: 'Restore it if you want it back, then switch the module on; without it, a new one is made.',
    retryable: false,
  });
}

const goneCodes: ReadonlySet<string> = new Set(['ErrorFolderNotFound', 'ErrorItemNotFound']);

/** Null for a folder in Deleted Items, or nowhere. */
async function foldersAround(
  session: EwsSession,
  folderId: string,
  before: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly string[] | null> {
  const ask: FolderReference[] = [
    { id: folderId },
    { distinguished: 'msgfolderroot' },
    { distinguished: 'deleteditems' },
    ...before.map((id) => ({ id })),
  ];
  const [folder, root, deletedItems, ...asBefore] = await readFolders(session, ask, signal);
  if (!root || !deletedItems) throw remoteErrorOf('MalformedAnswer', { write: false });
  const around: string[] = [];
  for (let at = folder ?? null; at !== null;) {
    const { parentId } = at;
    if (parentId === root.id) return at.id === deletedItems.id ? null : around;
    if (parentId === deletedItems.id || around.includes(parentId)) return null;
    around.push(parentId);
    at = asBefore.find((one) => one?.id === parentId) ?? (await parentOf(session, at, signal));
  }
  return null;
}

async function parentOf(
  session: EwsSession,
  { parentId }: ReadFolder,
  signal: AbortSignal | undefined,
): Promise<ReadFolder | null> {
  if (parentId === '') return null;
  return (await readFolders(session, [{ id: parentId }], signal))[0] ?? null;
}

/** Null for what does not exist; every other failure throws. */
async function readFolders(
  session: EwsSession,
  wanted: readonly FolderReference[],
  signal: AbortSignal | undefined,
): Promise<(ReadFolder | null)[]> {
  const request = { folders: wanted, properties: [fieldPath('folder:ParentFolderId')] };
  const messages = await runOperation(session, getFolder, request, { signal });
  return messages.map(({ succeeded, code, answer }) => {
    if (!succeeded && !goneCodes.has(code)) throw remoteErrorOf(code, { write: false });
    return answer.folders[0] ?? null;
  });
}

/**
 * The folder of the module's name right below the root of the mailbox, or null. Throws RemoteError where a folder of
 * that name holds something else.
 */
export async function findByName(
  session: EwsSession,
  module: Module,
  signal?: AbortSignal,
): Promise<string | null> {
  const name = dedicatedName(module);
  const found = (await listBelow(session, { distinguished: 'msgfolderroot' }, signal)).find(
    // Two names that differ in case alone are one to Exchange.
    ({ displayName }) => displayName.toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) return null;
  if (isOfClass(found, itemKinds[module].folderClass)) return found.id;
  throw new RemoteError({
    side: 'exchange',
    code: 'FolderOfOtherKind',
    message: `The mailbox has a folder “${name}” that does not hold ${module}.`,
    remedy: 'Its owner has to rename it or delete it.',
    retryable: false,
  });
}

export async function findOrMake(session: EwsSession, module: Module, signal?: AbortSignal): Promise<string> {
  const found = await findByName(session, module, signal);
  if (found !== null) return found;
  const { name, element } = folders[module];
  const request = { parent: { distinguished: 'msgfolderroot' }, element, displayName: name } as const;
  const messages = await runOperation(session, createFolder, request, { signal });
  if (messages[0]?.succeeded !== false) {
    const made = onlyMessage(messages, createFolder).folders[0];
    if (!made?.id) throw remoteErrorOf('MalformedAnswer', { write: true });
    return made.id;
  }
  // Somebody was quicker.
  const present = messages[0].code === 'ErrorFolderExists' ? await findByName(session, module, signal) : null;
  if (present === null) throw remoteErrorOf(messages[0].code, { write: true });
  return present;
}

/** The folders right below one. */
export function listBelow(
  session: EwsSession,
  below: FolderReference,
  signal?: AbortSignal,
): Promise<ReadFolder[]> {
  const properties = [fieldPath('folder:DisplayName'), fieldPath('folder:FolderClass')];
  return listFolders(session, { below, traversal: 'Shallow', properties }, signal);
}

/** To Deleted Items, with all that lies in it. */
export async function removeFolder(session: EwsSession, id: string, signal?: AbortSignal): Promise<void> {
  onlyMessage(await runOperation(session, deleteFolder, { id }, { signal }), deleteFolder);
}
