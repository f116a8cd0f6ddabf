/** Finds items by stamp or search key. */
import { remoteErrorOf } from '../response-codes.ts';
import { searchKeyPath, stampPath } from '../items/property-path.ts';
import { maxEqualities } from '../items/restriction.ts';
import type { Equality } from '../items/restriction.ts';
import type { ReadItem } from '../items/read-item.ts';
import { findItem } from '../operations/find-item.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession, RunOptions } from '../operations/run-operation.ts';
import type { Target, Whereabouts } from '../../sync/ports.ts';
import { piecesOf } from './divided-batch.ts';
import { listFoldersOf } from './mailbox-folders.ts';

const pageSize = 1_000;
const foldersPerRequest = 50;

/** The items of one folder that carry one of these stamps; of several with the same stamp the oldest, not the copies. */
export async function findByStamp(
  session: EwsSession,
  folderId: string,
  stamps: readonly string[],
  options: RunOptions,
): Promise<Map<string, Target>> {
  const found = new Map<string, Target>();
  for (const piece of piecesOf([...new Set(stamps)], maxEqualities)) {
    const anyOf = piece.map((stamp) => ({ path: stampPath, value: stamp }));
    for (const item of await search(session, [folderId], anyOf, options)) {
      // Restrictions compare without regard to case on some servers.
      if (item.stamp === null || found.has(item.stamp) || !piece.includes(item.stamp)) continue;
      found.set(item.stamp, { id: item.id, version: item.changeKey });
    }
  }
  return found;
}

/** Whether each item lives in a folder of this class other than `homeId` and outside Deleted Items. */
export async function locateItems(
  session: EwsSession,
  home: { readonly id: string; readonly folderClass: string },
  items: readonly Whereabouts[],
  options: RunOptions,
): Promise<('gone' | 'moved')[]> {
  const equalities = items.flatMap(({ identity, stamp }): Equality[] => [
    ...(identity === null ? [] : [{ path: searchKeyPath, value: identity }]),
    ...(stamp === null ? [] : [{ path: stampPath, value: stamp }]),
  ]);
  if (equalities.length === 0) return items.map(() => 'gone');
  const folders = (await listFoldersOf(session, home.folderClass, options.signal)).filter(
    (id) => id !== home.id,
  );
  const keys = new Set<string>();
  const stamps = new Set<string>();
  for (const anyOf of piecesOf(equalities, maxEqualities)) {
    for (const someFolders of piecesOf(folders, foldersPerRequest)) {
      for (const item of await search(session, someFolders, anyOf, options)) {
        if (item.searchKey !== null) keys.add(item.searchKey);
        if (item.stamp !== null) stamps.add(item.stamp);
      }
    }
  }
  return items.map(({ identity, stamp }) => {
    const isMoved = (identity !== null && keys.has(identity)) || (stamp !== null && stamps.has(stamp));
    return isMoved ? 'moved' : 'gone';
  });
}

/** Folders that vanished meanwhile hold nothing; every other failure throws, for "not found" leads to deletes. */
async function search(
  session: EwsSession,
  folderIds: readonly string[],
  anyOf: readonly Equality[],
  options: RunOptions,
): Promise<ReadItem[]> {
  const found: ReadItem[] = [];
  let folders = [...folderIds];
  for (let offset = 0; folders.length > 0; offset += pageSize) {
    const request = {
      folders: folders.map((id) => ({ id })),
      anyOf,
      properties: [stampPath, searchKeyPath],
      offset,
      pageSize,
    };
    const messages = await runOperation(session, findItem, request, options);
    const unfinished: string[] = [];
    messages.forEach((message, index) => {
      if (message.succeeded) {
        found.push(...message.answer.items);
        const id = folders[index];
        if (!message.answer.includesLast && message.answer.items.length > 0 && id) unfinished.push(id);
      } else if (message.code !== 'ErrorFolderNotFound' && message.code !== 'ErrorItemNotFound') {
        throw remoteErrorOf(message.code, { write: false });
      }
    });
    folders = unfinished;
  }
  return found;
}
