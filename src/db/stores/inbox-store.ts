import type { EntityManager } from 'typeorm';
import type { Item } from '../../sync/model.ts';
import type { CursorKey, RunScope, StoredCursor, SyncStore } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks, idsPerQuery } from '../chunks.ts';
import type { Database } from '../database.ts';
import { cursorEntity } from '../entities/cursor.ts';
import type { CursorRow } from '../entities/cursor.ts';
import { inboxEntity } from '../entities/inbox.ts';
import type { InboxTableRow } from '../entities/inbox.ts';
import { selectAll, selectOne } from '../fixed-sql.ts';
import { selectRows } from '../select-rows.ts';
import { fenced, recoverable, takeTurn } from './lease-store.ts';
import { fromInboxRow, inboxColumns, replaceInboxRows } from './inbox-rows.ts';
import { markSeen, unseenItems } from './link-rows.ts';
import { itemFromText } from './sealed-text.ts';

const dueText =
  `SELECT ${inboxColumns.map((name) => `\`${name}\``).join(', ')} FROM \`inbox\` ` +
  'WHERE `mailboxId` = ? AND `module` = ? AND `parked` = 0 AND (`nextAttemptAt` IS NULL OR `nextAttemptAt` <= ?) ' +
  'ORDER BY `id`';

type InboxMethods = Pick<
  SyncStore,
  | 'cursor'
  | 'cursors'
  | 'beginFullRead'
  | 'savePage'
  | 'enqueue'
  | 'enqueueUnseen'
  | 'inbox'
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
        return unseen.length;
      });
    },

    async inbox(scope, now) {
      const rows = await database.read((manager) =>
        selectAll<Pick<InboxTableRow, (typeof inboxColumns)[number]>>(manager, dueText, [
          scope.mailboxId,
          scope.module,
          now,
        ]),
      );
      return rows.map(fromInboxRow);
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

async function saveCursor(manager: EntityManager, key: CursorKey, cursor: StoredCursor): Promise<void> {
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
async function lastFullRead(manager: EntityManager, key: CursorKey): Promise<number> {
  const query = manager
    .createQueryBuilder(cursorEntity, 'row')
    .select('MAX(row.fullRead)', 'last')
    .where('row.side = :side AND row.module = :module', key);
  if (key.side === 'exchange') query.andWhere('row.mailboxId = :mailboxId', key);
  const found = await query.getRawOne<{ last: number | null }>();
  return found?.last ?? 0;
}
