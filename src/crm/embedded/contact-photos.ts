/** Pictures lie in a table of their own: they are large, and few readers want them. */
import type { EntityManager } from 'typeorm';
import type { Photo } from '../../sync/model.ts';
import { chunksOf } from './chunks.ts';
import { PhotoEntity } from './entities.ts';
import type { PhotoRow } from './entities.ts';
import type { PhotoTable } from './record-kind.ts';

export const contactPhotos: PhotoTable = {
  load: loadPhotos,
  insert: insertPhotos,
  replace: replacePhotos,
};

/** Pictures by contact id. */
async function loadPhotos(
  manager: EntityManager,
  contactIds: readonly string[],
): Promise<Map<string, Photo>> {
  const photos = new Map<string, Photo>();
  for (const ids of chunksOf(contactIds)) {
    const rows = await manager
      .createQueryBuilder(PhotoEntity, 'p')
      .select('p.contactId', 'contactId')
      .addSelect('p.mediaType', 'mediaType')
      .addSelect('p.content', 'content')
      .where('p.contactId IN (:...ids)', { ids })
      .getRawMany<PhotoRow>();
    for (const { contactId, mediaType, content } of rows) photos.set(contactId, { mediaType, content });
  }
  return photos;
}

/** Makes these the contacts' pictures; null takes one away. */
async function replacePhotos(
  manager: EntityManager,
  photos: ReadonlyMap<string, Photo | null>,
): Promise<void> {
  for (const ids of chunksOf([...photos.keys()])) {
    await manager
      .createQueryBuilder()
      .delete()
      .from(PhotoEntity)
      .where('contactId IN (:...ids)', { ids })
      .execute();
  }
  await insertPhotos(manager, photos);
}

/** For contacts that have none yet. */
async function insertPhotos(
  manager: EntityManager,
  photos: ReadonlyMap<string, Photo | null>,
): Promise<void> {
  const rows: PhotoRow[] = [];
  for (const [contactId, photo] of photos) {
    if (photo) rows.push({ contactId, mediaType: photo.mediaType, content: photo.content });
  }
  for (const chunk of chunksOf(rows, (row) => row.content.length)) {
    await manager.createQueryBuilder().insert().into(PhotoEntity).values(chunk).updateEntity(false).execute();
  }
}
