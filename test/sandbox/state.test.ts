import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { connectControl } from '../../sandbox/exchange/control-client.ts';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { SandboxState } from '../../sandbox/exchange/state/sandbox-state.ts';
import {
  ask,
  codes,
  createContact,
  getItems,
  onlyId,
  setField,
  syncChanges,
  syncItems,
  syncState,
  updateContact,
} from './ews-client.ts';

const ALICE = 'alice@example.test';
const attach = (id: string): string =>
  `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments><t:FileAttachment><t:Name>a.bin</t:Name><t:Content>AAEC/w==</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`;

describe('sandbox state', () => {
  it('survives as JSON: items, attachments, folders, ids, change keys and sync states', async () => {
    const first = await startExchange();
    fillMailbox(first.store, ALICE, { contacts: 30, seed: 3 });
    const made = onlyId(await ask(first.url, createContact('<t:GivenName>Zoë</t:GivenName>')));
    await ask(first.url, attach(made.id));
    const state = syncState(await ask(first.url, syncItems('')));
    const before = await ask(first.url, getItems(first.store.contacts(ALICE).map(({ id }) => id)));
    first.store.editItem(made.id, { 'contacts:JobTitle': 'Changed' });
    const kept = JSON.parse(JSON.stringify(first.exportState())) as SandboxState;
    await first.close();

    const second = await startExchange({ state: kept });
    try {
      expect(second.store.countItems(ALICE)).to.equal(31);
      expect(syncChanges(await ask(second.url, syncItems(state)))).to.deep.equal([`Update ${made.id}`]);
      const after = await ask(second.url, getItems(second.store.contacts(ALICE).map(({ id }) => id)));
      expect(after.match(/<t:ItemId [^>]*>/g)?.slice(1)).to.deep.equal(
        before.match(/<t:ItemId [^>]*>/g)?.slice(1),
      );
      expect(after).to.include('<t:Name>a.bin</t:Name>').and.include('<t:JobTitle>Changed</t:JobTitle>');
      const next = onlyId(await ask(second.url, createContact('<t:GivenName>New</t:GivenName>')));
      const update = updateContact(next, setField('contacts:JobTitle', '<t:JobTitle>x</t:JobTitle>'));
      expect(codes(await ask(second.url, update))).to.deep.equal(['NoError']);
      expect(syncChanges(await ask(second.url, syncItems(state)))).to.deep.equal([
        `Create ${next.id}`,
        `Update ${made.id}`,
      ]);
    } finally {
      await second.close();
    }
  });

  it('is refused when it is something else, or names a mailbox that is not there', async () => {
    const other = { format: 'other', version: 1, mailboxes: {} } as unknown as SandboxState;
    const refused = await startExchange({ state: other }).catch((error: Error) => error.message);
    expect(refused).to.equal('This is not the state of a sandbox Exchange.');
    const server = await startExchange();
    const state = server.exportState();
    await server.close();
    const users = [{ name: 'zed', address: 'zed@example.test', password: 'zed' }];
    const missing = await startExchange({ state, users }).catch((error: Error) => error.message);
    expect(missing).to.match(/No mailbox alice@example\.test/);
  });
});

describe('sandbox process', function () {
  this.timeout(30_000);
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-process-'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** The lines it prints: the URL and the control address. */
  async function start(
    args: readonly string[],
  ): Promise<{ url: string; control: string; stop: () => Promise<number | null> }> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/exchange/main.ts', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('it ended')));
      if (child.stdout === null) return reject(new Error('no output'));
      createInterface({ input: child.stdout }).on('line', (line) => {
        lines.push(line);
        if (lines.length === 2) resolve();
      });
    });
    const stop = (): Promise<number | null> =>
      new Promise((resolve) => {
        child.once('exit', (code) => resolve(code));
        child.kill('SIGTERM');
      });
    return { url: lines[0] ?? '', control: lines[1] ?? '', stop };
  }

  it('is driven over its control address, and keeps its state in a file', async () => {
    const file = join(folder, 'state.json');
    const args = ['--control-port', '0', '--state', file, '--version', 'Exchange2010_SP2', '--fill', '2'];
    const first = await start(args);
    const control = connectControl(first.control);
    expect(await control('countItems', { address: ALICE })).to.equal(2);
    const made = await control('addContact', {
      address: ALICE,
      values: { 'contacts:Surname': 'Controlled' },
    });
    await control('editItem', {
      itemId: made.id,
      values: { 'contacts:Surname': null, 'contacts:JobTitle': 'Boss' },
    });
    await control('inject', { kind: 'serverBusyFault', backOffMs: 77 });
    const busy = await ask(
      first.url,
      syncItems(''),
      'alice',
      '<t:RequestServerVersion Version="Exchange2010_SP2"/>',
    );
    expect(busy).to.include('BackOffMilliseconds">77<');
    expect((await control('requests', null)).byOperation).to.deep.equal({ SyncFolderItems: 1 });
    await control('resetRequests', null);
    expect((await control('requests', null)).total).to.equal(0);
    const wrong = await control('touchChangeKey', { itemId: 'nothing' }).catch(
      (error: Error) => error.message,
    );
    expect(wrong).to.equal('No item nothing in this sandbox.');
    expect(await first.stop()).to.equal(0);
    expect(existsSync(file)).to.equal(true);

    const second = await start(args);
    const again = connectControl(second.control);
    const contacts = await again('contacts', { address: ALICE });
    expect(contacts.length).to.equal(3);
    expect(contacts.find(({ id }) => id === made.id)?.values['contacts:JobTitle']).to.equal('Boss');
    await second.stop();
  });

  it('fills each mailbox with items of several kinds, the same ones for the same seed', async () => {
    const mix = 'contacts=3,tasks=2,events=4,messages=5';
    const first = await start(['--control-port', '0', '--fill', mix, '--seed', '9']);
    const control = connectControl(first.control);
    for (const address of [ALICE, 'bob@example.test']) {
      const counts = ['contacts', 'tasks', 'calendar'].map((folder) =>
        control('countItems', { address, folder }),
      );
      expect(await Promise.all(counts)).to.deep.equal([3, 2, 4]);
      expect(await control('countItems', { address })).to.equal(14);
    }
    const contacts = await control('contacts', { address: ALICE });
    await first.stop();
    const expected = await startExchange();
    fillMailbox(expected.store, ALICE, { contacts: 3, seed: 9 });
    expect(contacts).to.deep.equal(expected.store.contacts(ALICE));
    await expected.close();
  });

  it('refuses a control command that does not come as JSON', async () => {
    const { control, stop } = await start(['--control-port', '0']);
    const answer = await fetch(control, { method: 'POST', body: '{"command":"exportState","input":null}' });
    expect(answer.status).to.equal(400);
    await stop();
  });
});
