/** Synchronisation, by the conformance requirements of [MS-OXWSSYNC]. */
import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  ask,
  codes,
  createContact,
  envelope,
  onlyId,
  post,
  setField,
  syncChanges,
  syncItems,
  syncState,
  updateContact,
} from './ews-client.ts';
import { startReleased } from './released-server.ts';

const shape = (base: string, more = ''): string => `<t:BaseShape>${base}</t:BaseShape>${more}`;
const hierarchy = (state = '', options: { root?: string; shape?: string } = {}): string =>
  `<m:SyncFolderHierarchy><m:FolderShape>${options.shape ?? shape('Default')}</m:FolderShape>` +
  (options.root === undefined
    ? ''
    : `<m:SyncFolderId><t:DistinguishedFolderId Id="${options.root}"/></m:SyncFolderId>`) +
  (state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`) +
  '</m:SyncFolderHierarchy>';
const items = (options: { state?: string; folder?: string; shape?: string; rest?: string } = {}): string =>
  `<m:SyncFolderItems><m:ItemShape>${options.shape ?? shape('IdOnly')}</m:ItemShape><m:SyncFolderId>` +
  `<t:DistinguishedFolderId Id="${options.folder ?? 'contacts'}"/></m:SyncFolderId>` +
  (options.state === undefined ? '' : `<m:SyncState>${options.state}</m:SyncState>`) +
  `<m:MaxChangesReturned>512</m:MaxChangesReturned>${options.rest ?? ''}</m:SyncFolderItems>`;
const createFolder = (element: string, name: string, parent = 'msgfolderroot'): string =>
  `<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="${parent}"/></m:ParentFolderId><m:Folders>` +
  `<t:${element}><t:DisplayName>${name}</t:DisplayName></t:${element}></m:Folders></m:CreateFolder>`;
const rename = (id: string, element: string, name: string): string =>
  `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${id}"/><t:Updates><t:SetFolderField>` +
  `<t:FieldURI FieldURI="folder:DisplayName"/><t:${element}><t:DisplayName>${name}</t:DisplayName></t:${element}>` +
  '</t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>';
const folderId = (xml: string): string => /<t:FolderId Id="([^"]*)"/.exec(xml)?.[1] ?? '';
const remove = (id: string): string =>
  `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`;

describe('sandbox SyncFolderHierarchy by its requirements', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startReleased('Exchange2013_SP1');
  });
  afterEach(() => server.close());

  it('answers over HTTP with one response message and the server version in the header [MS-OXWSSYNC R20001] [MS-OXWSSYNC R460] [MS-OXWSSYNC R238] [MS-OXWSSYNC R306] [MS-OXWSSYNC R308] [MS-OXWSSYNC R309]', async () => {
    const { status, body } = await post(server.url, envelope(hierarchy()));
    expect(status).to.equal(200);
    expect(body).to.match(
      /<s:Header><h:ServerVersionInfo [^>]*><\/s:Header>|<s:Header><h:ServerVersionInfo [^>]*\/><\/s:Header>/,
    );
    expect(body).to.match(
      /<s:Body><m:SyncFolderHierarchyResponse [^>]*><m:ResponseMessages><m:SyncFolderHierarchyResponseMessage /,
    );
    expect(body.match(/<m:SyncFolderHierarchyResponseMessage /g)?.length).to.equal(1);
  });

  it('returns every folder as created without a state, the root itself left out [MS-OXWSSYNC R262] [MS-OXWSSYNC R2632] [MS-OXWSSYNC R2602] [MS-OXWSSYNC R260] [MS-OXWSSYNC R263]', async () => {
    const xml = await ask(server.url, hierarchy());
    expect(codes(xml)).to.deep.equal(['NoError']);
    expect(xml.match(/<t:Create>/g)?.length).to.be.greaterThan(10);
    expect(xml).to.not.match(/<t:Update>|<t:Delete>/);
    expect(xml).to.not.include('Top of Information Store');
  });

  it('returns only what changed since a state, which is base64 [MS-OXWSSYNC R503] [MS-OXWSSYNC R44] [MS-OXWSSYNC R2631] [MS-OXWSSYNC R49]', async () => {
    const state = syncState(await ask(server.url, hierarchy()));
    expect(Buffer.from(state, 'base64').toString('base64')).to.equal(state);
    const same = await ask(server.url, hierarchy(state));
    expect(codes(same)).to.deep.equal(['NoError']);
    expect(same).to.include('<m:Changes></m:Changes>');
    await ask(server.url, createFolder('Folder', 'New'));
    const next = await ask(server.url, hierarchy(state));
    expect(next.match(/<t:(?:Create|Update|Delete)>/g)).to.deep.equal(['<t:Create>']);
    expect(next).to.include('<t:DisplayName>New</t:DisplayName>');
  });

  it('says true when it includes the last folder [MS-OXWSSYNC R4601]', async () => {
    expect(await ask(server.url, hierarchy())).to.include(
      '<m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>',
    );
  });

  it('starts at the folder asked for [MS-OXWSSYNC R259] [MS-OXWSSYNC R2601]', async () => {
    await ask(server.url, createFolder('ContactsFolder', 'Below', 'contacts'));
    const xml = await ask(server.url, hierarchy('', { root: 'contacts' }));
    expect(codes(xml)).to.deep.equal(['NoError']);
    expect(xml).to.include('>Below<').and.not.include('>Inbox<');
  });

  const kinds: [string, string][] = [
    ['Folder', '[MS-OXWSSYNC R99] [MS-OXWSSYNC R10010] [MS-OXWSSYNC R10020]'],
    ['CalendarFolder', '[MS-OXWSSYNC R101] [MS-OXWSSYNC R1021] [MS-OXWSSYNC R1022]'],
    ['ContactsFolder', '[MS-OXWSSYNC R103] [MS-OXWSSYNC R1041] [MS-OXWSSYNC R1042]'],
    ['TasksFolder', '[MS-OXWSSYNC R107] [MS-OXWSSYNC R1081] [MS-OXWSSYNC R1082]'],
  ];
  for (const [element, requirements] of kinds) {
    it(`reports a ${element} that was created, then one that was changed [MS-OXWSSYNC R84] [MS-OXWSSYNC R85] ${requirements}`, async () => {
      const state = syncState(await ask(server.url, hierarchy()));
      const id = folderId(await ask(server.url, createFolder(element, 'First')));
      const created = await ask(server.url, hierarchy(state));
      expect(created).to.match(
        new RegExp(
          `<t:Create><t:${element}><t:FolderId Id="[^"]*" ChangeKey="[^"]*"/>.*<t:DisplayName>First<`,
        ),
      );
      await ask(server.url, rename(id, element, 'Second'));
      const updated = await ask(server.url, hierarchy(syncState(created)));
      expect(updated).to.match(
        new RegExp(`<t:Update><t:${element}>.*<t:DisplayName>Second<.*</t:${element}></t:Update>`),
      );
      expect(folderId(updated)).to.equal(id);
    });
  }

  it('names a folder that was deleted by its id [MS-OXWSSYNC R87] [MS-OXWSSYNC R117]', async () => {
    const id = folderId(await ask(server.url, createFolder('Folder', 'Gone')));
    const state = syncState(await ask(server.url, hierarchy()));
    await ask(
      server.url,
      `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:DeleteFolder>`,
    );
    expect(await ask(server.url, hierarchy(state))).to.match(
      new RegExp(`<m:Changes><t:Delete><t:FolderId Id="${id.replace(/\+/g, '\\+')}"`),
    );
  });

  it('returns the properties of the shape: all, the default ones, the id alone, and further ones [MS-OXWSSYNC R2571] [MS-OXWSSYNC R2572] [MS-OXWSSYNC R2573] [MS-OXWSSYNC R2574] [MS-OXWSSYNC R2575]', async () => {
    const all = await ask(server.url, hierarchy('', { shape: shape('AllProperties') }));
    expect(all)
      .to.include('<t:ParentFolderId ')
      .and.include('<t:FolderClass>')
      .and.include('<t:EffectiveRights>');
    const usual = await ask(server.url, hierarchy('', { shape: shape('Default') }));
    expect(usual)
      .to.include('<t:DisplayName>')
      .and.include('<t:TotalCount>')
      .and.not.include('<t:FolderClass>');
    const ids = await ask(server.url, hierarchy('', { shape: shape('IdOnly') }));
    expect(ids).to.include('<t:FolderId ').and.not.include('<t:DisplayName>');
    const more =
      '<t:AdditionalProperties><t:FieldURI FieldURI="folder:DisplayName"/></t:AdditionalProperties>';
    const further = await ask(server.url, hierarchy('', { shape: shape('IdOnly', more) }));
    expect(further).to.include('<t:DisplayName>').and.not.include('<t:TotalCount>');
  });

  it('refuses a state that is damaged with ErrorInvalidSyncStateData [MS-OXWSCDATA R5188]', async () => {
    expect(codes(await ask(server.url, hierarchy('AAAA')))).to.deep.equal(['ErrorInvalidSyncStateData']);
    const itemState = syncState(await ask(server.url, items()));
    expect(codes(await ask(server.url, hierarchy(itemState)))).to.deep.equal(['ErrorInvalidSyncStateData']);
  });
});

describe('sandbox SyncFolderItems by its requirements', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startReleased('Exchange2013_SP1');
  });
  afterEach(() => server.close());
  const add = async (name = 'A'): Promise<{ id: string; changeKey: string }> =>
    onlyId(await ask(server.url, createContact(`<t:GivenName>${name}</t:GivenName>`)));
  const change = (item: { id: string; changeKey: string }): Promise<string> =>
    ask(server.url, updateContact(item, setField('contacts:JobTitle', '<t:JobTitle>x</t:JobTitle>')));

  it('answers with its own response element and the server version in the header [MS-OXWSSYNC R437] [MS-OXWSSYNC R438] [MS-OXWSSYNC R439] [MS-OXWSSYNC R440]', async () => {
    const { body } = await post(server.url, envelope(items()));
    expect(body)
      .to.include('<s:Header><h:ServerVersionInfo ')
      .and.include('<s:Body><m:SyncFolderItemsResponse ');
  });

  it('reports an item created, changed and deleted [MS-OXWSSYNC R131] [MS-OXWSSYNC R132] [MS-OXWSSYNC R134] [MS-OXWSSYNC R184] [MS-OXWSSYNC R1611] [MS-OXWSSYNC R1612] [MS-OXWSSYNC R504] [MS-OXWSSYNC R70]', async () => {
    const start = syncState(await ask(server.url, items()));
    const item = await add();
    const created = await ask(server.url, items({ state: start }));
    expect(created).to.match(/<t:Create><t:Contact><t:ItemId /);
    expect(syncChanges(created)).to.deep.equal([`Create ${item.id}`]);
    await change(item);
    const updated = await ask(server.url, items({ state: syncState(created) }));
    expect(updated).to.match(/<t:Update><t:Contact><t:ItemId /);
    expect(syncChanges(updated)).to.deep.equal([`Update ${item.id}`]);
    await ask(server.url, remove(item.id));
    const deleted = await ask(server.url, items({ state: syncState(updated) }));
    expect(syncChanges(deleted)).to.deep.equal([`Delete ${item.id}`]);
  });

  it('reports a distribution list as one [MS-OXWSSYNC R1631] [MS-OXWSSYNC R37811]', async () => {
    await ask(
      server.url,
      '<m:CreateItem><m:Items><t:DistributionList><t:DisplayName>Board</t:DisplayName></t:DistributionList></m:Items></m:CreateItem>',
    );
    expect(await ask(server.url, items())).to.match(/<t:Create><t:DistributionList><t:ItemId /);
  });

  it('gives everything without a state and only changes with one, the state in base64 [MS-OXWSSYNC R382] [MS-OXWSSYNC R383] [MS-OXWSSYNC R3831] [MS-OXWSSYNC R3832] [MS-OXWSSYNC R65]', async () => {
    const [first, second] = [await add('A'), await add('B')];
    const all = await ask(server.url, items());
    expect(codes(all)).to.deep.equal(['NoError']);
    expect(syncChanges(all)).to.have.members([`Create ${first.id}`, `Create ${second.id}`]);
    const state = syncState(all);
    expect(Buffer.from(state, 'base64').toString('base64')).to.equal(state);
    const none = await ask(server.url, items({ state }));
    expect(codes(none)).to.deep.equal(['NoError']);
    expect(syncChanges(none)).to.deep.equal([]);
    expect(syncChanges(await ask(server.url, items()))).to.have.length(2);
  });

  it('returns no more than asked for, and says whether the last is included [MS-OXWSSYNC R388] [MS-OXWSSYNC R3891] [MS-OXWSSYNC R67] [MS-OXWSSYNC R6701] [MS-OXWSSYNC R6702]', async () => {
    for (const name of ['A', 'B', 'C']) await add(name);
    const first = await ask(server.url, syncItems('', 2));
    expect(syncChanges(first)).to.have.length(2);
    expect(first).to.include('<m:IncludesLastItemInRange>false<');
    const rest = await ask(server.url, syncItems(syncState(first), 2));
    expect(syncChanges(rest)).to.have.length(1);
    expect(rest).to.include('<m:IncludesLastItemInRange>true<');
  });

  it('synchronises the folder asked for [MS-OXWSSYNC R380]', async () => {
    const item = await add();
    expect(syncChanges(await ask(server.url, items({ folder: 'drafts' })))).to.deep.equal([]);
    expect(syncChanges(await ask(server.url, items({ folder: 'contacts' })))).to.deep.equal([
      `Create ${item.id}`,
    ]);
  });

  it('skips the items to ignore and no others [MS-OXWSSYNC R385] [MS-OXWSSYNC R3851] [MS-OXWSSYNC R3852] [MS-OXWSSYNC R386] [MS-OXWSSYNC R3861] [MS-OXWSSYNC R3862]', async () => {
    const [ignored, kept] = [await add('A'), await add('B')];
    const xml = await ask(
      server.url,
      syncItems('', 512, `<m:Ignore><t:ItemId Id="${ignored.id}"/></m:Ignore>`),
    );
    expect(codes(xml)).to.deep.equal(['NoError']);
    expect(syncChanges(xml)).to.deep.equal([`Create ${kept.id}`]);
    const without = await ask(server.url, syncItems(''));
    expect(codes(without)).to.deep.equal(['NoError']);
    expect(syncChanges(without)).to.have.length(2);
  });

  it('returns the properties of the shape: all, the default ones, the id alone, and further ones [MS-OXWSSYNC R3781] [MS-OXWSSYNC R3782] [MS-OXWSSYNC R3783] [MS-OXWSSYNC R37814] [MS-OXWSSYNC R37815]', async () => {
    await ask(
      server.url,
      createContact('<t:GivenName>A</t:GivenName><t:JobTitle>Boss</t:JobTitle><t:Mileage>5</t:Mileage>'),
    );
    const all = await ask(server.url, items({ shape: shape('AllProperties') }));
    expect(all).to.include('<t:Mileage>5<').and.include('<t:JobTitle>Boss<');
    const usual = await ask(server.url, items({ shape: shape('Default') }));
    expect(usual).to.include('<t:JobTitle>Boss<').and.not.include('<t:Mileage>');
    const ids = await ask(server.url, items({ shape: shape('IdOnly') }));
    expect(ids).to.match(
      /<t:Create><t:Contact><t:ItemId Id="[^"]*" ChangeKey="[^"]*"\/><\/t:Contact><\/t:Create>/,
    );
    const more = '<t:AdditionalProperties><t:FieldURI FieldURI="contacts:Mileage"/></t:AdditionalProperties>';
    const further = await ask(server.url, items({ shape: shape('IdOnly', more) }));
    expect(further).to.include('<t:Mileage>5<').and.not.include('<t:JobTitle>');
  });

  it('takes a scope, and does without [MS-OXWSSYNC R347] [MS-OXWSSYNC R392] [MS-OXWSSYNC R39223] [MS-OXWSSYNC R39224]', async () => {
    const item = await add();
    const normal = await ask(server.url, items({ rest: '<m:SyncScope>NormalItems</m:SyncScope>' }));
    expect(codes(normal)).to.deep.equal(['NoError']);
    expect(syncChanges(normal)).to.deep.equal([`Create ${item.id}`]);
    expect(codes(await ask(server.url, items()))).to.deep.equal(['NoError']);
  });

  it('refuses a state that is damaged with ErrorInvalidSyncStateData [MS-OXWSCDATA R518]', async () => {
    expect(codes(await ask(server.url, items({ state: 'AAAA' })))).to.deep.equal([
      'ErrorInvalidSyncStateData',
    ]);
    const folderState = syncState(await ask(server.url, hierarchy()));
    expect(codes(await ask(server.url, items({ state: folderState })))).to.deep.equal([
      'ErrorInvalidSyncStateData',
    ]);
  });
});
