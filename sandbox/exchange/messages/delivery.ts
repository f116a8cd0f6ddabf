/** Sending: from one mailbox of this server to the others, and back when there is nobody. */
import { ItemError } from '../item-error.ts';
import { FLAG, MESSAGE_FLAGS } from '../kinds/item-properties.ts';
import type { Mailbox } from '../mailbox.ts';
import { mailboxRecipient, recipients, recipientsOf, resolveRecipients } from '../recipients.ts';
import type { Recipient } from '../recipients.ts';
import type { RequestContext } from '../request-context.ts';
import { textValue } from '../stored-item.ts';
import type { NewItem, PropertyValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { deliveryReceipt, undeliverable } from './report.ts';

const RECIPIENT_KEYS = ['message:ToRecipients', 'message:CcRecipients', 'message:BccRecipients'] as const;

/**
 * Sends a message to whom it names and returns it as the sender may keep it. ErrorInvalidRecipients when it names
 * nobody or a name that is nobody's, ErrorSendAsDenied when it is from somebody else.
 */
export function sendMessage(draft: NewItem, context: RequestContext): NewItem {
  const { mailbox, store, stamp } = context;
  const values = new Map(draft.values);
  const lists = RECIPIENT_KEYS.map(
    (key) => [key, resolveRecipients(recipientsOf(draft, key), store)] as const,
  );
  const to = lists.flatMap(([, list]) => list);
  if (to.length === 0)
    throw new ItemError('ErrorInvalidRecipients', 'At least one recipient is not valid: there is none.');
  if (to.some((one) => one.address === undefined || !/^[^@\s]+@[^@\s]+$/.test(one.address)))
    throw new ItemError('ErrorInvalidRecipients');
  for (const [key, list] of lists) if (list.length > 0) values.set(key, recipients(list));
  const me = mailboxRecipient(mailbox);
  const [from = me] = recipientsOf(draft, 'message:From');
  if (store.findMailbox(from.address ?? '') !== mailbox) throw new ItemError('ErrorSendAsDenied');
  const toMyself = to.some((one) => store.findMailbox(one.address ?? '') === mailbox);
  values.set('message:From', recipients([me])).set('message:Sender', recipients([me]));
  values.set('item:DateTimeSent', dateTime(stamp.at)).set('item:DateTimeReceived', dateTime(stamp.at));
  values
    .set(MESSAGE_FLAGS, String(FLAG.read | FLAG.submitted | (toMyself ? FLAG.fromMe : 0)))
    .set('message:IsRead', 'true');
  const sent: NewItem = { ...draft, values };
  deliver(sent, to, context);
  return sent;
}

/** Puts a copy into each recipient's Inbox; for those nobody knows, a report into the sender's. */
export function deliver(sent: NewItem, to: readonly Recipient[], context: RequestContext): void {
  const { store, mailbox, stamp } = context;
  const delivered = new Set<Mailbox>();
  const unknown: Recipient[] = [];
  for (const one of to) {
    const target = store.findMailbox(one.address ?? '');
    if (target === undefined) unknown.push(one);
    else delivered.add(target);
  }
  for (const target of delivered) putIntoInbox(received(sent, target, mailbox), target, context);
  if (unknown.length > 0)
    putIntoInbox(undeliverable(sent, unknown, { mailbox, at: stamp.at }), mailbox, context);
  if (textValue(sent, 'message:IsDeliveryReceiptRequested') === 'true' && delivered.size > 0) {
    putIntoInbox(
      deliveryReceipt(sent, [...delivered].map(mailboxRecipient), { mailbox, at: stamp.at }),
      mailbox,
      context,
    );
  }
}

export function putIntoInbox(item: NewItem, target: Mailbox, { stamp }: RequestContext): void {
  const inbox = target.distinguishedFolder('inbox');
  if (inbox !== undefined) target.emit({ type: 'newMail', item: target.addItem(inbox, item, stamp) });
}

/** A message as the one sees it who gets it: unread, without the blind copies. */
function received(sent: NewItem, target: Mailbox, sender: Mailbox): NewItem {
  const values = new Map<string, PropertyValue>(sent.values);
  const me = recipients([mailboxRecipient(target)]);
  values.delete('message:BccRecipients');
  values.set('message:ReceivedBy', me).set('message:ReceivedRepresenting', me).set('message:IsRead', 'false');
  values.set(MESSAGE_FLAGS, String(FLAG.unmodified | (target === sender ? FLAG.fromMe : 0)));
  return { ...sent, values };
}
