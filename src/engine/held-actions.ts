/** Actions the guard holds back: kept exactly as they were planned until someone decides. */
import { idKey } from '../sync/actions.ts';
import type { Link, SealedValues, Shadow } from '../sync/model.ts';
import { otherSide } from '../sync/model.ts';
import type { NewInboxEntry, StoredAction } from '../sync/stores.ts';
import type { Pending } from './pairing.ts';
import type { RunContext } from './run-context.ts';

function sameIds(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}

/**
 * Splits off what already waits for a decision. A held action whose item was reported again since is dropped: it named
 * exact versions, and these are no more.
 */
export async function withoutHeld(context: RunContext, pendings: readonly Pending[]): Promise<Pending[]> {
  const held = await context.store.held(context.scope);
  if (held.length === 0) return [...pendings];
  const byInboxId = new Map(held.flatMap((action) => action.inboxIds.map((id) => [id, action] as const)));
  const byLink = new Map(held.map((action) => [action.linkId, action]));
  const valid = new Set<number>();
  const rest = pendings.filter((pending) => {
    const action =
      pending.inboxIds.map((id) => byInboxId.get(id)).find((one) => one !== undefined) ??
      byLink.get(pending.link?.id ?? '');
    if (action === undefined || !sameIds(action.inboxIds, pending.inboxIds)) return true;
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
 * is. An overwrite: both sides stay as they are, and only what is edited from now on travels.
 */
export async function rejectHeld(context: RunContext, actions: readonly StoredAction[]): Promise<void> {
  const links: Link[] = [];
  const known = await context.store.linksById(actions.map((action) => action.linkId));
  for (const { linkId, body, step } of actions) {
    if (step > 0 || body.side === null) continue;
    const link = known.get(linkId) ?? null;
    const ids = { crmId: body.link.crmId, exchangeId: body.link.exchangeId };
    switch (body.kind) {
      case 'remove':
        if (link) {
          const gone = idKey(otherSide(body.side));
          links.push({
            ...link,
            state: 'deleted',
            reason: 'rejected',
            [gone]: null,
            [otherSide(body.side)]: null,
          });
        }
        break;
      case 'create':
        links.push({
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
        if (link) links.push(acceptDifference(link, body));
        break;
      case 'settle':
        break;
    }
  }
  const inboxDone = actions.flatMap((action) => action.inboxIds);
  const enqueue: NewInboxEntry[] = [];
  await context.store.settle(context.lease, { links, finished: [], inboxDone, inboxFailed: [], enqueue });
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

/** The source's shadow takes the new value, the target's keeps its own: neither counts as changed any more. */
function acceptDifference(link: Link, body: StoredAction['body']): Link {
  if (body.side === null) return link;
  const source = otherSide(body.side);
  const before = link[source];
  if (before === null) return link;
  const version = body.versions[source] ?? before.version;
  return { ...link, [source]: { version, values: { ...before.values, ...body.settles[source] } } };
}
