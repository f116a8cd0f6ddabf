import { createHash } from 'node:crypto';
import { ItemError } from '../item-error.ts';
import type { KindDefinition } from '../item-kind.ts';
import { asNew } from '../item-copy.ts';
import { conversationId, conversationTopic, newConversationIndex } from '../messages/conversation.ts';
import { putIntoInbox, sendMessage } from '../messages/delivery.ts';
import { readReceipt } from '../messages/report.ts';
import { messageFromMime } from '../mime/message-from-mime.ts';
import { messageHeaders, mimeFromMessage } from '../mime/mime-from-message.ts';
import type { Assignment, Property, PropertyKind, PropertyWriter, WritableItem } from '../property.ts';
import {
  displayNames,
  mailboxRecipient,
  recipientProperty,
  recipients,
  recipientsOf,
  recipientsProperty,
  resolveRecipients,
} from '../recipients.ts';
import type { RequestContext } from '../request-context.ts';
import { textValue } from '../stored-item.ts';
import type { NewItem, PropertyValue, StoredItem } from '../stored-item.ts';
import { escapeText, textElement } from '../xml-text.ts';
import type { XmlElement } from '../xml-tree.ts';
import { FLAG, hasMessageFlag, itemPropertiesWith, MESSAGE_FLAGS } from './item-properties.ts';

const IS_READ = 'message:IsRead';
const TO = 'message:ToRecipients';
const CC = 'message:CcRecipients';
const BCC = 'message:BccRecipients';
const RECIPIENT_KEYS = [TO, CC, BCC, 'message:ReplyTo', 'message:From', 'message:Sender'];
/** Whether a read receipt is still to be sent. */
export const RECEIPT_PENDING = 'x:0x0029:Boolean';

function message(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `message:${element}`, kind, ...more };
}

/** Kept, shown, and refused from clients. */
function kept(element: string, more: Partial<Property> = {}): Property {
  const uri = `message:${element}`;
  return message(element, 'computed', {
    write: (item) => {
      const value = textValue(item, uri);
      return value === undefined ? '' : textElement(element, value);
    },
    search: (item) => {
      const value = textValue(item, uri);
      return value === undefined ? [] : [value];
    },
    ...more,
  });
}

/** A list as one line; t:DisplayTo and t:DisplayCc are there even when empty. */
function namesOf(key: string): (item: WritableItem) => string {
  return (item) => displayNames(recipientsOf(item, key));
}

const writeHeaders: PropertyWriter = (item, _mailbox, _options, only) => {
  const headers = messageHeaders(item)
    .filter(([name]) => only === undefined || only.has(`item:InternetMessageHeader/${name}`))
    .map(
      ([name, value]) =>
        `<t:InternetMessageHeader HeaderName="${name}">${escapeText(value.replace(/\r\n\s*/g, ' '))}</t:InternetMessageHeader>`,
    );
  return headers.length === 0
    ? ''
    : `<t:InternetMessageHeaders>${headers.join('')}</t:InternetMessageHeaders>`;
};

function writeResponseObjects(item: WritableItem): string {
  if (item.serial === undefined) return '';
  const names = hasMessageFlag(item, FLAG.unsent)
    ? ['ForwardItem']
    : ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem'];
  if (textValue(item, RECEIPT_PENDING) === 'true') names.push('SuppressReadReceipt');
  return `<t:ResponseObjects>${names.map((name) => `<t:${name}/>`).join('')}</t:ResponseObjects>`;
}

/** What messages, and the kinds that are messages with more, have of t:ItemType. */
export const MESSAGE_ITEM = itemPropertiesWith({
  'item:MimeContent': {
    write: (item) =>
      `<t:MimeContent CharacterSet="UTF-8">${Buffer.from(mimeFromMessage(item), 'utf8').toString('base64')}</t:MimeContent>`,
  },
  'item:Sensitivity': { inDefault: true },
  'item:Size': { inDefault: true },
  'item:DateTimeSent': { inDefault: true },
  'item:DateTimeCreated': { inDefault: true },
  'item:ResponseObjects': { inDefault: true, write: writeResponseObjects },
  'item:InternetMessageHeaders': { entryUri: 'item:InternetMessageHeader', write: writeHeaders },
  'item:DisplayTo': {
    write: (item) => textElement('DisplayTo', namesOf(TO)(item)),
    search: (item) => [namesOf(TO)(item)],
  },
  'item:DisplayCc': {
    write: (item) => textElement('DisplayCc', namesOf(CC)(item)),
    search: (item) => [namesOf(CC)(item)],
  },
  'item:ConversationId': {
    onlyWhenAsked: false,
    write: (item, mailbox) => `<t:ConversationId Id="${conversationId(item, mailbox)}"/>`,
    search: (item, mailbox) => [conversationId(item, mailbox)],
  },
});

/** The elements t:MessageType adds, in its order. */
export const MESSAGE: readonly Property[] = [
  recipientProperty('Sender', 'message:Sender', { getItemOnly: false }),
  recipientsProperty('ToRecipients', TO, { inDefault: true }),
  recipientsProperty('CcRecipients', CC, { inDefault: true }),
  recipientsProperty('BccRecipients', BCC, { inDefault: true }),
  message('IsReadReceiptRequested', 'boolean', { inDefault: true, fallback: 'false' }),
  message('IsDeliveryReceiptRequested', 'boolean', { inDefault: true, fallback: 'false' }),
  kept('ConversationIndex'),
  kept('ConversationTopic'),
  recipientProperty('From', 'message:From', { inDefault: true }),
  message('InternetMessageId', 'text', { inDefault: true }),
  message('IsRead', 'boolean', { inDefault: true, fallback: 'false' }),
  message('IsResponseRequested', 'boolean', { fallback: 'false' }),
  message('References', 'text'),
  recipientsProperty('ReplyTo', 'message:ReplyTo'),
  recipientProperty('ReceivedBy', 'message:ReceivedBy', { kind: 'computed' }),
  recipientProperty('ReceivedRepresenting', 'message:ReceivedRepresenting', { kind: 'computed' }),
];

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/message-ex15websvcsotherref */
export const MESSAGE_KIND: KindDefinition = {
  name: 'Message',
  itemClass: 'IPM.Note',
  homeFolder: 'drafts',
  properties: [...MESSAGE_ITEM, ...MESSAGE],
  checkCreate: requireDisposition,
  checkUpdate: requireDisposition,
  fromMime: messageFromMime,
  settle: settleMessage,
  derive: markReceipt,
  create: (draft, place, context) => createMessage(draft, place, context),
  updated: updatedMessage,
};

function requireDisposition(request: XmlElement): void {
  if (request.attributes['MessageDisposition'] === undefined)
    throw new ItemError('ErrorMessageDispositionRequired');
}

/** Saves or sends a new message as MessageDisposition says; only one that is saved alone is named in the answer. */
export function createMessage(
  draft: NewItem,
  place: { readonly folder: StoredItem['folder'] | undefined; readonly request: XmlElement },
  context: RequestContext,
): readonly StoredItem[] {
  const { mailbox, stamp } = context;
  const disposition = place.request.attributes['MessageDisposition'];
  const folder =
    place.folder ?? mailbox.distinguishedFolder(disposition === 'SaveOnly' ? 'drafts' : 'sentitems');
  if (folder === undefined) throw new ItemError('ErrorFolderNotFound');
  if (disposition === 'SaveOnly') return [mailbox.addItem(folder, draft, stamp)];
  const sent = sendMessage(draft, context);
  if (disposition === 'SendAndSaveCopy') mailbox.addItem(folder, sent, stamp);
  return [];
}

/** What a client may still change of a message that was sent. */
const CHANGEABLE_WHEN_SENT =
  /^(?:x:|message:Is(?:Read|ResponseRequested|ReadReceiptRequested|DeliveryReceiptRequested)$|item:(?:Subject|Body|Categories|Importance|Sensitivity|Flag|Reminder|ItemClass|Culture))/;

export function settleMessage(
  given: readonly Assignment[],
  item: StoredItem | undefined,
  context: RequestContext,
): readonly Assignment[] {
  const resolved = given.map(([key, value]): Assignment => {
    if (!RECIPIENT_KEYS.includes(key) || typeof value !== 'object' || !('structure' in value))
      return [key, value];
    const list = recipientsOf({ values: new Map([[key, value]]) }, key);
    return [key, recipients(resolveRecipients(list, context.store))];
  });
  return item === undefined ? settleNew(resolved, context) : settleChange(resolved, item);
}

function settleNew(given: readonly Assignment[], context: RequestContext): readonly Assignment[] {
  const { mailbox, stamp } = context;
  const values = new Map(given);
  const text = (key: string): string | undefined => {
    const value = values.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const flags = Number(text(MESSAGE_FLAGS) ?? FLAG.unsent | FLAG.read | FLAG.unmodified);
  const isRead = text(IS_READ) ?? String((flags & FLAG.read) !== 0);
  const seed = `${mailbox.address}|${mailbox.nextSerial()}`;
  const id = createHash('md5').update(seed).digest('hex').toUpperCase();
  const domain = mailbox.address.slice(mailbox.address.indexOf('@') + 1);
  const me: PropertyValue = recipients([mailboxRecipient(mailbox)]);
  const isDraft = (flags & FLAG.unsent) !== 0;
  return [
    ['message:InternetMessageId', `<${id}@${domain}>`],
    ['message:ConversationTopic', conversationTopic(text('item:Subject') ?? '') || undefined],
    ['message:ConversationIndex', newConversationIndex(stamp.at, seed)],
    ...(isDraft
      ? ([
          ['message:From', me],
          ['message:Sender', me],
        ] as const)
      : []),
    ...given,
    [IS_READ, isRead],
    [MESSAGE_FLAGS, String(withRead(flags, isRead))],
  ];
}

function settleChange(given: readonly Assignment[], item: StoredItem): readonly Assignment[] {
  if (!hasMessageFlag(item, FLAG.unsent)) {
    if (given.some(([key]) => !CHANGEABLE_WHEN_SENT.test(key)))
      throw new ItemError('ErrorInvalidPropertyUpdateSentMessage');
  }
  const more: Assignment[] = [];
  const flagsNow = Number(textValue(item, MESSAGE_FLAGS) ?? 0);
  if (given.some(([key]) => key !== IS_READ)) more.push([MESSAGE_FLAGS, String(flagsNow & ~FLAG.unmodified)]);
  for (const [key, value] of given) {
    if (key === 'item:Subject' && hasMessageFlag(item, FLAG.unsent)) {
      more.push([
        'message:ConversationTopic',
        conversationTopic(typeof value === 'string' ? value : '') || undefined,
      ]);
    }
    if (key === IS_READ) {
      const flags = given.length > 1 ? flagsNow & ~FLAG.unmodified : flagsNow;
      more.push([MESSAGE_FLAGS, String(withRead(flags, typeof value === 'string' ? value : 'false'))]);
    }
  }
  return [...given, ...more];
}

function withRead(flags: number, isRead: string): number {
  return isRead === 'true' ? flags | FLAG.read : flags & ~FLAG.read;
}

/** A received, unread message that asks for a receipt owes one. */
function markReceipt(item: StoredItem): void {
  const { values } = item;
  if (values.has(RECEIPT_PENDING) || textValue(item, 'message:IsReadReceiptRequested') !== 'true') return;
  if (values.has('message:ReceivedBy'))
    values.set(RECEIPT_PENDING, String(textValue(item, IS_READ) !== 'true'));
}

/** Sends the receipt of a message that was read, or the message itself when the update says so. */
export function updatedMessage(
  item: StoredItem,
  given: readonly Assignment[],
  request: XmlElement,
  context: RequestContext,
): StoredItem | undefined {
  if (
    given.some(([key, value]) => key === IS_READ && value === 'true') &&
    textValue(item, RECEIPT_PENDING) === 'true'
  ) {
    item.values.set(RECEIPT_PENDING, 'false');
    if (request.attributes['SuppressReadReceipts'] !== 'true') sendReceipt(item, context);
  }
  const disposition = request.attributes['MessageDisposition'];
  if (disposition === 'SaveOnly' || disposition === undefined || !hasMessageFlag(item, FLAG.unsent))
    return item;
  sendStored(
    item,
    disposition === 'SendOnly' ? undefined : context.mailbox.distinguishedFolder('sentitems'),
    context,
  );
  return undefined;
}

function sendReceipt(item: StoredItem, context: RequestContext): void {
  const [sender] = recipientsOf(item, 'message:Sender');
  const target = context.store.findMailbox(sender?.address ?? '');
  if (target === undefined) return;
  putIntoInbox(
    readReceipt(item, context.mailbox, { mailbox: target, at: context.stamp.at }),
    target,
    context,
  );
}

/** Sends a stored draft, which goes: into a folder as another item, or for good. */
export function sendStored(
  item: StoredItem,
  folder: StoredItem['folder'] | undefined,
  context: RequestContext,
): void {
  const { mailbox, stamp } = context;
  const sent = sendMessage(asNew(item), context);
  mailbox.removeItem(item);
  if (folder !== undefined) mailbox.addItem(folder, sent, stamp);
}
