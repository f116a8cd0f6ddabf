import { createHash, randomBytes } from 'node:crypto';
import type { EntityManager, EntitySchema, ObjectLiteral } from 'typeorm';
import type { AccessStore } from '../../sync/administration.ts';
import type { Clock } from '../../sync/ports.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { apiTokenEntity, sessionEntity, signInLinkEntity } from '../entities/access.ts';

/** What every API token starts with, so that a leaked one is recognised. */
const tokenPrefix = 'exs_';

export function createAccessStore(database: Database, clock: Clock): AccessStore {
  return {
    async createSignInLink(crmUserId, ttlMs) {
      const secret = newSecret();
      const row = { hash: hashOf(secret), crmUserId, expiresAt: clock() + ttlMs };
      await database.transaction(async (manager) => {
        await purge(manager, signInLinkEntity, clock());
        await bulkInsert(manager, signInLinkEntity, [row]);
      });
      return secret;
    },

    redeemSignInLink(secret) {
      const hash = hashOf(secret);
      return database.transaction(async (manager) => {
        const row = await manager.findOneBy(signInLinkEntity, { hash });
        if (!row) return null;
        // Deleting is what uses it up: of two at once only one deletes a row.
        const used = await manager.delete(signInLinkEntity, { hash });
        return used.affected === 1 && Number(row.expiresAt) > clock() ? row.crmUserId : null;
      });
    },

    async createSession(crmUserId, ttlMs) {
      const secret = newSecret();
      const csrfToken = newSecret();
      const row = { hash: hashOf(secret), crmUserId, csrfToken, expiresAt: clock() + ttlMs };
      await database.transaction(async (manager) => {
        await purge(manager, sessionEntity, clock());
        await bulkInsert(manager, sessionEntity, [row]);
      });
      return { secret, csrfToken };
    },

    session: (secret) =>
      database.read(async (manager) => {
        const row = await manager.findOneBy(sessionEntity, { hash: hashOf(secret) });
        if (!row || Number(row.expiresAt) <= clock()) return null;
        return { crmUserId: row.crmUserId, csrfToken: row.csrfToken };
      }),

    endSession(secret) {
      return database.transaction(async (manager) => {
        await manager.delete(sessionEntity, { hash: hashOf(secret) });
      });
    },

    async createToken(crmUserId, name, scopes, ttlMs) {
      const secret = `${tokenPrefix}${newSecret()}`;
      const expiresAt = clock() + ttlMs;
      const row = { hash: hashOf(secret), crmUserId, name, scopes: JSON.stringify(scopes), expiresAt };
      await database.transaction(async (manager) => {
        await purge(manager, apiTokenEntity, clock());
        await bulkInsert(manager, apiTokenEntity, [row]);
      });
      return secret;
    },

    token: (secret) =>
      database.read(async (manager) => {
        const row = await manager.findOneBy(apiTokenEntity, { hash: hashOf(secret) });
        if (!row || Number(row.expiresAt) <= clock()) return null;
        return { crmUserId: row.crmUserId, scopes: JSON.parse(row.scopes) as string[] };
      }),
  };
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Secrets are random, so a plain hash is enough and a look-up by it gives nothing away. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

async function purge<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  now: number,
): Promise<void> {
  await manager.createQueryBuilder().delete().from(entity).where('expiresAt <= :now', { now }).execute();
}
