import { execFile } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeStateFile } from '../../sandbox/exchange/state/state-file.ts';

describe('sandbox process that cannot start', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** How the process ended; one that is still there after 20 seconds is killed and has no code. */
  function start(...options: string[]): Promise<{ readonly code: unknown; readonly lines: string }> {
    const args = ['--import', 'tsx', 'sandbox/exchange/main.ts', ...options];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { timeout: 20_000 }, (error, stdout, stderr) =>
        resolve({ code: error?.code, lines: stdout + stderr }),
      );
    });
  }

  it('ends with code 2 when the control port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, lines } = await start('--control-port', String(port));
    other.close();
    expect(code).to.equal(2);
    expect(lines).to.match(/^listen EADDRINUSE.*\n$/);
  });

  it('ends with code 2 when the authority cannot be written', async () => {
    const { code, lines } = await start('--tls', '--ca-file', join(folder, 'none', 'ca.pem'));
    expect(code).to.equal(2);
    expect(lines).to.match(/^--ca-file .* could not be written: .*\n$/);
  });

  const refused: readonly (readonly [options: readonly string[], line: string])[] = [
    [['--ca-file', 'ca.pem'], '--ca-file is for --tls: without it there is no authority.'],
    [['--port', '65536'], '--port takes a whole number from 0 to 65535, not "65536".'],
    [['--control-port', '70000'], '--control-port takes a whole number from 0 to 65535, not "70000".'],
    [
      ['--state', 'no-folder/state.json'],
      '--state no-folder/state.json could not be written: there is no folder no-folder.',
    ],
  ];
  for (const [options, line] of refused) {
    it(`refuses ${options.join(' ')}`, async () => {
      expect(await start(...options)).to.deep.equal({ code: 2, lines: `${line}\n` });
    });
  }
});

describe('sandbox state file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const state = { format: 'exchange-sandbox-state', version: 1, mailboxes: {} } as const;

  it('is written for its owner, past a link that lies in the way', () => {
    const file = join(folder, 'state.json');
    const other = join(folder, 'other');
    writeFileSync(other, 'mine');
    symlinkSync(other, `${file}.new`);
    writeStateFile(file, state);
    expect(readFileSync(other, 'utf8')).to.equal('mine');
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.deep.equal(state);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it('leaves nothing behind when it cannot be put in its place', () => {
    expect(() => writeStateFile(folder, state)).to.throw();
    expect(readdirSync(folder)).to.deep.equal([]);
    expect(
      readdirSync(join(folder, '..')).filter((name) => name.startsWith(`${folder.split('/').at(-1)}.`)),
    ).to.deep.equal([]);
  });
});
