/** What a link becomes when an action is done. */
import { idKey, unknownVersion } from './actions.ts';
import type { Link, SealedValues, Shadow } from './model.ts';
import type { ActionBody } from './stores.ts';

/** What the side answered to a write. */
export interface WriteAnswer {
  readonly id: string;
  readonly version: string;
  readonly identity: string | null;
}

function shadowAfter(
  before: Shadow | null,
  settles: SealedValues,
  version: string | null,
  id: string | null,
): Shadow | null {
  if (id === null) return null;
  const isEmpty = Object.keys(settles).length === 0;
  const known = version ?? before?.version ?? (isEmpty ? null : unknownVersion);
  if (known === null) return before;
  return { version: known, values: { ...before?.values, ...settles } };
}

/**
 * The link after an action is done. `answer` is the side's answer for a create or update, null for the rest; `link` is
 * the link as it is now, which an earlier step of the same item may have moved.
 */
export function linkAfter(
  linkId: string,
  link: Link | null,
  body: ActionBody,
  answer: WriteAnswer | null,
): Link {
  const { state, reason } = body.link;
  const ids = { crmId: body.link.crmId, exchangeId: body.link.exchangeId };
  const versions = { ...body.versions };
  let identity = body.link.identity;
  if (answer !== null && body.side !== null) {
    ids[idKey(body.side)] = answer.id;
    versions[body.side] = answer.version;
    if (body.side === 'exchange') identity = answer.identity ?? identity ?? link?.identity ?? null;
  }
  return {
    id: linkId,
    state,
    reason,
    ...ids,
    identity,
    crm: shadowAfter(link?.crm ?? null, body.settles.crm, versions.crm, ids.crmId),
    exchange: shadowAfter(link?.exchange ?? null, body.settles.exchange, versions.exchange, ids.exchangeId),
  };
}
