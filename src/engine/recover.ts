/** Finishes or drops what a crash, or an answer that never came, left between an intent and its result. */
import { idKey, linkAfter, unknownVersion } from '../sync/actions.ts';
import type { Link, Side } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import type { Target } from '../sync/ports.ts';
import type { NewInboxEntry, Settlement, StoredAction } from '../sync/stores.ts';
import { findCarriedOut, hidesLosers } from './carried-out.ts';
import { count, rereadEntry } from './execute.ts';
import { stampOf } from './pairing.ts';
import type { RunContext } from './run-context.ts';

/** Actions looked at together; also how many stamps are asked for in one go. */
const chunkSize = 50;

/** Returns how many intents were found to have been carried out. */
export async function recoverIntents(context: RunContext): Promise<number> {
  const leftovers = await context.store.leftovers(context.scope, context.runId);
  let adopted = 0;
  for (let start = 0; start < leftovers.length; start += chunkSize) {
    adopted += await recoverChunk(context, leftovers.slice(start, start + chunkSize));
  }
  return adopted;
}

async function recoverChunk(context: RunContext, actions: readonly StoredAction[]): Promise<number> {
  const tried = actions.filter((action) => action.state === 'tried');
  const made = await findCreated(
    context,
    tried.filter((action) => action.body.kind === 'create'),
  );
  const carriedOut = await findCarriedOut(context, tried, hidesLosers);
  const known = await context.store.linksById(actions.map((action) => action.linkId));
  const links: Link[] = [];
  const finished: Settlement['finished'][number][] = [];
  const inboxDone: number[] = [];
  const enqueue: NewInboxEntry[] = [];
  for (const action of actions) {
    const { body, linkId } = action;
    const target = made.get(action.id);
    if (target) {
      const answer = { id: target.id, version: unknownVersion, identity: null };
      const link = linkAfter(linkId, known.get(linkId) ?? null, body, answer);
      links.push(link);
      finished.push({ id: action.id, state: 'done', error: null });
      count(context, action);
      if (action.final) inboxDone.push(...action.inboxIds);
      else enqueue.push(...rereadBoth(context, link));
      continue;
    }
    const isDone = carriedOut.has(action.id);
    if (isDone) {
      finished.push({ id: action.id, state: 'done', error: null });
      count(context, action);
    } else {
      finished.push({ id: action.id, state: 'dropped', error: 'the run that planned it ended before' });
    }
    // Whether an update or a deletion was carried out, only the item itself can tell. The other side may have been
    // written by an earlier step of the plan: what the inbox holds of it is from before.
    const link = known.get(linkId) ?? null;
    if (body.side !== null && body.kind !== 'create' && link !== null)
      enqueue.push(...rereadBoth(context, link));
  }
  await context.store.settle(context.lease, { links, finished, inboxDone, inboxFailed: [], enqueue });
  return links.length;
}

function rereadBoth(context: RunContext, link: Link): NewInboxEntry[] {
  return sides.flatMap((side) => {
    const id = link[idKey(side)];
    return id === null ? [] : [rereadEntry(context, side, id)];
  });
}

/** The items that creates of unknown outcome made, by action id. */
async function findCreated(
  context: RunContext,
  creates: readonly StoredAction[],
): Promise<Map<number, Target>> {
  const found = new Map<number, Target>();
  const { installationId, scope, side } = context;
  const bySide: Record<Side, StoredAction[]> = { crm: [], exchange: [] };
  for (const action of creates) if (action.body.side !== null) bySide[action.body.side].push(action);
  for (const one of sides) {
    if (bySide[one].length === 0) continue;
    const stamps = bySide[one].map((action) => stampOf(installationId, scope.module, action.linkId));
    const items = await side[one].find(scope.module, stamps, context.signal);
    bySide[one].forEach((action, index) => {
      const item = items.get(stamps[index] ?? '');
      if (item) found.set(action.id, item);
    });
  }
  return found;
}
