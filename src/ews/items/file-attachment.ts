/** Files that hang on items. */
import { shapes, within } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { isTrue } from '../xml-boolean.ts';

/** A FileAttachment as an answer shows it; `content` only from GetAttachment. */
export interface FileAttachment {
  id: string;
  name: string;
  contentType: string;
  sizeBytes: number;
  isContactPhoto: boolean;
  /** Base64 as sent, white space included. */
  content: string;
  /** The item it hangs on, and that item's new change key, as CreateAttachment answers them. */
  rootItemId: string;
  rootChangeKey: string;
}

/** `<t:FileAttachment>` wherever one may stand. */
export function fileAttachment<C>(add: (context: C, attachment: FileAttachment) => void): Shape<C> {
  return within((context: C) => {
    const attachment: FileAttachment = {
      id: '',
      name: '',
      contentType: '',
      sizeBytes: 0,
      isContactPhoto: false,
      content: '',
      rootItemId: '',
      rootChangeKey: '',
    };
    add(context, attachment);
    return attachment;
  }, fileAttachmentInside);
}

const fileAttachmentInside: Shape<FileAttachment> = {
  children: shapes<FileAttachment>({
    't:AttachmentId': {
      open: (attachment, attributes) => {
        attachment.id = attributes['Id'] ?? '';
        attachment.rootItemId = attributes['RootItemId'] ?? '';
        attachment.rootChangeKey = attributes['RootItemChangeKey'] ?? '';
      },
    },
    't:Name': { text: (attachment, value) => (attachment.name = value) },
    't:ContentType': { text: (attachment, value) => (attachment.contentType = value.trim()) },
    't:Size': { text: (attachment, value) => (attachment.sizeBytes = Number(value) || 0) },
    't:IsContactPhoto': { text: (attachment, value) => (attachment.isContactPhoto = isTrue(value)) },
    't:Content': { text: (attachment, value) => (attachment.content = value) },
  }),
};
