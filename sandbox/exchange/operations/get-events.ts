import { ItemError } from '../item-error.ts';
import { eventXml, statusEventXml } from '../notifications/notification-xml.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { childText } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** More than these wait for the next call, with MoreEvents set. */
const EVENTS_PER_CALL = 50;

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getevents-operation */
export function getEvents(request: XmlElement, context: RequestContext): string {
  return batchResponse(context, { operation: 'GetEvents' }, [request], () => {
    const subscription = context.subscriptions.use(
      childText(request, 'm:SubscriptionId') ?? '',
      context.caller.address,
    );
    if (subscription.fields.kind !== 'pull') throw new ItemError('ErrorInvalidPullSubscriptionId');
    const watermark = childText(request, 'm:Watermark') ?? '';
    const all = subscription.eventsAfter(subscription.readWatermark(watermark));
    const events = all.slice(0, EVENTS_PER_CALL);
    const xml = events.map((one) =>
      eventXml(one, subscription, true).repeat(context.duplicateEvents ? 2 : 1),
    );
    subscription.position = events.at(-1)?.number ?? subscription.position;
    return (
      `<m:Notification><t:SubscriptionId>${subscription.fields.id}</t:SubscriptionId>` +
      `<t:PreviousWatermark>${watermark}</t:PreviousWatermark>` +
      `<t:MoreEvents>${events.length < all.length}</t:MoreEvents>` +
      `${events.length === 0 ? statusEventXml(subscription) : xml.join('')}</m:Notification>`
    );
  });
}
