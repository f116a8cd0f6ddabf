import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, getItems, itemIds, onlyId, startRecorded, syncState } from './ews-client.ts';
import {
  create,
  createItems,
  fields,
  findIn,
  idElement,
  remove,
  send,
  set,
  text,
  updateItems,
} from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';

const SEND_ONLY = 'MessageDisposition="SendOnly"';
const SEND_AND_SAVE = 'MessageDisposition="SendAndSaveCopy"';

function mailbox(address: string): string {
  return `<t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox>`;
}

function to(...addresses: string[]): string {
  return `<t:ToRecipients>${addresses.map(mailbox).join('')}</t:ToRecipients>`;
}

function message(own: string, subject = 'Lunch?'): string {
  return `<t:Message><t:Subject>${subject}</t:Subject><t:Body BodyType="Text">At noon.</t:Body>${own}</t:Message>`;
}

describe('sandbox messages', () => {
  let server: Sandbox;
  let now: Date;
  beforeEach(async () => {
    now = new Date('2030-03-15T10:00:00Z');
    server = await startRecorded({ now: () => now });
  });
  afterEach(() => server.close());

  const get = (item: ItemRef, shape?: string, user = 'alice'): Promise<string> =>
    ask(server.url, getItems([item.id], shape), user);
  const inFolder = async (folder: string, user = 'alice'): Promise<ItemRef[]> =>
    itemIds(await ask(server.url, findIn(folder), user));
  const sync = (folder: string, state: string, user = 'alice'): Promise<string> =>
    ask(
      server.url,
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SyncFolderId><m:SyncState>${state}</m:SyncState><m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`,
      user,
    );
  /** Sends from alice and returns what bob got. */
  const sendToBob = async (own = to('bob@example.test'), subject?: string): Promise<ItemRef> => {
    await ask(server.url, createItems(message(own, subject), { attributes: SEND_AND_SAVE }));
    const [first] = await inFolder('inbox', 'bob');
    if (first === undefined) throw new Error('nothing in the Inbox of bob');
    return first;
  };

  it('are saved as drafts and named in the answer under SaveOnly [MS-OXWSMSG R80, R81, R82, R113] [MS-OXWSCORE R1608]', async () => {
    const answer = await ask(server.url, createItems(message(to('bob@example.test')), { folder: 'drafts' }));
    expect(codes(answer)).to.deep.equal(['NoError']);
    const xml = await get(onlyId(answer));
    expect(text(xml, 'IsDraft')).to.equal('true');
    expect(await inFolder('inbox', 'bob')).to.deep.equal([]);
    expect(codes(await ask(server.url, send(onlyId(answer), 'true')))).to.deep.equal(['NoError']);
    expect(await inFolder('inbox', 'bob')).to.have.length(1);
  });

  it('are sent and kept nowhere under SendOnly [MS-OXWSMSG R83, R203, R84]', async () => {
    const answer = await ask(
      server.url,
      createItems(message(to('bob@example.test')), { attributes: SEND_ONLY }),
    );
    expect(answer).to.include('<m:Items></m:Items>');
    expect(await inFolder('inbox', 'bob')).to.have.length(1);
    for (const folder of ['drafts', 'sentitems']) expect(await inFolder(folder)).to.deep.equal([]);
  });

  it('are sent and kept under SendAndSaveCopy [MS-OXWSMSG R85, R204, R86] [MS-OXWSCORE R1609]', async () => {
    const request = createItems(message(to('bob@example.test')), { attributes: SEND_AND_SAVE });
    expect(itemIds(await ask(server.url, request))).to.deep.equal([]);
    const [copy] = await inFolder('sentitems');
    const [received] = await inFolder('inbox', 'bob');
    expect(copy?.id).to.be.a('string').and.not.equal(received?.id);
    if (copy !== undefined) expect(text(await get(copy), 'IsDraft')).to.equal('false');
  });

  it('need a MessageDisposition on creation and update', async () => {
    const refused = ['ErrorMessageDispositionRequired'];
    expect(codes(await ask(server.url, createItems(message(''), { attributes: '' })))).to.deep.equal(refused);
    const item = await create(server.url, message(''));
    const update = updateItems(item, set('Message', 'item:Subject', '<t:Subject>x</t:Subject>'), '');
    expect(codes(await ask(server.url, update))).to.deep.equal(refused);
  });

  it('keep their recipients, known ones with the name of the directory [MS-OXWSMSG R26, R28, R30, R32, R33, R35, R36, R38, R53, R55, R69, R71, R2512, R2912]', async () => {
    const bob =
      '<t:Mailbox><t:Name>bob</t:Name><t:EmailAddress>bob@example.test</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>';
    const own =
      `<t:Sender>${mailbox('alice@example.test')}</t:Sender>${to('bob@example.test')}` +
      `<t:CcRecipients>${mailbox('cc@example.org')}</t:CcRecipients><t:BccRecipients>${mailbox('bob@example.test')}</t:BccRecipients>` +
      `<t:From>${mailbox('alice@example.test')}</t:From><t:ReplyTo>${mailbox('bob@example.test')}</t:ReplyTo>`;
    const item = await create(server.url, message(own));
    const xml = await get(item);
    for (const element of ['ToRecipients', 'BccRecipients', 'ReplyTo']) {
      expect(xml).to.include(`<t:${element}>${bob}</t:${element}>`);
    }
    expect(xml).to.include(
      '<t:CcRecipients><t:Mailbox><t:Name>cc@example.org</t:Name><t:EmailAddress>cc@example.org</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType><t:MailboxType>OneOff</t:MailboxType>',
    );
    for (const element of ['Sender', 'From']) {
      expect(xml).to.match(
        new RegExp(`<t:${element}><t:Mailbox><t:Name>alice</t:Name>.*?<t:MailboxType>Mailbox<`),
      );
    }
    const change = set('Message', 'message:ToRecipients', to('carol@example.test'));
    await ask(server.url, updateItems(item, change));
    expect(await get(item))
      .to.include('<t:ToRecipients><t:Mailbox><t:Name>carol</t:Name>')
      .and.not.include(`<t:ToRecipients>${bob}`);
  });

  it('refuse an address of no characters with a fault [MS-OXWSMSG R2516, R2916]', async () => {
    for (const own of [`<t:Sender>${mailbox('')}</t:Sender>`, to('')]) {
      expect(await ask(server.url, createItems(message(own)))).to.include('ErrorSchemaValidation');
    }
  });

  it('show who they are for in one line [MS-OXWSCORE R96, R97, R98, R99]', async () => {
    const own = `${to('bob@example.test', 'x@example.org')}<t:CcRecipients>${mailbox('carol@example.test')}</t:CcRecipients>`;
    const xml = await get(await create(server.url, message(own)));
    expect([text(xml, 'DisplayTo'), text(xml, 'DisplayCc')]).to.deep.equal(['bob; x@example.org', 'carol']);
  });

  for (const [element, yes, no] of [
    ['IsReadReceiptRequested', 'R42', 'R4200'],
    ['IsDeliveryReceiptRequested', 'R46', 'R4600'],
    ['IsRead', 'R61', 'R6100'],
    ['IsResponseRequested', 'R65', 'R6500'],
  ] as const) {
    it(`keep ${element} as it is set and changed [MS-OXWSMSG ${yes}, ${no}]`, async () => {
      const item = await create(server.url, message(`<t:${element}>false</t:${element}>`));
      expect(text(await get(item), element)).to.equal('false');
      await ask(
        server.url,
        updateItems(item, set('Message', `message:${element}`, `<t:${element}>true</t:${element}>`)),
      );
      expect(text(await get(item), element)).to.equal('true');
    });
  }

  for (const [element, requirement] of [
    ['<t:ConversationIndex>AQ==</t:ConversationIndex>', 'R49'],
    ['<t:ConversationTopic>x</t:ConversationTopic>', 'R52'],
    [`<t:ReceivedBy>${mailbox('bob@example.test')}</t:ReceivedBy>`, 'R72001'],
    [`<t:ReceivedRepresenting>${mailbox('bob@example.test')}</t:ReceivedRepresenting>`, 'R73001'],
  ] as const) {
    const name = /<t:(\w+)/.exec(element)?.[1] ?? '';
    it(`do not let clients write ${name} [MS-OXWSMSG ${requirement}]`, async () => {
      expect(codes(await ask(server.url, createItems(message(element))))).to.deep.equal([
        'ErrorInvalidPropertySet',
      ]);
      const update = updateItems(
        await create(server.url, message('')),
        set('Message', `message:${name}`, element),
      );
      expect(codes(await ask(server.url, update))).to.deep.equal(['ErrorInvalidPropertySet']);
    });
  }

  it('arrive unread, from whom they are, without the blind copies [MS-OXWSMSG R59] [MS-OXWSCORE R78, R89, R1611, R1614]', async () => {
    const own = `${to('bob@example.test')}<t:BccRecipients>${mailbox('carol@example.test')}</t:BccRecipients>`;
    const xml = await get(await sendToBob(own), undefined, 'bob');
    expect(xml)
      .to.include('<t:IsRead>false<')
      .and.include('<t:IsDraft>false<')
      .and.include('<t:IsUnmodified>true<');
    expect(xml)
      .to.include('<t:IsFromMe>false<')
      .and.include('<t:DateTimeReceived>2030-03-15T10:00:00Z<')
      .and.include('<t:DateTimeSent>2030-03-15T10:00:00Z<');
    expect(xml)
      .to.match(/<t:From><t:Mailbox><t:Name>alice</)
      .and.match(/<t:ReceivedBy><t:Mailbox><t:Name>bob</);
    expect(xml).to.not.include('BccRecipients');
    expect(await inFolder('inbox', 'carol')).to.have.length(1);
    const [kept] = await inFolder('sentitems');
    if (kept !== undefined) expect(await get(kept)).to.include('<t:BccRecipients>');
  });

  it('come back to their sender when he wrote to himself [MS-OXWSCORE R85]', async () => {
    await ask(server.url, createItems(message(to('alice@example.test')), { attributes: SEND_ONLY }));
    const [received] = await inFolder('inbox');
    if (received === undefined) throw new Error('nothing came');
    expect(text(await get(received), 'IsFromMe')).to.equal('true');
  });

  it("are refused without recipients, to a name that is nobody's, and in the name of others", async () => {
    const someone = '<t:ToRecipients><t:Mailbox><t:Name>Somebody</t:Name></t:Mailbox></t:ToRecipients>';
    const other = `${to('bob@example.test')}<t:From>${mailbox('carol@example.test')}</t:From>`;
    for (const [own, code] of [
      ['', 'ErrorInvalidRecipients'],
      [someone, 'ErrorInvalidRecipients'],
      [other, 'ErrorSendAsDenied'],
    ] as const) {
      expect(
        codes(await ask(server.url, createItems(message(own), { attributes: SEND_ONLY }))),
      ).to.deep.equal([code]);
    }
    expect(await inFolder('inbox', 'bob')).to.deep.equal([]);
  });

  it('that cannot be delivered come back as a report', async () => {
    await sendToBob(to('bob@example.test', 'nobody@example.org'));
    const [report] = await inFolder('inbox');
    if (report === undefined) throw new Error('no report came');
    const xml = await get(report);
    expect(text(xml, 'ItemClass')).to.equal('REPORT.IPM.Note.NDR');
    expect(text(xml, 'Subject')).to.equal('Undeliverable: Lunch?');
    expect(text(xml, 'Body')).to.include('nobody@example.org');
  });

  it('are sent from Drafts and moved, under another id, where SendItem says [MS-OXWSMSG R178, R179] [MS-OXWSCORE R424, R462, R463, R465, R1648]', async () => {
    const draft = await create(server.url, message(to('bob@example.test')));
    expect(codes(await ask(server.url, send({ ...draft, changeKey: '' }, 'true')))).to.deep.equal([
      'ErrorChangeKeyRequiredForWriteOperations',
    ]);
    expect(codes(await ask(server.url, send(draft, 'false', 'inbox')))).to.deep.equal([
      'ErrorInvalidSendItemSaveSettings',
    ]);
    const answer = await ask(server.url, send(draft, 'true', 'sentitems'));
    expect(answer).to.include('<m:SendItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError<');
    expect(codes(await get(draft))).to.deep.equal(['ErrorItemNotFound']);
    const [kept] = await inFolder('sentitems');
    expect(kept?.id).to.be.a('string').and.not.equal(draft.id);
    if (kept !== undefined)
      expect(codes(await ask(server.url, send(kept, 'true')))).to.deep.equal([
        'ErrorInvalidItemForOperationSendItem',
      ]);
  });

  it('are kept nowhere when SendItem is told so, and not sent with a stale key [MS-OXWSCORE R1649]', async () => {
    const draft = await create(server.url, message(to('bob@example.test')));
    server.touchChangeKey(draft.id);
    expect(codes(await ask(server.url, send(draft, 'false')))).to.deep.equal(['ErrorStaleObject']);
    const current = onlyId(await get(draft));
    await ask(server.url, send(current, 'false'));
    expect(await inFolder('sentitems')).to.deep.equal([]);
    expect(await inFolder('inbox', 'bob')).to.have.length(1);
  });

  it('are sent by an update that says so', async () => {
    const draft = await create(server.url, message(to('bob@example.test')));
    const answer = await ask(
      server.url,
      updateItems(draft, set('Message', 'item:Subject', '<t:Subject>Dinner?</t:Subject>'), SEND_AND_SAVE),
    );
    expect(itemIds(answer)).to.deep.equal([]);
    const found = await ask(server.url, findIn('inbox', ['item:Subject']), 'bob');
    expect(text(found, 'Subject')).to.equal('Dinner?');
  });

  it('cannot change to whom they went once they are sent', async () => {
    const received = await sendToBob();
    const change = updateItems(received, set('Message', 'message:ToRecipients', to('carol@example.test')));
    expect(codes(await ask(server.url, change, 'bob'))).to.deep.equal([
      'ErrorInvalidPropertyUpdateSentMessage',
    ]);
    const subject = updateItems(received, set('Message', 'item:Subject', '<t:Subject>Mine</t:Subject>'));
    expect(codes(await ask(server.url, subject, 'bob'))).to.deep.equal(['NoError']);
    expect(await get(received, undefined, 'bob')).to.include('<t:IsUnmodified>false<');
  });

  it('report a read flag to SyncFolderItems as a change of its own [MS-OXWSMSG R60, R145]', async () => {
    const received = await sendToBob();
    const state = syncState(await sync('inbox', '', 'bob'));
    const read = set('Message', 'message:IsRead', '<t:IsRead>true</t:IsRead>');
    expect(codes(await ask(server.url, updateItems(received, read), 'bob'))).to.deep.equal(['NoError']);
    const changes = await sync('inbox', state, 'bob');
    expect(changes).to.match(
      /<m:Changes><t:ReadFlagChange><t:ItemId [^>]*\/><t:IsRead>true<\/t:IsRead><\/t:ReadFlagChange><\/m:Changes>/,
    );
    const subject = set('Message', 'item:Subject', '<t:Subject>x</t:Subject>');
    await ask(server.url, updateItems(received, subject), 'bob');
    expect(await sync('inbox', state, 'bob'))
      .to.include('<t:Update>')
      .and.not.include('ReadFlagChange');
  });

  it('count as unread in their folder until they are read [MS-OXWSFOLD R9901, R10010, R10011]', async () => {
    const received = await sendToBob();
    const folder =
      '<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>';
    expect(text(await ask(server.url, folder, 'bob'), 'UnreadCount')).to.equal('1');
    await ask(
      server.url,
      updateItems(received, set('Message', 'message:IsRead', '<t:IsRead>true</t:IsRead>')),
      'bob',
    );
    expect(text(await ask(server.url, folder, 'bob'), 'UnreadCount')).to.equal('0');
  });

  it('send the receipts that were asked for, once [MS-OXWSMSG R39, R43]', async () => {
    const wishes =
      '<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested><t:IsDeliveryReceiptRequested>true</t:IsDeliveryReceiptRequested>';
    const received = await sendToBob(to('bob@example.test') + wishes);
    for (const value of ['true', 'false', 'true']) {
      await ask(
        server.url,
        updateItems(received, set('Message', 'message:IsRead', `<t:IsRead>${value}</t:IsRead>`)),
        'bob',
      );
    }
    const found = await ask(server.url, findIn('inbox', ['item:ItemClass', 'item:Subject']));
    expect(
      [...found.matchAll(/<t:ItemClass>([^<]*)<.*?<t:Subject>([^<]*)</g)].map(([, kind, subject]) => [
        kind,
        subject,
      ]),
    ).to.deep.equal([
      ['REPORT.IPM.Note.IPNRN', 'Read: Lunch?'],
      ['REPORT.IPM.Note.DR', 'Delivered: Lunch?'],
    ]);
  });

  it('send no receipt that was suppressed', async () => {
    const received = await sendToBob(
      `${to('bob@example.test')}<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested>`,
    );
    expect(await get(received, undefined, 'bob')).to.include('<t:SuppressReadReceipt/>');
    const suppress = createItems(
      `<t:SuppressReadReceipt><t:ReferenceItemId Id="${received.id}" ChangeKey="${received.changeKey}"/></t:SuppressReadReceipt>`,
    );
    expect(codes(await ask(server.url, suppress, 'bob'))).to.deep.equal(['NoError']);
    expect(codes(await ask(server.url, suppress, 'bob'))).to.deep.equal(['ErrorReadReceiptNotPending']);
    await ask(
      server.url,
      updateItems(received, set('Message', 'message:IsRead', '<t:IsRead>true</t:IsRead>')),
      'bob',
    );
    expect(await inFolder('inbox')).to.deep.equal([]);
  });

  it('answer each other within one conversation [MS-OXWSMSG R66] [MS-OXWSCORE R82, R91]', async () => {
    const own = `${to('bob@example.test', 'svc@example.test')}<t:CcRecipients>${mailbox('carol@example.test')}</t:CcRecipients>`;
    const received = await sendToBob(own);
    const original = await get(received, undefined, 'bob');
    expect(original).to.include(
      '<t:ResponseObjects><t:ReplyToItem/><t:ReplyAllToItem/><t:ForwardItem/></t:ResponseObjects>',
    );
    now = new Date('2030-03-15T11:00:00Z');
    const reference = `<t:ReferenceItemId Id="${received.id}" ChangeKey="${received.changeKey}"/><t:NewBodyContent BodyType="Text">Fine.</t:NewBodyContent>`;
    const reply = createItems(`<t:ReplyAllToItem>${reference}</t:ReplyAllToItem>`, {
      attributes: SEND_AND_SAVE,
    });
    expect(codes(await ask(server.url, reply, 'bob'))).to.deep.equal(['NoError']);
    const [answer] = await inFolder('inbox');
    if (answer === undefined) throw new Error('no answer came');
    const xml = await get(answer);
    expect(text(xml, 'Subject')).to.equal('RE: Lunch?');
    expect(text(xml, 'InReplyTo')).to.equal(text(original, 'InternetMessageId'));
    expect(text(xml, 'References')).to.equal(text(original, 'InternetMessageId'));
    expect(text(xml, 'ConversationTopic')).to.equal('Lunch?');
    const index = text(original, 'ConversationIndex') ?? '';
    expect(
      Buffer.from(text(xml, 'ConversationIndex') ?? '', 'base64')
        .subarray(0, 22)
        .toString('base64'),
    ).to.equal(index);
    expect(xml)
      .to.match(
        /<t:ToRecipients><t:Mailbox><t:Name>alice<.*<t:Name>svc<.*<\/t:ToRecipients><t:CcRecipients><t:Mailbox><t:Name>carol</,
      )
      .and.not.match(/<t:ToRecipients>.*<t:Name>bob<.*<\/t:ToRecipients>/);
    expect(text(xml, 'Body'))
      .to.match(/^Fine\.&#xD;\n_+&#xD;\nFrom: alice/)
      .and.include('At noon.');
    const [sent] = await inFolder('sentitems');
    if (sent === undefined) throw new Error('nothing was kept');
    const id = /<t:ConversationId Id="([^"]*)"/;
    expect(id.exec(xml)?.[1])
      .to.equal(id.exec(await get(sent))?.[1])
      .and.not.equal(undefined);
    const unique = await get(answer, fields('item:UniqueBody'));
    expect(text(unique, 'UniqueBody')).to.equal('Fine.');
  });

  it('are forwarded with what is attached, to whom the client says', async () => {
    const draft = await create(server.url, message(to('bob@example.test')));
    const file = '<t:FileAttachment><t:Name>a.txt</t:Name><t:Content>YWJj</t:Content></t:FileAttachment>';
    const attached = await ask(
      server.url,
      `<m:CreateAttachment><m:ParentItemId Id="${draft.id}"/><m:Attachments>${file}</m:Attachments></m:CreateAttachment>`,
    );
    const [, changeKey = ''] = /RootItemChangeKey="([^"]*)"/.exec(attached) ?? [];
    await ask(server.url, send({ id: draft.id, changeKey }, 'true'));
    const [received] = await inFolder('inbox', 'bob');
    if (received === undefined) throw new Error('nothing came');
    const forward = `<t:ForwardItem>${to('carol@example.test')}<t:ReferenceItemId Id="${received.id}"/></t:ForwardItem>`;
    await ask(server.url, createItems(forward, { attributes: SEND_ONLY }), 'bob');
    const found = await ask(server.url, findIn('inbox', ['item:Subject', 'item:HasAttachments']), 'carol');
    expect([text(found, 'Subject'), text(found, 'HasAttachments')]).to.deep.equal(['FW: Lunch?', 'true']);
  });

  it('cannot be answered when there is nobody to answer', async () => {
    const draft = await create(server.url, message(''));
    const reply = `<t:ReplyToItem><t:ReferenceItemId Id="${draft.id}"/></t:ReplyToItem>`;
    expect(codes(await ask(server.url, createItems(reply)))).to.deep.equal(['ErrorInvalidReferenceItem']);
    expect(codes(await ask(server.url, createItems('<t:ReplyToItem/>')))).to.deep.equal([
      'ErrorMissingInformationReferenceItemId',
    ]);
  });

  it('show their headers, all or the one asked for [MS-OXWSCORE R88, R20301]', async () => {
    const received = await sendToBob(to('bob@example.test'), 'Grüße');
    const all = await get(received, fields('item:InternetMessageHeaders'), 'bob');
    expect(all)
      .to.include(
        '<t:InternetMessageHeader HeaderName="Subject">=?utf-8?B?R3LDvMOfZQ==?=</t:InternetMessageHeader>',
      )
      .and.include('HeaderName="Message-ID"');
    const one =
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:IndexedFieldURI FieldURI="item:InternetMessageHeader" FieldIndex="To"/></t:AdditionalProperties>';
    expect(await get(received, one, 'bob')).to.include(
      '<t:InternetMessageHeaders><t:InternetMessageHeader HeaderName="To">"bob" &lt;bob@example.test&gt;</t:InternetMessageHeader></t:InternetMessageHeaders>',
    );
  });

  it('show in lists no recipients and of senders the name alone', async () => {
    await sendToBob();
    const found = await ask(
      server.url,
      findIn('inbox', ['message:From', 'message:ToRecipients', 'item:Body']),
      'bob',
    );
    expect(found)
      .to.include('<t:From><t:Mailbox><t:Name>alice</t:Name></t:Mailbox></t:From>')
      .and.not.include('ToRecipients')
      .and.not.include('<t:Body');
  });

  it('answer requests about them id by id [MS-OXWSMSG R127, R135, R135002, R145002, R154, R154002, R163, R163002, R170, R170002, R198]', async () => {
    const item = await create(server.url, message(to('bob@example.test')));
    const gone = await create(server.url, message(''));
    await ask(server.url, remove(gone));
    const both = `<m:ItemIds>${idElement(item)}${idElement(gone)}</m:ItemIds>`;
    const moved = '<m:ToFolderId><t:DistinguishedFolderId Id="inbox"/></m:ToFolderId>';
    const expected = ['NoError', 'ErrorItemNotFound'];
    expect(await get(item, '<t:BaseShape>IdOnly</t:BaseShape>')).to.match(
      /<t:Message><t:ItemId [^>]*\/><\/t:Message>/,
    );
    expect(await get(item))
      .to.include('<t:ToRecipients>')
      .and.include('<t:Size>')
      .and.include('<t:IsSubmitted>false<');
    expect(codes(await ask(server.url, `<m:CopyItem>${moved}${both}</m:CopyItem>`))).to.deep.equal(expected);
    const change = (one: ItemRef): string =>
      updateItems(one, set('Message', 'item:Subject', '<t:Subject>x</t:Subject>'));
    expect(codes(await ask(server.url, change(gone)))).to.deep.equal(['ErrorItemNotFound']);
    expect(codes(await ask(server.url, getItems([item.id, gone.id])))).to.deep.equal(expected);
    const answer = await ask(server.url, `<m:MoveItem>${moved}${both}</m:MoveItem>`);
    expect(codes(answer)).to.deep.equal(expected);
    const there = onlyId(answer);
    expect(
      codes(
        await ask(
          server.url,
          `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds>${idElement(there)}${idElement(gone)}</m:ItemIds></m:DeleteItem>`,
        ),
      ),
    ).to.deep.equal(expected);
  });

  it('may be stored as if received, by their flags', async () => {
    const flags =
      '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="0x0E07" PropertyType="Integer"/><t:Value>1</t:Value></t:ExtendedProperty>';
    const item = await create(server.url, `<t:Message><t:Subject>Old</t:Subject>${flags}</t:Message>`, {
      folder: 'inbox',
    });
    const xml = await get(item);
    expect([text(xml, 'IsDraft'), text(xml, 'IsRead')]).to.deep.equal(['false', 'true']);
  });

  it('stand in for generic items, and posts for themselves [MS-OXWSATT R318014] [MS-OXWSCORE R2020]', async () => {
    const item = await create(server.url, '<t:Item><t:Subject>Note</t:Subject></t:Item>');
    expect(await get(item)).to.include('<t:Message><t:ItemId');
    const post = await get(
      await create(server.url, '<t:PostItem><t:Subject>News</t:Subject></t:PostItem>', { folder: 'inbox' }),
    );
    expect(post)
      .to.include('<t:PostItem><t:ItemId')
      .and.include('<t:ItemClass>IPM.Post<')
      .and.include('<t:PostedTime>2030-03-15T10:00:00Z<');
  });
});
