/** One mailbox as the sync sees it: SyncSide over EWS. */
import type { Module } from '../sync/model.ts';
import { anyOccurrence } from '../sync/occurrences.ts';
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
import { itemKinds } from './items/item-kinds.ts';
import { readItems } from './side/item-reading.ts';
import { createItems, removeItems, updateItems } from './side/item-writing.ts';
import type { WritingPlace } from './side/writing-place.ts';
import { piecesOf } from './side/divided-batch.ts';
import { findByStamp, locateItems } from './side/item-search.ts';
import { requirePresent } from './side/dedicated-folder.ts';
import { readFolderId } from './side/mailbox-folders.ts';
import { unsupportedFields } from './versions.ts';
import type { EwsSchema } from './versions.ts';

export interface ExchangeSideOptions extends EwsSession {
  /** Folders to sync instead of the mailbox's default ones. */
  readonly folderIds?: Readonly<Partial<Record<Module, string>>>;
  /** These folders are our own: where one was deleted, nothing is said of the items that lay in it. */
  readonly dedicated?: boolean;
}

const batchSize = 50;

/** The Exchange side of one mailbox. Knows no state beyond the ids of its folders, and of those around them. */
export function createExchangeSide(options: ExchangeSideOptions): SyncSide {
  const session: EwsSession = { ...options, transport: oneAtATime(options.transport) };
  const folderIds = new Map(Object.entries(options.folderIds ?? {}));
  /** The folders that each lay in when it was last looked for. */
  const aroundFolders = new Map<Module, readonly string[]>();

  async function folderOf(module: Module, signal?: AbortSignal): Promise<string> {
    const known = folderIds.get(module);
    if (known !== undefined) return known;
    const id = await readFolderId(session, itemKinds[module].folder, signal);
    folderIds.set(module, id);
    return id;
  }

  /** A folder in Deleted Items can be read as before, so that only its place tells. */
  async function requireDedicated(
    module: Module,
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (!options.dedicated) return;
    const around = aroundFolders.get(module) ?? [];
    aroundFolders.set(module, await requirePresent(session, module, id, { around, signal }));
  }

  async function scope(module: Module, signal?: AbortSignal): Promise<string> {
    const id = await folderOf(module, signal);
    await requireDedicated(module, id, signal);
    return id;
  }

  async function* changes(
    module: Module,
    cursor: string | null,
    changeOptions: ChangeOptions = {},
  ): AsyncGenerator<ChangePage> {
    const { signal } = changeOptions;
    yield* changePages(session, itemKinds[module], await folderOf(module, signal), cursor, signal);
  }

  async function read(module: Module, ids: readonly string[], signal?: AbortSignal): Promise<ReadResult[]> {
    const pieces = [...piecesOf(ids, batchSize)].map((some) =>
      readItems(session, itemKinds[module], some, signal),
    );
    return (await Promise.all(pieces)).flat();
  }

  async function inPieces<Item>(
    module: Module,
    items: readonly Item[],
    signal: AbortSignal | undefined,
    write: (place: WritingPlace, some: Item[]) => Promise<WriteResult[]>,
  ): Promise<WriteResult[]> {
    const place = { session, kind: itemKinds[module], folderId: await folderOf(module, signal), signal };
    const results: WriteResult[] = [];
    for (const some of piecesOf(items, batchSize)) results.push(...(await write(place, some)));
    return results;
  }

  return {
    side: 'exchange',
    capabilities: (module) => capabilitiesOf(module, session.schema),
    scope,
    // SyncFolderItems has no way to skip what exists.
    presentCursor: () => Promise.resolve(null),
    changes,
    read,
    create: (module, drafts: readonly Draft[], signal) => inPieces(module, drafts, signal, createItems),
    update: (module, patches: readonly Patch[], signal) => inPieces(module, patches, signal, updateItems),
    remove: (module, targets: readonly Target[], signal) => inPieces(module, targets, signal, removeItems),
    find: async (module, stamps, signal) =>
      findByStamp(session, await folderOf(module, signal), stamps, { signal }),
    locate: async (module, items: readonly Whereabouts[], signal) => {
      const home = { id: await folderOf(module, signal), folderClass: itemKinds[module].folderClass };
      const places = await locateItems(session, home, items, { signal });
      // Afterwards: a folder that is there now was there while it was searched.
      await requireDedicated(module, home.id, signal);
      return places;
    },
  };
}

const none: ReadonlySet<string> = new Set();
const exceptions: ReadonlySet<string> = new Set([anyOccurrence]);
/** What Exchange says of a meeting and nobody can write. */
const setByExchange: ReadonlySet<string> = new Set(['uid', 'organizer', 'replies', 'status', 'role']);

export function capabilitiesOf(module: Module, schema: EwsSchema): Capabilities {
  const unsupported = new Set(unsupportedFields(schema, module));
  switch (module) {
    case 'contacts': {
      const separate = schema.lacks.has('contactPhoto') ? none : new Set(['photo']);
      return { unsupported, separate, readOnly: none, batchSize };
    }
    case 'tasks':
      return { unsupported, separate: none, readOnly: none, batchSize };
    case 'events':
      return { unsupported, separate: exceptions, readOnly: setByExchange, batchSize };
  }
}
