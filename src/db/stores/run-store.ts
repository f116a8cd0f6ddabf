import type { Clock } from '../../sync/ports.ts';
import { sides } from '../../sync/model.ts';
import type { RunCounts, SideCounts, SyncStore } from '../../sync/stores.ts';
import type { Database } from '../database.ts';
import { runEntity } from '../entities/run.ts';
import type { RunRow } from '../entities/run.ts';
import { bindScope, fenced } from './lease-store.ts';
import { fromRunRow } from './run-rows.ts';

const noCounts: SideCounts = { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };

export function createRunStore(
  database: Database,
  clock: Clock,
): Pick<SyncStore, 'startRun' | 'finishRun' | 'lastRun'> {
  return {
    startRun(lease, scope, kind, trigger) {
      return fenced(database, lease, async (manager) => {
        await bindScope(manager, lease, scope);
        const now = clock();
        // The lease is ours, so a run of this scope that still goes on was ended by a crash.
        await manager
          .createQueryBuilder()
          .update(runEntity)
          .set({ state: 'failed', error: 'The process ended before this run did.', ...ending(now) })
          .where("mailboxId = :mailboxId AND module = :module AND state = 'running'", scope)
          .execute();
        const row: Omit<RunRow, 'id'> = {
          mailboxId: scope.mailboxId,
          module: scope.module,
          kind,
          trigger,
          state: 'running',
          startedAt: now,
          finishedAt: null,
          day: null,
          counts: JSON.stringify({ crm: noCounts, exchange: noCounts }),
          done: 0,
          failed: 0,
          held: 0,
          error: null,
        };
        const inserted = await manager.insert(runEntity, row);
        return Number(inserted.identifiers[0]?.['id']);
      });
    },

    finishRun(lease, runId, end) {
      const change = {
        state: end.state,
        counts: JSON.stringify(end.counts),
        ...sums(end.counts),
        held: end.held,
        error: end.error,
        ...ending(clock()),
      };
      const finish = async (
        manager: Parameters<Parameters<Database['transaction']>[0]>[0],
      ): Promise<void> => {
        await manager.update(runEntity, { id: runId }, change);
      };
      return lease ? fenced(database, lease, finish) : database.transaction(finish);
    },

    lastRun: (scope, state) =>
      database.read(async (manager) => {
        const row = await manager.findOne(runEntity, {
          where: { mailboxId: scope.mailboxId, module: scope.module, kind: 'sync', state },
          order: { id: 'DESC' },
        });
        return row && fromRunRow(row);
      }),
  };
}

function ending(now: number): Pick<RunRow, 'finishedAt' | 'day'> {
  return { finishedAt: now, day: new Date(now).toISOString().slice(0, 10) };
}

function sums(counts: RunCounts): Pick<RunRow, 'done' | 'failed'> {
  const total = (name: keyof SideCounts): number => sides.reduce((sum, side) => sum + counts[side][name], 0);
  return { done: total('created') + total('updated') + total('deleted'), failed: total('failed') };
}
