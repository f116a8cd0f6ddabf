/** Calendar requests as literal XML, and what to look at in their answers. */
import { ask, onlyId } from './ews-client.ts';

export interface Ref {
  readonly id: string;
  readonly changeKey: string;
}

/** A TimeZoneContext header beside the usual version. */
export function inZone(id: string): string {
  return (
    '<t:RequestServerVersion Version="Exchange2013_SP1"/>' +
    `<t:TimeZoneContext><t:TimeZoneDefinition Id="${id}"/></t:TimeZoneContext>`
  );
}

export function createEvent(inner: string, send = 'SendToNone'): string {
  return (
    `<m:CreateItem SendMeetingInvitations="${send}"><m:SavedItemFolderId><t:DistinguishedFolderId Id="calendar"/>` +
    `</m:SavedItemFolderId><m:Items><t:CalendarItem>${inner}</t:CalendarItem></m:Items></m:CreateItem>`
  );
}

/** Creates one event and returns its id. */
export async function newEvent(url: string, inner: string, send?: string, user?: string): Promise<Ref> {
  return onlyId(await ask(url, createEvent(inner, send), user));
}

export function itemId({ id, changeKey }: Ref): string {
  return `<t:ItemId Id="${id}" ChangeKey="${changeKey}"/>`;
}

export function occurrenceId({ id, changeKey }: Ref, index: number): string {
  return `<t:OccurrenceItemId RecurringMasterId="${id}" ChangeKey="${changeKey}" InstanceIndex="${index}"/>`;
}

export function masterId(occurrence: Ref): string {
  return `<t:RecurringMasterItemId OccurrenceId="${occurrence.id}" ChangeKey="${occurrence.changeKey}"/>`;
}

export function get(ids: string, shape = '<t:BaseShape>AllProperties</t:BaseShape>'): string {
  return `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${ids}</m:ItemIds></m:GetItem>`;
}

export function view(start: string, end: string, more = '', folder = 'calendar'): string {
  return (
    '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>' +
    `<m:CalendarView StartDate="${start}" EndDate="${end}"${more}/>` +
    `<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`
  );
}

export function list(folder: string): string {
  return (
    '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape>' +
    '<m:IndexedPageItemView MaxEntriesReturned="100" Offset="0" BasePoint="Beginning"/>' +
    `<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`
  );
}

export function setEvent(element: string, uri?: string): string {
  const name = /^<t:(\w+)/.exec(element)?.[1] ?? '';
  return (
    `<t:SetItemField><t:FieldURI FieldURI="${uri ?? `calendar:${name}`}"/>` +
    `<t:CalendarItem>${element}</t:CalendarItem></t:SetItemField>`
  );
}

export function update(id: string, updates: string, send = 'SendToNone'): string {
  return (
    `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly" ` +
    `SendMeetingInvitationsOrCancellations="${send}"><m:ItemChanges><t:ItemChange>${id}` +
    `<t:Updates>${updates}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`
  );
}

export function remove(id: string, send = 'SendToNone', type = 'HardDelete'): string {
  return (
    `<m:DeleteItem DeleteType="${type}" SendMeetingCancellations="${send}"><m:ItemIds>${id}</m:ItemIds>` +
    '</m:DeleteItem>'
  );
}

/** A response object answering an item, in a CreateItem. */
export function respond(element: string, to: Ref, disposition = 'SendAndSaveCopy', inner = ''): string {
  return (
    `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:${element}>` +
    `<t:ReferenceItemId Id="${to.id}" ChangeKey="${to.changeKey}"/>${inner}</t:${element}></m:Items></m:CreateItem>`
  );
}

export function attendees(element: string, ...addresses: readonly string[]): string {
  const inner = addresses.map(
    (one) => `<t:Attendee><t:Mailbox><t:EmailAddress>${one}</t:EmailAddress></t:Mailbox></t:Attendee>`,
  );
  return `<t:${element}>${inner.join('')}</t:${element}>`;
}

export function weekly(day: string, start: string, count: number): string {
  return (
    `<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>${day}</t:DaysOfWeek>` +
    `</t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>${start}</t:StartDate>` +
    `<t:NumberOfOccurrences>${count}</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>`
  );
}

/** The content of every element of that name, in order. */
export function all(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<[tm]:${name}(?: [^>]*)?(?:/>|>(.*?)</[tm]:${name}>)`, 'gs'))].map(
    (match) => match[1] ?? '',
  );
}

/** The content of the first, or undefined. */
export function first(xml: string, name: string): string | undefined {
  return all(xml, name)[0];
}

/** The id of the first item of a kind in a folder's list. */
export function refOf(xml: string, kind: string): Ref {
  const found = all(xml, kind)[0];
  if (found === undefined) throw new Error(`no ${kind} in ${xml}`);
  return onlyId(found);
}
