import { attachmentElement } from '../computed-property.ts';
import { ItemError } from '../item-error.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { schemaFault } from '../soap-fault.ts';
import type { StoredAttachment } from '../stored-item.ts';
import { checkSequence, childText, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const BOOLEANS = ['true', 'false', '1', '0'];

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
      const attachment = readAttachment(element, { serial: mailbox.nextSerial(), modifiedAt: stamp.at });
      item.attachments = [...item.attachments, attachment];
      mailbox.attachmentOwners.set(attachment.serial, item);
      mailbox.touchItem(item, stamp);
      return `<m:Attachments>${attachmentElement(attachment, mailbox, { item, content: false })}</m:Attachments>`;
    },
  );
}

function readAttachment(
  element: XmlElement,
  made: { readonly serial: number; readonly modifiedAt: number },
): StoredAttachment {
  if (element.name === 't:ItemAttachment')
    throw new ItemError('ErrorInvalidItemForOperationCreateItemAttachment');
  if (element.name !== 't:FileAttachment')
    throw schemaFault(`'${element.name}' is not an attachment.`, element);
  checkSequence(element, [
    ...['t:AttachmentId', 't:Name', 't:ContentType', 't:ContentId', 't:ContentLocation', 't:Size'],
    ...['t:LastModifiedTime', 't:IsInline', 't:IsContactPhoto', 't:Content'],
  ]);
  const isTrue = (name: string): boolean =>
    ['true', '1'].includes(childText(element, name, BOOLEANS) ?? 'false');
  const content = childText(element, 't:Content') ?? '';
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) {
    throw schemaFault("The 't:Content' element is invalid - it is not base64.", element);
  }
  return {
    ...made,
    name: childText(element, 't:Name') ?? '',
    contentType: childText(element, 't:ContentType'),
    contentId: childText(element, 't:ContentId'),
    contentLocation: childText(element, 't:ContentLocation'),
    isInline: isTrue('t:IsInline'),
    isContactPhoto: isTrue('t:IsContactPhoto'),
    content: Buffer.from(content, 'base64'),
  };
}
