/** What went over the wire between the tests, our daemon and the stand-in, and whether Microsoft's schema allows it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import type { SandboxExchange } from '../../sandbox/exchange/server.ts';

const schema = join(process.env['EWS_SCHEMAS_DIR'] ?? '../shared/ews/schemas', 'Exchange2013_SP1', 'ews.xsd');
/** As many files as one command line takes for sure. */
const filesPerRun = 500;

/** Skips loudly where the schema or xmllint is missing; with CI=true that is a failure. */
export function requireSchema(context: Context): void {
  if (existsSync(schema) && spawnSync('xmllint', ['--version']).status === 0) return;
  const problem = `${schema} or xmllint is missing: what is sent is not checked against it`;
  if (process.env['CI'] === 'true') throw new Error(problem);
  console.warn(`      SKIPPED, ${problem}`);
  context.skip();
}

export class WireRecord {
  readonly #bodies = new Map<string, string>();
  #exchanges = 0;

  get exchanges(): number {
    return this.#exchanges;
  }

  /** For `onExchange` of the stand-in. Faults are no part of the schema. */
  readonly keep = ({ operation, request, response, status }: SandboxExchange): void => {
    this.#exchanges += 1;
    this.#add(`${operation} request`, request);
    if (status === 200) this.#add(`${operation} answer`, response);
  };

  #add(what: string, envelope: string): void {
    const body = /<(?:(\w+):)?Body\b[^>]*>([\s\S]*)<\/(?:\w+:)?Body\s*>/.exec(envelope)?.[2]?.trim();
    if (body) this.#bodies.set(withNamespacesOf(envelope, body), what);
  }

  /** The first complaints of xmllint, each with the operation it is about; empty when all is as Microsoft says. */
  problems(): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'exsync-wire-'));
    try {
      const files = [...this.#bodies].map(([body, what], index) => {
        const file = join(folder, `${index}-${what.replace(' ', '-')}.xml`);
        writeFileSync(file, body);
        return file;
      });
      const found: string[] = [];
      for (let start = 0; start < files.length; start += filesPerRun) {
        const run = spawnSync(
          'xmllint',
          ['--nonet', '--noout', '--schema', schema, ...files.slice(start, start + filesPerRun)],
          { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
        );
        if (run.error) throw run.error;
        found.push(...run.stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates')));
      }
      return found.slice(0, 10).map((line) => line.replaceAll(`${folder}/`, ''));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** The body by itself: what the envelope declared has to be declared on it. */
function withNamespacesOf(envelope: string, body: string): string {
  const outer = new Map<string, string>();
  for (const tag of envelope.slice(0, envelope.indexOf(body)).match(/<[^>]*>/g) ?? []) {
    if (!/^<(?:\w+:)?(?:Envelope|Body)\b/.test(tag)) continue;
    for (const [, name = '', value = ''] of tag.matchAll(/\s(xmlns(?::\w+)?)=("[^"]*"|'[^']*')/g)) {
      outer.set(name, value);
    }
  }
  const opening = /^<[^>]*>/.exec(body)?.[0] ?? '';
  const missing = [...outer].filter(([name]) => !new RegExp(`\\s${name}=`).test(opening));
  return body.replace(
    /^<[\w:.-]+/,
    (tag) => `${tag}${missing.map(([name, value]) => ` ${name}=${value}`).join('')}`,
  );
}
