/** Runs the tests of the sandbox in a process of their own and says how they ended. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RanTest } from './conformance-table.ts';

export interface TestRun {
  readonly passed: readonly RanTest[];
  /** Failed or skipped. */
  readonly others: readonly RanTest[];
}

/** `dry` runs nothing and takes every test for passed. */
export async function runSandboxTests(options: { readonly dry: boolean }): Promise<TestRun> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-conformance-'));
  const output = join(directory, 'tests.json');
  try {
    const complaint = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [
          ...['node_modules/mocha/bin/mocha.js', 'test/sandbox/**/*.test.ts'],
          ...['--reporter', 'json', '--reporter-option', `output=${output}`],
          // It looks at the page this run is for.
          ...['--ignore', 'test/sandbox/conformance-table.test.ts'],
          ...(options.dry ? ['--dry-run'] : []),
        ],
        { maxBuffer: 64 << 20 },
        (_error, _stdout, stderr) => resolve(stderr),
      );
    });
    return read(output, complaint);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function read(output: string, complaint: string): TestRun {
  let text: string;
  try {
    text = readFileSync(output, 'utf8');
  } catch (cause) {
    throw new Error(`mocha wrote no result: ${complaint}`, { cause });
  }
  const { passes, failures, pending } = JSON.parse(text) as Record<
    'passes' | 'failures' | 'pending',
    readonly RanTest[]
  >;
  return { passed: passes, others: [...failures, ...pending] };
}
