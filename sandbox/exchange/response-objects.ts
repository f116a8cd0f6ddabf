/** What CreateItem takes that answers another item instead of being one; an entry here is one file. */
import { answering } from './messages/reply.ts';
import { suppressReadReceipt } from './messages/suppress-read-receipt.ts';
import { answerMeeting, cancelMeeting, removeCancelled } from './calendar/meeting-responses.ts';
import type { RequestContext } from './request-context.ts';
import type { StoredFolder } from './stored-folder.ts';
import type { StoredItem } from './stored-item.ts';
import type { XmlElement } from './xml-tree.ts';

/** Carries out one response object; returns the items the answer names. */
export type ResponseObject = (
  element: XmlElement,
  place: { readonly folder: StoredFolder | undefined; readonly request: XmlElement },
  context: RequestContext,
) => readonly StoredItem[];

/** By the name of their element. */
export const RESPONSE_OBJECTS: ReadonlyMap<string, ResponseObject> = new Map<string, ResponseObject>([
  ['t:AcceptItem', answerMeeting('Accept')],
  ['t:TentativelyAcceptItem', answerMeeting('Tentative')],
  ['t:DeclineItem', answerMeeting('Decline')],
  ['t:CancelCalendarItem', cancelMeeting],
  ['t:RemoveItem', removeCancelled],

  ['t:ReplyToItem', answering('reply')],
  ['t:ReplyAllToItem', answering('replyAll')],
  ['t:ForwardItem', answering('forward')],
  ['t:SuppressReadReceipt', suppressReadReceipt],
]);
