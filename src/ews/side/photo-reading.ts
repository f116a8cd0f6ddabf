/** Reads the pictures of contacts, which are attachments. */
import type { Item, Photo } from '../../sync/model.ts';
import type { Failure, ReadResult } from '../../sync/ports.ts';
import type { FileAttachment } from '../items/file-attachment.ts';
import { photoAttachments, photoOf } from '../items/photo.ts';
import type { ReadItem } from '../items/read-item.ts';
import { getAttachment } from '../operations/get-attachment.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession, RunOptions } from '../operations/run-operation.ts';
import { failureOf } from '../response-codes.ts';
import { isRefusedWhole, sendDivided } from './divided-batch.ts';
import { probe } from './mailbox-folders.ts';

/** Base64 makes four characters of three bytes, so an answer stays below 6 MB. */
const photoBytesPerRequest = 4 * 1024 * 1024;

/** The item with its picture as `photos` has it. */
export function withPhoto(
  read: ReadItem,
  item: Item,
  photos: ReadonlyMap<ReadItem, PhotoAnswer>,
): ReadResult {
  if (item.skip !== null) return { kind: 'item', item };
  if (!read.hasPicture) return { kind: 'item', item: { ...item, values: { ...item.values, photo: null } } };
  const answer = photos.get(read);
  if (answer?.kind === 'failed') return { kind: 'failed', failure: answer.failure };
  // A picture that cannot be had is a field that was not read.
  if (answer?.kind !== 'photo') return { kind: 'item', item };
  return { kind: 'item', item: { ...item, values: { ...item.values, photo: answer.photo } } };
}

export type PhotoAnswer =
  | { readonly kind: 'photo'; readonly photo: Photo | null }
  | { readonly kind: 'unread' }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface WantedPhoto {
  readonly item: ReadItem;
  readonly attachment: FileAttachment;
}

export async function readPhotos(
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
