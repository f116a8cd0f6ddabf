import type { Clock } from '../../sync/ports.ts';
import { sides } from '../../sync/model.ts';
import type { RunCounts, SideCounts, SyncStore } from '../../sync/stores.ts';
import type { Database } from '../database.ts';
import type { RunRow } from '../entities/run.ts';
import { carryOut, insertNumbered, selectOne } from '../fixed-sql.ts';
import { bindScope, endLease, recoverable } from './lease-store.ts';
import { fromRunRow } from './run-rows.ts';

const noCounts: SideCounts = { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };

export function createRunStore(
  database: Database,
  clock: Clock,
): Pick<SyncStore, 'startRun' | 'finishRun' | 'lastRun'> {
  return {
    startRun(lease, scope, kind, trigger) {
      return database.transaction(async (manager) => {
        await bindScope(manager, lease, scope);
        const now = clock();
        // The lease is ours, so a run of this scope that still goes on was ended by a crash.
        const broken = ['The process ended before this run did.', now, dayOf(now)];
        await carryOut(manager, endBrokenText, [...broken, scope.mailboxId, scope.module]);
        const fresh = [scope.mailboxId, scope.module, kind, trigger, now, noCountsText];
        return insertNumbered(manager, startText, fresh);
      }, recoverable);
    },

    finishRun(lease, runId, end) {
      const { state, counts, held, error } = end;
      const { done, failed } = sums(counts);
      const now = clock();
      const values = [state, JSON.stringify(counts), done, failed, held, error, now, dayOf(now), runId];
      return database.transaction(
        async (manager) => {
          await endLease(manager, lease);
          await carryOut(manager, finishText, values);
        },
        // Where nothing came about, a run that a loss of power leaves open says as much.
        { durable: state !== 'done' || done + failed > 0 },
      );
    },

    lastRun: (scope, state) =>
      database.read(async (manager) => {
        const row = await selectOne<RunRow>(manager, lastText, [scope.mailboxId, scope.module, state]);
        return row && fromRunRow(row);
      }),
  };
}

const noCountsText = JSON.stringify({ crm: noCounts, exchange: noCounts });
const endBrokenText =
  "UPDATE `runs` SET `state` = 'failed', `error` = ?, `finishedAt` = ?, `day` = ? " +
  "WHERE `mailboxId` = ? AND `module` = ? AND `state` = 'running'";
const startText =
  'INSERT INTO `runs` (`mailboxId`, `module`, `kind`, `trigger`, `startedAt`, `counts`, `state`, `done`, `failed`, ' +
  "`held`) VALUES (?, ?, ?, ?, ?, ?, 'running', 0, 0, 0)";
const finishText =
  'UPDATE `runs` SET `state` = ?, `counts` = ?, `done` = ?, `failed` = ?, `held` = ?, `error` = ?, ' +
  '`finishedAt` = ?, `day` = ? WHERE `id` = ?';
const lastText =
  "SELECT * FROM `runs` WHERE `mailboxId` = ? AND `module` = ? AND `kind` = 'sync' AND `state` = ? " +
  'ORDER BY `id` DESC LIMIT 1';

/** The UTC day, `YYYY-MM-DD`. */
function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

function sums(counts: RunCounts): Pick<RunRow, 'done' | 'failed'> {
  const total = (name: keyof SideCounts): number => sides.reduce((sum, side) => sum + counts[side][name], 0);
  return { done: total('created') + total('updated') + total('deleted'), failed: total('failed') };
}
