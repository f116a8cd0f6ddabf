import type { StoredFolder } from './stored-folder.ts';

/** The name of the element an item is written as. */
export type ItemKind =
  | 'Item'
  | 'Message'
  | 'CalendarItem'
  | 'Contact'
  | 'DistributionList'
  | 'MeetingMessage'
  | 'MeetingRequest'
  | 'MeetingResponse'
  | 'MeetingCancellation'
  | 'Task'
  | 'PostItem';

/** A value of several parts, such as recipients or a recurrence: plain data, never changed but replaced. */
export interface Structure {
  /** Which structure it is, such as `recipients`. */
  readonly structure: string;
}

/** Dates and numbers are kept as the text that goes on the wire. */
export type PropertyValue = string | readonly string[] | Structure;

interface AttachmentHead {
  readonly serial: number;
  readonly name: string;
  readonly contentType: string | undefined;
  readonly contentId: string | undefined;
  readonly contentLocation: string | undefined;
  readonly isInline: boolean;
  readonly modifiedAt: number;
}

export interface FileAttachment extends AttachmentHead {
  readonly type: 'file';
  readonly isContactPhoto: boolean;
  readonly content: Buffer;
}

export interface ItemAttachment extends AttachmentHead {
  readonly type: 'item';
  /** Of no folder: it is found through its attachment alone. */
  readonly item: EmbeddedItem;
}

export type StoredAttachment = FileAttachment | ItemAttachment;

/** An attachment that is not numbered yet. */
export type NewAttachment =
  | Omit<FileAttachment, 'serial' | 'modifiedAt'>
  | (Omit<ItemAttachment, 'serial' | 'modifiedAt' | 'item'> & { readonly item: NewItem });

/** What an item is made of, before it has a place. */
export interface NewItem {
  readonly kind: ItemKind;
  readonly values: Map<string, PropertyValue>;
  readonly attachments?: readonly NewAttachment[];
}

/** The item inside an attachment. */
export interface EmbeddedItem {
  readonly kind: ItemKind;
  readonly values: Map<string, PropertyValue>;
  readonly createdAt: number;
  modifiedAt: number;
  modifiedBy: string;
  attachments: readonly StoredAttachment[];
}

/** One item in one folder; a move makes another one. */
export interface StoredItem extends EmbeddedItem {
  readonly serial: number;
  readonly folder: StoredFolder;
  /** The number in the change key. */
  change: number;
  /** The latest change that was more than a read flag. */
  contentChange: number;
  /** The mailbox's change number when the item came into this folder. */
  readonly arrived: number;
  removed: boolean;
  /** Property keys the server filled by itself, to be filled again when what they come from changes. */
  derived: readonly string[];
}

/** PidTagSearchKey: stays the same over moves and copies. */
export const SEARCH_KEY = 'x:0x300b:Binary';

export function textValue(item: Pick<EmbeddedItem, 'values'>, key: string): string | undefined {
  const value = item.values.get(key);
  return typeof value === 'string' ? value : undefined;
}

export function listValue(item: Pick<EmbeddedItem, 'values'>, key: string): readonly string[] | undefined {
  const value = item.values.get(key);
  return value === undefined || typeof value === 'string' || 'structure' in value ? undefined : value;
}

/** The structure under a key when it is the one asked for. */
export function structureValue<T extends Structure>(
  item: Pick<EmbeddedItem, 'values'>,
  key: string,
  structure: T['structure'],
): T | undefined {
  const value = item.values.get(key);
  return typeof value === 'object' && 'structure' in value && value.structure === structure
    ? (value as T)
    : undefined;
}

/** A rough size in bytes, as item:Size wants one. */
export function itemSize(item: EmbeddedItem): number {
  let size = 512;
  for (const [key, value] of item.values) {
    size += key.length;
    if (typeof value === 'string') size += value.length * 2;
    else if ('structure' in value) size += JSON.stringify(value).length;
    else for (const part of value) size += part.length * 2;
  }
  for (const attachment of item.attachments) size += attachmentSize(attachment) + 128;
  return size;
}

export function attachmentSize(attachment: StoredAttachment): number {
  return attachment.type === 'file' ? attachment.content.length : itemSize(attachment.item);
}
