/** Readers: from a side's changes to the inbox. They never plan and never write to a side. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CursorLostError } from '../errors.ts';
import type { Module } from '../sync/model.ts';
import type { Change, ChangeOptions, SyncSide } from '../sync/ports.ts';
import type { CursorKey, Lease, NewInboxEntry, StoredCursor, SyncStore } from '../sync/stores.ts';

interface Feed {
  readonly store: SyncStore;
  readonly lease: Lease;
  readonly side: SyncSide;
  readonly key: CursorKey;
  readonly options: ChangeOptions;
  /** The inbox rows of a page, own writes left out. */
  readonly entries: (changes: readonly Change[]) => Promise<NewInboxEntry[]>;
}

/** Reads a feed up to the present. A cursor the side no longer knows starts a numbered full read, once. */
async function readFeed(feed: Feed): Promise<void> {
  const { store, lease, key } = feed;
  const stored = (await store.cursor(key)) ?? (await store.beginFullRead(lease, key));
  try {
    await readPages(feed, stored);
  } catch (error) {
    if (!(error instanceof CursorLostError)) throw error;
    await readPages(feed, await store.beginFullRead(lease, key));
  }
}

async function readPages(feed: Feed, from: StoredCursor): Promise<void> {
  const { store, lease, key } = feed;
  const readingAll = !from.complete;
  const isRepeated = from.fullRead > 1;
  // What a side has forgotten to report may concern items that no link knows yet: what waits is then read anew.
  let begins = readingAll && from.cursor === null;
  for await (const page of feed.side.changes(key.module, from.cursor, feed.options)) {
    // Most often nothing has changed, and nothing needs to be written down.
    const isNews = page.changes.length > 0 || page.cursor !== from.cursor || readingAll;
    if (!isNews) continue;
    const entries = await feed.entries(page.changes);
    const seen = readingAll ? page.changes.map((change) => change.id) : [];
    // A repeated full read is complete once what it did not meet is in the inbox: a crash must not come between.
    const complete = !readingAll || (page.last && !isRepeated);
    const cursor = { cursor: page.cursor, fullRead: from.fullRead, complete };
    await store.savePage(lease, key, { cursor, entries, seen, begins });
    begins = false;
    await nextTurn();
  }
  // What a repeated full read did not meet is asked for by id; absence alone proves nothing.
  if (readingAll && isRepeated) await store.enqueueUnseen(lease, key, from.fullRead);
}

function entryOf(change: Change, side: 'crm' | 'exchange', mailboxId: string, module: Module): NewInboxEntry {
  const common = { side, mailboxId, module, itemId: change.id };
  if (change.kind === 'deleted') {
    return {
      ...common,
      kind: 'deleted',
      version: null,
      stamp: null,
      identity: null,
      ownerId: null,
      skip: null,
      keyValues: {},
      item: null,
    };
  }
  const { version, stamp, identity, ownerId, skip, keyValues, item } = change;
  return { ...common, kind: 'changed', version, stamp, identity, ownerId, skip, keyValues, item };
}

export interface ExchangeReader {
  readonly store: SyncStore;
  readonly lease: Lease;
  readonly exchange: SyncSide;
  readonly mailboxId: string;
  readonly module: Module;
  readonly signal?: AbortSignal;
}

/** One mailbox folder. Returns the folder's id, which the guard compares with the one of the run before. */
export async function readExchange(reader: ExchangeReader): Promise<string> {
  const { store, lease, exchange, mailboxId, module, signal } = reader;
  const scope = await exchange.scope(module, signal);
  await readFeed({
    store,
    lease,
    side: exchange,
    key: { side: 'exchange', mailboxId, module, scope },
    options: signal ? { signal } : {},
    async entries(changes) {
      const links = await store.linksByItem(
        { mailboxId, module },
        'exchange',
        changes.map((change) => change.id),
      );
      const known = new Map(
        links.map((link) => [link.exchangeId, link.state === 'active' ? link.exchange?.version : null]),
      );
      return changes
        .filter((change) => change.kind === 'deleted' || known.get(change.id) !== change.version)
        .map((change) => entryOf(change, 'exchange', mailboxId, module));
    },
  });
  return scope;
}

function organisationKey(module: Module): CursorKey {
  return { side: 'crm', mailboxId: '', module, scope: 'all' };
}

export interface CrmReader {
  readonly store: SyncStore;
  readonly lease: Lease;
  readonly crm: SyncSide;
  readonly module: Module;
  /** The mailbox of each CRM user that has one, by user id. */
  readonly mailboxByOwner: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal;
}

/**
 * The CRM's changes for the whole organisation, handed on to every mailbox they concern: the present owner's, and those
 * whose links know the record. What existed before is read per owner when his mailbox joins.
 */
export async function readCrm(reader: CrmReader): Promise<void> {
  const { store, lease, crm, module, mailboxByOwner, signal } = reader;
  const key = organisationKey(module);
  if ((await store.cursor(key)) === null) {
    const present = await crm.presentCursor(module);
    if (present !== null) {
      const cursor = { cursor: present, fullRead: 1, complete: true };
      await store.savePage(lease, key, { cursor, entries: [], seen: [] });
    }
  }
  await readFeed({
    store,
    lease,
    side: crm,
    key,
    options: signal ? { signal } : {},
    async entries(changes) {
      // Nothing links a record that waits to be planned; that it was deleted or given away concerns its inbox all the same.
      // Asked for before the links: what another run brings from the one to the other meanwhile is found in either.
      const waiting = await store.waitingFor(
        module,
        changes.map(({ id }) => id),
      );
      const owners = await store.linkOwners(
        module,
        changes.map((change) => change.id),
      );
      const linked = new Map<string, typeof owners>();
      for (const owner of owners) linked.set(owner.crmId, [...(linked.get(owner.crmId) ?? []), owner]);
      return changes.flatMap((change) => {
        const links = linked.get(change.id) ?? [];
        // An ended link wants to know no more than that its record is gone: another one may take its place.
        const targets = new Set(
          links
            .filter(({ state }) => state !== 'deleted' || change.kind === 'deleted')
            .map((link) => link.mailboxId),
        );
        for (const { crmId, mailboxId } of waiting) if (crmId === change.id) targets.add(mailboxId);
        if (change.kind === 'changed' && change.ownerId !== null) {
          const mailboxId = mailboxByOwner.get(change.ownerId);
          if (mailboxId !== undefined) targets.add(mailboxId);
        }
        const isEcho = (mailboxId: string): boolean =>
          change.kind === 'changed' &&
          links.some(
            (link) =>
              link.mailboxId === mailboxId && link.state === 'active' && link.crmVersion === change.version,
          );
        return [...targets]
          .filter((mailboxId) => !isEcho(mailboxId))
          .map((mailboxId) => entryOf(change, 'crm', mailboxId, module));
      });
    },
  });
}

/** Whether all that the CRM knows was read already; false where the side cannot tell. Needs no lease, for it writes nothing. */
export async function isCrmRead({
  store,
  crm,
  module,
}: Pick<CrmReader, 'store' | 'crm' | 'module'>): Promise<boolean> {
  const stored = await store.cursor(organisationKey(module));
  if (!stored?.complete || stored.cursor === null) return false;
  return stored.cursor === (await crm.presentCursor(module));
}

export interface OwnerReader extends Omit<CrmReader, 'mailboxByOwner'> {
  readonly mailboxId: string;
  readonly ownerId: string;
}

/** What the owner of a mailbox already has in the CRM, once, when the mailbox joins; resumable page by page. */
export async function readOwner(reader: OwnerReader): Promise<void> {
  const { store, lease, crm, module, mailboxId, ownerId, signal } = reader;
  const key: CursorKey = { side: 'crm', mailboxId, module, scope: 'owner' };
  if ((await store.cursor(key))?.complete) return;
  await readFeed({
    store,
    lease,
    side: crm,
    key,
    options: signal ? { ownerId, signal } : { ownerId },
    async entries(changes) {
      const links = await store.linksByItem(
        { mailboxId, module },
        'crm',
        changes.map((change) => change.id),
      );
      const known = new Map(links.map((link) => [link.crmId, link.crm?.version]));
      return (
        changes
          .filter((change) => change.kind === 'changed' && known.get(change.id) !== change.version)
          // Without its content: what became of the record since this page was made may have been read for the whole
          // organisation before anything here said that the mailbox is concerned. It is read when it is planned.
          .map((change) => ({ ...entryOf(change, 'crm', mailboxId, module), item: null }))
      );
    },
  });
}
