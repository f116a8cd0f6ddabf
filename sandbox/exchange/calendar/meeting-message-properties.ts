/** The properties of meeting messages, in the order of the schema: those of a message first. */
import type { Property } from '../property.ts';
import { structureValue, textValue } from '../stored-item.ts';
import type { Structure } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';
import { organizerOf, samePerson } from './attendee.ts';
import { associatedItem } from './associated-item.ts';
import { calendarProperty, kept } from './calendar-properties.ts';
import { END, LOCATION, START } from './calendar-values.ts';
import { calendarItemIdElement } from './occurrence-id.ts';

export { ASSOCIATED } from './associated-item.ts';
export const OUT_OF_DATE = 'meeting:IsOutOfDate';
export const PROCESSED = 'meeting:HasBeenProcessed';
export const RESPONSE = 'meeting:ResponseType';
export const REQUEST_TYPE = 'meetingRequest:MeetingRequestType';
export const HIGHLIGHTS = 'meetingRequest:ChangeHighlights';

/** What an update changed. */
export interface Highlights extends Structure {
  readonly structure: 'highlights';
  readonly location: boolean;
  readonly start: boolean;
  readonly end: boolean;
}

/** A stored text of a URI that is not calendar's. */
export function keptUnder(uri: string, element: string, fallback: string): Property {
  return {
    element,
    uri,
    kind: 'computed',
    write: (item) => textElement(element, textValue(item, uri) ?? fallback),
    search: (item) => [textValue(item, uri) ?? fallback],
  };
}

export const MEETING_MESSAGE: readonly Property[] = [
  {
    element: 'AssociatedCalendarItemId',
    uri: 'meeting:AssociatedCalendarItemId',
    kind: 'computed',
    inDefault: true,
    getItemOnly: true,
    write: (item, mailbox) => {
      const associated = associatedItem(item, mailbox);
      if (associated === undefined) return '';
      return calendarItemIdElement(associated, mailbox).replace('<t:ItemId ', '<t:AssociatedCalendarItemId ');
    },
  },
  keptUnder('meeting:IsDelegated', 'IsDelegated', 'false'),
  keptUnder(OUT_OF_DATE, 'IsOutOfDate', 'false'),
  keptUnder(PROCESSED, 'HasBeenProcessed', 'false'),
  keptUnder(RESPONSE, 'ResponseType', 'NoResponseReceived'),
  kept('UID', undefined, { inDefault: true }),
  kept('RecurrenceId'),
  kept('DateTimeStamp'),
  calendarProperty('IsOrganizer', 'computed', {
    write: (item, mailbox) => {
      const organizer = organizerOf(item);
      return textElement('IsOrganizer', String(organizer !== undefined && samePerson(organizer, mailbox)));
    },
  }),
];

export function changeHighlights(item: Parameters<NonNullable<Property['write']>>[0]): string {
  const value = structureValue<Highlights>(item, HIGHLIGHTS, 'highlights');
  if (value === undefined) return '';
  const part = (changed: boolean, name: string, element: string, key: string): string => {
    const text = textValue(item, key);
    return textElement(name, String(changed)) + (text === undefined ? '' : textElement(element, text));
  };
  return (
    `<t:ChangeHighlights>${part(value.location, 'HasLocationChanged', 'Location', LOCATION)}` +
    `${part(value.start, 'HasStartTimeChanged', 'Start', START)}` +
    `${part(value.end, 'HasEndTimeChanged', 'End', END)}</t:ChangeHighlights>`
  );
}
