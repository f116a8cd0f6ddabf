import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  ask,
  codes,
  createContact,
  onlyId,
  setField,
  startRecorded,
  syncChanges,
  syncItems,
  syncState,
  updateContact,
} from './ews-client.ts';

describe('sandbox SyncFolderItems', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded();
  });
  afterEach(() => server.close());

  const add = async (name: string): Promise<{ id: string; changeKey: string }> =>
    onlyId(await ask(server.url, createContact(`<t:GivenName>${name}</t:GivenName>`)));
  const remove = (id: string): Promise<string> =>
    ask(
      server.url,
      `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );

  it('pages, with every item once, newest first, and says when it is done', async () => {
    const made = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) made.push((await add(name)).id);
    const seen: string[] = [];
    let state = '';
    const last: boolean[] = [];
    do {
      const xml = await ask(server.url, syncItems(state, 2));
      state = syncState(xml);
      seen.push(...syncChanges(xml));
      last.push(xml.includes('<m:IncludesLastItemInRange>true<'));
    } while (last.at(-1) === false);
    expect(last).to.deep.equal([false, false, true]);
    expect(seen).to.deep.equal(made.reverse().map((id) => `Create ${id}`));
    expect(syncChanges(await ask(server.url, syncItems(state)))).to.deep.equal([]);
  });

  it('reports an item changed between two pages once as created and then as updated', async () => {
    const first = await add('first');
    await add('second');
    const page = await ask(server.url, syncItems('', 1));
    await ask(server.url, updateContact(first, setField('contacts:JobTitle', '<t:JobTitle>x</t:JobTitle>')));
    const rest = await ask(server.url, syncItems(syncState(page), 1));
    expect(syncChanges(rest)).to.deep.equal([`Create ${first.id}`]);
    const next = await ask(server.url, syncItems(syncState(rest), 1));
    expect(syncChanges(next)).to.deep.equal([`Update ${first.id}`]);
  });

  it('collapses many changes into one, and creation with deletion into none', async () => {
    const kept = await add('kept');
    const state = syncState(await ask(server.url, syncItems('')));
    const brief = await add('brief');
    await remove(brief.id);
    await ask(server.url, updateContact(kept, setField('contacts:JobTitle', '<t:JobTitle>x</t:JobTitle>')));
    await ask(server.url, updateContact(kept, setField('contacts:JobTitle', '<t:JobTitle>y</t:JobTitle>')));
    expect(syncChanges(await ask(server.url, syncItems(state)))).to.deep.equal([`Update ${kept.id}`]);
    await remove(kept.id);
    expect(syncChanges(await ask(server.url, syncItems(state)))).to.deep.equal([`Delete ${kept.id}`]);
    expect(syncChanges(await ask(server.url, syncItems('')))).to.deep.equal([]);
  });

  it('leaves out ignored items', async () => {
    const { id } = await add('ignored');
    const xml = await ask(server.url, syncItems('', 512, `<m:Ignore><t:ItemId Id="${id}"/></m:Ignore>`));
    expect(syncChanges(xml)).to.deep.equal([]);
  });

  it('refuses states that are garbage, cut short, of another folder, or invalidated', async () => {
    const state = syncState(await ask(server.url, syncItems('')));
    const inbox = syncItems(state).replace('"contacts"', '"inbox"');
    const answers = [syncItems('bm90IGEgc3RhdGU='), syncItems(state.slice(0, 40)), inbox];
    for (const request of answers) {
      expect(codes(await ask(server.url, request))).to.deep.equal(['ErrorInvalidSyncStateData']);
    }
    expect(codes(await ask(server.url, syncItems(state)))).to.deep.equal(['NoError']);
    server.invalidateSyncStates('alice@example.test');
    expect(codes(await ask(server.url, syncItems(state)))).to.deep.equal(['ErrorInvalidSyncStateData']);
  });

  it('faults on 0 and 513 changes', async () => {
    for (const max of [0, 513])
      expect(await ask(server.url, syncItems('', max))).to.include('ErrorSchemaValidation');
  });
});
