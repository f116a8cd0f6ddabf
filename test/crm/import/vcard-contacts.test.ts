import { expect } from 'chai';
import { read, refusal } from './imported-file.ts';

const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex').toString('base64');

function card(version: string, ...lines: readonly string[]): string {
  return ['BEGIN:VCARD', `VERSION:${version}`, ...lines, 'END:VCARD', ''].join('\r\n');
}

describe('contacts of a vCard file', () => {
  it('come from Outlook as vCard 2.1: bare types, soft line breaks, an unfolded picture', async () => {
    const { contacts, unplaced, problems } = await read(
      card(
        '2.1',
        'N;LANGUAGE=de:Dasch;Test;;Dr.;Jr.',
        'FN:Test Dasch',
        'ORG:Test BV;Sales',
        'TITLE:Tester',
        'TEL;WORK;VOICE:1',
        'TEL;HOME;VOICE:2',
        'TEL;CELL;VOICE:3',
        'TEL;WORK;FAX:4',
        'ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;Street 99=0D=0A=',
        'Box 2;Town;ST;1111AA;Netherlands',
        'LABEL;WORK;ENCODING=QUOTED-PRINTABLE:Street 99=0D=0A=',
        'Town',
        'X-MS-OL-DEFAULT-POSTAL-ADDRESS:2',
        'URL;WORK:https://example.test/a\\nb',
        'NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-8:Z=C3=BC=\r\nrich',
        'BDAY:19800407',
        'EMAIL;INTERNET:b@example.test',
        'EMAIL;PREF;INTERNET:a@example.test',
        'PHOTO;TYPE=PNG;ENCODING=BASE64:',
        ` ${png.slice(0, 8)}`,
        ` ${png.slice(8)}`,
        '',
        'REV:20180405T101010Z',
      ),
    );
    expect(problems).to.deep.equal([]);
    expect(contacts[0]).to.deep.include({
      givenName: 'Test',
      prefix: 'Dr.',
      suffix: 'Jr.',
      company: 'Test BV',
      department: 'Sales',
      jobTitle: 'Tester',
      businessPhone: '1',
      homePhone: '2',
      mobilePhone: '3',
      businessFax: '4',
      businessStreet: 'Street 99\nBox 2',
      businessCity: 'Town',
      businessState: 'ST',
      businessPostalCode: '1111AA',
      businessCountry: 'Netherlands',
      webPage: 'https://example.test/a\\nb',
      notes: 'Zürich',
      birthday: '1980-04-07',
      email1: 'a@example.test',
      email2: 'b@example.test',
      photo: { mediaType: 'image/png', content: png },
    });
    expect(unplaced).to.deep.equal(['X-MS-OL-DEFAULT-POSTAL-ADDRESS: 1']);
  });

  it('are decoded by the charset of each value, else by that of the file', async () => {
    const bytes = Buffer.concat([
      Buffer.from('BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8:Zü;'),
      Buffer.from('Zo\xeb\r\nNOTE:\x80\r\nORG;CHARSET=ISO-8859-5:\xb8\r\nEND:VCARD\r\n', 'latin1'),
    ]);
    const { contacts, source } = await read(bytes);
    expect(source.file.encoding).to.equal('windows-1252');
    expect(contacts).to.deep.equal([{ surname: 'Zü', givenName: 'Zo\ufffd', notes: '€', company: 'И' }]);
    const wide = await read(Buffer.from(`\ufeff${card('3.0', 'N:Łuczak;Zoë')}`, 'utf16le'));
    expect(wide.contacts).to.deep.equal([{ surname: 'Łuczak', givenName: 'Zoë' }]);
  });

  it('keep their umlauts beside a byte that is not UTF-8, whose card is told by its line', async () => {
    const bytes = Buffer.concat([
      Buffer.from(card('3.0', 'N:Müller;Zoë')),
      Buffer.from(card('3.0', 'N:J\xe4ger', 'NOTE:x'), 'latin1'),
      Buffer.from(card('2.1', 'N;CHARSET=ISO-8859-1:J\xe4\xf6\xfcger'), 'latin1'),
    ]);
    const { contacts, problems, source } = await read(bytes);
    expect(source.file.encoding).to.equal('utf-8');
    expect(contacts).to.deep.equal([{ surname: 'Müller', givenName: 'Zoë' }, { surname: 'Jäöüger' }]);
    expect(problems).to.deep.equal([
      '5: N: a byte that is not UTF-8; write the letter again and save the file as UTF-8, or name its encoding with --encoding',
    ]);
    const twoWays = Buffer.concat([
      Buffer.from(card('3.0', 'N:Müller', 'NOTE:folded\r\n  once')),
      Buffer.from(card('3.0', 'N:J\xe4\xf6\xfcger'), 'latin1'),
    ]);
    expect(await refusal(twoWays)).to.match(/people: line 9 is not UTF-8/);
  });

  it('of version 3.0 are unfolded within a letter, and unescaped', async () => {
    const note = Buffer.from('NOTE:one\\ntwo\\, three\\; fo\u00fcr');
    const middle = note.length - 2;
    const folded = Buffer.concat([note.subarray(0, middle), Buffer.from('\r\n '), note.subarray(middle)]);
    const [before = '', after = ''] = card(
      '3.0',
      'item1.EMAIL;type=INTERNET;type=pref:a@x.test',
      'HERE',
    ).split('HERE');
    const { contacts } = await read(Buffer.concat([Buffer.from(before), folded, Buffer.from(after)]));
    expect(contacts).to.deep.equal([{ email1: 'a@x.test', notes: 'one\ntwo, three; foür' }]);
  });

  it('of version 4.0 have preferences, URIs and quoted types', async () => {
    const { contacts, unplaced } = await read(
      card(
        '4.0',
        'FN:Jane van Doe',
        'EMAIL;PREF=2:b@x.test',
        'EMAIL;PREF=1:a@x.test',
        'TEL;VALUE=uri;TYPE="voice,home":tel:+49-30-1',
        'ADR;TYPE=home;LABEL="Street: 1":;;Street\\, 1;Town;;;',
        `PHOTO:data:image/png;base64,${png}`,
        'CATEGORIES:a,b\\,c',
        'BDAY:--0407',
        'IMPP:xmpp:a@x.test',
      ),
    );
    expect(contacts).to.deep.equal([
      {
        email1: 'a@x.test',
        email2: 'b@x.test',
        homePhone: '+49-30-1',
        homeStreet: 'Street, 1',
        homeCity: 'Town',
        photo: { mediaType: 'image/png', content: png },
        categories: ['a', 'b,c'],
        givenName: 'Jane van',
        surname: 'Doe',
      },
    ]);
    expect(unplaced).to.deep.equal(['BDAY: 1', 'IMPP: 1']);
  });

  it('name the line of BEGIN for a bad card, and keep the good ones', async () => {
    const { contacts, problems } = await read(
      [
        card('3.0', 'N:Good;One'),
        card('3.0', 'N:Bad;Line', 'no property'),
        'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Cut;Off\r\n',
        card('3.0', 'N:Good;Two', 'BDAY:1980-13-40').replace('Good;Two', 'Bad;Date'),
        card('4.0', 'KIND:group', 'FN:Friends'),
        'stray\r\ntext\r\n',
        card('2.1', 'N:Good;Three', 'AGENT:', 'BEGIN:VCARD', 'N:Within', 'END:VCARD'),
        'BEGIN:VCARD\r\nN:End;less',
      ].join(''),
    );
    expect(contacts).to.deep.equal([
      { surname: 'Good', givenName: 'One' },
      { surname: 'Good', givenName: 'Three' },
    ]);
    expect(problems).to.deep.equal([
      '5: line 8 is no property',
      '10: the card has no END:VCARD',
      '13: BDAY: not a date',
      '18: a group, and not a person',
      '23: text outside of a card',
      '33: the card has no END:VCARD',
    ]);
  });

  it('tell what finds no field, such as a fourth address or a picture elsewhere', async () => {
    const emails = ['a', 'b', 'c', 'd'].map((name) => `EMAIL:${name}@x.test`);
    const { contacts, unplaced } = await read(
      card('3.0', 'N:A', ...emails, 'PHOTO;VALUE=uri:http://x.test/p.jpg', 'X-SKYPE:me'),
    );
    expect(Object.keys(contacts[0] ?? {})).to.have.members(['surname', 'email1', 'email2', 'email3']);
    expect(unplaced).to.deep.equal(['EMAIL: 1', 'PHOTO: 1', 'X-SKYPE: 1']);
  });
});
