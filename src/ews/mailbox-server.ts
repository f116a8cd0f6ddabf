/** Which server a mailbox lives on, learnt from the first request that a side has to send anyway. */
import { RemoteError } from '../errors.ts';
import type { Module } from '../sync/model.ts';
import type { EwsSession } from './operations/run-operation.ts';
import type { ServerVersion } from './server-release.ts';
import { describeVersion, serverRelease } from './server-release.ts';
import { readFolderId } from './side/mailbox-folders.ts';
import { itemKinds } from './items/item-kinds.ts';
import { oldestSchema } from './versions.ts';

export interface MailboxServer {
  /** Null where the server does not say. */
  readonly version: ServerVersion | null;
  readonly folderIds: Readonly<Partial<Record<Module, string>>>;
}

/**
 * Asks for the mailbox's folder of the module in the schema that every release understands. Throws RemoteError: `ServerTooOld` for a
 * release before its first service pack, else why the folder cannot be opened.
 */
export async function meetServer(
  session: Omit<EwsSession, 'schema' | 'onServerVersion'>,
  module: Module,
  signal: AbortSignal,
): Promise<MailboxServer> {
  let version: ServerVersion | null = null;
  const asking: EwsSession = {
    ...session,
    schema: oldestSchema,
    onServerVersion: (named) => (version = named),
  };
  try {
    const folderIds = { [module]: await readFolderId(asking, itemKinds[module].folder, signal) };
    refuseTooOld(version);
    return { version, folderIds };
  } catch (error) {
    // Exchange 2007 names itself in its faults too, and what it answers before SP1 is no use to anybody.
    if (error instanceof RemoteError) refuseTooOld(version);
    throw error;
  }
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
