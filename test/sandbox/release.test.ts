import { expect } from 'chai';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { codes, createContact, envelope, getItems, onlyId, post, syncItems } from './ews-client.ts';
import { ALL_RELEASES, NEWEST, send, startReleased, version } from './released-server.ts';

const GET_FOLDER =
  '<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds>' +
  '<t:DistinguishedFolderId Id="contacts"/></m:FolderIds></m:GetFolder>';
const TIME_ZONES = '<m:GetServerTimeZones ReturnFullTimeZoneData="false"/>';
const CONFIGURATION =
  '<m:GetUserConfiguration><m:UserConfigurationName Name="Any"><t:DistinguishedFolderId Id="drafts"/>' +
  '</m:UserConfigurationName><m:UserConfigurationProperties>All</m:UserConfigurationProperties></m:GetUserConfiguration>';

describe('sandbox release', () => {
  let server: Sandbox;
  afterEach(() => server.close());

  const headers: [ReleaseName, string][] = [
    [
      'Exchange2007_SP1',
      '<t:ServerVersionInfo MajorVersion="8" MinorVersion="1" MajorBuildNumber="436" MinorBuildNumber="0" Version="Exchange2007_SP1" xmlns:t=',
    ],
    [
      'Exchange2010_SP1',
      '<h:ServerVersionInfo MajorVersion="14" MinorVersion="1" MajorBuildNumber="218" MinorBuildNumber="15" Version="Exchange2010_SP1" xmlns:h=',
    ],
    [
      'Exchange2010_SP2',
      '<h:ServerVersionInfo MajorVersion="14" MinorVersion="3" MajorBuildNumber="248" MinorBuildNumber="2" Version="Exchange2010_SP2" xmlns:h=',
    ],
    [
      'Exchange2013_SP1',
      '<h:ServerVersionInfo MajorVersion="15" MinorVersion="0" MajorBuildNumber="1497" MinorBuildNumber="2" Version="V2_23" xmlns:h=',
    ],
    [
      'Exchange2016',
      '<h:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="1531" MinorBuildNumber="3" Version="V2017_07_11" xmlns:h=',
    ],
    [
      'Exchange2019',
      '<h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1748" MinorBuildNumber="10" Version="V2017_07_11" xmlns:h=',
    ],
  ];
  for (const [release, header] of headers) {
    it(`${release} names itself in the header of every answer [MS-OXWSCDATA R368006] [MS-OXWSCDATA R368008] [MS-OXWSCDATA R368010] [MS-OXWSCDATA R368012]`, async () => {
      server = await startReleased(release);
      const answer = await send(server, release, GET_FOLDER);
      expect(answer.status).to.equal(200);
      expect(answer.body).to.include(header);
    });
  }

  it('Exchange 2010 repeats the version asked for, later ones name their own', async () => {
    server = await startReleased('Exchange2010_SP2');
    const old = await post(server.url, envelope(GET_FOLDER, version('Exchange2007_SP1')));
    expect(old.body).to.include('MajorVersion="14"').and.include(' Version="Exchange2007_SP1"');
    await server.close();
    server = await startReleased('Exchange2016');
    const newer = await post(server.url, envelope(GET_FOLDER, version('Exchange2010')));
    expect(newer.body).to.include(' Version="V2017_07_11"');
  });

  for (const release of ALL_RELEASES) {
    it(`${release} takes every version up to its own and refuses the next`, async () => {
      server = await startReleased(release);
      const all = [
        'Exchange2007',
        'Exchange2007_SP1',
        'Exchange2010',
        'Exchange2010_SP1',
        'Exchange2010_SP2',
      ];
      all.push('Exchange2013', 'Exchange2013_SP1', 'Exchange2015', 'Exchange2016', 'Exchange2019');
      const newest = all.indexOf(NEWEST[release]);
      for (const [index, name] of all.entries()) {
        const answer = await post(server.url, envelope(GET_FOLDER, version(name)));
        expect(answer.status, name).to.equal(index <= newest ? 200 : 500);
        if (index > newest) expect(answer.body).to.include('>ErrorInvalidServerVersion</e:ResponseCode>');
      }
    });
  }

  it('judges a request without a version by the first schema', async () => {
    server = await startReleased('Exchange2013_SP1');
    expect((await post(server.url, envelope(GET_FOLDER, ''))).status).to.equal(200);
    const newer = await post(server.url, envelope(TIME_ZONES, ''));
    expect(newer.status).to.equal(500);
    expect(newer.body).to.include('a:ErrorIncorrectSchemaVersion</faultcode>');
  });

  const newerThings: [string, string, string][] = [
    ['an operation', TIME_ZONES, 'Exchange2007_SP1'],
    [
      'an element',
      syncItems('').replace(
        '</m:SyncFolderItems>',
        '<m:SyncScope>NormalItems</m:SyncScope></m:SyncFolderItems>',
      ),
      'Exchange2007_SP1',
    ],
    ['a value', GET_FOLDER.replace('"contacts"', '"recipientcache"'), 'Exchange2010_SP2'],
    [
      'an attribute',
      '<m:DeleteItem DeleteType="HardDelete" SuppressReadReceipts="true"><m:ItemIds><t:ItemId Id="AAA="/></m:ItemIds></m:DeleteItem>',
      'Exchange2010_SP2',
    ],
  ];
  for (const [what, body, older] of newerThings) {
    it(`faults with ErrorIncorrectSchemaVersion on ${what} that only its newest schema knows`, async () => {
      server = await startReleased('Exchange2013_SP1');
      const refused = await post(server.url, envelope(body, version(older)));
      expect(refused.status).to.equal(500);
      expect(refused.body).to.include('a:ErrorIncorrectSchemaVersion</faultcode>');
      expect((await post(server.url, envelope(body, version('Exchange2013_SP1')))).status).to.equal(200);
    });
    it(`faults with ErrorSchemaValidation or ErrorInvalidRequest on ${what} newer than the whole server`, async () => {
      const release: ReleaseName = older === 'Exchange2007_SP1' ? 'Exchange2007_SP1' : 'Exchange2010_SP2';
      server = await startReleased(release);
      const refused = await post(server.url, envelope(body, version(older)));
      expect(refused.status).to.equal(500);
      expect(refused.body).to.match(/>(?:ErrorSchemaValidation|ErrorInvalidRequest)<\/e:ResponseCode>/);
    });
  }

  it('has no SyncScope, no streaming and no user configuration in 2007, and has them in 2010 SP1 [MS-OXWSSYNC R37811008]', async () => {
    const scope = syncItems('').replace(
      '</m:SyncFolderItems>',
      '<m:SyncScope>NormalAndAssociatedItems</m:SyncScope></m:SyncFolderItems>',
    );
    const streaming =
      '<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="contacts"/></t:FolderIds>' +
      '<t:EventTypes><t:EventType>CreatedEvent</t:EventType></t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>';
    for (const [release, status] of [
      ['Exchange2007_SP1', 500],
      ['Exchange2010_SP1', 200],
    ] as const) {
      server = await startReleased(release);
      for (const body of [scope, streaming, CONFIGURATION]) {
        expect((await send(server, release, body)).status, body).to.equal(status);
      }
      await server.close();
    }
    server = await startReleased('Exchange2010_SP1');
  });

  it('trims an answer to the schema asked for', async () => {
    server = await startReleased('Exchange2013_SP1');
    const made = onlyId(
      (await send(server, 'Exchange2013_SP1', createContact('<t:GivenName>A</t:GivenName>'))).body,
    );
    const ask = async (name: string): Promise<string> =>
      (await post(server.url, envelope(getItems([made.id]), version(name)))).body;
    const newest = await ask('Exchange2013_SP1');
    const middle = await ask('Exchange2010_SP1');
    const oldest = await ask('Exchange2007_SP1');
    expect(newest).to.include('<t:IsAssociated>');
    expect(middle).to.include('<t:IsAssociated>');
    expect(oldest).to.not.include('IsAssociated');
    const folder = async (name: string): Promise<string> =>
      (await post(server.url, envelope(GET_FOLDER, version(name)))).body;
    expect(await folder('Exchange2013')).to.include(
      '<t:DistinguishedFolderId>contacts</t:DistinguishedFolderId>',
    );
    expect(await folder('Exchange2010_SP2')).to.not.include('<t:DistinguishedFolderId>');
    expect(oldest).to.include(`<t:ItemId Id="${made.id}"`).and.include('<t:GivenName>A</t:GivenName>');
  });

  it('reports an empty SyncFolderItems result alike in every release', async () => {
    for (const release of ALL_RELEASES) {
      server = await startReleased(release);
      const { body } = await send(server, release, syncItems(''));
      expect(codes(body)).to.deep.equal(['NoError']);
      expect(body).to.include('<m:Changes></m:Changes>');
      await server.close();
    }
    server = await startReleased('Exchange2019');
  });

  const order: [ReleaseName, string[]][] = [
    ['Exchange2007_SP1', ['a', 'b', 'c']],
    ['Exchange2010_SP1', ['a', 'b', 'c']],
    ['Exchange2010_SP2', ['c', 'b', 'a']],
    ['Exchange2019', ['c', 'b', 'a']],
  ];
  for (const [release, names] of order) {
    it(`${release} reports new items ${names[0] === 'a' ? 'oldest' : 'newest'} first, page by page`, async () => {
      server = await startReleased(release);
      const ids = new Map<string, string>();
      for (const name of ['a', 'b', 'c']) {
        const { body } = await send(server, release, createContact(`<t:GivenName>${name}</t:GivenName>`));
        ids.set(onlyId(body).id, name);
      }
      const seen: (string | undefined)[] = [];
      let state = '';
      for (let page = 0; page < 3; page++) {
        const { body } = await send(server, release, syncItems(state, 1));
        state = /<m:SyncState>([^<]*)/.exec(body)?.[1] ?? '';
        seen.push(ids.get(/<t:ItemId Id="([^"]*)"/.exec(body)?.[1] ?? ''));
        expect(body).to.include(`<m:IncludesLastItemInRange>${page === 2}<`);
      }
      expect(seen).to.deep.equal(names);
    });
  }

  const parents: [ReleaseName, string][] = [
    ['Exchange2007_SP1', 'ErrorNonExistentMailbox'],
    ['Exchange2010_SP1', 'ErrorParentFolderNotFound'],
    ['Exchange2019', 'ErrorParentFolderNotFound'],
  ];
  for (const [release, code] of parents) {
    it(`${release} answers an unknown parent folder with ${code} [MS-OXWSFOLD R216]`, async () => {
      server = await startReleased(release);
      const create = (parent: string): string =>
        `<m:CreateFolder><m:ParentFolderId>${parent}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>X</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`;
      const made = (await send(server, release, create('<t:DistinguishedFolderId Id="inbox"/>'))).body;
      const id = /<t:FolderId Id="([^"]*)"/.exec(made)?.[1] ?? '';
      const gone = `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="${id}"/></m:FolderIds></m:DeleteFolder>`;
      expect(codes((await send(server, release, gone)).body)).to.deep.equal(['NoError']);
      const answer = await send(server, release, create(`<t:FolderId Id="${id}"/>`));
      expect(codes(answer.body)).to.deep.equal([code]);
    });
  }
});
