import { attachmentIdElement } from '../attachment-element.ts';
import { readAttachment } from '../attachment-reader.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { checkSequence, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/createattachment-operation */
export function createAttachment(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ParentItemId', 'm:Attachments']);
  const { mailbox, stamp } = context;
  const parent = requiredChild(request, 'm:ParentItemId');
  const id: XmlElement = { ...parent, name: 't:ItemId' };
  requiredAttribute(parent, 'Id');
  const attachments = requiredChild(request, 'm:Attachments').children;
  return batchResponse(
    context,
    { operation: 'CreateAttachment', onError: '<m:Attachments/>' },
    attachments,
    (element) => {
      const item = findItem(id, context);
      const attachment = mailbox.attach(item, readAttachment(element, context), stamp);
      mailbox.touchItem(item, stamp);
      return `<m:Attachments>${attachmentIdElement(attachment, item, mailbox)}</m:Attachments>`;
    },
  );
}
