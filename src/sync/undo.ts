/** What takes an action back: both sides get what they had before, as far as nobody has touched it since. Pure. */
import { createSteps, idKey, separation, unknownVersion } from './actions.ts';
import { fieldsIn } from './fields.ts';
import type { Link, Module, SealedValue, SealedValues, Side } from './model.ts';
import { otherSide } from './model.ts';
import type { PlannedStep, Rules, SideState } from './plan.ts';
import type { Capabilities } from './ports.ts';
import type { ActionBody } from './stores.ts';
import { sameValue } from './values.ts';

export interface UndoSubject {
  readonly module: Module;
  readonly link: Link | null;
  /** The action as it was carried out. */
  readonly body: ActionBody;
  /** What both sides show now. */
  readonly states: Readonly<Record<Side, SideState>>;
  readonly capabilities: Readonly<Record<Side, Capabilities>>;
}

/** Why a part of an action stays as it is. */
export type UndoObstacle =
  /** Somebody changed these fields since. */
  | { readonly kind: 'changedSince'; readonly side: Side; readonly fields: readonly string[] }
  /** The item is not there any more, or could not be read. */
  | { readonly kind: 'itemMissing'; readonly side: Side }
  /** The action wrote nothing that could be taken back. */
  | { readonly kind: 'nothingToUndo' };

export interface UndoPlan {
  readonly steps: readonly PlannedStep[];
  readonly obstacles: readonly UndoObstacle[];
}

/** A create asks for no rule. */
const noRules: Rules = {
  fields: [],
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: false, exchange: false },
};

export function planUndo(subject: UndoSubject): UndoPlan {
  const { body } = subject;
  if (body.side === null) return { steps: [], obstacles: [{ kind: 'nothingToUndo' }] };
  switch (body.kind) {
    case 'create':
      return undoCreate(subject, body.side);
    case 'update':
      return undoUpdate(subject, body.side);
    case 'remove':
      return undoRemove(subject, body.side);
    case 'settle':
      return { steps: [], obstacles: [{ kind: 'nothingToUndo' }] };
  }
}

const empty: ActionBody = {
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

function linkOf({ link, body }: UndoSubject): ActionBody['link'] {
  const { state, reason, crmId, exchangeId, identity } = link ?? { ...body.link };
  return { state, reason, crmId, exchangeId, identity };
}

/** The item that was made goes again, if it is still as it was made; the pair is dropped, so that nothing comes back. */
function undoCreate(subject: UndoSubject, side: Side): UndoPlan {
  const { body, link, states } = subject;
  const state = states[side];
  if (link === null || state.state !== 'changed') return missing(side);
  const changed = changedSince(subject, side, body.values);
  if (changed.length > 0) return { steps: [], obstacles: [{ kind: 'changedSince', side, fields: changed }] };
  const step: PlannedStep = {
    step: 0,
    body: {
      ...empty,
      kind: 'remove',
      side,
      targetId: state.item.id,
      version: state.item.version,
      before: state.item.values,
      link: { ...linkOf(subject), state: 'deleted', reason: 'undone', [idKey(side)]: null },
    },
  };
  return { steps: [step], obstacles: [] };
}

/** Fields that still hold what was written get what they held before, on the side written to and on the one it came from. */
function undoUpdate(subject: UndoSubject, written: Side): UndoPlan {
  const { body, link, states } = subject;
  if (link === null || states[written].state !== 'changed') return missing(written);
  const steps: PlannedStep[] = [];
  const obstacles: UndoObstacle[] = [];
  for (const side of [written, otherSide(written)]) {
    const state = states[side];
    const { readOnly, unsupported } = subject.capabilities[side];
    if (state.state !== 'changed') {
      obstacles.push({ kind: 'itemMissing', side });
      continue;
    }
    const changed = new Set(changedSince(subject, side, body.values));
    if (changed.size > 0) obstacles.push({ kind: 'changedSince', side, fields: [...changed] });
    const values = pick(
      body.before,
      (field) =>
        field in body.values && !changed.has(field) && !readOnly.has(field) && !unsupported.has(field),
    );
    const isSeparate = separation(subject.capabilities[side]);
    const groups = [
      pick(values, (field) => !isSeparate(field)),
      pick(values, (field) => isSeparate(field)),
    ].filter((group) => Object.keys(group).length > 0);
    for (const [step, group] of groups.entries()) {
      steps.push({
        step,
        body: {
          ...empty,
          kind: 'update',
          side,
          targetId: state.item.id,
          // A later step has to match what the step before it left behind.
          version: step === 0 ? state.item.version : null,
          values: group,
          before: pick(state.item.values, (field) => field in group),
          settles: side === 'crm' ? { crm: group, exchange: {} } : { crm: {}, exchange: group },
          link: linkOf(subject),
          overwrites: Object.keys(group).length,
        },
      });
    }
  }
  return { steps, obstacles };
}

/** The item comes back as it was; its partner, deleted by somebody, is made again from it by the next run. */
function undoRemove(subject: UndoSubject, side: Side): UndoPlan {
  const { body, states } = subject;
  if (states[side].state === 'changed') return { steps: [], obstacles: [{ kind: 'nothingToUndo' }] };
  const { link, capabilities } = subject;
  const item = { id: '', version: unknownVersion, values: body.before, identity: null };
  const ended = link === null ? null : { ...link, [idKey(side)]: null };
  const steps = createSteps({ link: ended, states, capabilities, rules: noRules }, side, item);
  return { steps, obstacles: [] };
}

function missing(side: Side): UndoPlan {
  return { steps: [], obstacles: [{ kind: 'itemMissing', side }] };
}

function pick(values: SealedValues, keep: (field: string) => boolean): SealedValues {
  return Object.fromEntries(Object.entries(values).filter(([field]) => keep(field)));
}

/** The fields that do not show any more what the action left there. */
function changedSince({ module, states }: UndoSubject, side: Side, after: SealedValues): string[] {
  const state = states[side];
  if (state.state !== 'changed') return Object.keys(after);
  const now = state.item.values;
  return fieldsIn(module, after)
    .filter(({ name, kind }) => {
      const left: SealedValue | undefined = after[name];
      const shown = now[name];
      return left !== undefined && shown !== undefined && !sameValue(kind, left, shown);
    })
    .map(({ name }) => name);
}
