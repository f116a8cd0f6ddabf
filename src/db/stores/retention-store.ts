import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EntityManager, EntitySchema, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { PruneCounts, RetentionStore } from '../../sync/retention.ts';
import { bookmarkName } from '../../sync/bookmarks.ts';
import type { Clock } from '../../sync/ports.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { apiTokenEntity, sessionEntity, signInLinkEntity } from '../entities/access.ts';
import { actionEntity } from '../entities/action.ts';
import type { ActionRow } from '../entities/action.ts';
import { auditEntity } from '../entities/audit.ts';
import { linkEntity } from '../entities/link.ts';
import type { LinkRow } from '../entities/link.ts';
import { runEntity } from '../entities/run.ts';
import { selectAll } from '../fixed-sql.ts';
import { selectRows } from '../select-rows.ts';
import { recoverable } from './lease-store.ts';
import { addBlobHashes, deleteUnusedBlobs } from './unused-blobs.ts';

const rowsPerTransaction = 1_000;
/** Links and actions carry contents: some megabytes at a time. */
const rowsPerRead = 500;
const dayMs = 24 * 3_600_000;

interface Pruning {
  readonly database: Database;
  readonly signal: AbortSignal | undefined;
}

interface InUse {
  readonly hashes: Set<string>;
  /** Links that ended and know no item any more; those the history speaks of are taken out again. */
  readonly endedLinks: Set<string>;
}

export function createRetentionStore(database: Database, clock: Clock): RetentionStore {
  return {
    pruneQuietRuns: (endedBefore, signal) => pruneRuns({ database, signal }, quietRun, endedBefore),

    async prune(limits, signal) {
      const pruning = { database, signal };
      const now = clock();
      const dayAgo = now - dayMs;
      // The guard weighs what was done within the last day.
      const historyBefore = Math.min(limits.historyBefore, dayAgo);
      const inUse: InUse = { hashes: new Set(), endedLinks: new Set() };

      const audit = await deleteWhile(pruning, auditEntity, 'id', (query) =>
        query.where('row.at < :before', { before: limits.auditBefore }),
      );
      const access = await deleteExpired(pruning, now);
      // Links before actions: content passes from an action to its link, and the action stays.
      await readLinks(pruning, inUse);
      const actions = await pruneActions(pruning, inUse, { dayAgo, historyBefore });
      const runs = await pruneRuns(pruning, anyRun, historyBefore);
      const counts: PruneCounts = { actions, runs, links: 0, blobs: 0, audit, access };
      // Not everything was looked at, so nobody knows what is in use.
      if (signal?.aborted) return counts;
      return {
        ...counts,
        links: await deleteLinks(pruning, [...inUse.endedLinks]),
        blobs: await deleteUnusedBlobs(database, inUse.hashes, dayAgo, signal),
      };
    },
  };
}

async function deleteExpired(pruning: Pruning, now: number): Promise<number> {
  let deleted = 0;
  for (const entity of [signInLinkEntity, sessionEntity, apiTokenEntity]) {
    deleted += await deleteWhile<{ hash: string; expiresAt: number }>(pruning, entity, 'hash', (query) =>
      query.where('row.expiresAt <= :now', { now }),
    );
  }
  return deleted;
}

async function readLinks({ database, signal }: Pruning, inUse: InUse): Promise<void> {
  const columns = ['id', 'state', 'crmId', 'exchangeId', 'identity', 'crmValues', 'exchangeValues'] as const;
  let after = '';
  while (!signal?.aborted) {
    const rows = await database.read((manager) =>
      selectRows(manager, linkEntity, columns)
        .where('row.id > :after', { after })
        .orderBy('row.id')
        .limit(rowsPerRead)
        .getRawMany<Pick<LinkRow, (typeof columns)[number]>>(),
    );
    for (const row of rows) {
      addBlobHashes(inUse.hashes, row.crmValues);
      addBlobHashes(inUse.hashes, row.exchangeValues);
      const known = row.crmId ?? row.exchangeId ?? row.identity;
      if (row.state === 'deleted' && known === null) inUse.endedLinks.add(row.id);
    }
    if (rows.length < rowsPerRead) return;
    after = rows.at(-1)?.id ?? after;
    await nextTurn();
  }
}

interface Limits {
  readonly dayAgo: number;
  readonly historyBefore: number;
}

type JudgedAction = Pick<ActionRow, 'id' | 'linkId' | 'state' | 'finishedAt' | 'body'> & {
  readonly runKind: string | null;
  readonly runFinishedAt: number | null;
};

async function pruneActions({ database, signal }: Pruning, inUse: InUse, limits: Limits): Promise<number> {
  let after = 0;
  let deleted = 0;
  while (!signal?.aborted) {
    const rows = await database.read((manager) =>
      selectRows(manager, actionEntity, ['id', 'linkId', 'state', 'finishedAt', 'body'])
        .leftJoin(runEntity.options.name, 'run', 'run.id = row.runId')
        .addSelect('run.kind', 'runKind')
        .addSelect('run.finishedAt', 'runFinishedAt')
        .where('row.id > :after', { after })
        .orderBy('row.id')
        .limit(rowsPerRead)
        .getRawMany<JudgedAction>(),
    );
    const over: number[] = [];
    for (const row of rows) {
      if (isOver(row, limits)) {
        over.push(row.id);
      } else {
        addBlobHashes(inUse.hashes, row.body);
        inUse.endedLinks.delete(row.linkId);
      }
    }
    // These states are final, so nothing can have become of them since they were read.
    if (over.length > 0) {
      deleted += await database.transaction(
        (manager) => deleteRows(manager, actionEntity, 'id', over),
        recoverable,
      );
    }
    if (rows.length < rowsPerRead) break;
    after = rows.at(-1)?.id ?? after;
    await nextTurn();
  }
  return deleted;
}

function isOver(action: JudgedAction, { dayAgo, historyBefore }: Limits): boolean {
  const endedBefore = (time: number): boolean =>
    action.finishedAt !== null && Number(action.finishedAt) < time;
  if (action.runKind === 'preview') {
    return action.runFinishedAt !== null && Number(action.runFinishedAt) < dayAgo;
  }
  switch (action.state) {
    case 'dropped':
      return endedBefore(dayAgo);
    case 'done':
    case 'failed':
    case 'rejected':
      return endedBefore(historyBefore);
    default:
      return false;
  }
}

/**
 * Of each scope stay the newest run of each kind and state, the first done one (a later one where the scope was
 * forgotten), and those that actions belong to.
 */
async function pruneRuns({ database, signal }: Pruning, which: string, endedBefore: number): Promise<number> {
  let deleted = 0;
  let after = 0;
  while (!signal?.aborted) {
    const ids = await database.transaction(async (manager) => {
      const rows = await selectAll<{ id: number }>(manager, `${needlessRunsText} AND ${which} ${inPages}`, [
        after,
        endedBefore,
      ]);
      const found = rows.map(({ id }) => Number(id));
      await deleteRows(manager, runEntity, 'id', found);
      return found;
    }, recoverable);
    deleted += ids.length;
    if (ids.length < rowsPerTransaction) break;
    after = ids.at(-1) ?? after;
    await nextTurn();
  }
  return deleted;
}

const anyRun = '1 = 1';
const quietRun = "r.`state` = 'done' AND r.`done` = 0 AND r.`failed` = 0 AND r.`held` = 0";
const sameKind =
  'o.`mailboxId` = r.`mailboxId` AND o.`module` = r.`module` AND o.`kind` = r.`kind` AND o.`state` = r.`state`';
const forgottenUpTo =
  "COALESCE((SELECT c.`cursor` + 0 FROM `cursors` c WHERE c.`side` = 'exchange' AND c.`mailboxId` = r.`mailboxId` " +
  `AND c.\`module\` = r.\`module\` AND c.\`scope\` = '${bookmarkName('forgotten')}'), 0)`;
const needlessRunsText =
  'SELECT r.`id` FROM `runs` r WHERE r.`id` > ? AND r.`finishedAt` < ? ' +
  `AND EXISTS (SELECT 1 FROM \`runs\` o WHERE ${sameKind} AND o.\`id\` > r.\`id\`) ` +
  `AND (r.\`state\` <> 'done' OR r.\`id\` <= ${forgottenUpTo} ` +
  `OR EXISTS (SELECT 1 FROM \`runs\` o WHERE ${sameKind} AND o.\`id\` < r.\`id\` AND o.\`id\` > ${forgottenUpTo})) ` +
  'AND NOT EXISTS (SELECT 1 FROM `actions` a WHERE a.`runId` = r.`id`)';
const inPages = `ORDER BY r.\`id\` LIMIT ${rowsPerTransaction}`;

async function deleteLinks({ database, signal }: Pruning, linkIds: readonly string[]): Promise<number> {
  let deleted = 0;
  for (const ids of chunks(linkIds, rowsPerTransaction)) {
    if (signal?.aborted) break;
    deleted += await database.transaction(
      (manager) =>
        deleteRows(
          manager,
          linkEntity,
          'id',
          ids,
          "state = 'deleted' AND crmId IS NULL AND exchangeId IS NULL",
        ),
      recoverable,
    );
    await nextTurn();
  }
  return deleted;
}

/** Deletes what `narrow` leaves of a table, a bounded transaction at a time. */
async function deleteWhile<Row extends ObjectLiteral>(
  { database, signal }: Pruning,
  entity: EntitySchema<Row>,
  key: keyof Row & string,
  narrow: (query: SelectQueryBuilder<Row>) => SelectQueryBuilder<Row>,
): Promise<number> {
  let deleted = 0;
  while (!signal?.aborted) {
    const some = await database.transaction(async (manager) => {
      const rows = await narrow(selectRows(manager, entity, [key]))
        .limit(rowsPerTransaction)
        .getRawMany<Record<string, string | number>>();
      const ids = rows.flatMap((row) => row[key] ?? []);
      return { found: ids.length, deleted: await deleteRows(manager, entity, key, ids) };
    }, recoverable);
    deleted += some.deleted;
    if (some.found < rowsPerTransaction) break;
    await nextTurn();
  }
  return deleted;
}

async function deleteRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  key: keyof Row & string,
  keys: readonly (string | number)[],
  condition = '1 = 1',
): Promise<number> {
  let deleted = 0;
  for (const some of chunks(keys, idsPerQuery)) {
    const result = await manager
      .createQueryBuilder()
      .delete()
      .from(entity)
      .where(`${key} IN (:...some) AND ${condition}`, { some })
      .execute();
    deleted += result.affected ?? 0;
  }
  return deleted;
}
