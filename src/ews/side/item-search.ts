/** Finds items by stamp or search key. */
import { remoteErrorOf } from '../response-codes.ts';
import { searchKeyPath, stampPath } from '../items/property-path.ts';
import { maxEqualities } from '../items/restriction.ts';
import type { Equality } from '../items/restriction.ts';
import type { ReadItem } from '../items/read-item.ts';
import { findItem } from '../operations/find-item.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession, RunOptions } from '../operations/run-operation.ts';
import type { Place, Target, Whereabouts } from '../../sync/ports.ts';
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

/** Where each item is that may have come into this folder under another id; of several the oldest, not the copies. */
export async function findInFolder(
  session: EwsSession,
  folderId: string,
  items: readonly Whereabouts[],
  options: RunOptions,
): Promise<(Target | null)[]> {
  const bySearchKey = new Map<string, Target>();
  const byStamp = new Map<string, Target>();
  for (const anyOf of piecesOf(equalitiesOf(items), maxEqualities)) {
    for (const { id, changeKey, searchKey, stamp } of await search(session, [folderId], anyOf, options)) {
      const target = { id, version: changeKey };
      if (searchKey !== null && !bySearchKey.has(searchKey)) bySearchKey.set(searchKey, target);
      if (stamp !== null && !byStamp.has(stamp)) byStamp.set(stamp, target);
    }
  }
  return items.map(
    ({ identity, stamp }) => bySearchKey.get(identity ?? '') ?? byStamp.get(stamp ?? '') ?? null,
  );
}

function equalitiesOf(items: readonly Whereabouts[]): Equality[] {
  return items.flatMap(({ identity, stamp }): Equality[] => [
    ...(identity === null ? [] : [{ path: searchKeyPath, value: identity }]),
    ...(stamp === null ? [] : [{ path: stampPath, value: stamp }]),
  ]);
}

/** Looks for each item in the folders of this class outside Deleted Items. */
export async function locateItems(
  session: EwsSession,
  home: { readonly id: string; readonly folderClass: string },
  items: readonly Whereabouts[],
  options: RunOptions,
): Promise<Place[]> {
  const equalities = equalitiesOf(items);
  if (equalities.length === 0) return items.map(() => 'gone');
  const listed = await listFoldersOf(session, home.folderClass, options.signal);
  const folders = [home.id, ...listed.filter((id) => id !== home.id)];
  const here = new FoundItems();
  const elsewhere = new FoundItems();
  for (const anyOf of piecesOf(equalities, maxEqualities)) {
    for (const someFolders of piecesOf(folders, foldersPerRequest)) {
      for (const { folderId, ...item } of await search(session, someFolders, anyOf, options))
        (folderId === home.id ? here : elsewhere).add(item);
    }
  }
  return items.map((item): Place => {
    const otherwise = elsewhere.idsOf(item).length > 0 ? 'moved' : 'gone';
    const ids = here.idsOf(item);
    return ids.length === 0 ? otherwise : { here: ids, otherwise };
  });
}

/** Found items by what they were looked for by. */
class FoundItems {
  readonly #ids = { searchKey: new Map<string, Set<string>>(), stamp: new Map<string, Set<string>>() };

  add(item: Pick<ReadItem, 'id' | 'searchKey' | 'stamp'>): void {
    for (const name of ['searchKey', 'stamp'] as const) {
      const key = item[name];
      if (key === null) continue;
      const ids = this.#ids[name].get(key) ?? new Set<string>();
      this.#ids[name].set(key, ids.add(item.id));
    }
  }

  idsOf({ identity, stamp }: Whereabouts): string[] {
    const byKey = identity === null ? undefined : this.#ids.searchKey.get(identity);
    const byStamp = stamp === null ? undefined : this.#ids.stamp.get(stamp);
    return [...new Set([...(byKey ?? []), ...(byStamp ?? [])])];
  }
}

interface FoundItem extends ReadItem {
  readonly folderId: string;
}

/** Folders that vanished meanwhile hold nothing; every other failure throws, for "not found" leads to deletes. */
async function search(
  session: EwsSession,
  folderIds: readonly string[],
  anyOf: readonly Equality[],
  options: RunOptions,
): Promise<FoundItem[]> {
  const found: FoundItem[] = [];
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
      const folderId = folders[index] ?? '';
      if (message.succeeded) {
        found.push(...message.answer.items.map((item) => ({ ...item, folderId })));
        if (!message.answer.includesLast && message.answer.items.length > 0) unfinished.push(folderId);
      } else if (message.code !== 'ErrorFolderNotFound' && message.code !== 'ErrorItemNotFound') {
        throw remoteErrorOf(message.code, { write: false });
      }
    });
    folders = unfinished;
  }
  return found;
}
