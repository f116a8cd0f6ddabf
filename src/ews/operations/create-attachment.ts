/** Microsoft: CreateAttachment operation (a contact's picture). Answers with the item's new change key. */
import { photoName } from '../items/photo.ts';
import { escapeAttribute, textElement } from '../soap-writer.ts';
import { attachmentListPayload, emptyAttachmentList } from './attachment-list.ts';
import type { AttachmentList } from './attachment-list.ts';
import type { Operation } from './operation.ts';

export interface CreateAttachmentRequest {
  readonly itemId: string;
  readonly changeKey: string;
  readonly mediaType: string;
  /** Base64 without line breaks. */
  readonly content: string;
}

export const createAttachment: Operation<CreateAttachmentRequest, AttachmentList> = {
  name: 'CreateAttachment',
  repeatable: false,
  expects: () => 1,
  write: ({ itemId, changeKey, mediaType, content }, schema) =>
    `<m:CreateAttachment><m:ParentItemId Id="${escapeAttribute(itemId)}" ChangeKey="${escapeAttribute(changeKey)}"/>` +
    `<m:Attachments><t:FileAttachment>${textElement('t:Name', photoName)}` +
    textElement('t:ContentType', mediaType) +
    (schema.lacks.has('contactPhoto') ? '' : '<t:IsContactPhoto>true</t:IsContactPhoto>') +
    `${textElement('t:Content', content)}</t:FileAttachment></m:Attachments></m:CreateAttachment>`,
  start: emptyAttachmentList,
  payload: attachmentListPayload,
};
