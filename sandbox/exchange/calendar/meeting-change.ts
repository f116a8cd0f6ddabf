/** What an update did to a meeting: settled before, looked at after. */
import { textValue } from '../stored-item.ts';
import type { StoredItem } from '../stored-item.ts';
import { allAttendees, samePerson } from './attendee.ts';
import type { Attendee } from './attendee.ts';
import { END, LOCATION, RECURRENCE, START } from './calendar-values.ts';

interface Before {
  readonly attendees: readonly Attendee[];
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly location: string | undefined;
  readonly recurrence: string;
}

export interface MeetingChange {
  readonly added: readonly Attendee[];
  readonly removed: readonly Attendee[];
  readonly startChanged: boolean;
  readonly endChanged: boolean;
  readonly locationChanged: boolean;
  /** Attendees have to answer again. */
  readonly retimed: boolean;
}

const REMEMBERED = new WeakMap<StoredItem, Before>();

export function rememberMeeting(item: StoredItem): void {
  REMEMBERED.set(item, {
    attendees: allAttendees(item),
    start: textValue(item, START),
    end: textValue(item, END),
    location: textValue(item, LOCATION),
    recurrence: JSON.stringify(item.values.get(RECURRENCE) ?? null),
  });
}

/** The difference to what was remembered of the same item. */
export function meetingChange(item: StoredItem): MeetingChange {
  const before = REMEMBERED.get(item);
  const now = allAttendees(item);
  const old = before?.attendees ?? now;
  const without = (list: readonly Attendee[], others: readonly Attendee[]): readonly Attendee[] =>
    list.filter((one) => !others.some((other) => samePerson(one, other)));
  const startChanged = before !== undefined && before.start !== textValue(item, START);
  const endChanged = before !== undefined && before.end !== textValue(item, END);
  const patternChanged =
    before !== undefined && before.recurrence !== JSON.stringify(item.values.get(RECURRENCE) ?? null);
  return {
    added: without(now, old),
    removed: without(old, now),
    startChanged,
    endChanged,
    locationChanged: before !== undefined && before.location !== textValue(item, LOCATION),
    retimed: startChanged || endChanged || patternChanged,
  };
}
