/** Actions the guard holds back: kept exactly as they were planned until someone decides. */
import { idKey } from '../sync/actions.ts';
import { linkAfter } from '../sync/link-after.ts';
import type { Link, SealedValues, Shadow } from '../sync/model.ts';
import { otherSide } from '../sync/model.ts';
import type { StoredAction } from '../sync/stores.ts';
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
  const held = await context.store.held(context.scope);
  if (held.length === 0) return pendings;
  const byInboxId = new Map(held.flatMap((action) => action.inboxIds.map((id) => [id, action] as const)));
  const byLink = new Map(held.map((action) => [action.linkId, action]));
  const valid = new Set<number>();
  const rest = pendings.filter((pending) => {
    const inboxIds = inboxIdsOf(pending);
    const link = isWhole(pending) ? pending.link : null;
    const action =
      inboxIds.map((id) => byInboxId.get(id)).find((one) => one !== undefined) ?? byLink.get(link?.id ?? '');
    if (action === undefined || !sameIds(action.inboxIds, inboxIds)) return true;
    for (const one of held) if (one.linkId === action.linkId) valid.add(one.id);
    return false;
  });
  const stale = held.filter((action) => !valid.has(action.id));
  if (stale.length > 0 && context.kind === 'sync') {
    const finished = stale.map(({ id }) => ({
      id,
      state: 'dropped' as const,
      error: 'the item changed since',
    }));
    await context.store.settle(context.lease, {
      links: [],
      finished,
      inboxDone: [],
      inboxFailed: [],
      enqueue: [],
    });
  }
  return rest;
}

/**
 * Someone said no. A deletion: the pair is dropped, the item that was to go stays. A creation: the item stays where it
 * is. An overwrite: both sides stay as they are, and only what is edited from now on travels. What else of these items is
 * held was planned as if all were carried out, and is planned again.
 */
export async function rejectHeld(
  context: RunContext,
  actions: readonly StoredAction[],
  held: readonly StoredAction[],
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
        // Without a target it is the later step of a creation, which is rejected as a whole.
        if (body.targetId !== null) links.set(linkId, asCarriedOut(linkId, link, body));
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
  const rejected = new Set(actions.map(({ id }) => id));
  const rest = held.filter(({ id, linkId }) => links.has(linkId) && !rejected.has(id));
  const again = new Set(rest.map(({ linkId }) => linkId));
  await context.store.settle(context.lease, {
    links: [...links.values()],
    finished: rest.map(({ id }) => ({
      id,
      state: 'dropped',
      error: 'another part of the change was rejected',
    })),
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
