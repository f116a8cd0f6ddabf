/** Writes pictures: the old attachment goes, the new one comes. */
import type { RemoteError } from '../../errors.ts';
import type { Photo } from '../../sync/model.ts';
import type { Patch, WriteResult } from '../../sync/ports.ts';
import { photoAttachments, photoOf } from '../items/photo.ts';
import { fieldPath } from '../items/property-path.ts';
import { createAttachment } from '../operations/create-attachment.ts';
import { deleteAttachment } from '../operations/delete-attachment.ts';
import { getAttachment } from '../operations/get-attachment.ts';
import { getItem } from '../operations/get-item.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { RunOptions } from '../operations/run-operation.ts';
import type { WritingPlace } from './writing-place.ts';
import { isRefusedWhole, sendDivided } from './divided-batch.ts';
import { probe } from './mailbox-folders.ts';
import { done, failedBy, refused } from './write-result.ts';

/** Goes on where the other fields of a patch were written; the results carry the last change key. */
export async function writePhotos(
  place: WritingPlace,
  patches: readonly Patch[],
  results: readonly WriteResult[],
): Promise<WriteResult[]> {
  const finished = [...results];
  for (const [index, { values }] of patches.entries()) {
    const result = results[index];
    const photo = values['photo'];
    if (photo === undefined || result?.kind !== 'done') continue;
    finished[index] = await new PhotoWrite(place, result, photo as Photo | null).write();
  }
  return finished;
}

/**
 * One picture on its way. Between the delete and the create the contact has none, which would look like a picture taken
 * away by its owner: so a lost answer to the delete is followed by the create all the same, and a picture that the server
 * does not take is answered by putting the old one back.
 */
class PhotoWrite {
  readonly #place: WritingPlace;
  readonly #id: string;
  readonly #photo: Photo | null;
  /** The change key that the item must have. */
  #version: string;
  #old: Photo | null = null;
  #isDeleting = false;

  constructor(place: WritingPlace, target: { id: string; version: string }, photo: Photo | null) {
    this.#place = place;
    this.#id = target.id;
    this.#version = target.version;
    this.#photo = photo;
  }

  async write(): Promise<WriteResult> {
    const { session, signal } = this.#place;
    const [result] = await sendDivided<PhotoWrite, WriteResult>({
      items: [this],
      send: async (_one, again) => [await this.#replace({ signal, freshConnection: again })],
      blame: (_one, error) => this.#giveUp(error),
      probe: () => probe(session, signal),
      divides: isRefusedWhole,
    });
    return result ?? refused('MalformedAnswer');
  }

  async #replace(options: RunOptions): Promise<WriteResult> {
    const { session } = this.#place;
    const properties = [fieldPath('item:Attachments'), fieldPath('contacts:HasPicture')];
    const [found] = await runOperation(session, getItem, { ids: [this.#id], properties }, options);
    const item = found?.answer.items[0];
    if (!found?.succeeded || !item) return refused(found?.code ?? 'MalformedAnswer');
    const present = photoAttachments(item);
    if (item.changeKey !== this.#version) {
      if (this.#isDeleting && present.length === 0 && this.#photo !== null) {
        // Our delete was carried out. What else changed is unknown, so the caller reads the item again.
        await this.#create(this.#photo, item.changeKey, options);
      }
      return { kind: 'conflict' };
    }
    const ids = present.map(({ id }) => id);
    if (ids.length > 0) {
      if (this.#photo !== null) this.#old = await this.#readOld(ids, options);
      this.#isDeleting = true;
      for (const message of await runOperation(session, deleteAttachment, { ids }, options)) {
        if (!message.succeeded) return refused(message.code);
        this.#version = message.answer.rootChangeKey || this.#version;
      }
      this.#isDeleting = false;
    }
    if (this.#photo === null) return done(this.#id, this.#version);
    const created = await this.#create(this.#photo, this.#version, options);
    if (created.kind === 'failed') await this.#restoreOld();
    return created;
  }

  async #create(photo: Photo, changeKey: string, options: RunOptions): Promise<WriteResult> {
    const request = { itemId: this.#id, changeKey, ...photo };
    const [message] = await runOperation(this.#place.session, createAttachment, request, options);
    if (!message?.succeeded) return refused(message?.code ?? 'MalformedAnswer');
    return done(this.#id, message.answer.attachments[0]?.rootChangeKey || changeKey);
  }

  async #readOld(ids: readonly string[], options: RunOptions): Promise<Photo | null> {
    const [message] = await runOperation(
      this.#place.session,
      getAttachment,
      { ids: ids.slice(0, 1) },
      options,
    );
    const attachment = message?.succeeded ? message.answer.attachments[0] : undefined;
    return attachment ? photoOf(attachment) : null;
  }

  async #giveUp(error: RemoteError): Promise<WriteResult> {
    await this.#restoreOld();
    return failedBy(error);
  }

  async #restoreOld(): Promise<void> {
    if (this.#old === null) return;
    const options = { signal: this.#place.signal, freshConnection: true };
    await this.#create(this.#old, this.#version, options);
  }
}
