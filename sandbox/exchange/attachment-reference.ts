import { ItemError } from './item-error.ts';
import { embedded } from './item-copy.ts';
import { checkIdShape } from './opaque-id.ts';
import type { RequestContext } from './request-context.ts';
import type { StoredAttachment, StoredItem } from './stored-item.ts';
import { requiredAttribute } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** The attachment of a t:AttachmentId and the item it hangs on, or ErrorInvalidAttachmentId. */
export function findAttachment(
  element: XmlElement,
  context: RequestContext,
): { readonly item: StoredItem; readonly attachment: StoredAttachment } {
  const id = requiredAttribute(element, 'Id');
  checkIdShape('attachment', id);
  const { mailbox } = context;
  const serial = mailbox.ids.read('attachment', id);
  const item = serial === undefined ? undefined : mailbox.attachmentOwners.get(serial);
  const attachment =
    item === undefined
      ? undefined
      : [...item.attachments, ...[...embedded(item.attachments)].flatMap((one) => one.attachments)].find(
          (one) => one.serial === serial,
        );
  if (item === undefined || attachment === undefined) throw new ItemError('ErrorInvalidAttachmentId');
  return { item, attachment };
}
