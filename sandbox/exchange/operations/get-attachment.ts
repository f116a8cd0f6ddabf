import { findAttachment } from '../attachment-reference.ts';
import { attachmentElement } from '../attachment-element.ts';
import { ItemWriter } from '../item-writer.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { readAttachmentShape } from '../response-shape.ts';
import { checkSequence, child, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getattachment-operation */
export function getAttachment(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:AttachmentShape', 'm:AttachmentIds']);
  const writer = new ItemWriter(
    readAttachmentShape(child(request, 'm:AttachmentShape'), context.release),
    context.mailbox,
  );
  const ids = requiredChild(request, 'm:AttachmentIds').children;
  return batchResponse(context, { operation: 'GetAttachment', onError: '<m:Attachments/>' }, ids, (id) => {
    const { attachment } = findAttachment(id, context);
    const content =
      attachment.type === 'file'
        ? `<t:Content>${attachment.content.toString('base64')}</t:Content>`
        : writer.write(attachment.item);
    return `<m:Attachments>${attachmentElement(attachment, context.mailbox, content)}</m:Attachments>`;
  });
}
