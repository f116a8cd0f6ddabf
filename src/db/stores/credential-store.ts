import type { EntityManager } from 'typeorm';
import { ConfigError } from '../../errors.ts';
import type { CredentialStore, NewCredential } from '../../sync/administration.ts';
import { bulkInsert } from '../bulk-insert.ts';
import type { Database } from '../database.ts';
import { credentialEntity } from '../entities/credential.ts';
import type { CredentialRow } from '../entities/credential.ts';
import { selectOne } from '../fixed-sql.ts';
import type { KeyRing } from '../key-ring.ts';
import type { Place, SecretBox } from '../secret-box.ts';

export function createCredentialStore(database: Database, keys: KeyRing): CredentialStore {
  /** Opened last, by id: whoever uses a password keeps it anyway, and each run asks. */
  const opened = new Map<
    string,
    { readonly sealed: string; readonly keyId: string; readonly password: string }
  >();
  const open = ({ id, keyId, password: sealed }: CredentialRow): string => {
    const known = opened.get(id);
    if (known?.sealed === sealed && known.keyId === keyId) return known.password;
    const password = boxOf(keys, keyId).open(place(id), sealed);
    opened.set(id, { sealed, keyId, password });
    return password;
  };
  return {
    save: (id, username, password) =>
      database.transaction((manager) => saveCredential(manager, keys, { id, username, password })),

    get: (id) =>
      database.read(async (manager) => {
        const row = await findCredential(manager, id);
        return row && { id, username: row.username, pausedReason: row.pausedReason };
      }),

    async password(id) {
      const row = await database.read((manager) => findCredential(manager, id));
      if (!row) throw new Error(`There is no credential ${id}.`);
      return open(row);
    },

    async signIn(id) {
      const row = await database.read((manager) => findCredential(manager, id));
      if (!row) return null;
      const { username, pausedReason } = row;
      return { id, username, pausedReason, password: pausedReason === null ? open(row) : null };
    },

    pause(id, reason) {
      return database.transaction(async (manager) => {
        const updated = await manager.update(credentialEntity, { id }, { pausedReason: reason });
        if (updated.affected !== 1) throw new Error(`There is no credential ${id}.`);
      });
    },
  };
}

export async function saveCredential(
  manager: EntityManager,
  keys: KeyRing,
  { id, username, password }: NewCredential,
): Promise<void> {
  const box = await presentBox(manager, keys);
  const sealed = box.seal(place(id), password);
  await bulkInsert(
    manager,
    credentialEntity,
    [{ id, username, password: sealed, keyId: box.keyId, pausedReason: null }],
    { kind: 'update', key: ['id'], columns: ['username', 'password', 'keyId', 'pausedReason'] },
  );
}

function findCredential(manager: EntityManager, id: string): Promise<CredentialRow | null> {
  return selectOne<CredentialRow>(manager, 'SELECT * FROM `credentials` WHERE `id` = ?', [id]);
}

/** Ids of the keys the stored secrets need. Throws ConfigError when one of them is not at hand. */
export async function neededKeys(manager: EntityManager, keys: KeyRing): Promise<string[]> {
  const rows = await manager
    .createQueryBuilder(credentialEntity, 'row')
    .select('row.keyId', 'keyId')
    .distinct()
    .getRawMany<{ keyId: string }>();
  return rows.map(({ keyId }) => boxOf(keys, keyId).keyId);
}

/**
 * Seals every secret with `next`; returns how many were sealed with another key before. Throws ConfigError, so that the
 * transaction comes to nothing, when one cannot be opened or was changed meanwhile.
 */
export async function resealCredentials(
  manager: EntityManager,
  keys: KeyRing,
  next: SecretBox,
): Promise<number> {
  const rows = (await manager.find(credentialEntity)).filter(({ keyId }) => keyId !== next.keyId);
  for (const { id, username, keyId, password } of rows) {
    let secret: string;
    try {
      secret = boxOf(keys, keyId).open(place(id), password);
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      throw new ConfigError([
        `The stored password of ${username} is damaged, so no key was changed; ` +
          'give it again with `exsync setup` or `exsync user password`.',
      ]);
    }
    const changes = { password: next.seal(place(id), secret), keyId: next.keyId };
    const updated = await manager.update(credentialEntity, { id, password }, changes);
    if (updated.affected !== 1) {
      throw new ConfigError([
        `The password of ${username} was changed at the same moment, so no key was changed; try again.`,
      ]);
    }
  }
  return rows.length;
}

/** All secrets of a database are under one key, so a new one joins them, whatever key a process began with. */
async function presentBox(manager: EntityManager, keys: KeyRing): Promise<SecretBox> {
  const [keyId] = await neededKeys(manager, keys);
  return keyId === undefined ? keys.current() : boxOf(keys, keyId);
}

function boxOf(keys: KeyRing, keyId: string): SecretBox {
  const box = keys.find(keyId);
  if (!box) throw keys.missing(keyId);
  return box;
}

function place(id: string): Place {
  return ['credentials', id, 'password'];
}
