/** What the Exchange side must know of a module to sync it; one for contacts, tasks and events each. */
import type { Module, Values } from '../../sync/model.ts';
import type { EwsSchema } from '../versions.ts';
import type { DistinguishedFolder } from './identifier.ts';
import type { PropertyPath } from './property-path.ts';
import type { ReadItem } from './read-item.ts';

/** Attributes of the requests that items of some kinds demand, each with a space before it. */
export interface RequestAttributes {
  readonly create: string;
  readonly update: string;
  readonly remove: string;
}

export const noAttributes: RequestAttributes = { create: '', update: '', remove: '' };

export interface ItemKind {
  readonly module: Module;
  /** The mailbox's default folder. */
  readonly folder: DistinguishedFolder;
  /** `IPF.…`; folders of a class below it hold the same. */
  readonly folderClass: string;
  /** The EWS element of an item that is synced; others in the folder are left alone. */
  readonly element: string;
  /** What to ask for of a whole item, beside id, class, stamp and search key. */
  properties(schema: EwsSchema): readonly PropertyPath[];
  /** What to ask for with the changes of a folder: what natural keys are made of. */
  keyProperties(schema: EwsSchema): readonly PropertyPath[];
  /** Every field that was asked for: null where the server sent nothing, missing where it cannot be taken over. */
  values(read: ReadItem): Values;
  keyValues(read: ReadItem): Values;
  /** The item for CreateItem, with its stamp. */
  write(values: Values, stamp: string, schema: EwsSchema): string;
  /** SetItemField and DeleteItemField for UpdateItem; empty when nothing of it is written this way. */
  writeChanges(values: Values, resulting: Values, schema: EwsSchema): string;
  /** The field whose value Exchange cannot hold, found before anything was sent. */
  unwritableField(values: Values, resulting: Values, schema: EwsSchema): string | null;
  /** `tellsAttendees` only where a person asked for it. */
  attributes(tellsAttendees: boolean): RequestAttributes;
}

/** Every field of `asked`: null where the server sent nothing, left out where its form is foreign. */
export function completeValues(read: ReadItem, asked: Iterable<string>): Values {
  const values: Record<string, Values[string]> = {};
  for (const field of asked) {
    if (!read.unreadable.has(field)) values[field] = read.values[field] ?? null;
  }
  return values;
}
