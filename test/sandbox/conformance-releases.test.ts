/** What came or went with a release, as Microsoft's table of what each does has it: seen in answers and in refusals. */
import { expect } from 'chai';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { codes, onlyId } from './ews-client.ts';
import type { ItemRef } from './item-requests.ts';
import { createItems, idElement, remove } from './item-requests.ts';
import { ALL_RELEASES, send, startReleased } from './released-server.ts';

const MESSAGE =
  '<t:Message><t:Subject>M</t:Subject><t:Body BodyType="HTML">&lt;p&gt;hi&lt;/p&gt;</t:Body></t:Message>';
const EVENT =
  '<t:CalendarItem><t:Subject>E</t:Subject><t:ReminderIsSet>true</t:ReminderIsSet><t:Start>2030-06-04T10:00:00Z</t:Start>' +
  '<t:End>2030-06-04T11:00:00Z</t:End><t:Location>Room</t:Location></t:CalendarItem>';
const CONTACT = '<t:Contact><t:GivenName>C</t:GivenName></t:Contact>';

type FirstYear = '2010' | '2013';

function has(release: ReleaseName, since: FirstYear): boolean {
  if (since === '2010') return release !== 'Exchange2007_SP1';
  return !/2007|2010/.test(release);
}

/** Elements of answers; `asked` is the FieldURI where it is not part of AllProperties. */
const ANSWERED: readonly {
  readonly ids: string;
  readonly item: string;
  readonly element: string;
  readonly since: FirstYear;
  readonly asked?: string;
}[] = [
  {
    ids: '[MS-OXWSCORE R2290]',
    item: MESSAGE,
    element: 'UniqueBody',
    since: '2010',
    asked: 'item:UniqueBody',
  },
  { ids: '[MS-OXWSCORE R2288]', item: MESSAGE, element: 'ConversationId', since: '2010' },
  { ids: '[MS-OXWSCORE R2285, R13411]', item: MESSAGE, element: 'IsAssociated', since: '2010' },
  {
    ids: '[MS-OXWSCORE R1349]',
    item: MESSAGE,
    element: 'NormalizedBody BodyType="HTML"',
    since: '2013',
    asked: 'item:NormalizedBody',
  },
  { ids: '[MS-OXWSCORE R2283]', item: EVENT, element: 'ReminderNextTime', since: '2013' },
  { ids: '[MS-OXWSMTGS R699]', item: EVENT, element: 'StartWallClock', since: '2013' },
  { ids: '[MS-OXWSMTGS R700]', item: EVENT, element: 'EndWallClock', since: '2013' },
  { ids: '[MS-OXWSMTGS R701]', item: EVENT, element: 'StartTimeZoneId', since: '2013' },
  { ids: '[MS-OXWSMTGS R702]', item: EVENT, element: 'EndTimeZoneId', since: '2013' },
  { ids: '[MS-OXWSMTGS R713]', item: EVENT, element: 'StartTimeZone', since: '2010' },
  { ids: '[MS-OXWSMTGS R714]', item: EVENT, element: 'EndTimeZone', since: '2010' },
  { ids: '[MS-OXWSMTGS R80048, R80049]', item: EVENT, element: 'IsOrganizer', since: '2013' },
  { ids: '[MS-OXWSMTGS R696, R697]', item: EVENT, element: 'EnhancedLocation', since: '2013' },
  { ids: '[MS-OXWSCONT R1275002]', item: CONTACT, element: 'HasPicture', since: '2010' },
];

const shape = (inner: string): string =>
  `<m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${inner}</m:ItemShape>`;
const get = (item: ItemRef, inner = ''): string =>
  `<m:GetItem>${shape(inner)}<m:ItemIds><t:ItemId Id="${item.id}"/></m:ItemIds></m:GetItem>`;

/** Parts of requests: where a release lacks one, its schema refuses the request. */
const REQUESTED: readonly {
  readonly ids: string;
  readonly part: string;
  readonly since: FirstYear;
  readonly request: (item: ItemRef) => string;
}[] = [
  {
    ids: '[MS-OXWSSYNC R37811008]',
    part: 'SyncScope',
    since: '2010',
    request: () =>
      '<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>' +
      '<t:DistinguishedFolderId Id="contacts"/></m:SyncFolderId><m:MaxChangesReturned>9</m:MaxChangesReturned>' +
      '<m:SyncScope>NormalItems</m:SyncScope></m:SyncFolderItems>',
  },
  {
    ids: '[MS-OXWSSYNC R37809]',
    part: 'InlineImageUrlTemplate of SyncFolderItems',
    since: '2013',
    request: () =>
      `<m:SyncFolderItems>${shape('<t:InlineImageUrlTemplate>x</t:InlineImageUrlTemplate>')}<m:SyncFolderId>` +
      '<t:DistinguishedFolderId Id="contacts"/></m:SyncFolderId><m:MaxChangesReturned>9</m:MaxChangesReturned>' +
      '</m:SyncFolderItems>',
  },
  {
    ids: '[MS-OXWSCORE R1230]',
    part: 'ReturnNewItemIds',
    since: '2010',
    request: (item) =>
      `<m:CopyItem><m:ToFolderId><t:DistinguishedFolderId Id="drafts"/></m:ToFolderId><m:ItemIds>${idElement(item)}` +
      '</m:ItemIds><m:ReturnNewItemIds>true</m:ReturnNewItemIds></m:CopyItem>',
  },
  {
    ids: '[MS-OXWSCORE R2311]',
    part: 'SuppressReadReceipts of DeleteItem',
    since: '2013',
    request: (item) => remove(item, 'DeleteType="HardDelete" SuppressReadReceipts="true"'),
  },
  {
    ids: '[MS-OXWSCORE R2315]',
    part: 'SuppressReadReceipts of UpdateItem',
    since: '2013',
    request: (item) =>
      '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly" SuppressReadReceipts="true">' +
      `<m:ItemChanges><t:ItemChange>${idElement(item)}<t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/>` +
      '<t:Message><t:IsRead>true</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>',
  },
];

describe('sandbox releases by what each of them does', () => {
  const servers = new Map<ReleaseName, Sandbox>();
  before(async () => {
    for (const release of ALL_RELEASES) servers.set(release, await startReleased(release));
  });
  after(async () => {
    for (const server of servers.values()) await server.close();
  });

  async function made(release: ReleaseName, item: string): Promise<{ server: Sandbox; ref: ItemRef }> {
    const server = servers.get(release);
    if (server === undefined) throw new Error(`no server of ${release}`);
    const attributes = item.startsWith('<t:CalendarItem')
      ? 'SendMeetingInvitations="SendToNone"'
      : 'MessageDisposition="SaveOnly"';
    const { body } = await send(server, release, createItems(item, { attributes }));
    return { server, ref: onlyId(body) };
  }

  for (const { ids, item, element, since, asked } of ANSWERED) {
    it(`return ${element} from ${since} on ${ids}`, async () => {
      for (const release of ALL_RELEASES) {
        const { server, ref } = await made(release, item);
        const wanted =
          asked !== undefined && has(release, since)
            ? `<t:AdditionalProperties><t:FieldURI FieldURI="${asked}"/></t:AdditionalProperties>`
            : '';
        const { body } = await send(server, release, get(ref, wanted));
        expect(codes(body), release).to.deep.equal(['NoError']);
        expect(new RegExp(`<t:${element}[ >/]`).test(body), release).to.equal(has(release, since));
      }
    });
  }

  for (const { ids, part, since, request } of REQUESTED) {
    it(`take ${part} from ${since} on ${ids}`, async () => {
      for (const release of ALL_RELEASES) {
        const { server, ref } = await made(release, MESSAGE);
        const { status, body } = await send(server, release, request(ref));
        if (has(release, since)) expect(codes(body), release).to.deep.equal(['NoError']);
        else expect([status, body.includes('ErrorSchemaValidation')], release).to.deep.equal([500, true]);
      }
    });
  }
});
