/** Takes back what a run did, as a run of its own: planned from what both sides show now, stored, carried out. */
import type { Link, Side } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import type { SideState } from '../sync/plan.ts';
import type { NewAction, StoredAction } from '../sync/stores.ts';
import { planUndo } from '../sync/undo.ts';
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
}

export interface UndoLeftover {
  readonly actionId: number;
  readonly title: string;
  readonly obstacle: UndoObstacle;
}

/** Actions looked at together. */
const chunkSize = 50;

export interface PlannedUndo {
  readonly leftovers: readonly UndoLeftover[];
  /** Items that come back to one side, to be made again on the other by the next run: by link. */
  readonly revived: ReadonlyMap<string, Side>;
}

/** Plans the way back, newest action first. */
export async function planUndoOf(context: RunContext, request: UndoRequest): Promise<PlannedUndo> {
  const wanted = request.actionIds === null ? null : new Set(request.actionIds);
  const done = (await context.store.doneActions(context.scope, request.runId))
    .filter(({ id, body }) => body.side !== null && (wanted === null || wanted.has(id)))
    .reverse();
  const leftovers: UndoLeftover[] = [];
  const revived = new Map<string, Side>();
  for (let start = 0; start < done.length; start += chunkSize) {
    leftovers.push(...(await planChunk(context, done.slice(start, start + chunkSize), revived)));
  }
  return { leftovers, revived };
}

/** To be called once the plan is carried out. */
export async function enqueueRevived(context: RunContext, { revived }: PlannedUndo): Promise<void> {
  const links = await context.store.linksById([...revived.keys()]);
  const entries = [...revived].flatMap(([linkId, side]) => {
    const id = links.get(linkId)?.[idKey(side)] ?? null;
    return id === null ? [] : [rereadEntry(context, side, id)];
  });
  if (entries.length > 0) await context.store.enqueue(context.lease, entries);
}

async function planChunk(
  context: RunContext,
  actions: readonly StoredAction[],
  revived: Map<string, Side>,
): Promise<UndoLeftover[]> {
  const links = await context.store.linksById(actions.map(({ linkId }) => linkId));
  const states = await readStates(context, [...links.values()]);
  const planned: NewAction[] = [];
  const leftovers: UndoLeftover[] = [];
  for (const action of actions) {
    const { id, linkId, title, body } = action;
    const { steps, obstacles } = planUndo({
      module: context.scope.module,
      link: links.get(linkId) ?? null,
      body,
      states: states.get(linkId) ?? absent,
      capabilities: context.capabilities,
    });
    for (const obstacle of obstacles) leftovers.push({ actionId: id, title, obstacle });
    if (body.kind === 'remove' && body.side !== null && steps.length > 0) revived.set(linkId, body.side);
    steps.forEach(({ step, body: undoing }, index) => {
      const final = index === steps.length - 1;
      planned.push({ linkId, step, body: undoing, inboxIds: [], final, title });
    });
  }
  if (planned.length > 0) await context.store.savePlan(context.lease, context.runId, planned);
  return leftovers;
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
