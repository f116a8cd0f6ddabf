/** Carries a stored plan out in batches: intents down, call the side, results down. */
import { StoppedError } from '../errors.ts';
import { idKey, linkAfter } from '../sync/actions.ts';
import type { WriteAnswer } from '../sync/actions.ts';
import type { Link, Side, Values } from '../sync/model.ts';
import type { SyncSide, WriteResult } from '../sync/ports.ts';
import type { ActionBody, ActionKind, NewInboxEntry, Settlement, StoredAction } from '../sync/stores.ts';
import { stampOf } from './pairing.ts';
import { failedRows } from './retry-delay.ts';
import type { RunContext } from './run-context.ts';
import { unsealAll } from './seal.ts';

/** What is carried out together, in this order: deletions run last, a later step after the one it builds on. */
const phases: readonly { readonly kind: ActionKind; readonly side: Side | null; readonly step: number }[] = [
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

/** Items settled at a time where no side is called. */
const localBatchSize = 200;

/** An action with what it needs to be tried. */
interface Attempt {
  readonly action: StoredAction;
  readonly link: Link | null;
  readonly target: { readonly id: string; readonly version: string } | null;
  readonly values: Values;
}

interface Batch {
  readonly attempts: readonly Attempt[];
  readonly lastId: number;
}

/** Returns how many items have to be read and planned again because they changed meanwhile. */
export async function applyPlan(context: RunContext, totalActions: number): Promise<number> {
  let done = 0;
  let again = 0;
  for (const phase of phases) {
    let batch = await prepare(context, phase, 0);
    // One batch is with the server while the next one is loaded and its intents are written.
    while (batch !== null) {
      if (context.signal.aborted) throw new StoppedError('the run was asked to stop');
      const [results, next] = await Promise.all([
        call(context, phase, batch),
        prepare(context, phase, batch.lastId),
      ]);
      again += await record(context, batch, results);
      done += batch.attempts.length;
      context.progress({ phase: 'applying', done, total: totalActions });
      batch = next;
    }
  }
  return again;
}

async function prepare(
  context: RunContext,
  { kind, side, step }: (typeof phases)[number],
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
  return id === null || version === null ? null : { id, version };
}

/** One result per attempt; null where there was nothing to write to, because the step before it came to nothing. */
async function call(
  context: RunContext,
  { kind, side }: (typeof phases)[number],
  batch: Batch,
): Promise<(WriteResult | null)[]> {
  if (side === null) return batch.attempts.map(() => null);
  const callable = batch.attempts.filter(({ target }) => kind === 'create' || target !== null);
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

/** The short texts of the item as they will be, from which a side derives display names. */
function resultingValues({ body }: StoredAction, link: Link | null): Values {
  const before = body.side === null ? {} : (link?.[body.side]?.values ?? {});
  const after = { ...before, ...body.before, ...body.values };
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
  const links: Link[] = [];
  const finished: Settlement['finished'][number][] = [];
  const inboxDone: number[] = [];
  const inboxFailed: Settlement['inboxFailed'][number][] = [];
  const enqueue: NewInboxEntry[] = [];
  let again = 0;

  const succeed = ({ action, link }: Attempt, answer: WriteAnswer | null): void => {
    links.push(linkAfter(action.linkId, link, action.body, answer));
    finished.push({ id: action.id, state: 'done', error: null });
    if (action.final) inboxDone.push(...action.inboxIds);
    count(context, action.body);
  };
  const giveUp = (action: StoredAction, error: string): void => {
    finished.push({ id: action.id, state: 'dropped', error });
  };

  batch.attempts.forEach((attempt, index) => {
    const { action } = attempt;
    const { side, kind } = action.body;
    const result = results[index] ?? null;
    if (side === null) return succeed(attempt, null);
    if (result === null) return giveUp(action, 'the step before it was not done');
    switch (result.kind) {
      case 'done':
        return succeed(attempt, kind === 'remove' ? null : result);
      case 'conflict':
      case 'gone':
        again += 1;
        if (attempt.target) enqueue.push(rereadEntry(context, side, attempt.target.id));
        return giveUp(action, `the item changed meanwhile (${result.kind})`);
      case 'failed': {
        const { failure } = result;
        finished.push({ id: action.id, state: 'failed', error: failure.message });
        inboxFailed.push(...failedRows(context, action.inboxIds, failure));
        context.counts[side].failed += 1;
      }
    }
  });
  await context.store.settle(context.lease, { links, finished, inboxDone, inboxFailed, enqueue });
  return again;
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

function count(context: RunContext, body: ActionBody): void {
  for (const loser of new Set(body.losers.map(({ side }) => side))) context.counts[loser].conflicts += 1;
  if (body.side === null) return;
  const counts = context.counts[body.side];
  switch (body.kind) {
    case 'create':
      counts.created += 1;
      return;
    case 'update':
      // The separate step of a create is a part of it.
      if (body.targetId !== null) counts.updated += 1;
      return;
    case 'remove':
      counts.deleted += 1;
      return;
    case 'settle':
      return;
  }
}
