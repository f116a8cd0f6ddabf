/** The file that `--state` names. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { StateError } from './state-error.ts';
import type { SandboxState } from './sandbox-state.ts';

/** Node.js holds no longer text than 512 MiB. */
const MOST_BYTES = 500_000_000;

/** What the file holds, not looked at further; undefined when there is no file. */
export function readStateFile(file: string): SandboxState | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new StateError('It is no file.');
  if (found.size > MOST_BYTES) {
    throw new StateError(`It has ${found.size} bytes, and no more than ${MOST_BYTES} can be loaded.`);
  }
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text) as SandboxState;
  } catch {
    // What JSON.parse says quotes the file.
    throw new StateError('It is no whole JSON document.');
  }
}

/** Whole or not at all, for its owner only. */
export function writeStateFile(file: string, state: SandboxState): void {
  const text = JSON.stringify(state);
  // A name nobody knows before, and never through a link that lies there already.
  const fresh = `${file}.${randomBytes(8).toString('hex')}.new`;
  const handle = openSync(fresh, 'wx', 0o600);
  try {
    try {
      writeFileSync(handle, text);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
