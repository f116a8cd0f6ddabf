import type { Mailbox } from './mailbox.ts';
import type { ReleaseName } from './releases/release.ts';
import type { EmbeddedItem, PropertyValue, StoredItem } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

export type PropertyKind =
  | 'text' // one line, trailing white space trimmed
  | 'dateTime'
  | 'boolean'
  | 'integer'
  | 'double'
  | 'base64'
  | 'enum'
  | 'uri'
  | 'list' // t:String children
  | 'entries' // t:Entry children with a Key and text
  | 'addresses' // t:Entry children with a Key and parts
  | 'structure' // read and written by functions of its own
  | 'computed'; // made by the server, refused from clients

/** A value to keep under a key; undefined clears it. */
export type Assignment = readonly [key: string, value: PropertyValue | undefined];

export type BodyType = 'Best' | 'HTML' | 'Text';

/** What of the item shape reaches the writers of single properties. */
export interface WriteOptions {
  readonly bodyType: BodyType;
  readonly uniqueBodyType: BodyType;
  readonly normalizedBodyType: BodyType;
  /** FindItem and SyncFolderItems, which show less. */
  readonly inList: boolean;
}

/** An item with a place, or the one inside an attachment. */
export type WritableItem = EmbeddedItem &
  Partial<Pick<StoredItem, 'serial' | 'folder' | 'change' | 'arrived'>>;

/** Makes the whole element, or nothing; `only` are the entries asked for, when not all of them are. */
export type PropertyWriter = (
  item: WritableItem,
  mailbox: Mailbox,
  options: WriteOptions,
  only?: ReadonlySet<string>,
) => string;

/** One property of an item; a kind lists its own in the order of the schema's sequence. */
export interface Property {
  readonly element: string;
  readonly uri: string;
  readonly kind: PropertyKind;
  readonly inDefault?: boolean;
  /** Part of no FindItem or SyncFolderItems answer. */
  readonly getItemOnly?: boolean;
  /** Left out of AllProperties. */
  readonly onlyWhenAsked?: boolean;
  /** The one release that gives it back. */
  readonly writtenIn?: ReleaseName;
  /** Of an enum: what it may be. */
  readonly values?: readonly string[];
  /** Written when nobody has set it. */
  readonly fallback?: string;
  /** Of entries: the FieldURI of one entry, which with a FieldIndex names it. */
  readonly entryUri?: string;
  readonly keys?: readonly string[];
  /** Taken by CreateItem alone. */
  readonly createOnly?: boolean;
  /** Other keys its value lives under, cleared with it. */
  readonly besides?: readonly string[];
  readonly read?: (element: XmlElement) => readonly Assignment[];
  /** Adds to what is there; without it AppendToItemField is refused. */
  readonly append?: (item: StoredItem, element: XmlElement) => readonly Assignment[];
  readonly write?: PropertyWriter;
  /** What restrictions and sort orders compare, where it is not the stored text. */
  readonly search?: (item: StoredItem, mailbox: Mailbox) => readonly string[];
}

const ENTRY_KEYS = new Map<string, Map<string, string>>();

/** The key of one entry, `contacts:PhoneNumber/MobilePhone`; always the same string, since every item holds some. */
export function entryKey(entryUri: string, index: string): string {
  let keys = ENTRY_KEYS.get(entryUri);
  if (keys === undefined) ENTRY_KEYS.set(entryUri, (keys = new Map<string, string>()));
  let key = keys.get(index);
  if (key === undefined) keys.set(index, (key = `${entryUri}/${index}`));
  return key;
}
