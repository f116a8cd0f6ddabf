import { ItemError } from '../item-error.ts';
import { isLoopback } from '../notifications/push-sender.ts';
import type { EventTypeName, SubscriptionKind } from '../notifications/subscription.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { child, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const KINDS: Readonly<Record<string, SubscriptionKind>> = {
  'm:PullSubscriptionRequest': 'pull',
  'm:PushSubscriptionRequest': 'push',
  'm:StreamingSubscriptionRequest': 'streaming',
};

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/subscribe-operation */
export function subscribe(request: XmlElement, context: RequestContext): string {
  return batchResponse(context, { operation: 'Subscribe' }, request.children, (wanted) => {
    const kind = KINDS[wanted.name];
    if (kind === undefined) throw new ItemError('ErrorInvalidSubscriptionRequest');
    const url = kind === 'push' ? pushUrl(wanted) : undefined;
    const minutes = childText(wanted, 't:Timeout');
    const subscription = context.subscriptions.add(
      {
        kind,
        owner: context.caller.address,
        mailbox: context.mailbox,
        folders: watchedFolders(wanted, context),
        types: new Set(
          requiredChild(wanted, 't:EventTypes').children.map((one) => one.text.trim() as EventTypeName),
        ),
        timeoutMs: minutes === undefined ? undefined : Number(minutes) * context.minuteMs,
        watermark: childText(wanted, 't:Watermark'),
      },
      context.policy.maxSubscriptions ?? 5000,
    );
    if (url !== undefined) {
      const statusEveryMs = Number(childText(wanted, 't:StatusFrequency') ?? 30) * context.minuteMs;
      context.push.start(subscription, { url, statusEveryMs });
    }
    // A stream has no place to begin at but now.
    const watermark =
      kind === 'streaming'
        ? ''
        : `<m:Watermark>${subscription.writeWatermark(subscription.position)}</m:Watermark>`;
    return `<m:SubscriptionId>${subscription.fields.id}</m:SubscriptionId>${watermark}`;
  });
}

function pushUrl(wanted: XmlElement): string {
  const url = childText(wanted, 't:URL') ?? '';
  if (!isLoopback(url)) throw new ItemError('ErrorInvalidPushSubscriptionUrl');
  return url;
}

/** Serials of the folders named; undefined for the whole mailbox. */
function watchedFolders(wanted: XmlElement, context: RequestContext): ReadonlySet<number> | undefined {
  const all = ['true', '1'].includes(wanted.attributes['SubscribeToAllFolders'] ?? 'false');
  const ids = child(wanted, 't:FolderIds')?.children ?? [];
  if (all !== (ids.length === 0)) throw new ItemError('ErrorInvalidSubscriptionRequest');
  return all ? undefined : new Set(ids.map((id) => findFolder(id, context).serial));
}
