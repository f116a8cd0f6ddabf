import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { ScopeReason, Values } from '../../sync/model.ts';
import type { CursorKey, InboxRow, NewInboxEntry } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import { inboxEntity } from '../entities/inbox.ts';
import type { InboxTableRow } from '../entities/inbox.ts';
import { selectRows } from '../select-rows.ts';
import { itemToText } from './sealed-text.ts';

/** Puts changes into the inbox; a row of the same item goes away, and with it its attempts and its failure. */
export async function replaceInboxRows(
  manager: EntityManager,
  entries: readonly NewInboxEntry[],
): Promise<void> {
  await bulkInsert(manager, inboxEntity, entries.map(toRow), { kind: 'replace' });
}

const doubtedColumns = [
  'id',
  'mailboxId',
  'itemId',
  'stamp',
  'identity',
  'ownerId',
  'skip',
  'keyValues',
] as const;

/** The changes that wait of this feed wait anew, without version and content: their items have to be read by id. */
export async function doubtInboxRows(
  manager: EntityManager,
  { side, mailboxId, module }: CursorKey,
): Promise<void> {
  const waiting = (columns: readonly (keyof InboxTableRow)[]): SelectQueryBuilder<InboxTableRow> => {
    const query = selectRows(manager, inboxEntity, columns)
      .where("row.side = :side AND row.module = :module AND row.kind = 'changed'", { side, module })
      .orderBy('row.id', 'DESC');
    return mailboxId === '' ? query : query.andWhere('row.mailboxId = :mailboxId', { mailboxId });
  };
  const newest = await waiting(['id']).limit(1).getRawOne<{ id: number }>();
  for (let last = 0; newest !== undefined;) {
    const rows = await waiting(doubtedColumns)
      .andWhere('row.id > :last AND row.id <= :newest', { last, newest: newest.id })
      .orderBy('row.id', 'ASC')
      .limit(idsPerQuery)
      .getRawMany<Pick<InboxTableRow, (typeof doubtedColumns)[number]>>();
    if (rows.length === 0) return;
    last = rows.at(-1)?.id ?? last;
    const doubted = rows.map(({ id: _id, ...known }) => ({
      ...known,
      ...untried,
      side,
      module,
      kind: 'changed',
      version: null,
      content: null,
    }));
    await bulkInsert(manager, inboxEntity, doubted, { kind: 'replace' });
  }
}

const untried = {
  attempts: 0,
  nextAttemptAt: null,
  parked: false,
  failureCode: null,
  failureMessage: null,
};

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
    ...untried,
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

/** The words are ours: the driver makes new strings for each row, and a first sync keeps very many. */
export function fromInboxRow(row: Pick<InboxTableRow, (typeof inboxColumns)[number]>): InboxRow {
  return {
    id: row.id,
    side: row.side === 'crm' ? 'crm' : 'exchange',
    itemId: row.itemId,
    kind: row.kind === 'deleted' ? 'deleted' : 'changed',
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
