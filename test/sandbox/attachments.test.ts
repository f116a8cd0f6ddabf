import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, getItems, itemIds, startRecorded } from './ews-client.ts';
import { create, fields, findIn, text } from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';

const FILE =
  '<t:FileAttachment><t:Name>a ä.txt</t:Name><t:ContentType>text/plain</t:ContentType><t:ContentId>part1@example</t:ContentId><t:ContentLocation>http://example.test/a</t:ContentLocation><t:Content>YWJj</t:Content></t:FileAttachment>';

function attach(item: ItemRef, attachments: string): string {
  return `<m:CreateAttachment><m:ParentItemId Id="${item.id}" ChangeKey="${item.changeKey}"/><m:Attachments>${attachments}</m:Attachments></m:CreateAttachment>`;
}

function holding(inner: string, name = 'inner'): string {
  return `<t:ItemAttachment><t:Name>${name}</t:Name>${inner}</t:ItemAttachment>`;
}

function attachmentIds(xml: string): string[] {
  return [...xml.matchAll(/<t:AttachmentId Id="([^"]*)"/g)].map((match) => match[1] ?? '');
}

function of(operation: string, ids: readonly string[], shape = ''): string {
  return `<m:${operation}>${shape}<m:AttachmentIds>${ids.map((id) => `<t:AttachmentId Id="${id}"/>`).join('')}</m:AttachmentIds></m:${operation}>`;
}

describe('sandbox attachments', () => {
  let server: Sandbox;
  let item: ItemRef;
  beforeEach(async () => {
    server = await startRecorded();
    item = await create(server.url, '<t:Message><t:Subject>Outer</t:Subject></t:Message>');
  });
  afterEach(() => server.close());

  const add = async (attachments: string): Promise<string[]> =>
    attachmentIds(await ask(server.url, attach(item, attachments)));
  const read = (ids: readonly string[], shape?: string): Promise<string> =>
    ask(server.url, of('GetAttachment', ids, shape));

  it('of files keep all that is said of them [MS-OXWSATT R38, R416, R59, R60, R63, R64, R53201, R259, R260]', async () => {
    const xml = await read(await add(FILE));
    expect(xml).to.include(
      '<m:GetAttachmentResponseMessage ResponseClass="Success"><m:ResponseCode>NoError<',
    );
    for (const element of FILE.match(/<t:(?:Name|Content\w*)>[^<]*<\/t:\w+>/g) ?? [])
      expect(xml).to.include(element);
    expect(xml).to.include('<t:Size>3</t:Size>').and.include('<t:IsInline>false</t:IsInline>');
  });

  it('name their item and its new change key when they are made [MS-OXWSATT R43, R45, R144, R145, R457, R458]', async () => {
    const answer = await ask(server.url, attach(item, FILE));
    expect(answer).to.include(
      '<m:CreateAttachmentResponseMessage ResponseClass="Success"><m:ResponseCode>NoError<',
    );
    const [, root, key] = /RootItemId="([^"]*)" RootItemChangeKey="([^"]*)"/.exec(answer) ?? [];
    expect(root).to.equal(item.id);
    const [now] = itemIds(await ask(server.url, getItems([item.id])));
    expect(key).to.equal(now?.changeKey).and.not.equal(item.changeKey);
  });

  it('are counted as such, unless they are part of the text [MS-OXWSCORE R100, R1620, R1621]', async () => {
    const has = async (): Promise<string | undefined> =>
      text(await ask(server.url, getItems([item.id])), 'HasAttachments');
    expect(await has()).to.equal('false');
    await add(
      '<t:FileAttachment><t:Name>logo.png</t:Name><t:IsInline>true</t:IsInline><t:Content>YWJj</t:Content></t:FileAttachment>',
    );
    expect(await has()).to.equal('false');
    await add(FILE);
    expect(await has()).to.equal('true');
  });

  it('have ids of their own [MS-OXWSATT R6201]', async () => {
    const other = FILE.replace('part1', 'part2');
    const ids = [...(await add(FILE + other)), ...(await add(FILE))];
    expect(new Set(ids).size).to.equal(3);
    const listed = await ask(server.url, getItems([item.id], fields('item:Attachments')));
    expect(attachmentIds(listed)).to.deep.equal(ids);
    expect(listed)
      .to.include('<t:ContentId>part1@example<')
      .and.include('<t:ContentId>part2@example<')
      .and.not.include('<t:Content>');
  });

  for (const [kind, inner, requirement] of [
    [
      'Message',
      '<t:Message><t:Subject>Inner</t:Subject><t:Body BodyType="Text">deep</t:Body></t:Message>',
      'R83, R349',
    ],
    ['Contact', '<t:Contact><t:GivenName>Zoë</t:GivenName></t:Contact>', 'R554, R351'],
    ['Task', '<t:Task><t:Subject>Inner</t:Subject><t:Status>Deferred</t:Status></t:Task>', 'R97, R356'],
    ['PostItem', '<t:PostItem><t:Subject>Inner</t:Subject></t:PostItem>', 'R99, R357'],
  ] as const) {
    it(`may be a ${kind}, which is no item of the store [MS-OXWSATT ${requirement}, R36, R532, R141, R14201]`, async () => {
      const before = server.store.countItems('alice@example.test');
      const xml = await read(await add(holding(inner)));
      expect(xml).to.include(`<t:ItemAttachment><t:AttachmentId`).and.include(`<t:${kind}>`);
      const given = /<t:(?:Subject|GivenName|Status)>[^<]*<\/t:\w+>/g;
      for (const element of inner.match(given) ?? []) expect(xml).to.include(element);
      expect(xml).not.to.include('<t:ItemId');
      expect(server.store.countItems('alice@example.test')).to.equal(before);
      expect(itemIds(await ask(server.url, findIn('drafts')))).to.have.length(1);
    });
  }

  it('show the body of an item in the form asked for, and its MIME when asked [MS-OXWSATT R475, R477, R478, R3111, R521, R549]', async () => {
    const ids = await add(
      holding(
        '<t:Message><t:Subject>Inner</t:Subject><t:Body BodyType="HTML">&lt;p&gt;deep&lt;/p&gt;</t:Body></t:Message>',
      ),
    );
    const shape = (inner: string): string => `<m:AttachmentShape>${inner}</m:AttachmentShape>`;
    const plain = await read(
      ids,
      shape(
        '<t:IncludeMimeContent>false</t:IncludeMimeContent><t:BodyType>Text</t:BodyType><t:AdditionalProperties><t:FieldURI FieldURI="item:Preview"/></t:AdditionalProperties>',
      ),
    );
    expect(plain)
      .to.include('<t:Body BodyType="Text">deep</t:Body>')
      .and.include('<t:Preview>deep</t:Preview>')
      .and.not.include('MimeContent');
    const mime = await read(ids, shape('<t:IncludeMimeContent>true</t:IncludeMimeContent>'));
    expect(Buffer.from(text(mime, 'MimeContent') ?? '', 'base64').toString()).to.match(/^Subject: Inner\r$/m);
  });

  it('may hold attachments themselves, which have ids too', async () => {
    const inner = `<t:Message><t:Subject>Inner</t:Subject><t:Attachments>${FILE}</t:Attachments></t:Message>`;
    const xml = await read(await add(holding(inner)));
    const [, deep = ''] = attachmentIds(xml);
    expect(text(await read([deep]), 'Content')).to.equal('YWJj');
    expect(codes(await ask(server.url, of('DeleteAttachment', [deep])))).to.deep.equal(['NoError']);
    expect(codes(await read([deep]))).to.deep.equal(['ErrorInvalidAttachmentId']);
  });

  it('must hold an item, and one that can be attached [MS-OXWSATT R78002, R318001, R145001, R145002]', async () => {
    const empty = await ask(
      server.url,
      attach(item, '<t:ItemAttachment><t:Name>x</t:Name></t:ItemAttachment>'),
    );
    expect(empty).to.include('<m:CreateAttachmentResponseMessage ResponseClass="Error">');
    expect(codes(empty)).to.deep.equal(['ErrorMissingItemForCreateItemAttachment']);
    for (const kind of ['MeetingMessage', 'MeetingRequest', 'MeetingResponse', 'MeetingCancellation']) {
      const refused = await ask(
        server.url,
        attach(item, holding(`<t:${kind}><t:Subject>x</t:Subject></t:${kind}>`)),
      );
      expect(codes(refused), kind).to.deep.equal(['ErrorInvalidItemForOperationCreateItemAttachment']);
    }
  });

  it('are deleted one by one, each a change of their item [MS-OXWSATT R203, R204, R443, R446, R465001, R465002, R466, R467, R510001]', async () => {
    const [first = '', second = ''] = await add(FILE + FILE);
    const answer = await ask(server.url, of('DeleteAttachment', [first, first]));
    expect(codes(answer)).to.deep.equal(['NoError', 'ErrorInvalidAttachmentId']);
    expect(answer).to.include('ResponseClass="Success"').and.include('ResponseClass="Error"');
    const [, root, key] = /<m:RootItemId RootItemId="([^"]*)" RootItemChangeKey="([^"]*)"/.exec(answer) ?? [];
    const xml = await ask(server.url, getItems([item.id], fields('item:Attachments')));
    expect([root, key]).to.deep.equal([item.id, itemIds(xml)[0]?.changeKey]);
    expect(attachmentIds(xml)).to.deep.equal([second]);
  });

  it('answer requests for them id by id [MS-OXWSATT R474001, R474002, R476]', async () => {
    const [id = ''] = await add(FILE);
    const xml = await read(['nonsense', id]);
    expect(codes(xml)).to.deep.equal(['ErrorInvalidAttachmentId', 'NoError']);
    expect(xml).to.include('<m:GetAttachmentResponseMessage ResponseClass="Error">');
  });

  it('come along when an item is created with them', async () => {
    const made = await create(
      server.url,
      `<t:Message><t:Subject>x</t:Subject><t:Attachments>${FILE}${holding('<t:Message><t:Subject>y</t:Subject></t:Message>')}</t:Attachments></t:Message>`,
    );
    const xml = await ask(server.url, getItems([made.id]));
    expect(xml).to.match(/<t:FileAttachment>.*<\/t:FileAttachment><t:ItemAttachment>/);
  });
});
