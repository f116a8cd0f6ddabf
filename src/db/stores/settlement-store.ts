import type { EntityManager } from 'typeorm';
import type { Clock } from '../../sync/ports.ts';
import type { Settlement, SyncStore } from '../../sync/stores.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { actionEntity } from '../entities/action.ts';
import { inboxEntity } from '../entities/inbox.ts';
import { replaceInboxRows } from './inbox-rows.ts';
import { fenced, recoverable, scopeOf } from './lease-store.ts';
import { upsertLinks } from './link-rows.ts';

export function createSettlementStore(database: Database, clock: Clock): Pick<SyncStore, 'settle'> {
  return {
    settle(lease, settlement) {
      return fenced(
        database,
        lease,
        async (manager) => {
          if (settlement.links.length > 0) {
            await upsertLinks(manager, await scopeOf(manager, lease), settlement.links);
          }
          await finishActions(manager, settlement.finished, clock());
          for (const ids of chunks(settlement.inboxDone, idsPerQuery)) {
            await manager
              .createQueryBuilder()
              .delete()
              .from(inboxEntity)
              .where('id IN (:...ids)', { ids })
              .execute();
          }
          await failInboxRows(manager, settlement.inboxFailed);
          await replaceInboxRows(manager, settlement.enqueue);
        },
        recoverable,
      );
    },
  };
}

async function finishActions(
  manager: EntityManager,
  finished: Settlement['finished'],
  now: number,
): Promise<void> {
  for (const [{ state, error }, ids] of groupIds(finished, ({ state, error }) => ({ state, error }))) {
    for (const chunk of chunks(ids, idsPerQuery)) {
      await manager
        .createQueryBuilder()
        .update(actionEntity)
        .set({ state, error, finishedAt: now })
        .where('id IN (:...chunk)', { chunk })
        .execute();
    }
  }
}

async function failInboxRows(manager: EntityManager, failed: Settlement['inboxFailed']): Promise<void> {
  const groups = groupIds(failed, ({ failure, nextAttemptAt }) => ({
    failureCode: failure.code,
    failureMessage: failure.message,
    nextAttemptAt,
    parked: nextAttemptAt === null,
  }));
  for (const [change, ids] of groups) {
    for (const chunk of chunks(ids, idsPerQuery)) {
      await manager
        .createQueryBuilder()
        .update(inboxEntity)
        .set({ ...change, attempts: () => 'attempts + 1' })
        .where('id IN (:...chunk)', { chunk })
        .execute();
    }
  }
}

/** Ids by what happens to them, so that equal changes take one statement. */
function groupIds<Entry extends { readonly id: number }, Change>(
  entries: readonly Entry[],
  changeOf: (entry: Entry) => Change,
): Iterable<readonly [Change, number[]]> {
  const groups = new Map<string, readonly [Change, number[]]>();
  for (const entry of entries) {
    const change = changeOf(entry);
    const key = JSON.stringify(change);
    const group = groups.get(key);
    if (group) group[1].push(entry.id);
    else groups.set(key, [change, [entry.id]]);
  }
  return groups.values();
}
