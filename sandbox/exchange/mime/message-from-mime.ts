/** MimeContent of CreateItem as the values and attachments of a message. */
import { BODY, bodyAssignments } from '../body-text.ts';
import { ItemError } from '../item-error.ts';
import type { ParsedMime } from '../item-kind.ts';
import type { Assignment } from '../property.ts';
import { recipients } from '../recipients.ts';
import type { NewAttachment, PropertyValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { decodeWords, readAddresses } from './header-text.ts';
import { headerOf, partText, readMimePart } from './mime-part.ts';
import type { MimePart } from './mime-part.ts';

const ADDRESSES: Readonly<Record<string, string>> = {
  From: 'message:From',
  Sender: 'message:Sender',
  To: 'message:ToRecipients',
  Cc: 'message:CcRecipients',
  Bcc: 'message:BccRecipients',
  'Reply-To': 'message:ReplyTo',
};
const TEXTS: Readonly<Record<string, string>> = {
  Subject: 'item:Subject',
  'Message-ID': 'message:InternetMessageId',
  'In-Reply-To': 'item:InReplyTo',
  References: 'message:References',
};
const IMPORTANCE: Readonly<Record<string, string>> = { high: 'High', low: 'Low', normal: 'Normal' };
const SENSITIVITY: Readonly<Record<string, string>> = {
  personal: 'Personal',
  private: 'Private',
  'company-confidential': 'Confidential',
};

/** ErrorMimeContentInvalid for what is no message. */
export function messageFromMime(content: Buffer): ParsedMime {
  const root = readMimePart(content);
  if (root === undefined) throw new ItemError('ErrorMimeContentInvalid');
  const parts = collect(root);
  const body = parts.html ?? parts.text;
  return {
    assignments: [
      ...headerAssignments(root),
      ...(body === undefined ? [] : bodyAssignments(partText(body), body === parts.html ? 'HTML' : 'Text')),
    ],
    attachments: parts.attached.map((part) => attachmentOf(part)),
  };
}

function headerAssignments(root: MimePart): readonly Assignment[] {
  const header = (name: string): string | undefined => headerOf(root.headers, name);
  const given: Assignment[] = [];
  for (const [name, key] of Object.entries(TEXTS)) {
    const value = header(name);
    if (value !== undefined) given.push([key, decodeWords(value) || undefined]);
  }
  for (const [name, key] of Object.entries(ADDRESSES)) {
    const list = readAddresses(header(name) ?? '');
    if (list.length > 0) given.push([key, recipients(list)]);
  }
  const sentAt = Date.parse(header('Date') ?? '');
  if (!Number.isNaN(sentAt)) given.push(['item:DateTimeSent', dateTime(sentAt)]);
  const importance = IMPORTANCE[header('Importance')?.toLowerCase() ?? ''];
  if (importance !== undefined) given.push(['item:Importance', importance]);
  const sensitivity = SENSITIVITY[header('Sensitivity')?.toLowerCase() ?? ''];
  if (sensitivity !== undefined) given.push(['item:Sensitivity', sensitivity]);
  if (header('Disposition-Notification-To') !== undefined)
    given.push(['message:IsReadReceiptRequested', 'true']);
  if (header('Return-Receipt-To') !== undefined) given.push(['message:IsDeliveryReceiptRequested', 'true']);
  const index = header('Thread-Index');
  if (index !== undefined && Buffer.from(index, 'base64').length >= 22)
    given.push(['message:ConversationIndex', index]);
  const topic = header('Thread-Topic');
  if (topic !== undefined) given.push(['message:ConversationTopic', decodeWords(topic)]);
  return given;
}

interface Parts {
  readonly text: MimePart | undefined;
  readonly html: MimePart | undefined;
  readonly attached: readonly MimePart[];
}

/** The first text and HTML that are no attachments are the body; of alternatives the rest is dropped. */
function collect(part: MimePart): Parts {
  const { value } = part.type;
  if (part.parts.length === 0) {
    const inBody = part.disposition.value !== 'attachment' && part.type.parameters['name'] === undefined;
    if (inBody && value === 'text/plain') return { text: part, html: undefined, attached: [] };
    if (inBody && value === 'text/html') return { text: undefined, html: part, attached: [] };
    return { text: undefined, html: undefined, attached: [part] };
  }
  let parts: Parts = { text: undefined, html: undefined, attached: [] };
  for (const one of part.parts.map(collect)) {
    const spare = [
      parts.text !== undefined && value !== 'multipart/alternative' ? one.text : undefined,
      parts.html !== undefined && value !== 'multipart/alternative' ? one.html : undefined,
    ].filter((each) => each !== undefined);
    parts = {
      text: parts.text ?? one.text,
      html: parts.html ?? one.html,
      attached: [...parts.attached, ...one.attached, ...spare],
    };
  }
  return parts;
}

function attachmentOf(part: MimePart): NewAttachment {
  const contentId = headerOf(part.headers, 'Content-ID')?.replace(/^<(.*)>$/, '$1');
  const head = {
    name: part.disposition.parameters['filename'] ?? part.type.parameters['name'] ?? 'attachment',
    contentType: part.type.value,
    contentId,
    contentLocation: headerOf(part.headers, 'Content-Location'),
    isInline:
      part.disposition.value === 'inline' || (contentId !== undefined && part.disposition.value === ''),
  };
  if (part.type.value !== 'message/rfc822') {
    return { ...head, type: 'file', isContactPhoto: false, content: Buffer.from(part.content) };
  }
  const { assignments, attachments } = messageFromMime(part.content);
  const values = new Map<string, PropertyValue>([['item:ItemClass', 'IPM.Note']]);
  for (const [key, value] of assignments) if (value !== undefined) values.set(key, value);
  if (!values.has(BODY)) values.set(BODY, '');
  const subject = values.get('item:Subject');
  const name = part.disposition.parameters['filename'] ?? (typeof subject === 'string' ? subject : 'message');
  return { ...head, name, isInline: false, type: 'item', item: { kind: 'Message', values, attachments } };
}
