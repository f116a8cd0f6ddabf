/** Finishes or drops what a crash, or an answer that never came, left between an intent and its result. */
import { unknownVersion } from '../sync/actions.ts';
import { linkAfter } from '../sync/link-after.ts';
import type { Link, Side } from '../sync/model.ts';
import { sides } from '../sync/model.ts';
import type { Target } from '../sync/ports.ts';
import type { NewInboxEntry, Settlement, StoredAction } from '../sync/stores.ts';
import { findCarriedOut, hidesLosers, linkOfWritten } from './carried-out.ts';
import { count, rereadBoth, rereadEntry } from './execute.ts';
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
  const known = await context.store.linksById(actions.map((action) => action.linkId));
  const removed = await findRemoved(
    context,
    tried.filter((action) => action.body.kind === 'remove'),
  );
  const doubtful = tried.filter(({ id }) => !removed.has(id));
  const carriedOut = await findCarriedOut(context, doubtful, known, hidesLosers);
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
      // The CRM is read for everybody: what became of the record since may have been reported before a link knew it.
      if (action.final && body.side === 'crm') enqueue.push(rereadEntry(context, 'crm', target.id));
      continue;
    }
    if (removed.has(action.id)) {
      links.push(linkAfter(linkId, known.get(linkId) ?? null, body, null));
      finished.push({ id: action.id, state: 'done', error: null });
      count(context, action);
      if (action.final) inboxDone.push(...action.inboxIds);
      continue;
    }
    if (carriedOut.done.has(action.id)) {
      finished.push({ id: action.id, state: 'done', error: null });
      count(context, action);
    } else {
      finished.push({ id: action.id, state: 'dropped', error: 'the run that planned it ended before' });
    }
    // Whether an update or a deletion was carried out, only the item itself can tell. The other side may have been
    // written by an earlier step of the plan: what the inbox holds of it is from before.
    let link = known.get(linkId) ?? null;
    if (carriedOut.telling.has(action.id)) {
      link = linkOfWritten(action, link);
      links.push(link);
    }
    if (body.side !== null && body.kind !== 'create' && link !== null)
      enqueue.push(...rereadBoth(context, link));
  }
  await context.store.settle(context.lease, { links, finished, inboxDone, inboxFailed: [], enqueue });
  return links.length;
}

/**
 * The deletions of unknown outcome whose item is gone, by action id. Left to the next plan, it would pass for somebody's own
 * deletion, and take along what was put back on the other side meanwhile.
 */
async function findRemoved(context: RunContext, removes: readonly StoredAction[]): Promise<Set<number>> {
  const found = new Set<number>();
  for (const side of sides) {
    const targets = removes.flatMap(({ id, body }) =>
      body.side === side && body.targetId !== null ? [{ id, itemId: body.targetId }] : [],
    );
    if (targets.length === 0) continue;
    const ids = targets.map(({ itemId }) => itemId);
    const answers = await context.side[side].read(context.scope.module, ids, context.signal);
    targets.forEach(({ id }, index) => {
      if (answers[index]?.kind === 'gone') found.add(id);
    });
  }
  return found;
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
