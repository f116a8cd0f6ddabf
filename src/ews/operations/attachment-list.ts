/** The `<m:Attachments>` of one response message. */
import { fileAttachment } from '../items/file-attachment.ts';
import type { FileAttachment } from '../items/file-attachment.ts';
import { shapes } from '../soap-reader.ts';

export interface AttachmentList {
  readonly attachments: FileAttachment[];
}

export function emptyAttachmentList(): AttachmentList {
  return { attachments: [] };
}

export const attachmentListPayload = shapes<AttachmentList>({
  'm:Attachments': {
    children: shapes<AttachmentList>({
      't:FileAttachment': fileAttachment((list: AttachmentList, entry) => list.attachments.push(entry)),
    }),
  },
});
