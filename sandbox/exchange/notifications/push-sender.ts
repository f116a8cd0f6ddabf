/** Posts SendNotification to the address a push subscription gave. */
import { request } from 'node:http';
import { responseElement, successMessage } from '../response-message.ts';
import { eventXml, statusEventXml } from './notification-xml.ts';
import type { Subscription } from './subscription.ts';
import type { Subscriptions } from './subscriptions.ts';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const TIMEOUT_MS = 10_000;
/** How often a call is tried before the subscription ends. */
const ATTEMPTS = 3;

export interface PushTarget {
  readonly url: string;
  readonly statusEveryMs: number;
}

/** Push goes to this machine only: the stand-in calls nobody else. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (
    protocol === 'http:' &&
    (/^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === 'localhost' || hostname === '[::1]')
  );
}

/** Keeps the push subscriptions of a server informed. */
export class PushSender {
  readonly #subscriptions: Subscriptions;
  readonly #stops = new Map<Subscription, () => void>();

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
    subscriptions.ended.add((one) => this.#forget(one));
  }

  start(subscription: Subscription, target: PushTarget): void {
    const { log } = subscription.fields;
    let busy = false;
    let again = false;
    const run = async (asStatus: boolean): Promise<void> => {
      const events = subscription.eventsAfter(subscription.position);
      if (events.length === 0 && !asStatus) return;
      const previous = subscription.position;
      const upTo = log.last;
      const xml =
        events.length === 0
          ? statusEventXml(subscription)
          : events.map((one) => eventXml(one, subscription, true)).join('');
      if (!(await deliver(target.url, notification(subscription, previous, xml)))) {
        this.#subscriptions.remove(subscription);
        return;
      }
      subscription.position = upTo;
    };
    const wake = (asStatus: boolean): void => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      run(asStatus)
        .catch(() => this.#subscriptions.remove(subscription))
        .finally(() => {
          busy = false;
          if (again && this.#stops.has(subscription)) {
            again = false;
            wake(false);
          }
        });
    };
    const changed = (): void => wake(false);
    const timer = setInterval(() => wake(true), target.statusEveryMs);
    log.watchers.add(changed);
    this.#stops.set(subscription, () => {
      clearInterval(timer);
      log.watchers.delete(changed);
    });
    // Servers call once at the start, to see whether anybody listens.
    wake(true);
  }

  stop(): void {
    for (const one of [...this.#stops.keys()]) this.#forget(one);
  }

  #forget(subscription: Subscription): void {
    this.#stops.get(subscription)?.();
    this.#stops.delete(subscription);
  }
}

function notification(subscription: Subscription, previous: number, events: string): string {
  return responseElement(
    'SendNotification',
    successMessage(
      'SendNotification',
      `<m:Notification><t:SubscriptionId>${subscription.fields.id}</t:SubscriptionId>` +
        `<t:PreviousWatermark>${subscription.writeWatermark(previous)}</t:PreviousWatermark>` +
        `<t:MoreEvents>false</t:MoreEvents>${events}</m:Notification>`,
    ),
  )
    .replace('<m:SendNotificationResponse ', '<m:SendNotification ')
    .replace('</m:SendNotificationResponse>', '</m:SendNotification>');
}

/** Whether the listener wants more. */
async function deliver(url: string, body: string): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const answer = await post(url, body).catch(() => undefined);
    if (answer !== undefined) return /SubscriptionStatus>\s*OK\s*</.test(answer);
  }
  return false;
}

function post(url: string, body: string): Promise<string> {
  const text = `<?xml version="1.0" encoding="utf-8"?><soap11:Envelope xmlns:soap11="${ENVELOPE}"><soap11:Body>${body}</soap11:Body></soap11:Envelope>`;
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'text/xml; charset=utf-8',
      SOAPAction: 'http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification',
    };
    const sent = request(url, { method: 'POST', headers, timeout: TIMEOUT_MS }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (answer += chunk.slice(0, 65_536)));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(answer) : reject(new Error('refused')),
      );
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', reject);
    sent.end(text);
  });
}
