import type { EntityManager } from 'typeorm';
import { LeaseLostError } from '../../errors.ts';
import type { Clock } from '../../sync/ports.ts';
import type { Lease, LeaseStore, RunScope } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { leaseEntity } from '../entities/lease.ts';
import type { LeaseRow } from '../entities/lease.ts';
import { carryOut, selectOne } from '../fixed-sql.ts';

/** Who this process is among those that share the database. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Another one with every start, since a pid comes back. */
  readonly startId: string;
  /** Whether a process of this host is there. */
  readonly isAlive: (pid: number) => boolean;
}

export function createLeaseStore(database: Database, self: ProcessIdentity, clock: Clock): LeaseStore {
  const holder = `${self.host}:${self.pid}:${self.startId}`;
  /** Given back, whether the database could be told or not. */
  const releasedFences = new Map<string, number>();
  const isOver = (row: LeaseRow): boolean =>
    isAbandoned(row.holder, self) ||
    (row.holder === holder && releasedFences.get(row.id) === Number(row.fence));
  /** Keys that are being taken: who asks for one of them meanwhile comes second. */
  const underWay = new Set<string>();

  /** The fences that were had here last: where nobody had one since, it need not be looked up. */
  const lastFences = new Map<string, number>();

  async function take(key: string, ttlMs: number): Promise<Lease | null> {
    const last = lastFences.get(key);
    const again = last === undefined ? null : await takeFrom(key, { fence: last, expiresAt: 0 }, ttlMs);
    if (again !== null) return again;
    const row = (await presentRow(database, key)) ?? (await makeRow(database, key));
    if (Number(row.expiresAt) > clock() && !isOver(row)) return null;
    return takeFrom(key, { fence: Number(row.fence), expiresAt: Number(row.expiresAt) }, ttlMs);
  }

  /** `seen` is checked by the statement that writes: another process may have seen the same. */
  async function takeFrom(
    key: string,
    seen: Pick<LeaseRow, 'fence' | 'expiresAt'>,
    ttlMs: number,
  ): Promise<Lease | null> {
    const lease = { key, fence: seen.fence + 1, expiresAt: clock() + ttlMs };
    const values = [holder, lease.fence, lease.expiresAt, key, seen.fence, seen.expiresAt];
    if ((await database.repeatable(takeText, values)) === 1) return lease;
    // Ours all the same where the statement was repeated because its answer was lost.
    const taken = await presentRow(database, key);
    const isOurs = taken?.holder === holder && Number(taken.fence) === lease.fence;
    return isOurs && Number(taken.expiresAt) === lease.expiresAt ? lease : null;
  }

  return {
    async acquire(key, ttlMs) {
      if (underWay.has(key)) return null;
      underWay.add(key);
      try {
        const lease = await take(key, ttlMs);
        if (lease !== null) lastFences.set(key, lease.fence);
        return lease;
      } finally {
        underWay.delete(key);
      }
    },

    async renew(lease, ttlMs) {
      const renewed = { ...lease, expiresAt: clock() + ttlMs };
      const values = [renewed.expiresAt, lease.key, lease.fence];
      ensureHeld(lease, await database.repeatable(renewText, values));
      return renewed;
    },

    async release(lease) {
      releasedFences.set(lease.key, lease.fence);
      await database.repeatable(releaseText, [lease.key, lease.fence]);
    },
  };
}

const isHeld = "WHERE `id` = ? AND `fence` = ? AND `holder` <> ''";
const readText = 'SELECT * FROM `leases` WHERE `id` = ?';
const takeText =
  'UPDATE `leases` SET `holder` = ?, `fence` = ?, `expiresAt` = ? ' +
  'WHERE `id` = ? AND `fence` = ? AND `expiresAt` = ?';
const renewText = `UPDATE \`leases\` SET \`expiresAt\` = ? ${isHeld}`;
const releaseText = "UPDATE `leases` SET `holder` = '', `expiresAt` = 0 WHERE `id` = ? AND `fence` = ?";
const endText = `UPDATE \`leases\` SET \`writes\` = \`writes\` + 1, \`holder\` = '', \`expiresAt\` = 0 ${isHeld}`;
const fenceText = `UPDATE \`leases\` SET \`writes\` = \`writes\` + 1 ${isHeld}`;
const bindText = `UPDATE \`leases\` SET \`writes\` = \`writes\` + 1, \`mailboxId\` = ?, \`module\` = ? ${isHeld}`;

function presentRow(database: Database, id: string): Promise<LeaseRow | null> {
  return database.read((manager) => selectOne<LeaseRow>(manager, readText, [id]));
}

function makeRow(database: Database, id: string): Promise<LeaseRow> {
  return database.transaction(async (manager) => {
    await lockRow(manager, id);
    const made = await selectOne<LeaseRow>(manager, readText, [id]);
    if (!made) throw new Error(`The lease ${id} went away while it was taken.`);
    return made;
  }, recoverable);
}

/** Makes the row where it is missing. On MySQL others who ask for it wait for the end of this transaction. */
async function lockRow(manager: EntityManager, id: string): Promise<void> {
  const fresh = { id, holder: '', fence: 0, expiresAt: 0, writes: 0, mailboxId: null, module: null };
  await bulkInsert(manager, leaseEntity, [fresh], { kind: 'ignore' });
}

/**
 * One transaction at a time goes on from here under this name, for what takes turns though under different leases.
 * The row it waits for is never a lease. Take it after the lease's own row and before any other.
 */
export function takeTurn(manager: EntityManager, name: string): Promise<void> {
  return lockRow(manager, `turn:${name}`);
}

/** A holder on this host that is gone: its process died, or its pid is ours after a restart. */
function isAbandoned(holder: string, self: ProcessIdentity): boolean {
  const [, host, pid, startId] = /^(.*):(\d+):([^:]*)$/.exec(holder) ?? [];
  if (host !== self.host) return false;
  if (Number(pid) === self.pid) return startId !== self.startId;
  return !self.isAlive(Number(pid));
}

/**
 * For what a loss of power may undo: a page of changes is read again, a plan made again, a settlement found out again
 * from its intents, which are on disk before the side is called. A lease ends with the power, for on SQLite all its
 * holders are on this machine.
 */
export const recoverable = { durable: false } as const;

/** A transaction that writes nothing unless the lease is still ours. Throws LeaseLostError. */
export function fenced<T>(
  database: Database,
  lease: Lease,
  task: (manager: EntityManager) => Promise<T>,
  options?: { readonly durable: boolean },
): Promise<T> {
  return database.transaction(async (manager) => {
    ensureHeld(lease, await carryOut(manager, fenceText, [lease.key, lease.fence]));
    return task(manager);
  }, options);
}

/** Gives the lease back at the end of the transaction. Throws LeaseLostError, as `fenced` does. */
export async function endLease(manager: EntityManager, lease: Lease): Promise<void> {
  ensureHeld(lease, await carryOut(manager, endText, [lease.key, lease.fence]));
}

/** Remembers which scope's run goes on under the lease; settlements do not say it. Throws LeaseLostError, as `fenced` does. */
export async function bindScope(manager: EntityManager, lease: Lease, scope: RunScope): Promise<void> {
  const values = [scope.mailboxId, scope.module, lease.key, lease.fence];
  ensureHeld(lease, await carryOut(manager, bindText, values));
}

export async function scopeOf(manager: EntityManager, lease: Lease): Promise<RunScope> {
  const row = await selectOne<LeaseRow>(manager, readText, [lease.key]);
  if (row === null || row.mailboxId === null || row.module === null) {
    throw new Error(`No run was ever started under the lease ${lease.key}; its links have no scope.`);
  }
  return { mailboxId: row.mailboxId, module: row.module as RunScope['module'] };
}

function ensureHeld(lease: Lease, rowsMet: number): void {
  if (rowsMet === 1) return;
  throw new LeaseLostError(`Another process has taken over ${lease.key}; nothing more is written here.`);
}
