import type { StoredFolder } from './stored-folder.ts';

export type ItemKind = 'Contact' | 'DistributionList';

/** Dates and numbers are kept as the text that goes on the wire. */
export type PropertyValue = string | readonly string[];

export interface StoredAttachment {
  readonly serial: number;
  readonly name: string;
  readonly contentType: string | undefined;
  readonly contentId: string | undefined;
  readonly contentLocation: string | undefined;
  readonly isInline: boolean;
  readonly isContactPhoto: boolean;
  readonly content: Buffer;
  readonly modifiedAt: number;
}

export interface ListMember {
  readonly name: string | undefined;
  readonly address: string | undefined;
  readonly routingType: string | undefined;
  readonly mailboxType: string | undefined;
  readonly itemId: string | undefined;
}

/** One contact or distribution list in one folder; a move makes another one. */
export interface StoredItem {
  readonly serial: number;
  readonly kind: ItemKind;
  readonly folder: StoredFolder;
  /** Values by property key, see property-path.ts. */
  values: Map<string, PropertyValue>;
  /** The number in the change key. */
  change: number;
  /** The mailbox's change number when the item came into this folder. */
  readonly arrived: number;
  readonly createdAt: number;
  modifiedAt: number;
  modifiedBy: string;
  removed: boolean;
  /** Property keys the server filled by itself, to be filled again when names change. */
  derived: readonly string[];
  attachments: readonly StoredAttachment[];
  members: readonly ListMember[];
}

/** PidTagSearchKey: stays the same over moves and copies. */
export const SEARCH_KEY = 'x:0x300b:Binary';

/** PidTagDisplayNamePrefix: shown as CompleteName/Title. */
export const NAME_PREFIX = 'x:0x3a45:String';

export function textValue(item: StoredItem, key: string): string | undefined {
  const value = item.values.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** A rough size in bytes, as item:Size wants one. */
export function itemSize(item: StoredItem): number {
  let size = 512;
  for (const [key, value] of item.values) {
    size += key.length;
    if (typeof value === 'string') size += value.length * 2;
    else for (const part of value) size += part.length * 2;
  }
  for (const attachment of item.attachments) size += attachment.content.length + 128;
  return size;
}
