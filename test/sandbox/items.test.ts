import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  ask,
  codes,
  createContact,
  getItems,
  itemIds,
  onlyId,
  setField,
  startRecorded,
  syncChanges,
  syncItems,
  syncState,
  updateContact,
} from './ews-client.ts';

const KEY =
  '<t:ExtendedFieldURI PropertySetId="c11ff724-aa03-4555-9952-8fa248a11c3e" PropertyName="Key" PropertyType="String"/>';
const SEARCH_KEY = '<t:ExtendedFieldURI PropertyTag="0x300B" PropertyType="Binary"/>';

function find(restriction: string, folder = 'contacts', additional = ''): string {
  return (
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${additional}</m:ItemShape>` +
    '<m:IndexedPageItemView MaxEntriesReturned="100" Offset="0" BasePoint="Beginning"/>' +
    `<m:Restriction>${restriction}</m:Restriction>` +
    `<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`
  );
}

function equals(path: string, value: string): string {
  return `<t:IsEqualTo>${path}<t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:IsEqualTo>`;
}

describe('sandbox items', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded();
  });
  afterEach(() => server.close());

  const add = async (inner: string): Promise<{ id: string; changeKey: string }> =>
    onlyId(await ask(server.url, createContact(inner)));

  it('fills the names a client left out, trims lines and writes CRLF in bodies', async () => {
    const { id } = await add(
      '<t:Body BodyType="Text">one\ntwo</t:Body><t:GivenName>Zoë  </t:GivenName><t:Surname>Ärger</t:Surname>',
    );
    const xml = await ask(server.url, getItems([id]));
    expect(xml).to.include('<t:GivenName>Zoë</t:GivenName>');
    expect(xml).to.include('<t:DisplayName>Zoë Ärger</t:DisplayName>');
    expect(xml).to.include('<t:FileAs>Ärger, Zoë</t:FileAs>');
    expect(xml).to.include('one&#xD;\ntwo</t:Body>');
  });

  it('answers a batch id by id', async () => {
    const { id } = await add('<t:GivenName>A</t:GivenName>');
    const gone = await add('<t:GivenName>B</t:GivenName>');
    server.store.removeItem(gone.id);
    const xml = await ask(server.url, getItems([id, 'not-an-id', gone.id, id.toLowerCase(), id]));
    expect(codes(xml)).to.deep.equal([
      ...['NoError', 'ErrorInvalidIdMalformed', 'ErrorItemNotFound', 'ErrorInvalidIdMalformed', 'NoError'],
    ]);
  });

  it('fails the one item a test chose, and stops the batch after the errors that stop it', async () => {
    const made = [await add('<t:GivenName>A</t:GivenName>'), await add('<t:GivenName>B</t:GivenName>')];
    const ids = made.map(({ id }) => id);
    server.failItem({ itemId: ids[0] ?? '', code: 'ErrorMailboxStoreUnavailable' });
    expect(codes(await ask(server.url, getItems(ids)))).to.deep.equal([
      'ErrorMailboxStoreUnavailable',
      'ErrorBatchProcessingStopped',
    ]);
    server.failItem({ matching: 'Refuse me', code: 'ErrorQuotaExceeded' });
    const refused = createContact('<t:GivenName>Refuse me</t:GivenName>');
    expect(codes(await ask(server.url, refused))).to.deep.equal(['ErrorQuotaExceeded']);
    expect(codes(await ask(server.url, refused))).to.deep.equal(['NoError']);
  });

  for (const [resolution, code] of [
    ['NeverOverwrite', 'ErrorIrresolvableConflict'],
    ['AutoResolve', 'NoError'],
    ['AlwaysOverwrite', 'NoError'],
  ] as const) {
    it(`answers a stale change key under ${resolution} with ${code}`, async () => {
      const item = await add('<t:GivenName>A</t:GivenName>');
      server.touchChangeKey(item.id);
      const change = setField('contacts:JobTitle', '<t:JobTitle>CTO</t:JobTitle>');
      expect(codes(await ask(server.url, updateContact(item, change, resolution)))).to.deep.equal([code]);
      const [contact] = server.store.contacts('alice@example.test');
      expect(contact?.values['contacts:JobTitle']).to.equal(code === 'NoError' ? 'CTO' : undefined);
      expect(contact?.changeKey).not.to.equal(item.changeKey);
    });
  }

  it('refuses what cannot be updated, and then changes nothing', async () => {
    const item = await add('<t:GivenName>A</t:GivenName>');
    const job = setField('contacts:JobTitle', '<t:JobTitle>x</t:JobTitle>');
    const cases: [string, string][] = [
      [setField('item:Size', '<t:Size>1</t:Size>'), 'ErrorInvalidPropertySet'],
      [setField('contacts:Surname', '<t:GivenName>x</t:GivenName>'), 'ErrorUpdatePropertyMismatch'],
      [
        '<t:SetItemField><t:FieldURI FieldURI="distributionlist:Members"/><t:DistributionList><t:Members/></t:DistributionList></t:SetItemField>',
        'ErrorInvalidPropertyRequest',
      ],
      [
        '<t:DeleteItemField><t:FieldURI FieldURI="item:LastModifiedTime"/></t:DeleteItemField>',
        'ErrorInvalidPropertyDelete',
      ],
    ];
    for (const [update, code] of cases) {
      expect(codes(await ask(server.url, updateContact(item, job + update)))).to.deep.equal([code]);
    }
    const [contact] = server.store.contacts('alice@example.test');
    expect(contact?.values).not.to.have.property('contacts:JobTitle');
    expect(contact?.changeKey).to.equal(item.changeKey);
  });

  it('changes no item of a request that violates the schema', async () => {
    const items = [await add('<t:GivenName>A</t:GivenName>'), await add('<t:GivenName>B</t:GivenName>')];
    const [good = '', bad = ''] = items.map((item, index) => {
      const birthday = `<t:Birthday>${index === 0 ? '1979-02-28T00:00:00Z' : 'soon'}</t:Birthday>`;
      return (
        /<t:ItemChange>.*<.t:ItemChange>/.exec(
          updateContact(item, setField('contacts:Birthday', birthday)),
        )?.[0] ?? ''
      );
    });
    const request = `<m:UpdateItem ConflictResolution="AutoResolve"><m:ItemChanges>${good}${bad}</m:ItemChanges></m:UpdateItem>`;
    expect(await ask(server.url, request)).to.include('ErrorSchemaValidation');
    const keys = server.store.contacts('alice@example.test').map(({ changeKey }) => changeKey);
    expect(keys.reverse()).to.deep.equal(items.map(({ changeKey }) => changeKey));
  });

  it('gives a moved item another id and the same search key, which finds it', async () => {
    const item = await add(
      `<t:ExtendedProperty>${KEY}<t:Value>crm:1</t:Value></t:ExtendedProperty><t:GivenName>A</t:GivenName>`,
    );
    const shape = `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${KEY}${SEARCH_KEY}</t:AdditionalProperties>`;
    const before = await ask(server.url, getItems([item.id], shape));
    const searchKey = /0x300B[^>]*><t:Value>([^<]*)</.exec(before)?.[1] ?? '';
    expect(searchKey).to.have.length(24);
    const state = syncState(await ask(server.url, syncItems('')));
    const move = await ask(
      server.url,
      `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="deleteditems"/></m:ToFolderId><m:ItemIds><t:ItemId Id="${item.id}"/></m:ItemIds></m:MoveItem>`,
    );
    const moved = onlyId(move);
    expect(moved.id).not.to.equal(item.id);
    expect(codes(await ask(server.url, getItems([item.id])))).to.deep.equal(['ErrorItemNotFound']);
    expect(syncChanges(await ask(server.url, syncItems(state)))).to.deep.equal([`Delete ${item.id}`]);
    for (const restriction of [equals(SEARCH_KEY, searchKey), equals(KEY, 'crm:1')]) {
      const found = await ask(server.url, find(restriction, 'deleteditems'));
      expect(itemIds(found).map(({ id }) => id)).to.deep.equal([moved.id]);
    }
  });

  it('moves what is deleted softly, and deletes for good what is deleted hard', async () => {
    for (const [type, folder] of [
      ['MoveToDeletedItems', 'deleteditems'],
      ['SoftDelete', 'recoverableitemsdeletions'],
      ['HardDelete', undefined],
    ] as const) {
      const { id } = await add('<t:GivenName>A</t:GivenName>');
      await ask(
        server.url,
        `<m:DeleteItem DeleteType="${type}"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
      );
      expect(codes(await ask(server.url, getItems([id])))).to.deep.equal(['ErrorItemNotFound']);
      if (folder !== undefined) expect(server.store.countItems('alice@example.test', folder)).to.equal(1);
    }
    expect(server.store.countItems('alice@example.test')).to.equal(2);
  });

  it('keeps a contact photo and counts it into the change key', async () => {
    const item = await add('<t:GivenName>A</t:GivenName>');
    const made = await ask(
      server.url,
      `<m:CreateAttachment><m:ParentItemId Id="${item.id}" ChangeKey="${item.changeKey}"/><m:Attachments><t:FileAttachment><t:Name>ContactPicture.jpg</t:Name><t:IsContactPhoto>true</t:IsContactPhoto><t:Content>/9j/4AAQ</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
    );
    const [, id, rootKey] =
      /AttachmentId Id="([^"]*)" RootItemId="[^"]*" RootItemChangeKey="([^"]*)"/.exec(made) ?? [];
    const xml = await ask(server.url, getItems([item.id]));
    expect(xml)
      .to.include('<t:HasPicture>true<')
      .and.include('<t:IsContactPhoto>true<')
      .and.not.include('<t:Content>');
    expect(onlyId(xml).changeKey).to.equal(rootKey).and.not.to.equal(item.changeKey);
    const ids = `<m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds>`;
    expect(await ask(server.url, `<m:GetAttachment>${ids}</m:GetAttachment>`)).to.include(
      '<t:Content>/9j/4AAQ<',
    );
    expect(codes(await ask(server.url, `<m:DeleteAttachment>${ids}</m:DeleteAttachment>`))).to.deep.equal([
      'NoError',
    ]);
    expect(codes(await ask(server.url, `<m:GetAttachment>${ids}</m:GetAttachment>`))).to.deep.equal([
      'ErrorInvalidAttachmentId',
    ]);
    expect(await ask(server.url, getItems([item.id]))).to.include('<t:HasPicture>false<');
  });

  it('never returns bodies from FindItem and refuses restrictions of over 255 nodes', async () => {
    await add('<t:Body BodyType="Text">secret</t:Body><t:Surname>Smith</t:Surname>');
    const smith = equals('<t:FieldURI FieldURI="contacts:Surname"/>', 'SMITH');
    const asked = '<t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/></t:AdditionalProperties>';
    const found = await ask(server.url, find(smith, 'contacts', asked));
    expect(itemIds(found)).to.have.length(1);
    expect(found).not.to.include('secret');
    expect(codes(await ask(server.url, find(`<t:Or>${smith.repeat(255)}</t:Or>`)))).to.deep.equal([
      'ErrorRestrictionTooLong',
    ]);
    expect(codes(await ask(server.url, find(`<t:Or>${smith.repeat(254)}</t:Or>`)))).to.deep.equal([
      'NoError',
    ]);
  });
});
