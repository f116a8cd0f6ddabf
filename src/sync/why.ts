/** Why an item is, or is not, in step with its partner: the words for what the engine decided. Pure. */
import { switchedOff } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import type { Link, Module, ScopeReason, Side } from './model.ts';
import type { StoredAction } from './stores.ts';
import { isFilled } from './values.ts';

/** One item of one mailbox. */
export interface ItemRef {
  readonly side: Side;
  readonly itemId: string;
}

/** What waits in the inbox for the item: a change that could not be synced yet. */
export interface WaitingChange {
  readonly inboxId: number;
  readonly attempts: number;
  /** Milliseconds since the epoch; null: not before the item changes or somebody asks for it. */
  readonly nextAttemptAt: number | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** What is known of an item once a preview of it alone was made. */
export interface ItemFacts extends ItemRef {
  readonly module: Module;
  readonly link: Link | null;
  readonly waiting: WaitingChange | null;
  /** Of this item. */
  readonly held: readonly StoredAction[];
  /** What the next run would do with the item; empty: nothing. */
  readonly planned: readonly StoredAction[];
  /** The item could not be read for the preview. */
  readonly isUnread: boolean;
  /** What Exchange's fields are to the CRM's. */
  readonly mapping: Mapping;
}

export type Verdict =
  | 'inStep'
  /** The next run changes something. */
  | 'due'
  /** Somebody has to approve it. */
  | 'held'
  /** It was tried and did not work. */
  | 'failed'
  /** It could not be read just now. */
  | 'unread'
  /** It is there and left alone. */
  | 'outOfScope'
  /** The pair came to an end. */
  | 'ended'
  /** The side shows no such item, and none was ever synced. */
  | 'unknown';

export interface Explanation {
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
  /** What a person can do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

const sideNames: Readonly<Record<Side, string>> = { crm: 'the CRM', exchange: 'Exchange' };

const scopeReasons: Readonly<Record<ScopeReason, readonly [because: string, remedy: string | null]>> = {
  owner: ['It belongs to another user of the CRM.', 'Make the user of this mailbox its owner.'],
  imported: [
    'It came into the CRM by an import and was not changed since.',
    'Change it in the CRM; then it is synced.',
  ],
  cap: [
    'The first sync was limited to a number of records, and it lay beyond that.',
    'Change it in the CRM, or raise the limit with `exsync settings modules.…firstSyncCap=…`.',
  ],
  direction: [
    'The module is synced in one direction, and it lives on the side that only follows.',
    'Change type or direction with `exsync settings`.',
  ],
  window: [
    'It took place longer ago, or is farther ahead, than events are taken into the sync.',
    'It comes in by itself when its time does; or widen the window with `exsync settings eventWindow.…=…`.',
  ],
  moved: [
    'It lies in a folder of Exchange that is not synced.',
    'Move it back to the folder that is synced.',
  ],
  unsupportedItem: ['It is of a kind that is not synced, such as a distribution list among contacts.', null],
  private: [
    'It is marked as private, and private items are left alone.',
    'Change `privateItems` with `exsync settings`, or the mark in Exchange.',
  ],
  meetingElsewhere: ["The CRM has this meeting from another attendee's mailbox already.", null],
  noPermission: [
    'The profile of its user does not allow this module.',
    'Give the user a profile that does, with `exsync user role`.',
  ],
};

/** What keeps items out of the sync, where several are counted: `3 events beyond the limit of the first sync`. */
const shortReasons: Readonly<Record<ScopeReason | 'rejected', string>> = {
  owner: 'of other users',
  imported: 'imported and not changed since',
  cap: 'beyond the limit of the first sync',
  direction: 'on the side that only follows',
  window: 'outside the event window',
  moved: 'in other folders',
  unsupportedItem: 'of a kind that is not synced',
  private: 'private',
  meetingElsewhere: 'of meetings that came from another mailbox',
  noPermission: 'not allowed by the profile',
  rejected: 'rejected by a manager',
};

export function shortReason(reason: string): string {
  return shortReasons[reason as keyof typeof shortReasons] ?? 'left alone';
}

const endings: Readonly<Record<string, string>> = {
  deletedInCrm: 'It was deleted in the CRM, and the rules do not carry deletions from there to Exchange.',
  deletedInExchange:
    'It was deleted in Exchange, and the rules do not carry deletions from there to the CRM.',
  deletedOnBoth: 'It was deleted on both sides.',
  rejected: 'Its deletion was held back and rejected, so the pair was dropped and what was left stays.',
  undone: 'Its creation was undone, so the pair was dropped and nothing comes back.',
};

export function explain(facts: ItemFacts): Explanation {
  const { link, waiting, held, planned, isUnread } = facts;
  if (held.length > 0) return heldBack(held);
  if (waiting?.failure) return failed(waiting);
  if (isUnread) {
    return say(
      'unread',
      `${capital(sideNames[facts.side])} could not show it just now.`,
      'Try again in a while.',
    );
  }
  const scoped = planned.find(({ body }) => body.kind === 'settle' && body.link.state === 'outOfScope');
  if (scoped) return outOfScope(scoped.body.link.reason);
  const ending = planned.find(({ body }) => body.kind === 'settle' && body.link.state === 'deleted');
  if (ending) return ended(ending.body.link.reason);
  const writing = planned.filter(({ body }) => body.side !== null);
  if (writing.length > 0) return say('due', `The next run ${deeds(writing)}.`, null);
  if (link === null) {
    return say(
      'unknown',
      `${capital(sideNames[facts.side])} shows no such item, and none was synced under this id.`,
      null,
    );
  }
  switch (link.state) {
    case 'outOfScope':
      return outOfScope(link.reason);
    case 'deleted':
      return ended(link.reason);
    case 'active':
      return inStep(facts, link);
  }
}

function say(verdict: Verdict, because: string, remedy: string | null): Explanation {
  return { verdict, because, remedy };
}

/** What the record holds in fields that are switched off is no difference, and looks like one to whoever asks. */
function inStep({ module, mapping }: ItemFacts, link: Link): Explanation {
  const off = switchedOff(module, mapping)
    .filter(({ field }) => isFilled(link.crm?.values[field]))
    .map(({ label }) => label);
  if (off.length === 0) return say('inStep', 'Both sides are in step.', null);
  return say(
    'inStep',
    `Both sides are in step, but for what the settings keep from being synced: ${off.join(', ')}.`,
    `\`exsync mapping ${module}\` shows and changes which fields are synced.`,
  );
}

function ended(reason: string | null): Explanation {
  return say('ended', endings[reason ?? ''] ?? 'The pair came to an end.', null);
}

function heldBack(held: readonly StoredAction[]): Explanation {
  if (held.some(({ body }) => body.tellsAttendees)) {
    return say(
      'held',
      'The change of the meeting waits, because its attendees would have to hear of it.',
      'Send or drop the update on the page of the sync.',
    );
  }
  return say(
    'held',
    `A run planned more than usual, so what it wanted to do waits: it ${deeds(held)}.`,
    'A manager approves or rejects it on the page of the sync.',
  );
}

function failed({ failure, attempts, nextAttemptAt }: WaitingChange): Explanation {
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  const because = `It was tried ${times} and did not work: ${failure?.message ?? ''}`;
  return say(
    'failed',
    because,
    nextAttemptAt === null
      ? 'It is tried again when the item changes, or by “Retry now” on the page of the sync.'
      : `It is tried again at ${new Date(nextAttemptAt).toISOString()}.`,
  );
}

function outOfScope(reason: string | null): Explanation {
  if (reason === 'rejected') {
    return say(
      'outOfScope',
      'Its creation on the other side was held back and rejected.',
      'Change it; then it is planned anew.',
    );
  }
  const [because, remedy] = scopeReasons[reason as ScopeReason] ?? ['It is left alone.', null];
  return say('outOfScope', because, remedy);
}

const verbs = { create: 'creates it in', update: 'changes it in', remove: 'deletes it in' } as const;

function deeds(actions: readonly StoredAction[]): string {
  const told = actions.flatMap(({ body: { kind, side } }) =>
    side === null || kind === 'settle' ? [] : [`${verbs[kind]} ${sideNames[side]}`],
  );
  return [...new Set(told)].join(' and ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
