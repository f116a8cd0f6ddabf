/** Microsoft: DeleteAttachment operation. Answers with the new change key of the item each one hung on. */
import { writeAttachmentIds } from '../items/identifier.ts';
import { shapes } from '../soap-reader.ts';
import type { Operation } from './operation.ts';

export interface DeleteAttachmentRequest {
  /** At least one. */
  readonly ids: readonly string[];
}

export interface DeleteAttachmentAnswer {
  rootItemId: string;
  rootChangeKey: string;
}

export const deleteAttachment: Operation<DeleteAttachmentRequest, DeleteAttachmentAnswer> = {
  name: 'DeleteAttachment',
  repeatable: false,
  expects: ({ ids }) => ids.length,
  write: ({ ids }) => `<m:DeleteAttachment>${writeAttachmentIds(ids)}</m:DeleteAttachment>`,
  start: () => ({ rootItemId: '', rootChangeKey: '' }),
  payload: shapes<DeleteAttachmentAnswer>({
    'm:RootItemId': {
      open: (answer, attributes) => {
        answer.rootItemId = attributes['RootItemId'] ?? '';
        answer.rootChangeKey = attributes['RootItemChangeKey'] ?? '';
      },
    },
  }),
};
