import type { EntityManager } from 'typeorm';
import type { FolderMove, MailboxModule, MailboxModuleStore, Settings } from '../../sync/administration.ts';
import { anyBookmark, bookmark } from '../../sync/bookmarks.ts';
import { untouchedModule } from '../../sync/mailbox-modules.ts';
import type { Module } from '../../sync/model.ts';
import type { Clock } from '../../sync/ports.ts';
import type { Lease, RunScope } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { cursorEntity } from '../entities/cursor.ts';
import { linkEntity } from '../entities/link.ts';
import type { LinkRow } from '../entities/link.ts';
import { mailboxModuleEntity } from '../entities/mailbox-module.ts';
import { carryOut, selectOne } from '../fixed-sql.ts';
import { selectRows } from '../select-rows.ts';
import { forgetScope } from './forget-scope.ts';
import { fenced, takeTurn } from './lease-store.ts';
import { lastFullRead, saveCursor } from './inbox-store.ts';
import { fromLinkRow, linkColumns } from './link-rows.ts';

export interface TargetSettings {
  /** Past the check that keeps everybody else from changing the target of what is linked. */
  readonly change: (
    manager: EntityManager,
    changed: (settings: Settings) => Settings,
    actor: string,
  ) => Promise<void>;
}

export function createMailboxModuleStore(
  database: Database,
  settings: TargetSettings,
  clock: Clock,
): MailboxModuleStore {
  const underLease = (lease: Lease, task: (manager: EntityManager) => Promise<void>): Promise<void> =>
    fenced(database, lease, task);

  return {
    switch: (scope, state, reason) =>
      database.transaction((manager) => change(manager, scope, { state, reason })),

    keepFolder: (lease, scope, folderId) =>
      underLease(lease, (manager) => change(manager, scope, { folderId })),

    forget: (lease, scope, reason) =>
      underLease(lease, async (manager) => {
        await forgetScope(manager, scope, clock());
        await change(manager, scope, {
          state: 'off',
          reason,
          folderId: null,
          target: null,
          movingFrom: null,
        });
      }),

    beginMove: (lease, scope, { target, from, to }) =>
      underLease(lease, (manager) =>
        change(manager, scope, {
          target,
          movingFrom: from,
          ...(target === 'dedicated' ? { folderId: to } : {}),
        }),
      ),

    endMove: (lease, scope, move) => underLease(lease, (manager) => endMove(manager, scope, move, clock())),

    keepTarget: (scope, target) => database.transaction((manager) => change(manager, scope, { target })),

    linksAfter: (scope, afterId, limit) =>
      database.read(async (manager) => {
        const rows = await selectRows(manager, linkEntity, linkColumns)
          .where('row.mailboxId = :mailboxId AND row.module = :module', scope)
          .andWhere('row.exchangeId IS NOT NULL AND row.id > :afterId', { afterId })
          .orderBy('row.id')
          .limit(limit)
          .getRawMany<LinkRow>();
        return rows.map(fromLinkRow);
      }),

    settleTarget: (module, target, actor) =>
      database.transaction(async (manager) => {
        await settings.change(
          manager,
          (present) => ({
            ...present,
            modules: { ...present.modules, [module]: { ...present.modules[module], target } },
          }),
          actor,
        );
        await carryOut(manager, followText, [module, target]);
      }),
  };
}

/** Whether the folder of the module was read in any mailbox, if only for a preview. */
export async function isFolderRead(manager: EntityManager, module: Module): Promise<boolean> {
  return (await selectOne(manager, anyFeedText, [module, anyBookmark])) !== null;
}

const anyFeedText =
  "SELECT 1 FROM `cursors` WHERE `side` = 'exchange' AND `module` = ? AND `scope` NOT LIKE ? LIMIT 1";

const followText = 'UPDATE `mailbox_modules` SET `target` = NULL WHERE `module` = ? AND `target` = ?';

async function change(
  manager: EntityManager,
  { mailboxId, module }: RunScope,
  changed: Partial<MailboxModule>,
): Promise<void> {
  const fresh = { mailboxId, module, ...untouchedModule };
  await bulkInsert(manager, mailboxModuleEntity, [fresh], { kind: 'ignore' });
  await manager.update(mailboxModuleEntity, { mailboxId, module }, changed);
}

/** The number goes on from the former folder: what the reading does not meet is then asked for by id. */
async function endMove(
  manager: EntityManager,
  scope: RunScope,
  { target, to }: FolderMove,
  now: number,
): Promise<void> {
  const { mailboxId, module } = scope;
  const feed = { ...scope, side: 'exchange', scope: to } as const;
  await takeTurn(manager, `fullRead:${module}`);
  const fullRead = (await lastFullRead(manager, feed)) + 1;
  await manager
    .createQueryBuilder()
    .delete()
    .from(cursorEntity)
    .where("side = 'exchange' AND mailboxId = :mailboxId AND module = :module", scope)
    .andWhere('scope NOT LIKE :anyBookmark', { anyBookmark })
    .execute();
  await saveCursor(manager, feed, { cursor: null, fullRead, complete: false });
  // The guard takes another folder for a reason to hold every deletion back; here it is known why.
  await saveCursor(manager, bookmark(scope, 'rootFolder'), { cursor: to, fullRead: 0, complete: true });
  // What waits was planned for the former ids. Its inbox rows are planned again.
  await carryOut(manager, dropWaitingText, [now, mailboxId, module]);
  await carryOut(manager, dropUnlinkedText, [mailboxId, module, mailboxId, module]);
  await carryOut(manager, leaveBehindText, [mailboxId, module]);
  await change(manager, scope, { target, folderId: target === 'dedicated' ? to : null, movingFrom: null });
}

const dropWaitingText =
  "UPDATE `actions` SET `state` = 'dropped', `finishedAt` = ? " +
  "WHERE `mailboxId` = ? AND `module` = ? AND `state` IN ('planned', 'held')";

/** Changes of items that stay in the folder that is no longer looked into. */
const dropUnlinkedText =
  "DELETE FROM `inbox` WHERE `mailboxId` = ? AND `module` = ? AND `side` = 'exchange' AND `itemId` NOT IN " +
  "(SELECT `exchangeId` FROM `links` WHERE `mailboxId` = ? AND `module` = ? AND `state` = 'active' " +
  'AND `exchangeId` IS NOT NULL)';

/**
 * A link that knows no item any more has ended. What its owner moved to another folder has not stayed behind: it still
 * takes the place in Exchange. Events outside the window came along.
 */
const leaveBehindText =
  "UPDATE `links` SET `state` = CASE WHEN `crmId` IS NULL THEN 'deleted' ELSE `state` END, " +
  '`half` = CASE WHEN `crmId` IS NULL THEN 0 ELSE 1 END, `exchangeId` = NULL, `exchangeVersion` = NULL, ' +
  '`exchangeValues` = NULL, `identity` = NULL ' +
  "WHERE `mailboxId` = ? AND `module` = ? AND `state` <> 'active' AND `exchangeId` IS NOT NULL " +
  "AND COALESCE(`reason`, '') NOT IN ('moved', 'window')";
