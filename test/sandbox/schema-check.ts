/** Validates SOAP bodies with xmllint against the schema of a release, many at a time. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';

const DIRECTORY = process.env['EWS_SCHEMAS_DIR'] ?? '../shared/ews/schemas';
const FOLDERS: Readonly<Record<ReleaseName, string>> = {
  Exchange2007_SP1: 'Exchange2007_SP1',
  Exchange2010_SP1: 'Exchange2010_SP1',
  Exchange2010_SP2: 'Exchange2010_SP2',
  Exchange2013_SP1: 'Exchange2013_SP1',
  Exchange2016: 'Exchange2015',
  Exchange2019: 'ExchangeSE-15.2.2562.17',
};

export function schemaFile(release: ReleaseName): string {
  return join(DIRECTORY, FOLDERS[release], 'ews.xsd');
}

/** Skips the test, loudly, or fails it under CI, when the schemas or xmllint are missing. */
export function needSchemas(context: Mocha.Context): void {
  const missing = [schemaFile('Exchange2013_SP1')].filter((path) => !existsSync(path));
  if (spawnSync('xmllint', ['--version']).error !== undefined) missing.push('xmllint');
  if (missing.length === 0) return;
  if (process.env['CI'] === 'true') throw new Error(`${missing.join(', ')} missing`);
  console.warn(`SKIPPED: ${missing.join(', ')} missing`);
  context.skip();
}

/** The child of soap:Body, whatever the prefix of the envelope. */
export function soapBody(envelope: string): string | undefined {
  return /<(?:\w+:)?Body>([\s\S]*)<\/(?:\w+:)?Body>/.exec(envelope)?.[1];
}

/** One line per violation. */
export async function schemaErrors(
  release: ReleaseName,
  bodies: readonly { readonly name: string; readonly body: string }[],
): Promise<string[]> {
  if (bodies.length === 0) return [];
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-schema-'));
  try {
    const files = bodies.map(({ name, body }, index) => {
      const file = join(directory, `${index}-${name}.xml`);
      writeFileSync(file, body);
      return file;
    });
    const errors = await new Promise<string>((resolve) => {
      const options = { maxBuffer: 64 << 20 };
      execFile(
        'xmllint',
        ['--nonet', '--noout', '--schema', schemaFile(release), ...files],
        options,
        (_, __, text) => resolve(text),
      );
    });
    return errors
      .split('\n')
      .filter((line) => line !== '' && !/ validates$|^\s|fails to validate$/.test(line));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Streams differ from their schema in a namespace, as real ones do: made valid for the check. */
export function asSchemaHasIt(body: string): string {
  if (!body.startsWith('<m:GetStreamingEventsResponse')) return body;
  return body
    .replace(/(<\/?)m:Notification>/g, '$1t:Notification>')
    .replace(/(<\/?)m:SubscriptionId>/g, '$1t:SubscriptionId>');
}
