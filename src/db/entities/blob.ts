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
