import { inboxEntity } from '../../src/db/entities/inbox.ts';
import type { Link, SealedValues } from '../../src/sync/model.ts';
import type {
  ActionBody,
  CursorKey,
  Lease,
  NewAction,
  NewInboxEntry,
  RunCounts,
  RunScope,
  Settlement,
} from '../../src/sync/stores.ts';
import type { TestDatabase } from './test-database.ts';

export const scope: RunScope = { mailboxId: 'mailbox-1', module: 'contacts' };

export const exchangeFeed: CursorKey = { ...scope, side: 'exchange', scope: 'folder-1' };
export const crmFeed: CursorKey = { mailboxId: '', module: 'contacts', side: 'crm', scope: 'all' };

export function entry(itemId: string, more: Partial<NewInboxEntry> = {}): NewInboxEntry {
  return {
    ...scope,
    side: 'exchange',
    itemId,
    kind: 'changed',
    version: 'v1',
    stamp: null,
    identity: null,
    ownerId: null,
    skip: null,
    keyValues: {},
    item: null,
    ...more,
  };
}

export function link(id: string, more: Partial<Link> = {}): Link {
  return {
    id,
    state: 'active',
    reason: null,
    crmId: `crm-${id}`,
    exchangeId: `exchange-${id}`,
    crm: null,
    exchange: null,
    identity: null,
    ...more,
  };
}

export function action(
  linkId: string,
  more: Partial<ActionBody> = {},
  rest: Partial<NewAction> = {},
): NewAction {
  const none: SealedValues = {};
  return {
    linkId,
    step: 0,
    inboxIds: [],
    final: true,
    title: '',
    body: {
      kind: 'update',
      side: 'crm',
      targetId: `crm-${linkId}`,
      version: 'v1',
      values: none,
      before: none,
      settles: { crm: none, exchange: none },
      versions: { crm: null, exchange: 'v1' },
      link: {
        state: 'active',
        reason: null,
        crmId: `crm-${linkId}`,
        exchangeId: `exchange-${linkId}`,
        identity: null,
      },
      losers: [],
      overwrites: 0,
      tellsAttendees: false,
      ...more,
    },
    ...rest,
  };
}

export function settlement(more: Partial<Settlement>): Settlement {
  return { links: [], finished: [], inboxDone: [], inboxFailed: [], enqueue: [], ...more };
}

const none = { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 };
export const noCounts: RunCounts = { crm: none, exchange: none };

/** A lease with a run under it. */
export async function startRun(
  test: TestDatabase,
  of: RunScope = scope,
): Promise<{ readonly lease: Lease; readonly runId: number }> {
  const lease = await test.stores.leases.acquire(`${of.mailboxId}/${of.module}`, 60_000);
  if (!lease) throw new Error('the lease is taken');
  return { lease, runId: await test.stores.sync.startRun(lease, of, 'sync', 'test') };
}

/** Ends the run, which gives the lease back. */
export async function endRun(
  test: TestDatabase,
  { lease, runId }: { readonly lease: Lease; readonly runId: number },
  counts: RunCounts = noCounts,
): Promise<void> {
  await test.stores.sync.finishRun(lease, runId, { state: 'done', counts, held: 0, error: null });
}

/** Rows of the scope's inbox, due or not. */
export function inboxCount({ database }: TestDatabase, { mailboxId, module }: RunScope): Promise<number> {
  return database.read((manager) => manager.countBy(inboxEntity, { mailboxId, module }));
}
