/** One run of one (mailbox, module): lease, recover, read, pair, plan, guard, apply. See docs/architecture.md, "A run". */
import { createHash } from 'node:crypto';
import { describeError, RemoteError, StoppedError } from '../errors.ts';
import type { ModuleSettings, Settings } from '../sync/administration.ts';
import { fieldsOf } from '../sync/fields.ts';
import { judgePlan } from '../sync/guard.ts';
import type { Held } from '../sync/guard.ts';
import { idKey } from '../sync/actions.ts';
import { sides } from '../sync/model.ts';
import type { Rules } from '../sync/plan.ts';
import type { Clock, SyncSide } from '../sync/ports.ts';
import type {
  CursorKey,
  LeaseStore,
  RunCounts,
  RunKind,
  RunScope,
  RunState,
  StoredAction,
  SyncStore,
} from '../sync/stores.ts';
import { settleDoubts } from './doubtful-rows.ts';
import { applyPlan, rereadEntry } from './execute.ts';
import { rejectHeld, withoutHeld } from './held-actions.ts';
import { withKnownCursors } from './known-cursors.ts';
import { takeLease, underLease } from './lease-keeper.ts';
import type { LeaseKeeper, LeaseTimes } from './lease-keeper.ts';
import { awaitedLater } from '../awaited-later.ts';
import { pairInbox } from './pairing.ts';
import type { Pending } from './pairing.ts';
import { planItems } from './plan-items.ts';
import { readExchange, readOwner } from './readers.ts';
import { recoverIntents } from './recover.ts';
import { emptyCounts } from './run-context.ts';
import { enqueueRevived, planUndoOf } from './undo.ts';
import type { UndoLeftover, UndoRequest } from './undo.ts';
import type { Progress, RunContext } from './run-context.ts';

export interface EngineDeps {
  readonly store: SyncStore;
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly newLinkId: () => string;
  readonly installationId: string;
  readonly leaseTimes: LeaseTimes;
}

/** What a person decided about actions the guard held. */
export interface Decision {
  readonly actionIds: readonly number[];
  readonly verdict: 'approved' | 'rejected';
}

export interface RunRequest {
  readonly scope: RunScope;
  readonly ownerId: string;
  /** Addresses of the mailboxes that are synced here, in lower case. */
  readonly syncedAddresses: ReadonlySet<string>;
  readonly crm: SyncSide;
  readonly exchange: SyncSide;
  /** Brings the organisation-wide CRM feed into the inbox; runs of many mailboxes share one reading. */
  readonly readOrganisation: (signal: AbortSignal) => Promise<void>;
  readonly settings: ModuleSettings;
  readonly guard: Settings['guard'];
  readonly kind: RunKind;
  /** What started it, for the history: `schedule`, `manual`, `approval`, … */
  readonly trigger: string;
  readonly decisions?: readonly Decision[];
  /** Takes back instead of syncing. */
  readonly undo?: UndoRequest;
  readonly signal: AbortSignal;
  readonly progress?: (progress: Progress & { readonly counts: RunCounts }) => void;
}

export interface RunOutcome {
  /** `busy`: another run of this mailbox and module is going on. */
  readonly state: RunState | 'busy';
  readonly runId: number | null;
  readonly counts: RunCounts;
  readonly held: number;
  /** The sentences of the guard. */
  readonly heldBecause: readonly string[];
  /** What a preview would do; empty for a sync. */
  readonly preview: readonly StoredAction[];
  /** What an undo left as it is, and why; empty for a sync. */
  readonly notUndone: readonly UndoLeftover[];
  readonly error: unknown;
}

/** An item that keeps changing under us is left to the next run after so many plans. */
const maxPlans = 4;

/** Items a first run plans before it begins to write them; a multiple of what is planned at a time. */
const plannedAtOnce = 250;

export function rulesOf(settings: ModuleSettings, module: RunScope['module']): Rules {
  const { type, direction, winner, deletes } = settings;
  return { fields: fieldsOf[module], type, direction, winner, deletes };
}

/** Never throws for what a side does: the outcome carries the error. A bug is thrown on. */
export async function syncRun(deps: EngineDeps, request: RunRequest): Promise<RunOutcome> {
  const { scope } = request;
  const keeper = await takeLease(
    deps.leases,
    `${scope.mailboxId}:${scope.module}`,
    deps.leaseTimes,
    deps.clock,
  );
  const nothing = { counts: emptyCounts(), held: 0, heldBecause: [], preview: [], notUndone: [] };
  if (keeper === null) return { ...nothing, state: 'busy', runId: null, error: null };
  try {
    return await runUnderLease(deps, request, keeper);
  } finally {
    await keeper.release();
  }
}

async function runUnderLease(
  deps: EngineDeps,
  request: RunRequest,
  keeper: LeaseKeeper,
): Promise<RunOutcome> {
  const store = await withKnownCursors(deps.store, request.scope);
  const { lease } = keeper;
  const firstRun = (await store.lastRun(request.scope, 'done')) === null;
  const runId = await store.startRun(lease, request.scope, request.kind, request.trigger);
  const { firstSyncCap } = request.settings;
  // A first run that broke off before has used up a part of it.
  const cap =
    firstRun && firstSyncCap !== null
      ? { left: Math.max(0, firstSyncCap - (await store.linkCount(request.scope))) }
      : null;
  const context = contextOf({ ...deps, store }, request, keeper, runId, cap);
  let heldBecause: readonly string[] = [];
  let notUndone: readonly UndoLeftover[] = [];
  let state: RunState = 'done';
  let error: unknown = null;
  try {
    if (request.undo) notUndone = await takeBack(context, request.undo);
    else heldBecause = await work(context, request, firstRun);
  } catch (caught) {
    state = caught instanceof StoppedError || request.signal.aborted ? 'stopped' : 'failed';
    error = caught;
  }
  const preview = request.kind === 'preview' ? await takePreview(context) : [];
  const held = (await store.held(request.scope)).length;
  const said = error === null ? null : describeError(error);
  await store.finishRun(lease, runId, { state, counts: context.counts, held, error: said });
  return { state, runId, counts: context.counts, held, heldBecause, preview, notUndone, error };
}

function contextOf(
  deps: EngineDeps,
  request: RunRequest,
  keeper: LeaseKeeper,
  runId: number,
  cap: RunContext['cap'],
): RunContext {
  const { module } = request.scope;
  const counts = emptyCounts();
  const side = { crm: underLease(request.crm, keeper), exchange: underLease(request.exchange, keeper) };
  return {
    store: deps.store,
    lease: keeper.lease,
    clock: deps.clock,
    newLinkId: deps.newLinkId,
    installationId: deps.installationId,
    scope: request.scope,
    kind: request.kind,
    runId,
    ownerId: request.ownerId,
    syncedAddresses: request.syncedAddresses,
    side,
    capabilities: { crm: side.crm.capabilities(module), exchange: side.exchange.capabilities(module) },
    rules: rulesOf(request.settings, module),
    cap,
    attempts: new Map(),
    planned: new Set(),
    counts,
    unfinished: new Set(),
    applied: { count: 0 },
    signal: request.signal,
    progress: (progress) => request.progress?.({ ...progress, counts }),
  };
}

/** A person asked for it and saw what it takes back, so the guard is not asked. */
async function takeBack(context: RunContext, undo: UndoRequest): Promise<readonly UndoLeftover[]> {
  await recoverIntents(context);
  const planned = await planUndoOf(context, undo);
  await applyPlan(context, 'everything');
  await enqueueRevived(context, planned);
  return planned.leftovers;
}

async function work(context: RunContext, request: RunRequest, firstRun: boolean): Promise<readonly string[]> {
  const { store, lease, scope, signal } = context;
  if (context.kind === 'sync') {
    await recoverIntents(context);
    for (const decision of request.decisions ?? []) await decide(context, decision);
  }
  context.progress({ phase: 'reading', done: 0, total: null });
  const folder = await read(context, request);
  const rootFolderChanged = await differs(context, 'rootFolder', folder);
  const rules = digest(context.rules);
  if (await differs(context, 'rules', rules)) await reconsider(context);

  const because: Partial<Record<Held, string>> = {};
  for (let round = 0; round < maxPlans; round += 1) {
    context.unfinished.clear();
    const rows = await settleDoubts(context, await store.inbox(scope, context.clock()));
    for (const row of rows) if (row.attempts > 0) context.attempts.set(row.id, row.attempts);
    const pendings = await withoutHeld(context, await pairInbox(store, scope, context.installationId, rows));
    // What an earlier round planned was judged there.
    if (pendings.length === 0) break;
    let again = 0;
    if (firstRun && context.kind === 'sync') again = await planAndWrite(context, pendings);
    else await planItems(context, pendings);
    if (context.kind === 'preview') break;
    const held = await guard(context, request, firstRun, rootFolderChanged);
    Object.assign(because, held);
    again += await applyPlan(context, 'everything');
    if (again === 0 || signal.aborted) break;
  }
  if (context.kind === 'sync') {
    await remember(store, lease, bookmark(context, 'rootFolder'), folder);
    await remember(store, lease, bookmark(context, 'rules'), rules);
  }
  const meetings = (await store.held(scope)).filter(({ body }) => body.tellsAttendees).length;
  const untold = meetings === 0 ? [] : [`${meetings} changes of meetings wait to be sent to their attendees`];
  return [...Object.values(because), ...untold];
}

/**
 * The guard has nothing to hold back in a first run but deletions, and these run last. So writing what is planned
 * already goes on while the rest is read and planned; what builds on an earlier step waits until all is planned.
 */
async function planAndWrite(context: RunContext, pendings: readonly Pending[]): Promise<number> {
  let again = 0;
  const write = async (): Promise<void> => {
    again += await applyPlan(context, 'firstWrites');
  };
  let writing = Promise.resolve();
  await planItems(context, pendings, async (planned) => {
    if (planned % plannedAtOnce !== 0 && planned < pendings.length) return;
    await writing;
    writing = awaitedLater(write());
  });
  await writing;
  return again;
}

async function read(context: RunContext, request: RunRequest): Promise<string> {
  const { store, lease, scope, signal } = context;
  const { mailboxId, module } = scope;
  await request.readOrganisation(signal);
  const { ownerId } = request;
  await readOwner({ store, lease, crm: context.side.crm, module, mailboxId, ownerId, signal });
  return readExchange({ store, lease, exchange: context.side.exchange, mailboxId, module, signal });
}

async function guard(
  context: RunContext,
  request: RunRequest,
  firstRun: boolean,
  rootFolderChanged: boolean,
): Promise<Partial<Record<Held, string>>> {
  const { store, scope, runId, lease } = context;
  const now = context.clock();
  const dayMs = 24 * 3_600_000;
  const last = await store.lastRun(scope, 'done');
  const held = judgePlan({
    plan: await store.planTotals(runId),
    recent: await store.doneTotals(scope, now - dayMs),
    links: await store.linkCount(scope),
    firstRun,
    rootFolderChanged,
    pausedDays: last === null ? 0 : (now - (last.finishedAt ?? last.startedAt)) / dayMs,
    limits: request.guard,
  });
  for (const what of Object.keys(held) as Held[]) await store.hold(lease, runId, what);
  return held;
}

/** Approved actions are carried out first, under this run and as they were planned; a changed item is planned again. */
async function decide(context: RunContext, { actionIds, verdict }: Decision): Promise<void> {
  const wanted = new Set(actionIds);
  const actions = (await context.store.held(context.scope)).filter((action) => wanted.has(action.id));
  if (actions.length === 0) return;
  if (verdict === 'rejected') return rejectHeld(context, actions);
  await context.store.decideHeld(
    context.lease,
    actions.map(({ id }) => id),
    'approved',
    context.runId,
  );
  await applyPlan(context, 'everything');
}

/** What a run remembers of the one before lies beside the cursors, under a name instead of a folder. */
function bookmark({ scope }: RunContext, name: 'rootFolder' | 'rules'): CursorKey {
  return { side: 'exchange', mailboxId: scope.mailboxId, module: scope.module, scope: `#${name}` };
}

async function differs(context: RunContext, name: 'rootFolder' | 'rules', now: string): Promise<boolean> {
  const before = await context.store.cursor(bookmark(context, name));
  return before !== null && before.cursor !== now;
}

async function remember(
  store: SyncStore,
  lease: RunContext['lease'],
  key: CursorKey,
  value: string,
): Promise<void> {
  if ((await store.cursor(key))?.cursor === value) return;
  const cursor = { cursor: value, fullRead: 0, complete: true };
  await store.savePage(lease, key, { cursor, entries: [], seen: [] });
}

function digest(rules: Rules): string {
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex');
}

/** Other rules: what they kept out of the sync is looked at again. */
async function reconsider(context: RunContext): Promise<void> {
  const links = (await context.store.halfLinks(context.scope)).filter((link) => link.state === 'outOfScope');
  const entries = links.flatMap((link) =>
    sides.flatMap((side) => {
      const id = link[idKey(side)];
      return id === null ? [] : [rereadEntry(context, side, id)];
    }),
  );
  if (entries.length > 0) await context.store.enqueue(context.lease, entries);
}

/** The stored plan as a list; it is done with afterwards and never carried out. */
async function takePreview(context: RunContext): Promise<StoredAction[]> {
  const actions = (await context.store.leftovers(context.scope, null)).filter(
    (action) => action.runId === context.runId,
  );
  const finished = actions.map(({ id }) => ({ id, state: 'dropped' as const, error: null }));
  await context.store.settle(context.lease, {
    links: [],
    finished,
    inboxDone: [],
    inboxFailed: [],
    enqueue: [],
  });
  return actions;
}

/** How long the scheduler should wait before it tries a failed run again; null: as scheduled. */
export function retryAfterMs(outcome: RunOutcome): number | null {
  return outcome.error instanceof RemoteError && outcome.error.retryable
    ? (outcome.error.retryAfterMs ?? 60_000)
    : null;
}
