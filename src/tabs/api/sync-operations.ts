/** What runs did, and the way back: what the pages of history show and do, for programs. */
import { z } from 'zod';
import { modules } from '../../sync/model.ts';
import { actionStates } from '../../sync/stores.ts';
import type { RunRecord } from '../../sync/stores.ts';
import { hashesOf, toldChanges, toldLength } from '../../sync/told-actions.ts';
import { visibleMailboxes } from '../dashboard.ts';
import { rowsOf, toldActions, visibleRun } from '../history.ts';
import type { HistoryDeps, TabsDeps, UndoForecast, UndoOrder } from '../ports.ts';
import { isManaging } from '../session.ts';
import type { Viewer } from '../session.ts';
import { askForUndo, undoOrder } from '../undo-order.ts';
import type { Caller } from './caller.ts';
import { operation } from './operation.ts';
import type { Operation } from './operation.ts';
import { Problem } from './problem.ts';

export interface SyncApiDeps extends HistoryDeps, Pick<TabsDeps, 'audit'> {
  /** Looks at both sides as the undo would, and writes to neither. */
  forecastUndo(order: UndoOrder): Promise<UndoForecast>;
}

const count = z.int().min(0);
const sideCounts = z.strictObject({
  created: count,
  updated: count,
  deleted: count,
  conflicts: count,
  failed: count,
});
export const runSchema = z.strictObject({
  id: z.int(),
  mailbox: z.string().describe('Its address.'),
  module: z.enum(modules),
  trigger: z.string().describe('Such as `schedule`, `manual` or `undo of run 12`.'),
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  counts: z.strictObject({ crm: sideCounts, exchange: sideCounts }),
  held: count,
  error: z.string().nullable(),
});
export const changeSchema = z.strictObject({
  field: z.string(),
  label: z.string(),
  before: z.string().describe('Empty where the field was.'),
  after: z.string(),
});
const title = z.string().nullable().describe("Null: not the caller's own item.");
const changes = z.array(changeSchema).nullable().describe("Null: not the caller's own item.");
const side = z.enum(['crm', 'exchange']).nullable();
const kind = z.enum(['create', 'update', 'remove', 'settle']);
export const actionSchema = z.strictObject({
  id: z.int(),
  kind,
  side,
  state: z.enum(actionStates),
  reason: z.string().nullable().describe('Why it failed or was held back.'),
  title,
  changes,
});
const undoing = z.strictObject({
  id: z.int(),
  state: runSchema.shape.state,
  left: count.describe('Items that stayed as they are; the actions of that run say why.'),
});
const runPage = z.strictObject({
  runs: z.array(runSchema),
  before: z.int().nullable().describe('Of the next page; null: this is the last.'),
});
const shownRun = z.strictObject({
  run: runSchema,
  actions: z.array(actionSchema),
  page: z.int(),
  pages: z.int(),
  undoings: z.array(undoing).describe('Runs that took back this one or parts of it, oldest first.'),
});
const forecastSchema = z.strictObject({
  run: z.int(),
  action: z.int().nullable(),
  writes: z.array(z.strictObject({ kind, side, title, changes })).describe('What would be written.'),
  left: z
    .array(z.strictObject({ action: z.int(), title, reason: z.string() }))
    .describe('What would stay as it is, such as fields that somebody changed since.'),
});
const order = z.strictObject({
  action: z.int().min(1).optional().describe('Only this action of the run; its owner alone may ask for one.'),
});
const orderAnswer = z.strictObject({ run: z.int(), action: z.int().nullable() });

const number = z.coerce.number().int().min(1);
const runsQuery = z.strictObject({
  module: z.enum(modules).optional(),
  mailbox: z.string().min(1).max(255).optional().describe('Only this address.'),
  before: number.optional().describe('Runs with a smaller id; from the newest on unless given.'),
  limit: number.max(200).default(50),
});
const actionsQuery = z.strictObject({
  show: z.enum(['all', 'done', 'failed', 'held']).default('all'),
  page: number.default(1),
});
const forecastQuery = z.strictObject({ action: number.optional().describe('Only this action of the run.') });

const actionsPerPage = 50;
const notFound = 'There is no such run or action, or it is not yours to see.';
const problems = { 404: notFound };
const undoProblems = { ...problems, 409: 'It cannot be taken back now; `detail` says why' };
const etagHeader = { ETag: 'Changes when something of the run was taken back; give it back as If-Match.' };

function missing(): Problem {
  return new Problem(404, 'not-found', { detail: notFound });
}

function viewerOf({ user, profile }: Caller): Viewer {
  const { id, name, email, active } = user;
  const { rights } = profile;
  const known = {
    id,
    name,
    email,
    active,
    manager: rights.manageSync,
    administrator: rights.manageUsers,
    forbidden: modules.filter((module) => !rights[module]),
  };
  return { user: known, managing: isManaging(known) };
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A number of a path; what is none is the number of nothing. */
function runOf({ run = '' }: Readonly<Record<string, string>>): number {
  return /^\d{1,15}$/.test(run) ? Number(run) : 0;
}

function toRunBody(run: RunRecord, mailbox: string): z.infer<typeof runSchema> {
  const { id, module, trigger, state, startedAt, finishedAt, counts, held, error } = run;
  return {
    id,
    mailbox,
    module,
    trigger,
    state,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
    counts,
    held,
    error,
  };
}

export function syncOperations(deps: SyncApiDeps): Operation[] {
  /**
   * By the newest undo of the run: whoever saw an older one does not know what is left to take back. Never 0, which an
   * If-Match that is none of ours is read as.
   */
  async function versionOf(runId: number): Promise<number> {
    const run = await deps.history.run(runId);
    const newest = run && (await deps.history.undoings(run)).at(-1);
    return 1 + (newest?.id ?? 0);
  }

  async function allowedOrder(
    caller: Caller,
    wanted: { readonly runId: number; readonly actionId: number | null },
  ): Promise<UndoOrder> {
    const answer = await undoOrder(deps, viewerOf(caller), wanted);
    if (answer.kind === 'notFound') throw missing();
    if (answer.kind === 'refused') throw new Problem(409, 'cannot-be-undone', { detail: answer.because });
    return answer.order;
  }

  const isOwn = async ({ user }: Caller, mailboxId: string): Promise<boolean> =>
    (await deps.mailboxes.get(mailboxId))?.crmUserId === user.id;

  return [
    operation({
      method: 'get',
      path: '/sync/runs',
      id: 'listRuns',
      summary: 'Runs that did something, newest first',
      description:
        'Those of all mailboxes for callers who manage the sync or users, else of the own mailbox.',
      scope: 'sync:read',
      right: null,
      query: runsQuery,
      success: { status: 200, description: 'A page', schema: runPage },
      async handle({ caller, query: { module, mailbox, before = null, limit } }) {
        const viewer = viewerOf(caller);
        const seen = await visibleMailboxes(deps, viewer);
        const all = viewer.managing && mailbox === undefined;
        const [only] = mailbox === undefined ? seen : seen.filter(({ address }) => isSame(address, mailbox));
        const of = { ...(!all && only && { mailboxId: only.id }), ...(module && { module }) };
        const found = all || only ? await deps.history.runs({ of, before, limit: limit + 1 }) : [];
        const runs = found.slice(0, limit);
        const addresses = new Map(seen.map(({ id, address }) => [id, address]));
        return {
          status: 200,
          body: {
            runs: runs.map((run) => toRunBody(run, addresses.get(run.mailboxId) ?? '')),
            before: found.length > limit ? (runs.at(-1)?.id ?? null) : null,
          },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/sync/runs/:run',
      id: 'getRun',
      summary: 'A run, what it did item by item, and what was taken back of it',
      scope: 'sync:read',
      right: null,
      query: actionsQuery,
      success: { status: 200, description: 'The run with a page of its actions', schema: shownRun },
      problems,
      async handle({ caller, params, query: { show, page: wanted } }) {
        const visible = await visibleRun(deps, viewerOf(caller), runOf(params));
        if (visible === null) throw missing();
        const { run, mailbox } = visible;
        const pages = Math.max(1, Math.ceil(rowsOf(await deps.history.totals(run), show) / actionsPerPage));
        const page = Math.min(wanted, pages);
        const part = { part: show, offset: (page - 1) * actionsPerPage, limit: actionsPerPage };
        const actions = await deps.history.actions(run, part);
        const told = await toldActions(deps, run.module, actions, mailbox.crmUserId === caller.user.id);
        const undoings = (await deps.history.undoings(run)).map(async (one) => ({
          id: one.id,
          state: one.state,
          left: rowsOf(await deps.history.totals(one), 'failed'),
        }));
        return {
          status: 200,
          body: {
            run: toRunBody(run, mailbox.address),
            actions: told.map(({ id, kind, side, state, reason, content }) => ({
              id,
              kind,
              side,
              state,
              reason,
              title: content?.title ?? null,
              changes: content?.changes ?? null,
            })),
            page,
            pages,
            undoings: await Promise.all(undoings),
          },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/sync/runs/:run/undo',
      id: 'previewUndo',
      summary: 'What taking back the run, or one action of it, would do',
      description:
        'Looks at both sides as the undo would, and writes to neither. Exchange is asked, so it takes a moment.',
      scope: 'sync:undo',
      right: null,
      query: forecastQuery,
      success: { status: 200, description: 'The preview', schema: forecastSchema, headers: etagHeader },
      problems: undoProblems,
      async handle({ caller, params, query: { action: actionId = null } }) {
        const runId = runOf(params);
        const wanted = await allowedOrder(caller, { runId, actionId });
        const version = await versionOf(runId);
        const forecast = await deps.forecastUndo(wanted);
        if (forecast.kind === 'refused')
          throw new Problem(409, 'cannot-be-undone', { detail: forecast.because });
        const own = await isOwn(caller, wanted.mailboxId);
        const bodies = own ? forecast.writes.flatMap(({ body }) => [body.values, body.before]) : [];
        const texts = await deps.history.texts(hashesOf(...bodies), toldLength);
        return {
          status: 200,
          headers: { ETag: `"${version}"` },
          body: {
            run: runId,
            action: actionId,
            writes: forecast.writes.map(({ body, title }) => ({
              kind: body.kind,
              side: body.side,
              title: own ? title : null,
              changes: own ? toldChanges(wanted.module, body, texts) : null,
            })),
            left: forecast.left.map(({ actionId: action, title, reason }) => ({
              action,
              title: own ? title : null,
              reason,
            })),
          },
        };
      },
    }),
    operation({
      method: 'post',
      path: '/sync/runs/:run/undo',
      id: 'undoRun',
      summary: 'Takes back the run, or one action of it',
      description:
        'The undo is a run of its own, which begins in a moment: `undoings` of the run tells what came of it. Fields that somebody ' +
        'changed since stay as they are. Asked for again before it began, it is carried out once; after that the ETag is another one.',
      scope: 'sync:undo',
      right: null,
      body: order,
      versioned: true,
      success: { status: 202, description: 'It was asked for', schema: orderAnswer },
      problems: undoProblems,
      async handle({ caller, params, body: { action: actionId = null }, revision }) {
        const runId = runOf(params);
        const wanted = await allowedOrder(caller, { runId, actionId });
        const present = await versionOf(runId);
        if (revision !== present) {
          throw new Problem(412, 'version-mismatch', {
            detail: 'Something of this run was taken back since.',
            headers: { ETag: `"${present}"` },
          });
        }
        await askForUndo(deps, caller.user.id, wanted);
        return { status: 202, body: { run: runId, action: actionId } };
      },
    }),
  ];
}
