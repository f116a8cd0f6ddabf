import type { EntityManager } from 'typeorm';
import type { AuditStore } from '../../sync/administration.ts';
import type { Clock } from '../../sync/ports.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { auditEntity } from '../entities/audit.ts';

export function createAuditStore(database: Database, clock: Clock): AuditStore {
  return {
    record: (actor, what, details) =>
      database.transaction((manager) => recordAudit(manager, clock(), actor, what, details)),
  };
}

/** For stores that record what they do in the transaction that does it. */
export async function recordAudit(
  manager: EntityManager,
  at: number,
  actor: string,
  what: string,
  details: Parameters<AuditStore['record']>[2],
): Promise<void> {
  await bulkInsert(manager, auditEntity, [{ at, actor, what, details: JSON.stringify(details) }]);
}
