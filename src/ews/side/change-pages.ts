/** Reads what changed in one folder, page by page, the next page on its way while the caller works on this one. */
import { awaitedLater } from '../../awaited-later.ts';
import { CursorLostError, RemoteError, StoppedError } from '../../errors.ts';
import type { Change, ChangePage } from '../../sync/ports.ts';
import type { ItemKind } from '../items/item-kind.ts';
import { fieldPath, searchKeyPath, stampPath } from '../items/property-path.ts';
import { onlyMessage, runOperation } from '../operations/run-operation.ts';
import type { EwsSession } from '../operations/run-operation.ts';
import { syncFolderItems } from '../operations/sync-folder-items.ts';
import type { ItemChange, SyncFolderItemsAnswer } from '../operations/sync-folder-items.ts';
import { isRefusedWhole } from './divided-batch.ts';
import { probe } from './mailbox-folders.ts';

/** A server gives up to 512 (Microsoft: MaxChangesReturned); a page is stored in one go, and all others wait meanwhile. */
const largestPage = 100;

/** Pages from `cursor` to the present. Throws CursorLostError when the server no longer knows the cursor. */
export async function* changePages(
  session: EwsSession,
  kind: ItemKind,
  folderId: string,
  cursor: string | null,
  signal?: AbortSignal,
): AsyncGenerator<ChangePage> {
  const first = { session, kind, folderId, signal, pageSize: largestPage };
  const page = await readPage(first, cursor);
  // Most often nothing has changed, and there is no page to be read ahead that could have to be given up.
  if (page.last) yield page;
  else yield* pagesAfter(first, page);
}

async function* pagesAfter(first: PageReader, from: ChangePage): AsyncGenerator<ChangePage> {
  const { signal } = first;
  const ended = new AbortController();
  const pageSignal = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const reader = { ...first, signal: pageSignal };
  let page = from;
  let next: Promise<ChangePage> | null = startPage(reader, from.cursor);
  try {
    yield page;
    while (next) {
      page = await next;
      next = page.last ? null : startPage(reader, page.cursor);
      yield page;
    }
  } finally {
    if (next) ended.abort(new StoppedError('no more pages are wanted'));
  }
}

interface PageReader {
  readonly session: EwsSession;
  readonly kind: ItemKind;
  readonly folderId: string;
  readonly signal: AbortSignal | undefined;
  /** Shrinks when a page cannot be had, and stays so. */
  pageSize: number;
}

/** A failure while the caller is busy waits until he asks for the page. */
function startPage(reader: PageReader, cursor: string | null): Promise<ChangePage> {
  return awaitedLater(readPage(reader, cursor));
}

async function readPage(reader: PageReader, cursor: string | null): Promise<ChangePage> {
  const answer = await readAnswer(reader, cursor, false);
  const stuck = !answer.includesLast && answer.syncState === cursor;
  if (answer.syncState === '' || stuck) {
    throw new RemoteError({
      side: 'exchange',
      code: 'MalformedAnswer',
      message: 'Exchange answered changes without a way to go on from them.',
      retryable: true,
    });
  }
  return {
    changes: answer.changes.flatMap((change) => changeOf(reader.kind, change)),
    cursor: answer.syncState,
    last: answer.includesLast,
  };
}

async function readAnswer(
  reader: PageReader,
  cursor: string | null,
  again: boolean,
): Promise<SyncFolderItemsAnswer> {
  const { session, kind, signal, folderId } = reader;
  const keys = kind.keyProperties(session.schema);
  const properties = [fieldPath('item:ItemClass'), ...keys, stampPath, searchKeyPath];
  const request = { folder: { id: folderId }, syncState: cursor, maxChanges: reader.pageSize, properties };
  try {
    const options = { signal, freshConnection: again };
    return onlyMessage(await runOperation(session, syncFolderItems, request, options), syncFolderItems);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.code === 'ErrorInvalidSyncStateData') {
      throw new CursorLostError('Exchange no longer knows the sync state of the folder.', { cause: error });
    }
    if (!isRefusedWhole(error) || reader.pageSize === 1) throw error;
  }
  if (!again) await probe(session, signal);
  else reader.pageSize = Math.max(1, reader.pageSize >> 2);
  return readAnswer(reader, cursor, true);
}

function changeOf(kind: ItemKind, change: ItemChange): Change[] {
  switch (change.kind) {
    case 'readFlag':
      return [];
    case 'deleted':
      return [{ kind: 'deleted', id: change.id }];
    case 'created':
    case 'updated': {
      const { item } = change;
      const isOfKind = item.element === kind.element;
      return [
        {
          kind: 'changed',
          id: item.id,
          version: item.changeKey,
          stamp: item.stamp,
          identity: item.searchKey,
          ownerId: null,
          skip: isOfKind ? null : 'unsupportedItem',
          keyValues: isOfKind ? kind.keyValues(item) : {},
          item: null,
        },
      ];
    }
  }
}
