import { convertId } from './operations/convert-id.ts';
import { copyItem } from './operations/copy-item.ts';
import { createAttachment } from './operations/create-attachment.ts';
import { createFolder } from './operations/create-folder.ts';
import { createItem } from './operations/create-item.ts';
import { deleteAttachment } from './operations/delete-attachment.ts';
import { deleteFolder } from './operations/delete-folder.ts';
import { deleteItem } from './operations/delete-item.ts';
import { findFolders } from './operations/find-folder.ts';
import { findItems } from './operations/find-item.ts';
import { getAttachment } from './operations/get-attachment.ts';
import { getEvents } from './operations/get-events.ts';
import { getFolder } from './operations/get-folder.ts';
import { getItem } from './operations/get-item.ts';
import { getServerTimeZones } from './operations/get-server-time-zones.ts';
import { getUserAvailability } from './operations/get-user-availability.ts';
import { getStreamingEvents } from './operations/get-streaming-events.ts';
import { getUserConfiguration } from './operations/get-user-configuration.ts';
import { moveItem } from './operations/move-item.ts';
import { resolveNames } from './operations/resolve-names.ts';
import { sendItem } from './operations/send-item.ts';
import { subscribe } from './operations/subscribe.ts';
import { syncFolderHierarchy } from './operations/sync-folder-hierarchy.ts';
import { syncFolderItems } from './operations/sync-folder-items.ts';
import { unsubscribe } from './operations/unsubscribe.ts';
import { updateFolder } from './operations/update-folder.ts';
import { updateItem } from './operations/update-item.ts';
import type { Operation } from './request-context.ts';

/** What this server can do, by the name of the request element. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['m:ConvertId', convertId],
  ['m:CopyItem', copyItem],
  ['m:CreateAttachment', createAttachment],
  ['m:CreateFolder', createFolder],
  ['m:CreateItem', createItem],
  ['m:DeleteAttachment', deleteAttachment],
  ['m:DeleteFolder', deleteFolder],
  ['m:DeleteItem', deleteItem],
  ['m:FindFolder', findFolders],
  ['m:FindItem', findItems],
  ['m:GetAttachment', getAttachment],
  ['m:GetEvents', getEvents],
  ['m:GetFolder', getFolder],
  ['m:GetItem', getItem],
  ['m:GetServerTimeZones', getServerTimeZones],
  ['m:GetUserAvailabilityRequest', getUserAvailability],
  ['m:GetStreamingEvents', getStreamingEvents],
  ['m:GetUserConfiguration', getUserConfiguration],
  ['m:MoveItem', moveItem],
  ['m:ResolveNames', resolveNames],
  ['m:SendItem', sendItem],
  ['m:Subscribe', subscribe],
  ['m:SyncFolderHierarchy', syncFolderHierarchy],
  ['m:SyncFolderItems', syncFolderItems],
  ['m:Unsubscribe', unsubscribe],
  ['m:UpdateFolder', updateFolder],
  ['m:UpdateItem', updateItem],
]);
