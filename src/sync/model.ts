/** The two ends of every link. Never source and target: which one leads is a rule, not a name. */
export type Side = 'crm' | 'exchange';
export const sides = ['crm', 'exchange'] as const;

export function otherSide(side: Side): Side {
  return side === 'crm' ? 'exchange' : 'crm';
}

/** What is planned item by item. Mail is captured and sent, never planned, and is no module here. */
export type Module = 'contacts' | 'tasks' | 'events';
export const modules = ['contacts', 'tasks', 'events'] as const;

/** A picture as a side hands it over: content in base64 without line breaks. */
export interface Photo {
  readonly mediaType: string;
  readonly content: string;
}

/**
 * One field as a side reads and writes it. `null` is "read and empty"; a field missing from `Values` was not read,
 * is masked or is unsupported there, and is then never written.
 * Dates are `YYYY-MM-DD`; line ends are `\n`; categories are an array.
 */
export type Value = string | readonly string[] | Photo | null;
export type Values = Readonly<Record<string, Value>>;

/** Long texts and pictures as shadows, plans and history keep them: by content address, never by content. */
export interface BlobRef {
  readonly hash: string;
  /** Characters of a text, base64 characters of a picture. */
  readonly size: number;
  readonly mediaType: string;
}

/** `Value` with everything large replaced by its address. What the planner compares and the database stores. */
export type SealedValue = string | readonly string[] | BlobRef | null;
export type SealedValues = Readonly<Record<string, SealedValue>>;

/** Why an item is kept out of the sync although it exists. Read by `why`, shown to people. */
export type ScopeReason =
  | 'owner' // belongs to another CRM user now
  | 'imported' // came into the CRM by import and was not changed since (PRODUCT 14)
  | 'cap' // beyond the first sync's limit
  | 'direction' // lives on the following side of a one-way sync
  | 'window' // an event too long ago or too far ahead
  | 'moved' // lies in a folder that is not synced
  | 'unsupportedItem' // a distribution list among the contacts
  | 'private' // private items are left alone by the rules
  | 'meetingElsewhere' // another mailbox's copy of the meeting is the one in the CRM
  | 'noPermission'; // the profile forbids the module

/** One normalised record as a side reports it. */
export interface Item {
  readonly id: string;
  /** Changes with every change of the item: the EWS ChangeKey, the CRM's revision. */
  readonly version: string;
  readonly values: Values;
  /** Our stamp as found on the item, or null. */
  readonly stamp: string | null;
  /** Survives a move to another folder where the id does not: PidTagSearchKey on Exchange, null on a CRM. */
  readonly identity: string | null;
  /** The owning CRM user; null on Exchange. */
  readonly ownerId: string | null;
  /** The side's own reason to leave the item alone. */
  readonly skip: ScopeReason | null;
}

/** What a side last showed of an item: its version and the values, the large ones by address. */
export interface Shadow {
  readonly version: string;
  readonly values: SealedValues;
}

export type LinkState = 'active' | 'outOfScope' | 'deleted';

/** A pair of ids. Links are not dropped: one that ended says so and why. */
export interface Link {
  readonly id: string;
  readonly state: LinkState;
  /** For `outOfScope` a ScopeReason; for `deleted` where the deletion came from. */
  readonly reason: string | null;
  readonly crmId: string | null;
  readonly exchangeId: string | null;
  readonly crm: Shadow | null;
  readonly exchange: Shadow | null;
  /** Identity of the Exchange item (see Item.identity). */
  readonly identity: string | null;
}

/** What a field conflict cost: the value that was not kept, and whose it was. */
export interface Loser {
  readonly field: string;
  readonly side: Side;
  readonly value: SealedValue;
  /** The value that won, where the action itself takes the loser away and a later step writes that one. */
  readonly won?: SealedValue;
}
