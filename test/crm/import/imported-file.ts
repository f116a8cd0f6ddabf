/** A file of its own for each reading, and everything an import finds in it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DateOrder } from '../../../src/crm/import/dates.ts';
import type { Entry, ImportSource } from '../../../src/crm/import/import-source.ts';
import { openSource } from '../../../src/crm/import/open-source.ts';
import type { Values } from '../../../src/sync/model.ts';

export interface Reading {
  readonly source: ImportSource;
  readonly entries: readonly Entry[];
  /** The contacts alone. */
  readonly contacts: readonly Values[];
  /** `line: reason` of what is bad. */
  readonly problems: readonly string[];
  /** `name: values` of what has no field. */
  readonly unplaced: readonly string[];
}

/** Gives the work a file with this content, which is gone afterwards. */
export async function withFile<T>(
  content: string | Uint8Array,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'exsync-import-'));
  try {
    const path = join(folder, 'people');
    writeFileSync(path, content);
    return await work(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function read(
  content: string | Uint8Array,
  options: { readonly encoding?: string; readonly dates?: DateOrder } = {},
): Promise<Reading> {
  return withFile(content, async (path) => {
    const { encoding = null, dates: dateOrder = null } = options;
    const source = await openSource(path, { encoding, dateOrder, thisYear: 2026 });
    const entries: Entry[] = [];
    for await (const entry of source.entries()) entries.push(entry);
    return {
      source,
      entries,
      contacts: entries.flatMap((entry) => ('values' in entry ? [entry.values] : [])),
      problems: entries.flatMap((entry) => ('problem' in entry ? [`${entry.line}: ${entry.problem}`] : [])),
      unplaced: source.unplaced.list().map(({ name, values }) => `${name}: ${values}`),
    };
  });
}

/** The message of what makes the file unusable. */
export async function refusal(content: string | Uint8Array, encoding?: string): Promise<string> {
  try {
    await read(content, encoding === undefined ? {} : { encoding });
  } catch (error) {
    if (error instanceof Error && error.name === 'UnusableFileError') return error.message;
    throw error;
  }
  throw new Error('the file was taken');
}
