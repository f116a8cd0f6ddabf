/** A stored message as RFC 5322 text. */
import { createHash } from 'node:crypto';
import { BODY, isHtml, plainBody } from '../body-text.ts';
import { recipientsOf } from '../recipients.ts';
import { textValue } from '../stored-item.ts';
import type { EmbeddedItem, StoredAttachment } from '../stored-item.ts';
import { encodeWords, writeAddress } from './header-text.ts';

type Header = readonly [name: string, value: string];

interface Entity {
  readonly headers: readonly Header[];
  /** ASCII, ready to be sent. */
  readonly body: string;
}

const SENSITIVITY: Readonly<Record<string, string>> = {
  Personal: 'personal',
  Private: 'private',
  Confidential: 'company-confidential',
};

/** The headers of a message without those that describe its content, folded. */
export function messageHeaders(item: EmbeddedItem): readonly Header[] {
  const headers: Header[] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') headers.push([name, value]);
  };
  const addresses = (key: string): string =>
    recipientsOf(item, key)
      .map(({ name, address }) =>
        address === undefined
          ? undefined
          : writeAddress({ address, ...(name === undefined ? {} : { name }) }),
      )
      .filter((one) => one !== undefined)
      .join(',\r\n\t');
  const text = (key: string): string | undefined => textValue(item, key);
  const from = addresses('message:From');
  const sender = addresses('message:Sender');
  add('From', from || sender);
  if (from !== '' && sender !== from) add('Sender', sender);
  add('To', addresses('message:ToRecipients'));
  add('Cc', addresses('message:CcRecipients'));
  add('Bcc', addresses('message:BccRecipients'));
  add('Reply-To', addresses('message:ReplyTo'));
  add('Subject', encodeWords(text('item:Subject') ?? ''));
  add('Thread-Topic', encodeWords(text('message:ConversationTopic') ?? ''));
  add('Thread-Index', text('message:ConversationIndex'));
  add(
    'Date',
    new Date(Date.parse(text('item:DateTimeSent') ?? '') || item.createdAt)
      .toUTCString()
      .replace('GMT', '+0000'),
  );
  add('Message-ID', text('message:InternetMessageId'));
  add('References', text('message:References')?.split(/\s+/).join('\r\n\t'));
  add('In-Reply-To', text('item:InReplyTo'));
  const importance = text('item:Importance');
  if (importance === 'High' || importance === 'Low') add('Importance', importance.toLowerCase());
  add('Sensitivity', SENSITIVITY[text('item:Sensitivity') ?? '']);
  if (text('message:IsReadReceiptRequested') === 'true') add('Disposition-Notification-To', sender || from);
  if (text('message:IsDeliveryReceiptRequested') === 'true') add('Return-Receipt-To', sender || from);
  return headers;
}

export function mimeFromMessage(item: EmbeddedItem): string {
  const content = contentOf(item);
  return writeEntity({
    headers: [...messageHeaders(item), ['MIME-Version', '1.0'], ...content.headers],
    body: content.body,
  });
}

function contentOf(item: EmbeddedItem): Entity {
  const text = textPart('plain', plainBody(item));
  const html = isHtml(item) ? textPart('html', textValue(item, BODY) ?? '') : undefined;
  const inline = item.attachments.filter((one) => one.isInline && html !== undefined);
  const rest = item.attachments.filter((one) => !inline.includes(one));
  let entity = html === undefined ? text : multipart('alternative', [text, html]);
  if (inline.length > 0) entity = multipart('related', [entity, ...inline.map(attachmentPart)]);
  return rest.length === 0 ? entity : multipart('mixed', [entity, ...rest.map(attachmentPart)]);
}

function textPart(subtype: string, text: string): Entity {
  const plain = /^[\t\r\n\x20-\x7e]*$/.test(text) && text.split('\r\n').every((line) => line.length < 900);
  return {
    headers: [
      ['Content-Type', `text/${subtype}; charset=${plain ? 'us-ascii' : 'utf-8'}`],
      ['Content-Transfer-Encoding', plain ? '7bit' : 'base64'],
    ],
    body: plain ? text : base64Lines(Buffer.from(text, 'utf8')),
  };
}

function attachmentPart(attachment: StoredAttachment): Entity {
  const disposition = attachment.isInline ? 'inline' : 'attachment';
  if (attachment.type === 'item') {
    return {
      headers: [
        ['Content-Type', 'message/rfc822'],
        ['Content-Disposition', `${disposition}; ${parameter('filename', `${attachment.name}.eml`)}`],
      ],
      body: mimeFromMessage(attachment.item),
    };
  }
  const type = attachment.contentType ?? 'application/octet-stream';
  return {
    headers: [
      ['Content-Type', `${type};\r\n\t${parameter('name', attachment.name)}`],
      ['Content-Disposition', `${disposition};\r\n\t${parameter('filename', attachment.name)}`],
      ...(attachment.contentId === undefined ? [] : ([['Content-ID', `<${attachment.contentId}>`]] as const)),
      ...(attachment.contentLocation === undefined
        ? []
        : ([['Content-Location', attachment.contentLocation]] as const)),
      ['Content-Transfer-Encoding', 'base64'],
    ],
    body: base64Lines(attachment.content),
  };
}

function parameter(name: string, value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  return `${name}*=utf-8''${encodeURIComponent(value).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)}`;
}

/** The boundary is made of the content, so that the same message is the same text each time. */
function multipart(subtype: string, parts: readonly Entity[]): Entity {
  const written = parts.map(writeEntity);
  const hash = createHash('md5').update(written.join('')).digest('hex');
  const boundary = `_000_${hash}_`;
  return {
    headers: [['Content-Type', `multipart/${subtype};\r\n\tboundary="${boundary}"`]],
    body: `${written.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`,
  };
}

function writeEntity({ headers, body }: Entity): string {
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

function base64Lines(content: Buffer): string {
  return content.toString('base64').replace(/.{76}/g, '$&\r\n');
}
