/** Leaves nothing of a mailbox's module but its history. */
import type { EntityManager } from 'typeorm';
import { bookmark, bookmarkName } from '../../sync/bookmarks.ts';
import type { RunScope } from '../../sync/stores.ts';
import { carryOut, selectOne } from '../fixed-sql.ts';
import { saveCursor } from './inbox-store.ts';

const ofScope = 'WHERE `mailboxId` = ? AND `module` = ?';

export async function forgetScope(manager: EntityManager, scope: RunScope, now: number): Promise<void> {
  const { mailboxId, module } = scope;
  const values = [mailboxId, module];
  // A claim without its link would hold for a day.
  if (module === 'events')
    await carryOut(manager, 'DELETE FROM `meetings` WHERE `mailboxId` = ?', [mailboxId]);
  await carryOut(manager, `DELETE FROM \`links\` ${ofScope}`, values);
  await carryOut(manager, `DELETE FROM \`inbox\` ${ofScope}`, values);
  await carryOut(manager, dropActionsText, [now, ...values]);
  // Which release the mailbox is on has nothing to do with its folder.
  await carryOut(manager, forgetCursorsText, [...values, bookmarkName('server')]);
  const last = await selectOne<{ id: number | null }>(
    manager,
    `SELECT MAX(\`id\`) AS \`id\` FROM \`runs\` ${ofScope}`,
    values,
  );
  const until = { cursor: String(last?.id ?? 0), fullRead: 0, complete: true };
  await saveCursor(manager, bookmark(scope, 'forgotten'), until);
}

const dropActionsText =
  "UPDATE `actions` SET `state` = 'dropped', `finishedAt` = ? " +
  `${ofScope} AND \`state\` IN ('planned', 'held', 'tried')`;

const forgetCursorsText =
  "DELETE FROM `cursors` WHERE `side` IN ('crm', 'exchange') AND `mailboxId` = ? AND `module` = ? " +
  'AND `scope` <> ?';
