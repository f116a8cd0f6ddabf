import type { Mailbox } from './mailbox.ts';
import { attachmentSize } from './stored-item.ts';
import type { StoredAttachment, StoredItem } from './stored-item.ts';
import { dateTime, textElement } from './xml-text.ts';

const ELEMENTS = { file: 'FileAttachment', item: 'ItemAttachment' } as const;

/** An attachment as CreateAttachment answers it: its id, and its item's new change key. */
export function attachmentIdElement(
  attachment: StoredAttachment,
  root: StoredItem,
  mailbox: Mailbox,
): string {
  const rootId = mailbox.ids.write('item', root.serial);
  const key = mailbox.ids.writeChangeKey(root.change);
  const id = `<t:AttachmentId Id="${mailbox.ids.write('attachment', attachment.serial)}" RootItemId="${rootId}" RootItemChangeKey="${key}"/>`;
  const element = ELEMENTS[attachment.type];
  return `<t:${element}>${id}</t:${element}>`;
}

/** One attachment as items list it; `content` is what only GetAttachment adds, ready written. */
export function attachmentElement(attachment: StoredAttachment, mailbox: Mailbox, content = ''): string {
  const optional = (name: string, value: string | undefined): string =>
    value === undefined ? '' : textElement(name, value);
  const element = ELEMENTS[attachment.type];
  const photo =
    attachment.type === 'file' ? `<t:IsContactPhoto>${attachment.isContactPhoto}</t:IsContactPhoto>` : '';
  return (
    `<t:${element}><t:AttachmentId Id="${mailbox.ids.write('attachment', attachment.serial)}"/>` +
    textElement('Name', attachment.name) +
    optional('ContentType', attachment.contentType) +
    optional('ContentId', attachment.contentId) +
    optional('ContentLocation', attachment.contentLocation) +
    `<t:Size>${attachmentSize(attachment)}</t:Size>` +
    `<t:LastModifiedTime>${dateTime(attachment.modifiedAt)}</t:LastModifiedTime>` +
    `<t:IsInline>${attachment.isInline}</t:IsInline>${photo}${content}</t:${element}>`
  );
}
