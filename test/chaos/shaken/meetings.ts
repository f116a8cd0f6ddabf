/** Meetings of a shaken company: a copy in the mailbox of everybody who takes part, and one record in the CRM. */
import type { Item } from '../../../src/sync/model.ts';
import type { Outcome } from '../../simulation/checks.ts';

export interface Meeting {
  readonly number: number;
  /** The name of whoever organises it. */
  readonly organizer: string;
  /** The names of those, organiser included, who deleted their copies. */
  readonly leavers: Set<string>;
  /** Somebody deleted its record. */
  inCrm: boolean;
}

/** Where the copies are, by name. */
export type Calendars = ReadonlyMap<string, readonly Item[]>;

/**
 * An attendee who leaves takes nothing from the others, and a record that is deleted takes nobody's copy along: that of the
 * organiser waits until he decides, those of others are left alone.
 */
export function checkMeetings(outcome: Outcome, meetings: Iterable<Meeting>, calendars: Calendars): void {
  const { settings, kind } = outcome;
  const isIt = (number: number) => (item: Item) => kind.numberOf(item.values) === number;
  const comesFromExchange = settings.type === 'twoWay' || settings.direction === 'exchangeToCrm';
  for (const { number, organizer, leavers, inCrm } of meetings) {
    for (const [name, items] of calendars) {
      const isThere = items.some(isIt(number));
      if (!isThere && !leavers.has(name)) outcome.violated(`${name}'s copy of meeting ${number} is gone`);
      if (isThere && leavers.has(name) && name !== organizer)
        outcome.violated(`meeting ${number} came back to ${name}, who left it`);
    }
    const isCarried = leavers.has(organizer) && settings.deletes.exchange;
    const isThere = outcome.crm.list().some(isIt(number));
    if (comesFromExchange && !inCrm && !isCarried && !isThere)
      outcome.violated(`the record of meeting ${number} is gone, and its organiser did not delete it`);
  }
}
