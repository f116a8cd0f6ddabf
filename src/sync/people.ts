/** Attendees and their replies as values: one text a person, `WORD;ADDRESS;NAME`. */

/** What an attendee is to a meeting (Microsoft: RequiredAttendees, OptionalAttendees, Resources). */
export const attendeeRoles = ['required', 'optional', 'resource'] as const;
export type AttendeeRole = (typeof attendeeRoles)[number];

/** What he answered (Microsoft: ResponseType). Who has not answered is not listed among the replies. */
export const replies = ['accepted', 'tentative', 'declined'] as const;

export interface Person {
  /** An AttendeeRole among attendees, one of `replies` among replies. */
  readonly role: string;
  readonly address: string;
  /** Empty where it is not known. */
  readonly name: string;
}

export function formatPerson({ role, address, name }: Person): string {
  return name === '' ? `${role};${address}` : `${role};${address};${name.replace(/[\r\n]+/g, ' ')}`;
}

export function parsePerson(text: string): Person {
  const [role = '', address = '', ...name] = text.split(';');
  return { role, address, name: name.join(';') };
}
