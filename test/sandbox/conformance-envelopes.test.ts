/** What the answer of each operation is made of: header, response element, messages, and validity in the schema. */
import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { codes, createContact, envelope, getItems, onlyId, post } from './ews-client.ts';
import {
  create,
  createItems,
  idElement,
  remove,
  set,
  send as sendItem,
  updateItems,
} from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';
import { startReleased } from './released-server.ts';
import { needSchemas, schemaErrors, soapBody } from './schema-check.ts';

const TASK = '<t:Task><t:Subject>A</t:Subject></t:Task>';
const FILE =
  '<t:FileAttachment><t:Name>a.txt</t:Name><t:ContentType>text/plain</t:ContentType><t:ContentId>c1</t:ContentId>' +
  '<t:ContentLocation>http://x.test/a</t:ContentLocation><t:Content>aGk=</t:Content></t:FileAttachment>';

function folderId(xml: string): string {
  return /<t:FolderId Id="[^"]*"[^>]*\/>/.exec(xml)?.[0] ?? '';
}

function attachmentId(xml: string): string {
  return /<t:AttachmentId Id="([^"]*)"/.exec(xml)?.[1] ?? '';
}

describe('sandbox answers by their requirements', () => {
  let server: Sandbox;
  let task: ItemRef;
  beforeEach(async () => {
    server = await startReleased('Exchange2013_SP1');
    task = await create(server.url, TASK);
  });
  afterEach(() => server.close());

  const ask = async (body: string): Promise<string> => (await post(server.url, envelope(body))).body;
  const toFolder = '<m:ToFolderId><t:DistinguishedFolderId Id="tasks"/></m:ToFolderId>';
  const makeFolder =
    '<m:CreateFolder><m:ParentFolderId><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderId>' +
    '<m:Folders><t:Folder><t:DisplayName>New</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>';
  const attach = (): string =>
    `<m:CreateAttachment><m:ParentItemId Id="${task.id}"/><m:Attachments>${FILE}</m:Attachments></m:CreateAttachment>`;

  const operations: readonly {
    readonly name: string;
    readonly ids: string;
    readonly request: () => Promise<string> | string;
  }[] = [
    {
      name: 'CopyItem',
      ids: '[MS-OXWSCORE R237, R1404, R240, R1405, R241, R244, R247, R248, R253, R254]',
      request: () => `<m:CopyItem>${toFolder}<m:ItemIds>${idElement(task)}</m:ItemIds></m:CopyItem>`,
    },
    {
      name: 'CreateItem',
      ids: '[MS-OXWSCORE R276, R1411, R279, R1412, R280, R283, R286, R287, R292, R293]',
      request: () => createItems(TASK),
    },
    {
      name: 'DeleteItem',
      ids: '[MS-OXWSCORE R319, R1421, R322, R1422, R323, R326, R329, R330, R335, R336]',
      request: () => remove(task, 'DeleteType="HardDelete" AffectedTaskOccurrences="AllOccurrences"'),
    },
    {
      name: 'GetItem',
      ids: '[MS-OXWSCORE R364, R1434, R367, R1435, R368, R371, R374, R375, R380, R381]',
      request: () => getItems([task.id]),
    },
    {
      name: 'MoveItem',
      ids: '[MS-OXWSCORE R2182, R1448, R406, R1449, R407, R410, R413, R414, R419, R420]',
      request: () => `<m:MoveItem>${toFolder}<m:ItemIds>${idElement(task)}</m:ItemIds></m:MoveItem>`,
    },
    {
      name: 'UpdateItem',
      ids: '[MS-OXWSCORE R484, R1464, R487, R1465, R488, R491, R494, R495, R508, R509]',
      request: () => updateItems(task, set('Task', 'item:Subject', '<t:Subject>B</t:Subject>')),
    },
    {
      name: 'SendItem',
      ids: '[MS-OXWSCORE R49, R50, R440, R1454, R443, R1455, R444, R450, R451, R456, R457]',
      request: async () => {
        const to = '<t:Mailbox><t:EmailAddress>bob@example.test</t:EmailAddress></t:Mailbox>';
        const draft = `<t:Message><t:ToRecipients>${to}</t:ToRecipients></t:Message>`;
        return sendItem(await create(server.url, draft), 'true');
      },
    },
    {
      name: 'CreateFolder',
      ids: '[MS-OXWSFOLD R2342, R235, R2351, R236, R237, R242]',
      request: () => makeFolder,
    },
    {
      name: 'GetFolder',
      ids: '[MS-OXWSFOLD R4024, R404, R4041, R405, R406, R411, R417, R418]',
      request: () =>
        '<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape>' +
        '<m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
    },
    {
      name: 'UpdateFolder',
      ids: '[MS-OXWSFOLD R4812, R482, R4821, R483, R484, R489, R502, R503]',
      request: async () =>
        `<m:UpdateFolder><m:FolderChanges><t:FolderChange>${folderId(await ask(makeFolder))}<t:Updates>` +
        '<t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>Other</t:DisplayName>' +
        '</t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>',
    },
    {
      name: 'DeleteFolder',
      ids: '[MS-OXWSFOLD R3232, R325, R3251, R326, R327, R332, R337, R338]',
      request: async () =>
        `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds>${folderId(await ask(makeFolder))}</m:FolderIds></m:DeleteFolder>`,
    },
    {
      name: 'CreateAttachment',
      ids: '[MS-OXWSATT R537, R165, R372, R553, R542, R543, R181, R182, R545]',
      request: () => attach(),
    },
    {
      name: 'GetAttachment',
      ids: '[MS-OXWSATT R514, R280, R395, R473, R396, R474, R517, R330, R298, R519]',
      request: async () =>
        `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${attachmentId(await ask(attach()))}"/></m:AttachmentIds></m:GetAttachment>`,
    },
    {
      name: 'DeleteAttachment',
      ids: '[MS-OXWSATT R207, R222, R382, R464, R383, R465, R507, R326, R239, R240, R245, R246, R509, R510]',
      request: async () =>
        `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${attachmentId(await ask(attach()))}"/></m:AttachmentIds></m:DeleteAttachment>`,
    },
    {
      name: 'SyncFolderItems',
      ids: '[MS-OXWSSYNC R477, R51, R52, R444, R445, R446, R69, R354, R473]',
      request: () =>
        '<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId>' +
        '<t:DistinguishedFolderId Id="tasks"/></m:SyncFolderId><m:MaxChangesReturned>5</m:MaxChangesReturned></m:SyncFolderItems>',
    },
  ];
  for (const { name, ids, request } of operations) {
    it(`answers ${name} with its own response element, one message for one member, and the server's version ${ids}`, async function () {
      needSchemas(this);
      const { status, body } = await post(server.url, envelope(await request()));
      expect(status).to.equal(200);
      expect(body).to.match(
        new RegExp(
          '<s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="0" [^>]*/?>.*</s:Header>' +
            `<s:Body><m:${name}Response [^>]*><m:ResponseMessages><m:${name}ResponseMessage ResponseClass="Success">` +
            '<m:ResponseCode>NoError</m:ResponseCode>',
        ),
      );
      expect(body.split(`<m:${name}ResponseMessage `)).to.have.length(2);
      const bodies = [{ name, body: soapBody(body) ?? '' }];
      expect(await schemaErrors('Exchange2013_SP1', bodies)).to.deep.equal([]);
    });
  }

  it('counts the conflicts of an update: none [MS-OXWSCORE R58, R59, R61, R63, R1305, R1306]', async function () {
    needSchemas(this);
    const xml = await ask(updateItems(task, set('Task', 'item:Subject', '<t:Subject>B</t:Subject>')));
    expect(xml).to.match(
      /<m:ResponseCode>NoError<\/m:ResponseCode><m:Items><t:Task>.*<\/m:Items><m:ConflictResults><t:Count>0<\/t:Count><\/m:ConflictResults>/,
    );
    const bodies = [{ name: 'UpdateItem', body: soapBody(xml) ?? '' }];
    expect(await schemaErrors('Exchange2013_SP1', bodies)).to.deep.equal([]);
  });

  it('lists what an attachment is, under ids that are short enough [MS-OXWSATT R33, R441, R332, R49, R335, R52, R5577, R55, R336, R333, R334, R439, R440]', async function () {
    needSchemas(this);
    const xml = await ask(attach());
    expect(xml).to.match(
      /<m:Attachments><t:FileAttachment><t:AttachmentId [^>]*\/><\/t:FileAttachment><\/m:Attachments>/,
    );
    const id = /<t:AttachmentId Id="[^"]+" RootItemId="([^"]+)" RootItemChangeKey="([^"]+)"/.exec(xml);
    expect(id?.[1]).to.equal(task.id);
    for (const part of [id?.[1], id?.[2]])
      expect(Buffer.from(part ?? '', 'base64').length).to.be.within(1, 512);
    const bodies = [{ name: 'CreateAttachment', body: soapBody(xml) ?? '' }];
    expect(await schemaErrors('Exchange2013_SP1', bodies)).to.deep.equal([]);
  });

  it('returns the parts of a file attachment as they were given [MS-OXWSATT R72, R337, R338, R339, R340, R342, R65, R66, R67, R347, R76]', async function () {
    needSchemas(this);
    const id = attachmentId(await ask(attach()));
    const get = `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds></m:GetAttachment>`;
    const xml = await ask(get);
    expect(xml).to.match(
      /<t:Name>a\.txt<\/t:Name><t:ContentType>text\/plain<\/t:ContentType><t:ContentId>c1<\/t:ContentId><t:ContentLocation>http:\/\/x\.test\/a<\/t:ContentLocation>/,
    );
    expect(xml).to.include('<t:Content>aGk=</t:Content>');
    const listed = await ask(getItems([task.id]));
    expect(listed).to.match(
      /<t:Attachments><t:FileAttachment>.*<t:Size>\d+<\/t:Size><t:LastModifiedTime>\d{4}-\d\d-\d\dT[\d:]+Z<\/t:LastModifiedTime><t:IsInline>false<\/t:IsInline>/,
    );
    const bodies = [xml, listed].map((one, index) => ({ name: `answer${index}`, body: soapBody(one) ?? '' }));
    expect(await schemaErrors('Exchange2013_SP1', bodies)).to.deep.equal([]);
  });

  it('names the item an attachment went from, with its new change key [MS-OXWSATT R387, R482, R445, R556]', async () => {
    const id = attachmentId(await ask(attach()));
    const xml = await ask(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${id}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    const root = /<m:RootItemId RootItemId="([^"]+)" RootItemChangeKey="([^"]+)"\/>/.exec(xml);
    const { changeKey } = onlyId(await ask(getItems([task.id])));
    expect([root?.[1], root?.[2]]).to.deep.equal([task.id, changeKey]);
    for (const part of [root?.[1], root?.[2]])
      expect(Buffer.from(part ?? '', 'base64').length).to.be.within(1, 512);
  });

  it('offers what a received message can be answered with [MS-OXWSCORE R126, R1328, R131, R132, R133, R1371, R1372, R1373]', async function () {
    needSchemas(this);
    const to = '<t:Mailbox><t:EmailAddress>alice@example.test</t:EmailAddress></t:Mailbox>';
    await ask(
      createItems(`<t:Message><t:Subject>Q</t:Subject><t:ToRecipients>${to}</t:ToRecipients></t:Message>`, {
        attributes: 'MessageDisposition="SendOnly"',
      }),
    );
    const find =
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
      '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>';
    const received = onlyId(await ask(find));
    const xml = await ask(getItems([received.id]));
    expect(xml).to.match(/<t:ResponseObjects>.*<\/t:ResponseObjects>/);
    const bodies = [{ name: 'GetItem', body: soapBody(xml) ?? '' }];
    expect(await schemaErrors('Exchange2013_SP1', bodies)).to.deep.equal([]);
    const sent: string[] = [];
    for (const name of ['ReplyToItem', 'ReplyAllToItem', 'ForwardItem']) {
      expect(xml).to.include(`<t:${name}/>`);
      const people =
        name === 'ForwardItem' ? `<t:ToRecipients>${to.replace('alice', 'bob')}</t:ToRecipients>` : '';
      const reply = `<t:${name}>${people}<t:ReferenceItemId Id="${received.id}" ChangeKey="${received.changeKey}"/></t:${name}>`;
      sent.push(...codes(await ask(createItems(reply, { attributes: 'MessageDisposition="SendOnly"' }))));
    }
    expect(sent).to.deep.equal(['NoError', 'NoError', 'NoError']);
    expect(server.store.countItems('alice@example.test', 'inbox')).to.equal(3);
    expect(server.store.countItems('bob@example.test', 'inbox')).to.equal(1);
  });

  it('refuses a contact in a folder of tasks, and nothing is stored', async () => {
    const wrong = createContact('<t:GivenName>A</t:GivenName>', '<t:DistinguishedFolderId Id="tasks"/>');
    expect(codes(await ask(wrong))).to.deep.equal(['ErrorCannotCreateContactInNonContactFolder']);
    expect(server.store.countItems('alice@example.test', 'tasks')).to.equal(1);
  });
});
