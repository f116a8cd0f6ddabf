/** Whether what a state holds of a mailbox is a mailbox: every part of the right type, every reference to something there. */
import { ChangeLog } from '../change-log.ts';
import { END, EXCEPTIONS, START } from '../calendar/calendar-values.ts';
import type { ExceptionsValue } from '../calendar/calendar-values.ts';
import { FIRST_FOLDERS } from '../first-folders.ts';
import { findKind } from '../kind-registry.ts';
import type { MailboxState } from '../mailbox.ts';
import type { PropertyKind } from '../property.ts';
import { need } from './state-error.ts';
import { isStructure } from './structure-check.ts';
import { isWhole } from './value-shape.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Deeper trees than any client can build: what walks them calls itself. */
const MOST_LEVELS = 255;
/** What a change key has room for. */
const isNumber = isWhole(0, 2 ** 48 - 1);
/** Kept as text, and read as moments to calculate with. */
const MOMENTS: ReadonlySet<string> = new Set([START, END]);
const OPEN = ['attachmentOwners', 'folders', 'items', 'lastFolderChange', 'removedFolders', 'syncEpoch'];

/** Throws a StateError unless it is what Mailbox.exportState gives. */
export function checkMailboxState(value: object): MailboxState {
  const { open, distinguished, lastChange, lastSerial } = fieldsOf(value, 'The mailbox');
  const parts = fieldsOf(open, 'The mailbox');
  need(Object.keys(parts).sort().join() === OPEN.join(), 'The mailbox has other parts than it should.');
  numbers({ ...parts, lastChange, lastSerial }, 'The mailbox', [
    ...['lastChange', 'lastSerial', 'lastFolderChange', 'syncEpoch'],
  ]);
  const { folders, items, attachmentOwners, removedFolders } = parts;
  need(folders instanceof Map && items instanceof Map, 'The mailbox has no folders and items.');
  need(attachmentOwners instanceof Map, 'The mailbox has no list of attachments.');
  const known = checkFolders(folders);
  for (const { id } of FIRST_FOLDERS)
    need(distinguished instanceof Map && known.has(distinguished.get(id)), `The folder ${id} is missing.`);
  for (const removed of listOf(removedFolders, 'The list of removed folders')) {
    const fields = fieldsOf(removed, 'A removed folder');
    numbers(fields, 'A removed folder', ['serial', 'arrived', 'number']);
    need(fields['from'] === undefined || Array.isArray(fields['from']), 'A removed folder is damaged.');
  }
  const checked = new Set<unknown>();
  for (const [serial, item] of items as Map<unknown, unknown>) {
    checkItem(item, known);
    checked.add(item);
    need(fieldsOf(item, 'An item')['serial'] === serial, `Item ${String(serial)} has another number.`);
  }
  for (const owner of attachmentOwners.values())
    need(checked.has(owner), 'An attachment is on an item that is not there.');
  for (const folder of known) checkLog(folder, known, checked);
  return value as MailboxState;
}

/** The folders, which must be one tree. */
function checkFolders(folders: ReadonlyMap<unknown, unknown>): ReadonlySet<unknown> {
  const known = new Set<unknown>(folders.values());
  let roots: readonly unknown[] = [];
  for (const [serial, folder] of folders) {
    const fields = fieldsOf(folder, 'A folder');
    const name = `Folder ${String(serial)}`;
    numbers(fields, name, ['serial', 'arrived', 'change']);
    texts(fields, name, ['displayName', 'folderClass']);
    need(fields['serial'] === serial, `${name} has another number.`);
    need(fields['log'] instanceof ChangeLog, `${name} has no log of changes.`);
    for (const below of listOf(fields['children'], name))
      need(known.has(below) && (below as Fields)['parent'] === folder, `${name} holds no folder of its own.`);
    if (fields['parent'] === undefined) roots = [...roots, folder];
  }
  let met = 0;
  for (let level = 0, here = roots; here.length > 0; level++) {
    need(level < MOST_LEVELS, 'Its folders are too deep.');
    met += here.length;
    need(met <= known.size, 'A folder has two places.');
    here = here.flatMap((folder) => (folder as { readonly children: readonly unknown[] }).children);
  }
  need(roots.length === 1 && met === known.size, 'Its folders are not one tree.');
  return known;
}

/** The log of a folder: what it lists are items, as many of them alive as it counts. */
function checkLog(folder: unknown, folders: ReadonlySet<unknown>, checked: Set<unknown>): void {
  const { log, serial } = folder as { readonly log: ChangeLog; readonly serial: number };
  const { arrivals, updates, count } = log.exportState();
  for (const item of [...arrivals, ...updates.map((one) => one.item)]) {
    if (!checked.has(item)) checkItem(item, folders);
    checked.add(item);
  }
  need(
    arrivals.filter((item) => !item.removed).length === count,
    `Folder ${serial} counts other items than it has.`,
  );
}

function checkItem(value: unknown, folders: ReadonlySet<unknown>): void {
  const fields = fieldsOf(value, 'An item');
  const name = `Item ${String(fields['serial'])}`;
  numbers(fields, name, ['serial', 'change', 'contentChange', 'arrived']);
  need(folders.has(fields['folder']) || fields['removed'] === true, `${name} is in no folder.`);
  need(typeof fields['removed'] === 'boolean', `${name} does not say whether it is removed.`);
  for (const key of listOf(fields['derived'], name)) need(typeof key === 'string', `${name} is damaged.`);
  checkContent(fields, name, 0);
}

/** What an item has that may also be inside an attachment. */
function checkContent(fields: Fields, name: string, level: number): void {
  need(level < MOST_LEVELS, `${name} has attachments that are too deep.`);
  const { kind, values } = fields;
  need(typeof kind === 'string' && findKind(kind) !== undefined, `${name} is of no kind that is known.`);
  numbers(fields, name, ['createdAt', 'modifiedAt']);
  texts(fields, name, ['modifiedBy']);
  need(values instanceof Map, `${name} has no values.`);
  for (const [key, one] of values as Map<unknown, unknown>)
    need(
      typeof key === 'string' && isValueOf(key, one),
      `${name} has a value that is damaged: ${String(key)}.`,
    );
  for (const { uri, kind: type } of findKind(kind)?.properties ?? []) {
    const text = (values as Map<unknown, unknown>).get(uri);
    if (typeof text === 'string') need(isTextOf(type, text), `${name} has a value that is damaged: ${uri}.`);
  }
  const exceptions = (values as Map<unknown, unknown>).get(EXCEPTIONS);
  if (exceptions !== undefined)
    for (const { attachments } of (exceptions as ExceptionsValue).list)
      if (attachments !== undefined) checkAttachments(attachments, name, level);
  checkAttachments(fields['attachments'], name, level);
}

function checkAttachments(list: unknown, name: string, level: number): void {
  for (const attachment of listOf(list, name)) {
    const { type, content, item, ...head } = fieldsOf(attachment, `An attachment of ${name}`);
    numbers(head, `An attachment of ${name}`, ['serial', 'modifiedAt']);
    texts(head, `An attachment of ${name}`, ['name']);
    if (type === 'item') checkContent(fieldsOf(item, `An attachment of ${name}`), name, level + 1);
    else need(type === 'file' && Buffer.isBuffer(content), `An attachment of ${name} has no content.`);
  }
}

/** What is read under a key by its structure must have that one. */
function isValueOf(key: string, value: unknown): boolean {
  if (key === EXCEPTIONS) return (value as Fields | null)?.['structure'] === 'exceptions' && isValue(value);
  return (
    isValue(value) && (!MOMENTS.has(key) || (typeof value === 'string' && !Number.isNaN(Date.parse(value))))
  );
}

/** Numbers and moments are calculated with. */
function isTextOf(type: PropertyKind, text: string): boolean {
  switch (type) {
    case 'integer':
      return /^-?\d{1,10}$/.test(text);
    case 'double':
      return text !== '' && Number.isFinite(Number(text));
    case 'dateTime':
      return !Number.isNaN(Date.parse(text));
    default:
      return true;
  }
}

function isValue(value: unknown): boolean {
  if (typeof value === 'string') return true;
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string');
  return typeof value === 'object' && value !== null && isStructure(value, isPlainValue);
}

/** Exceptions have no exceptions. */
function isPlainValue(value: unknown): boolean {
  return (value as Fields | null)?.['structure'] !== 'exceptions' && isValue(value);
}

function fieldsOf(value: unknown, name: string): Fields {
  need(typeof value === 'object' && value !== null && !Array.isArray(value), `${name} is damaged.`);
  return value as Fields;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  need(Array.isArray(value), `${name} is no list, or lacks one.`);
  return value;
}

function numbers(fields: Fields, name: string, wanted: readonly string[]): void {
  for (const one of wanted) {
    const value = fields[one];
    need(isNumber(value), `${name} has no number for ${one}.`);
  }
}

function texts(fields: Fields, name: string, wanted: readonly string[]): void {
  for (const one of wanted) need(typeof fields[one] === 'string', `${name} has no text for ${one}.`);
}
