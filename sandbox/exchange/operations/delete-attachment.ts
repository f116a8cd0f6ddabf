import { findAttachment } from '../attachment-reference.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteattachment-operation */
export function deleteAttachment(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:AttachmentIds']);
  const { mailbox, stamp } = context;
  const ids = requiredChild(request, 'm:AttachmentIds').children;
  return batchResponse(context, { operation: 'DeleteAttachment' }, ids, (id) => {
    const { item, attachment } = findAttachment(id, context);
    mailbox.detach(item, attachment);
    mailbox.touchItem(item, stamp);
    const root = mailbox.ids.write('item', item.serial);
    return `<m:RootItemId RootItemId="${root}" RootItemChangeKey="${mailbox.ids.writeChangeKey(item.change)}"/>`;
  });
}
