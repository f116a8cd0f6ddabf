/** Every request example of Microsoft's documentation, sent to each release whose schema allows it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { OPERATIONS } from '../../sandbox/exchange/operation-registry.ts';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { envelope, post } from './ews-client.ts';
import { ALL_RELEASES, NEWEST } from './released-server.ts';
import { asSchemaHasIt, needSchemas, schemaErrors, soapBody } from './schema-check.ts';

const EXAMPLES = process.env['EWS_EXAMPLES_DIR'] ?? '../shared/ews/examples';
/** Every operation this server has, by the name of its request. */
const WANTED = [
  ...['GetFolder', 'FindFolder', 'CreateFolder', 'UpdateFolder', 'DeleteFolder', 'SyncFolderHierarchy'],
  ...['SyncFolderItems', 'FindItem', 'GetItem', 'CreateItem', 'UpdateItem', 'DeleteItem', 'MoveItem'],
  ...['CopyItem', 'SendItem', 'CreateAttachment', 'GetAttachment', 'DeleteAttachment', 'ResolveNames'],
  ...['ConvertId', 'GetServerTimeZones', 'GetUserAvailabilityRequest', 'GetUserConfiguration', 'Subscribe'],
  ...['GetEvents', 'GetStreamingEvents', 'Unsubscribe'],
];
/** What came after Exchange 2007 SP1: its schema does not hold them. */
const AFTER_2007 = ['GetServerTimeZones', 'GetUserConfiguration', 'GetStreamingEvents'];
/** The examples the documentation has of it are not well-formed. */
const TIME_ZONES: Example = {
  operation: 'GetServerTimeZones',
  file: 'GetServerTimeZones-own',
  text: envelope(
    '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>UTC</t:Id></m:Ids></m:GetServerTimeZones>',
  ),
  releases: ALL_RELEASES.filter((release) => release !== 'Exchange2007_SP1'),
};
/** The release to ask, by the column of the index that says whether the example is valid there. */
const COLUMNS: Readonly<Record<string, ReleaseName>> = {
  'ExchangeSE-15.2.2562.17': 'Exchange2019',
  Exchange2013_SP1: 'Exchange2013_SP1',
  Exchange2010_SP2: 'Exchange2010_SP2',
  Exchange2007_SP1: 'Exchange2007_SP1',
};

interface Example {
  readonly operation: string;
  readonly file: string;
  readonly text: string;
  /** The releases the index calls it valid in. */
  readonly releases: readonly ReleaseName[];
}

function readExamples(): Example[] {
  const [head = '', ...lines] = readFileSync(join(EXAMPLES, 'INDEX.tsv'), 'utf8').trim().split('\n');
  const columns = head.split('\t');
  return lines
    .map((line) => line.split('\t'))
    .filter(([kind, operation = '']) => kind === 'requests' && WANTED.includes(operation))
    .map((cells) => ({
      operation: cells[1] ?? '',
      file: (cells[2] ?? '').replace(/^.*\//, ''),
      text: readFileSync(join(EXAMPLES, cells[2] ?? ''), 'utf8'),
      releases: Object.entries(COLUMNS).flatMap(([column, release]) =>
        cells[columns.indexOf(column)] === 'valid' ? [release] : [],
      ),
    }));
}

/** The examples a release allows: by the index where it has a column, by the schema itself otherwise. */
async function allowedBy(release: ReleaseName): Promise<readonly Example[]> {
  const all = readExamples();
  if (Object.values(COLUMNS).includes(release))
    return all.filter(({ releases }) => releases.includes(release));
  const candidates = all.filter(({ releases }) => releases.length > 0);
  const errors = await schemaErrors(
    release,
    candidates.map(({ file, text }) => ({ name: file, body: standingAlone(text) })),
  );
  return candidates.filter(({ file }) => !errors.some((line) => line.includes(`-${file}.xml:`)));
}

/** The request alone, with the namespaces the envelope declared. */
function standingAlone(text: string): string {
  const outer = [...text.matchAll(/<(?:\w+:)?(?:Envelope|Body)\b[^>]*>/g)].map(([tag]) => tag).join(' ');
  const declared = [...outer.matchAll(/\sxmlns:\w+\s*=\s*"[^"]*"/g)].map(([attribute]) => attribute.trim());
  return (soapBody(text) ?? '').replace(/<(?:\w+:)?\w+/, (tag, offset: number, body: string) => {
    const own = body.slice(offset, body.indexOf('>', offset));
    const missing = [...new Set(declared)].filter((one) => !own.includes(one.split('=')[0] ?? ''));
    return `${tag} ${missing.join(' ')}`;
  });
}

/** The example with the version of the release asked for, and nobody impersonated. */
function addressed(example: string, release: ReleaseName): string {
  const version = NEWEST[release];
  const types = 'http://schemas.microsoft.com/exchange/services/2006/types';
  const header = `<RequestServerVersion xmlns="${types}" Version="${version}"/>`;
  const prefix = /<(\w+:)?Envelope/.exec(example)?.[1] ?? '';
  return example
    .replace(/<(\w+:)?Header>[\s\S]*?<\/(\w+:)?Header>|<(\w+:)?Header\s*\/>/, '')
    .replace(/(<(?:\w+:)?Body\b)/, `<${prefix}Header>${header}</${prefix}Header>$1`);
}

function faultText(envelope: string): string {
  return /<faultstring[^>]*>([^<]*)</.exec(envelope)?.[1] ?? envelope.slice(0, 300);
}

describe('sandbox with the examples of the documentation', function () {
  this.timeout(120_000);

  it('knows the operations tried here and no others', () => {
    expect([...OPERATIONS.keys()]).to.have.members(WANTED.map((name) => `m:${name}`));
  });

  for (const release of ALL_RELEASES) {
    it(`answers each one that ${release} allows, in its schema`, async function () {
      needSchemas(this);
      if (!existsSync(join(EXAMPLES, 'INDEX.tsv'))) {
        if (process.env['CI'] === 'true') throw new Error(`${EXAMPLES} is missing`);
        console.warn(`SKIPPED: ${EXAMPLES} is missing`);
        this.skip();
      }
      const server = await startExchange({ release, policy: { minuteMs: 1 } });
      const counts = new Map<string, number>();
      const wrong: string[] = [];
      const bodies: { name: string; body: string }[] = [];
      try {
        const own = TIME_ZONES.releases.includes(release) ? [TIME_ZONES] : [];
        for (const { operation, file, text } of [...(await allowedBy(release)), ...own]) {
          const answer = await post(server.url, addressed(text, release));
          const body = soapBody(answer.body);
          const expected = `<m:${operation.replace(/Request$/, '')}Response`;
          if (answer.status !== 200 || body === undefined || !body.startsWith(expected)) {
            wrong.push(`${file}: HTTP ${answer.status} ${faultText(answer.body)}`);
            continue;
          }
          // A stream sends several envelopes
          const [first = ''] = body.split('</m:GetStreamingEventsResponse>');
          const whole = first === body ? body : `${first}</m:GetStreamingEventsResponse>`;
          bodies.push({ name: file, body: asSchemaHasIt(whole) });
          counts.set(operation, (counts.get(operation) ?? 0) + 1);
        }
      } finally {
        await server.close();
      }
      console.log(`      ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}`);
      expect(wrong.join('\n')).to.equal('');
      expect(await schemaErrors(release, bodies)).to.deep.equal([]);
      const known = WANTED.filter((one) => release !== 'Exchange2007_SP1' || !AFTER_2007.includes(one));
      expect([...counts.keys()]).to.have.members(known);
    });
  }
});
