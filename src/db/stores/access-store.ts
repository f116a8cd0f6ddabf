import { createHash, randomBytes } from 'node:crypto';
import type { EntityManager, EntitySchema, ObjectLiteral } from 'typeorm';
import type { AccessStore, ApiToken } from '../../sync/administration.ts';
import type { Clock } from '../../sync/ports.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { apiTokenEntity, newTokenId, sessionEntity, signInLinkEntity } from '../entities/access.ts';
import type { ApiTokenRow } from '../entities/access.ts';

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
      const createdAt = clock();
      const row = {
        hash: hashOf(secret),
        id: newTokenId(),
        crmUserId,
        name,
        scopes: JSON.stringify(scopes),
        createdAt,
        expiresAt: createdAt + ttlMs,
      };
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

    async tokens(crmUserId) {
      const rows = await database.read((manager) => {
        const query = manager
          .createQueryBuilder(apiTokenEntity, 'row')
          .where('row.expiresAt > :now', { now: clock() });
        if (crmUserId !== undefined) query.andWhere('row.crmUserId = :crmUserId', { crmUserId });
        return query.orderBy('row.expiresAt').addOrderBy('row.id').getMany();
      });
      return rows.map(toToken);
    },

    revokeToken(id) {
      return database.transaction(async (manager) => {
        const deleted = await manager.delete(apiTokenEntity, { id });
        return deleted.affected === 1;
      });
    },
  };
}

function toToken(row: ApiTokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    crmUserId: row.crmUserId,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.createdAt === null ? null : Number(row.createdAt),
    expiresAt: Number(row.expiresAt),
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
