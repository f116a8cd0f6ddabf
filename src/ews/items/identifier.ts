/** Ids as requests write them. Opaque and case-sensitive. */
import { escapeAttribute } from '../soap-writer.ts';

/** The folders we name by their role (Microsoft: DistinguishedFolderId). */
export type DistinguishedFolder = 'contacts' | 'tasks' | 'calendar' | 'deleteditems' | 'msgfolderroot';

export type FolderReference = { readonly id: string } | { readonly distinguished: DistinguishedFolder };

export function writeFolderReference(folder: FolderReference): string {
  return 'id' in folder
    ? `<t:FolderId Id="${escapeAttribute(folder.id)}"/>`
    : `<t:DistinguishedFolderId Id="${folder.distinguished}"/>`;
}

/** With the change key where the server shall compare it. */
export function writeItemId(id: string, changeKey?: string): string {
  const key = changeKey === undefined ? '' : ` ChangeKey="${escapeAttribute(changeKey)}"`;
  return `<t:ItemId Id="${escapeAttribute(id)}"${key}/>`;
}

/** One occurrence of a series by its number, from 1; deleted ones keep theirs. */
export function writeOccurrenceId(seriesId: string, index: number, changeKey?: string): string {
  const key = changeKey === undefined ? '' : ` ChangeKey="${escapeAttribute(changeKey)}"`;
  return `<t:OccurrenceItemId RecurringMasterId="${escapeAttribute(seriesId)}"${key} InstanceIndex="${index}"/>`;
}

export function writeAttachmentIds(ids: readonly string[]): string {
  const list = ids.map((id) => `<t:AttachmentId Id="${escapeAttribute(id)}"/>`).join('');
  return `<m:AttachmentIds>${list}</m:AttachmentIds>`;
}
