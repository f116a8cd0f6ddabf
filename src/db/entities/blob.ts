import { EntitySchema } from 'typeorm';

export interface BlobRow {
  hash: string;
  size: number;
  mediaType: string;
  content: string;
}

export const blobEntity = new EntitySchema<BlobRow>({
  name: 'blob',
  tableName: 'blobs',
  columns: {
    hash: { type: 'varchar', primary: true },
    size: { type: 'integer' },
    mediaType: { type: 'varchar' },
    content: { type: 'text' },
  },
});

/** Apart from the content, which SQLite would write anew with every change of its row. */
export interface BlobUseRow {
  hash: string;
  /** When someone last said that he needs the content. */
  usedAt: number;
}

export const blobUseEntity = new EntitySchema<BlobUseRow>({
  name: 'blobUse',
  tableName: 'blob_uses',
  columns: {
    hash: { type: 'varchar', primary: true },
    usedAt: { type: 'bigint' },
  },
});
