/** Sending meeting requests and cancellations to the attendees that live on this server. */
import type { RequestContext } from '../request-context.ts';
import type { NewItem, PropertyValue, StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { cancelCopy, CANCELLED_PREFIX, receiveMeeting } from './attendee-calendar.ts';
import { allAttendees, samePerson } from './attendee.ts';
import type { Attendee, Person } from './attendee.ts';
import { CANCELLED, MY_RESPONSE, RECEIVED, REQUEST_SENT, STAMPED, UID } from './calendar-values.ts';
import type { MeetingChange } from './meeting-change.ts';
import { messageHead, organizerOrOwner, sharedValues, toLine } from './meeting-values.ts';
import { ASSOCIATED, OUT_OF_DATE, REQUEST_TYPE, HIGHLIGHTS } from './meeting-message-properties.ts';
import type { Highlights } from './meeting-message-properties.ts';
import { storedReference } from './associated-item.ts';
import { dateTime } from '../xml-text.ts';

export interface Sending {
  readonly to: readonly Attendee[];
  /** Whether Sent Items gets a copy. */
  readonly saveCopy: boolean;
  /** Absent for a new meeting. */
  readonly change?: MeetingChange;
}

/** Sends a new or updated meeting, or one occurrence of it. */
export function sendRequests(meeting: StoredItem, sending: Sending, context: RequestContext): void {
  const { mailbox, stamp, store } = context;
  const organizer = organizerOrOwner(meeting, mailbox);
  const to = sending.to.filter((one) => !samePerson(one, organizer));
  if (to.length === 0) return;
  meeting.values.set(REQUEST_SENT, 'true');
  const values = sharedValues(meeting);
  values.set(STAMPED, dateTime(stamp.at));
  values.set(REQUEST_SENT, 'true');
  for (const attendee of to) {
    const box = store.findMailbox(attendee.address);
    if (box === undefined) continue;
    const isNew = sending.change?.added.some((one) => samePerson(one, attendee)) ?? true;
    const retimed = sending.change?.retimed ?? true;
    const copy = receiveMeeting(box, meeting, values, { retimed, stamp });
    outdate(box, textValue(meeting, UID) ?? '', stamp);
    const type = isNew ? 'NewMeetingRequest' : retimed ? 'FullUpdate' : 'InformationalUpdate';
    const request = new Map<string, PropertyValue>([
      ...values,
      ['item:ItemClass', 'IPM.Schedule.Meeting.Request'],
      [RECEIVED, 'true'],
      ...messageHead(organizer, toLine(meeting), { isRead: false, at: stamp.at }),
      [REQUEST_TYPE, type],
      [MY_RESPONSE, 'NoResponseReceived'],
      ...(copy === undefined ? [] : ([[ASSOCIATED, storedReference(copy)]] as [string, PropertyValue][])),
      ...(isNew ? [] : highlights(sending.change)),
    ]);
    put(context, { box: attendee, folder: 'inbox' }, { kind: 'MeetingRequest', values: request });
  }
  if (sending.saveCopy) {
    const sent = new Map<string, PropertyValue>([
      ...values,
      ['item:ItemClass', 'IPM.Schedule.Meeting.Request'],
      [RECEIVED, 'true'],
      ...messageHead(organizer, toLine(meeting), { isRead: true, at: stamp.at }),
      [REQUEST_TYPE, sending.change === undefined ? 'NewMeetingRequest' : 'InformationalUpdate'],
    ]);
    put(context, { box: mailbox, folder: 'sentitems' }, { kind: 'MeetingRequest', values: sent });
  }
}

/** Tells attendees that a meeting, or one occurrence of it, is off for them. */
export function sendCancellations(
  meeting: StoredItem,
  sending: Sending & { readonly body?: readonly [string, PropertyValue][] },
  context: RequestContext,
): void {
  const { mailbox, stamp, store } = context;
  const organizer = organizerOrOwner(meeting, mailbox);
  const to = sending.to.filter((one) => !samePerson(one, organizer));
  if (to.length === 0) return;
  const values = sharedValues(meeting);
  const subject = `${CANCELLED_PREFIX}${textValue(meeting, 'item:Subject') ?? ''}`;
  const message = (isRead: boolean): Map<string, PropertyValue> =>
    new Map<string, PropertyValue>([
      ...values,
      ...(sending.body ?? []),
      ['item:ItemClass', 'IPM.Schedule.Meeting.Canceled'],
      ['item:Subject', subject],
      [STAMPED, dateTime(stamp.at)],
      [CANCELLED, 'true'],
      ...messageHead(organizer, to, { isRead, at: stamp.at }),
    ]);
  for (const attendee of to) {
    const box = store.findMailbox(attendee.address);
    if (box === undefined) continue;
    const copy = cancelCopy(box, meeting, stamp);
    outdate(box, textValue(meeting, UID) ?? '', stamp);
    const values = message(false);
    if (copy !== undefined) values.set(ASSOCIATED, storedReference(copy));
    put(context, { box: attendee, folder: 'inbox' }, { kind: 'MeetingCancellation', values });
  }
  if (sending.saveCopy) {
    put(
      context,
      { box: mailbox, folder: 'sentitems' },
      { kind: 'MeetingCancellation', values: message(true) },
    );
  }
}

/** All attendees of a meeting but those who left it. */
export function everybody(meeting: StoredItem): readonly Attendee[] {
  return allAttendees(meeting);
}

function highlights(change: MeetingChange | undefined): [string, PropertyValue][] {
  if (change === undefined) return [];
  const value: Highlights = {
    structure: 'highlights',
    location: change.locationChanged,
    start: change.startChanged,
    end: change.endChanged,
  };
  return [[HIGHLIGHTS, value]];
}

/** Requests of the same meeting that are still in the Inbox are no longer the latest. */
function outdate(
  box: NonNullable<ReturnType<RequestContext['store']['findMailbox']>>,
  uid: string,
  stamp: RequestContext['stamp'],
): void {
  for (const item of [...(box.distinguishedFolder('inbox')?.log.items() ?? [])]) {
    if (item.kind !== 'MeetingRequest' || textValue(item, UID) !== uid) continue;
    if (textValue(item, OUT_OF_DATE) === 'true') continue;
    item.values.set(OUT_OF_DATE, 'true');
    item.values.set(REQUEST_TYPE, 'Outdated');
    box.touchItem(item, stamp);
  }
}

function put(
  context: RequestContext,
  place: { readonly box: Person; readonly folder: 'inbox' | 'sentitems' },
  item: NewItem,
): StoredItem | undefined {
  const box = context.store.findMailbox(place.box.address);
  const folder = box?.distinguishedFolder(place.folder);
  if (box === undefined || folder === undefined) return undefined;
  const stored = box.addItem(folder, item, context.stamp);
  if (place.folder === 'inbox') box.emit({ type: 'newMail', item: stored });
  return stored;
}
