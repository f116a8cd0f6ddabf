/** Reads whole contacts, pictures included. */
import type { Item, Photo } from '../../sync/model.ts';
import type { Failure, ReadResult } from '../../sync/ports.ts';
import { contactPlaces } from '../items/contact-place.ts';
import { itemOf } from '../items/item-reader.ts';
import type { FileAttachment, ReadItem } from '../items/item-reader.ts';
import { photoAttachments, photoOf } from '../items/photo.ts';
import { fieldPath, searchKeyPath, stampPath } from '../items/property-path.ts';
import { getAttachment } from '../operations/get-attachment.ts';
import { getItem } from '../operations/get-item.ts';
import type { ResponseMessage } from '../operations/operation.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession, RunOptions } from '../operations/run-operation.ts';
import type { ItemList } from '../operations/item-list.ts';
import { failureOf } from '../response-codes.ts';
import type { EwsSchema } from '../versions.ts';
import { isRefusedWhole, sendDivided } from './divided-batch.ts';
import { probe } from './mailbox-folders.ts';

const fields = contactPlaces.map(({ field }) => field);

/** Base64 makes four characters of three bytes, so an answer stays below 6 MB. */
const photoBytesPerRequest = 4 * 1024 * 1024;

function propertiesFor(schema: EwsSchema): string[] {
  return [
    fieldPath('item:ItemClass'),
    ...contactPlaces.map(({ path }) => path),
    ...(schema.lacks.has('contactPhoto')
      ? []
      : [fieldPath('item:Attachments'), fieldPath('contacts:HasPicture')]),
    stampPath,
    searchKeyPath,
  ];
}

/** One result an id; at most 50 ids. */
export async function readContacts(
  session: EwsSession,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<ReadResult[]> {
  const answers = await sendDivided<string, ReadAnswer>({
    items: ids,
    send: async (some, again) => {
      const request = { ids: some, properties: propertiesFor(session.schema) };
      const messages = await runOperation(session, getItem, request, { signal, freshConnection: again });
      return messages.map(answerOf);
    },
    blame: (_id, error) => failed({ code: error.code, message: error.message, retryable: error.retryable }),
    probe: () => probe(session, signal),
    divides: isRefusedWhole,
  });
  const photos = session.schema.lacks.has('contactPhoto')
    ? null
    : await readPhotos(
        session,
        answers.flatMap((answer) => ('read' in answer ? [answer.read] : [])),
        { signal },
      );
  return answers.map((answer) => ('read' in answer ? withPhoto(answer.read, photos) : answer));
}

type ReadAnswer = ReadResult | { readonly read: ReadItem };

function failed(failure: Failure): ReadResult {
  return { kind: 'failed', failure };
}

function answerOf(message: ResponseMessage<ItemList>): ReadAnswer {
  const read = message.answer.items[0];
  if (message.succeeded && read) return { read };
  if (message.code === 'ErrorItemNotFound') return { kind: 'gone' };
  return failed(failureOf(message.succeeded ? 'MalformedAnswer' : message.code));
}

function withPhoto(read: ReadItem, photos: ReadonlyMap<ReadItem, PhotoAnswer> | null): ReadResult {
  const item: Item = itemOf(read, fields);
  if (photos === null || item.skip !== null) return { kind: 'item', item };
  if (!read.hasPicture) return { kind: 'item', item: { ...item, values: { ...item.values, photo: null } } };
  const answer = photos.get(read);
  if (answer?.kind === 'failed') return failed(answer.failure);
  // A picture that cannot be had is a field that was not read.
  if (answer?.kind !== 'photo') return { kind: 'item', item };
  return { kind: 'item', item: { ...item, values: { ...item.values, photo: answer.photo } } };
}

type PhotoAnswer =
  | { readonly kind: 'photo'; readonly photo: Photo | null }
  | { readonly kind: 'unread' }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface WantedPhoto {
  readonly item: ReadItem;
  readonly attachment: FileAttachment;
}

async function readPhotos(
  session: EwsSession,
  items: readonly ReadItem[],
  options: RunOptions,
): Promise<Map<ReadItem, PhotoAnswer>> {
  const wanted = items.flatMap((item): WantedPhoto[] => {
    const attachment = item.hasPicture ? photoAttachments(item)[0] : undefined;
    return attachment ? [{ item, attachment }] : [];
  });
  const answers = new Map<ReadItem, PhotoAnswer>();
  for (const some of bySize(wanted)) {
    const results = await sendDivided<WantedPhoto, PhotoAnswer>({
      items: some,
      send: async (part, again) => {
        const request = { ids: part.map(({ attachment }) => attachment.id) };
        const messages = await runOperation(session, getAttachment, request, {
          ...options,
          freshConnection: again,
        });
        return messages.map((message): PhotoAnswer => {
          const attachment = message.answer.attachments[0];
          if (message.succeeded && attachment) return { kind: 'photo', photo: photoOf(attachment) };
          const failure = failureOf(message.code);
          return failure.retryable ? { kind: 'failed', failure } : { kind: 'unread' };
        });
      },
      blame: () => ({ kind: 'unread' }),
      probe: () => probe(session, options.signal),
      divides: isRefusedWhole,
    });
    some.forEach(({ item }, index) => answers.set(item, results[index] ?? { kind: 'unread' }));
  }
  return answers;
}

function bySize(wanted: readonly WantedPhoto[]): WantedPhoto[][] {
  const groups: WantedPhoto[][] = [];
  let bytes = Infinity;
  for (const photo of wanted) {
    const { sizeBytes } = photo.attachment;
    if (bytes + sizeBytes > photoBytesPerRequest) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(photo);
    bytes += sizeBytes;
  }
  return groups;
}
