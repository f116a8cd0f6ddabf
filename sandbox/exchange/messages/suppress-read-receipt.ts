import { ItemError } from '../item-error.ts';
import { RECEIPT_PENDING } from '../kinds/message.ts';
import type { ResponseObject } from '../response-objects.ts';
import { textValue } from '../stored-item.ts';
import { checkSequence } from '../xml-tree.ts';
import { referenceItem } from './reply.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/suppressreadreceipt */
export const suppressReadReceipt: ResponseObject = (element, _place, context) => {
  checkSequence(element, ['t:ReferenceItemId']);
  const item = referenceItem(element, context);
  if (item.kind !== 'Message') throw new ItemError('ErrorInvalidReferenceItem');
  if (textValue(item, RECEIPT_PENDING) !== 'true') throw new ItemError('ErrorReadReceiptNotPending');
  item.values.set(RECEIPT_PENDING, 'false');
  context.mailbox.touchItem(item, context.stamp);
  return [];
};
