/** Microsoft's schemas and examples, where the machine has them: they carry no licence and are no part of the project. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';

export const schemasDir = process.env['EWS_SCHEMAS_DIR'] ?? '../shared/ews/schemas';
export const examplesDir = process.env['EWS_EXAMPLES_DIR'] ?? '../shared/ews/examples';

/** Skips loudly where `path` or xmllint is missing; with CI=true that is a failure. */
export function requireFiles(context: Context, path: string): void {
  const isThere = existsSync(path) && spawnSync('xmllint', ['--version']).status === 0;
  if (isThere) return;
  const problem = `not checked against Microsoft's files: ${path} or xmllint is missing`;
  if (process.env['CI'] === 'true') throw new Error(problem);
  console.warn(`      SKIPPED, ${problem}`);
  context.skip();
}

/** What xmllint says against these bodies, empty when all are valid. */
export function schemaProblems(release: string, bodies: readonly string[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'ews-bodies-'));
  try {
    const files = bodies.map((body, index) => {
      const file = join(dir, `${index}.xml`);
      writeFileSync(file, withNamespaces(body));
      return file;
    });
    const schema = join(schemasDir, release, 'ews.xsd');
    const run = spawnSync('xmllint', ['--nonet', '--noout', '--schema', schema, ...files], {
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
    });
    if (run.error) throw run.error;
    return run.status === 0
      ? ''
      : run.stderr
          .split('\n')
          .filter((line) => !line.endsWith(' validates'))
          .join('\n');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function withNamespaces(body: string): string {
  return body.replace(
    /^<m:\w+/,
    '$& xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
      ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"',
  );
}
