/** ReplyToItem, ReplyAllToItem and ForwardItem of CreateItem. */
import { BODY, bodyAssignments, isHtml, textToHtml } from '../body-text.ts';
import { htmlContent } from '../html-text.ts';
import { draftItem } from '../item-draft.ts';
import { ItemError } from '../item-error.ts';
import { kindOf } from '../kind-registry.ts';
import { FLAG, hasMessageFlag } from '../kinds/item-properties.ts';
import { createMessage } from '../kinds/message.ts';
import { asNew } from '../item-copy.ts';
import { readProperty } from '../property-reader.ts';
import type { Assignment } from '../property.ts';
import { displayNames, mailboxRecipient, readRecipients, recipients, recipientsOf } from '../recipients.ts';
import type { Recipient } from '../recipients.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import type { ResponseObject } from '../response-objects.ts';
import { textValue } from '../stored-item.ts';
import type { NewAttachment, StoredItem } from '../stored-item.ts';
import { escapeText } from '../xml-text.ts';
import { checkSequence, child, childText, requiredAttribute } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { conversationTopic, repliedConversationIndex } from './conversation.ts';

type Manner = 'reply' | 'replyAll' | 'forward';

const PARTS = [
  ...[
    't:Subject',
    't:Body',
    't:ToRecipients',
    't:CcRecipients',
    't:BccRecipients',
    't:IsReadReceiptRequested',
  ],
  ...['t:IsDeliveryReceiptRequested', 't:From', 't:ReferenceItemId', 't:NewBodyContent'],
];

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/replytoitem */
export function answering(manner: Manner): ResponseObject {
  return (element, place, context) => {
    if (place.request.attributes['MessageDisposition'] === undefined)
      throw new ItemError('ErrorMessageDispositionRequired');
    checkSequence(element, PARTS);
    const original = referenceItem(element, context);
    const unsent = hasMessageFlag(original, FLAG.unsent);
    if (manner !== 'forward' && (unsent || !original.values.has('message:From')))
      throw new ItemError('ErrorInvalidReferenceItem');
    const given = [...answer(original, manner, context), ...overrides(element, original)];
    const attachments = attachmentsFor(original, manner);
    const draft = draftItem({ kind: kindOf({ kind: 'Message' }), given, attachments }, context);
    return createMessage(draft, place, context);
  };
}

/** The item of t:ReferenceItemId; ErrorMissingInformationReferenceItemId when there is none. */
export function referenceItem(element: XmlElement, context: RequestContext): StoredItem {
  const id = child(element, 't:ReferenceItemId');
  if (id === undefined) throw new ItemError('ErrorMissingInformationReferenceItemId');
  requiredAttribute(id, 'Id');
  return findItem({ ...id, name: 't:ItemId' }, context);
}

/** What an answer takes from the message it answers. */
function answer(original: StoredItem, manner: Manner, context: RequestContext): readonly Assignment[] {
  const text = (key: string): string | undefined => textValue(original, key);
  const topic = text('message:ConversationTopic') ?? conversationTopic(text('item:Subject') ?? '');
  const id = text('message:InternetMessageId');
  const index = text('message:ConversationIndex');
  const { to, cc } = addressees(original, manner, context);
  return [
    ['item:Subject', `${manner === 'forward' ? 'FW' : 'RE'}: ${topic}`],
    ['message:ConversationTopic', topic || undefined],
    ...(index === undefined
      ? []
      : ([['message:ConversationIndex', repliedConversationIndex(index, context.stamp.at)]] as const)),
    ['item:InReplyTo', id],
    [
      'message:References',
      [text('message:References'), id].filter((one) => one !== undefined).join(' ') || undefined,
    ],
    ['item:Importance', text('item:Importance')],
    ['item:Sensitivity', text('item:Sensitivity')],
    ['message:ToRecipients', to.length === 0 ? undefined : recipients(to)],
    ['message:CcRecipients', cc.length === 0 ? undefined : recipients(cc)],
  ];
}

function addressees(
  original: StoredItem,
  manner: Manner,
  { mailbox }: RequestContext,
): { readonly to: readonly Recipient[]; readonly cc: readonly Recipient[] } {
  if (manner === 'forward') return { to: [], cc: [] };
  const replyTo = recipientsOf(original, 'message:ReplyTo');
  const sender = replyTo.length > 0 ? replyTo : recipientsOf(original, 'message:From');
  if (manner === 'reply') return { to: sender, cc: [] };
  const seen = new Set([mailboxRecipient(mailbox), ...sender].map((one) => one.address?.toLowerCase()));
  const others = (key: string): readonly Recipient[] =>
    recipientsOf(original, key).filter((one) => {
      const address = one.address?.toLowerCase();
      if (seen.has(address)) return false;
      seen.add(address);
      return true;
    });
  return { to: [...sender, ...others('message:ToRecipients')], cc: others('message:CcRecipients') };
}

/** What the client gives; t:Body stands for the whole text, t:NewBodyContent before the quoted one. */
function overrides(element: XmlElement, original: StoredItem): readonly Assignment[] {
  const given: Assignment[] = [];
  const subject = childText(element, 't:Subject');
  if (subject !== undefined) given.push(['item:Subject', subject]);
  for (const name of ['ToRecipients', 'CcRecipients', 'BccRecipients', 'From']) {
    const list = child(element, `t:${name}`);
    if (list !== undefined) given.push([`message:${name}`, recipients(readRecipients(list))]);
  }
  for (const name of ['IsReadReceiptRequested', 'IsDeliveryReceiptRequested']) {
    const flag = child(element, `t:${name}`);
    if (flag !== undefined)
      given.push(...readProperty({ element: name, uri: `message:${name}`, kind: 'boolean' }, flag));
  }
  const whole = child(element, 't:Body');
  if (whole !== undefined) given.push(...bodyAssignments(whole.text, bodyType(whole)));
  else given.push(...quotingBody(child(element, 't:NewBodyContent'), original));
  return given;
}

function bodyType(element: XmlElement): 'HTML' | 'Text' {
  return requiredAttribute(element, 'BodyType', ['HTML', 'Text']) === 'HTML' ? 'HTML' : 'Text';
}

function quotingBody(added: XmlElement | undefined, original: StoredItem): readonly Assignment[] {
  const html = isHtml(original) || (added !== undefined && bodyType(added) === 'HTML');
  const own = added?.text ?? '';
  const quoted = textValue(original, BODY) ?? '';
  const head = quoteHead(original);
  if (!html) {
    const lines = head.map(([name, value]) => `${name}: ${value}`).join('\r\n');
    return bodyAssignments(`${own}\r\n________________________________\r\n${lines}\r\n\r\n${quoted}`, 'Text');
  }
  const mine = added === undefined || bodyType(added) === 'HTML' ? own : textToHtml(own);
  const theirs = isHtml(original) ? quoted : textToHtml(quoted);
  const lines = head.map(([name, value]) => `<b>${name}:</b> ${escapeText(value)}<br>`).join('\r\n');
  return bodyAssignments(
    `<html><body>${htmlContent(mine)}\r\n<hr tabindex="-1">\r\n<div id="divRplyFwdMsg">${lines}</div>\r\n<div>${htmlContent(theirs)}</div>\r\n</body></html>`,
    'HTML',
  );
}

function quoteHead(original: StoredItem): readonly (readonly [string, string])[] {
  const cc = displayNames(recipientsOf(original, 'message:CcRecipients'));
  return [
    ['From', displayNames(recipientsOf(original, 'message:From'))],
    ['Sent', textValue(original, 'item:DateTimeSent') ?? ''],
    ['To', displayNames(recipientsOf(original, 'message:ToRecipients'))],
    ...(cc === '' ? [] : ([['Cc', cc]] as const)),
    ['Subject', textValue(original, 'item:Subject') ?? ''],
  ];
}

/** A forward carries everything; a reply only what the quoted text shows. */
function attachmentsFor(original: StoredItem, manner: Manner): readonly NewAttachment[] {
  const all = asNew(original).attachments ?? [];
  return manner === 'forward' ? all : all.filter((one) => one.isInline);
}
