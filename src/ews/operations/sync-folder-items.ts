/** Microsoft: SyncFolderItems operation. What changed in one folder since a sync state. */
import { isTrue } from '../xml-boolean.ts';
import { itemShapes } from '../items/item-reader.ts';
import type { ReadItem } from '../items/read-item.ts';
import { writeFolderReference } from '../items/identifier.ts';
import type { FolderReference } from '../items/identifier.ts';
import type { PropertyPath } from '../items/property-path.ts';
import { writeItemShape } from '../items/shape.ts';
import { shapes } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { textElement } from '../soap-writer.ts';
import type { Operation } from './operation.ts';

export interface SyncFolderItemsRequest {
  readonly folder: FolderReference;
  /** Null: from the beginning. */
  readonly syncState: string | null;
  /** 1 to 512. */
  readonly maxChanges: number;
  readonly properties: readonly PropertyPath[];
}

/** A ReadFlagChange says nothing about the content. */
export type ItemChange =
  | { readonly kind: 'created' | 'updated'; readonly item: ReadItem }
  | { readonly kind: 'deleted'; readonly id: string }
  | { readonly kind: 'readFlag'; readonly id: string };

export interface SyncFolderItemsAnswer {
  syncState: string;
  includesLast: boolean;
  readonly changes: ItemChange[];
}

function changed(kind: 'created' | 'updated'): Shape<SyncFolderItemsAnswer> {
  return {
    children: itemShapes((answer: SyncFolderItemsAnswer, item) => answer.changes.push({ kind, item })),
  };
}

function identified(kind: 'deleted' | 'readFlag'): Shape<SyncFolderItemsAnswer> {
  return {
    children: shapes<SyncFolderItemsAnswer>({
      't:ItemId': {
        open: (answer, attributes) => answer.changes.push({ kind, id: attributes['Id'] ?? '' }),
      },
    }),
  };
}

export const syncFolderItems: Operation<SyncFolderItemsRequest, SyncFolderItemsAnswer> = {
  name: 'SyncFolderItems',
  repeatable: true,
  expects: () => 1,
  write: ({ folder, syncState, maxChanges, properties }) =>
    `<m:SyncFolderItems>${writeItemShape(properties)}` +
    `<m:SyncFolderId>${writeFolderReference(folder)}</m:SyncFolderId>` +
    (syncState === null ? '' : textElement('m:SyncState', syncState)) +
    `<m:MaxChangesReturned>${maxChanges}</m:MaxChangesReturned></m:SyncFolderItems>`,
  start: () => ({ syncState: '', includesLast: false, changes: [] }),
  payload: shapes<SyncFolderItemsAnswer>({
    'm:SyncState': { text: (answer, value) => (answer.syncState = value.trim()) },
    'm:IncludesLastItemInRange': { text: (answer, value) => (answer.includesLast = isTrue(value)) },
    'm:Changes': {
      children: shapes<SyncFolderItemsAnswer>({
        't:Create': changed('created'),
        't:Update': changed('updated'),
        't:Delete': identified('deleted'),
        't:ReadFlagChange': identified('readFlag'),
      }),
    },
  }),
};
