/** Reads whole items. */
import type { Item, Values } from '../../sync/model.ts';
import type { Failure, ReadResult } from '../../sync/ports.ts';
import { isPrivate, maskPrivate } from '../items/event-values.ts';
import type { ItemKind } from '../items/item-kind.ts';
import { fieldPath, searchKeyPath, stampPath } from '../items/property-path.ts';
import type { ReadItem } from '../items/read-item.ts';
import { getItem } from '../operations/get-item.ts';
import type { ItemList } from '../operations/item-list.ts';
import type { ResponseMessage } from '../operations/operation.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession } from '../operations/run-operation.ts';
import { failureOf } from '../response-codes.ts';
import { isRefusedWhole, sendDivided } from './divided-batch.ts';
import { probe } from './mailbox-folders.ts';
import { readExceptions } from './exception-reading.ts';
import { readPhotos, withPhoto } from './photo-reading.ts';

type ReadAnswer =
  { readonly kind: 'read'; readonly read: ReadItem } | Exclude<ReadResult, { readonly kind: 'item' }>;

/** One result an id; at most 50 ids. */
export async function readItems(
  session: EwsSession,
  kind: ItemKind,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<ReadResult[]> {
  const properties = [
    fieldPath('item:ItemClass'),
    ...kind.properties(session.schema),
    stampPath,
    searchKeyPath,
  ];
  const answers = await sendDivided<string, ReadAnswer>({
    items: ids,
    send: async (some, again) => {
      const messages = await runOperation(
        session,
        getItem,
        { ids: some, properties },
        { signal, freshConnection: again },
      );
      return messages.map(answerOf);
    },
    blame: (_id, error) => failed({ code: error.code, message: error.message, retryable: error.retryable }),
    probe: () => probe(session, signal),
    divides: isRefusedWhole,
  });
  const reads = answers.flatMap((answer) => (answer.kind === 'read' ? [answer.read] : []));
  const results = await complete(session, kind, reads, signal);
  return answers.map((answer) =>
    answer.kind === 'read' ? (results.get(answer.read) ?? failed(failureOf('MalformedAnswer'))) : answer,
  );
}

/** What an item consists of beyond its own element takes requests of its own. */
async function complete(
  session: EwsSession,
  kind: ItemKind,
  reads: readonly ReadItem[],
  signal: AbortSignal | undefined,
): Promise<Map<ReadItem, ReadResult>> {
  const items = new Map(reads.map((read) => [read, itemOf(kind, read)]));
  const results = new Map<ReadItem, ReadResult>();
  if (kind.module === 'events') {
    const series = new Map(
      [...items].flatMap(([read, { values }]): [ReadItem, Values][] =>
        hasExceptions(read) ? [[read, values]] : [],
      ),
    );
    const whole = await readExceptions(session, series, { signal });
    for (const [read, item] of items) {
      const found = whole.get(read) ?? { kind: 'values', values: item.values };
      results.set(
        read,
        found.kind === 'failed'
          ? failed(found.failure)
          : { kind: 'item', item: seen(session, { ...item, values: found.values }) },
      );
    }
    return results;
  }
  const photos =
    kind.module === 'contacts' && !session.schema.lacks.has('contactPhoto')
      ? await readPhotos(session, reads, { signal })
      : null;
  for (const [read, item] of items) {
    results.set(read, photos === null ? { kind: 'item', item } : withPhoto(read, item, photos));
  }
  return results;
}

function hasExceptions({ calendar }: ReadItem): boolean {
  return calendar !== null && calendar.modified.length + calendar.deleted.length > 0;
}

/** A private event as the rules let it be seen: before anything of it is stored. */
function seen({ privateItems = 'busy' }: EwsSession, item: Item): Item {
  if (privateItems === 'full' || !isPrivate(item.values)) return item;
  if (privateItems === 'skip') return { ...item, values: {}, skip: 'private' };
  return { ...item, values: maskPrivate(item.values) };
}

/** The item as the sync sees it; of another kind than the folder's it is left alone. */
export function itemOf(kind: ItemKind, read: ReadItem): Item {
  const isOfKind = read.element === kind.element;
  return {
    id: read.id,
    version: read.changeKey,
    values: isOfKind ? kind.values(read) : {},
    stamp: read.stamp,
    identity: read.searchKey,
    ownerId: null,
    skip: isOfKind ? null : 'unsupportedItem',
  };
}

function failed(failure: Failure): Extract<ReadAnswer, { readonly kind: 'failed' }> {
  return { kind: 'failed', failure };
}

function answerOf(message: ResponseMessage<ItemList>): ReadAnswer {
  const read = message.answer.items[0];
  if (message.succeeded && read) return { kind: 'read', read };
  if (message.code === 'ErrorItemNotFound') return { kind: 'gone' };
  return failed(failureOf(message.succeeded ? 'MalformedAnswer' : message.code));
}
