import type { Assignment, Property } from './property.ts';
import type { RequestContext } from './request-context.ts';
import type { StoredFolder } from './stored-folder.ts';
import type { ItemKind, NewAttachment, NewItem, StoredItem } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

/** What a MimeContent stands for. */
export interface ParsedMime {
  readonly assignments: readonly Assignment[];
  readonly attachments: readonly NewAttachment[];
}

/**
 * One kind of item: its properties and what operations do differently for it. Each hook that is absent means the
 * common behaviour; those that throw an ItemError fail their item alone.
 */
export interface KindDefinition {
  /** The name of its element, without prefix. */
  readonly name: ItemKind;
  /** The item:ItemClass of one that was given none. */
  readonly itemClass: string;
  /** The distinguished folder CreateItem puts one into when the request names none. */
  readonly homeFolder: string;
  /** The kind one is kept as, when another. */
  readonly storedAs?: ItemKind;
  /** In the order of the schema's sequence: ITEM first, then its own. */
  readonly properties: readonly Property[];
  /** Elements other than its own that may hold a change of one in UpdateItem. */
  readonly updatedAs?: readonly ItemKind[];
  /** Refuses a request that lacks what this kind needs; before anything is looked up. */
  readonly checkCreate?: (request: XmlElement) => void;
  readonly checkUpdate?: (request: XmlElement) => void;
  readonly checkDelete?: (item: StoredItem, request: XmlElement) => void;
  /** Reads item:MimeContent of CreateItem. */
  readonly fromMime?: (content: Buffer) => ParsedMime;
  /**
   * Everything that changes with the values given, in order: defaults, couplings, refusals. `item` is the one to be
   * changed, undefined on creation.
   */
  readonly settle?: (
    given: readonly Assignment[],
    item: StoredItem | undefined,
    context: RequestContext,
  ) => readonly Assignment[];
  /** Fills values made from other values; after each creation and change. */
  readonly derive?: (item: StoredItem) => void;
  /** Stores (and perhaps sends) a new item; returns the items the answer names. */
  readonly create?: (
    draft: NewItem,
    place: { readonly folder: StoredFolder | undefined; readonly request: XmlElement },
    context: RequestContext,
  ) => readonly StoredItem[];
  /** After values were changed by UpdateItem; returns the item the answer names, if any. */
  readonly updated?: (
    item: StoredItem,
    given: readonly Assignment[],
    request: XmlElement,
    context: RequestContext,
  ) => StoredItem | undefined;
  /** Instead of the common deletion; true when it did all there is to do. */
  readonly remove?: (item: StoredItem, request: XmlElement, context: RequestContext) => boolean;
}
