/**
 * A changed mapping: what is known of the fields concerned was another field of Exchange. It is forgotten, and every pair
 * is read and planned again. May be killed at any point and begun again: the old mapping is remembered until all is done.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoppedError } from '../errors.ts';
import { bookmark } from '../sync/bookmarks.ts';
import { changedLines, defaultMapping, deviations } from '../sync/mapping.ts';
import type { Mapping } from '../sync/mapping.ts';
import type { Link, Shadow } from '../sync/model.ts';
import { emptySettlement } from '../sync/stores.ts';
import type { InboxEntry, InboxRow, SyncStore } from '../sync/stores.ts';
import { remember } from './bookmarks.ts';
import { rereadBoth } from './execute.ts';
import { pagesOfPairs } from './pages-of-pairs.ts';
import { recoverIntents } from './recover.ts';
import type { RunContext } from './run-context.ts';

/** Links looked at together, and settled in one transaction. */
const pageSize = 200;

/**
 * Before anything else of a run that writes, one that takes back too. `under`: the same run with the fields mapped as before, in which what an
 * earlier process left is recovered: its actions name them so.
 */
export async function followMapping(
  context: RunContext,
  under: (before: Mapping) => RunContext,
): Promise<void> {
  const { scope, mapping } = context;
  const before = await mappingBefore(context);
  const changed = changedLines(before, mapping);
  if (changed.length === 0) return;
  await recoverIntents(under(before));
  await forgetPlans(context);
  const waiting = await allWaiting(context);
  await forgetContent(context, waiting);
  await forgetFields(context, new Set(changed), waiting);
  await remember(context, 'mapping', JSON.stringify(deviations(scope.module, mapping)));
}

async function mappingBefore(context: RunContext): Promise<Mapping> {
  const stored = (await context.store.cursor(bookmark(context.scope, 'mapping')))?.cursor ?? null;
  return stored === null ? defaultMapping : (JSON.parse(stored) as Mapping);
}

/**
 * For a run that shows and changes nothing: the store as it would be after `followMapping`. `onlyOne`: nothing but a single
 * item is looked at, and what the others would wait for is left out.
 */
export async function asIfFollowed(context: RunContext, onlyOne: boolean): Promise<SyncStore> {
  const { store, mapping } = context;
  const changed = new Set(changedLines(await mappingBefore(context), mapping));
  if (changed.size === 0) return store;
  const waiting = new Set<string>();
  const strip = (links: readonly Link[]): Link[] =>
    links.map((link) => (isPair(link) ? withoutFields(link, changed) : link));
  return {
    ...store,
    held: async () => [],
    linksByItem: async (...args) => strip(await store.linksByItem(...args)),
    linksByIdentity: async (...args) => strip(await store.linksByIdentity(...args)),
    linksById: async (ids) =>
      new Map(strip([...(await store.linksById(ids)).values()]).map((link) => [link.id, link])),
    async duePage(...args) {
      const page = await store.duePage(...args);
      if (onlyOne) return page;
      for (const { side, itemId } of page.rows) waiting.add(`${side} ${itemId}`);
      if (page.next !== null) return page;
      return { rows: [...page.rows, ...(await pairsToRead(context, waiting))], next: null };
    },
    // What Exchange's changes brought along names its fields as before.
    inboxItems: async () => new Map(),
    // And what they bring now is named as no run remembers: the mapping may be another one again before the next.
    savePage: (lease, key, page) =>
      store.savePage(lease, key, { ...page, entries: page.entries.map(withoutContent) }),
  };
}

function withoutContent<Entry extends InboxEntry>(entry: Entry): Entry {
  return entry.side === 'exchange' && entry.kind === 'changed' ? { ...entry, item: null } : entry;
}

function isPair({ crmId, exchangeId }: Link): boolean {
  return crmId !== null && exchangeId !== null;
}

/** Rows that are in no table, of what does not wait already. */
async function pairsToRead(context: RunContext, waiting: ReadonlySet<string>): Promise<InboxRow[]> {
  const found: InboxRow[] = [];
  for await (const pairs of pagesOfPairs(context)) {
    for (const link of pairs) {
      if (link.state !== 'active') continue;
      for (const entry of rereadBoth(context, link)) {
        if (waiting.has(`${entry.side} ${entry.itemId}`)) continue;
        found.push({ ...entry, id: -1 - found.length, attempts: 0 });
      }
    }
  }
  return found;
}

/** What waits for a person names fields as they were mapped; its items are planned again. */
async function forgetPlans({ store, lease, scope }: RunContext): Promise<void> {
  const held = await store.heldRefs(scope);
  if (held.length === 0) return;
  const finished = held.map(({ id }) => ({
    id,
    state: 'dropped' as const,
    error: 'the fields are mapped anew',
  }));
  await store.settle(lease, { ...emptySettlement, finished });
}

/** Every row of the inbox, due or not. */
async function allWaiting({ store, scope }: RunContext): Promise<InboxRow[]> {
  const atAnyTime = Number.MAX_SAFE_INTEGER;
  return [...(await store.inbox(scope, atAnyTime)), ...(await store.postponed(scope, atAnyTime))];
}

/** What Exchange's changes brought along names its fields as before: the rows stay, and their items are read. */
async function forgetContent(
  { store, lease, scope }: RunContext,
  waiting: readonly InboxRow[],
): Promise<void> {
  const changed = waiting.filter(({ side, kind }) => side === 'exchange' && kind === 'changed');
  for (let start = 0; start < changed.length; start += pageSize) {
    const rows = changed.slice(start, start + pageSize);
    await store.enqueue(
      lease,
      rows.map(({ id: _id, attempts: _attempts, ...row }) => ({ ...scope, ...row, item: null })),
    );
  }
}

async function forgetFields(
  context: RunContext,
  fields: ReadonlySet<string>,
  waiting: readonly InboxRow[],
): Promise<void> {
  const { store, lease, signal } = context;
  // That something is gone is more than "read it again" says, and pairing goes by it.
  const gone = new Set(
    waiting.filter(({ kind }) => kind === 'deleted').map(({ side, itemId }) => `${side} ${itemId}`),
  );
  for await (const pairs of pagesOfPairs(context)) {
    if (signal.aborted) throw new StoppedError('the run was asked to stop');
    const links = pairs.map((link) => withoutFields(link, fields));
    // What is out of scope is read on both sides anyway when it comes back.
    const enqueue = pairs
      .filter(({ state }) => state === 'active')
      .flatMap((link) => rereadBoth(context, link))
      .filter(({ side, itemId }) => !gone.has(`${side} ${itemId}`));
    await store.settle(lease, { ...emptySettlement, links, enqueue });
    await nextTurn();
  }
}

function withoutFields(link: Link, fields: ReadonlySet<string>): Link {
  const without = (shadow: Shadow | null): Shadow | null =>
    shadow && {
      ...shadow,
      values: Object.fromEntries(Object.entries(shadow.values).filter(([name]) => !fields.has(name))),
    };
  return { ...link, crm: without(link.crm), exchange: without(link.exchange) };
}
