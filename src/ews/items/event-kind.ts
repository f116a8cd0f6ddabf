import { eventValues } from './event-values.ts';
import { unwritableEventField, writeEvent, writeEventChanges } from './event-writer.ts';
import type { ItemKind } from './item-kind.ts';
import type { Values } from '../../sync/model.ts';
import { bodyPath, fieldPath } from './property-path.ts';
import type { PropertyPath } from './property-path.ts';
import type { EwsSchema } from '../versions.ts';

/** What an occurrence may have of its own. */
const occurrenceProperties: readonly PropertyPath[] = [
  fieldPath('item:Subject'),
  bodyPath,
  fieldPath('item:ReminderIsSet'),
  fieldPath('item:ReminderMinutesBeforeStart'),
  ...['Start', 'End', 'OriginalStart', 'IsAllDayEvent', 'LegacyFreeBusyStatus', 'Location'].map((name) =>
    fieldPath(`calendar:${name}`),
  ),
];

function zoneProperties(schema: EwsSchema): PropertyPath[] {
  return schema.lacks.has('startTimeZone')
    ? [fieldPath('calendar:MeetingTimeZone'), fieldPath('calendar:TimeZone')]
    : [fieldPath('calendar:StartTimeZone'), fieldPath('calendar:TimeZone')];
}

/** What to ask of an exception. */
export function exceptionProperties(schema: EwsSchema): readonly PropertyPath[] {
  return [...occurrenceProperties, ...zoneProperties(schema)];
}

/** Calendar items. Microsoft: Calendars and EWS in Exchange. */
export const eventKind: ItemKind = {
  module: 'events',
  folder: 'calendar',
  folderClass: 'IPF.Appointment',
  element: 'CalendarItem',
  properties: (schema) => [
    ...occurrenceProperties.filter((path) => !path.includes('OriginalStart')),
    fieldPath('item:Categories'),
    fieldPath('item:Sensitivity'),
    ...[
      'UID',
      'IsMeeting',
      'IsCancelled',
      'MyResponseType',
      'Organizer',
      'RequiredAttendees',
      'OptionalAttendees',
      'Resources',
      'Recurrence',
      'ModifiedOccurrences',
      'DeletedOccurrences',
    ].map((name) => fieldPath(`calendar:${name}`)),
    ...zoneProperties(schema),
  ],
  keyProperties: (schema) => [
    fieldPath('item:Subject'),
    fieldPath('item:Sensitivity'),
    // The rule itself comes with the whole item only.
    ...['UID', 'Start', 'End', 'IsAllDayEvent', 'CalendarItemType'].map((name) =>
      fieldPath(`calendar:${name}`),
    ),
    ...zoneProperties(schema),
  ],
  values: eventValues,
  keyValues: (read): Values => {
    const {
      uid = null,
      subject = null,
      start = null,
      end = null,
      timeZone = null,
      privacy,
    } = eventValues(read);
    const isHidden = privacy === 'private' || privacy === 'confidential';
    const isSingle = read.raw['CalendarItemType'] === 'Single';
    return {
      uid,
      ...(!isHidden && { subject }),
      start,
      end,
      timeZone,
      ...(isSingle && { recurrence: null }),
    };
  },
  write: writeEvent,
  writeChanges: writeEventChanges,
  unwritableField: unwritableEventField,
  attributes: (tellsAttendees) => {
    const send = tellsAttendees ? 'SendToAllAndSaveCopy' : 'SendToNone';
    return {
      create: ` SendMeetingInvitations="${send}"`,
      update: ` SendMeetingInvitationsOrCancellations="${send}"`,
      remove: ` SendMeetingCancellations="${send}"`,
    };
  },
};
