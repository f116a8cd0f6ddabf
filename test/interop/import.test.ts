/** `exsync crm import` as a process, and what the sync makes of the people it brings. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ImportDocument } from '../../src/commands/import.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';

describe('exsync crm import', function () {
  this.timeout(180_000);

  let company: CompanyInside;
  before(async () => {
    company = await startCompany();
  });
  after(() => company.close());

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(company.folder, name);
    writeFileSync(path, content);
    return path;
  };
  const run = (path: string, ...options: readonly string[]): Promise<Finished> =>
    exsync(['crm', 'import', path, '--owner', alice, ...options], { env: company.env });

  it('keeps people out of Exchange until somebody changes them', async () => {
    const path = file(
      'people.csv',
      'First Name,Last Name,E-mail Address,Shoe Size\nAda,One,ada@example.test,38\nBob,Two,bob2@example.test,\nCy,Three,cy@example.test,\n',
    );
    const tried = await run(path, '--dry-run', '--json');
    expect(tried, tried.stderr).to.include({ code: 0, stderr: '' });
    expect(JSON.parse(tried.stdout)).to.include({ dryRun: true, created: 3 });
    const end = await run(path, '--json');
    expect(end, end.stderr).to.include({ code: 0, stderr: '' });
    expect(JSON.parse(end.stdout) as ImportDocument).to.deep.equal({
      format: 'csv',
      encoding: 'utf-8',
      encodingBy: 'bytes',
      delimiter: ',',
      dates: null,
      dryRun: false,
      stopped: false,
      read: 3,
      created: 3,
      skipped: 0,
      failed: [],
      failedCount: 0,
      skippedUnderOtherName: [],
      unknownColumns: [{ name: 'Shoe Size', values: 1 }],
    });

    const first = await company.sync();
    expect(first).to.include({ state: 'done', error: null });
    expect(first.counts.exchange.created).to.equal(0);
    expect(company.sandbox.store.countItems(alice, 'contacts')).to.equal(0);

    await company.crm.edit('bob2@example.test', { jobTitle: 'Buyer' });
    const second = await company.sync();
    expect(second.counts.exchange.created).to.equal(1);
    expect(company.sandbox.store.countItems(alice, 'contacts')).to.equal(1);
    const [third] = [await company.sync()];
    expect(third.counts.exchange, 'the others stay').to.include({ created: 0, updated: 0 });
  });

  it('reads what is quoted: separators, quotes and line breaks, in the header and below it', async () => {
    const header = [
      '"First\r\nName"',
      '"E-mail ""Address"""',
      '"E-mail Address"',
      '"Notes"',
      '"Company"',
      '"Shoe, ""size""; in\ncm"',
      'Business Street',
    ].join(',');
    const rows = [
      '"Ann, called ""Annie""",,ann@quoted.test,"one; two,\r\n""three""\r\n\r\nfour","O""Neil, Sons; Co",24,"Yard 1\nDoor 2"',
      '"""Bo""",,bo@quoted.test,"""",""""", a",,',
      'C"y,"",cy@quoted.test,5" pipe,a;b,"",',
    ];
    const end = await run(file('quoted.csv', `\ufeff${header}\r\n${rows.join('\r\n')}`), '--json');
    expect(end, end.stderr).to.include({ code: 0, stderr: '' });
    const told = JSON.parse(end.stdout) as ImportDocument;
    expect(told).to.deep.include({ delimiter: ',', read: 3, created: 3, failed: [] });
    expect(told.unknownColumns).to.deep.equal([
      { name: 'E-mail "Address"', values: 0 },
      { name: 'Shoe, "size"; in\ncm', values: 1 },
    ]);
    const values = async (email: string): Promise<unknown> => {
      const { givenName, company: firm, notes, businessStreet } = (await company.crm.byEmail(email)).values;
      return [givenName, firm, notes, businessStreet];
    };
    expect(await values('ann@quoted.test')).to.deep.equal([
      'Ann, called "Annie"',
      'O"Neil, Sons; Co',
      'one; two,\n"three"\n\nfour',
      'Yard 1\nDoor 2',
    ]);
    expect(await values('bo@quoted.test')).to.deep.equal(['"Bo"', '"", a', '"', undefined]);
    expect(await values('cy@quoted.test')).to.deep.equal(['C"y', 'a;b', '5" pipe', undefined]);
  });

  it('finds the separator though other ones are quoted, and shows odd names of columns on one line', async () => {
    const end = await run(
      file(
        'semicolons.csv',
        '"Vorname, Rufname";Nachname;"E-Mail-Adresse";"Größe\n, ca."\nA;"B; C";b@semi.test;"1,5"\n',
      ),
    );
    expect(end, end.stderr).to.include({ code: 0, stderr: '' });
    expect(end.stdout)
      .to.match(/split by ";"/)
      .and.match(/1 created/);
    const [, told = ''] = /^(.*Größe.*)$/m.exec(end.stdout) ?? [];
    expect(told)
      .to.match(/Vorname, Rufname/)
      .and.match(/Größe\S* ?, ca\./);
    expect((await company.crm.byEmail('b@semi.test')).values).to.include({ surname: 'B; C' });
  });

  it('ends with 1 for bad rows, which stderr names by line', async () => {
    const bytes = Buffer.from(
      'Vorname;Nachname;E-Mail-Adresse\nJürgen;X;j@x.test\nZoë;Y;nirgends\n',
      'latin1',
    );
    const end = await run(file('bad.csv', bytes));
    expect(end.code).to.equal(1);
    expect(end.stdout).to.equal(
      'Read as CSV, windows-1252 (found out), split by ";".\n' +
        `2 read: 1 created for ${alice}, 0 present already, 1 failed.\n`,
    );
    expect(end.stderr).to.equal('line 3: E-mail: not an e-mail address\n');
    expect((await company.crm.byEmail('j@x.test')).values).to.include({ givenName: 'Jürgen' });
  });

  it('ends with 2 for what cannot be imported at all', async () => {
    const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const refusals = [
      [run(file('p.png', picture)), /^exsync: .*p\.png is no text file\.\n$/],
      [run(file('c.ics', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')), /^exsync: .*cannot be imported yet/],
      [run(join(company.folder, 'none.csv')), /^exsync: .*there is no such file\.\n$/],
      [run(file('ok.csv', 'First Name\nA\n'), '--dates', 'dym'), /--dates/],
      [
        run(file('ok2.csv', 'First Name\nA\n'), '--owner', 'nobody@x.test'),
        /^exsync: --owner: there is no user/,
      ],
    ] as const;
    for (const [end, says] of refusals) {
      const { code, stdout, stderr } = await end;
      expect(stderr).to.match(says);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    }
  });
});
