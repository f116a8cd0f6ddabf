import type { EntityManager } from 'typeorm';
import type { Module } from '../../sync/model.ts';
import type { RunCounts, RunKind, RunRecord, RunScope, RunState } from '../../sync/stores.ts';
import { runEntity } from '../entities/run.ts';
import type { RunRow } from '../entities/run.ts';

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

/** The run that ended a scope's beginning: it and what came before it are the first runs. Null: none was done yet. */
export async function firstDoneRun(manager: EntityManager, scope: RunScope): Promise<number | null> {
  const found = await manager
    .createQueryBuilder(runEntity, 'row')
    .select('MIN(row.id)', 'id')
    .where('row.mailboxId = :mailboxId AND row.module = :module', scope)
    .andWhere("row.kind = 'sync' AND row.state = 'done'")
    .getRawOne<{ id: number | null }>();
  return found?.id ?? null;
}
