/** The program as it ships, built once for the tests of this process, and run as a process of its own. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

export interface ProcessOptions {
  /** Everything the process sees of the environment, beside PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Modules of test/ (paths below the project, ending in .ts) loaded before the program. */
  readonly preload?: readonly string[];
  /** Another folder than the one of `builtProgram`. */
  readonly program?: string;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

let built: Promise<string> | null = null;

/** Processes that have not ended: a test that fails in between must not leave any behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The folder the program was built into. It goes away with this process. */
export function builtProgram(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'exsync-program-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const tsconfig = {
    extends: join(root, 'tsconfig.build.json'),
    // Types are checked elsewhere; what counts here is that the program is the one that ships, and soon.
    compilerOptions: {
      rootDir: root,
      outDir: folder,
      noCheck: true,
      sourceMap: false,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['src', 'sandbox', 'test/*/*-preload.ts'].map((part) => join(root, part)),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  await promisify(execFile)(process.execPath, [compiler, '-p', folder], { cwd: root }).catch(
    (error: unknown) => {
      throw new Error(
        `the program does not build: ${(error as { stdout?: string }).stdout ?? String(error)}`,
      );
    },
  );
  const assets = 'src/tabs/public';
  cpSync(join(root, assets), join(folder, assets), { recursive: true });
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Only what is shipped: a developer's own config/local.yaml stays out.
  mkdirSync(join(folder, 'config'));
  for (const file of ['default.yaml', 'custom-environment-variables.yaml']) {
    copyFileSync(join(root, 'config', file), join(folder, 'config', file));
  }
  return folder;
}

export async function spawnExsync(args: readonly string[], options: ProcessOptions): Promise<ChildProcess> {
  const folder = options.program ?? (await builtProgram());
  const preload = (options.preload ?? []).map(
    (file) => `--import=${join(folder, file.replace(/\.ts$/, '.js'))}`,
  );
  const child = spawn(process.execPath, [...preload, join(folder, 'src/main.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return child;
}

/** Runs one command to its end. */
export async function exsync(args: readonly string[], options: ProcessOptions): Promise<Finished> {
  return finished(await spawnExsync(args, options));
}

/** What the process said and how it ended; call it right after the spawn. Others may listen to its streams, too. */
export function finished(child: ChildProcess): Promise<Finished> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ ...said, code, signal }));
  });
}
