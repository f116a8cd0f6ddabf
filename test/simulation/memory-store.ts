/**
 * The engine's stores in memory, for simulations that run thousands of histories. What they promise is in
 * src/sync/stores.ts; test/db/sync-store.contract.ts holds them and the real ones to it.
 */
import { idKey } from '../../src/sync/actions.ts';
import type { BlobRef, Item, Link, Side } from '../../src/sync/model.ts';
import { sides } from '../../src/sync/model.ts';
import { openSide } from '../../src/sync/pairing.ts';
import type {
  ActionState,
  CursorKey,
  InboxRow,
  Lease,
  LeaseStore,
  NewInboxEntry,
  PlanTotals,
  RunRecord,
  RunScope,
  StoredAction,
  StoredCursor,
  SyncStore,
} from '../../src/sync/stores.ts';
import { emptyCounts } from '../../src/engine/run-context.ts';
import { demandLease, Journal, Table } from './journal.ts';
import type { LeaseRow } from './journal.ts';

interface LinkRow {
  readonly scope: RunScope;
  readonly link: Link;
  readonly seen: Readonly<Record<'crm' | 'exchange', number>>;
}

interface InboxTableRow {
  readonly entry: NewInboxEntry;
  readonly id: number;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
  readonly parked: boolean;
  readonly failed: boolean;
}

interface ActionTableRow {
  readonly action: StoredAction;
  readonly scope: RunScope;
  readonly approved: boolean;
  readonly finishedAt: number | null;
}

/** What outlives a process. */
export class MemoryDatabase {
  readonly journal = new Journal();
  readonly leases = new Table<string, LeaseRow>(this.journal);
  readonly cursors = new Table<string, { readonly key: CursorKey; readonly cursor: StoredCursor }>(
    this.journal,
  );
  readonly inbox = new Table<string, InboxTableRow>(this.journal);
  readonly links = new Table<string, LinkRow>(this.journal);
  readonly runs = new Table<number, RunRecord>(this.journal);
  readonly actions = new Table<number, ActionTableRow>(this.journal);
  readonly blobs = new Table<string, BlobRef & { readonly content: string }>(this.journal);
  readonly scopes = new Table<string, RunScope>(this.journal);
  readonly meetings = new Table<
    string,
    { readonly mailboxId: string; readonly linkId: string; readonly claimedAt: number }
  >(this.journal);
  /** Ids go on after a loss of power: two rows never share one. */
  #lastId = 0;

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

const recoverable = { durable: false };

function isOf(scope: RunScope, other: RunScope): boolean {
  return scope.mailboxId === other.mailboxId && scope.module === other.module;
}

function cursorName({ side, mailboxId, module, scope }: CursorKey): string {
  return [side, mailboxId, module, scope].join('|');
}

export interface MemoryProcess {
  readonly name: string;
  readonly isAlive: (name: string) => boolean;
  readonly clock: () => number;
}

export function createMemoryLeases(database: MemoryDatabase, self: MemoryProcess): LeaseStore {
  const { journal, leases } = database;
  return {
    acquire: async (key, ttlMs) =>
      journal.transaction(() => {
        const row = leases.get(key) ?? { key, holder: '', fence: 0, expiresAt: 0 };
        const now = self.clock();
        if (row.expiresAt > now && self.isAlive(row.holder)) return null;
        const lease: Lease = { key, fence: row.fence + 1, expiresAt: now + ttlMs };
        leases.put(key, { ...lease, holder: self.name });
        return lease;
      }),
    renew: async (lease, ttlMs) =>
      journal.transaction(() => {
        demandLease(leases, lease);
        const renewed = { ...lease, expiresAt: self.clock() + ttlMs };
        leases.put(lease.key, { ...renewed, holder: self.name });
        return renewed;
      }),
    release: async (lease) =>
      journal.transaction(() => {
        const row = leases.get(lease.key);
        if (row?.fence === lease.fence) leases.put(lease.key, { ...row, holder: '', expiresAt: 0 });
      }),
  };
}

/** Few, so that the rows of most runs come in several pages. */
const rowsPerPage = 2;

function toInboxRow({ entry, id, attempts }: InboxTableRow): InboxRow {
  const { mailboxId: _mailboxId, module: _module, ...rest } = entry;
  return { ...rest, item: null, id, attempts };
}

export function createMemoryStore(database: MemoryDatabase, clock: () => number): SyncStore {
  const { journal, leases, cursors, inbox, links, runs, actions, blobs, scopes, meetings } = database;

  function fenced<T>(lease: Lease, work: () => T, options?: { durable: boolean }): T {
    return journal.transaction(() => {
      demandLease(leases, lease);
      return work();
    }, options);
  }

  function inboxKey({ mailboxId, module, side, itemId }: NewInboxEntry): string {
    return [mailboxId, module, side, itemId].join('|');
  }

  function putInbox(entries: readonly NewInboxEntry[]): void {
    for (const entry of entries) {
      // The newest comes last in the order of ids.
      inbox.remove(inboxKey(entry));
      inbox.put(inboxKey(entry), {
        entry,
        id: database.nextId(),
        attempts: 0,
        nextAttemptAt: null,
        parked: false,
        failed: false,
      });
    }
  }

  function doubtInbox({ side, mailboxId, module }: CursorKey): void {
    const waiting = inbox
      .all()
      .map(({ entry }) => entry)
      .filter((entry) => entry.side === side && entry.module === module && entry.kind === 'changed')
      .filter((entry) => mailboxId === '' || entry.mailboxId === mailboxId);
    putInbox(waiting.map((entry) => ({ ...entry, version: null, item: null })));
  }

  function inboxRows(scope: RunScope, matches: (row: InboxTableRow) => boolean): InboxRow[] {
    return inbox
      .all()
      .filter((row) => isOf(row.entry, scope) && matches(row))
      .sort((one, other) => one.id - other.id)
      .map(toInboxRow);
  }

  function inboxById(ids: readonly number[]): { readonly key: string; readonly row: InboxTableRow }[] {
    const wanted = new Set(ids);
    return inbox
      .all()
      .filter(({ id }) => wanted.has(id))
      .map((row) => ({ key: inboxKey(row.entry), row }));
  }

  function isOfFeed(key: CursorKey, { scope }: LinkRow): boolean {
    return scope.module === key.module && (key.mailboxId === '' || scope.mailboxId === key.mailboxId);
  }

  function linksWhere(matches: (row: LinkRow) => boolean): Link[] {
    const found = links
      .all()
      .filter(matches)
      .map(({ link }) => link);
    return [
      ...found.filter(({ state }) => state === 'deleted'),
      ...found.filter(({ state }) => state !== 'deleted'),
    ];
  }

  function patchAction(
    id: number,
    change: Partial<Omit<ActionTableRow, 'action' | 'scope'>> & { state?: ActionState },
  ): void {
    const row = actions.get(id);
    if (!row) return;
    const { state = row.action.state, ...rest } = change;
    actions.put(id, { ...row, ...rest, action: { ...row.action, state } });
  }

  function totals(rows: readonly ActionTableRow[]): PlanTotals {
    const count = (kind: string): number => rows.filter(({ action }) => action.body.kind === kind).length;
    return {
      creates: count('create'),
      removes: count('remove'),
      overwrites: rows.reduce((sum, { action }) => sum + action.body.overwrites, 0),
    };
  }

  function heldOf(scope: RunScope): StoredAction[] {
    const rows = actions
      .all()
      .filter((row) => isOf(row.scope, scope) && row.action.state === 'held')
      .filter(({ action }) => runs.get(action.runId)?.kind === 'sync')
      .map(({ action }) => action);
    const newest = new Map<string, number>();
    for (const { linkId, runId } of rows) newest.set(linkId, Math.max(runId, newest.get(linkId) ?? 0));
    return rows.filter(({ linkId, runId }) => newest.get(linkId) === runId);
  }

  const isDangerous = {
    removes: ({ body }: StoredAction) => body.kind === 'remove',
    overwrites: ({ body }: StoredAction) => body.kind === 'update' && body.overwrites > 0,
    creates: ({ body }: StoredAction) => body.kind === 'create',
  };

  return {
    cursor: async (key) => cursors.get(cursorName(key))?.cursor ?? null,
    cursors: async (scope) =>
      cursors
        .all()
        .filter(({ key }) => isOf(key, scope))
        .map(({ key, cursor }) => ({ ...key, ...cursor })),
    beginFullRead: async (lease, key) =>
      fenced(lease, () => {
        const before = cursors
          .all()
          .filter(({ key: one }) => one.side === key.side && one.module === key.module)
          .filter(({ key: one }) => key.side === 'crm' || one.mailboxId === key.mailboxId)
          .map(({ cursor }) => cursor.fullRead);
        const cursor = { cursor: null, fullRead: Math.max(0, ...before) + 1, complete: false };
        cursors.put(cursorName(key), { key, cursor });
        return cursor;
      }),
    savePage: async (lease, key, { cursor, entries, seen, begins = false }) =>
      fenced(
        lease,
        () => {
          if (begins) doubtInbox(key);
          putInbox(entries);
          const met = new Set(seen);
          for (const row of links.all()) {
            const id = row.link[idKey(key.side)];
            if (id === null || !met.has(id) || !isOfFeed(key, row)) continue;
            links.put(row.link.id, { ...row, seen: { ...row.seen, [key.side]: cursor.fullRead } });
          }
          cursors.put(cursorName(key), { key, cursor });
        },
        recoverable,
      ),
    enqueue: async (lease, entries) => fenced(lease, () => putInbox(entries)),
    enqueueUnseen: async (lease, key, fullRead) =>
      fenced(lease, () => {
        const unseen = links
          .all()
          .filter((row) => isOfFeed(key, row) && row.link.state !== 'deleted')
          .filter(({ link, seen }) => link[idKey(key.side)] !== null && seen[key.side] < fullRead);
        putInbox(
          unseen.map(({ scope, link }) => ({
            ...scope,
            side: key.side,
            itemId: link[idKey(key.side)] ?? '',
            kind: 'changed',
            version: null,
            stamp: null,
            identity: null,
            ownerId: null,
            skip: null,
            keyValues: {},
            item: null,
          })),
        );
        const present = cursors.get(cursorName(key))?.cursor;
        if (present?.fullRead === fullRead)
          cursors.put(cursorName(key), { key, cursor: { ...present, complete: true } });
        return unseen.length;
      }),
    inbox: async (scope, now) =>
      inboxRows(scope, ({ nextAttemptAt, parked }) => !parked && (nextAttemptAt ?? 0) <= now),
    duePage: async (scope, now, after) => {
      const rows = inboxRows(
        scope,
        ({ id, nextAttemptAt, parked }) => id > after && !parked && (nextAttemptAt ?? 0) <= now,
      );
      const page = rows.slice(0, rowsPerPage);
      return { rows: page, next: rows.length > page.length ? (page.at(-1)?.id ?? null) : null };
    },
    inboxRows: async (ids) => new Map(inboxById(ids).map(({ row }) => [row.id, toInboxRow(row)])),
    postponed: async (scope, now) =>
      inboxRows(scope, ({ nextAttemptAt, parked }) => parked || (nextAttemptAt ?? 0) > now),
    inboxItems: async (ids) =>
      new Map(
        inboxById(ids).flatMap(({ row }): [number, Item][] =>
          row.entry.item === null ? [] : [[row.id, row.entry.item]],
        ),
      ),
    waitingFor: async (module, crmIds) =>
      inbox
        .all()
        .filter(
          ({ entry }) => entry.module === module && entry.side === 'crm' && crmIds.includes(entry.itemId),
        )
        .map(({ entry }) => ({ crmId: entry.itemId, mailboxId: entry.mailboxId })),
    retryNow: async (scope) =>
      journal.transaction(() => {
        const failed = inbox.all().filter((row) => row.failed && isOf(row.entry, scope));
        for (const row of failed)
          inbox.put(inboxKey(row.entry), { ...row, parked: false, nextAttemptAt: null });
        return failed.length;
      }),

    linksByItem: async (scope, side, itemIds) =>
      linksWhere((row) => isOf(row.scope, scope) && itemIds.includes(row.link[idKey(side)] ?? '')),
    linkOwners: async (module, crmIds) =>
      links
        .all()
        .filter((row) => row.scope.module === module && crmIds.includes(row.link.crmId ?? ''))
        .map(({ scope, link }) => ({
          crmId: link.crmId ?? '',
          mailboxId: scope.mailboxId,
          crmVersion: link.crm?.version ?? null,
          state: link.state,
        })),
    linksById: async (ids) =>
      new Map(
        ids.flatMap((id): [string, Link][] => (links.get(id) ? [[id, links.get(id)?.link as Link]] : [])),
      ),
    linksByIdentity: async (scope, identities) =>
      linksWhere((row) => isOf(row.scope, scope) && identities.includes(row.link.identity ?? '')),
    halfLinkIds: async (scope) => {
      const ids: Record<Side, string[]> = { crm: [], exchange: [] };
      for (const { link } of links.all().filter((row) => isOf(row.scope, scope))) {
        const open = openSide(link);
        if (open !== null) ids[open].push(link.id);
      }
      for (const side of sides) ids[side].sort();
      return ids;
    },
    claimMeetings: async (lease, scope, claims) =>
      fenced(lease, () => {
        const ours = new Set<string>();
        for (const { uid, linkId } of claims) {
          const claim = meetings.get(uid);
          const holder = claim && links.get(claim.linkId);
          const isHeld = holder
            ? holder.link.state === 'active' || holder.link.crmId !== null
            : (claim?.claimedAt ?? 0) > clock() - 86_400_000;
          if (isHeld && claim?.mailboxId !== scope.mailboxId) continue;
          meetings.put(uid, { mailboxId: scope.mailboxId, linkId, claimedAt: clock() });
          ours.add(uid);
        }
        return ours;
      }),
    pairIds: async (scope) =>
      links
        .all()
        .filter((row) => isOf(row.scope, scope))
        .filter(({ link }) => link.crmId !== null && link.exchangeId !== null)
        .map(({ link }) => link.id)
        .sort(),
    linkCount: async (scope) =>
      links.all().filter((row) => isOf(row.scope, scope) && row.link.state === 'active').length,

    startRun: async (lease, scope, kind, trigger) =>
      fenced(lease, () => {
        scopes.put(lease.key, scope);
        for (const run of runs.all()) {
          if (isOf(run, scope) && run.state === 'running')
            runs.put(run.id, { ...run, state: 'failed', finishedAt: clock(), error: 'the process ended' });
        }
        const id = database.nextId();
        runs.put(id, {
          ...scope,
          id,
          kind,
          trigger,
          state: 'running',
          startedAt: clock(),
          finishedAt: null,
          counts: emptyCounts(),
          held: 0,
          error: null,
        });
        return id;
      }),
    finishRun: async (lease, runId, end) => {
      fenced(lease, () => {
        const run = runs.get(runId);
        if (run)
          runs.put(runId, { ...run, ...end, counts: structuredClone(end.counts), finishedAt: clock() });
        const row = leases.get(lease.key);
        if (row) leases.put(lease.key, { ...row, holder: '', expiresAt: 0 });
      });
    },
    lastRun: async (scope, state) =>
      runs
        .all()
        .filter((run) => isOf(run, scope) && run.kind === 'sync' && run.state === state)
        .at(-1) ?? null,
    savePlan: async (lease, runId, planned) =>
      fenced(
        lease,
        () => {
          const scope = runs.get(runId);
          if (!scope) throw new Error(`no run ${runId}`);
          for (const action of planned) {
            const id = database.nextId();
            actions.put(id, {
              action: { ...action, id, runId, state: action.body.tellsAttendees ? 'held' : 'planned' },
              scope: { mailboxId: scope.mailboxId, module: scope.module },
              approved: false,
              finishedAt: null,
            });
          }
        },
        recoverable,
      ),
    planTotals: async (runId) =>
      totals(
        actions
          .all()
          .filter(({ action, approved }) => action.runId === runId && !approved)
          .filter(({ action }) => action.state === 'planned' || action.state === 'held'),
      ),
    doneTotals: async (scope, since) => {
      const first = runs.all().find((run) => isOf(run, scope) && run.kind === 'sync' && run.state === 'done');
      if (!first) return { creates: 0, removes: 0, overwrites: 0 };
      return totals(
        actions
          .all()
          .filter((row) => isOf(row.scope, scope) && row.action.state === 'done' && !row.approved)
          .filter((row) => (row.finishedAt ?? 0) >= since && row.action.runId > first.id),
      );
    },
    hold: async (lease, runId, what) =>
      fenced(lease, () => {
        const planned = actions
          .all()
          .filter(
            ({ action, approved }) => action.runId === runId && action.state === 'planned' && !approved,
          );
        const dangerous = new Set(
          planned.filter(({ action }) => isDangerous[what](action)).map(({ action }) => action.linkId),
        );
        for (const { action } of planned)
          if (dangerous.has(action.linkId)) patchAction(action.id, { state: 'held' });
        return actions.all().filter(({ action }) => action.runId === runId && action.state === 'held').length;
      }),
    nextActions: async (runId, kind, side, step, afterId, limit) =>
      actions
        .all()
        .map(({ action }) => action)
        .filter((action) => action.runId === runId && action.state === 'planned' && action.id > afterId)
        .filter(({ body, step: one }) => body.kind === kind && body.side === side && one === step)
        .sort((one, other) => one.id - other.id)
        .slice(0, limit),
    beginActions: async (lease, actionIds) =>
      fenced(lease, () => actionIds.forEach((id) => patchAction(id, { state: 'tried' }))),
    settle: async (lease, { links: settled, finished, inboxDone, inboxFailed, enqueue }) =>
      fenced(
        lease,
        () => {
          const scope = scopes.get(lease.key);
          for (const link of settled) {
            if (!scope) throw new Error('no run was ever started under this lease');
            const known = links.get(link.id);
            links.put(link.id, {
              scope: known?.scope ?? scope,
              link,
              seen: known?.seen ?? { crm: 0, exchange: 0 },
            });
          }
          for (const { id, state } of finished) patchAction(id, { state, finishedAt: clock() });
          for (const { key } of inboxById(inboxDone)) inbox.remove(key);
          const failures = new Map(inboxFailed.map((one) => [one.id, one]));
          for (const { key, row } of inboxById([...failures.keys()])) {
            const nextAttemptAt = failures.get(row.id)?.nextAttemptAt ?? null;
            inbox.put(key, {
              ...row,
              attempts: row.attempts + 1,
              nextAttemptAt,
              parked: nextAttemptAt === null,
              failed: true,
            });
          }
          putInbox(enqueue);
        },
        recoverable,
      ),
    leftovers: async (scope, exceptRunId) =>
      actions
        .all()
        .filter((row) => isOf(row.scope, scope) && row.action.runId !== exceptRunId)
        .map(({ action }) => action)
        .filter(({ state }) => state === 'planned' || state === 'tried')
        .sort((one, other) => one.id - other.id),
    doneActions: async (scope, runId) =>
      actions
        .all()
        .filter((row) => isOf(row.scope, scope) && row.action.runId === runId && row.action.state === 'done')
        .map(({ action }) => action)
        .sort((one, other) => one.id - other.id),
    held: async (scope) => heldOf(scope),
    heldRefs: async (scope) =>
      heldOf(scope).map(({ id, linkId, inboxIds, body: { tellsAttendees } }) => ({
        id,
        linkId,
        inboxIds,
        tellsAttendees,
      })),
    decideHeld: async (lease, actionIds, decision, runId) =>
      fenced(lease, () => {
        for (const id of actionIds) {
          const row = actions.get(id);
          if (row?.action.state !== 'held') continue;
          const { action } = row;
          if (decision === 'rejected') patchAction(action.id, { state: 'rejected', finishedAt: clock() });
          else {
            const moved = { ...action, state: 'planned' as const, runId: runId ?? action.runId };
            actions.put(action.id, { ...row, approved: true, action: moved });
          }
        }
      }),

    putBlobs: async (some) => journal.transaction(() => some.forEach((blob) => blobs.put(blob.hash, blob))),
    blobs: async (hashes) =>
      new Map(
        hashes.flatMap((hash) => {
          const blob = blobs.get(hash);
          return blob ? [[hash, { mediaType: blob.mediaType, content: blob.content }] as const] : [];
        }),
      ),
  };
}
