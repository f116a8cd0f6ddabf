import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ExchangeStore } from '../../sandbox/exchange/exchange-store.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import { exportState, importState } from '../../sandbox/exchange/state/sandbox-state.ts';
import type { SandboxState } from '../../sandbox/exchange/state/sandbox-state.ts';
import { StateError } from '../../sandbox/exchange/state/state-error.ts';
import { readStateFile } from '../../sandbox/exchange/state/state-file.ts';
import { numbersFrom } from '../../sandbox/exchange/generate/dice.ts';
import { ask, codes, getItems } from './ews-client.ts';

const ALICE = 'alice@example.test';
const ACCOUNTS = [{ name: 'alice', address: ALICE, password: 'alice' }];
const ROUNDS = 1500;
const NOW = (): Date => new Date('2030-01-01T00:00:00Z');

function emptyStore(): ExchangeStore {
  return new ExchangeStore(ACCOUNTS, NOW);
}

/** A state with some of everything, as it is written. */
function whole(): SandboxState {
  const store = emptyStore();
  fillMailbox(store, ALICE, { contacts: 3, tasks: 3, messages: 4, events: 4, seed: 4 });
  const [first] = store.contacts(ALICE);
  store.editItem(first?.id ?? '', { 'contacts:JobTitle': 'Boss' });
  store.removeItem(store.contacts(ALICE).at(-1)?.id ?? '');
  return JSON.parse(JSON.stringify(exportState(store))) as SandboxState;
}

type Node = { t: string; v: unknown[] };
type Entry = [string, unknown];

/** The nodes of Alice's mailbox, to be damaged. */
function nodesOf(state: SandboxState): Node[] {
  return state.mailboxes[ALICE] as unknown as Node[];
}

/** The first object with that field. */
function objectWith(state: SandboxState, field: string): Entry[] {
  const found = nodesOf(state).find(
    (node) => node.t === 'object' && (node.v as Entry[]).some(([name]) => name === field),
  );
  if (found === undefined) throw new Error(`no object has ${field}`);
  return found.v as Entry[];
}

function setField(state: SandboxState, field: string, value: unknown): void {
  const entry = objectWith(state, field).find(([name]) => name === field);
  if (entry !== undefined) entry[1] = value;
}

function complaintOf(state: unknown): string {
  try {
    importState(emptyStore(), state as SandboxState);
  } catch (error) {
    if (error instanceof StateError) return error.message;
    throw error;
  }
  return 'loaded';
}

const DAMAGES: readonly (readonly [
  what: string,
  damage: (state: SandboxState) => unknown,
  complaint: RegExp,
])[] = [
  ['is nothing', () => null, /not the state of a sandbox/],
  ['is a text', () => 'state', /not the state of a sandbox/],
  ['is a list', () => [], /not the state of a sandbox/],
  ['is of a later version', (state) => ({ ...state, version: 2 }), /another version of the sandbox/],
  ['has no mailboxes', ({ format, version }) => ({ format, version }), /holds no mailboxes/],
  ['has a text for mailboxes', (state) => ({ ...state, mailboxes: 'x' }), /holds no mailboxes/],
  ['has an empty mailbox', (state) => ({ ...state, mailboxes: { [ALICE]: [] } }), /mailbox is empty/],
  ['has a number for a mailbox', (state) => ({ ...state, mailboxes: { [ALICE]: 7 } }), /mailbox is empty/],
  [
    'is of other accounts',
    (state) => ({ ...state, mailboxes: { 'zed@example.test': [] } }),
    /accounts of the state/,
  ],
  ['ends in the middle of its objects', (state) => (nodesOf(state).splice(40), state), /is damaged/],
  [
    'refers to an object before the first',
    (state) => (setField(state, 'folders', { r: -1 }), state),
    /is damaged/,
  ],
  [
    'has a kind of object nobody knows',
    (state) => ((nodesOf(state)[3] = { t: 'code', v: [] }), state),
    /3 of a mailbox is damaged/,
  ],
  [
    'would change what objects inherit',
    (state) => (objectWith(state, 'folders').push(['__proto__', { r: 0 }]), state),
    /1 of a mailbox is damaged/,
  ],
  [
    'would replace a method of the mailbox',
    (state) => (objectWith(state, 'syncEpoch').push(['addItem', 1]), state),
    /other parts/,
  ],
  [
    'has a text for a number',
    (state) => (setField(state, 'lastSerial', '30'), state),
    /no number for lastSerial/,
  ],
  [
    'has an item without a folder',
    (state) => (setField(state, 'contentChange', 1), setField(state, 'folder', { u: 1 }), state),
    /is in no folder/,
  ],
  [
    'has an item of no kind',
    (state) => (setField(state, 'kind', 'Spaceship'), state),
    /of no kind that is known/,
  ],
  [
    'has a folder that is its own parent',
    (state) => selfParent(state),
    /not one tree|holds no folder of its own/,
  ],
  ['counts items that are not there', (state) => (setField(state, 'count', 99), state), /counts other items/],
];

function selfParent(state: SandboxState): SandboxState {
  const nodes = nodesOf(state);
  const index = nodes.findIndex(
    (node) =>
      node.t === 'object' &&
      (node.v as Entry[]).some(([name, value]) => name === 'distinguished' && value === 'inbox'),
  );
  const parent = (nodes[index]?.v as Entry[]).find(([name]) => name === 'parent');
  if (parent !== undefined) parent[1] = { r: index };
  return state;
}

describe('sandbox state that is damaged', () => {
  it('is told from a whole one', () => {
    expect(complaintOf(whole())).to.equal('loaded');
  });

  for (const [what, damage, complaint] of DAMAGES) {
    it(`is refused when it ${what}`, () => {
      expect(complaintOf(damage(whole()))).to.match(complaint);
    });
  }

  it('is refused when a value is nested 200,000 deep', () => {
    let text = JSON.stringify(whole());
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    text = text.replace('"lastSerial",', `"lastSerial",${deep},`);
    expect(complaintOf(JSON.parse(text))).to.match(/Object 0 of a mailbox is damaged/);
  });

  it('is refused when its folders are nested a thousand deep', () => {
    const store = emptyStore();
    const mailbox = store.mailbox(ALICE);
    let folder = store.folder(ALICE, 'inbox');
    for (let level = 0; level < 1000; level++)
      folder = mailbox.createFolder(folder, `Level ${level}`, 'IPF.Note');
    expect(complaintOf(exportState(store))).to.equal('Its folders are too deep.');
  });

  it('never fails otherwise than with a complaint, whatever part of it is replaced', () => {
    const original = JSON.stringify(whole());
    const next = numbersFrom(20300101);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const junk = [
      null,
      true,
      -1,
      1e9,
      '',
      'x',
      '__proto__',
      [],
      [[]],
      {},
      { r: 0 },
      { r: 5 },
      { u: 1 },
      { t: 'map', v: [] },
    ];
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const state = JSON.parse(original) as SandboxState;
      const node = pick(nodesOf(state));
      const entries = Array.isArray(node.v) ? node.v : [];
      if (entries.length === 0 || next() < 0.2) Object.assign(node, { [pick(['t', 'v', 'k'])]: pick(junk) });
      else {
        const place = Math.floor(next() * entries.length);
        const entry = entries[place];
        if (Array.isArray(entry) && next() < 0.8) entry[next() < 0.3 ? 0 : 1] = pick(junk);
        else entries[place] = pick(junk);
      }
      if (complaintOf(state) !== 'loaded') refused++;
    }
    expect(refused).to.be.greaterThan(180);
  }).timeout(60_000);
});

describe('sandbox state of which one cell is replaced', () => {
  it('is refused in one line, or every item of it is answered', async () => {
    const original = JSON.stringify(whole());
    const next = numbersFrom(20300102);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const junk = [null, true, -1, 0, 1e308, '', 'x', { r: 0 }, { r: 7 }, { r: 300 }, { u: 1 }];
    let refused = 0;
    const silent: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const state = JSON.parse(original) as SandboxState;
      const nodes = nodesOf(state);
      const index = Math.floor(next() * nodes.length);
      const cells = nodes[index]?.v;
      if (!Array.isArray(cells) || cells.length === 0) continue;
      const place = Math.floor(next() * cells.length);
      const pair = cells[place];
      const value = pick(junk);
      if (Array.isArray(pair)) pair[1] = value;
      else cells[place] = value;
      const store = emptyStore();
      try {
        importState(store, state);
      } catch (error) {
        if (!(error instanceof StateError) || error.message.includes('\n')) throw error;
        refused++;
        continue;
      }
      const server = await startExchange({ users: ACCOUNTS, state, now: NOW });
      const ids = [...server.store.mailbox(ALICE).items.keys()].map((serial) =>
        server.store.mailbox(ALICE).ids.write('item', serial),
      );
      const answer = await ask(server.url, getItems(ids), 'alice');
      if (codes(answer).join() !== ids.map(() => 'NoError').join())
        silent.push(
          `${index}/${place} = ${JSON.stringify(value)} in ${JSON.stringify(pair)}: ${answer.slice(0, 900)}`,
        );
      await server.close();
    }
    expect(silent).to.deep.equal([]);
    expect(refused).to.be.greaterThan(ROUNDS / 3);
  }).timeout(120_000);
});

describe('sandbox --state with a damaged file', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
    file = join(folder, 'state.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** How the process ended. */
  function start(): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
    const args = ['--import', 'tsx', 'sandbox/exchange/main.ts', '--state', file];
    return new Promise((resolve) => {
      execFile(process.execPath, args, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      );
    });
  }

  const state = JSON.stringify(whole());
  const files: readonly (readonly [what: string, write: () => void, complaint: string])[] = [
    ['empty', () => writeFileSync(file, ''), 'It is no whole JSON document.'],
    [
      'a picture',
      () => writeFileSync(file, readFileSync('docs/images/dashboard.png')),
      'It is no whole JSON document.',
    ],
    ['a folder', () => mkdirSync(file), 'It is no file.'],
    [
      'huge',
      () => {
        writeFileSync(file, '');
        truncateSync(file, 3_000_000_000);
      },
      'It has 3000000000 bytes, and no more than 500000000 can be loaded.',
    ],
  ];
  for (const [what, write, complaint] of files) {
    it(`is refused when it is ${what}`, () => {
      write();
      expect(() => readStateFile(file)).to.throw(StateError, complaint);
    });
  }

  const processes: readonly (readonly [what: string, text: string, complaint: string])[] = [
    ['cut off', state.slice(0, state.length / 2), 'It is no whole JSON document.'],
    [
      'of a later version',
      state.replace('"version":1', '"version":2'),
      'It was written by another version of the sandbox.',
    ],
    [
      'of other types',
      state.replace('"lastChange",', '"lastChange",null,'),
      'Object 0 of a mailbox is damaged.',
    ],
  ];
  for (const [what, text, complaint] of processes) {
    it(`ends the process with one line and the way out when it is ${what}, and stays as it is`, async () => {
      writeFileSync(file, text);
      const { code, stdout, stderr } = await start();
      const remedy = 'Name another file, or move this one away to begin anew.';
      expect(stderr).to.equal(`--state ${file} cannot be loaded. ${complaint} ${remedy}\n`);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(readFileSync(file, 'utf8')).to.equal(text);
    });
  }
});
