import { expect } from 'chai';
import { read, refusal } from './imported-file.ts';

/** A file of one row, from columns and values. */
function csv(row: Readonly<Record<string, string>>, delimiter = ','): string {
  const line = (cells: readonly string[]): string =>
    cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(delimiter);
  return `${line(Object.keys(row))}\r\n${line(Object.values(row))}\r\n`;
}

/** In Windows-1252, whose letters beyond latin1 are not used here but the euro sign and the apostrophe. */
function ansi(text: string): Buffer {
  return Buffer.from(text.replaceAll('€', '\u0080').replaceAll('’', '\u0092'), 'latin1');
}

describe('contacts of a CSV file', () => {
  it('come from Outlook in English', async () => {
    const { contacts, unplaced, problems } = await read(
      csv({
        Title: 'Dr.',
        'First Name': 'Jane',
        'Middle Name': 'Q',
        'Last Name': 'Doe',
        Suffix: 'Jr.',
        Company: 'Acme',
        Department: 'Sales',
        'Job Title': 'Buyer',
        'Business Street': '1 Main St',
        'Business Street 2': 'Floor 2',
        'Business Street 3': '',
        'Business Country/Region': 'Canada',
        'Home City': 'Lyon',
        'Other Postal Code': '1000',
        "Assistant's Phone": '1',
        'Business Phone 2': '2',
        'TTY/TDD Phone': '3',
        Anniversary: '0/0/00',
        Birthday: '4/27/1980',
        Categories: 'VIP;Friends',
        'E-mail Address': 'jane@example.test',
        'E-mail Type': 'SMTP',
        'E-mail 2 Address': '/o=Acme/cn=jane',
        Gender: 'Unspecified',
        Notes: 'one\r\ntwo',
        'User 1': '',
        'Web Page': 'https://example.test',
      }),
    );
    expect(problems).to.deep.equal([]);
    expect(contacts).to.deep.equal([
      {
        prefix: 'Dr.',
        givenName: 'Jane',
        middleName: 'Q',
        surname: 'Doe',
        suffix: 'Jr.',
        company: 'Acme',
        department: 'Sales',
        jobTitle: 'Buyer',
        businessStreet: '1 Main St\nFloor 2',
        businessCountry: 'Canada',
        homeCity: 'Lyon',
        otherPostalCode: '1000',
        assistantPhone: '1',
        businessPhone2: '2',
        ttyTddPhone: '3',
        birthday: '1980-04-27',
        categories: ['VIP', 'Friends'],
        email1: 'jane@example.test',
        email2: '/o=Acme/cn=jane',
        notes: 'one\r\ntwo',
        webPage: 'https://example.test',
      },
    ]);
    expect(unplaced).to.deep.equal(['Anniversary: 1', 'E-mail Type: 1', 'Gender: 1', 'User 1: 0']);
  });

  it('come from Outlook in German, in its code page', async () => {
    const { contacts, source } = await read(
      ansi(
        csv(
          {
            Anrede: 'Frau',
            Vorname: 'Jürgen',
            Nachname: 'D’Äsch',
            Firma: 'Groß & Söhne €',
            Position: 'Einkäufer',
            'Straße geschäftlich': 'Weg 1',
            'Telefon geschäftlich': '030 1',
            Mobiltelefon: '0151 2',
            Geburtstag: '7.4.1980',
            'E-Mail-Adresse': 'j@example.test',
            'E-Mail 2: Adresse': 'j2@example.test',
          },
          ';',
        ),
      ),
    );
    expect(contacts).to.deep.equal([
      {
        prefix: 'Frau',
        givenName: 'Jürgen',
        surname: 'D’Äsch',
        company: 'Groß & Söhne €',
        jobTitle: 'Einkäufer',
        businessStreet: 'Weg 1',
        businessPhone: '030 1',
        mobilePhone: '0151 2',
        birthday: '1980-04-07',
        email1: 'j@example.test',
        email2: 'j2@example.test',
      },
    ]);
    expect(source.file).to.include({ encoding: 'windows-1252', encodingBy: 'bytes' });
    expect(source.delimiter).to.equal(';');
    expect(source.dates, 'no date shows it, the header is German').to.deep.equal({
      order: 'dmy',
      by: 'assumed',
    });
  });

  it('come from Outlook in French, which has two columns called Titre', async () => {
    const { contacts } = await read(
      '"Titre","Prénom","Nom","Société","Titre","Rue (bureau)","Adresse de messagerie","Tél. mobile"\r\n' +
        '"Mme","Élise","Dupont","Café","Directrice","1, rue Haute","elise@example.test","06"\r\n',
    );
    expect(contacts).to.deep.equal([
      {
        prefix: 'Mme',
        givenName: 'Élise',
        surname: 'Dupont',
        company: 'Café',
        jobTitle: 'Directrice',
        businessStreet: '1, rue Haute',
        email1: 'elise@example.test',
        mobilePhone: '06',
      },
    ]);
  });

  it('come from Zoho CRM, whose Title is the position', async () => {
    const { contacts, unplaced } = await read(
      csv({
        'Record Id': 'zcrm_1',
        'Contact Owner': 'Ann',
        'First Name': 'Jane',
        'Last Name': 'Doe',
        'Account Name': 'Acme',
        Email: 'jane@example.test',
        Title: 'Buyer',
        Phone: '1',
        Fax: '2',
        Mobile: '3',
        'Date of Birth': '1980-04-07',
        'Asst Phone': '4',
        'Contact Name': 'Jane Doe',
        'Mailing Street': 'Street',
        'Mailing Zip': '1000',
        'Other City': 'Lyon',
        Description: 'Text',
        Salutation: 'Ms.',
        'Secondary Email': 'j2@example.test',
        Tag: 'a, b',
      }),
    );
    expect(contacts).to.deep.equal([
      {
        givenName: 'Jane',
        surname: 'Doe',
        company: 'Acme',
        email1: 'jane@example.test',
        jobTitle: 'Buyer',
        businessPhone: '1',
        businessFax: '2',
        mobilePhone: '3',
        birthday: '1980-04-07',
        assistantPhone: '4',
        businessStreet: 'Street',
        businessPostalCode: '1000',
        otherCity: 'Lyon',
        notes: 'Text',
        prefix: 'Ms.',
        email2: 'j2@example.test',
        categories: ['a', 'b'],
      },
    ]);
    expect(unplaced).to.deep.equal(['Record Id: 1', 'Contact Owner: 1']);
    const leads = await read(
      csv({ 'Lead Name': 'Jane Doe', Company: 'Acme', Street: 'S', 'Zip Code': '1', Website: 'w' }),
    );
    expect(leads.contacts).to.deep.equal([
      {
        company: 'Acme',
        businessStreet: 'S',
        businessPostalCode: '1',
        webPage: 'w',
        givenName: 'Jane',
        surname: 'Doe',
      },
    ]);
  });

  it('come from Google, by the labels of its pairs', async () => {
    const { contacts, unplaced } = await read(
      csv({
        'First Name': 'Jane',
        'Organization Title': 'Buyer',
        Labels: 'Friends ::: * myContacts',
        'E-mail 1 - Label': 'Work',
        'E-mail 1 - Value': 'jane@example.test',
        'Phone 1 - Label': 'Mobile',
        'Phone 1 - Value': '1 ::: 2',
        'Phone 2 - Label': 'Work Fax',
        'Phone 2 - Value': '3',
        'Address 1 - Label': 'Home',
        'Address 1 - Formatted': 'Street\nLyon',
        'Address 1 - Street': 'Street',
        'Address 1 - City': 'Lyon',
      }),
    );
    expect(contacts).to.deep.equal([
      {
        givenName: 'Jane',
        jobTitle: 'Buyer',
        categories: ['Friends'],
        email1: 'jane@example.test',
        mobilePhone: '1',
        otherPhone: '2',
        businessFax: '3',
        homeStreet: 'Street',
        homeCity: 'Lyon',
      },
    ]);
    expect(unplaced).to.deep.equal(['E-mail 1 - Label: 1']);
  });

  it('are read in each encoding, which is told', async () => {
    const text = 'First Name;Last Name\nZoë;Łuczak\n';
    const wide = Buffer.from(text, 'utf16le');
    const files = [
      [Buffer.from(text), 'utf-8', 'bytes'],
      [Buffer.from(`\ufeff${text}`), 'utf-8', 'mark'],
      [wide, 'utf-16le', 'bytes'],
      [Buffer.from(`\ufeff${text}`, 'utf16le'), 'utf-16le', 'mark'],
      [Buffer.from(wide).swap16(), 'utf-16be', 'bytes'],
      [Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), 'utf-16be', 'mark'],
    ] as const;
    for (const [bytes, encoding, encodingBy] of files) {
      const { contacts, source } = await read(bytes);
      expect(contacts, encoding).to.deep.equal([{ givenName: 'Zoë', surname: 'Łuczak' }]);
      expect(source.file).to.include({ encoding, encodingBy });
    }
    const polish = Buffer.from('First Name\n\xa3ucja\n', 'latin1');
    expect((await read(polish, { encoding: 'windows-1250' })).contacts).to.deep.equal([
      { givenName: 'Łucja' },
    ]);
    expect((await read(polish)).contacts, 'taken for Windows-1252').to.deep.equal([{ givenName: '£ucja' }]);
    expect(
      (await read(Buffer.from('First Name\n\x80\n', 'latin1'), { encoding: 'latin1' })).contacts,
    ).to.deep.equal([{ givenName: '€' }]);
  });

  it('keep good rows beside bad ones, and name the line of each of these', async () => {
    const { contacts, problems } = await read(
      'First Name,Birthday,Notes\nA,27/5/1980,"one\ntwo"\nB\nC,,,\nD,,,more\nE,31/31/1980,\nF,0/0/00,=1+1\n',
    );
    expect(problems).to.deep.equal([
      '4: 1 columns where the header has 3',
      '6: 4 columns where the header has 3',
      '7: Birthday: no date in the order of this file',
    ]);
    expect(contacts).to.deep.equal([
      { givenName: 'A', birthday: '1980-05-27', notes: 'one\ntwo' },
      { givenName: 'C' },
      { givenName: 'F', notes: '=1+1' },
    ]);
  });

  it('keep their umlauts beside a byte that is not UTF-8, whose row is told by its line', async () => {
    const before = 'First Name,Last Name\nZoë,Łuczak\nJürgen,';
    const damaged = Buffer.concat([Buffer.from(before), Buffer.from([0xe4]), Buffer.from('X\nEva,Groß\n')]);
    for (const bytes of [damaged, Buffer.concat([Buffer.from('\ufeff'), damaged])]) {
      const { contacts, problems, source } = await read(bytes);
      expect(source.file.encoding).to.equal('utf-8');
      expect(contacts).to.deep.equal([
        { givenName: 'Zoë', surname: 'Łuczak' },
        { givenName: 'Eva', surname: 'Groß' },
      ]);
      expect(problems).to.deep.equal([
        '3: a byte that is not UTF-8; write the letter again and save the file as UTF-8, or name its encoding with --encoding',
      ]);
    }
    const { contacts } = await read(damaged, { encoding: 'windows-1252' });
    expect(contacts[0], 'as the user says').to.deep.equal({ givenName: 'ZoÃ«', surname: 'Å\u0081uczak' });
    const header = Buffer.concat([
      Buffer.from('First Name,Größe,Gr'),
      Buffer.from([0xf6]),
      Buffer.from('\nA,,\n'),
    ]);
    expect(await refusal(header)).to.match(/^The header holds a byte that is not UTF-8; write/);
  });

  it('keep letters of several bytes that lie across two reads, whether or not a byte is bad', async () => {
    for (const width of [1, 2, 3, 4]) {
      const notes = '😀'.repeat(70_000);
      const start = `First Name,Notes\n${'A'.repeat(width)},${notes}\n`;
      const { contacts, problems } = await read(
        Buffer.concat([Buffer.from(start), Buffer.from('\xff,\n', 'latin1')]),
      );
      expect(contacts.map(({ notes: text }) => text === notes)).to.deep.equal([true]);
      expect(problems).to.have.lengthOf(1);
    }
  });

  it('are Windows-1252 though a letter before a quotation mark looks like UTF-8, and neither where both abound', async () => {
    const rows = (letters: string): string =>
      `First Name\r\n${[...letters].map((one) => `X${one}x\r\n`).join('')}`;
    const quoted = ansi(`${rows('äöüÄÖÜäöüé')}Spaß\u0093\r\n`);
    const { contacts, source } = await read(quoted);
    expect(source.file.encoding).to.equal('windows-1252');
    expect(contacts.at(-1)).to.deep.equal({ givenName: 'Spaß“' });
    const mixed = Buffer.concat([Buffer.from(rows('äö')), ansi(rows('äöü'))]);
    expect(await refusal(mixed)).to.match(
      /people: line 5 is not UTF-8, and other lines are: save the file in one encoding, or name it with --encoding\.$/,
    );
  });

  it('do not lose what a second column of one name holds', async () => {
    const { contacts, unplaced } = await read(
      'Email,Email,Email,Email,Company,Company\na@x.test,b@x.test,A@x.test,c@x.test,One,Two\n',
    );
    expect(contacts).to.deep.equal([
      { email1: 'a@x.test', email2: 'b@x.test', email3: 'c@x.test', company: 'One' },
    ]);
    expect(unplaced).to.deep.equal(['Company: 1']);
  });

  it('may have a thousand columns, and cells of a megabyte', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `Custom ${index}`);
    const notes = 'n'.repeat(1_048_576);
    const row = names.map(() => 'x');
    const { contacts, unplaced } = await read(
      `First Name,Notes,${names.join(',')}\nA,${notes},${row.join(',')}\nB,"${notes}",${row.join(',')}\n`,
    );
    expect(contacts.map(({ notes: text }) => (text as string).length)).to.deep.equal([1_048_576, 1_048_576]);
    expect(unplaced).to.have.lengthOf(1000);
    expect(unplaced[999]).to.equal('Custom 999: 2');
  });

  it('are not looked for in what is no address book', async () => {
    expect(await refusal('')).to.match(/is empty/);
    expect(await refusal('\ufeff')).to.match(/is empty/);
    expect(await refusal(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))).to.match(/no text file/);
    expect(await refusal('some words\nand more\n')).to.match(/^No column of the first line is known/);
    expect(await refusal('"First Name,Last Name\nA,B\n')).to.match(/^No column of the first line is known/);
    expect(await refusal('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')).to.match(/cannot be imported yet/);
    expect(await refusal('First Name\nA\n', 'klingon')).to.match(/^--encoding: "klingon" is none/);
    expect(await refusal(Buffer.from('First Name\n\xe9\n', 'latin1'), 'utf-8')).to.match(/is not utf-8/);
  });
});
