/** What went over the wire between the tests, our daemon and the stand-in, and whether Microsoft's schema allows it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import type { SandboxExchange } from '../../sandbox/exchange/server.ts';

const schemasDir = process.env['EWS_SCHEMAS_DIR'] ?? '../shared/ews/schemas';
/** The folder of each release's schema. */
const folders: Readonly<Record<ReleaseName, string>> = {
  Exchange2007_SP1: 'Exchange2007_SP1',
  Exchange2010_SP1: 'Exchange2010_SP1',
  Exchange2010_SP2: 'Exchange2010_SP2',
  Exchange2013_SP1: 'Exchange2013_SP1',
  Exchange2016: 'Exchange2015',
  Exchange2019: 'ExchangeSE-15.2.2562.17',
};
/** As many files as one command line takes for sure. */
const filesPerRun = 500;

/** Skips loudly where the schema or xmllint is missing; with CI=true that is a failure. */
export function requireSchema(context: Context, release: ReleaseName): void {
  const schema = join(schemasDir, folders[release], 'ews.xsd');
  if (existsSync(schema) && spawnSync('xmllint', ['--version']).status === 0) return;
  const problem = `${schema} or xmllint is missing: what is sent is not checked against it`;
  if (process.env['CI'] === 'true') throw new Error(problem);
  console.warn(`      SKIPPED, ${problem}`);
  context.skip();
}

/** How our own requests begin; exchangelib and the control plane's library write theirs otherwise. */
const ownRequest =
  /^<\?xml version="1\.0" encoding="utf-8"\?><s:Envelope [^>]*><s:Header><t:RequestServerVersion Version="(\w+)"/;

/** Of companies with one release. */
export class WireRecord {
  readonly #release: ReleaseName;
  readonly #versions = new Set<string>();
  /** By schema folder: what each different body is. */
  readonly #bodies = new Map<string, Map<string, string>>();
  #exchanges = 0;

  constructor(release: ReleaseName) {
    this.#release = release;
  }

  /** The schemas that our own requests asked for. */
  get versions(): readonly string[] {
    return [...this.#versions].sort();
  }

  get exchanges(): number {
    return this.#exchanges;
  }

  /** For `onExchange` of the stand-in. Faults are no part of the schema. */
  readonly keep = ({ operation, request, response, status }: SandboxExchange): void => {
    this.#exchanges += 1;
    const asked = ownRequest.exec(request)?.[1];
    if (asked !== undefined) this.#versions.add(asked);
    // What we say and are told has to be right in the schema that we name, too.
    for (const folder of new Set([folders[this.#release], asked ?? folders[this.#release]])) {
      this.#add(folder, `${operation} request`, request);
      if (status === 200) this.#add(folder, `${operation} answer`, response);
    }
  };

  #add(folder: string, what: string, envelope: string): void {
    const body = /<(?:(\w+):)?Body\b[^>]*>([\s\S]*)<\/(?:\w+:)?Body\s*>/.exec(envelope)?.[2]?.trim();
    if (!body) return;
    const bodies = this.#bodies.get(folder) ?? new Map<string, string>();
    this.#bodies.set(folder, bodies.set(withNamespacesOf(envelope, body), what));
  }

  /** The first complaints of xmllint, each with the operation it is about; empty when all is as Microsoft says. */
  problems(): string[] {
    return [...this.#bodies].flatMap(([folder, bodies]) => problemsIn(folder, bodies)).slice(0, 10);
  }
}

function problemsIn(schemaFolder: string, bodies: ReadonlyMap<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'exsync-wire-'));
  try {
    const files = [...bodies].map(([body, what], index) => {
      const file = join(folder, `${index}-${what.replace(' ', '-')}.xml`);
      writeFileSync(file, body);
      return file;
    });
    const found: string[] = [];
    for (let start = 0; start < files.length; start += filesPerRun) {
      const schema = join(schemasDir, schemaFolder, 'ews.xsd');
      const run = spawnSync(
        'xmllint',
        ['--nonet', '--noout', '--schema', schema, ...files.slice(start, start + filesPerRun)],
        { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      );
      if (run.error) throw run.error;
      found.push(...run.stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates')));
    }
    return found.map((line) => `${schemaFolder}: ${line.replaceAll(`${folder}/`, '')}`);
  } finally {
    rmSync(folder, { recursive: true });
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
