/**
 * A meeting lies in the mailbox of everybody who takes part, and is one event in the CRM (PRODUCT 32). The organiser's copy
 * leads where his mailbox is synced here; of a meeting from outside, the copy that was met first.
 */
import type { SealedValues } from '../sync/model.ts';
import { parsePerson } from '../sync/people.ts';
import type { SideState } from '../sync/plan.ts';
import type { RunContext } from './run-context.ts';

/** An item of a run that has a copy of a meeting and no event in the CRM yet. */
export interface MeetingCopy {
  readonly uid: string;
  readonly linkId: string;
  readonly role: 'organizer' | 'attendee';
  readonly organizer: string;
}

/** Null for what is no meeting, and for one whose UID nobody knows. */
export function meetingCopy(linkId: string, state: SideState): MeetingCopy | null {
  if (state.state !== 'changed') return null;
  const { uid, role, organizer } = state.item.values;
  if (typeof uid !== 'string' || (role !== 'organizer' && role !== 'attendee')) return null;
  return { uid, linkId, role, organizer: addressOf(organizer) };
}

function addressOf(organizer: SealedValues[string] | undefined): string {
  return typeof organizer === 'string' ? parsePerson(organizer).address.toLowerCase() : '';
}

/** The links, by id, whose meeting comes into the CRM from another mailbox. */
export async function leftToOthers(
  context: RunContext,
  copies: readonly MeetingCopy[],
): Promise<Set<string>> {
  const invited = copies.filter(({ role }) => role === 'attendee');
  const synced =
    invited.length === 0
      ? new Set<string>()
      : await context.syncedAmong([...new Set(invited.map(({ organizer }) => organizer))]);
  const isLed = ({ role, organizer }: MeetingCopy): boolean => role === 'attendee' && synced.has(organizer);
  const led = copies.filter(isLed);
  const rest = copies.filter((copy) => !isLed(copy));
  const claimed =
    rest.length === 0
      ? new Set<string>()
      : await context.store.claimMeetings(
          context.lease,
          context.scope,
          rest.map(({ uid, linkId }) => ({ uid, linkId })),
        );
  return new Set([
    ...led.map(({ linkId }) => linkId),
    ...rest.filter(({ uid }) => !claimed.has(uid)).map(({ linkId }) => linkId),
  ]);
}
