/** Meeting requests, responses and cancellations as kinds of items. */
import { ItemError } from '../item-error.ts';
import type { KindDefinition } from '../item-kind.ts';
import { itemPropertiesWith } from '../kinds/item-properties.ts';
import { MESSAGE_HEAD } from './message-head.ts';
import type { Property } from '../property.ts';
import {
  calendarProperty,
  FREE_BUSY_VALUES,
  ONLINE,
  PEOPLE,
  SERIES,
  shown,
  TIMES,
  TYPE_PROPERTY,
  WALL_CLOCKS,
} from './calendar-properties.ts';
import { textValue } from '../stored-item.ts';
import { textElement } from '../xml-text.ts';
import { END, INTENDED, LOCATION, START } from './calendar-values.ts';
import {
  changeHighlights,
  HIGHLIGHTS,
  keptUnder,
  MEETING_MESSAGE,
  REQUEST_TYPE,
} from './meeting-message-properties.ts';
import { responseObjects } from './meeting-response-objects.ts';
import { ENHANCED_LOCATION } from './calendar-values.ts';

const ITEM_PART = itemPropertiesWith({ 'item:ResponseObjects': { write: responseObjects } });

/** What a client sets of a message; a stored meeting message is otherwise the server's. */
const OWN_REQUEST: readonly Property[] = [
  keptUnder(REQUEST_TYPE, 'MeetingRequestType', 'NewMeetingRequest'),
  {
    element: 'IntendedFreeBusyStatus',
    uri: 'meetingRequest:IntendedFreeBusyStatus',
    kind: 'computed',
    values: FREE_BUSY_VALUES,
    write: (item) => textElement('IntendedFreeBusyStatus', textValue(item, INTENDED) ?? 'Busy'),
  },
  ...TIMES,
  TYPE_PROPERTY,
  ...PEOPLE,
  ...SERIES,
  ...ONLINE,
  {
    element: 'ChangeHighlights',
    uri: HIGHLIGHTS,
    kind: 'computed',
    getItemOnly: true,
    write: changeHighlights,
  },
  ...WALL_CLOCKS,
];

const byElement = (list: readonly Property[], ...elements: readonly string[]): readonly Property[] =>
  elements.flatMap((element) => list.filter((one) => one.element === element));

const BRIEF: readonly Property[] = [
  shown('Start', (item) => textValue(item, START), { inDefault: true }),
  shown('End', (item) => textValue(item, END), { inDefault: true }),
  shown('Location', (item) => textValue(item, LOCATION), { inDefault: true }),
  ...byElement(SERIES, 'Recurrence'),
  TYPE_PROPERTY,
];
const PLACE = byElement(ONLINE, 'EnhancedLocation').map((one) => ({ ...one, uri: ENHANCED_LOCATION }));

function kind(name: KindDefinition['name'], itemClass: string, own: readonly Property[]): KindDefinition {
  return {
    name,
    itemClass,
    homeFolder: 'inbox',
    properties: [...ITEM_PART, ...MESSAGE_HEAD, ...MEETING_MESSAGE, ...own],
    updatedAs: ['Message', 'MeetingMessage'],
    checkCreate: () => {
      throw new ItemError('ErrorInvalidRequest', 'Meeting messages are made by sending a meeting.');
    },
  };
}

export const MEETING_REQUEST_KIND = kind('MeetingRequest', 'IPM.Schedule.Meeting.Request', OWN_REQUEST);
export const MEETING_RESPONSE_KIND = kind('MeetingResponse', 'IPM.Schedule.Meeting.Resp.Pos', [
  ...BRIEF,
  calendarProperty('ProposedStart', 'computed', { uri: 'meeting:ProposedStart', write: () => '' }),
  calendarProperty('ProposedEnd', 'computed', { uri: 'meeting:ProposedEnd', write: () => '' }),
  ...PLACE,
]);
export const MEETING_CANCELLATION_KIND = kind('MeetingCancellation', 'IPM.Schedule.Meeting.Canceled', [
  ...BRIEF,
  ...PLACE,
]);
