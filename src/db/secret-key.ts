/** Where keys lie outside the database, and how a key file is read and written so that no crash loses a key. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../errors.ts';
import { makePrivateFolder } from './private-folder.ts';

const keyBytes = 32;

export interface SecretKeySource {
  /** EXSYNC_SECRET_KEY: 32 bytes in base64. Wins over the file. */
  readonly fromEnvironment?: string | null;
  /** EXSYNC_SECRET_KEY_NEW: the key a rotation goes over to. */
  readonly nextFromEnvironment?: string | null;
  /** Holds the same base64, with mode 0600. */
  readonly file: string;
}

/** During a rotation the coming key lies here, and takes the place of the file at its end. */
export function nextKeyFile(file: string): string {
  return `${file}.new`;
}

/** The key before the last rotation: back-ups made until then need it. */
export function formerKeyFile(file: string): string {
  return `${file}.old`;
}

/** Throws ConfigError for a key of the wrong length. */
export function keyFromEnvironment(text: string, variable: string): Buffer {
  return decode(text, variable);
}

/** Null when there is no such file. Throws ConfigError for a file that others may read or that holds no key. */
export function readKey(file: string): Buffer | null {
  const text = readKeyFile(file);
  return text === null ? null : decode(text, `the secret key file ${file}`);
}

/**
 * The key in this file, made with mode 0600 when there is none. The file appears whole or not at all; of two processes
 * that make it at once, the second takes the first one's key. Made by root, it belongs to the owner of `ownedLike`.
 * Throws ConfigError.
 */
export function readOrMakeKey(file: string, { ownedLike = file } = {}): Buffer {
  const found = readKey(file);
  if (found) return found;
  const key = randomBytes(keyBytes);
  try {
    makePrivateFolder(dirname(file));
    const draft = writeDraft(file, key, ownedLike);
    try {
      linkSync(draft, file);
    } finally {
      unlinkSync(draft);
    }
    syncFolder(dirname(file));
    return key;
  } catch (error) {
    const code = codeOf(error);
    const other = code === 'EEXIST' ? readKey(file) : null;
    if (other !== null) return other;
    throw new ConfigError([`The secret key file ${file} cannot be created (${code}).`]);
  }
}

/**
 * Makes the next key the key, and the key the former one. Whoever is killed in between leaves all keys readable, and
 * doing it again, or twice at once, does no harm: nothing happens once the file holds `next`. Throws ConfigError.
 */
export function promoteNextKey(file: string, next: Uint8Array): void {
  const present = readKey(file);
  if (present?.equals(next)) return;
  try {
    if (present) renameSync(writeDraft(formerKeyFile(file), present, file), formerKeyFile(file));
    renameSync(nextKeyFile(file), file);
    syncFolder(dirname(file));
  } catch (error) {
    if (readKey(file)?.equals(next)) return;
    throw new ConfigError([
      `The new key is in ${nextKeyFile(file)} and could not take the place of ${file} (${codeOf(error)}). ` +
        'It is found there at each start; let this user write that folder and start exsync once more.',
    ]);
  }
}

/** On disk before it gets its name. As root it is given to the owner of `like`, who has to read it. */
function writeDraft(file: string, key: Uint8Array, like: string): string {
  const draft = `${file}.${randomUUID()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(handle, `${Buffer.from(key).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  const owner = process.getuid?.() === 0 ? statSync(like, { throwIfNoEntry: false }) : undefined;
  if (owner) chownSync(draft, owner.uid, owner.gid);
  return draft;
}

/** A new name is on disk only when its folder is. Windows cannot open folders and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readKeyFile(file: string): string | null {
  try {
    if (process.platform !== 'win32' && !isPrivate(statSync(file))) {
      throw new ConfigError([`The secret key file ${file} can be read by others; run: chmod 600 ${file}`]);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    throw new ConfigError([`The secret key file ${file} cannot be read (${code}).`]);
  }
}

/**
 * The group root may read: systemd hands credentials to a service by an access list, whose mask shows as the rights of
 * the group (https://systemd.io/CREDENTIALS).
 */
function isPrivate({ mode, gid }: { readonly mode: number; readonly gid: number }): boolean {
  const others = mode & 0o077;
  return others === 0 || (others === 0o040 && gid === 0);
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

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
