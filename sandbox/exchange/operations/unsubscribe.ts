import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { childText } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/unsubscribe-operation */
export function unsubscribe(request: XmlElement, context: RequestContext): string {
  return batchResponse(context, { operation: 'Unsubscribe' }, [request], () => {
    const id = childText(request, 'm:SubscriptionId') ?? '';
    context.subscriptions.remove(context.subscriptions.use(id, context.caller.address));
    return '';
  });
}
