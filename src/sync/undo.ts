/** What takes an action back: both sides get what they had before, as far as nobody has touched it since. Pure. */
import { createSteps, idKey, unknownVersion, wonValues } from './actions.ts';
import { fieldsIn } from './fields.ts';
import { changedLines, defaultMapping } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import { fieldsOfOthers, needsCancellationSent, needsUpdateSent } from './meetings.ts';
import type { Link, Module, SealedValue, SealedValues, Side } from './model.ts';
import { otherSide, sides } from './model.ts';
import { isOccurrenceName } from './occurrences.ts';
import type { PlannedStep, Rules, SideState } from './plan.ts';
import type { Capabilities } from './ports.ts';
import type { ActionBody } from './stores.ts';
import { isFilled, pick, sameValue } from './values.ts';
import { fixedOfPrivate, separation, withWholeSeries } from './whole-series.ts';

export interface UndoSubject {
  readonly module: Module;
  readonly link: Link | null;
  /** What one run did to the item, newest first, as it was carried out. */
  readonly actions: readonly { readonly id: number; readonly body: ActionBody }[];
  /** Only these fields of updates; null: all of them. */
  readonly fields: ReadonlySet<string> | null;
  /** What both sides show now. */
  readonly states: Readonly<Record<Side, SideState>>;
  readonly capabilities: Readonly<Record<Side, Capabilities>>;
  /** What Exchange's fields are to the CRM's now. */
  readonly mapping: Mapping;
}

/** Why a part of an action stays as it is. */
export type UndoObstacle =
  /** Somebody changed these fields since. */
  | { readonly kind: 'changedSince'; readonly side: Side; readonly fields: readonly string[] }
  /** These fields were other ones of Exchange when the action was done: what they held belongs elsewhere. */
  | { readonly kind: 'mappedAnew'; readonly side: Side; readonly fields: readonly string[] }
  /** The item is not there any more, or could not be read. */
  | { readonly kind: 'itemMissing'; readonly side: Side }
  /** It is a meeting: deleting it would leave its attendees with one that does not take place. */
  | { readonly kind: 'hasAttendees'; readonly side: Side }
  /** The action wrote nothing that could be taken back. */
  | { readonly kind: 'nothingToUndo' };

export interface UndoPlan {
  readonly steps: readonly PlannedStep[];
  readonly obstacles: readonly { readonly actionId: number; readonly obstacle: UndoObstacle }[];
  /** The side that the next run has to read the item on again: it carries from there what an undo may not write itself. */
  readonly reread: Side | null;
}

/** What taking one action back comes to. */
interface Undoing {
  /** Values to write to an item that is there. */
  readonly writes?: Partial<Record<Side, SealedValues>>;
  /** An item to make or to remove. */
  readonly steps?: readonly PlannedStep[];
  readonly obstacles?: readonly UndoObstacle[];
}

/** A create asks for no rule. */
const noRules: Rules = {
  fields: [],
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: false, exchange: false },
};

/**
 * Each action is taken back from what the one after it leaves, and each side of the item is written once: a run may have
 * made an item and changed it, or written to both sides of it.
 */
export function planUndo(subject: UndoSubject): UndoPlan {
  const writes: Record<Side, SealedValues> = { crm: {}, exchange: {} };
  const obstacles: UndoPlan['obstacles'][number][] = [];
  let whole: readonly PlannedStep[] = [];
  let revived: Side | null = null;
  let { states } = subject;
  for (const { id, body } of subject.actions) {
    const undoing = undoOne({ ...subject, states }, body);
    for (const obstacle of undoing.obstacles ?? []) obstacles.push({ actionId: id, obstacle });
    for (const side of sides) {
      const values = undoing.writes?.[side] ?? {};
      writes[side] = { ...writes[side], ...values };
      states = { ...states, [side]: withValues(states[side], values) };
    }
    if (undoing.steps !== undefined && undoing.steps.length > 0) {
      whole = undoing.steps;
      if (body.kind === 'remove') revived = body.side;
    }
  }
  // An item that goes, or comes back as it was, needs no write before.
  if (whole.length > 0) return { steps: whole, obstacles, reread: revived };
  const held = heldBack(subject.states.exchange, writes.exchange);
  const steps = sides.flatMap((side) => {
    const values = side === 'exchange' ? pick(writes[side], (field) => !held.has(field)) : writes[side];
    return writeSteps(subject, side, values, held);
  });
  const [newest] = subject.actions;
  if (steps.length === 0 && obstacles.length === 0 && newest !== undefined) {
    obstacles.push({ actionId: newest.id, obstacle: { kind: 'nothingToUndo' } });
  }
  return { steps, obstacles, reread: held.size > 0 ? 'crm' : null };
}

function undoOne(subject: UndoSubject, body: ActionBody): Undoing {
  if (body.side === null) return { obstacles: [{ kind: 'nothingToUndo' }] };
  switch (body.kind) {
    case 'create':
      return undoCreate(subject, body, body.side);
    case 'update':
      return undoUpdate(subject, body, body.side);
    case 'remove':
      return undoRemove(subject, body, body.side);
    case 'settle':
      return { obstacles: [{ kind: 'nothingToUndo' }] };
  }
}

function valuesOf(state: SideState): SealedValues {
  return state.state === 'changed' ? state.item.values : {};
}

function withValues(state: SideState, values: SealedValues): SideState {
  if (state.state !== 'changed') return state;
  return { ...state, item: { ...state.item, values: { ...state.item.values, ...values } } };
}

/**
 * What attendees would have to hear of is taken back in the CRM only: from there the next run carries it on as any
 * change of a meeting, which waits until somebody has it sent.
 */
function heldBack(state: SideState, writes: SealedValues): ReadonlySet<string> {
  if (state.state !== 'changed' || !needsUpdateSent(state.item.values, writes)) return new Set();
  return new Set(Object.keys(writes));
}

/** One write to the item, and a second one for what the side takes in a call of its own. */
function writeSteps(
  subject: UndoSubject,
  side: Side,
  writes: SealedValues,
  unsettled: ReadonlySet<string>,
): PlannedStep[] {
  const state = subject.states[side];
  if (state.state !== 'changed') return [];
  const now = state.item.values;
  const isSeparate = separation(subject.capabilities[side]);
  const kinds = new Map(fieldsIn(subject.module, writes).map(({ name, kind }) => [name, kind]));
  const different = pick(
    writes,
    (field) => !sameValue(kinds.get(field) ?? 'text', writes[field] ?? null, now[field] ?? null),
  );
  const values = withWholeSeries(different, now, null, subject.capabilities[side]);
  return [pick(values, (field) => !isSeparate(field)), pick(values, (field) => isSeparate(field))]
    .filter((group) => Object.keys(group).length > 0)
    .map((group, step) => {
      const settled = pick(group, (field) => !unsettled.has(field));
      return {
        step,
        body: {
          ...emptyBody,
          kind: 'update',
          side,
          targetId: state.item.id,
          // A later step has to match what the step before it left behind.
          version: step === 0 ? state.item.version : null,
          values: group,
          before: pick(now, (field) => field in group),
          settles: side === 'crm' ? { crm: settled, exchange: {} } : { crm: {}, exchange: settled },
          link: linkOf(subject),
          overwrites: Object.keys(group).length,
        },
      };
    });
}

/** An action that does nothing. */
export const emptyBody: ActionBody = {
  kind: 'settle',
  side: null,
  targetId: null,
  version: null,
  values: {},
  before: {},
  settles: { crm: {}, exchange: {} },
  versions: { crm: null, exchange: null },
  link: { state: 'active', reason: null, crmId: null, exchangeId: null, identity: null },
  losers: [],
  overwrites: 0,
  tellsAttendees: false,
};

function linkOf({ link, actions }: UndoSubject): ActionBody['link'] {
  const { state, reason, crmId, exchangeId, identity } = link ?? actions[0]?.body.link ?? emptyBody.link;
  return { state, reason, crmId, exchangeId, identity };
}

/** The item that was made goes again, if it is still as it was made; the pair is dropped, so that nothing comes back. */
function undoCreate(subject: UndoSubject, body: ActionBody, side: Side): Undoing {
  const { link, states } = subject;
  const state = states[side];
  if (link === null || state.state !== 'changed') return missing(side);
  // Whether it is still as it was made, the fields of today cannot tell.
  const anew = side === 'exchange' ? mappedAnew(subject, body, filledIn(body.values)) : [];
  if (anew.length > 0) return { obstacles: [{ kind: 'mappedAnew', side, fields: anew }] };
  const changed = changedSince(subject, side, body.values);
  if (changed.length > 0) return { obstacles: [{ kind: 'changedSince', side, fields: changed }] };
  if (side === 'exchange' && needsCancellationSent(state.item.values)) {
    return { obstacles: [{ kind: 'hasAttendees', side }] };
  }
  const step: PlannedStep = {
    step: 0,
    body: {
      ...emptyBody,
      kind: 'remove',
      side,
      targetId: state.item.id,
      version: state.item.version,
      before: state.item.values,
      link: { ...linkOf(subject), state: 'deleted', reason: 'undone', [idKey(side)]: null },
    },
  };
  return { steps: [step] };
}

/** Fields that still hold what was written get what they held before, on the side written to and on the one it came from. */
function undoUpdate(subject: UndoSubject, body: ActionBody, written: Side): Undoing {
  const { link, states, fields } = subject;
  if (link === null || states[written].state !== 'changed') return missing(written);
  const wanted = pick(wonValues(body), (field) => fields === null || fields.has(field));
  const anew = new Set(mappedAnew(subject, body, wanted));
  const after = pick(wanted, (field) => !anew.has(field));
  const others = new Set([
    ...sides.flatMap((side) => [...fieldsOfOthers(valuesOf(states[side]))]),
    ...fixedOfPrivate(valuesOf(states.exchange)),
  ]);
  const lost = Object.fromEntries(body.losers.map(({ field, value }) => [field, value]));
  const before = { ...body.before, ...lost };
  const writes: Partial<Record<Side, SealedValues>> = {};
  const obstacles: UndoObstacle[] =
    anew.size > 0 ? [{ kind: 'mappedAnew', side: written, fields: [...anew] }] : [];
  for (const side of [written, otherSide(written)]) {
    const state = states[side];
    if (state.state !== 'changed') {
      obstacles.push({ kind: 'itemMissing', side });
      continue;
    }
    const { readOnly, unsupported } = subject.capabilities[side];
    // What shows the value of before again needs nothing any more.
    const toRestore = new Set(differing(subject.module, before, state.item.values));
    const changed = new Set(
      changedSince(subject, side, after).filter((field) => toRestore.has(field) || !(field in before)),
    );
    if (changed.size > 0) obstacles.push({ kind: 'changedSince', side, fields: [...changed] });
    writes[side] = pick(
      before,
      (field) =>
        field in after &&
        !changed.has(field) &&
        !readOnly.has(field) &&
        !unsupported.has(field) &&
        !others.has(field),
    );
  }
  return { writes, obstacles };
}

/** The item comes back as it was; its partner, deleted by somebody, is made again from it by the next run. */
function undoRemove(subject: UndoSubject, body: ActionBody, side: Side): Undoing {
  const { link, capabilities, states } = subject;
  if (states[side].state === 'changed') return { obstacles: [{ kind: 'nothingToUndo' }] };
  const anew = new Set(side === 'exchange' ? mappedAnew(subject, body, filledIn(body.before)) : []);
  const values = pick(body.before, (field) => !anew.has(field));
  const item = { id: '', version: unknownVersion, values, identity: null };
  const ended = link === null ? null : { ...link, [idKey(side)]: null };
  return {
    steps: createSteps({ link: ended, states, capabilities, rules: noRules }, side, item),
    obstacles: anew.size > 0 ? [{ kind: 'mappedAnew', side, fields: [...anew] }] : [],
  };
}

/** The fields of `values` that were another field of Exchange when the action was done. */
function mappedAnew({ mapping }: UndoSubject, body: ActionBody, values: SealedValues): string[] {
  return changedLines(body.mapping ?? defaultMapping, mapping).filter((field) => field in values);
}

function filledIn(values: SealedValues): SealedValues {
  return pick(values, (field) => isFilled(values[field]));
}

function missing(side: Side): Undoing {
  return { obstacles: [{ kind: 'itemMissing', side }] };
}

/** The fields that do not show any more what the action left there. */
function changedSince({ module, states }: UndoSubject, side: Side, after: SealedValues): string[] {
  const state = states[side];
  if (state.state !== 'changed') return Object.keys(after);
  return differing(module, after, state.item.values);
}

/** The fields of `left` that are read now and hold something else. */
function differing(module: Module, left: SealedValues, now: SealedValues): string[] {
  return fieldsIn(module, left)
    .filter(({ name, kind }) => {
      const one: SealedValue | undefined = left[name];
      const other = now[name];
      return one !== undefined && other !== undefined && !sameValue(kind, one, other);
    })
    .map(({ name }) => name);
}

const sideNames: Readonly<Record<Side, string>> = { crm: 'the CRM', exchange: 'Exchange' };

/** In one sentence for people, without anything that the item holds. */
export function obstacleText(module: Module, obstacle: UndoObstacle): string {
  switch (obstacle.kind) {
    case 'changedSince': {
      return `Left as it is in ${sideNames[obstacle.side]}, because it was changed since: ${labelsOf(module, obstacle.fields)}.`;
    }
    case 'mappedAnew':
      return `Left as it is in ${sideNames[obstacle.side]}, because it is mapped to another field since, or not synced any more: ${labelsOf(module, obstacle.fields)}.`;
    case 'itemMissing':
      return `The item is not in ${sideNames[obstacle.side]} any more, or could not be read there.`;
    case 'hasAttendees':
      return 'The meeting has attendees, who would have to be told: cancel it in Exchange.';
    case 'nothingToUndo':
      return 'There was nothing to take back.';
  }
}

function labelsOf(module: Module, fields: readonly string[]): string {
  const labels = new Map(fieldsIn(module).map(({ name, label }) => [name, label]));
  // When an occurrence was to begin is the business of its owner.
  const named = fields.map((name) =>
    isOccurrenceName(name) ? 'Single occurrences' : (labels.get(name) ?? name),
  );
  return [...new Set(named)].join(', ');
}

/** What a run that takes back is called in the history; `actionId`: where it is about one item. */
export function undoTrigger(runId: number, actionId: number | null = null): string {
  return actionId === null ? `undo of run ${runId}` : `undo of run ${runId}, item ${actionId}`;
}

/** The same for a run that takes what lost in a conflict after all. */
export function takeLoserTrigger(runId: number, actionId: number): string {
  return `undo of run ${runId}, conflict ${actionId}`;
}
