import { ItemError } from './item-error.ts';
import { readNewItem } from './new-item.ts';
import type { RequestContext } from './request-context.ts';
import { schemaFault } from './soap-fault.ts';
import type { NewAttachment } from './stored-item.ts';
import { checkSequence, childText } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

const BOOLEANS = ['true', 'false', '1', '0'];
const HEAD = [
  ...['t:AttachmentId', 't:Name', 't:ContentType', 't:ContentId', 't:ContentLocation', 't:Size'],
  ...['t:LastModifiedTime', 't:IsInline'],
];

/** Reads one t:FileAttachment or t:ItemAttachment of a request. */
export function readAttachment(element: XmlElement, context: RequestContext): NewAttachment {
  const head = {
    name: childText(element, 't:Name') ?? '',
    contentType: childText(element, 't:ContentType'),
    contentId: childText(element, 't:ContentId'),
    contentLocation: childText(element, 't:ContentLocation'),
    isInline: isTrue(element, 't:IsInline'),
  };
  if (element.name === 't:FileAttachment') {
    checkSequence(element, [...HEAD, 't:IsContactPhoto', 't:Content']);
    const content = Buffer.from(base64Text(element), 'base64');
    return { ...head, type: 'file', isContactPhoto: isTrue(element, 't:IsContactPhoto'), content };
  }
  if (element.name !== 't:ItemAttachment')
    throw schemaFault(`'${element.name}' is not an attachment.`, element);
  const inner = element.children.find((one) => !HEAD.includes(one.name));
  checkSequence(element, [...HEAD, ...(inner === undefined ? [] : [inner.name])]);
  if (inner === undefined) throw new ItemError('ErrorMissingItemForCreateItemAttachment');
  if (/^t:(?:Meeting\w+|DistributionList)$/.test(inner.name))
    throw new ItemError('ErrorInvalidItemForOperationCreateItemAttachment');
  return { ...head, type: 'item', item: readNewItem(inner, context) };
}

function isTrue(element: XmlElement, name: string): boolean {
  return ['true', '1'].includes(childText(element, name, BOOLEANS) ?? 'false');
}

function base64Text(element: XmlElement): string {
  const content = childText(element, 't:Content') ?? '';
  if (/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) return content;
  throw schemaFault("The 't:Content' element is invalid - it is not base64.", element);
}
