/** Five ways to break the engine, each in a copy of src/ with one text replaced. The simulation has to notice every one. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Engine } from './daemon.ts';
import { simulate } from './simulation.ts';

export interface Mutation {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The sides take writes whatever version is named. */
  readonly isBlind?: boolean;
}

export const skippedIntent: Mutation = {
  name: 'skip an intent',
  file: 'engine/execute.ts',
  from: 'await store.beginActions(',
  to: 'void (() => undefined)(',
};

const mutations: readonly Mutation[] = [
  skippedIntent,
  {
    name: 'move the cursor before the inbox write',
    file: 'engine/readers.ts',
    from: 'await store.savePage(lease, key, { cursor, entries, seen, begins });',
    to: 'await store.savePage(lease, key, { cursor, entries: [], seen, begins }); await store.enqueue(lease, entries);',
  },
  {
    name: 'compare by key only',
    file: 'sync/merge.ts',
    from: 'return !sameValue(field.kind, base, now) && !isTruncation(base, now);',
    to: 'return /name$|^email/i.test(field.name) && !sameValue(field.kind, base, now) && !isTruncation(base, now);',
  },
  {
    name: 'drop the guard',
    file: 'engine/sync-run.ts',
    from: 'const held = await guard(context, request, firstRun, rootFolderChanged);',
    to: 'const held: Partial<Record<Held, string>> = {}; void guard; void rootFolderChanged;',
  },
  { name: 'write without version', file: 'engine/execute.ts', from: '', to: '', isBlind: true },
];

export interface MutationResult {
  readonly name: string;
  /** After how many histories it was noticed; null: it was not. */
  readonly caughtAfter: number | null;
  readonly by: string;
}

const source = resolve(import.meta.dirname, '../../src');

async function brokenEngine({ name, file, from, to }: Mutation, folder: string): Promise<Engine> {
  const copy = join(folder, 'src');
  await cp(source, copy, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(resolve(source, '../node_modules'), join(folder, 'node_modules'));
  // Both sides of the simulation throw and test for the same classes.
  await writeFile(
    join(copy, 'errors.ts'),
    `export * from ${JSON.stringify(pathToFileURL(join(source, 'errors.ts')).href)};\n`,
  );
  const path = join(copy, file);
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`the mutation "${name}" finds nothing to replace in src/${file}`);
  await writeFile(path, text.replace(from, to));
  const load = async <T>(module: string): Promise<T> =>
    (await import(pathToFileURL(join(copy, module)).href)) as T;
  const { syncRun } = await load<Pick<Engine, 'syncRun'>>('engine/sync-run.ts');
  const { readCrm } = await load<Pick<Engine, 'readCrm'>>('engine/readers.ts');
  const { takeLease } = await load<Pick<Engine, 'takeLease'>>('engine/lease-keeper.ts');
  return { syncRun, readCrm, takeLease };
}

/** Plays up to `histories` histories against each broken engine. */
export async function playMutations(
  histories: number,
  firstSeed: number,
  clock: () => number,
): Promise<MutationResult[]> {
  const results: MutationResult[] = [];
  for (const mutation of mutations) {
    const folder = await mkdtemp(join(tmpdir(), 'exsync-mutation-'));
    try {
      const engine = await brokenEngine(mutation, folder);
      const { isBlind = false, name } = mutation;
      const options = {
        module: 'contacts' as const,
        firstSeed,
        histories,
        engine,
        isBlind,
        clock,
        shortens: false,
      };
      const { played, violation } = await simulate(options);
      results.push({ name, caughtAfter: violation && played, by: violation?.what[0] ?? '' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return results;
}
