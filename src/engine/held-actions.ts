/** Actions the guard holds back: kept exactly as they were planned until someone decides. */
import { idKey } from '../sync/actions.ts';
import { linkAfter } from '../sync/link-after.ts';
import type { Link, SealedValues, Shadow } from '../sync/model.ts';
import { otherSide } from '../sync/model.ts';
import { emptySettlement } from '../sync/stores.ts';
import type { HeldRef, Settlement, StoredAction } from '../sync/stores.ts';
import { rereadBoth } from './execute.ts';
import { inboxIdsOf, isWhole } from './pending.ts';
import type { FreshPending, Pending } from './pending.ts';
import type { RunContext } from './run-context.ts';

function sameIds(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}

/**
 * Splits off what already waits for a decision. A held action whose item was reported again since is dropped: it named
 * exact versions, and these are no more.
 */
export async function withoutHeld(
  context: RunContext,
  pendings: readonly (Pending | FreshPending)[],
): Promise<readonly (Pending | FreshPending)[]> {
  if (pendings.length === 0) return pendings;
  const held = await context.store.heldRefs(context.scope);
  if (held.length === 0) return pendings;
  const byInboxId = new Map(held.flatMap((action) => action.inboxIds.map((id) => [id, action] as const)));
  const byLink = new Map<string, HeldRef[]>();
  for (const action of held) {
    const steps = byLink.get(action.linkId);
    if (steps) steps.push(action);
    else byLink.set(action.linkId, [action]);
  }
  const valid = new Set<number>();
  const rest = pendings.filter((pending) => {
    const inboxIds = inboxIdsOf(pending);
    const link = isWhole(pending) ? pending.link : null;
    const action =
      inboxIds.map((id) => byInboxId.get(id)).find((one) => one !== undefined) ??
      byLink.get(link?.id ?? '')?.at(-1);
    if (action === undefined || !sameIds(action.inboxIds, inboxIds)) return true;
    for (const { id } of byLink.get(action.linkId) ?? []) valid.add(id);
    return false;
  });
  const stale = held.filter((action) => !valid.has(action.id));
  if (stale.length > 0 && context.kind === 'sync') {
    const finished = stale.map(({ id }) => ({
      id,
      state: 'dropped' as const,
      error: 'the item changed since',
    }));
    await context.store.settle(context.lease, { ...emptySettlement, finished });
  }
  return rest;
}

/** What a decision is about, and what else is held of the same items. */
export interface DecidedActions {
  readonly decided: readonly StoredAction[];
  /** Planned as if all were carried out, so it is planned again. */
  readonly rest: readonly StoredAction[];
}

/** The steps of one side of an item belong together, whichever of them was named. */
export function decidedActions(held: readonly StoredAction[], actionIds: readonly number[]): DecidedActions {
  const partOf = ({ linkId, body }: StoredAction): string => `${linkId}|${body.side}`;
  const wanted = new Set(actionIds);
  const named = held.filter(({ id }) => wanted.has(id));
  const parts = new Set(named.map(partOf));
  const links = new Set(named.map(({ linkId }) => linkId));
  const decided = held.filter((action) => parts.has(partOf(action)));
  return { decided, rest: held.filter((action) => links.has(action.linkId) && !parts.has(partOf(action))) };
}

function dropped(rest: readonly StoredAction[]): Settlement['finished'] {
  return rest.map(({ id }) => ({ id, state: 'dropped', error: 'another part of the change was decided' }));
}

/** They are carried out by the next `applyPlan`, as they were planned; the items of the rest are not done with that. */
export async function approveHeld(context: RunContext, { decided, rest }: DecidedActions): Promise<void> {
  if (rest.length > 0) {
    for (const { linkId } of rest) context.unfinished.add(linkId);
    await context.store.settle(context.lease, { ...emptySettlement, finished: dropped(rest) });
  }
  await context.store.decideHeld(
    context.lease,
    decided.map(({ id }) => id),
    'approved',
    context.runId,
  );
}

/**
 * Someone said no. A deletion: the pair is dropped, the item that was to go stays. A creation: the item stays where it
 * is. An overwrite: both sides stay as they are, and only what is edited from now on travels.
 */
export async function rejectHeld(
  context: RunContext,
  { decided: actions, rest }: DecidedActions,
): Promise<void> {
  const links = new Map<string, Link>();
  const known = await context.store.linksById(actions.map((action) => action.linkId));
  for (const { linkId, body } of actions) {
    if (body.side === null) continue;
    const link = links.get(linkId) ?? known.get(linkId) ?? null;
    const ids = { crmId: body.link.crmId, exchangeId: body.link.exchangeId };
    switch (body.kind) {
      case 'remove':
        if (link) {
          const gone = idKey(otherSide(body.side));
          links.set(linkId, {
            ...link,
            state: 'deleted',
            reason: 'rejected',
            [gone]: null,
            [otherSide(body.side)]: null,
          });
        }
        break;
      case 'create':
        links.set(linkId, {
          id: linkId,
          state: 'outOfScope',
          reason: 'rejected',
          ...ids,
          identity: body.link.identity,
          crm: body.side === 'crm' ? null : shadow(body.versions.crm, body.settles.crm),
          exchange: body.side === 'exchange' ? null : shadow(body.versions.exchange, body.settles.exchange),
        });
        break;
      case 'update':
        if (body.targetId !== null) links.set(linkId, asCarriedOut(linkId, link, body));
        else if (link) links.set(linkId, withoutLaterStep(link, body));
        break;
      case 'settle':
        break;
    }
  }
  // Once all are gone through: one that writes to a side goes by what the one before brings to the other.
  for (const { linkId, body } of actions) {
    const link = links.get(linkId);
    if (link && body.kind === 'update') links.set(linkId, withOwnValues(link, body));
  }
  const again = new Set(rest.map(({ linkId }) => linkId));
  await context.store.settle(context.lease, {
    links: [...links.values()],
    finished: dropped(rest),
    inboxDone: actions.flatMap((action) => action.inboxIds),
    inboxFailed: [],
    enqueue: [...again].flatMap((linkId) => {
      const link = links.get(linkId);
      return link && link.state !== 'deleted' ? rereadBoth(context, link) : [];
    }),
  });
  await context.store.decideHeld(
    context.lease,
    actions.map(({ id }) => id),
    'rejected',
    null,
  );
}

function shadow(version: string | null, values: SealedValues): Shadow | null {
  return version === null ? null : { version, values };
}

/** The later step of a creation: what it was to bring is known of the item that stays where it is. */
function withoutLaterStep(link: Link, { side, settles, versions }: StoredAction['body']): Link {
  const from = otherSide(side ?? 'crm');
  const known = link[from];
  if (known === null) return link;
  const version = versions[from] ?? known.version;
  return { ...link, [from]: { version, values: { ...known.values, ...settles[from] } } };
}

/** Neither side counts as changed any more. */
function asCarriedOut(linkId: string, link: Link | null, body: StoredAction['body']): Link {
  const versions = body.side === null ? body.versions : { ...body.versions, [body.side]: body.version };
  return linkAfter(linkId, link, { ...body, versions }, null);
}

/** The side that was to be written keeps what it shows. */
function withOwnValues(link: Link, { side, values, before }: StoredAction['body']): Link {
  const target = side === null ? null : link[side];
  if (side === null || target === null) return link;
  const own = Object.fromEntries(Object.keys(values).map((field) => [field, before[field] ?? null]));
  return { ...link, [side]: { ...target, values: { ...target.values, ...own } } };
}
