import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from '../../interop/exsync-program.ts';
import type { Mutation } from '../../simulation/mutations.ts';

export interface BrokenProgram {
  /** As `builtProgram` gives it. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** The program as it ships, with one text of it replaced. */
export async function breakProgram({ name, file, from, to }: Mutation): Promise<BrokenProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'exsync-broken-'));
  await cp(await builtProgram(), folder, { recursive: true, verbatimSymlinks: true });
  const path = join(folder, 'src', file.replace(/\.ts$/, '.js'));
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`the mutation "${name}" finds nothing to replace in ${path}`);
  await writeFile(path, text.replace(from, to));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
