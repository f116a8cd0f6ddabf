/** The page that says which of Microsoft's requirements a named test asserts: made of titles such as `… [MS-OXWSSYNC R37, R38]`. */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

export interface RanTest {
  readonly title: string;
  readonly file: string;
}

/** The lists of requirements and of what each release does, as the protocol test suites have them. */
export const REQUIREMENTS = process.env['EWS_REQUIREMENTS'] ?? '../shared/ews/requirements.tsv';
export const MATRIX = process.env['EWS_SHOULDMAY'] ?? '../shared/ews/shouldmay-matrix.tsv';
export const PAGE = 'docs/sandbox-conformance.md';

export function requirementsMissing(): readonly string[] {
  return [REQUIREMENTS, MATRIX].filter((path) => !existsSync(path));
}

/** The ids in a title, as the list of requirements writes them. */
export function idsIn(title: string): readonly string[] {
  return [...title.matchAll(/\[(MS-[A-Z]+)((?:[ ,]+R\d+)+)\]/g)].flatMap(([, protocol, numbers = '']) =>
    [...numbers.matchAll(/R\d+/g)].map(([number]) => `${protocol}_${number}`),
  );
}

interface Asserted {
  readonly id: string;
  readonly scope: string;
  readonly tests: readonly RanTest[];
}

/** The whole page; throws on an id that is not in the list, or is about clients alone. */
export function conformancePage(tests: readonly RanTest[]): string {
  const scopes = new Map(
    rowsOf(REQUIREMENTS).map(([id = '', , , scope = '']) => [id, scope.toLowerCase()] as const),
  );
  const byId = new Map<string, RanTest[]>();
  for (const test of tests) {
    for (const id of idsIn(test.title)) {
      const scope = scopes.get(id);
      if (scope === undefined) throw new Error(`${id}, in "${test.title}", is no requirement.`);
      if (scope === 'client') throw new Error(`${id}, in "${test.title}", is about clients.`);
      byId.set(id, [...(byId.get(id) ?? []), test]);
    }
  }
  const asserted = [...byId]
    .map(([id, of]): Asserted => ({ id, scope: scopes.get(id) ?? '', tests: of }))
    .sort((one, other) => numberOf(one.id) - numberOf(other.id));
  const protocols = [...new Set(asserted.map(({ id }) => protocolOf(id)))].sort();
  return [
    '# What the sandbox Exchange is held to',
    '',
    'Made by `npm run conformance` from the titles of tests that passed; do not edit. The ids are those of the',
    'requirement lists of Microsoft’s protocol test suites; their texts are in Microsoft’s Open Specifications. _Server_',
    'marks a requirement on the server alone, _both_ one on what goes over the wire in either direction. The tests are in',
    '`test/sandbox/`. [sandbox.md](sandbox.md) says what the sandbox is.',
    '',
    ...summary(asserted),
    '',
    '<!-- prettier-ignore-start -->',
    '| protocol | asserted | server | server: form only | server: behaviour | both | both: form only | both: behaviour |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...protocols.map((protocol) =>
      countsRow(
        protocol,
        asserted.filter(({ id }) => protocolOf(id) === protocol),
      ),
    ),
    countsRow('all', asserted),
    ...protocols.flatMap((protocol) => [
      '',
      `## ${protocol}`,
      '',
      '| id | of | asserted by |',
      '| --- | --- | --- |',
      ...asserted.filter(({ id }) => protocolOf(id) === protocol).map(assertedRow),
    ]),
    ...releaseTable(new Set(byId.keys())),
    '<!-- prettier-ignore-end -->',
    '',
  ].join('\n');
}

/** The tests that look at the form of each operation's answer alone. */
const FORM_TEST = /^answers \w+ (?:with its own response element|of an? \w+ with one message of its own)/;

/** Whether no test asserts more of it than that an answer has its form. */
function isFormOnly({ tests }: Asserted): boolean {
  return tests.every(({ title }) => FORM_TEST.test(title));
}

function summary(asserted: readonly Asserted[]): readonly string[] {
  const server = asserted.filter(({ scope }) => scope === 'server');
  const form = server.filter(isFormOnly).length;
  return [
    `Of ${server.length} requirements on the server alone, ${server.length - form} are asserted by tests of behaviour. The other`,
    `${form} are asserted by tests of form only: that the answer to an operation has its own element, and one message for`,
    'each member of the request.',
  ];
}

function countsRow(name: string, rows: readonly Asserted[]): string {
  const cells = [true, false].flatMap((isServer) => {
    const part = rows.filter(({ scope }) => (scope === 'server') === isServer);
    const form = part.filter(isFormOnly).length;
    return [part.length, form, part.length - form];
  });
  return `| ${name} | ${rows.length} | ${cells.join(' | ')} |`;
}

function assertedRow({ id, scope, tests }: Asserted): string {
  const named = tests.map(({ file, title }) => {
    const own = title.replace(/ ?\[MS-[^\]]*\]/g, '').replace(/[|<>*_`[\]]/g, (one) => `\\${one}`);
    return `${relative('test/sandbox', file)}: ${own}`;
  });
  return `| ${id.replace(/^.*_/, '')} | ${scope} | ${[...new Set(named)].join('<br>')} |`;
}

/** What each release does, by the matrix, where a test asserts it. */
function releaseTable(ids: ReadonlySet<string>): readonly string[] {
  const rows = rowsOf(MATRIX).flatMap(([protocol = '', enabled = '', ...releases]) => {
    const number = enabled.replace(/Enabled$/, '');
    if (!ids.has(`${protocol}_${number}`)) return [];
    // The list has spelling errors.
    const does = releases.slice(0, 5).map((one) => (one.toLowerCase().startsWith('t') ? 'true' : 'false'));
    return [`| ${protocol} ${number} | ${does.join(' | ')} |`];
  });
  return [
    '',
    '## What releases differ in',
    '',
    `Of the requirements above, ${rows.length} hold for some releases and not for others, or are options they take.`,
    '',
    '| id | 2007 | 2010 | 2013 | 2016 | 2019 |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

function rowsOf(path: string): readonly (readonly string[])[] {
  const [, ...lines] = readFileSync(path, 'utf8').split(/\r?\n/);
  return lines.filter((line) => line !== '').map((line) => line.split('\t'));
}

function protocolOf(id: string): string {
  return id.replace(/_R\d+$/, '');
}

function numberOf(id: string): number {
  return Number(id.replace(/^.*_R/, ''));
}
