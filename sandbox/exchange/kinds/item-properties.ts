/** What items of every kind have. */
import { attachmentElement } from '../attachment-element.ts';
import { BODY_PROPERTY, bodyElement, preview, uniqueBodyElement } from '../body-text.ts';
import { ItemError } from '../item-error.ts';
import type { Mailbox } from '../mailbox.ts';
import { readProperty } from '../property-reader.ts';
import type { Assignment, Property, PropertyKind, PropertyWriter, WritableItem } from '../property.ts';
import { itemSize, structureValue, textValue } from '../stored-item.ts';
import type { Structure } from '../stored-item.ts';
import { dateTime, escapeText, textElement } from '../xml-text.ts';
import { checkSequence, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/**
 * PidTagMessageFlags (MS-OXCMSG 2.2.1.6): clients set it on creation to store a message that is no draft. 1 read,
 * 2 unmodified, 4 submitted, 8 unsent, 0x20 from me, 0x80 resend.
 */
export const MESSAGE_FLAGS = 'x:0x0e07:Integer';
export const FLAG = { read: 1, unmodified: 2, submitted: 4, unsent: 8, fromMe: 0x20, resend: 0x80 } as const;

export const EFFECTIVE_RIGHTS =
  '<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated><t:CreateContents>true</t:CreateContents>' +
  '<t:CreateHierarchy>true</t:CreateHierarchy><t:Delete>true</t:Delete><t:Modify>true</t:Modify>' +
  '<t:Read>true</t:Read><t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>';

/** Where ExtendedProperty elements stand: after this property. */
export const EXTENDED_AFTER = 'item:HasAttachments';

export function itemIdElement(item: WritableItem, mailbox: Mailbox): string {
  if (item.serial === undefined || item.change === undefined) return '';
  return `<t:ItemId Id="${mailbox.ids.write('item', item.serial)}" ChangeKey="${mailbox.ids.writeChangeKey(item.change)}"/>`;
}

export function hasMessageFlag(item: Pick<WritableItem, 'values'>, flag: number): boolean {
  return (Number(textValue(item, MESSAGE_FLAGS) ?? 0) & flag) !== 0;
}

function item(element: string, kind: PropertyKind, more: Partial<Property> = {}): Property {
  return { element, uri: `item:${element}`, kind, ...more };
}

function computed(element: string, write: PropertyWriter, more: Partial<Property> = {}): Property {
  return item(element, 'computed', { write, ...more });
}

/** A computed property of plain text. */
function computedText(
  element: string,
  text: (item: WritableItem, mailbox: Mailbox) => string,
  more: Partial<Property> = {},
): Property {
  return computed(element, (one, mailbox) => textElement(element, text(one, mailbox)), {
    search: (one, mailbox) => [text(one, mailbox)],
    ...more,
  });
}

function flag(element: string, bit: number): Property {
  return computedText(element, (one) => String(hasMessageFlag(one, bit)));
}

interface FollowUpFlag extends Structure {
  readonly structure: 'flag';
  readonly status: string;
  readonly start?: string;
  readonly due?: string;
  readonly complete?: string;
}

const FLAG_STATUSES = ['NotFlagged', 'Flagged', 'Complete'];

function readFlag(element: XmlElement): readonly Assignment[] {
  checkSequence(element, ['t:FlagStatus', 't:StartDate', 't:DueDate', 't:CompleteDate']);
  const part = (name: string, kind: PropertyKind): string | undefined => {
    const found = element.children.find((one) => one.name === `t:${name}`);
    if (found === undefined) return undefined;
    const value = readProperty({ element: name, uri: name, kind, values: FLAG_STATUSES }, found)[0]?.[1];
    return typeof value === 'string' ? value : undefined;
  };
  requiredChild(element, 't:FlagStatus');
  const [start, due, complete] = ['StartDate', 'DueDate', 'CompleteDate'].map((name) =>
    part(name, 'dateTime'),
  );
  const status = part('FlagStatus', 'enum') ?? 'NotFlagged';
  // MS-OXWSCORE R2002 to R2010: which dates go with which status.
  const paired = (start === undefined) === (due === undefined);
  const fits =
    status === 'Flagged'
      ? complete === undefined && paired
      : start === undefined && due === undefined && (status === 'Complete' || complete === undefined);
  if (!fits) throw new ItemError('ErrorInvalidArgument');
  const value: FollowUpFlag = {
    structure: 'flag',
    status,
    ...(start === undefined ? {} : { start }),
    ...(due === undefined ? {} : { due }),
    ...(complete === undefined ? {} : { complete }),
  };
  return [['item:Flag', value]];
}

function writeFlag(one: WritableItem): string {
  const value = structureValue<FollowUpFlag>(one, 'item:Flag', 'flag');
  if (value === undefined) return '';
  const part = (name: string, text: string | undefined): string =>
    text === undefined ? '' : textElement(name, text);
  return `<t:Flag>${textElement('FlagStatus', value.status)}${part('StartDate', value.start)}${part('DueDate', value.due)}${part('CompleteDate', value.complete)}</t:Flag>`;
}

/** The properties of t:ItemType in the order of its sequence. */
export const ITEM: readonly Property[] = [
  item('MimeContent', 'computed', { getItemOnly: true, onlyWhenAsked: true }),
  computed('ItemId', itemIdElement, {
    inDefault: true,
    search: (one, mailbox) => [mailbox.ids.write('item', one.serial)],
  }),
  computed(
    'ParentFolderId',
    ({ folder }, mailbox) =>
      folder === undefined
        ? ''
        : `<t:ParentFolderId Id="${mailbox.ids.write('folder', folder.serial)}" ChangeKey="${mailbox.ids.writeChangeKey(folder.change)}"/>`,
    { search: (one, mailbox) => [mailbox.ids.write('folder', one.folder.serial)] },
  ),
  item('ItemClass', 'text'),
  item('Subject', 'text', { inDefault: true }),
  item('Sensitivity', 'enum', {
    values: ['Normal', 'Personal', 'Private', 'Confidential'],
    fallback: 'Normal',
  }),
  BODY_PROPERTY,
  computed(
    'Attachments',
    (one, mailbox) =>
      one.attachments.length === 0
        ? ''
        : `<t:Attachments>${one.attachments.map((each) => attachmentElement(each, mailbox)).join('')}</t:Attachments>`,
    { inDefault: true, getItemOnly: true },
  ),
  computedText(
    'DateTimeReceived',
    (one) => textValue(one, 'item:DateTimeReceived') ?? dateTime(one.createdAt),
  ),
  computedText('Size', (one) => String(itemSize(one))),
  item('Categories', 'list'),
  item('Importance', 'enum', { values: ['Low', 'Normal', 'High'], fallback: 'Normal' }),
  item('InReplyTo', 'text'),
  flag('IsSubmitted', FLAG.submitted),
  flag('IsDraft', FLAG.unsent),
  flag('IsFromMe', FLAG.fromMe),
  flag('IsResend', FLAG.resend),
  flag('IsUnmodified', FLAG.unmodified),
  item('InternetMessageHeaders', 'computed', { getItemOnly: true }),
  computedText('DateTimeSent', (one) => textValue(one, 'item:DateTimeSent') ?? dateTime(one.createdAt)),
  computedText('DateTimeCreated', (one) => dateTime(one.createdAt)),
  item('ResponseObjects', 'computed', { getItemOnly: true }),
  item('ReminderDueBy', 'dateTime'),
  item('ReminderIsSet', 'boolean', { fallback: 'false' }),
  item('ReminderNextTime', 'dateTime'),
  item('ReminderMinutesBeforeStart', 'integer', { fallback: '0' }),
  computed('DisplayCc', () => '<t:DisplayCc/>'),
  computed('DisplayTo', () => '<t:DisplayTo/>'),
  computedText('HasAttachments', (one) => String(one.attachments.some((each) => !each.isInline)), {
    inDefault: true,
  }),
  item('Culture', 'text', { inDefault: true, fallback: 'en-US' }),
  computed('EffectiveRights', () => EFFECTIVE_RIGHTS),
  computedText('LastModifiedName', (one) => one.modifiedBy),
  computedText('LastModifiedTime', (one) => dateTime(one.modifiedAt)),
  computed('IsAssociated', () => '<t:IsAssociated>false</t:IsAssociated>', { search: () => ['false'] }),
  computed(
    'ConversationId',
    ({ serial }, mailbox) =>
      serial === undefined ? '' : `<t:ConversationId Id="${mailbox.ids.write('item', serial)}"/>`,
    { onlyWhenAsked: true },
  ),
  computed('UniqueBody', (one, _mailbox, options) => uniqueBodyElement(one, options.uniqueBodyType), {
    onlyWhenAsked: true,
    getItemOnly: true,
  }),
  item('Flag', 'structure', { read: readFlag, write: writeFlag }),
  computed(
    'StoreEntryId',
    ({ serial }, mailbox) =>
      serial === undefined ? '' : `<t:StoreEntryId>${mailbox.ids.write('item', serial)}</t:StoreEntryId>`,
    { onlyWhenAsked: true },
  ),
  computed(
    'InstanceKey',
    ({ serial }) => {
      if (serial === undefined) return '';
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(serial, 4);
      return `<t:InstanceKey>${bytes.toString('base64')}</t:InstanceKey>`;
    },
    { onlyWhenAsked: true },
  ),
  computed(
    'NormalizedBody',
    (one, _mailbox, options) => bodyElement(one, options.normalizedBodyType, 'NormalizedBody'),
    {
      onlyWhenAsked: true,
      getItemOnly: true,
    },
  ),
  computed('Preview', (one) => `<t:Preview>${escapeText(preview(one))}</t:Preview>`, { onlyWhenAsked: true }),
  computed('TextBody', (one) => bodyElement(one, 'Text', 'TextBody'), {
    onlyWhenAsked: true,
    getItemOnly: true,
  }),
];

/** ITEM with some of its properties done differently, by FieldURI. */
export function itemPropertiesWith(
  changes: Readonly<Record<string, Partial<Property>>>,
): readonly Property[] {
  return ITEM.map((property) => {
    const change = changes[property.uri];
    return change === undefined ? property : { ...property, ...change };
  });
}
