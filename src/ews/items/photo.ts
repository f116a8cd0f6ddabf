/** A contact's picture: an attachment of the item (Microsoft: FileAttachment, IsContactPhoto). */
import type { Photo } from '../../sync/model.ts';
import type { FileAttachment } from './file-attachment.ts';
import type { ReadItem } from './read-item.ts';

/** The name Outlook gives the picture; Exchange 2007 knows it by this name only. */
export const photoName = 'ContactPicture.jpg';

/** The attachments that are the picture: one as a rule. */
export function photoAttachments(item: ReadItem): readonly FileAttachment[] {
  const marked = item.attachments.filter((attachment) => attachment.isContactPhoto);
  if (marked.length > 0 || item.hasPicture === false) return marked;
  return item.attachments.filter((attachment) => attachment.name.toLowerCase() === photoName.toLowerCase());
}

/** Null for an empty one. */
export function photoOf(attachment: FileAttachment): Photo | null {
  const content = attachment.content.replace(/\s+/g, '');
  return content === '' ? null : { mediaType: mediaTypeOf(attachment.contentType, content), content };
}

/** By the first bytes: ContentType is often missing or application/octet-stream. */
function mediaTypeOf(contentType: string, content: string): string {
  if (/^image\//i.test(contentType)) return contentType.toLowerCase();
  const bytes = Buffer.from(content.slice(0, 24), 'base64');
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  const text = bytes.toString('latin1');
  if (text.startsWith('\u0089PNG')) return 'image/png';
  if (text.startsWith('GIF8')) return 'image/gif';
  if (text.startsWith('BM')) return 'image/bmp';
  return 'application/octet-stream';
}
