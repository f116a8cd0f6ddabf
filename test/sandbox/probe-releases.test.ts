/** The real, independent client exchangelib against the stand-in, as each release: every step of the probe. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { schemaFile } from './schema-check.ts';

const PROBE = process.env['EWS_PROBE'] ?? '../shared/probes/exchangelib_probe.py';
const PYTHON = '/usr/bin/python3';
const STEPS = 42;

/** Steps that no server can pass which answers as Microsoft describes; docs/sandbox.md names the sources. */
const BEYOND_THE_PROBE: Readonly<Record<string, RegExp>> = {
  calendar_exceptions: /^ErrorCalendarOccurrenceIsDeletedFromRecurrence:/,
  draft_attachment: /Document is empty.*last operation GetAttachment/,
};

/**
 * Two faults of the client's side made good: exchangelib streams the answer of GetAttachment from the socket, which the
 * probe has read to its end by then; and exchangelib raises the code of a deleted occurrence, which the probe wants back.
 */
const MENDED_CLIENT = `
import io
import requests
from exchangelib.errors import ErrorCalendarOccurrenceIsDeletedFromRecurrence
from exchangelib.services import GetItem

GetItem.ERRORS_TO_CATCH_IN_RESPONSE += (ErrorCalendarOccurrenceIsDeletedFromRecurrence,)
_content = requests.Response.content

def content(self):
    data = _content.fget(self)
    if not isinstance(self.raw, io.BytesIO):
        self.raw = io.BytesIO(data)
    return data

requests.Response.content = property(content)
`;

interface Lack {
  /** A name the release's schema does not hold, and that of Exchange 2010 SP1 does. */
  readonly lacks: string;
  readonly source: string;
  readonly steps: readonly string[];
}

/** What exchangelib sends, or refuses to send, to an Exchange 2007 SP1 that only later releases know. */
const LACKING_IN_2007: readonly Lack[] = [
  {
    lacks: 'value="distributionlist:Members"',
    source: 'types.xsd of 2007 SP1, t:UnindexedFieldURIType: exchangelib asks for it in every GetItem',
    steps: [
      ...['contact_get', 'contact_move', 'extended_property', 'batch_partial_error', 'sync_items'],
      ...['sync_paging', 'sync_bad_state', 'task_crud', 'draft_attachment', 'mime_content', 'mark_read'],
      ...['impersonate', 'contact_delete'],
    ],
  },
  {
    lacks: 'name="GetServerTimeZones"',
    source: 'messages.xsd of 2007 SP1: the operation came with Exchange 2010',
    steps: ['time_zones'],
  },
  {
    lacks: 'name="StartTimeZone" type="t:TimeZoneDefinitionType"',
    source:
      'types.xsd of 2007 SP1, t:CalendarItemType: only MeetingTimeZone, to which exchangelib adds an Id of the later zones',
    steps: ['calendar_single', 'calendar_all_day', 'free_busy'],
  },
  {
    lacks: 'name="FirstDayOfWeek"',
    source: 'types.xsd of 2007 SP1, t:WeeklyRecurrencePatternType: exchangelib always sends it',
    steps: ['calendar_recurring'],
  },
];
/** They build on steps above. */
const BUILDING_ON_LACKING_IN_2007 = [
  ...['contact_update', 'contact_conflict', 'calendar_exceptions', 'calendar_view'],
  ...['calendar_sync_master_only', 'calendar_master_delete', 'free_busy_zone', 'impersonate_sync'],
];

interface Report {
  readonly passed: readonly string[];
  /** What the others said, by step. */
  readonly others: ReadonlyMap<string, string>;
  /** Messages that are not valid in the schema. */
  readonly invalid: readonly string[];
  readonly text: string;
}

async function probe(
  release: ReleaseName,
  environment: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const server = await startExchange({ release });
  try {
    const env = {
      PATH: process.env['PATH'],
      EWS_URL: server.url,
      EWS_USER: 'svc@example.test',
      PASSWORD: 'svc',
      IMPERSONATE: 'alice@example.test',
      IMPERSONATE_DENIED: 'carol@example.test',
      VALIDATE_XSD: schemaFile(release),
      ...environment,
    };
    const text = await new Promise<string>((resolve, reject) => {
      execFile(PYTHON, [PROBE], { env }, (error, stdout, stderr) => {
        if (error !== null && error.code !== 1) reject(new Error(`The probe could not run: ${stderr}`));
        else resolve(stdout);
      });
    });
    const lines = [...text.matchAll(/^(PASS|FAIL|SKIP|XFAIL) +(\S+) +(.*)$/gm)];
    return {
      passed: lines.filter(([, verdict]) => verdict === 'PASS').map(([, , step = '']) => step),
      others: new Map(
        lines
          .filter(([, verdict]) => verdict !== 'PASS')
          .map(([, , step = '', what = '']) => [step, what] as const),
      ),
      invalid: [...text.matchAll(/^invalid: \d+x (.*)$/gm)].map(([, what = '']) => what),
      text,
    };
  } finally {
    await server.close();
  }
}

function need(context: Mocha.Context, release: ReleaseName): void {
  const missing = [PROBE, schemaFile(release), PYTHON].filter((path) => !existsSync(path));
  if (missing.length === 0) return;
  if (process.env['CI'] === 'true') throw new Error(`missing: ${missing.join(', ')}`);
  console.warn(`SKIPPED: missing ${missing.join(', ')}`);
  context.skip();
}

describe('exchangelib probe', function () {
  this.timeout(120_000);
  let mended: string;
  before(() => {
    mended = mkdtempSync(join(tmpdir(), 'sandbox-probe-'));
    writeFileSync(join(mended, 'sitecustomize.py'), MENDED_CLIENT);
  });
  after(() => rmSync(mended, { recursive: true }));

  const releases: readonly ReleaseName[] = [
    ...(['Exchange2010_SP2', 'Exchange2013_SP1', 'Exchange2016', 'Exchange2019'] as const),
  ];
  for (const release of releases) {
    it(`fails against ${release} in the steps alone that the client cannot pass, and finds every message valid`, async function () {
      need(this, release);
      const report = await probe(release);
      expect([...report.others.keys()], report.text).to.have.members(Object.keys(BEYOND_THE_PROBE));
      for (const [step, reason] of Object.entries(BEYOND_THE_PROBE))
        expect(report.others.get(step)).to.match(reason);
      expect(report.passed).to.have.length(STEPS - Object.keys(BEYOND_THE_PROBE).length);
      expect(report.passed).to.include('schema_valid');
      expect(report.invalid).to.deep.equal([]);
    });

    it(`passes whole against ${release} when the client is mended`, async function () {
      need(this, release);
      const report = await probe(release, { PYTHONPATH: mended });
      expect([...report.others.keys()], report.text).to.deep.equal([]);
      expect(report.passed).to.have.length(STEPS);
      expect(report.text).to.match(/^42 passed, 0 failed/m);
    });
  }

  describe('against Exchange2007_SP1', () => {
    it('fails in the steps alone that need what this release lacks, and every answer is valid', async function () {
      need(this, 'Exchange2007_SP1');
      const report = await probe('Exchange2007_SP1');
      const expected = [
        ...LACKING_IN_2007.flatMap(({ steps }) => steps),
        ...BUILDING_ON_LACKING_IN_2007,
        // The client's own requests are not valid.
        'schema_valid',
      ];
      expect([...report.others.keys()], report.text).to.have.members(expected);
      expect(report.invalid.filter((one) => !one.startsWith('request '))).to.deep.equal([]);
      for (const step of BUILDING_ON_LACKING_IN_2007) expect(report.others.get(step)).to.match(/^needs /);
    });

    for (const { lacks, source, steps } of LACKING_IN_2007) {
      it(`lacks ${lacks} for ${steps.join(', ')} (${source})`, function () {
        need(this, 'Exchange2007_SP1');
        expect(schemaText('Exchange2007_SP1').includes(lacks)).to.equal(false);
        expect(schemaText('Exchange2010_SP1').includes(lacks)).to.equal(true);
      });
    }
  });
});

function schemaText(release: ReleaseName): string {
  const directory = dirname(schemaFile(release));
  return ['types.xsd', 'messages.xsd'].map((name) => readFileSync(join(directory, name), 'utf8')).join('\n');
}
