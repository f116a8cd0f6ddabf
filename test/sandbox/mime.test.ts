import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { ask, codes, getItems, startRecorded } from './ews-client.ts';
import { create, createItems, fields, text } from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';

const MIXED = [
  'From: =?iso-8859-1?Q?Zo=EB?= <zoe@example.org>',
  'To: "Bob, the builder" <bob@example.test>, list: carol@example.test;',
  'Cc: (the boss) svc@example.test',
  'Subject: =?utf-8?B?R3LDvMOf?=',
  ' =?utf-8?Q?e_=F0=9F=98=80?=',
  'Message-ID: <m1@example.org>',
  'In-Reply-To: <m0@example.org>',
  'References: <m0@example.org>',
  'Date: Fri, 15 Mar 2030 11:00:00 +0100',
  'Importance: high',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="out er"',
  '',
  'This is a multi-part message.',
  '--out er',
  'Content-Type: multipart/related; boundary=rel',
  '',
  '--rel',
  'Content-Type: multipart/alternative; boundary=alt',
  '',
  '--alt',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'plain',
  '--alt',
  'Content-Type: text/html; charset=windows-1252',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  '<p>caf=E9 <img src=3D"cid:logo"></p>=',
  '',
  '--alt--',
  '--rel',
  'Content-Type: image/png; name="logo.png"',
  'Content-ID: <logo>',
  'Content-Disposition: inline; filename="logo.png"',
  'Content-Transfer-Encoding: base64',
  '',
  'YWJj',
  '--rel--',
  '--out er',
  'Content-Disposition: attachment; filename*0*=utf-8\'\'%e2%82%ac; filename*1=" rates.csv"',
  'Content-Type: text/csv',
  '',
  'a,b',
  '--out er',
  'Content-Type: message/rfc822',
  '',
  'Subject: Inner',
  '',
  'deep',
  '--out er--',
  '',
].join('\r\n');

describe('sandbox MIME content', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded();
  });
  afterEach(() => server.close());

  const fromMime = (mime: string, more = ''): string =>
    `<t:Message><t:MimeContent CharacterSet="UTF-8">${Buffer.from(mime).toString('base64')}</t:MimeContent>${more}</t:Message>`;
  const mimeOf = async (item: ItemRef): Promise<string> => {
    const shape = '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>';
    return Buffer.from(
      text(await ask(server.url, getItems([item.id], shape)), 'MimeContent') ?? '',
      'base64',
    ).toString('utf8');
  };

  it('is read into the fields of the message [MS-OXWSCORE R69, R2012]', async () => {
    const xml = await ask(server.url, getItems([(await create(server.url, fromMime(MIXED))).id]));
    expect(text(xml, 'Subject')).to.equal('Grüße 😀');
    expect(xml).to.match(/<t:From><t:Mailbox><t:Name>Zoë<\/t:Name><t:EmailAddress>zoe@example.org</);
    expect(xml).to.match(
      /<t:ToRecipients><t:Mailbox><t:Name>Bob, the builder<.*<t:EmailAddress>carol@example.test<.*<\/t:ToRecipients><t:CcRecipients>.*svc@example.test/,
    );
    expect(text(xml, 'InternetMessageId')).to.equal('&lt;m1@example.org&gt;');
    expect(text(xml, 'InReplyTo')).to.equal('&lt;m0@example.org&gt;');
    expect(text(xml, 'DateTimeSent')).to.equal('2030-03-15T10:00:00Z');
    expect(text(xml, 'Importance')).to.equal('High');
    expect(xml).to.include(
      '<t:Body BodyType="HTML">&lt;p&gt;café &lt;img src="cid:logo"&gt;&lt;/p&gt;</t:Body>',
    );
    expect(
      [...xml.matchAll(/<t:(File|Item)Attachment>.*?<t:Name>([^<]*)<.*?<t:IsInline>(\w+)</g)].map((match) =>
        match.slice(1),
      ),
    ).to.deep.equal([
      ['File', 'logo.png', 'true'],
      ['File', '€ rates.csv', 'false'],
      ['Item', 'Inner', 'false'],
    ]);
  });

  it('comes back with the same content', async () => {
    const first = await create(server.url, fromMime(MIXED));
    const again = await create(server.url, fromMime(await mimeOf(first)));
    const shape = fields(
      'item:Subject',
      'item:Body',
      'message:From',
      'message:ToRecipients',
      'message:CcRecipients',
      'message:References',
      'item:Importance',
    );
    const [one, two] = [
      await ask(server.url, getItems([first.id], shape)),
      await ask(server.url, getItems([again.id], shape)),
    ];
    const content = (xml: string): string => xml.replace(/<t:ItemId [^>]*>/g, '');
    expect(content(two)).to.equal(content(one));
    const names = async (item: ItemRef): Promise<(string | undefined)[]> =>
      [
        ...(await ask(server.url, getItems([item.id]))).matchAll(
          /Attachment><t:AttachmentId [^>]*><t:Name>([^<]*)</g,
        ),
      ].map((match) => match[1]);
    expect(await names(again)).to.deep.equal(['logo.png', '€ rates.csv', 'Inner.eml']);
  });

  it('is made of what the fields say, in lines of at most 998 octets of ASCII', async () => {
    const body = `&lt;p&gt;${'Straße '.repeat(400)}&lt;/p&gt;`;
    const item = await create(
      server.url,
      `<t:Message><t:Subject>${'Grüße '.repeat(12)}</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="HTML">${body}</t:Body><t:ToRecipients><t:Mailbox><t:Name>Zoë</t:Name><t:EmailAddress>zoe@example.org</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message>`,
    );
    const mime = await mimeOf(item);
    expect(mime).to.match(/^[\x20-\x7e\t\r\n]*$/);
    expect(Math.max(...mime.split('\r\n').map((line) => line.length))).to.be.lessThan(999);
    expect(mime)
      .to.include('\r\nTo: =?utf-8?B?Wm/Dqw==?= <zoe@example.org>\r\n')
      .and.include('\r\nSensitivity: private\r\n');
    expect(mime).to.match(
      /Content-Type: multipart\/alternative;[^]*Content-Type: text\/plain[^]*Content-Type: text\/html/,
    );
  });

  it('gives way to the fields given beside it', async () => {
    const item = await create(
      server.url,
      fromMime('Subject: From MIME\r\n\r\nhello', '<t:Subject>Given</t:Subject>'),
    );
    expect(text(await ask(server.url, getItems([item.id])), 'Subject')).to.equal('Given');
  });

  it('is refused when it is no message', async () => {
    expect(codes(await ask(server.url, createItems(fromMime('no header here\r\n'))))).to.deep.equal([
      'ErrorMimeContentInvalid',
    ]);
  });

  it('is not taken for items that have none [MS-OXWSCORE R2012]', async () => {
    const contact = `<t:Contact><t:MimeContent>${Buffer.from('Subject: x\r\n\r\n').toString('base64')}</t:MimeContent></t:Contact>`;
    expect(codes(await ask(server.url, createItems(contact)))).to.deep.equal(['ErrorInvalidPropertySet']);
  });
});
