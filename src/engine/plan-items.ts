/** Reads what the inbox says has changed, asks the planner, stores the plan. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoppedError } from '../errors.ts';
import type { Link, Module, ScopeReason, SealedValue, SealedValues, Side, Values } from '../sync/model.ts';
import { otherSide, sides } from '../sync/model.ts';
import { withMapping } from '../sync/mapping.ts';
import { keyFieldsOf, titleOf } from '../sync/natural-keys.ts';
import { plan } from '../sync/plan.ts';
import type { SideState } from '../sync/plan.ts';
import type { Failure, ReadResult } from '../sync/ports.ts';
import { emptySettlement } from '../sync/stores.ts';
import type { NewAction, Settlement } from '../sync/stores.ts';
import { awaitedLater } from '../awaited-later.ts';
import { findCutTexts } from './cut-texts.ts';
import { findPlaces } from './find-places.ts';
import type { FoundPlace } from './find-places.ts';
import { leftToOthers, meetingCopy } from './meetings.ts';
import { loadPendings } from './pending.ts';
import type { Cell, FreshPending, Pending, PendingRow } from './pending.ts';
import { failedRows } from './retry-delay.ts';
import type { RunContext } from './run-context.ts';
import { withinWindow } from './sync-window.ts';
import { blobHashes, sealItem } from './seal.ts';
import type { Blob } from './seal.ts';

/** Items planned, and stored, at a time. Bounds the memory of a plan. */
const chunkSize = 50;

/** Chunks read or being read at a time: one is planned, one is decoded, one is on the wire. */
const chunksAhead = 3;

/**
 * Plans every pending item into stored actions. `onStored` is waited for after each chunk, with the items planned so far.
 * Returns how many have newer rows by now, and have to be paired again.
 */
export async function planItems(
  context: RunContext,
  pendings: readonly (Pending | FreshPending)[],
  onStored?: (planned: number) => Promise<void>,
): Promise<number> {
  let overtaken = 0;
  const reading: Promise<ReadPending[]>[] = [];
  for (let start = 0; start < pendings.length; start += chunkSize) {
    if (context.signal.aborted) throw new StoppedError('the run was asked to stop');
    while (reading.length < chunksAhead && start + reading.length * chunkSize < pendings.length) {
      reading.push(awaitedLater(readChunk(context, pendings, start + reading.length * chunkSize)));
    }
    const chunk = (await reading.shift()) ?? [];
    await planChunk(context, chunk);
    const planned = Math.min(start + chunkSize, pendings.length);
    overtaken += planned - start - chunk.length;
    context.progress({ phase: 'planning', done: planned, total: pendings.length });
    await onStored?.(planned);
    await nextTurn();
  }
  return overtaken;
}

interface ReadPending {
  readonly pending: Pending;
  readonly states: Record<Side, CellState>;
}

type CellState =
  | {
      readonly kind: 'read';
      readonly result: ReadResult;
      /** Fields that show only the beginning of what they held, with what they held. */
      readonly cut: SealedValues;
    }
  | { readonly kind: 'state'; readonly state: SideState };

function needsReading(context: RunContext, pending: Pending, side: Side): boolean {
  const cell = pending.cells[side];
  if (cell.id === null) return false;
  if (cell.reread) return true;
  if (cell.row === null) return isShadowInDoubt(context, pending, side);
  if (cell.row.kind === 'deleted' || cell.row.skip !== null) return false;
  return !isOwnEcho(pending, side, cell.row) || isShadowInDoubt(context, pending, side);
}

/**
 * A linked side that says nothing new has to be read all the same when its shadow is not whole or its version is not
 * known (a create found after a crash): without it the other side's change cannot be merged or written.
 */
function isShadowInDoubt(context: RunContext, { link, cells }: Pending, side: Side): boolean {
  if (link === null || cells[otherSide(side)].row === null) return false;
  const shadow = link[side];
  if (shadow === null || shadow.version === '') return true;
  // What a first pairing could not write is in neither shadow: it is settled by reading both.
  const { crm, exchange } = context.capabilities;
  return context.rules.fields.some(
    ({ name }) => !(name in shadow.values) && !crm.unsupported.has(name) && !exchange.unsupported.has(name),
  );
}

function isOwnEcho({ link }: Pending, side: Side, row: PendingRow): boolean {
  return link?.state === 'active' && row.version !== null && link[side]?.version === row.version;
}

async function readChunk(
  context: RunContext,
  pendings: readonly (Pending | FreshPending)[],
  start: number,
): Promise<ReadPending[]> {
  const chunk = await loadPendings(context.store, pendings.slice(start, start + chunkSize));
  if (chunk.length === 0) return [];
  const results: Record<Side, Map<string, ReadResult>> = { crm: new Map(), exchange: new Map() };
  const riding = await context.store.inboxItems(
    chunk.flatMap(({ cells }) => sides.flatMap((side) => cells[side].row?.id ?? [])),
  );
  await Promise.all(
    sides.map(async (side) => {
      const ids: string[] = [];
      for (const pending of chunk) {
        const { row, id } = pending.cells[side];
        if (id === null || !needsReading(context, pending, side)) continue;
        const item = row === null || isOutdated(context, pending, row) ? undefined : riding.get(row.id);
        if (item) results[side].set(id, { kind: 'item', item });
        else ids.push(id);
      }
      if (ids.length === 0) return;
      const answers = await context.side[side].read(context.scope.module, ids, context.signal);
      ids.forEach((id, index) => results[side].set(id, answers[index] ?? missingAnswer));
    }),
  );
  const read = chunk.map((pending) => ({
    pending,
    states: {
      crm: cellState(context.scope.module, pending, 'crm', results),
      exchange: cellState(context.scope.module, pending, 'exchange', results),
    },
  }));
  await locateGone(context, read);
  await restoreCut(context, read);
  return read;
}

/**
 * What is linked may have been written by ourselves after the page with its report was read, and so may what was planned
 * before; our own writes are not reported again. Taken for news, the content of before would undo them.
 */
function isOutdated({ planned }: RunContext, { link }: Pending, row: PendingRow): boolean {
  return link !== null || row.attempts > 0 || planned.has(row.id);
}

async function restoreCut(context: RunContext, chunk: readonly ReadPending[]): Promise<void> {
  const found = chunk.flatMap(({ pending, states }) =>
    sides.flatMap((side) => {
      const state = states[side];
      if (state.kind !== 'read' || state.result.kind !== 'item') return [];
      return [{ states, side, state, link: pending.link, values: state.result.item.values }];
    }),
  );
  const cuts = await findCutTexts(context.store, context.scope.module, found);
  found.forEach(({ states, side, state }, index) => {
    const cut = cuts[index] ?? {};
    if (Object.keys(cut).length > 0) states[side] = { ...state, cut };
  });
}

const missingAnswer: ReadResult = {
  kind: 'failed',
  failure: { code: 'NoAnswer', message: 'The server gave no answer for this item.', retryable: true },
};

function cellState(
  module: Module,
  pending: Pending,
  side: Side,
  results: Readonly<Record<Side, ReadonlyMap<string, ReadResult>>>,
): CellState {
  const cell = pending.cells[side];
  if (cell.id === null) return { kind: 'state', state: { state: 'absent' } };
  const result = results[side].get(cell.id);
  if (result) return { kind: 'read', result, cut: {} };
  return { kind: 'state', state: stateOfRow(module, pending, side, cell) };
}

function stateOfRow(module: Module, pending: Pending, side: Side, cell: Cell): SideState {
  const { row } = cell;
  if (row === null || isOwnEcho(pending, side, row)) return { state: 'unchanged' };
  if (row.kind === 'deleted') return { state: 'deleted' };
  if (row.skip === null) throw new Error(`item ${row.itemId} should have been read`);
  const keyValues = keysOf(module, row.keyValues);
  return { state: 'outOfScope', reason: row.skip, id: row.itemId, version: row.version ?? '', keyValues };
}

function keysOf(module: Module, values: Values | SealedValues): SealedValues {
  return Object.fromEntries(
    keyFieldsOf(module).flatMap((field): [string, SealedValue][] => {
      const value = values[field];
      return typeof value === 'string' || value === null ? [[field, value]] : [];
    }),
  );
}

/** Gone from its folder is not yet deleted: the same item may lie in another one, or be back by now under another id. */
async function locateGone(context: RunContext, chunk: readonly ReadPending[]): Promise<void> {
  const gone = chunk.flatMap(({ pending, states }) => {
    const { link } = pending;
    const state = states.exchange;
    const isGone = state.kind === 'read' ? state.result.kind === 'gone' : state.state.state === 'deleted';
    return isGone && link !== null && link.state !== 'deleted' ? [{ pending, link, states }] : [];
  });
  if (gone.length === 0) return;
  const lost = gone.map(({ pending: { cells }, link }) => ({ id: cells.exchange.id ?? '', link }));
  const places = await findPlaces(context, lost);
  gone.forEach(({ pending, link, states }, index) => {
    const state = stateAt(context.scope.module, pending, link, places[index] ?? 'gone');
    states.exchange = { kind: 'state', state };
  });
}

function stateAt(module: Module, { cells }: Pending, link: Link, place: FoundPlace): SideState {
  switch (place) {
    case 'gone':
      return { state: 'deleted' };
    case 'moved':
      return {
        state: 'outOfScope',
        reason: 'moved',
        id: cells.exchange.id ?? '',
        version: link.exchange?.version ?? '',
        keyValues: keysOf(module, link.exchange?.values ?? {}),
      };
    // The next reading reports it, and pairing gives it its place again.
    case 'back':
      return { state: 'unread' };
  }
}

async function planChunk(context: RunContext, chunk: readonly ReadPending[]): Promise<void> {
  const blobs = new Map<string, Blob>();
  const actions: NewAction[] = [];
  const settlement: { inboxDone: number[]; inboxFailed: Settlement['inboxFailed'][number][] } = {
    inboxDone: [],
    inboxFailed: [],
  };
  const subjects = chunk.map((one) => subjectOf(context, one, blobs));
  const elsewhere = await meetingsElsewhere(context, subjects);
  for (const subject of subjects) planOne(context, subject, elsewhere, actions, settlement);
  const needed = blobHashes(
    actions.flatMap(({ body }) => [body.values, body.before, body.settles.crm, body.settles.exchange]),
  );
  const kept = [...blobs.values()].filter((blob) => needed.has(blob.hash));
  if (kept.length > 0) await context.store.putBlobs(kept);
  if (actions.length > 0) await context.store.savePlan(context.lease, context.runId, actions);
  for (const { pending } of chunk) for (const id of pending.inboxIds) context.planned.add(id);
  if (context.kind === 'preview') return;
  if (settlement.inboxDone.length + settlement.inboxFailed.length === 0) return;
  await context.store.settle(context.lease, { ...emptySettlement, ...settlement });
}

interface ReadSubject extends ReadPending {
  /** Of the link, or of the one it will get. */
  readonly linkId: string;
  readonly sideStates: Readonly<Record<Side, SideState>>;
  /** The same, with what the event window keeps out. */
  readonly windowed: Readonly<Record<Side, SideState>>;
}

function subjectOf(
  context: RunContext,
  { pending, states }: ReadPending,
  blobs: Map<string, Blob>,
): ReadSubject {
  const sideStates = {
    crm: sideState(context, pending, 'crm', states.crm, blobs),
    exchange: sideState(context, pending, 'exchange', states.exchange, blobs),
  };
  const windowed = withinWindow(context, pending.link, sideStates);
  return { pending, states, sideStates, windowed, linkId: pending.link?.id ?? context.newLinkId() };
}

/** The links of copies whose meeting another mailbox brings into the CRM. */
async function meetingsElsewhere(
  context: RunContext,
  subjects: readonly ReadSubject[],
): Promise<ReadonlySet<string>> {
  if (context.scope.module !== 'events') return new Set();
  const copies = subjects.flatMap(({ linkId, windowed: { crm, exchange } }) => {
    return crm.state === 'absent' ? (meetingCopy(linkId, exchange) ?? []) : [];
  });
  return leftToOthers(context, copies);
}

function planOne(
  context: RunContext,
  { pending, states: cells, sideStates, windowed: states, linkId }: ReadSubject,
  elsewhere: ReadonlySet<string>,
  actions: NewAction[],
  settlement: { inboxDone: number[]; inboxFailed: Settlement['inboxFailed'][number][] },
): void {
  const { link, inboxIds } = pending;
  const exchange = elsewhere.has(linkId)
    ? setAside(context, states.exchange, 'meetingElsewhere')
    : states.exchange;
  const planned = plan({
    link,
    states: { exchange, crm: capped(context, pending, states) },
    rules: context.rules,
    capabilities: context.capabilities,
    takesUp: pending.takesUp,
  });
  if (planned.kind === 'wait') {
    for (const side of sides) {
      const failure = failureOf(cells[side]);
      if (failure === null) continue;
      context.counts[side].failed += 1;
      settlement.inboxFailed.push(...failedRows(context, inboxIds, failure));
    }
    return;
  }
  if (planned.steps.length === 0) {
    settlement.inboxDone.push(...inboxIds);
    return;
  }
  const title = titleFor(context.scope.module, sideStates, pending);
  planned.steps.forEach(({ step, body }, index) => {
    const mapped = withMapping(body, context.mapping);
    actions.push({ linkId, step, body: mapped, inboxIds, final: index === planned.steps.length - 1, title });
  });
}

/** An item that was read and is to be left alone. */
function setAside(context: RunContext, state: SideState, reason: ScopeReason): SideState {
  if (state.state !== 'changed') return state;
  const { id, version, values } = state.item;
  return { state: 'outOfScope', reason, id, version, keyValues: keysOf(context.scope.module, values) };
}

function failureOf(state: CellState): Failure | null {
  return state.kind === 'read' && state.result.kind === 'failed' ? state.result.failure : null;
}

function sideState(
  context: RunContext,
  pending: Pending,
  side: Side,
  cell: CellState,
  blobs: Map<string, Blob>,
): SideState {
  if (cell.kind === 'state') return cell.state;
  const { result } = cell;
  if (result.kind === 'failed') return { state: 'unread' };
  // Never linked and already gone again: as if it had never been.
  if (result.kind === 'gone') return pending.link === null ? { state: 'absent' } : { state: 'deleted' };
  const { item } = result;
  const foreign = side === 'crm' && item.ownerId !== null && item.ownerId !== context.ownerId;
  const reason = foreign ? 'owner' : item.skip;
  if (reason !== null) {
    return {
      state: 'outOfScope',
      reason,
      id: item.id,
      version: item.version,
      keyValues: keysOf(context.scope.module, item.values),
    };
  }
  const sealed = sealItem(context.scope.module, item, blobs);
  return { state: 'changed', item: { ...sealed, values: { ...sealed.values, ...cell.cut } } };
}

/** Beyond the first sync's limit a new CRM record stays where it is, and says so. */
function capped(context: RunContext, pending: Pending, states: Readonly<Record<Side, SideState>>): SideState {
  const { crm, exchange } = states;
  const { cap } = context;
  if (cap === null || pending.link !== null || crm.state !== 'changed' || exchange.state !== 'absent')
    return crm;
  if (cap.left > 0) {
    cap.left -= 1;
    return crm;
  }
  return setAside(context, crm, 'cap');
}

function titleFor(module: Module, states: Readonly<Record<Side, SideState>>, pending: Pending): string {
  for (const side of sides) {
    const state = states[side];
    const values = state.state === 'changed' ? state.item.values : pending.link?.[side]?.values;
    const title = values ? titleOf(module, values) : '';
    if (title !== '') return title;
  }
  return '';
}
