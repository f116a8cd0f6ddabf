import type { EntityManager } from 'typeorm';
import type { FailureRecord, HeldSummary, RunReports } from '../../sync/reports.ts';
import type { Module, Side } from '../../sync/model.ts';
import { titleOf } from '../../sync/natural-keys.ts';
import type { RunRecord, RunScope } from '../../sync/stores.ts';
import type { WaitingChange } from '../../sync/why.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import type { ActionRow } from '../entities/action.ts';
import { inboxEntity } from '../entities/inbox.ts';
import type { InboxTableRow } from '../entities/inbox.ts';
import { linkEntity } from '../entities/link.ts';
import type { LinkRow } from '../entities/link.ts';
import { runEntity } from '../entities/run.ts';
import type { RunRow } from '../entities/run.ts';
import { listOf, selectAll } from '../fixed-sql.ts';
import { selectRows } from '../select-rows.ts';
import { newestPlans, selectHeld } from './held-rows.ts';
import { parseKeyValues } from './inbox-rows.ts';
import { fromLinkRow, itemIdColumn, linkColumns } from './link-rows.ts';
import { fromRunRow } from './run-rows.ts';
import { itemFromText } from './sealed-text.ts';

export function createRunReports(database: Database): RunReports {
  return {
    latest: (scope) =>
      database.read(async (manager) => {
        const row = await manager.findOne(runEntity, {
          where: { mailboxId: scope.mailboxId, module: scope.module, kind: 'sync' },
          order: { id: 'DESC' },
        });
        return row && fromRunRow(row);
      }),

    async lastStarts(scopes) {
      const startedAt = new Map<string, number>();
      for (const some of chunks([...new Set(scopes.map(({ mailboxId }) => mailboxId))], idsPerQuery)) {
        const rows = await database.read((manager) =>
          selectAll<LastStart>(manager, lastStartsText(listOf(some)), some),
        );
        for (const row of rows) startedAt.set(`${row.mailboxId}/${row.module}`, Number(row.startedAt));
      }
      return scopes.map(({ mailboxId, module }) => startedAt.get(`${mailboxId}/${module}`) ?? null);
    },

    recent: (limit, of = {}) => finished(database, { limit, of, eventful: false }),

    eventful: (limit, of = {}) => finished(database, { limit, of, eventful: true }),

    failures: (limit, mailboxId) =>
      database.read(async (manager) => {
        const query = manager.createQueryBuilder(inboxEntity, 'row').where('row.failureCode IS NOT NULL');
        if (mailboxId !== undefined) query.andWhere('row.mailboxId = :mailboxId', { mailboxId });
        const rows = await query.orderBy('row.id', 'DESC').limit(limit).getMany();
        const failures: FailureRecord[] = [];
        for (const row of rows) failures.push(await toFailure(manager, row));
        return failures;
      }),

    async leftOut({ mailboxId, module }) {
      const rows = await database.read((manager) =>
        selectAll<{ reason: string | null; count: number }>(
          manager,
          'SELECT `reason`, COUNT(*) AS `count` FROM `links` ' +
            "WHERE `mailboxId` = ? AND `module` = ? AND `state` = 'outOfScope' " +
            'GROUP BY `reason` ORDER BY `count` DESC, `reason`',
          [mailboxId, module],
        ),
      );
      return rows.map(({ reason, count }) => ({ reason: reason ?? '', count: Number(count) }));
    },

    waiting: ({ mailboxId, module }, { side, itemId }) =>
      database.read(async (manager) => {
        const row = await manager.findOneBy(inboxEntity, { mailboxId, module, side, itemId });
        return row && toWaiting(row);
      }),

    async held(mailboxId) {
      const rows = await database.read((manager) => {
        const query = selectHeld(manager, [
          'mailboxId',
          'module',
          'runId',
          'kind',
          'side',
          'tells',
          'linkId',
          'step',
        ]);
        if (mailboxId !== undefined) query.andWhere('row.mailboxId = :mailboxId', { mailboxId });
        return query.getRawMany<HeldRow>();
      });
      return summarize(newestPlans(rows));
    },

    async perDay(since, mailboxId) {
      const rows = await database.read((manager) => {
        const query = manager
          .createQueryBuilder(runEntity, 'row')
          .select('row.day', 'day')
          .addSelect('SUM(row.done)', 'done')
          .addSelect('SUM(row.failed)', 'failed')
          .where("row.kind = 'sync' AND row.finishedAt >= :since", { since });
        if (mailboxId !== undefined) query.andWhere('row.mailboxId = :mailboxId', { mailboxId });
        return query
          .groupBy('row.day')
          .orderBy('row.day')
          .getRawMany<{ day: string; done: number; failed: number }>();
      });
      return rows.map(({ day, done, failed }) => ({ day, done: Number(done), failed: Number(failed) }));
    },
  };
}

type LastStart = Pick<RunRow, 'mailboxId' | 'module' | 'startedAt'>;

function lastStartsText(mailboxIds: string): string {
  return (
    'SELECT r.`mailboxId`, r.`module`, r.`startedAt` FROM `runs` r JOIN ' +
    `(SELECT MAX(\`id\`) AS \`id\` FROM \`runs\` WHERE \`mailboxId\` IN ${mailboxIds} AND \`kind\` = 'sync' ` +
    'GROUP BY `mailboxId`, `module`) l ON l.`id` = r.`id`'
  );
}

interface FinishedQuery {
  readonly limit: number;
  readonly of: Partial<RunScope>;
  readonly eventful: boolean;
}

async function finished(database: Database, { limit, of, eventful }: FinishedQuery): Promise<RunRecord[]> {
  const rows = await database.read((manager) => {
    const query = manager.createQueryBuilder(runEntity, 'row').where('row.finishedAt IS NOT NULL');
    if (of.mailboxId !== undefined) query.andWhere('row.mailboxId = :mailboxId', of);
    if (of.module !== undefined) query.andWhere('row.module = :module', of);
    if (eventful) {
      query.andWhere("(row.done > 0 OR row.failed > 0 OR row.held > 0 OR row.state <> 'done')");
    }
    return query.orderBy('row.finishedAt', 'DESC').addOrderBy('row.id', 'DESC').limit(limit).getMany();
  });
  return rows.map(fromRunRow);
}

function toWaiting(row: InboxTableRow): WaitingChange {
  const { id, attempts, nextAttemptAt, failureCode: code, failureMessage: message } = row;
  return {
    inboxId: id,
    attempts,
    nextAttemptAt: nextAttemptAt === null ? null : Number(nextAttemptAt),
    failure: code === null ? null : { code, message: message ?? '' },
  };
}

async function toFailure(manager: EntityManager, row: InboxTableRow): Promise<FailureRecord> {
  const side = row.side as Side;
  return {
    mailboxId: row.mailboxId,
    module: row.module as Module,
    inboxId: row.id,
    side,
    title: await nameFor(manager, row, side),
    code: row.failureCode ?? '',
    message: row.failureMessage ?? '',
    attempts: row.attempts,
    nextAttemptAt: row.nextAttemptAt === null ? null : Number(row.nextAttemptAt),
  };
}

/** A name for people: from the change itself, else from what its link last knew. */
async function nameFor(manager: EntityManager, row: InboxTableRow, side: Side): Promise<string> {
  const module = row.module as Module;
  const own = titleOf(module, parseKeyValues(row.keyValues));
  if (own !== '') return own;
  if (row.content !== null) return titleOf(module, itemFromText(module, row.content).values);
  const link = await selectRows(manager, linkEntity, linkColumns)
    .where(`row.${itemIdColumn[side]} = :itemId`, { itemId: row.itemId })
    .andWhere('row.mailboxId = :mailboxId AND row.module = :module', row)
    .getRawOne<LinkRow>();
  if (!link) return '';
  return titleOf(module, fromLinkRow(link)[side]?.values ?? {});
}

type HeldRow = Pick<
  ActionRow,
  'mailboxId' | 'module' | 'runId' | 'kind' | 'side' | 'tells' | 'linkId' | 'step'
>;

/** Counts items: the later steps of one, such as a new contact's photo, are part of its first. */
function summarize(rows: readonly HeldRow[]): HeldSummary[] {
  const firstSteps = new Map<string, number>();
  for (const { linkId, step } of rows) {
    firstSteps.set(linkId, Math.min(step, firstSteps.get(linkId) ?? step));
  }
  const summaries = new Map<string, HeldSummary>();
  for (const { linkId, step, tells, ...row } of rows) {
    if (step !== firstSteps.get(linkId)) continue;
    const key = [row.mailboxId, row.module, row.runId, row.kind, row.side, Boolean(tells)].join('/');
    const count = (summaries.get(key)?.count ?? 0) + 1;
    summaries.set(key, { ...row, tellsAttendees: Boolean(tells), count } as HeldSummary);
  }
  return [...summaries.values()];
}
