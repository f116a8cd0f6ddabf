/**
 * Going over to a new key. The new key is on disk (or in two environments) before a secret is sealed with it; all
 * secrets change in one transaction, which says by its key ids whether it took place; only then do the files change
 * places. So wherever it is killed, every secret's key is at hand.
 */
import { ConfigError } from '../errors.ts';
import type { Clock } from '../sync/ports.ts';
import type { Database } from './database.ts';
import { openKeyRing } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { createSecretBox } from './secret-box.ts';
import type { SecretBox } from './secret-box.ts';
import {
  formerKeyFile,
  keyFromEnvironment,
  nextKeyFile,
  promoteNextKey,
  readKey,
  readOrMakeKey,
} from './secret-key.ts';
import type { SecretKeySource } from './secret-key.ts';
import { recordAudit } from './stores/audit-store.ts';
import { neededKeys, resealCredentials } from './stores/credential-store.ts';

export interface Rotation {
  /** Names the new key, and tells nothing of it. */
  readonly keyId: string;
  /** Secrets that were sealed anew; 0 also when all were under the new key before. */
  readonly secrets: number;
  /** The file that holds the key of before; null when keys come from the environment. */
  readonly formerKeyFile: string | null;
}

export interface Keys extends KeyRing {
  /**
   * How the keys were found at the opening. `finishedRotation`: one that was killed on its way was brought to its end.
   * `formerKey`: the stored secrets are under the key of before the last rotation, as after a back-up was restored.
   */
  readonly found: 'inOrder' | 'finishedRotation' | 'formerKey';
  /** Throws ConfigError when a stored secret needs a key that is not at hand. */
  check(): Promise<void>;
  /** Throws ConfigError, and nothing has changed then. */
  rotate(actor: string): Promise<Rotation>;
}

/** Makes the first key, or ends a rotation that was killed. Throws ConfigError for a wrong or missing key. */
export async function openKeys(database: Database, source: SecretKeySource, clock: Clock): Promise<Keys> {
  const ring = openKeyRing(source);
  const needed = () => database.read((manager) => neededKeys(manager, ring));
  const present = await needed();
  if (present.length === 0) ring.current();
  return {
    ...ring,
    found: settle(source, present),
    check: async () => void (await needed()),
    rotate: (actor) => rotateKey({ database, source, ring, clock, actor }),
  };
}

function settle({ fromEnvironment, file }: SecretKeySource, present: readonly string[]): Keys['found'] {
  if (fromEnvironment) return 'inOrder';
  const needs = (key: Uint8Array | null): boolean =>
    key !== null && present.includes(createSecretBox(key).keyId);
  const next = readKey(nextKeyFile(file));
  if (next && needs(next)) {
    promoteNextKey(file, next);
    return 'finishedRotation';
  }
  return needs(readKey(formerKeyFile(file))) ? 'formerKey' : 'inOrder';
}

interface RotationParts {
  readonly database: Database;
  readonly source: SecretKeySource;
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly actor: string;
}

async function rotateKey({ database, source, ring, clock, actor }: RotationParts): Promise<Rotation> {
  const next = nextKey(source, ring);
  const secrets = await database.transaction(async (manager) => {
    const count = await resealCredentials(manager, ring, next.box);
    if (ring.find(next.box.keyId) === null) {
      throw new ConfigError(['Another rotation of the key went on at the same moment; nothing was changed.']);
    }
    if (count > 0 || next.inFile) {
      await recordAudit(manager, clock(), actor, 'key.rotated', { secrets: count, keyId: next.box.keyId });
    }
    return count;
  });
  if (next.inFile) promoteNextKey(source.file, next.key);
  return {
    keyId: next.box.keyId,
    secrets,
    formerKeyFile: next.inFile ? formerKeyFile(source.file) : null,
  };
}

interface NextKey {
  readonly key: Buffer;
  readonly box: SecretBox;
  readonly inFile: boolean;
}

function nextKey({ fromEnvironment, nextFromEnvironment, file }: SecretKeySource, ring: KeyRing): NextKey {
  if (nextFromEnvironment) {
    const key = keyFromEnvironment(nextFromEnvironment, 'EXSYNC_SECRET_KEY_NEW');
    const box = createSecretBox(key);
    if (box.keyId === ring.current().keyId) {
      throw new ConfigError([
        'EXSYNC_SECRET_KEY_NEW: this is the present key; make another one with: openssl rand -base64 32',
      ]);
    }
    return { key, box, inFile: false };
  }
  if (fromEnvironment) {
    throw new ConfigError([
      'EXSYNC_SECRET_KEY_NEW: give the new key in it, since the present one comes from EXSYNC_SECRET_KEY; ' +
        'make one with: openssl rand -base64 32',
    ]);
  }
  try {
    const key = readOrMakeKey(nextKeyFile(file), { ownedLike: file });
    return { key, box: createSecretBox(key), inFile: true };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([
      ...error.problems,
      'Let this user write that folder, or give the new key in EXSYNC_SECRET_KEY_NEW.',
    ]);
  }
}
