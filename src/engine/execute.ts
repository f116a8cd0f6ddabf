/** Carries a stored plan out in batches: intents down, call the side, results down. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoppedError } from '../errors.ts';
import { idKey } from '../sync/actions.ts';
import { linkAfter } from '../sync/link-after.ts';
import type { WriteAnswer } from '../sync/link-after.ts';
import { forgetsExceptions } from '../sync/whole-series.ts';
import type { Link, Side, Values } from '../sync/model.ts';
import { otherSide, sides } from '../sync/model.ts';
import type { SyncSide, Target, WriteResult } from '../sync/ports.ts';
import type { ActionBody, ActionKind, NewInboxEntry, Settlement, StoredAction } from '../sync/stores.ts';
import { isFilled } from '../sync/values.ts';
import { awaitedLater } from '../awaited-later.ts';
import { findCarriedOut, linkOfWritten, showsWritten } from './carried-out.ts';
import { stampOf } from './pairing.ts';
import { failedRows } from './retry-delay.ts';
import type { RunContext } from './run-context.ts';
import { unsealAll } from './seal.ts';

interface Phase {
  readonly kind: ActionKind;
  readonly side: Side | null;
  readonly step: number;
}

/** What is carried out together, in this order: deletions run last, a later step after the one it builds on. */
const phases: readonly Phase[] = [
  { kind: 'create', side: 'crm', step: 0 },
  { kind: 'create', side: 'exchange', step: 0 },
  { kind: 'update', side: 'crm', step: 0 },
  { kind: 'update', side: 'exchange', step: 0 },
  { kind: 'update', side: 'crm', step: 1 },
  { kind: 'update', side: 'exchange', step: 1 },
  { kind: 'settle', side: null, step: 0 },
  { kind: 'remove', side: 'crm', step: 0 },
  { kind: 'remove', side: 'exchange', step: 0 },
];

const noVersions = { crm: null, exchange: null };

/** Items settled at a time where no side is called. */
const localBatchSize = 200;

/** An action with what it needs to be tried. */
interface Attempt {
  readonly action: StoredAction;
  readonly link: Link | null;
  readonly target: Target | null;
  readonly values: Values;
}

interface Batch {
  readonly attempts: readonly Attempt[];
  readonly lastId: number;
}

interface BegunBatch extends Batch {
  /** One result per attempt; null where there was nothing to write to, because the step before it came to nothing. */
  readonly results: Promise<(WriteResult | null)[]>;
}

/** Returns how many items have to be read and planned again because they changed meanwhile. */
export async function applyPlan(context: RunContext, what: 'everything' | 'firstWrites'): Promise<number> {
  let again = 0;
  for (const phase of phases) {
    if (what === 'firstWrites' && (phase.step > 0 || phase.kind === 'remove')) continue;
    let batch = await begin(context, phase, 0);
    // While one batch is with the server the next one is loaded, its intents are written and it queues to be sent.
    while (batch !== null) {
      const [results, next] = await Promise.all([batch.results, begin(context, phase, batch.lastId)]);
      again += await record(context, batch, results);
      context.applied.count += batch.attempts.length;
      context.progress({ phase: 'applying', done: context.applied.count, total: null });
      batch = next;
      await nextTurn();
    }
    if (context.signal.aborted) throw new StoppedError('the run was asked to stop');
  }
  return again;
}

/** Null when there is nothing left, or nothing more may begin. */
async function begin(context: RunContext, phase: Phase, afterId: number): Promise<BegunBatch | null> {
  if (context.signal.aborted) return null;
  const batch = await prepare(context, phase, afterId);
  return batch && { ...batch, results: awaitedLater(call(context, phase, batch)) };
}

async function prepare(
  context: RunContext,
  { kind, side, step }: Phase,
  afterId: number,
): Promise<Batch | null> {
  const { store, runId, lease } = context;
  const limit = side === null ? localBatchSize : context.capabilities[side].batchSize;
  const actions = await store.nextActions(runId, kind, side, step, afterId, limit);
  const last = actions.at(-1);
  if (last === undefined) return null;
  const links = await store.linksById(actions.map((action) => action.linkId));
  const values = await unsealAll(
    store,
    actions.map((action) => action.body.values),
  );
  const attempts = actions.map((action, index): Attempt => {
    const link = links.get(action.linkId) ?? null;
    return { action, link, target: targetOf(action.body, link), values: values[index] ?? {} };
  });
  if (side !== null)
    await store.beginActions(
      lease,
      actions.map((action) => action.id),
    );
  return { attempts, lastId: last.id };
}

/** A later step builds on what the step before it made, which the link knows by now. */
function targetOf(body: ActionBody, link: Link | null): Attempt['target'] {
  if (body.side === null || body.kind === 'create') return null;
  const id = body.targetId ?? link?.[idKey(body.side)] ?? null;
  const version = body.version ?? link?.[body.side]?.version ?? null;
  if (id === null || version === null) return null;
  return { id, version, ...(body.tellsAttendees ? { tellsAttendees: true } : {}) };
}

async function call(
  context: RunContext,
  { kind, side }: Phase,
  batch: Batch,
): Promise<(WriteResult | null)[]> {
  if (side === null) return batch.attempts.map(() => null);
  // Where the other side did not get the exceptions of this one, they must not be forgotten here.
  const isUnsafe = ({ action }: Attempt): boolean =>
    context.unfinished.has(action.linkId) && forgetsExceptions(action.body);
  const callable = batch.attempts.filter(
    (attempt) => kind === 'create' || (attempt.target !== null && !isUnsafe(attempt)),
  );
  if (callable.length === 0) return batch.attempts.map(() => null);
  const results = await write(context, context.side[side], kind, callable);
  const byAction = new Map(callable.map(({ action }, index) => [action.id, results[index]]));
  return batch.attempts.map(({ action }) => byAction.get(action.id) ?? null);
}

async function write(
  context: RunContext,
  side: SyncSide,
  kind: ActionKind,
  attempts: readonly Attempt[],
): Promise<WriteResult[]> {
  const { installationId, scope, signal } = context;
  const { module } = scope;
  const targets = attempts.flatMap(({ target }) => (target === null ? [] : [target]));
  switch (kind) {
    case 'create':
      return side.create(
        module,
        attempts.map(({ action, values }) => ({
          stamp: stampOf(installationId, module, action.linkId),
          values,
        })),
        signal,
      );
    case 'update':
      return side.update(
        module,
        attempts.flatMap(({ action, target, values, link }) =>
          target === null ? [] : [{ ...target, values, resulting: resultingValues(action, link) }],
        ),
        signal,
      );
    case 'remove':
      return side.remove(module, targets, signal);
    case 'settle':
      throw new Error('a settle action writes to no side');
  }
}

/** The short texts of the item as they will be: a side derives display names from them, and which occurrences are exceptions. */
function resultingValues({ body }: StoredAction, link: Link | null): Values {
  const { side } = body;
  const known = side === null ? {} : { ...link?.[side]?.values, ...body.before, ...body.settles[side] };
  const after = { ...known, ...body.values };
  return Object.fromEntries(
    Object.entries(after).filter((entry): entry is [string, string | null] => {
      const value = entry[1];
      return value === null || typeof value === 'string';
    }),
  );
}

/** Writes the results of a batch in one transaction and counts them. Returns how many need to be planned again. */
async function record(
  context: RunContext,
  batch: Batch,
  results: readonly (WriteResult | null)[],
): Promise<number> {
  const { unfinished, advanced } = context;
  const links: Link[] = [];
  const finished: Settlement['finished'][number][] = [];
  const inboxDone: number[] = [];
  const inboxFailed: Settlement['inboxFailed'][number][] = [];
  const enqueue: NewInboxEntry[] = [];
  let again = 0;

  const succeed = ({ action, link }: Attempt, answer: WriteAnswer | null): void => {
    const isWhole = !unfinished.has(action.linkId);
    // An item of which a step came to nothing is not done: its rows stay, and their versions count as news.
    const body = isWhole ? action.body : { ...action.body, versions: noVersions };
    links.push(linkAfter(action.linkId, link, body, answer));
    finished.push({ id: action.id, state: 'done', error: null });
    if (body.kind === 'update' && !(action.final && isWhole)) advanced.add(action.linkId);
    if (action.final && isWhole) inboxDone.push(...action.inboxIds);
    if (answer !== null) enqueue.push(...rereadMadeAgain(context, { action, link }, answer.id));
    count(context, action);
  };
  const carriedOut = await findCarriedOut(
    context,
    batch.attempts.flatMap(({ action }, index) => (isInDoubt(results[index]) ? [action] : [])),
    new Map(batch.attempts.flatMap(({ link }) => (link === null ? [] : [[link.id, link]]))),
    showsWritten,
  );
  const giveUp = (action: StoredAction, error: string): void => {
    finished.push({ id: action.id, state: 'dropped', error });
    unfinished.add(action.linkId);
  };

  batch.attempts.forEach((attempt, index) => {
    const { action } = attempt;
    const { side, kind } = action.body;
    const result = results[index] ?? null;
    if (side === null) return succeed(attempt, null);
    if (result === null) return giveUp(action, 'the step before it was not done');
    if (carriedOut.done.has(action.id)) {
      again += 1;
      if (attempt.target) enqueue.push(...rereadLinked(context, side, attempt.target.id, attempt.link));
      if (carriedOut.telling.has(action.id)) {
        const link = linkOfWritten(action, attempt.link);
        links.push(link);
        enqueue.push(...rereadBoth(context, link));
      }
      unfinished.add(action.linkId);
      finished.push({ id: action.id, state: 'done', error: null });
      return count(context, action);
    }
    switch (result.kind) {
      case 'done':
        return succeed(attempt, kind === 'remove' ? null : result);
      case 'conflict':
      case 'gone':
        again += 1;
        if (attempt.target) enqueue.push(...rereadLinked(context, side, attempt.target.id, attempt.link));
        return giveUp(action, `the item changed meanwhile (${result.kind})`);
      case 'failed': {
        const { failure } = result;
        unfinished.add(action.linkId);
        finished.push({ id: action.id, state: 'failed', error: failure.message });
        inboxFailed.push(...failedRows(context, action.inboxIds, failure));
        context.counts[side].failed += 1;
      }
    }
  });
  enqueue.push(...(await rereadUnreported(context, batch.attempts)));
  await context.store.settle(context.lease, { links, finished, inboxDone, inboxFailed, enqueue });
  return again;
}

/**
 * A side that nothing was reported of is read all the same where its shadow may be out of date. Once a step has moved the
 * link that is over, so where another step came to nothing an inbox row has to ask for it.
 */
async function rereadUnreported(
  context: RunContext,
  attempts: readonly Attempt[],
): Promise<readonly NewInboxEntry[]> {
  const { store, unfinished, advanced } = context;
  const halfDone = attempts.flatMap(({ action: { linkId, inboxIds }, link }) =>
    link !== null && unfinished.has(linkId) && advanced.has(linkId) ? [{ link, inboxIds }] : [],
  );
  if (halfDone.length === 0) return [];
  const rows = await store.inboxRows(halfDone.flatMap(({ inboxIds }) => inboxIds));
  return halfDone.flatMap(({ link, inboxIds }) => {
    const reported = new Set(inboxIds.map((id) => rows.get(id)?.side));
    return sides.flatMap((side) =>
      reported.has(side) ? [] : rereadLinked(context, side, link[idKey(side)] ?? '', link),
    );
  });
}

/** A server may have carried out what it failed to answer, or what reached it twice. */
function isInDoubt(result: WriteResult | null | undefined): boolean {
  return result !== null && result !== undefined && result.kind !== 'done';
}

/** An inbox row that says no more than "read this item again". */
export function rereadEntry(context: Pick<RunContext, 'scope'>, side: Side, itemId: string): NewInboxEntry {
  return {
    ...context.scope,
    side,
    itemId,
    kind: 'changed',
    version: null,
    stamp: null,
    identity: null,
    ownerId: null,
    skip: null,
    keyValues: {},
    item: null,
  };
}

export function rereadBoth(context: Pick<RunContext, 'scope'>, link: Link): NewInboxEntry[] {
  return sides.flatMap((side) => {
    const id = link[idKey(side)];
    return id === null ? [] : [rereadEntry(context, side, id)];
  });
}

/**
 * The same for an item of a link. One that no link knows yet keeps the row it has: that is read in any case, and it holds
 * the key values without which the item would not find its partner again.
 */
export function rereadLinked(
  context: Pick<RunContext, 'scope'>,
  side: Side,
  itemId: string,
  link: Link | null,
): NewInboxEntry[] {
  return link?.[idKey(side)] === itemId ? [rereadEntry(context, side, itemId)] : [];
}

/**
 * What a side sets by itself, it sets anew on an item that is made again: until that is read, the other side shows the
 * value of the item that is gone.
 */
function rereadMadeAgain(
  context: RunContext,
  { action: { body }, link }: Pick<Attempt, 'action' | 'link'>,
  itemId: string,
): NewInboxEntry[] {
  const { kind, side, settles } = body;
  if (kind !== 'create' || side === null || !link?.[side]) return [];
  const others = settles[otherSide(side)];
  const isOutdated = [...context.capabilities[side].readOnly].some((field) => isFilled(others[field]));
  return isOutdated ? [rereadEntry(context, side, itemId)] : [];
}

/** Adds what an action did to the counts of the run. */
export function count(context: RunContext, { body, step }: StoredAction): void {
  for (const loser of new Set(body.losers.map(({ side }) => side))) context.counts[loser].conflicts += 1;
  if (body.side === null) return;
  const counts = context.counts[body.side];
  switch (body.kind) {
    case 'create':
      counts.created += 1;
      return;
    case 'update':
      // A later step is a part of what the first one counted.
      if (step === 0) counts.updated += 1;
      return;
    case 'remove':
      counts.deleted += 1;
      return;
    case 'settle':
      return;
  }
}
