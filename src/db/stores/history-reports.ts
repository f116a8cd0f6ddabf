import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { ActionTotal, HistoryPart, HistoryReports, RecordedAction } from '../../sync/reports.ts';
import type { Module } from '../../sync/model.ts';
import type { RunRecord, RunScope } from '../../sync/stores.ts';
import { undoTrigger } from '../../sync/undo.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { actionEntity } from '../entities/action.ts';
import type { ActionRow } from '../entities/action.ts';
import { blobEntity } from '../entities/blob.ts';
import { runEntity } from '../entities/run.ts';
import type { RunRow } from '../entities/run.ts';
import { selectRows } from '../select-rows.ts';
import { actionColumns, fromActionRow } from './action-store.ts';
import type { StoredRow } from './action-store.ts';
import { createLinkStore } from './link-store.ts';
import { fromRunRow } from './run-rows.ts';

const columns = [...actionColumns, 'mailboxId', 'finishedAt', 'error'] as const;
type Row = StoredRow & Pick<ActionRow, 'mailboxId' | 'finishedAt' | 'error'>;

/** What moves a link alone has no side; what an undo left has none either, but a reason. */
const shown = "(row.side IS NOT NULL OR row.state = 'failed')";

const parts: Readonly<Record<HistoryPart, string>> = {
  all: "row.state <> 'dropped'",
  done: "row.state = 'done'",
  failed: "row.state = 'failed'",
  held: "row.state = 'held'",
};
/** An undo is not planned again, so what was overtaken in one is left for good. */
const undoParts: Readonly<Record<HistoryPart, string>> = {
  ...parts,
  all: '1 = 1',
  failed: "row.state IN ('failed', 'dropped')",
};

export function createHistoryReports(database: Database): HistoryReports {
  return {
    runs: ({ of, before, limit }) =>
      database.read(async (manager) => {
        const query = manager
          .createQueryBuilder(runEntity, 'row')
          .where("row.kind = 'sync' AND row.finishedAt IS NOT NULL")
          .andWhere("(row.done > 0 OR row.failed > 0 OR row.held > 0 OR row.state <> 'done')");
        const rows = await newest(query, of, before).limit(limit).getMany();
        return rows.map(fromRunRow);
      }),

    run: (id) =>
      database.read(async (manager) => {
        const row = await manager.findOneBy(runEntity, { id });
        return row && fromRunRow(row);
      }),

    undoings: (run) =>
      database.read(async (manager) => {
        const trigger = undoTrigger(run.id);
        const rows = await manager
          .createQueryBuilder(runEntity, 'row')
          .where("row.mailboxId = :mailboxId AND row.module = :module AND row.kind = 'sync'", run)
          .andWhere('row.id > :id', run)
          .andWhere('(row.trigger = :trigger OR row.trigger LIKE :items)', { trigger, items: `${trigger},%` })
          .orderBy('row.id')
          .getMany();
        return rows.map(fromRunRow);
      }),

    totals: (run) =>
      database.read(async (manager) => {
        const rows = await selectRows(manager, actionEntity, ['state', 'kind', 'side'])
          .addSelect('COUNT(*)', 'rows')
          .addSelect('COUNT(DISTINCT CASE WHEN row.step = 0 THEN row.linkId END)', 'items')
          .where('row.runId = :runId', { runId: run.id })
          .andWhere(`${shown} AND ${partsOf(run).all}`)
          .groupBy('row.state')
          .addGroupBy('row.kind')
          .addGroupBy('row.side')
          .getRawMany<ActionTotal>();
        return rows.map((row) => ({ ...row, rows: Number(row.rows), items: Number(row.items) }));
      }),

    // The ids first: sorting and skipping rows with their bodies would carry all of them along.
    actions: (run, { part, offset, limit }) =>
      database.read(async (manager) => {
        const ids = await selectRows(manager, actionEntity, ['id'])
          .where('row.runId = :runId', { runId: run.id })
          .andWhere(`${shown} AND ${partsOf(run)[part]}`)
          .orderBy('row.id')
          .offset(offset)
          .limit(limit)
          .getRawMany<{ id: number }>();
        return actionsById(
          manager,
          ids.map(({ id }) => id),
        );
      }),

    action: (id) => database.read(async (manager) => (await actionsById(manager, [id]))[0] ?? null),

    conflicts: ({ of, before, limit }) =>
      database.read(async (manager) => {
        const query = selectRows(manager, actionEntity, ['id']).where("row.lost = 1 AND row.state = 'done'");
        const ids = await newest(query, of, before).limit(limit).getRawMany<{ id: number }>();
        return (
          await actionsById(
            manager,
            ids.map(({ id }) => id),
          )
        ).reverse();
      }),

    texts: (hashes, length) =>
      database.read(async (manager) => {
        const found = new Map<string, string>();
        for (const some of chunks(hashes, idsPerQuery)) {
          const rows = await selectRows(manager, blobEntity, ['hash'])
            .addSelect('SUBSTR(row.content, 1, :length)', 'start')
            .where('row.hash IN (:...some)', { some, length })
            .getRawMany<{ hash: string; start: string }>();
          for (const { hash, start } of rows) found.set(hash, start);
        }
        return found;
      }),

    links: (ids) => createLinkStore(database).linksById(ids),
  };
}

function partsOf({ trigger }: RunRecord): Readonly<Record<HistoryPart, string>> {
  return trigger.startsWith('undo') ? undoParts : parts;
}

function newest<Table extends ActionRow | RunRow>(
  query: SelectQueryBuilder<Table>,
  { mailboxId, module }: Partial<RunScope>,
  before: number | null,
): SelectQueryBuilder<Table> {
  if (mailboxId !== undefined) query.andWhere('row.mailboxId = :mailboxId', { mailboxId });
  if (module !== undefined) query.andWhere('row.module = :module', { module });
  if (before !== null) query.andWhere('row.id < :before', { before });
  return query.orderBy('row.id', 'DESC');
}

/** In order of id. */
async function actionsById(manager: EntityManager, ids: readonly number[]): Promise<RecordedAction[]> {
  if (ids.length === 0) return [];
  const rows = await selectRows(manager, actionEntity, columns)
    .where('row.id IN (:...ids)', { ids })
    .orderBy('row.id')
    .getRawMany<Row>();
  return rows.map((row) => ({
    ...fromActionRow(row),
    mailboxId: row.mailboxId,
    module: row.module as Module,
    finishedAt: row.finishedAt === null ? null : Number(row.finishedAt),
    error: row.error,
  }));
}
