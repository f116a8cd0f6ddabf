/** From inbox rows and links to the items of a run: which rows are one item, and which link they belong to. */
import type { Link, Module, SealedValues, Side, Values } from '../sync/model.ts';
import { otherSide, sides } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import { naturalKeys } from '../sync/natural-keys.ts';
import { openSide, pairCandidates } from '../sync/pairing.ts';
import type { Candidate } from '../sync/pairing.ts';
import type { InboxRow, RunScope, SyncStore } from '../sync/stores.ts';
import { chunks } from '../chunks.ts';
import { isDeleted } from './doubtful-rows.ts';
import { linksInOrder } from './half-links.ts';
import { Matcher } from './matcher.ts';
import type { FreshRow } from './matcher.ts';
import { slim } from './pending.ts';
import type { FreshPending, Pending } from './pending.ts';
import type { RunContext } from './run-context.ts';
import type { WaitingRows } from './waiting-rows.ts';

/** `installationId:module:linkId`, kept on every item we create. */
export function stampOf(installationId: string, module: Module, linkId: string): string {
  return `${installationId}:${module}:${linkId}`;
}

/** Null where another installation made it, or it is of another module. */
export function linkIdOf(installationId: string, module: Module, stamp: string): string | null {
  const prefix = `${installationId}:${module}:`;
  return stamp.startsWith(prefix) ? stamp.slice(prefix.length) : null;
}

const lookUpSize = 500;

/** A row or a link's side that may turn out to be the same as one on the other side. */
interface Ref {
  readonly row: FreshRow | null;
  readonly link: Link | null;
}

/**
 * Sorts the inbox of one mailbox into items. What has no link is paired by our own stamp, by the identity that survives
 * a move, then by natural key: with a new item of the other side, with an item that waits alone, or with a link whose
 * item on this side was just deleted (deleted and made again). Null when newer rows took the place of some meanwhile, for
 * instance by a reading of the CRM for everybody: what they were to be paired with must not be taken for alone.
 */
export async function pairInbox(
  { store, scope }: Pick<RunContext, 'store' | 'scope'>,
  waiting: WaitingRows,
): Promise<(Pending | FreshPending)[] | null> {
  let isOvertaken = false;
  const rowsOf: RowsOf = async (fresh) => {
    const ids = new Set(fresh.map(({ id }) => id));
    const rows = ids.size === 0 ? new Map<number, InboxRow>() : await store.inboxRows([...ids]);
    isOvertaken ||= rows.size < ids.size;
    return rows;
  };
  const matcher = matcherOf(waiting);
  const replaced = new Map<string, number[]>();
  if (!matcher.hasFresh()) return matcher.result(replaced);
  const adopt = (link: Link, row: InboxRow | undefined): void => {
    if (row === undefined) return;
    const old = matcher.rowOf(link, row.side);
    if (old) replaced.set(link.id, [...(replaced.get(link.id) ?? []), old.id]);
    matcher.adopt(link, slim(row));
  };

  for (const side of sides) {
    const stamped = matcher
      .fresh(side)
      .flatMap(({ id, linkId }) => (linkId === null ? [] : [{ id, linkId }]));
    for (const chunk of chunks(stamped, lookUpSize)) {
      const found = await store.linksById(chunk.map(({ linkId }) => linkId));
      const rows = await rowsOf(chunk.filter(({ linkId }) => found.has(linkId)));
      for (const { id, linkId } of chunk) {
        const link = found.get(linkId);
        if (link && matcher.isFree(link, side) && (await isOfScope(store, scope, link)))
          adopt(link, rows.get(id));
      }
    }
  }
  for (const chunk of chunks(matcher.fresh('exchange'), lookUpSize)) {
    const freshByIdentity = new Map(
      chunk.flatMap((fresh): [string, FreshRow][] =>
        fresh.identity === null ? [] : [[fresh.identity, fresh]],
      ),
    );
    if (freshByIdentity.size === 0) continue;
    const links = await store.linksByIdentity(scope, [...freshByIdentity.keys()]);
    const rows = await rowsOf(links.flatMap(({ identity }) => freshByIdentity.get(identity ?? '') ?? []));
    for (const link of links) {
      const fresh = freshByIdentity.get(link.identity ?? '');
      if (!fresh || !matcher.isFree(link, 'exchange')) continue;
      freshByIdentity.delete(link.identity ?? '');
      adopt(link, rows.get(fresh.id));
    }
  }

  if (isOvertaken) return null;
  if (!matcher.hasFresh()) return matcher.result(replaced);
  const pairs = pairCandidates(await candidatesOf({ store, scope, rowsOf }, matcher));
  for (const chunk of chunks(pairs, lookUpSize)) {
    const adopted = chunk.flatMap(({ crm, exchange }) =>
      crm.row && exchange.row ? [] : (crm.row ?? exchange.row ?? []),
    );
    const rows = await rowsOf(adopted);
    for (const { crm, exchange } of chunk) {
      if (crm.row && exchange.row) matcher.pair(crm.row, exchange.row);
      else if (crm.row && exchange.link) adopt(exchange.link, rows.get(crm.row.id));
      else if (exchange.row && crm.link) adopt(withoutMoved(crm.link), rows.get(exchange.row.id));
    }
  }
  return isOvertaken ? null : matcher.result(replaced);
}

function matcherOf({ due, postponed }: WaitingRows): Matcher {
  const matcher = new Matcher();
  for (const one of due) {
    if ('link' in one) matcher.addLinked(one);
    else matcher.addFresh(one);
  }
  for (const one of postponed) {
    if ('link' in one) matcher.addPartner(one);
    else if (!isDeleted(one)) matcher.addWaiting(one);
  }
  return matcher;
}

type RowsOf = (fresh: readonly Pick<FreshRow, 'id'>[]) => Promise<Map<number, InboxRow>>;

interface Sources extends Pick<RunContext, 'store' | 'scope'> {
  readonly rowsOf: RowsOf;
}

type HalfLinkIds = Awaited<ReturnType<SyncStore['halfLinkIds']>>;

interface Known {
  readonly ref: Ref;
  readonly values: Values | SealedValues;
  readonly inDoubt: boolean;
}

async function* knownOf(
  { store, rowsOf }: Sources,
  matcher: Matcher,
  halves: HalfLinkIds,
  side: Side,
): AsyncGenerator<Known> {
  const missing = otherSide(side);
  for (const chunk of chunks(matcher.fresh(side), lookUpSize)) {
    const rows = await rowsOf(chunk);
    for (const fresh of chunk) {
      const values = rows.get(fresh.id)?.keyValues;
      if (values) yield { ref: { row: fresh, link: null }, values, inDoubt: false };
    }
  }
  for await (const link of linksInOrder(store, halves[missing])) {
    if (link.reason === 'unsupportedItem' || matcher.rowOf(link, side)?.kind === 'deleted') continue;
    // What an ended link left behind may be gone by now, and what lies in another folder may come back.
    const inDoubt = link.state === 'deleted' || link[idKey(missing)] !== null;
    yield { ref: { row: null, link }, values: link[side]?.values ?? {}, inDoubt };
  }
  for (const link of matcher.bereft(missing)) {
    const inDoubt = matcher.rowOf(link, side)?.version === null;
    yield { ref: { row: null, link }, values: link[missing]?.values ?? {}, inDoubt };
  }
}

/** Of the side where more may pair only what has a key in common with the other: most often one side has many, and few of them pair. */
async function candidatesOf(sources: Sources, matcher: Matcher): Promise<Record<Side, Candidate<Ref>[]>> {
  const { store, scope } = sources;
  const halves = await store.halfLinkIds(scope);
  const count = (side: Side): number => matcher.fresh(side).length + halves[otherSide(side)].length;
  const few: Side = count('crm') < count('exchange') ? 'crm' : 'exchange';
  const keys = new Set<string>();
  const candidates: Record<Side, Candidate<Ref>[]> = { crm: [], exchange: [] };
  for (const side of [few, otherSide(few)]) {
    if (side !== few && keys.size === 0) break;
    for await (const { ref, values, inDoubt } of knownOf(sources, matcher, halves, side)) {
      const { ids, name } = naturalKeys(scope.module, values);
      const own = name === null ? ids : [...ids, name];
      if (side === few) for (const key of own) keys.add(key);
      else if (!own.some((key) => keys.has(key))) continue;
      candidates[side].push({ ref, inDoubt, ids, name });
    }
  }
  return candidates;
}

/** A new item like the one in another folder is paired with the record as for the first time: it is no edit of that one. */
function withoutMoved(link: Link): Link {
  return openSide(link) === 'exchange' ? { ...link, exchange: null } : link;
}

async function isOfScope(store: SyncStore, scope: RunScope, link: Link): Promise<boolean> {
  const side: Side = link.crmId === null ? 'exchange' : 'crm';
  const id = link[idKey(side)];
  if (id === null) return false;
  return (await store.linksByItem(scope, side, [id])).some((one) => one.id === link.id);
}
