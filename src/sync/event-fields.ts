import { field } from './field-spec.ts';
import type { FieldSpec } from './field-spec.ts';

/** `busyState` (Microsoft: LegacyFreeBusyStatus). Null is read as `busy`. */
export const busyStates = ['free', 'tentative', 'busy', 'outOfOffice', 'workingElsewhere'] as const;

/** `privacy` (Microsoft: Sensitivity). Null is read as `normal`. */
export const privacies = ['normal', 'personal', 'private', 'confidential'] as const;

/**
 * Every field of an event (PRODUCT 31). `start` and `end` are wall times in `timeZone`, or days with an exclusive end.
 * `reminder` is in minutes before the start. What single occurrences of a series differ in stands under names of their
 * own, see occurrences.ts.
 */
export const eventFields: readonly FieldSpec[] = [
  field('uid', 'text', 'iCalendar UID'),
  field('subject', 'text', 'Subject'),
  field('start', 'wallTime', 'Start', 'when'),
  field('end', 'wallTime', 'End', 'when'),
  field('timeZone', 'zone', 'Time zone', 'when'),
  field('recurrence', 'rule', 'Repeats', 'when'),
  field('location', 'text', 'Location'),
  field('body', 'longText', 'Description'),
  field('reminder', 'number', 'Reminder'),
  field('busyState', 'choice', 'Shown as'),
  field('privacy', 'choice', 'Privacy'),
  field('categories', 'tags', 'Categories'),
  field('organizer', 'text', 'Organiser'),
  field('attendees', 'people', 'Attendees'),
  field('replies', 'people', 'Replies'),
  field('status', 'choice', 'Status'),
  // `organizer` or `attendee`; null for an appointment of his own. Belongs to the copy, not to the event.
  field('role', 'choice', 'Role of the mailbox'),
];

/** `status` of an event. Null is read as `confirmed`. */
export const eventStatuses = ['confirmed', 'cancelled'] as const;

/** What the occurrences of a series may have of their own. */
export const occurrenceFields = [
  'subject',
  'start',
  'end',
  'location',
  'body',
  'reminder',
  'busyState',
] as const;
