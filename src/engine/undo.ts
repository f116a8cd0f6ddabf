/** Takes back what a run did, as a run of its own: planned from what both sides show now, stored, carried out. */
import type { Link, Side } from '../sync/model.ts';
import { withMapping } from '../sync/mapping.ts';
import { sides } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import type { SideState } from '../sync/plan.ts';
import { emptySettlement } from '../sync/stores.ts';
import type { NewAction, StoredAction } from '../sync/stores.ts';
import { emptyBody, obstacleText, planUndo } from '../sync/undo.ts';
import type { UndoObstacle } from '../sync/undo.ts';
import { rereadEntry } from './execute.ts';
import type { RunContext } from './run-context.ts';
import { sealItem } from './seal.ts';
import type { Blob } from './seal.ts';

/** What is to be taken back: a whole run, or single actions of it. */
export interface UndoRequest {
  readonly runId: number;
  /** Null: all that the run did. */
  readonly actionIds: readonly number[] | null;
  /** Only these fields of updates, such as those a conflict cost; left out: all of them. */
  readonly fields?: readonly string[];
}

export interface UndoLeftover {
  readonly actionId: number;
  readonly title: string;
  readonly obstacle: UndoObstacle;
}

/** Items looked at together. */
const chunkSize = 50;

export interface PlannedUndo {
  readonly leftovers: readonly UndoLeftover[];
  /** Items that the next run has to read again on one side, to carry on from there: by link. */
  readonly reread: ReadonlyMap<string, Side>;
}

/** Plans the way back, newest item first. What cannot be taken back goes into the run's record, with the reason. */
export async function planUndoOf(context: RunContext, request: UndoRequest): Promise<PlannedUndo> {
  const wanted = request.actionIds === null ? null : new Set(request.actionIds);
  const done = (await context.store.doneActions(context.scope, request.runId)).filter(
    ({ id, body }) => body.side !== null && (wanted === null || wanted.has(id)),
  );
  const byItem = new Map<string, StoredAction[]>();
  for (const action of done.reverse()) {
    const ofItem = byItem.get(action.linkId);
    if (ofItem) ofItem.push(action);
    else byItem.set(action.linkId, [action]);
  }
  const items = [...byItem];
  const fields = request.fields === undefined ? null : new Set(request.fields);
  const leftovers: UndoLeftover[] = [];
  const reread = new Map<string, Side>();
  for (let start = 0; start < items.length; start += chunkSize) {
    leftovers.push(...(await planChunk(context, items.slice(start, start + chunkSize), fields, reread)));
  }
  return { leftovers, reread };
}

/** To be called once the plan is carried out. */
export async function enqueueReread(context: RunContext, { reread }: PlannedUndo): Promise<void> {
  const links = await context.store.linksById([...reread.keys()]);
  const entries = [...reread].flatMap(([linkId, side]) => {
    const id = links.get(linkId)?.[idKey(side)] ?? null;
    return id === null ? [] : [rereadEntry(context, side, id)];
  });
  if (entries.length > 0) await context.store.enqueue(context.lease, entries);
}

async function planChunk(
  context: RunContext,
  items: readonly (readonly [string, readonly StoredAction[]])[],
  fields: ReadonlySet<string> | null,
  reread: Map<string, Side>,
): Promise<UndoLeftover[]> {
  const { module } = context.scope;
  const links = await context.store.linksById(items.map(([linkId]) => linkId));
  const states = await readStates(context, [...links.values()]);
  const planned: NewAction[] = [];
  const leftovers: UndoLeftover[] = [];
  const reasons = new Map<string, string>();
  for (const [linkId, actions] of items) {
    const title = actions.find((action) => action.title !== '')?.title ?? '';
    const plan = planUndo({
      module,
      link: links.get(linkId) ?? null,
      actions,
      fields,
      states: states.get(linkId) ?? absent,
      capabilities: context.capabilities,
      mapping: context.mapping,
    });
    if (plan.reread !== null) reread.set(linkId, plan.reread);
    for (const { actionId, obstacle } of plan.obstacles) leftovers.push({ actionId, title, obstacle });
    if (plan.obstacles.length > 0 && context.kind === 'sync') {
      const texts = plan.obstacles.map(({ obstacle }) => obstacleText(module, obstacle));
      reasons.set(linkId, [...new Set(texts)].join(' '));
      const link = actions[0]?.body.link ?? emptyBody.link;
      planned.push({ linkId, step: 0, body: { ...emptyBody, link }, inboxIds: [], final: false, title });
    }
    plan.steps.forEach(({ step, body }, index) => {
      const mapped = withMapping(body, context.mapping);
      planned.push({
        linkId,
        step,
        body: mapped,
        inboxIds: [],
        final: index === plan.steps.length - 1,
        title,
      });
    });
  }
  if (planned.length > 0) await context.store.savePlan(context.lease, context.runId, planned);
  if (reasons.size > 0) await recordLeftovers(context, reasons);
  return leftovers;
}

/** An undo moves no link by itself, so what its plan settles are the rows that tell what stays. */
async function recordLeftovers(context: RunContext, reasons: ReadonlyMap<string, string>): Promise<void> {
  const { store, lease, runId } = context;
  const rows = await store.nextActions(runId, 'settle', null, 0, 0, chunkSize);
  const finished = rows.map(({ id, linkId }) => ({
    id,
    state: 'failed' as const,
    error: reasons.get(linkId) ?? null,
  }));
  await store.settle(lease, { ...emptySettlement, finished });
}
const absent: Readonly<Record<Side, SideState>> = { crm: { state: 'absent' }, exchange: { state: 'absent' } };

async function readStates(
  context: RunContext,
  links: readonly Link[],
): Promise<Map<string, Readonly<Record<Side, SideState>>>> {
  const { module } = context.scope;
  const found: Record<Side, Map<string, SideState>> = { crm: new Map(), exchange: new Map() };
  const blobs = new Map<string, Blob>();
  for (const side of sides) {
    const ids = links.flatMap((link) => link[idKey(side)] ?? []);
    if (ids.length === 0) continue;
    const answers = await context.side[side].read(module, ids, context.signal);
    ids.forEach((id, index) => {
      const answer = answers[index];
      if (answer?.kind === 'item') {
        found[side].set(id, { state: 'changed', item: sealItem(module, answer.item, blobs) });
      } else found[side].set(id, { state: answer?.kind === 'gone' ? 'deleted' : 'unread' });
    });
  }
  if (blobs.size > 0) await context.store.putBlobs([...blobs.values()]);
  const stateOf = (side: Side, id: string | null): SideState =>
    (id === null ? undefined : found[side].get(id)) ?? { state: 'absent' };
  return new Map(
    links.map((link) => [
      link.id,
      { crm: stateOf('crm', link.crmId), exchange: stateOf('exchange', link.exchangeId) },
    ]),
  );
}
