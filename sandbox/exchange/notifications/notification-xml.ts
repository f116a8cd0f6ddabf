import { folderIdAttributes } from '../folder-writer.ts';
import type { Mailbox } from '../mailbox.ts';
import { dateTime } from '../xml-text.ts';
import type { LoggedEvent } from './event-log.ts';
import { eventName } from './subscription.ts';
import type { Subscription } from './subscription.ts';

type Event = LoggedEvent['event'];

/** Events carry no change key worth using: real ones are always these two. */
const ITEM_KEY = 'CQAAAA==';
const FOLDER_KEY = 'AQAAAA==';

/** The element of one event; `watermark` for pull and push, none for streaming. */
export function eventXml(logged: LoggedEvent, subscription: Subscription, withWatermark: boolean): string {
  const { mailbox } = subscription.fields.log;
  const { event } = logged;
  const name = eventName(event);
  const watermark = withWatermark
    ? `<t:Watermark>${subscription.writeWatermark(logged.number)}</t:Watermark>`
    : '';
  return (
    `<t:${name}>${watermark}<t:TimeStamp>${dateTime(logged.at)}</t:TimeStamp>${objectXml(event, mailbox)}` +
    `${name === 'ModifiedEvent' && 'folder' in event ? unreadCount(event) : ''}</t:${name}>`
  );
}

/** What a pull or push subscription gets when nothing happened. */
export function statusEventXml(subscription: Subscription): string {
  return `<t:StatusEvent><t:Watermark>${subscription.writeWatermark(subscription.fields.log.last)}</t:Watermark></t:StatusEvent>`;
}

function objectXml(event: Event, mailbox: Mailbox): string {
  if ('folder' in event) {
    const parent = event.folder.parent ?? event.folder;
    const own = `${folderId('FolderId', event.folder.serial, mailbox)}<t:ParentFolderId ${folderIdAttributes(parent, mailbox)}/>`;
    if (!('oldParent' in event)) return own;
    const oldId = folderId('OldFolderId', event.folder.serial, mailbox);
    return own + oldId + folderId('OldParentFolderId', event.oldParent.serial, mailbox);
  }
  const own = idPair(event.item, mailbox, ['ItemId', 'ParentFolderId']);
  return 'from' in event ? own + idPair(event.from, mailbox, ['OldItemId', 'OldParentFolderId']) : own;
}

function idPair(
  item: { readonly serial: number; readonly folder: { readonly serial: number } },
  mailbox: Mailbox,
  [itemName, folderName]: readonly [string, string],
): string {
  const id = `<t:${itemName} Id="${mailbox.ids.write('item', item.serial)}" ChangeKey="${ITEM_KEY}"/>`;
  return id + folderId(folderName, item.folder.serial, mailbox);
}

function folderId(name: string, serial: number, mailbox: Mailbox): string {
  return `<t:${name} Id="${mailbox.ids.write('folder', serial)}" ChangeKey="${FOLDER_KEY}"/>`;
}

function unreadCount(event: Extract<Event, { folder: unknown }>): string {
  let unread = 0;
  for (const item of event.folder.log.items()) if (item.values.get('message:IsRead') === 'false') unread++;
  return `<t:UnreadCount>${unread}</t:UnreadCount>`;
}
