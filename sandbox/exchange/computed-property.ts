import { BODY_TYPE } from './property-reader.ts';
import type { Mailbox } from './mailbox.ts';
import { itemSize, NAME_PREFIX, textValue } from './stored-item.ts';
import type { StoredAttachment, StoredItem } from './stored-item.ts';
import { dateTime, escapeText, textElement } from './xml-text.ts';

type Writer = (item: StoredItem, mailbox: Mailbox) => string;

export const EFFECTIVE_RIGHTS =
  '<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated><t:CreateContents>true</t:CreateContents>' +
  '<t:CreateHierarchy>true</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify>' +
  '<t:Read>true</t:Read><t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>';

export function itemIdElement(item: StoredItem, mailbox: Mailbox): string {
  return `<t:ItemId Id="${mailbox.ids.write('item', item.serial)}" ChangeKey="${mailbox.ids.writeChangeKey(item.change)}"/>`;
}

/** One attachment as items list it; `content` adds what only GetAttachment returns. */
export function attachmentElement(
  attachment: StoredAttachment,
  mailbox: Mailbox,
  root?: { readonly item: StoredItem; readonly content: boolean },
): string {
  const rootId =
    root === undefined || root.content
      ? ''
      : ` RootItemId="${mailbox.ids.write('item', root.item.serial)}" RootItemChangeKey="${mailbox.ids.writeChangeKey(root.item.change)}"`;
  const id = `<t:AttachmentId Id="${mailbox.ids.write('attachment', attachment.serial)}"${rootId}/>`;
  if (root !== undefined && !root.content) return `<t:FileAttachment>${id}</t:FileAttachment>`;
  const optional = (name: string, value: string | undefined): string =>
    value === undefined ? '' : textElement(name, value);
  return (
    `<t:FileAttachment>${id}${textElement('Name', attachment.name)}` +
    optional('ContentType', attachment.contentType) +
    optional('ContentId', attachment.contentId) +
    optional('ContentLocation', attachment.contentLocation) +
    `<t:Size>${attachment.content.length}</t:Size>` +
    `<t:LastModifiedTime>${dateTime(attachment.modifiedAt)}</t:LastModifiedTime>` +
    `<t:IsInline>${attachment.isInline}</t:IsInline><t:IsContactPhoto>${attachment.isContactPhoto}</t:IsContactPhoto>` +
    (root === undefined ? '' : `<t:Content>${attachment.content.toString('base64')}</t:Content>`) +
    '</t:FileAttachment>'
  );
}

/** The plain text of an HTML body, as good as a stand-in needs it. */
export function htmlToText(html: string): string {
  return html
    .replace(/<(head|style|script)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/[\r\n]+/g, ' ')
    .replace(/<br\s*\/?>|<\/(?:p|div|tr|li|h\d)>/gi, '\r\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .trim();
}

function textToHtml(text: string): string {
  const lines = escapeText(text.replace(/\r\n/g, '\n')).replace(/\n/g, '<br>\r\n');
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n${lines}\r\n</body>\r\n</html>\r\n`;
}

/** item:Body in the form asked for; an item without a body has an empty one. */
export function bodyElement(item: StoredItem, asked: 'Best' | 'HTML' | 'Text', element = 'Body'): string {
  const text = textValue(item, 'item:Body') ?? '';
  const stored = item.values.get(BODY_TYPE) === 'HTML' ? 'HTML' : 'Text';
  const type = asked === 'Best' ? stored : asked;
  const value = type === stored || text === '' ? text : type === 'HTML' ? textToHtml(text) : htmlToText(text);
  return `<t:${element} BodyType="${type}">${escapeText(value)}</t:${element}>`;
}

function completeName(item: StoredItem): string {
  const part = (element: string, key: string): string => {
    const value = textValue(item, key);
    return value === undefined ? '' : textElement(element, value);
  };
  const inner =
    part('Title', NAME_PREFIX) +
    part('FirstName', 'contacts:GivenName') +
    part('MiddleName', 'contacts:MiddleName') +
    part('LastName', 'contacts:Surname') +
    part('Suffix', 'contacts:Generation') +
    part('Initials', 'contacts:Initials') +
    part('FullName', 'contacts:DisplayName') +
    part('Nickname', 'contacts:Nickname');
  return inner === '' ? '' : `<t:CompleteName>${inner}</t:CompleteName>`;
}

function flag(element: string, value: boolean): Writer {
  const xml = `<t:${element}>${value}</t:${element}>`;
  return () => xml;
}

/** Writers of what the server makes by itself, by FieldURI. */
export const COMPUTED: Readonly<Record<string, Writer>> = {
  'item:MimeContent': () => '',
  'item:ItemId': itemIdElement,
  'item:ParentFolderId': (item, mailbox) =>
    `<t:ParentFolderId Id="${mailbox.ids.write('folder', item.folder.serial)}" ChangeKey="${mailbox.ids.writeChangeKey(item.folder.change)}"/>`,
  'item:Attachments': (item, mailbox) =>
    item.attachments.length === 0
      ? ''
      : `<t:Attachments>${item.attachments.map((one) => attachmentElement(one, mailbox)).join('')}</t:Attachments>`,
  'item:DateTimeReceived': (item) => `<t:DateTimeReceived>${dateTime(item.createdAt)}</t:DateTimeReceived>`,
  'item:Size': (item) => `<t:Size>${itemSize(item)}</t:Size>`,
  'item:IsSubmitted': flag('IsSubmitted', false),
  'item:IsDraft': flag('IsDraft', false),
  'item:IsFromMe': flag('IsFromMe', false),
  'item:IsResend': flag('IsResend', false),
  'item:IsUnmodified': flag('IsUnmodified', false),
  'item:DateTimeSent': (item) => `<t:DateTimeSent>${dateTime(item.createdAt)}</t:DateTimeSent>`,
  'item:DateTimeCreated': (item) => `<t:DateTimeCreated>${dateTime(item.createdAt)}</t:DateTimeCreated>`,
  'item:DisplayCc': () => '<t:DisplayCc/>',
  'item:DisplayTo': () => '<t:DisplayTo/>',
  'item:HasAttachments': (item) => `<t:HasAttachments>${item.attachments.length > 0}</t:HasAttachments>`,
  'item:EffectiveRights': () => EFFECTIVE_RIGHTS,
  'item:LastModifiedName': (item) => textElement('LastModifiedName', item.modifiedBy),
  'item:LastModifiedTime': (item) => `<t:LastModifiedTime>${dateTime(item.modifiedAt)}</t:LastModifiedTime>`,
  'item:IsAssociated': flag('IsAssociated', false),
  'item:ConversationId': (item, mailbox) =>
    `<t:ConversationId Id="${mailbox.ids.write('item', item.serial)}"/>`,
  'item:StoreEntryId': (item, mailbox) =>
    `<t:StoreEntryId>${mailbox.ids.write('item', item.serial)}</t:StoreEntryId>`,
  'item:TextBody': (item) => bodyElement(item, 'Text', 'TextBody'),
  'contacts:CompleteName': completeName,
  'contacts:HasPicture': (item) =>
    `<t:HasPicture>${item.attachments.some((one) => one.isContactPhoto)}</t:HasPicture>`,
};
