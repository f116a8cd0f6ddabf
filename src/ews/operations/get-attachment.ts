/** Microsoft: GetAttachment operation (file attachments). */
import { writeAttachmentIds } from '../items/identifier.ts';
import { attachmentListPayload, emptyAttachmentList } from './attachment-list.ts';
import type { AttachmentList } from './attachment-list.ts';
import type { Operation } from './operation.ts';

export interface GetAttachmentRequest {
  /** At least one. */
  readonly ids: readonly string[];
}

export const getAttachment: Operation<GetAttachmentRequest, AttachmentList> = {
  name: 'GetAttachment',
  repeatable: true,
  expects: ({ ids }) => ids.length,
  write: ({ ids }) => `<m:GetAttachment>${writeAttachmentIds(ids)}</m:GetAttachment>`,
  start: emptyAttachmentList,
  payload: attachmentListPayload,
};
