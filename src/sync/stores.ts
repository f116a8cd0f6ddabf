import type { Mapping } from './mapping.ts';
import type { BlobRef, Item, Link, Loser, Module, ScopeReason, SealedValues, Side, Values } from './model.ts';
import type { Failure } from './ports.ts';

/** What one run is about. */
export interface RunScope {
  readonly mailboxId: string;
  readonly module: Module;
}

/** The right to write for one key until `expiresAt`; `fence` grows with every new holder. */
export interface Lease {
  readonly key: string;
  readonly fence: number;
  readonly expiresAt: number;
}

export interface LeaseStore {
  /** Null while a living holder has it. A holder that `isAlive` denies gives it up at once. */
  acquire(key: string, ttlMs: number): Promise<Lease | null>;
  /** Throws LeaseLostError when another holder took it. */
  renew(lease: Lease, ttlMs: number): Promise<Lease>;
  release(lease: Lease): Promise<void>;
}

/** Which feed a cursor belongs to. `mailboxId` is '' for the organisation-wide CRM reader. */
export interface CursorKey {
  readonly side: Side;
  readonly mailboxId: string;
  readonly module: Module;
  /** The folder's id on Exchange; 'all' or 'owner' on a CRM. */
  readonly scope: string;
}

export interface StoredCursor {
  /** Null: a full read was begun and has no page yet. */
  readonly cursor: string | null;
  /** Number of the full read under way or last finished; links not seen in it are asked for by id. */
  readonly fullRead: number;
  /** False while the full read is still going on. */
  readonly complete: boolean;
}

/** A change waiting to be planned. */
export interface InboxEntry {
  readonly side: Side;
  readonly itemId: string;
  readonly kind: 'changed' | 'deleted';
  /** Null: the version is not known, read the item. */
  readonly version: string | null;
  readonly stamp: string | null;
  readonly identity: string | null;
  readonly ownerId: string | null;
  readonly skip: ScopeReason | null;
  /** Fields for natural keys; may be empty. */
  readonly keyValues: Values;
  /** Content that rode along, or null: read it when planning. */
  readonly item: Item | null;
}

export interface NewInboxEntry extends InboxEntry {
  readonly mailboxId: string;
  readonly module: Module;
}

export interface InboxRow extends InboxEntry {
  /** Grows; a newer change of the same item replaces the row under a new id and resets the attempts. */
  readonly id: number;
  readonly attempts: number;
}

export type ActionKind = 'create' | 'update' | 'remove' | 'settle';

/**
 * One action as data: everything needed to carry it out, to write the link afterwards and to tell people about it.
 * `settle` touches no side, it only moves the link.
 */
export interface ActionBody {
  readonly kind: ActionKind;
  /** The side written to; null for `settle`. */
  readonly side: Side | null;
  /** The item written to; null for a create and for the later step of one. */
  readonly targetId: string | null;
  /** The version the target must still have. */
  readonly version: string | null;
  /** What to write: all fields of a create, the changed ones of an update, nothing otherwise. */
  readonly values: SealedValues;
  /** The target's values under the same names as far as known; for a remove everything known. */
  readonly before: SealedValues;
  /** Fields whose shadows move when this action is done, per side. */
  readonly settles: Readonly<Record<Side, SealedValues>>;
  /** Versions the shadows take when it is done; the target's comes from its answer instead. */
  readonly versions: Readonly<Record<Side, string | null>>;
  /** What the link becomes when it is done. */
  readonly link: Pick<Link, 'state' | 'reason' | 'crmId' | 'exchangeId' | 'identity'>;
  readonly losers: readonly Loser[];
  /** Filled values of the target that get replaced: what the guard counts as overwrites. */
  readonly overwrites: number;
  /** Attendees have to hear of it: it waits for a person, and the server is then asked to tell them. A sync never is. */
  readonly tellsAttendees: boolean;
  /** How the fields of this action were mapped, where not to their namesakes; left out: all to these. */
  readonly mapping?: Mapping;
}

export const actionStates = [
  'planned',
  'held', // by the guard, until approved or rejected
  'tried', // an intent: written down before the side was called
  'done',
  'failed',
  'rejected',
  'dropped', // overtaken by a new plan
] as const;

export type ActionState = (typeof actionStates)[number];

export interface NewAction {
  readonly linkId: string;
  /** Orders the steps of one item: 0, then 1 for a separate photo. */
  readonly step: number;
  readonly body: ActionBody;
  /** Inbox rows this action answers; removed with the last step. */
  readonly inboxIds: readonly number[];
  /** True on the last step of an item. */
  readonly final: boolean;
  /** A short name of the item for people; empty where it is not known. */
  readonly title: string;
}

export interface HeldRef extends Pick<StoredAction, 'id' | 'linkId' | 'inboxIds'> {
  readonly tellsAttendees: boolean;
}

export interface StoredAction extends NewAction {
  readonly id: number;
  readonly runId: number;
  readonly state: ActionState;
}

export type RunKind = 'sync' | 'preview';
export type RunState = 'running' | 'done' | 'failed' | 'stopped';

export interface SideCounts {
  created: number;
  updated: number;
  deleted: number;
  conflicts: number;
  failed: number;
}
export type RunCounts = Readonly<Record<Side, SideCounts>>;

export interface RunRecord extends RunScope {
  readonly id: number;
  readonly kind: RunKind;
  readonly trigger: string;
  readonly state: RunState;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly counts: RunCounts;
  readonly held: number;
  /** One line, for people; null when it went well. */
  readonly error: string | null;
}

/** What the guard weighs. */
export interface PlanTotals {
  readonly creates: number;
  readonly removes: number;
  readonly overwrites: number;
}

/** What one step of a run changes, written in one transaction. */
export interface Settlement {
  readonly links: readonly Link[];
  readonly finished: readonly {
    readonly id: number;
    readonly state: 'done' | 'failed' | 'dropped';
    readonly error: string | null;
  }[];
  readonly inboxDone: readonly number[];
  readonly inboxFailed: readonly {
    readonly id: number;
    readonly failure: Failure;
    /** Null: not again until the item changes or someone asks for it. */
    readonly nextAttemptAt: number | null;
  }[];
  readonly enqueue: readonly NewInboxEntry[];
}

export const emptySettlement: Settlement = {
  links: [],
  finished: [],
  inboxDone: [],
  inboxFailed: [],
  enqueue: [],
};

/**
 * Everything the engine keeps. Each method is one transaction; those that write take the lease, check its fence in the
 * same transaction and throw LeaseLostError when another holder has taken over.
 */
export interface SyncStore {
  // cursors and inbox
  cursor(key: CursorKey): Promise<StoredCursor | null>;
  /** All cursors of one mailbox and module. */
  cursors(scope: RunScope): Promise<(CursorKey & StoredCursor)[]>;
  /** Begins a numbered full read: cursor null, number + 1, not complete. */
  beginFullRead(lease: Lease, key: CursorKey): Promise<StoredCursor>;
  /**
   * A page's changes and its cursor together. `seen`: links with these item ids were met in full read `fullRead`.
   * `begins`: the first page of a full read. Changes that wait since before then wait anew as rows without version and
   * content, at once due, so that the items are read by id unless this or a later page shows them.
   */
  savePage(
    lease: Lease,
    key: CursorKey,
    page: {
      readonly cursor: StoredCursor;
      readonly entries: readonly NewInboxEntry[];
      readonly seen: readonly string[];
      readonly begins?: boolean;
    },
  ): Promise<void>;
  enqueue(lease: Lease, entries: readonly NewInboxEntry[]): Promise<void>;
  /**
   * Ends a full read: every link of the feed that it did not meet and that has not ended gets an inbox row without a version,
   * to be read by id, and its cursor counts as complete. Returns how many.
   */
  enqueueUnseen(lease: Lease, key: CursorKey, fullRead: number): Promise<number>;
  /** Rows whose next attempt is due, oldest first, without riding content. */
  inbox(scope: RunScope, now: number): Promise<InboxRow[]>;
  /** The same, a page at a time: those after row `after`. `next` is what the following page comes after; null: there is none. */
  duePage(
    scope: RunScope,
    now: number,
    after: number,
  ): Promise<{ readonly rows: InboxRow[]; readonly next: number | null }>;
  /** Rows that wait: for a later attempt, or for their item to change. Oldest first, without riding content. */
  postponed(scope: RunScope, now: number): Promise<InboxRow[]>;
  /** Those of these rows that are still there, by id, without riding content. */
  inboxRows(ids: readonly number[]): Promise<Map<number, InboxRow>>;
  /** The riding content of these rows. */
  inboxItems(ids: readonly number[]): Promise<Map<number, Item>>;
  /** Mailboxes whose inbox holds one of these CRM records, linked or not. */
  waitingFor(
    module: Module,
    crmIds: readonly string[],
  ): Promise<{ readonly crmId: string; readonly mailboxId: string }[]>;
  /** Makes every failed row due at once. */
  retryNow(scope: RunScope): Promise<number>;

  // links
  linksByItem(scope: RunScope, side: Side, itemIds: readonly string[]): Promise<Link[]>;
  /** Links of any mailbox that know this CRM id, for the fan-out of the organisation-wide reader. */
  linkOwners(
    module: Module,
    crmIds: readonly string[],
  ): Promise<
    {
      readonly crmId: string;
      readonly mailboxId: string;
      readonly crmVersion: string | null;
      readonly state: Link['state'];
    }[]
  >;
  linksById(ids: readonly string[]): Promise<Map<string, Link>>;
  linksByIdentity(scope: RunScope, identities: readonly string[]): Promise<Link[]>;
  /**
   * The ids of links with a place for a new item, by the side it is on (`openSide`), in order, for pairing: the other side's
   * shadow holds at least its key values.
   */
  halfLinkIds(scope: RunScope): Promise<Record<Side, string[]>>;
  linkCount(scope: RunScope): Promise<number>;
  /** The ids of all links with an item on both sides, in order. */
  pairIds(scope: RunScope): Promise<string[]>;

  /**
   * Takes these meetings for links of this mailbox, unless a living link of another one has them. Returns the UIDs that
   * are this mailbox's now. A claim lives as long as its link is active or knows an event of the CRM.
   */
  claimMeetings(
    lease: Lease,
    scope: RunScope,
    claims: readonly { readonly uid: string; readonly linkId: string }[],
  ): Promise<Set<string>>;

  // runs, plans, intents
  startRun(lease: Lease, scope: RunScope, kind: RunKind, trigger: string): Promise<number>;
  /** Gives the lease back as well. */
  finishRun(
    lease: Lease,
    runId: number,
    end: {
      readonly state: RunState;
      readonly counts: RunCounts;
      readonly held: number;
      readonly error: string | null;
    },
  ): Promise<void>;
  lastRun(scope: RunScope, state: RunState): Promise<RunRecord | null>;
  /** As planned actions; what attendees have to hear of is held from the start. */
  savePlan(lease: Lease, runId: number, actions: readonly NewAction[]): Promise<void>;
  planTotals(runId: number): Promise<PlanTotals>;
  /** Done since `since` in this scope, first runs left out. */
  doneTotals(scope: RunScope, since: number): Promise<PlanTotals>;
  /** Holds the planned removes, overwriting updates or creates of a run. Returns how many actions are held now. */
  hold(lease: Lease, runId: number, what: 'removes' | 'overwrites' | 'creates'): Promise<number>;
  /** Planned actions in the order to carry them out: creates, updates, settles, then removes; by id within each. */
  nextActions(
    runId: number,
    kind: ActionKind,
    side: Side | null,
    step: number,
    afterId: number,
    limit: number,
  ): Promise<StoredAction[]>;
  /** Writes the intents: these actions are about to be tried. */
  beginActions(lease: Lease, actionIds: readonly number[]): Promise<void>;
  settle(lease: Lease, settlement: Settlement): Promise<void>;
  /** Planned and tried actions of runs that are no longer going on, oldest first: what a crash left. */
  leftovers(scope: RunScope, exceptRunId: number | null): Promise<StoredAction[]>;
  /** What a run of this scope carried out, in order. */
  doneActions(scope: RunScope, runId: number): Promise<StoredAction[]>;
  /** Held actions of this scope, newest plan only. */
  held(scope: RunScope): Promise<StoredAction[]>;
  /** The same, without what they would write: there may be as many as a mailbox has items. */
  heldRefs(scope: RunScope): Promise<HeldRef[]>;
  /** Moves held actions to planned in run `runId` (approved) or to rejected. */
  decideHeld(
    lease: Lease,
    actionIds: readonly number[],
    decision: 'approved' | 'rejected',
    runId: number | null,
  ): Promise<void>;

  // blobs
  putBlobs(blobs: readonly (BlobRef & { readonly content: string })[]): Promise<void>;
  blobs(
    hashes: readonly string[],
  ): Promise<Map<string, { readonly mediaType: string; readonly content: string }>>;
}
