import { ItemWriter } from '../item-writer.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { readItemShape } from '../response-shape.ts';
import { checkSequence, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation */
export function getItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ItemShape', 'm:ItemIds']);
  const writer = new ItemWriter(readItemShape(request, 'get', context.release), context.mailbox);
  const ids = requiredChild(request, 'm:ItemIds').children;
  return batchResponse(context, { operation: 'GetItem', onError: '<m:Items/>' }, ids, (id) => {
    return `<m:Items>${writer.write(findItem(id, context))}</m:Items>`;
  });
}
