import { findAttachment } from '../attachment-reference.ts';
import { attachmentElement } from '../computed-property.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getattachment-operation */
export function getAttachment(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:AttachmentShape', 'm:AttachmentIds']);
  const ids = requiredChild(request, 'm:AttachmentIds').children;
  return batchResponse(context, { operation: 'GetAttachment', onError: '<m:Attachments/>' }, ids, (id) => {
    const { item, attachment } = findAttachment(id, context);
    return `<m:Attachments>${attachmentElement(attachment, context.mailbox, { item, content: true })}</m:Attachments>`;
  });
}
