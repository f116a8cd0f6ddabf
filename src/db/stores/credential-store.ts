import type { EntityManager } from 'typeorm';
import { ConfigError } from '../../errors.ts';
import type { CredentialStore } from '../../sync/administration.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { credentialEntity } from '../entities/credential.ts';
import { createSecretBox } from '../secret-box.ts';
import type { Place } from '../secret-box.ts';

export function createCredentialStore(database: Database, secretKey: Uint8Array): CredentialStore {
  const box = createSecretBox(secretKey);
  return {
    save(id, username, password) {
      const row = {
        id,
        username,
        password: box.seal(place(id), password),
        keyId: box.keyId,
        pausedReason: null,
      };
      return database.transaction(async (manager) => {
        await refuseOtherKey(manager, box.keyId);
        await bulkInsert(manager, credentialEntity, [row], {
          kind: 'update',
          key: ['id'],
          columns: ['username', 'password', 'keyId', 'pausedReason'],
        });
      });
    },

    get: (id) =>
      database.read(async (manager) => {
        const row = await manager.findOneBy(credentialEntity, { id });
        return row && { id, username: row.username, pausedReason: row.pausedReason };
      }),

    async password(id) {
      const row = await database.read(async (manager) => {
        await refuseOtherKey(manager, box.keyId);
        return manager.findOneBy(credentialEntity, { id });
      });
      if (!row) throw new Error(`There is no credential ${id}.`);
      return box.open(place(id), row.password);
    },

    pause(id, reason) {
      return database.transaction(async (manager) => {
        const updated = await manager.update(credentialEntity, { id }, { pausedReason: reason });
        if (updated.affected !== 1) throw new Error(`There is no credential ${id}.`);
      });
    },
  };
}

/** Throws ConfigError when the stored secrets were sealed with another key; for the start of the daemon and `doctor`. */
export function checkSecretKey(database: Database, secretKey: Uint8Array): Promise<void> {
  const { keyId } = createSecretBox(secretKey);
  return database.read((manager) => refuseOtherKey(manager, keyId));
}

async function refuseOtherKey(manager: EntityManager, keyId: string): Promise<void> {
  const other = await manager
    .createQueryBuilder(credentialEntity, 'row')
    .where('row.keyId <> :keyId', { keyId })
    .getCount();
  if (other > 0) {
    throw new ConfigError([
      'EXSYNC_SECRET_KEY: the stored passwords were encrypted with another key; ' +
        'give the key (or the key file) this database was made with.',
    ]);
  }
}

function place(id: string): Place {
  return ['credentials', id, 'password'];
}
