import type { EntityManager } from 'typeorm';
import type { Item } from '../../sync/model.ts';
import type { CursorKey, InboxRow, RunScope, StoredCursor, SyncStore } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { cursorEntity } from '../entities/cursor.ts';
import type { CursorRow } from '../entities/cursor.ts';
import { inboxEntity } from '../entities/inbox.ts';
import type { InboxTableRow } from '../entities/inbox.ts';
import { selectAll, selectOne } from '../fixed-sql.ts';
import { selectRows } from '../select-rows.ts';
import { fenced, recoverable, takeTurn } from './lease-store.ts';
import { doubtInboxRows, fromInboxRow, inboxColumns, replaceInboxRows } from './inbox-rows.ts';
import { markSeen, unseenItems } from './link-rows.ts';
import { itemFromText } from './sealed-text.ts';

const selectText = `SELECT ${inboxColumns.map((name) => `\`${name}\``).join(', ')} FROM \`inbox\` `;

/** Rows as the driver gives them are larger than what is made of them, and a first sync has very many. */
const rowsPerPage = 2_000;
const pageText = `AND \`id\` > ? ORDER BY \`id\` LIMIT ${rowsPerPage}`;

const dueText =
  selectText +
  'WHERE `mailboxId` = ? AND `module` = ? AND `parked` = 0 AND (`nextAttemptAt` IS NULL OR `nextAttemptAt` <= ?) ' +
  pageText;

const postponedText =
  selectText + 'WHERE `mailboxId` = ? AND `module` = ? AND (`parked` = 1 OR `nextAttemptAt` > ?) ' + pageText;

type InboxMethods = Pick<
  SyncStore,
  | 'cursor'
  | 'cursors'
  | 'beginFullRead'
  | 'savePage'
  | 'enqueue'
  | 'enqueueUnseen'
  | 'inbox'
  | 'duePage'
  | 'postponed'
  | 'inboxRows'
  | 'inboxItems'
  | 'waitingFor'
  | 'retryNow'
>;

export function createInboxStore(database: Database): InboxMethods {
  return {
    cursor: (key) => database.read((manager) => loadCursor(manager, key)),

    cursors: ({ mailboxId, module }) =>
      database.read(async (manager) => {
        const rows = await selectAll<CursorRow>(manager, cursorsText, [mailboxId, module]);
        return rows.map(({ side, scope, cursor, fullRead, complete }) => ({
          side: side as CursorKey['side'],
          mailboxId,
          module,
          scope,
          cursor,
          fullRead,
          complete: Boolean(complete),
        }));
      }),

    beginFullRead(lease, key) {
      return fenced(database, lease, async (manager) => {
        await takeTurn(manager, `fullRead:${key.module}`);
        const cursor = { cursor: null, fullRead: (await lastFullRead(manager, key)) + 1, complete: false };
        await saveCursor(manager, key, cursor);
        return cursor;
      });
    },

    savePage(lease, key, page) {
      return fenced(
        database,
        lease,
        async (manager) => {
          if (page.begins) await doubtInboxRows(manager, key);
          await replaceInboxRows(manager, page.entries);
          await markSeen(manager, key, page.cursor.fullRead, page.seen);
          await saveCursor(manager, key, page.cursor);
        },
        recoverable,
      );
    },

    enqueue(lease, entries) {
      return fenced(database, lease, (manager) => replaceInboxRows(manager, entries));
    },

    enqueueUnseen(lease, key, fullRead) {
      return fenced(database, lease, async (manager) => {
        const unseen = await unseenItems(manager, key, fullRead);
        const unknown = { version: null, stamp: null, identity: null, ownerId: null, skip: null, item: null };
        await replaceInboxRows(
          manager,
          unseen.map(({ mailboxId, itemId }) => ({
            ...unknown,
            mailboxId,
            module: key.module,
            side: key.side,
            itemId,
            kind: 'changed' as const,
            keyValues: {},
          })),
        );
        await manager.update(cursorEntity, { ...key, fullRead }, { complete: true });
        return unseen.length;
      });
    },

    inbox: (scope, now) => loadRows(database, dueText, scope, now),

    duePage: (scope, now, after) => loadPage(database, dueText, scope, now, after),

    postponed: (scope, now) => loadRows(database, postponedText, scope, now),

    inboxRows(ids) {
      return database.read(async (manager) => {
        const found = new Map<number, InboxRow>();
        for (const chunk of chunks(ids, idsPerQuery)) {
          const rows = await selectRows(manager, inboxEntity, inboxColumns)
            .where('row.id IN (:...ids)', { ids: chunk })
            .getRawMany<StoredRow>();
          for (const row of rows) found.set(row.id, fromInboxRow(row));
        }
        return found;
      });
    },

    inboxItems(ids) {
      return database.read(async (manager) => {
        const items = new Map<number, Item>();
        for (const chunk of chunks(ids, idsPerQuery)) {
          const rows = await selectRows(manager, inboxEntity, ['id', 'module', 'content'])
            .where('row.id IN (:...ids) AND row.content IS NOT NULL', { ids: chunk })
            .getRawMany<{ id: number; module: RunScope['module']; content: string }>();
          for (const row of rows) items.set(row.id, itemFromText(row.module, row.content));
        }
        return items;
      });
    },

    waitingFor(module, crmIds) {
      return database.read(async (manager) => {
        const waiting: { crmId: string; mailboxId: string }[] = [];
        for (const ids of chunks(crmIds, idsPerQuery)) {
          const rows = await selectRows(manager, inboxEntity, ['itemId', 'mailboxId'])
            .where("row.itemId IN (:...ids) AND row.module = :module AND row.side = 'crm'", { ids, module })
            .getRawMany<{ itemId: string; mailboxId: string }>();
          waiting.push(...rows.map(({ itemId, mailboxId }) => ({ crmId: itemId, mailboxId })));
        }
        return waiting;
      });
    },

    retryNow(scope) {
      return database.transaction(async (manager) => {
        const updated = await manager
          .createQueryBuilder()
          .update(inboxEntity)
          .set({ parked: false, nextAttemptAt: null })
          .where('mailboxId = :mailboxId AND module = :module AND failureCode IS NOT NULL', scope)
          .execute();
        return updated.affected ?? 0;
      });
    },
  };
}

type StoredRow = Pick<InboxTableRow, (typeof inboxColumns)[number]>;

async function loadRows(database: Database, text: string, scope: RunScope, now: number): Promise<InboxRow[]> {
  const rows: InboxRow[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: Page = await loadPage(database, text, scope, now, after);
    for (const row of page.rows) rows.push(row);
    after = page.next;
  }
  return rows;
}

type Page = Awaited<ReturnType<SyncStore['duePage']>>;

async function loadPage(
  database: Database,
  text: string,
  { mailboxId, module }: RunScope,
  now: number,
  after: number,
): Promise<Page> {
  const found = await database.read((manager) =>
    selectAll<StoredRow>(manager, text, [mailboxId, module, now, after]),
  );
  const rows = found.map(fromInboxRow);
  return { rows, next: rows.length < rowsPerPage ? null : (rows.at(-1)?.id ?? null) };
}

const cursorText =
  'SELECT `cursor`, `fullRead`, `complete` FROM `cursors` ' +
  'WHERE `side` = ? AND `mailboxId` = ? AND `module` = ? AND `scope` = ?';

/** By the sides, for the key begins with them. */
const cursorsText =
  'SELECT `side`, `scope`, `cursor`, `fullRead`, `complete` FROM `cursors` ' +
  "WHERE `side` IN ('crm', 'exchange') AND `mailboxId` = ? AND `module` = ?";

async function loadCursor(manager: EntityManager, key: CursorKey): Promise<StoredCursor | null> {
  const { side, mailboxId, module, scope } = key;
  const row = await selectOne<CursorRow>(manager, cursorText, [side, mailboxId, module, scope]);
  return row && { cursor: row.cursor, fullRead: row.fullRead, complete: Boolean(row.complete) };
}

export async function saveCursor(
  manager: EntityManager,
  key: CursorKey,
  cursor: StoredCursor,
): Promise<void> {
  const row: CursorRow = { ...key, ...cursor };
  await bulkInsert(manager, cursorEntity, [row], {
    kind: 'update',
    key: ['side', 'mailboxId', 'module', 'scope'],
    columns: ['cursor', 'fullRead', 'complete'],
  });
}

/**
 * Links keep one number a side, so every feed that may mark the same links counts on from the others: the folder
 * before this one on Exchange; all feeds of a module on a CRM, where the organisation's and an owner's overlap.
 */
export async function lastFullRead(manager: EntityManager, key: CursorKey): Promise<number> {
  const query = manager
    .createQueryBuilder(cursorEntity, 'row')
    .select('MAX(row.fullRead)', 'last')
    .where('row.side = :side AND row.module = :module', key);
  if (key.side === 'exchange') query.andWhere('row.mailboxId = :mailboxId', key);
  const found = await query.getRawOne<{ last: number | null }>();
  return found?.last ?? 0;
}
