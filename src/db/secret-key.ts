/** The key that secrets are encrypted with lives outside the database: in the environment or in a file of its own. */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../errors.ts';
import { makePrivateFolder } from './private-folder.ts';

const keyBytes = 32;

export interface SecretKeySource {
  /** EXSYNC_SECRET_KEY: 32 bytes in base64. Wins over the file. */
  readonly fromEnvironment?: string | undefined;
  /** Made with mode 0600 when it does not exist; holds the same base64. */
  readonly file: string;
}

/** Throws ConfigError for a key of the wrong length and for a file that others may read. */
export function loadSecretKey({ fromEnvironment, file }: SecretKeySource): Buffer {
  if (fromEnvironment) return decode(fromEnvironment, 'EXSYNC_SECRET_KEY');
  const text = readKeyFile(file) ?? createKeyFile(file);
  return decode(text, `the secret key file ${file}`);
}

function readKeyFile(file: string): string | null {
  try {
    const { mode } = statSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ConfigError([`The secret key file ${file} can be read by others; run: chmod 600 ${file}`]);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    if (code === undefined) throw error;
    throw new ConfigError([`The secret key file ${file} cannot be read (${code}).`]);
  }
}

/** `wx`: of two processes that start at once, the second takes the first one's key. */
function createKeyFile(file: string): string {
  const text = `${randomBytes(keyBytes).toString('base64')}\n`;
  try {
    makePrivateFolder(dirname(file));
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const other = code === 'EEXIST' ? readKeyFile(file) : null;
    if (other !== null) return other;
    throw new ConfigError([`The secret key file ${file} cannot be created (${code}).`]);
  }
}

function decode(text: string, origin: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== keyBytes || !/^[A-Za-z0-9+/]+=*$/.test(text.trim())) {
    throw new ConfigError([
      `The key in ${origin} must be 32 bytes in base64; make one with: openssl rand -base64 32`,
    ]);
  }
  return key;
}
