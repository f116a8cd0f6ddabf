/** What CreateItem, UpdateItem and DeleteItem do with calendar items beyond the common. */
import { ItemError } from '../item-error.ts';
import type { KindDefinition } from '../item-kind.ts';
import type { RequestContext } from '../request-context.ts';
import type { StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { CANCELLED, isSet, MY_RESPONSE, RECEIVED, SEQUENCE } from './calendar-values.ts';
import { everybody, sendCancellations, sendRequests } from './invitations.ts';
import { meetingChange } from './meeting-change.ts';
import { OccurrenceView } from './occurrence-view.ts';
import { sendResponse } from './response-delivery.ts';

type Hook<Name extends 'create' | 'updated' | 'remove'> = NonNullable<KindDefinition[Name]>;

export const createCalendarItem: Hook<'create'> = (draft, place, context) => {
  const { mailbox, stamp } = context;
  const folder = place.folder ?? mailbox.distinguishedFolder('calendar');
  if (folder === undefined) throw new ItemError('ErrorFolderNotFound');
  const item = mailbox.addItem(folder, draft, stamp);
  const mode = place.request.attributes['SendMeetingInvitations'] ?? 'SendToNone';
  if (mode !== 'SendToNone') {
    sendRequests(item, { to: everybody(item), saveCopy: mode === 'SendToAllAndSaveCopy' }, context);
  }
  return [item];
};

export const updatedCalendarItem: Hook<'updated'> = (item, _given, request, context) => {
  const mode = request.attributes['SendMeetingInvitationsOrCancellations'] ?? 'SendToNone';
  const change = meetingChange(item);
  const own = !isSet(item, RECEIVED);
  if (own && mode !== 'SendToNone' && everybody(item).length + change.removed.length > 0) {
    if (change.retimed) {
      item.values.set(SEQUENCE, String(Number(textValue(item, SEQUENCE) ?? 0) + 1));
    }
    const saveCopy = mode.endsWith('AndSaveCopy');
    const to = mode.includes('ToChanged') ? change.added : everybody(item);
    sendRequests(item, { to, saveCopy, change }, context);
    sendCancellations(item, { to: change.removed, saveCopy, change }, context);
  }
  return item;
};

export const removeCalendarItem: Hook<'remove'> = (item, request, context) => {
  const mode = request.attributes['SendMeetingCancellations'] ?? 'SendToNone';
  const type = request.attributes['DeleteType'] ?? 'HardDelete';
  const saveCopy = mode === 'SendToAllAndSaveCopy';
  if (mode !== 'SendToNone' && !isSet(item, CANCELLED)) {
    if (!isSet(item, RECEIVED)) {
      sendCancellations(item, { to: everybody(item), saveCopy }, context);
      if (everybody(item).length > 0) item.values.set(CANCELLED, 'true');
    } else if (textValue(item, MY_RESPONSE) !== 'Decline') {
      sendResponse(item, { answer: 'Decline', body: [], saveCopy }, context);
    }
  }
  eraseCalendarItem(item, type, context);
  return true;
};

const DESTINATIONS: Readonly<Record<string, string>> = {
  SoftDelete: 'recoverableitemsdeletions',
  MoveToDeletedItems: 'deleteditems',
};

/** Takes an item, or one occurrence, out of its calendar; returns it where it is now, when it still is. */
export function eraseCalendarItem(
  item: StoredItem,
  deleteType: string,
  context: RequestContext,
): StoredItem | undefined {
  const { mailbox, stamp } = context;
  if (item instanceof OccurrenceView) {
    item.erase();
    mailbox.touchItem(item.master, stamp);
    return undefined;
  }
  const destination = mailbox.distinguishedFolder(DESTINATIONS[deleteType] ?? '');
  if (destination !== undefined) return mailbox.moveItem(item, destination, stamp);
  mailbox.removeItem(item);
  return undefined;
}
