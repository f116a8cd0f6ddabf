/** One mailbox as the sync sees it: SyncSide over EWS. */
import type { Module } from '../sync/model.ts';
import type {
  Capabilities,
  ChangeOptions,
  ChangePage,
  Draft,
  Patch,
  ReadResult,
  SyncSide,
  Target,
  Whereabouts,
  WriteResult,
} from '../sync/ports.ts';
import type { EwsSession } from './operations/run-operation.ts';
import { oneAtATime } from './mailbox-gate.ts';
import { changePages } from './side/change-pages.ts';
import { readContacts } from './side/contact-reading.ts';
import { createContacts, removeContacts, updateContacts } from './side/contact-writing.ts';
import { piecesOf } from './side/divided-batch.ts';
import { findByStamp, locateItems } from './side/item-search.ts';
import { readFolderId } from './side/mailbox-folders.ts';

export interface ExchangeSideOptions extends EwsSession {
  /** Folders to sync instead of the mailbox's default ones. */
  readonly folderIds?: Readonly<Partial<Record<Module, string>>>;
}

const batchSize = 50;

/** The Exchange side of one mailbox. Knows no state beyond the id of its folder. */
export function createExchangeSide(options: ExchangeSideOptions): SyncSide {
  const session: EwsSession = { ...options, transport: oneAtATime(options.transport) };
  const lacksPhoto = session.schema.lacks.has('contactPhoto');
  const capabilities: Capabilities = {
    unsupported: new Set(lacksPhoto ? ['photo'] : []),
    separate: new Set(lacksPhoto ? [] : ['photo']),
    readOnly: new Set(),
    batchSize,
  };
  let knownFolderId: string | null = options.folderIds?.contacts ?? null;

  async function scope(_module: Module, signal?: AbortSignal): Promise<string> {
    knownFolderId ??= await readFolderId(session, 'contacts', signal);
    return knownFolderId;
  }

  async function* changes(
    module: Module,
    cursor: string | null,
    changeOptions: ChangeOptions = {},
  ): AsyncGenerator<ChangePage> {
    const { signal } = changeOptions;
    yield* changePages(session, await scope(module, signal), cursor, signal);
  }

  async function read(_module: Module, ids: readonly string[], signal?: AbortSignal): Promise<ReadResult[]> {
    const pieces = [...piecesOf(ids, batchSize)].map((some) => readContacts(session, some, signal));
    return (await Promise.all(pieces)).flat();
  }

  async function inPieces<Item>(
    module: Module,
    items: readonly Item[],
    signal: AbortSignal | undefined,
    write: (
      place: { session: EwsSession; folderId: string; signal?: AbortSignal | undefined },
      some: Item[],
    ) => Promise<WriteResult[]>,
  ): Promise<WriteResult[]> {
    const place = { session, folderId: await scope(module, signal), signal };
    const results: WriteResult[] = [];
    for (const some of piecesOf(items, batchSize)) results.push(...(await write(place, some)));
    return results;
  }

  return {
    side: 'exchange',
    capabilities: () => capabilities,
    scope,
    // SyncFolderItems has no way to skip what exists.
    presentCursor: () => Promise.resolve(null),
    changes,
    read,
    create: (module, drafts: readonly Draft[], signal) => inPieces(module, drafts, signal, createContacts),
    update: (module, patches: readonly Patch[], signal) => inPieces(module, patches, signal, updateContacts),
    remove: (module, targets: readonly Target[], signal) => inPieces(module, targets, signal, removeContacts),
    find: async (module, stamps, signal) =>
      findByStamp(session, await scope(module, signal), stamps, { signal }),
    locate: async (module, items: readonly Whereabouts[], signal) =>
      locateItems(session, await scope(module, signal), items, { signal }),
  };
}
