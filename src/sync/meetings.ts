/** Who may change what of a meeting, and what of it attendees have to hear of (PRODUCT 32). */
import type { SealedValues } from './model.ts';
import { isOccurrenceName, occurrencePlace } from './occurrences.ts';
import { isFilled } from './values.ts';

/** Of a meeting each attendee has a copy; these say the same in all of them, and only the organiser's may change them. */
const shared: ReadonlySet<string> = new Set([
  'uid',
  'subject',
  'start',
  'end',
  'timeZone',
  'recurrence',
  'location',
  'body',
  'organizer',
  'attendees',
  'replies',
  'status',
]);

/** When these change, attendees who are not told go to the wrong place. */
const announced: ReadonlySet<string> = new Set([
  'start',
  'end',
  'timeZone',
  'recurrence',
  'location',
  'attendees',
]);

const nothing: ReadonlySet<string> = new Set();

/** Fields that the owner of this copy may not write: the shared ones, where somebody else is the organiser. */
export function fieldsOfOthers(copy: SealedValues): ReadonlySet<string> {
  return copy['role'] === 'attendee' ? shared : nothing;
}

/** Of a private meeting nobody is shown but that it is one. */
function hasAttendees(copy: SealedValues): boolean {
  return isFilled(copy['attendees']) || (copy['role'] === 'organizer' && copy['attendees'] === undefined);
}

/** True when deleting this copy would leave attendees with a meeting that does not take place. */
export function needsCancellationSent(copy: SealedValues): boolean {
  return hasAttendees(copy) && copy['role'] !== 'attendee';
}

/** True when writing these fields to this copy would change a meeting behind its attendees' backs. */
export function needsUpdateSent(copy: SealedValues, written: SealedValues): boolean {
  const concernsOthers = hasAttendees(copy) || isFilled(written['attendees']);
  if (!concernsOthers || copy['role'] === 'attendee') return false;
  return Object.keys(written).some((name) => {
    if (!isOccurrenceName(name)) return announced.has(name);
    const { field } = occurrencePlace(name);
    return field === null || announced.has(field);
  });
}
