/** From inbox rows and links to the items of a run: which rows are one item, and which link they belong to. */
import type { Link, Module, SealedValues, Side, Values } from '../sync/model.ts';
import { otherSide, sides } from '../sync/model.ts';
import { idKey } from '../sync/actions.ts';
import { naturalKeys } from '../sync/natural-keys.ts';
import { pairCandidates } from '../sync/pairing.ts';
import type { Candidate } from '../sync/pairing.ts';
import type { InboxRow, RunScope, SyncStore } from '../sync/stores.ts';

/** What the run knows of one side of an item before it reads anything. */
export interface Cell {
  readonly row: InboxRow | null;
  /** The item to read, or null where there is none. */
  readonly id: string | null;
  /** Read it although nothing new was reported: its shadow may be out of date. */
  readonly reread: boolean;
}

/** One item of a run. */
export interface Pending {
  readonly link: Link | null;
  readonly cells: Readonly<Record<Side, Cell>>;
  readonly inboxIds: readonly number[];
}

/** `installationId:module:linkId`, kept on every item we create. */
export function stampOf(installationId: string, module: Module, linkId: string): string {
  return `${installationId}:${module}:${linkId}`;
}

function linkIdOf(installationId: string, module: Module, stamp: string): string | null {
  const prefix = `${installationId}:${module}:`;
  return stamp.startsWith(prefix) ? stamp.slice(prefix.length) : null;
}

const lookUpSize = 500;

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

type Rows = Record<Side, Map<string, InboxRow>>;

/** A row or a link's side that may turn out to be the same as one on the other side. */
interface Ref {
  readonly row: InboxRow | null;
  readonly link: Link | null;
}

class Matcher {
  readonly #pending = new Map<string, { link: Link; rows: Partial<Record<Side, InboxRow>> }>();
  readonly #fresh: Rows = { crm: new Map(), exchange: new Map() };
  readonly #pairs: Record<Side, InboxRow>[] = [];

  constructor(rows: readonly InboxRow[], linkOf: (row: InboxRow) => Link | undefined) {
    for (const row of rows) {
      const link = linkOf(row);
      if (link) this.#add(link, row);
      else this.#fresh[row.side].set(row.itemId, row);
    }
  }

  #add(link: Link, row: InboxRow): void {
    const entry = this.#pending.get(link.id) ?? { link, rows: {} };
    entry.rows[row.side] = row;
    this.#pending.set(link.id, entry);
  }

  /** New rows that could be paired; what is of no supported kind stays alone. */
  fresh(side: Side): InboxRow[] {
    return [...this.#fresh[side].values()].filter(
      (row) => row.kind === 'changed' && row.skip !== 'unsupportedItem' && row.skip !== 'owner',
    );
  }

  /** True when the link's item on that side is known to be gone, so that a new one may take its place. */
  isFree(link: Link, side: Side): boolean {
    return (
      link[idKey(side)] === null ||
      link.reason === 'moved' ||
      this.#pending.get(link.id)?.rows[side]?.kind === 'deleted'
    );
  }

  /** Links whose item on `side` was just reported deleted: a new item with the same content may be the same one. */
  bereft(side: Side): Link[] {
    return [...this.#pending.values()]
      .filter(({ rows }) => rows[side]?.kind === 'deleted' && rows[otherSide(side)]?.kind !== 'deleted')
      .map(({ link }) => link);
  }

  /** The new item takes the free place in the link. */
  adopt(link: Link, row: InboxRow): void {
    this.#fresh[row.side].delete(row.itemId);
    const rows = { ...this.#pending.get(link.id)?.rows, [row.side]: row };
    this.#pending.set(link.id, { link: { ...link, [idKey(row.side)]: row.itemId }, rows });
  }

  pair(crm: InboxRow, exchange: InboxRow): void {
    this.#fresh.crm.delete(crm.itemId);
    this.#fresh.exchange.delete(exchange.itemId);
    this.#pairs.push({ crm, exchange });
  }

  result(replaced: ReadonlyMap<string, readonly number[]>): Pending[] {
    const pendings: { order: number; pending: Pending }[] = [];
    const add = (link: Link | null, rows: Partial<Record<Side, InboxRow>>): void => {
      const inboxIds = sides.flatMap((side) => rows[side]?.id ?? []);
      const order = Math.min(...inboxIds);
      const cells = { crm: cellOf(link, rows, 'crm'), exchange: cellOf(link, rows, 'exchange') };
      const extra = link === null ? [] : (replaced.get(link.id) ?? []);
      pendings.push({ order, pending: { link, cells, inboxIds: [...inboxIds, ...extra] } });
    };
    for (const { link, rows } of this.#pending.values()) add(link, rows);
    for (const rows of this.#pairs) add(null, rows);
    for (const side of sides) for (const row of this.#fresh[side].values()) add(null, { [side]: row });
    return pendings.sort((one, other) => one.order - other.order).map(({ pending }) => pending);
  }

  /** The row that is about to be replaced by another item's on the same side of the link. */
  rowOf(link: Link, side: Side): InboxRow | undefined {
    return this.#pending.get(link.id)?.rows[side];
  }
}

/** What planning needs of a row; the rest is only for pairing, and a first sync has many rows. */
function slim(row: InboxRow): InboxRow {
  return row.skip === null ? { ...row, keyValues: {}, identity: null, stamp: null } : row;
}

function cellOf(link: Link | null, rows: Partial<Record<Side, InboxRow>>, side: Side): Cell {
  const found = rows[side];
  const row = found === undefined ? null : slim(found);
  const id = row?.itemId ?? link?.[idKey(side)] ?? null;
  // A link that is not active may have missed changes of the side that says nothing now.
  return { row, id, reread: row === null && id !== null && link !== null && link.state !== 'active' };
}

async function linksOf(
  store: SyncStore,
  scope: RunScope,
  rows: readonly InboxRow[],
): Promise<Map<string, Link>> {
  const found = new Map<string, Link>();
  for (const side of sides) {
    const ids = rows.filter((row) => row.side === side).map((row) => row.itemId);
    for (const chunk of chunks(ids, lookUpSize)) {
      for (const link of await store.linksByItem(scope, side, chunk))
        found.set(`${side}:${link[idKey(side)]}`, link);
    }
  }
  return found;
}

/**
 * Sorts the inbox of one mailbox into items. What has no link is paired by our own stamp, by the identity that survives
 * a move, then by natural key: with a new item of the other side, with an item that waits alone, or with a link whose
 * item on this side was just deleted (deleted and made again).
 */
export async function pairInbox(
  store: SyncStore,
  scope: RunScope,
  installationId: string,
  rows: readonly InboxRow[],
): Promise<Pending[]> {
  const links = await linksOf(store, scope, rows);
  const matcher = new Matcher(rows, (row) => links.get(`${row.side}:${row.itemId}`));
  const replaced = new Map<string, number[]>();
  const adopt = (link: Link, row: InboxRow): void => {
    const old = matcher.rowOf(link, row.side);
    if (old) replaced.set(link.id, [...(replaced.get(link.id) ?? []), old.id]);
    matcher.adopt(link, row);
  };

  for (const side of sides) {
    const stamped = matcher.fresh(side).flatMap((row) => {
      const linkId = row.stamp === null ? null : linkIdOf(installationId, scope.module, row.stamp);
      return linkId === null ? [] : [{ row, linkId }];
    });
    for (const chunk of chunks(stamped, lookUpSize)) {
      const found = await store.linksById(chunk.map(({ linkId }) => linkId));
      for (const { row, linkId } of chunk) {
        const link = found.get(linkId);
        if (link && matcher.isFree(link, side) && (await isOfScope(store, scope, link))) adopt(link, row);
      }
    }
  }
  for (const chunk of chunks(matcher.fresh('exchange'), lookUpSize)) {
    const rowsByIdentity = new Map(
      chunk.flatMap((row) => (row.identity === null ? [] : [[row.identity, row]])),
    );
    if (rowsByIdentity.size === 0) continue;
    for (const link of await store.linksByIdentity(scope, [...rowsByIdentity.keys()])) {
      const row = rowsByIdentity.get(link.identity ?? '');
      if (!row || !matcher.isFree(link, 'exchange')) continue;
      rowsByIdentity.delete(link.identity ?? '');
      adopt(link, row);
    }
  }

  if (sides.every((side) => matcher.fresh(side).length === 0)) return matcher.result(replaced);
  const halves = await store.halfLinks(scope);
  const candidates: Record<Side, Candidate<Ref>[]> = { crm: [], exchange: [] };
  for (const side of sides) {
    const missing = otherSide(side);
    const add = (ref: Ref, values: Values | SealedValues): void => {
      candidates[side].push({ ref, ...naturalKeys(scope.module, values) });
    };
    for (const row of matcher.fresh(side)) add({ row, link: null }, row.keyValues);
    for (const link of halves) {
      if (link[idKey(side)] === null || link.reason === 'unsupportedItem') continue;
      add({ row: null, link }, link[side]?.values ?? {});
    }
    for (const link of matcher.bereft(missing)) add({ row: null, link }, link[missing]?.values ?? {});
  }
  for (const { crm, exchange } of pairCandidates(candidates)) {
    if (crm.row && exchange.row) matcher.pair(crm.row, exchange.row);
    else if (crm.row && exchange.link) adopt(exchange.link, crm.row);
    else if (exchange.row && crm.link) adopt(crm.link, exchange.row);
  }
  return matcher.result(replaced);
}

async function isOfScope(store: SyncStore, scope: RunScope, link: Link): Promise<boolean> {
  const side: Side = link.crmId === null ? 'exchange' : 'crm';
  const id = link[idKey(side)];
  if (id === null) return false;
  return (await store.linksByItem(scope, side, [id])).some((one) => one.id === link.id);
}
