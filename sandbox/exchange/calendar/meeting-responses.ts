/** AcceptItem, TentativelyAcceptItem, DeclineItem, CancelCalendarItem and RemoveItem. */
import { bodyAssignments } from './response-body.ts';
import { ItemError } from '../item-error.ts';
import { findItem } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import type { ResponseObject } from '../response-objects.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { associatedItem } from './associated-item.ts';
import {
  CANCELLED,
  FREE_BUSY,
  INTENDED,
  isSet,
  MY_RESPONSE,
  RECEIVED,
  REPLY_TIME,
} from './calendar-values.ts';
import { eraseCalendarItem } from './calendar-operations.ts';
import { everybody, sendCancellations } from './invitations.ts';
import { PROCESSED } from './meeting-message-properties.ts';
import { sendResponse } from './response-delivery.ts';

type Place = Parameters<ResponseObject>[1];

/** How each answer is written down, and how the time shows then. */
const ANSWERS = {
  Accept: (item: StoredItem) => textValue(item, INTENDED) ?? 'Busy',
  Tentative: () => 'Tentative',
  Decline: () => 'Free',
} as const;
type Answer = keyof typeof ANSWERS;

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/acceptitem and its neighbours */
export function answerMeeting(answer: Answer): ResponseObject {
  return (element, place, context) => {
    const disposition = needDisposition(place.request);
    const referred = referredItem(element, context);
    const { mailbox, stamp } = context;
    const meeting = referred.kind === 'CalendarItem' ? referred : associatedItem(referred, mailbox);
    if (meeting === undefined) throw new ItemError('ErrorItemNotFound');
    if (!isSet(meeting, RECEIVED)) throw new ItemError(`ErrorCalendarIsOrganizerFor${answer}`);
    if (isSet(meeting, CANCELLED)) throw new ItemError(`ErrorCalendarIsCancelledFor${answer}`);
    meeting.values.set(MY_RESPONSE, answer);
    meeting.values.set(REPLY_TIME, dateTime(stamp.at));
    meeting.values.set(FREE_BUSY, ANSWERS[answer](meeting));
    mailbox.touchItem(meeting, stamp);
    if (disposition !== 'SaveOnly') {
      const body = bodyAssignments(element);
      sendResponse(meeting, { answer, body, saveCopy: disposition === 'SendAndSaveCopy' }, context);
    }
    const request = referred === meeting ? undefined : discard(referred, context);
    const shown = answer === 'Decline' ? eraseCalendarItem(meeting, 'MoveToDeletedItems', context) : meeting;
    return [shown, request].filter((one) => one !== undefined);
  };
}

/** The answered request goes to Deleted Items, as Exchange does it. */
function discard(message: StoredItem, context: RequestContext): StoredItem {
  message.values.set(PROCESSED, 'true');
  const deleted = context.mailbox.distinguishedFolder('deleteditems');
  if (deleted === undefined || message.folder === deleted) return message;
  return context.mailbox.moveItem(message, deleted, context.stamp);
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/cancelcalendaritem */
export const cancelMeeting: ResponseObject = (element, place: Place, context) => {
  const disposition = needDisposition(place.request);
  const meeting = referredItem(element, context);
  if (meeting.kind !== 'CalendarItem' || isSet(meeting, RECEIVED)) {
    throw new ItemError('ErrorCalendarIsNotOrganizer');
  }
  if (disposition !== 'SaveOnly') {
    const body = bodyAssignments(element) as readonly [string, PropertyValue][];
    const saveCopy = disposition === 'SendAndSaveCopy';
    sendCancellations(meeting, { to: everybody(meeting), saveCopy, body }, context);
  }
  meeting.values.set(CANCELLED, 'true');
  const gone = eraseCalendarItem(meeting, 'MoveToDeletedItems', context);
  return gone === undefined ? [] : [gone];
};

/** Takes a cancelled meeting and the message that says so away. */
export const removeCancelled: ResponseObject = (element, _place, context) => {
  const referred = referredItem(element, context);
  const isMessage = referred.kind !== 'CalendarItem';
  if (isMessage && referred.kind !== 'MeetingCancellation')
    throw new ItemError('ErrorInvalidItemForOperationRemoveItem');
  const meeting = isMessage ? associatedItem(referred, context.mailbox) : referred;
  if (meeting !== undefined && !isSet(meeting, RECEIVED))
    throw new ItemError('ErrorCalendarIsOrganizerForRemove');
  const gone = meeting === undefined ? undefined : eraseCalendarItem(meeting, 'MoveToDeletedItems', context);
  const message = isMessage ? discard(referred, context) : undefined;
  return [gone, message].filter((one) => one !== undefined);
};

function needDisposition(request: XmlElement): string {
  const disposition = request.attributes['MessageDisposition'];
  if (disposition === undefined) throw new ItemError('ErrorMessageDispositionRequired');
  return disposition;
}

function referredItem(element: XmlElement, context: RequestContext): StoredItem {
  const reference = requiredChild(element, 't:ReferenceItemId');
  return findItem({ ...reference, name: 't:ItemId' }, context);
}
