/** Reports that a server sends by itself: undeliverable, delivered, read. */
import { bodyAssignments } from '../body-text.ts';
import { FLAG, MESSAGE_FLAGS } from '../kinds/item-properties.ts';
import type { Mailbox } from '../mailbox.ts';
import { displayNames, mailboxRecipient, recipients } from '../recipients.ts';
import type { Recipient } from '../recipients.ts';
import { textValue } from '../stored-item.ts';
import type { EmbeddedItem, NewItem, PropertyValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { conversationTopic } from './conversation.ts';

interface ReportPlace {
  /** Whose Inbox it is for. */
  readonly mailbox: Mailbox;
  readonly at: number;
}

export function undeliverable(sent: NewItem, to: readonly Recipient[], place: ReportPlace): NewItem {
  const text = `Delivery has failed to these recipients or groups:\r\n\r\n${displayNames(to)}\r\nThe email address you entered couldn't be found.\r\n`;
  return report(
    sent,
    { itemClass: 'REPORT.IPM.Note.NDR', prefix: 'Undeliverable: ', text, from: system(place) },
    place,
  );
}

export function deliveryReceipt(sent: NewItem, to: readonly Recipient[], place: ReportPlace): NewItem {
  const text = `Your message has been delivered to the following recipients:\r\n\r\n${displayNames(to)}\r\n`;
  return report(
    sent,
    { itemClass: 'REPORT.IPM.Note.DR', prefix: 'Delivered: ', text, from: system(place) },
    place,
  );
}

export function readReceipt(message: EmbeddedItem, reader: Mailbox, place: ReportPlace): NewItem {
  const text = `Your message was read on ${dateTime(place.at)}.\r\n`;
  const from = mailboxRecipient(reader);
  return report(message, { itemClass: 'REPORT.IPM.Note.IPNRN', prefix: 'Read: ', text, from }, place);
}

function system({ mailbox }: ReportPlace): Recipient {
  const domain = mailbox.address.slice(mailbox.address.indexOf('@') + 1);
  const address = `MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@${domain}`;
  return { name: 'Microsoft Outlook', address, routingType: 'SMTP', mailboxType: 'OneOff' };
}

function report(
  about: Pick<EmbeddedItem, 'values'>,
  what: {
    readonly itemClass: string;
    readonly prefix: string;
    readonly text: string;
    readonly from: Recipient;
  },
  { mailbox, at }: ReportPlace,
): NewItem {
  const subject = textValue(about, 'item:Subject') ?? '';
  const from = recipients([what.from]);
  const values = new Map<string, PropertyValue>([
    ['item:ItemClass', what.itemClass],
    ['item:Subject', what.prefix + subject],
    ['item:DateTimeSent', dateTime(at)],
    ['item:DateTimeReceived', dateTime(at)],
    ['message:From', from],
    ['message:Sender', from],
    ['message:ToRecipients', recipients([mailboxRecipient(mailbox)])],
    [
      'message:ConversationTopic',
      textValue(about, 'message:ConversationTopic') ?? conversationTopic(subject),
    ],
    ['message:IsRead', 'false'],
    [MESSAGE_FLAGS, String(FLAG.unmodified)],
  ]);
  for (const key of ['message:ConversationIndex']) {
    const value = textValue(about, key);
    if (value !== undefined) values.set(key, value);
  }
  const id = textValue(about, 'message:InternetMessageId');
  if (id !== undefined) values.set('item:InReplyTo', id);
  for (const [key, value] of bodyAssignments(what.text, 'Text'))
    if (value !== undefined) values.set(key, value);
  return { kind: 'Message', values };
}
