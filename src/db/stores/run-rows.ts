import type { EntityManager } from 'typeorm';
import { bookmarkName } from '../../sync/bookmarks.ts';
import type { Module } from '../../sync/model.ts';
import type { RunCounts, RunKind, RunRecord, RunScope, RunState } from '../../sync/stores.ts';
import { runEntity } from '../entities/run.ts';
import type { RunRow } from '../entities/run.ts';
import { selectOne } from '../fixed-sql.ts';

export function fromRunRow(row: RunRow): RunRecord {
  return {
    id: row.id,
    mailboxId: row.mailboxId,
    module: row.module as Module,
    kind: row.kind as RunKind,
    trigger: row.trigger,
    state: row.state as RunState,
    startedAt: Number(row.startedAt),
    finishedAt: row.finishedAt === null ? null : Number(row.finishedAt),
    counts: JSON.parse(row.counts) as RunCounts,
    held: row.held,
    error: row.error,
  };
}

const forgottenText =
  "SELECT `cursor` FROM `cursors` WHERE `side` = 'exchange' AND `mailboxId` = ? AND `module` = ? AND `scope` = ?";

/**
 * The run that ended a scope's beginning, the latest one where it was forgotten: it and what came before it are the
 * first runs. Null: none was done yet.
 */
export async function firstDoneRun(manager: EntityManager, scope: RunScope): Promise<number | null> {
  const forgotten = await selectOne<{ cursor: string }>(manager, forgottenText, [
    scope.mailboxId,
    scope.module,
    bookmarkName('forgotten'),
  ]);
  const found = await manager
    .createQueryBuilder(runEntity, 'row')
    .select('MIN(row.id)', 'id')
    .where('row.mailboxId = :mailboxId AND row.module = :module', scope)
    .andWhere("row.kind = 'sync' AND row.state = 'done' AND row.id > :after", {
      after: Number(forgotten?.cursor ?? 0),
    })
    .getRawOne<{ id: number | null }>();
  return found?.id ?? null;
}
