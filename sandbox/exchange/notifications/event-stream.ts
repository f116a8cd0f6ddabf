/** The hanging connection of GetStreamingEvents: one envelope after another in one chunked answer. */
import { ItemError } from '../item-error.ts';
import { responseElement } from '../response-message.ts';
import { escapeText } from '../xml-text.ts';
import { eventXml } from './notification-xml.ts';
import type { Subscription } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface StreamPlan {
  readonly subscriptions: readonly Subscription[];
  readonly durationMs: number;
  readonly heartbeatMs: number;
  /** Each event twice, as servers do at times. */
  readonly duplicate: boolean;
}

/** Where envelopes go. */
export interface StreamSink {
  write(body: string): void;
  end(): void;
}

const OPERATION = 'GetStreamingEvents';

function message(content: string): string {
  return responseElement(
    OPERATION,
    `<m:${OPERATION}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}</m:${OPERATION}ResponseMessage>`,
  );
}

/** The first envelope, and every sign of life: the connection is up. */
export const STREAM_OPEN = message('<m:ConnectionStatus>OK</m:ConnectionStatus>');
const STREAM_CLOSED = message('<m:ConnectionStatus>Closed</m:ConnectionStatus>');

/**
 * An error about subscriptions; it ends the connection. Servers write SubscriptionId in the messages namespace here,
 * and Notification below, although their schema says types.
 */
export function streamError(error: ItemError, ids: readonly string[]): string {
  const list = ids.map((id) => `<m:SubscriptionId>${escapeText(id)}</m:SubscriptionId>`).join('');
  return responseElement(
    OPERATION,
    `<m:${OPERATION}ResponseMessage ResponseClass="Error"><m:MessageText>${escapeText(error.message)}</m:MessageText>` +
      `<m:ResponseCode>${error.code}</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>` +
      (ids.length === 0 ? '' : `<m:ErrorSubscriptionIds>${list}</m:ErrorSubscriptionIds>`) +
      `<m:ConnectionStatus>Closed</m:ConnectionStatus></m:${OPERATION}ResponseMessage>`,
  );
}

/** Sends events as they happen until the time is over; returns what stops it early. */
export function openStream(plan: StreamPlan, subscriptions: Subscriptions, sink: StreamSink): () => void {
  const logs = new Set(plan.subscriptions.map(({ fields }) => fields.log));
  const heartbeat = setInterval(() => sink.write(STREAM_OPEN), plan.heartbeatMs);
  const end = setTimeout(() => finish(STREAM_CLOSED), plan.durationMs);
  let flushing = false;

  const flush = (): void => {
    flushing = false;
    try {
      const groups = plan.subscriptions.map((one) => notification(one, plan.duplicate)).join('');
      if (groups === '') return;
      sink.write(message(`<m:Notifications>${groups}</m:Notifications>`));
      heartbeat.refresh();
    } catch (error) {
      if (!(error instanceof ItemError)) throw error;
      finish(
        streamError(
          error,
          plan.subscriptions.map(({ fields }) => fields.id),
        ),
      );
    }
  };
  // Everything one request changed comes in one envelope.
  const changed = (): void => {
    if (flushing) return;
    flushing = true;
    setImmediate(() => {
      if (flushing) flush();
    });
  };
  const gone = (subscription: Subscription): void => {
    if (!plan.subscriptions.includes(subscription)) return;
    finish(streamError(new ItemError('ErrorInvalidSubscription'), [subscription.fields.id]));
  };
  const stop = (): void => {
    flushing = false;
    clearInterval(heartbeat);
    clearTimeout(end);
    for (const log of logs) log.watchers.delete(changed);
    subscriptions.ended.delete(gone);
  };
  function finish(last: string): void {
    stop();
    sink.write(last);
    sink.end();
  }
  for (const log of logs) log.watchers.add(changed);
  subscriptions.ended.add(gone);
  changed();
  return stop;
}

function notification(subscription: Subscription, duplicate: boolean): string {
  const events = subscription.eventsAfter(subscription.position);
  subscription.position = subscription.fields.log.last;
  if (events.length === 0) return '';
  const xml = events.map((one) => eventXml(one, subscription, false).repeat(duplicate ? 2 : 1)).join('');
  return `<m:Notification><t:SubscriptionId>${subscription.fields.id}</t:SubscriptionId>${xml}</m:Notification>`;
}
