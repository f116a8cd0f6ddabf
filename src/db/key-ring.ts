/** Every key at hand, found by the id that is stored beside each secret: so a rotation may be killed at any point. */
import { ConfigError } from '../errors.ts';
import { createSecretBox } from './secret-box.ts';
import type { SecretBox } from './secret-box.ts';
import { formerKeyFile, keyFromEnvironment, nextKeyFile, readKey, readOrMakeKey } from './secret-key.ts';
import type { SecretKeySource } from './secret-key.ts';

export interface KeyRing {
  /** For the first secret of a database; makes the key file when there is no key at all. Throws ConfigError. */
  current(): SecretBox;
  /** Looks into the files anew, for another process may have rotated; null when no key at hand has this id. */
  find(keyId: string): SecretBox | null;
  /** What to do where a stored secret needs a key that is not at hand. */
  missing(keyId: string): ConfigError;
}

/** Reads nothing yet but the environment. Throws ConfigError. */
export function openKeyRing({ fromEnvironment, nextFromEnvironment, file }: SecretKeySource): KeyRing {
  const given = boxFrom(fromEnvironment, 'EXSYNC_SECRET_KEY');
  const next = boxFrom(nextFromEnvironment, 'EXSYNC_SECRET_KEY_NEW');
  // The next file before the file: its key may move from there to here while we look, never back.
  const files = given ? [] : [nextKeyFile(file), file, formerKeyFile(file)];
  return {
    current: () => given ?? createSecretBox(readOrMakeKey(file)),
    find(keyId) {
      for (const box of [given, next]) if (box?.keyId === keyId) return box;
      for (const one of files) {
        const box = boxIn(one);
        if (box?.keyId === keyId) return box;
      }
      return null;
    },
    missing(keyId) {
      const wrong = given ?? boxIn(file);
      const where = given ? 'EXSYNC_SECRET_KEY' : file;
      const found = wrong ? `${where} holds the key ${wrong.keyId}` : `there is no ${file}`;
      return new ConfigError([
        `EXSYNC_SECRET_KEY: the stored passwords were encrypted with another key (its id is ${keyId}; ${found}); ` +
          'give the key, or the key file, this database was used with last.',
      ]);
    },
  };
}

function boxFrom(text: string | null | undefined, variable: string): SecretBox | null {
  return text ? createSecretBox(keyFromEnvironment(text, variable)) : null;
}

function boxIn(file: string): SecretBox | null {
  const key = readKey(file);
  return key && createSecretBox(key);
}
