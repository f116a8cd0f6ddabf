/** Mapped fields as the administrator sets them, and as the other client and the CRM see them. */
import { expect } from 'chai';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';
import { handsInside } from './store-hands.ts';
import type { Exchangelib } from './exchangelib.ts';

const ada = 'ada@example.test';
const record = { givenName: 'Ada', surname: 'Lovelace', email1: ada };

describe('mapped fields of an installation', function () {
  this.timeout(180_000);
  let company: CompanyInside;
  let outlook: Exchangelib;

  beforeEach(async () => {
    company = await startCompany();
    outlook = handsInside(company.sandbox, alice);
  });
  afterEach(() => company.close());

  const mapping = (...args: string[]): Promise<Finished> =>
    exsync(['mapping', ...args], { env: company.env });

  async function map(...lines: string[]): Promise<string> {
    const end = await mapping('contacts', ...lines);
    expect(end, end.stderr).to.include({ code: 0, stderr: '' });
    return end.stdout;
  }
  const shown = async () => (await outlook.list())[0];

  it('arrive in the property that they are mapped to, and come back from there', async () => {
    await map('jobTitle=department', 'department=off', 'prefix=suffix', 'suffix=prefix', 'notes=off');
    await company.crm.create({
      ...record,
      jobTitle: 'Boss',
      department: 'Ours',
      prefix: 'Jr.',
      notes: 'Ours',
    });
    await company.sync();
    expect(await shown()).to.deep.include({
      department: 'Boss',
      generation: 'Jr.',
      display_name: 'Ada Lovelace Jr.',
    });
    expect(await shown()).not.to.have.any.keys('job_title', 'name_prefix', 'body');

    await outlook.edit(ada, {
      department: 'Chief',
      job_title: 'Not mapped',
      name_prefix: 'Dr.',
      body: 'Theirs',
    });
    await company.sync();
    const { values } = await company.crm.byEmail(ada);
    expect(values).to.include({
      jobTitle: 'Chief',
      department: 'Ours',
      prefix: 'Jr.',
      suffix: 'Dr.',
      notes: 'Ours',
    });

    // Names that are made from others are made from what Exchange holds.
    await company.crm.edit(ada, { givenName: 'Augusta' });
    await company.sync();
    expect(await shown()).to.deep.include({
      given_name: 'Augusta',
      display_name: 'Dr. Augusta Lovelace Jr.',
      job_title: 'Not mapped',
      body: 'Theirs',
    });
    const { counts } = await company.sync();
    expect([counts.crm.updated, counts.exchange.updated]).to.deep.equal([0, 0]);
  });

  it('may be changed: every pair is compared again, and what lost is kept', async () => {
    await company.crm.create({ ...record, jobTitle: 'Boss', department: 'Sales' });
    await company.sync();
    await map('jobTitle=department', 'department=jobTitle');
    const preview = await company.preview();
    expect(preview.map(({ kind, side }) => [kind, side])).to.deep.equal([['update', 'exchange']]);
    const { counts } = await company.sync();
    expect(counts.exchange).to.include({ updated: 1, conflicts: 1 });
    expect(await shown()).to.deep.include({ job_title: 'Sales', department: 'Boss' });
    await map('jobTitle=default', 'department=default');
    await company.sync();
    expect(await shown()).to.deep.include({ job_title: 'Boss', department: 'Sales' });
  });

  it('are shown and checked by the command, which changes all lines or none', async () => {
    await company.setExchange({ serverVersion: '8.1.240.6' });
    const lines = (await mapping('contacts')).stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(lines).to.deep.include(['jobTitle', 'Job title', 'jobTitle']);
    expect(lines).to.deep.include(['photo', 'Photo', 'photo', 'not supported by this release of Exchange']);

    const refused = await mapping(
      'contacts',
      'notes=off',
      'jobTitle=department',
      'email1=off',
      'shoeSize=notes',
    );
    expect(refused).to.include({ code: 2, stdout: '' });
    expect(refused.stderr).to.contain('jobTitle: Department of Exchange is Department of the CRM already');
    expect(refused.stderr).to.contain('email1: E-mail is always synced');
    expect(refused.stderr).to.contain('shoeSize: There is no field shoeSize');
    expect((await mapping('contacts', 'notes')).stderr).to.contain('expected FIELD=EXCHANGEFIELD');
    expect((await mapping('mails')).stderr).to.contain('There is no module "mails"');
    const json = JSON.parse((await mapping('contacts', '--json')).stdout) as {
      lines: { field: string; exchange: string | null; choices: string[] }[];
    };
    const notes = json.lines.find(({ field }) => field === 'notes');
    expect(notes).to.deep.include({ exchange: 'notes', choices: ['notes'] });

    expect(await map('notes=off')).to.match(/^notes +Notes +not synced$/m);
    const all = await exsync(['settings'], { env: company.env });
    expect(all.stdout).to.match(/^modules\.contacts\.mapping\.notes +null$/m);
    const other = await exsync(['settings', 'modules.contacts.winner=exchange'], { env: company.env });
    expect(other.code, other.stderr).to.equal(0);
    const elsewhere = await exsync(['settings', 'modules.contacts.mapping.notes=notes'], {
      env: company.env,
    });
    expect(elsewhere).to.include({ code: 2 });
    expect(elsewhere.stderr).to.contain('use `exsync mapping contacts FIELD=EXCHANGEFIELD` for it');
  });
});
