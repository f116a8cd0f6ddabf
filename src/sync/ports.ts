import type { Item, Module, ScopeReason, Side, Values } from './model.ts';

/** Facts about a side that change what the planner may ask of it. */
export interface Capabilities {
  /** Fields of the module this side cannot hold; they are neither read nor written there. */
  readonly unsupported: ReadonlySet<string>;
  /** Fields that need a call of their own after the item exists, in an intent of its own; `@` for those of occurrences. */
  readonly separate: ReadonlySet<string>;
  /** Fields this side shows and does not let anybody write, such as the organiser of a meeting in Exchange. */
  readonly readOnly: ReadonlySet<string>;
  /** How many items one write call may carry. */
  readonly batchSize: number;
}

/** A change as a side reports it. Content rides along in `item` where the side sent it anyway. */
export type Change =
  | {
      readonly kind: 'changed';
      readonly id: string;
      readonly version: string;
      readonly stamp: string | null;
      readonly identity: string | null;
      readonly ownerId: string | null;
      readonly skip: ScopeReason | null;
      /** The fields natural keys are made of (names, company, e-mail addresses), read without a call of their own. */
      readonly keyValues: Values;
      readonly item: Item | null;
    }
  | { readonly kind: 'deleted'; readonly id: string };

export interface ChangePage {
  readonly changes: readonly Change[];
  /** Opaque; stored together with the page, given back for the next one. */
  readonly cursor: string;
  /** True when the side has nothing more for now. */
  readonly last: boolean;
}

export interface ChangeOptions {
  /** Only items owned by this CRM user: the first read for a mailbox. Ignored by Exchange. */
  readonly ownerId?: string;
  readonly signal?: AbortSignal;
}

/** The answer for one id of `read`. */
export type ReadResult =
  | { readonly kind: 'item'; readonly item: Item }
  /** A definite "not found". */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Why one item could not be read or written. The run goes on with the others. */
export interface Failure {
  /** EWS ResponseCode, or a code of our own. */
  readonly code: string;
  /** In plain words, without secrets or content. */
  readonly message: string;
  /** False: the same request would fail again; wait for the item to change. */
  readonly retryable: boolean;
}

/** The answer for one item of `create`, `update` or `remove`. */
export type WriteResult =
  | { readonly kind: 'done'; readonly id: string; readonly version: string; readonly identity: string | null }
  /** Somebody changed the item since the expected version: read it again, plan it again. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface Draft {
  /** `installationId:module:linkId`, kept on the created item. */
  readonly stamp: string;
  readonly values: Values;
}

export interface Patch {
  readonly id: string;
  readonly version: string;
  /** Only the fields to write; null clears one. */
  readonly values: Values;
  /** The short texts of the item after this patch, for what the side derives from them (display name, times of a series). */
  readonly resulting: Values;
  /** A person asked for it: the server sends the update to the attendees of the meeting. */
  readonly tellsAttendees?: true;
}

export interface Target {
  readonly id: string;
  readonly version: string;
  /** A person asked for it: the server sends the cancellation of the meeting. */
  readonly tellsAttendees?: true;
}

/** Where an item that its folder no longer shows is now. */
export interface Whereabouts {
  readonly id: string;
  readonly stamp: string | null;
  readonly identity: string | null;
}

/** What is known of an item that was looked for: gone everywhere, in another folder than Deleted Items, or see `Here`. */
export type Place = 'gone' | 'moved' | Here;

/** Items with its stamp or identity lie in the synced folder: it was put back under another id, or these are copies of it. */
export interface Here {
  readonly here: readonly string[];
  /** The answer where they are copies. */
  readonly otherwise: 'gone' | 'moved';
}

/**
 * One end of the sync. Made per mailbox for Exchange, per organisation for a CRM. Every method answers one result per
 * id in the order asked and never throws for a single item; it throws RemoteError when the side fails as a whole and
 * CursorLostError when `changes` is given a cursor the side no longer knows.
 */
export interface SyncSide {
  readonly side: Side;
  capabilities(module: Module): Capabilities;
  /** The id of what `changes` reads: the folder's id on Exchange, a constant on a CRM. A cursor belongs to one scope. */
  scope(module: Module, signal?: AbortSignal): Promise<string>;
  /** A cursor that shows only what changes from now on; null where the side cannot know without reading everything. */
  presentCursor(module: Module): Promise<string | null>;
  /** Pages from `cursor` (null: everything that exists) up to the present. */
  changes(module: Module, cursor: string | null, options?: ChangeOptions): AsyncIterable<ChangePage>;
  read(module: Module, ids: readonly string[], signal?: AbortSignal): Promise<ReadResult[]>;
  create(module: Module, drafts: readonly Draft[], signal?: AbortSignal): Promise<WriteResult[]>;
  update(module: Module, patches: readonly Patch[], signal?: AbortSignal): Promise<WriteResult[]>;
  /** Where the server cannot check the version (EWS) the adapter reads and compares right before. */
  remove(module: Module, targets: readonly Target[], signal?: AbortSignal): Promise<WriteResult[]>;
  /** The items that carry one of these stamps, by stamp. Used after a crash or a lost answer. */
  find(module: Module, stamps: readonly string[], signal?: AbortSignal): Promise<Map<string, Target>>;
  /** Looks for items that were reported deleted. */
  locate(module: Module, items: readonly Whereabouts[], signal?: AbortSignal): Promise<Place[]>;
}

/** Milliseconds since the epoch. The only way the engine learns the time. */
export type Clock = () => number;
