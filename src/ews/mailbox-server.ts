/** Which server a mailbox lives on, learnt from the first request that a side has to send anyway. */
import { RemoteError } from '../errors.ts';
import type { Module } from '../sync/model.ts';
import type { EwsSession } from './operations/run-operation.ts';
import type { ServerVersion } from './server-release.ts';
import { describeVersion, serverRelease } from './server-release.ts';
import { findByName, findOrMake, requirePresent } from './side/dedicated-folder.ts';
import { readFolderId } from './side/mailbox-folders.ts';
import { itemKinds } from './items/item-kinds.ts';
import { oldestSchema } from './versions.ts';

export interface MailboxServer {
  /** Null where the server does not say. */
  readonly version: ServerVersion | null;
  /** Empty where the dedicated folder is not made yet. */
  readonly folderIds: Readonly<Partial<Record<Module, string>>>;
}

/** Which folder a module lives in. */
export type ModuleFolder =
  | { readonly target: 'default' }
  /** `folderId` is null before it was made; then `mayMake` says whether it is made now. */
  | { readonly target: 'dedicated'; readonly folderId: string | null; readonly mayMake: boolean };

/**
 * Asks for the mailbox's folder of the module in the schema that every release understands. Throws RemoteError: `ServerTooOld` for a
 * release before its first service pack, `DedicatedFolderGone`, else why the folder cannot be opened.
 */
export async function meetServer(
  session: Omit<EwsSession, 'schema' | 'onServerVersion'>,
  module: Module,
  folder: ModuleFolder,
  signal: AbortSignal,
): Promise<MailboxServer> {
  let version: ServerVersion | null = null;
  const asking: EwsSession = {
    ...session,
    schema: oldestSchema,
    onServerVersion: (named) => (version = named),
  };
  try {
    const id = await openFolder(asking, module, folder, signal);
    refuseTooOld(version);
    return { version, folderIds: id === null ? {} : { [module]: id } };
  } catch (error) {
    // Exchange 2007 names itself in its faults too, and what it answers before SP1 is no use to anybody.
    if (error instanceof RemoteError) refuseTooOld(version);
    throw error;
  }
}

/** Null for a dedicated folder that is not there and may not be made. */
export async function openFolder(
  session: EwsSession,
  module: Module,
  folder: ModuleFolder,
  signal: AbortSignal,
): Promise<string | null> {
  if (folder.target === 'default') return readFolderId(session, itemKinds[module].folder, signal);
  if (folder.folderId !== null) {
    await requirePresent(session, module, folder.folderId, { around: [], signal });
    return folder.folderId;
  }
  return folder.mayMake ? findOrMake(session, module, signal) : findByName(session, module, signal);
}

function refuseTooOld(version: ServerVersion | null): void {
  if (version === null) return;
  const release = serverRelease(version);
  if (release.schema !== null) return;
  throw new RemoteError({
    side: 'exchange',
    code: 'ServerTooOld',
    message: `${release.name} (${describeVersion(version)}) is too old.`,
    remedy: `Install ${release.needs}.`,
    retryable: false,
  });
}
