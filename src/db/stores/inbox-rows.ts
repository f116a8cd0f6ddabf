import type { EntityManager } from 'typeorm';
import type { ScopeReason, Side, Values } from '../../sync/model.ts';
import type { InboxRow, NewInboxEntry } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { inboxEntity } from '../entities/inbox.ts';
import type { InboxTableRow } from '../entities/inbox.ts';
import { itemToText } from './sealed-text.ts';

/** Puts changes into the inbox; a row of the same item goes away, and with it its attempts and its failure. */
export async function replaceInboxRows(
  manager: EntityManager,
  entries: readonly NewInboxEntry[],
): Promise<void> {
  await bulkInsert(manager, inboxEntity, entries.map(toRow), { kind: 'replace' });
}

function toRow(entry: NewInboxEntry): Omit<InboxTableRow, 'id'> {
  return {
    mailboxId: entry.mailboxId,
    module: entry.module,
    side: entry.side,
    itemId: entry.itemId,
    kind: entry.kind,
    version: entry.version,
    stamp: entry.stamp,
    identity: entry.identity,
    ownerId: entry.ownerId,
    skip: entry.skip,
    keyValues: hasFields(entry.keyValues) ? JSON.stringify(entry.keyValues) : null,
    content: entry.item ? itemToText(entry.module, entry.item) : null,
    attempts: 0,
    nextAttemptAt: null,
    parked: false,
    failureCode: null,
    failureMessage: null,
  };
}

function hasFields(values: Values): boolean {
  for (const _name in values) return true;
  return false;
}

/** Everything but the riding content. */
export const inboxColumns = [
  'id',
  'module',
  'side',
  'itemId',
  'kind',
  'version',
  'stamp',
  'identity',
  'ownerId',
  'skip',
  'keyValues',
  'attempts',
] as const;

export function fromInboxRow(row: Pick<InboxTableRow, (typeof inboxColumns)[number]>): InboxRow {
  return {
    id: row.id,
    side: row.side as Side,
    itemId: row.itemId,
    kind: row.kind as InboxRow['kind'],
    version: row.version,
    stamp: row.stamp,
    identity: row.identity,
    ownerId: row.ownerId,
    skip: row.skip as ScopeReason | null,
    keyValues: parseKeyValues(row.keyValues),
    item: null,
    attempts: row.attempts,
  };
}

export function parseKeyValues(text: string | null): Values {
  return text === null ? {} : (JSON.parse(text) as Values);
}
