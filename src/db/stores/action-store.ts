import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Module, Side } from '../../sync/model.ts';
import type { Clock } from '../../sync/ports.ts';
import type {
  ActionKind,
  ActionState,
  NewAction,
  PlanTotals,
  StoredAction,
  SyncStore,
} from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { actionEntity } from '../entities/action.ts';
import type { ActionRow } from '../entities/action.ts';
import { runEntity } from '../entities/run.ts';
import { selectAll } from '../fixed-sql.ts';
import { selectRows } from '../select-rows.ts';
import { bodyFromText, bodyToText } from './action-body.ts';
import { fenced, recoverable } from './lease-store.ts';
import { newestPlans } from './held-rows.ts';
import { firstDoneRun } from './run-rows.ts';

type ActionMethods = Pick<
  SyncStore,
  | 'savePlan'
  | 'planTotals'
  | 'doneTotals'
  | 'hold'
  | 'nextActions'
  | 'beginActions'
  | 'leftovers'
  | 'doneActions'
  | 'held'
  | 'heldRefs'
  | 'decideHeld'
>;

const guarded = {
  removes: "row.kind = 'remove'",
  overwrites: "row.kind = 'update' AND row.overwrites > 0",
  creates: "row.kind = 'create'",
} as const;

export function createActionStore(database: Database, clock: Clock): ActionMethods {
  return {
    savePlan(lease, runId, actions) {
      return fenced(
        database,
        lease,
        async (manager) => {
          const { mailboxId, module } = await manager.findOneByOrFail(runEntity, { id: runId });
          const scope = { mailboxId, module: module as Module };
          const rows = actions.map((action) => ({ ...toRow(scope.module, action), ...scope, runId }));
          await bulkInsert(manager, actionEntity, rows);
        },
        recoverable,
      );
    },

    planTotals: (runId) =>
      database.read((manager) =>
        totals(
          selectRows(manager, actionEntity, []).where(
            "row.runId = :runId AND row.state IN ('planned', 'held') AND row.approved = :approved",
            { runId, approved: false },
          ),
        ),
      ),

    doneTotals: (scope, since) =>
      database.read(async (manager) => {
        const first = await firstDoneRun(manager, scope);
        if (first === null) return { creates: 0, removes: 0, overwrites: 0 };
        return totals(
          selectRows(manager, actionEntity, [])
            .where("row.mailboxId = :mailboxId AND row.module = :module AND row.state = 'done'", scope)
            .andWhere('row.finishedAt >= :since AND row.runId > :first', { since, first })
            .andWhere('row.approved = :approved', { approved: false }),
        );
      }),

    hold(lease, runId, what) {
      return fenced(database, lease, async (manager) => {
        const planned = "row.runId = :runId AND row.state = 'planned' AND row.approved = :approved";
        const parameters = { runId, approved: false };
        const dangerous = await selectRows(manager, actionEntity, ['linkId'])
          .distinct()
          .where(`${planned} AND ${guarded[what]}`, parameters)
          .getRawMany<{ linkId: string }>();
        const linkIds = dangerous.map((row) => row.linkId);
        // The later step of a held item must not be tried before the first one.
        for (const chunk of chunks(linkIds, idsPerQuery)) {
          await manager
            .createQueryBuilder()
            .update(actionEntity)
            .set({ state: 'held' })
            .where("runId = :runId AND state = 'planned' AND approved = :approved", parameters)
            .andWhere('linkId IN (:...chunk)', { chunk })
            .execute();
        }
        return manager.countBy(actionEntity, { runId, state: 'held' });
      });
    },

    async nextActions(runId, kind, side, step, afterId, limit) {
      const rows = await database.read((manager) =>
        selectRows(manager, actionEntity, actionColumns)
          .where('row.runId = :runId AND row.kind = :kind AND row.step = :step', { runId, kind, step })
          .andWhere(side === null ? 'row.side IS NULL' : 'row.side = :side', { side })
          .andWhere("row.state = 'planned' AND row.id > :afterId", { afterId })
          .orderBy('row.id')
          .limit(limit)
          .getRawMany<StoredRow>(),
      );
      return rows.map(fromActionRow);
    },

    beginActions(lease, actionIds) {
      return fenced(database, lease, async (manager) => {
        for (const ids of chunks(actionIds, idsPerQuery)) {
          await manager
            .createQueryBuilder()
            .update(actionEntity)
            .set({ state: 'tried' })
            .where('id IN (:...ids)', { ids })
            .execute();
        }
      });
    },

    async leftovers(scope, exceptRunId) {
      const rows = await database.read((manager) =>
        selectAll<StoredRow>(manager, leftoversText, [scope.mailboxId, scope.module, exceptRunId ?? 0]),
      );
      return rows.map(fromActionRow);
    },

    async doneActions(scope, runId) {
      const rows = await database.read((manager) =>
        selectRows(manager, actionEntity, actionColumns)
          .where('row.mailboxId = :mailboxId AND row.module = :module', scope)
          .andWhere("row.runId = :runId AND row.state = 'done'", { runId })
          .orderBy('row.id')
          .getRawMany<StoredRow>(),
      );
      return rows.map(fromActionRow);
    },

    async held(scope) {
      const rows = await database.read((manager) =>
        selectAll<StoredRow>(manager, heldText, [scope.mailboxId, scope.module]),
      );
      return newestPlans(rows).map(fromActionRow);
    },

    async heldRefs(scope) {
      const rows = await database.read((manager) =>
        selectAll<HeldRow>(manager, heldRefsText, [scope.mailboxId, scope.module]),
      );
      return newestPlans(rows).map(({ id, linkId, inboxIds, tells }) => ({
        id,
        linkId,
        inboxIds: JSON.parse(inboxIds) as number[],
        tellsAttendees: Boolean(tells),
      }));
    },

    decideHeld(lease, actionIds, decision, runId) {
      const change =
        decision === 'rejected'
          ? { state: 'rejected', finishedAt: clock() }
          : { state: 'planned', approved: true, ...(runId === null ? {} : { runId }) };
      return fenced(database, lease, (manager) => updateHeldActions(manager, actionIds, change));
    },
  };
}

async function updateHeldActions(
  manager: EntityManager,
  actionIds: readonly number[],
  change: Partial<ActionRow>,
): Promise<void> {
  for (const ids of chunks(actionIds, idsPerQuery)) {
    await manager
      .createQueryBuilder()
      .update(actionEntity)
      .set(change)
      .where("id IN (:...ids) AND state = 'held'", { ids })
      .execute();
  }
}

async function totals(query: SelectQueryBuilder<ActionRow>): Promise<PlanTotals> {
  const rows = await query
    .addSelect('row.kind', 'kind')
    .addSelect('COUNT(*)', 'count')
    .addSelect('SUM(row.overwrites)', 'overwrites')
    .groupBy('row.kind')
    .getRawMany<{ kind: ActionKind; count: number; overwrites: number }>();
  const of = (kind: ActionKind): number => Number(rows.find((row) => row.kind === kind)?.count ?? 0);
  return {
    creates: of('create'),
    removes: of('remove'),
    overwrites: rows.reduce((sum, row) => sum + Number(row.overwrites), 0),
  };
}

export const actionColumns = [
  'id',
  'runId',
  'module',
  'linkId',
  'step',
  'final',
  'kind',
  'side',
  'overwrites',
  'tells',
  'title',
  'state',
  'inboxIds',
  'body',
] as const;
const columnsText = actionColumns.map((name) => `a.\`${name}\``).join(', ');
const leftoversText =
  `SELECT ${columnsText} FROM \`actions\` a WHERE a.\`mailboxId\` = ? AND a.\`module\` = ? ` +
  "AND a.`state` IN ('planned', 'tried') AND a.`runId` <> ? ORDER BY a.`id`";
/** What a preview held waits for nobody. */
const fromHeld =
  "FROM `actions` a JOIN `runs` r ON r.`id` = a.`runId` AND r.`kind` = 'sync' " +
  "WHERE a.`state` = 'held' AND a.`mailboxId` = ? AND a.`module` = ? ORDER BY a.`id`";
const heldText = `SELECT ${columnsText} ${fromHeld}`;
type HeldRow = Pick<ActionRow, 'id' | 'runId' | 'linkId' | 'inboxIds' | 'tells'>;
const heldRefsText = `SELECT a.\`id\`, a.\`runId\`, a.\`linkId\`, a.\`inboxIds\`, a.\`tells\` ${fromHeld}`;
export type StoredRow = Pick<ActionRow, (typeof actionColumns)[number]>;

/** Longer titles are cut; they are for people. */
const titleLength = 255;

function toRow(module: Module, action: NewAction): Omit<ActionRow, 'id' | 'runId' | 'mailboxId' | 'module'> {
  return {
    linkId: action.linkId,
    step: action.step,
    final: action.final,
    kind: action.body.kind,
    side: action.body.side,
    overwrites: action.body.overwrites,
    title: action.title.slice(0, titleLength),
    state: action.body.tellsAttendees ? 'held' : 'planned',
    approved: false,
    tells: action.body.tellsAttendees,
    lost: action.body.losers.length > 0,
    finishedAt: null,
    error: null,
    inboxIds: JSON.stringify(action.inboxIds),
    body: bodyToText(module, action.body),
  };
}

export function fromActionRow(row: StoredRow): StoredAction {
  const known = {
    kind: row.kind as ActionKind,
    side: row.side as Side | null,
    overwrites: row.overwrites,
    tellsAttendees: Boolean(row.tells),
  };
  return {
    id: row.id,
    runId: row.runId,
    linkId: row.linkId,
    step: row.step,
    body: bodyFromText(row.module as Module, row.body, known),
    inboxIds: JSON.parse(row.inboxIds) as number[],
    final: Boolean(row.final),
    title: row.title,
    state: row.state as ActionState,
  };
}
