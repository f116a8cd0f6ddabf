import { ItemError } from '../item-error.ts';
import { STREAM_OPEN, streamError } from '../notifications/event-stream.ts';
import type { Subscription } from '../notifications/subscription.ts';
import type { RequestContext } from '../request-context.ts';
import { childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const MOST_SUBSCRIPTIONS = 200;

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getstreamingevents-operation: answers with
 * the first envelope and leaves the rest to the stream. One bad id refuses the whole connection.
 */
export function getStreamingEvents(request: XmlElement, context: RequestContext): string {
  const ids = requiredChild(request, 'm:SubscriptionIds').children.map((one) => one.text.trim());
  const minutes = Number(childText(request, 'm:ConnectionTimeout'));
  if (ids.length > MOST_SUBSCRIPTIONS)
    return streamError(new ItemError('ErrorExceededSubscriptionCount'), []);
  const subscriptions: Subscription[] = [];
  const bad: string[] = [];
  for (const id of ids) {
    const found = streamingSubscription(id, context);
    if (found === undefined) bad.push(id);
    else subscriptions.push(found);
  }
  if (bad.length > 0) return streamError(new ItemError('ErrorInvalidSubscription'), bad);
  context.stream({
    subscriptions,
    durationMs: minutes * context.minuteMs,
    heartbeatMs: context.policy.heartbeatMs ?? 30_000,
    duplicate: context.duplicateEvents,
  });
  return STREAM_OPEN;
}

function streamingSubscription(id: string, context: RequestContext): Subscription | undefined {
  try {
    const found = context.subscriptions.use(id, context.caller.address);
    return found.fields.kind === 'streaming' ? found : undefined;
  } catch (error) {
    if (error instanceof ItemError) return undefined;
    throw error;
  }
}
