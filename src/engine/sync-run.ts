/** One run of one (mailbox, module): lease, recover, read, pair, plan, guard, apply. See docs/architecture.md, "A run". */
import { describeError, RemoteError, StoppedError } from '../errors.ts';
import type { EventWindow, ModuleSettings, Settings } from '../sync/administration.ts';
import { bookmark } from '../sync/bookmarks.ts';
import { judgePlan } from '../sync/guard.ts';
import type { Held } from '../sync/guard.ts';
import type { ItemRef } from '../sync/why.ts';
import type { Mapping } from '../sync/mapping.ts';
import { windowBounds } from '../sync/event-window.ts';
import { nearness } from '../sync/event-span.ts';
import type { Values } from '../sync/model.ts';
import type { DecisionOrder } from '../sync/orders.ts';
import type { Clock, SyncSide } from '../sync/ports.ts';
import { emptySettlement } from '../sync/stores.ts';
import type {
  HeldRef,
  LeaseStore,
  RunCounts,
  RunKind,
  RunScope,
  RunState,
  StoredAction,
  SyncStore,
} from '../sync/stores.ts';
import { differs, isNew, remember } from './bookmarks.ts';
import { asIfFollowed, followMapping } from './changed-mapping.ts';
import { digest, reconsider, rulesOf } from './changed-rules.ts';
import { settleDoubts } from './doubtful-rows.ts';
import { applyPlan } from './execute.ts';
import { approveHeld, decidedActions, rejectHeld, withoutHeld } from './held-actions.ts';
import { withKnownCursors } from './known-cursors.ts';
import { takeLease, underLease } from './lease-keeper.ts';
import type { LeaseKeeper, LeaseTimes } from './lease-keeper.ts';
import { awaitedLater } from '../awaited-later.ts';
import { mappedSide } from './mapped-side.ts';
import { pairInbox } from './pairing.ts';
import { pendingOf } from './one-item.ts';
import type { FreshPending, Pending } from './pending.ts';
import { planItems } from './plan-items.ts';
import { readExchange, readOwner } from './readers.ts';
import { recoverIntents } from './recover.ts';
import { emptyCounts } from './run-context.ts';
import { dayOfLook } from './sync-window.ts';
import { enqueueReread, planUndoOf } from './undo.ts';
import { loadWaiting } from './waiting-rows.ts';
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
export type Decision = Omit<DecisionOrder, 'kind'>;

export interface RunRequest {
  readonly scope: RunScope;
  readonly ownerId: string;
  /** Addresses of the mailboxes that are synced here, in lower case. */
  readonly syncedAmong: RunContext['syncedAmong'];
  readonly crm: SyncSide;
  readonly exchange: SyncSide;
  /** Brings the organisation-wide CRM feed into the inbox; runs of many mailboxes share one reading. */
  readonly readOrganisation: (signal: AbortSignal) => Promise<void>;
  readonly settings: ModuleSettings;
  /** Of no matter to other modules. */
  readonly eventWindow: EventWindow;
  readonly guard: Settings['guard'];
  readonly kind: RunKind;
  /** What started it, for the history: `schedule`, `manual`, `approval`, … */
  readonly trigger: string;
  readonly decisions?: readonly Decision[];
  /** Takes back instead of syncing. */
  readonly undo?: UndoRequest;
  /** A preview of this item alone, whether it has news or not. */
  readonly only?: ItemRef;
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
  const firstRun = await isFirst(store, request.scope);
  const runId = await store.startRun(lease, request.scope, request.kind, request.trigger);
  const { firstSyncCap } = request.settings;
  // A first run that broke off before has used up a part of it.
  const cap =
    firstRun && firstSyncCap !== null
      ? { left: Math.max(0, firstSyncCap - (await store.linkCount(request.scope))) }
      : null;
  const counts = emptyCounts();
  const contextUnder = (mapping: Mapping, seen: SyncStore = store): RunContext =>
    contextOf({ ...deps, store: seen }, request, { keeper, runId, cap, counts, mapping });
  let context = contextUnder(request.settings.mapping);
  let heldBecause: readonly string[] = [];
  let notUndone: readonly UndoLeftover[] = [];
  let state: RunState = 'done';
  let error: unknown = null;
  try {
    if (request.kind === 'preview') {
      const seen = await asIfFollowed(context, request.only !== undefined);
      context = contextUnder(request.settings.mapping, seen);
    } else await followMapping(context, contextUnder);
    if (request.undo) notUndone = await takeBack(context, request.undo);
    else heldBecause = await work(context, request, firstRun);
  } catch (caught) {
    state = caught instanceof StoppedError || request.signal.aborted ? 'stopped' : 'failed';
    error = caught;
  }
  const preview = request.kind === 'preview' ? await takePreview(context) : [];
  const waiting = await store.heldRefs(request.scope);
  const held = waiting.length;
  const said = error === null ? null : describeError(error);
  await keeper.releaseBy((present) =>
    store.finishRun(present, runId, { state, counts: context.counts, held, error: said }),
  );
  heldBecause = [...heldBecause, ...untold(waiting)];
  return { state, runId, counts: context.counts, held, heldBecause, preview, notUndone, error };
}

/** Also the one after the scope was forgotten: what was done before has nothing to do with it. */
async function isFirst(store: SyncStore, scope: RunScope): Promise<boolean> {
  const last = await store.lastRun(scope, 'done');
  const forgotten = await store.cursor(bookmark(scope, 'forgotten'));
  return last === null || last.id <= Number(forgotten?.cursor ?? 0);
}

function untold(waiting: readonly HeldRef[]): string[] {
  const meetings = waiting.filter(({ tellsAttendees }) => tellsAttendees).length;
  return meetings === 0
    ? []
    : [
        meetings === 1
          ? 'a change of a meeting waits to be sent to its attendees'
          : `${meetings} changes of meetings wait to be sent to their attendees`,
      ];
}

function contextOf(
  deps: EngineDeps,
  request: RunRequest,
  run: Pick<RunContext, 'runId' | 'cap' | 'counts' | 'mapping'> & { readonly keeper: LeaseKeeper },
): RunContext {
  const { module } = request.scope;
  const { keeper, runId, cap, counts, mapping } = run;
  const exchange = mappedSide(request.exchange, module, mapping);
  const side = { crm: underLease(request.crm, keeper), exchange: underLease(exchange, keeper) };
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
    syncedAmong: request.syncedAmong,
    side,
    capabilities: { crm: side.crm.capabilities(module), exchange: side.exchange.capabilities(module) },
    rules: rulesOf(request.settings, module),
    mapping,
    cap,
    window: module === 'events' ? windowBounds(request.eventWindow, deps.clock()) : null,
    attempts: new Map(),
    planned: new Set(),
    counts,
    unfinished: new Set(),
    advanced: new Set(),
    applied: { count: 0 },
    signal: request.signal,
    progress: (progress) => request.progress?.({ ...progress, counts }),
  };
}

/** A person asked for it and saw what it takes back, so the guard is not asked. */
async function takeBack(context: RunContext, undo: UndoRequest): Promise<readonly UndoLeftover[]> {
  if (context.kind === 'preview') return (await planUndoOf(context, undo)).leftovers;
  await recoverIntents(context);
  const planned = await planUndoOf(context, undo);
  await applyPlan(context, 'everything');
  await enqueueReread(context, planned);
  return planned.leftovers;
}

async function work(context: RunContext, request: RunRequest, firstRun: boolean): Promise<readonly string[]> {
  const { scope, signal } = context;
  if (context.kind === 'sync') {
    await recoverIntents(context);
    for (const decision of request.decisions ?? []) await decide(context, decision);
  }
  context.progress({ phase: 'reading', done: 0, total: null });
  const folder = await read(context, request);
  const rootFolderChanged = await differs(context, 'rootFolder', folder);
  const rules = digest(request, scope.module);
  const day = context.window && dayOfLook(request.eventWindow, context.clock());
  if (await isNew(context, 'rules', rules)) await reconsider(context, () => true);
  else if (day !== null && (await isNew(context, 'window', day)))
    await reconsider(context, ({ reason }) => reason === 'window');

  const because: Partial<Record<Held, string>> = {};
  for (let round = 0; round < maxPlans; round += 1) {
    context.unfinished.clear();
    context.advanced.clear();
    const pendings = await pendingsOf(context, request, firstRun);
    // What an earlier round planned was judged there.
    if (pendings.length === 0) break;
    let again = 0;
    if (firstRun && context.kind === 'sync') again = await planAndWrite(context, pendings);
    else again = await planItems(context, pendings);
    if (context.kind === 'preview') break;
    const held = await guard(context, request, firstRun, rootFolderChanged);
    Object.assign(because, held);
    again += await applyPlan(context, 'everything');
    if (again === 0 || signal.aborted) break;
  }
  if (context.kind === 'sync') {
    await remember(context, 'rootFolder', folder);
    await remember(context, 'rules', rules);
    if (day !== null) await remember(context, 'window', day);
  }
  return Object.values(because);
}

async function pendingsOf(
  context: RunContext,
  { only }: RunRequest,
  firstRun: boolean,
): Promise<readonly (Pending | FreshPending)[]> {
  const { scope, clock, signal } = context;
  // Where a first sync does not take everything, or breaks off, what comes next is there.
  const now = clock();
  const near = firstRun && scope.module === 'events' ? (values: Values) => nearness(values, now) : null;
  let paired: (Pending | FreshPending)[] | null = null;
  while (paired === null) {
    if (signal.aborted) throw new StoppedError('the run was asked to stop');
    paired = await pairInbox(context, await settleDoubts(context, await loadWaiting(context, near)));
  }
  return only ? [await pendingOf(context, paired, only)] : withoutHeld(context, paired);
}

/**
 * The guard has nothing to hold back in a first run but deletions, and these run last. So writing what is planned
 * already goes on while the rest is read and planned; what builds on an earlier step waits until all is planned.
 */
async function planAndWrite(
  context: RunContext,
  pendings: readonly (Pending | FreshPending)[],
): Promise<number> {
  let again = 0;
  const write = async (): Promise<void> => {
    again += await applyPlan(context, 'firstWrites');
  };
  let writing = Promise.resolve();
  const overtaken = await planItems(context, pendings, async (planned) => {
    if (planned % plannedAtOnce !== 0 && planned < pendings.length) return;
    await writing;
    writing = awaitedLater(write());
  });
  await writing;
  return again + overtaken;
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
  const actions = decidedActions(await context.store.held(context.scope), actionIds);
  if (actions.decided.length === 0) return;
  if (verdict === 'rejected') return rejectHeld(context, actions);
  await approveHeld(context, actions);
  await applyPlan(context, 'everything');
}

/** The stored plan as a list; it is done with afterwards and never carried out. */
async function takePreview(context: RunContext): Promise<StoredAction[]> {
  const actions = (await context.store.leftovers(context.scope, null)).filter(
    (action) => action.runId === context.runId,
  );
  const finished = actions.map(({ id }) => ({ id, state: 'dropped' as const, error: null }));
  await context.store.settle(context.lease, { ...emptySettlement, finished });
  return actions;
}

/** How long the scheduler should wait before it tries a failed run again; null: as scheduled. */
export function retryAfterMs(outcome: RunOutcome): number | null {
  return outcome.error instanceof RemoteError && outcome.error.retryable
    ? (outcome.error.retryAfterMs ?? 60_000)
    : null;
}
