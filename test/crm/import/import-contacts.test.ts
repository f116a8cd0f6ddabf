import { expect } from 'chai';
import { createEmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import type { EmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import { importContacts } from '../../../src/crm/import/import-contacts.ts';
import type { ImportOptions, ImportOutcome } from '../../../src/crm/import/import-contacts.ts';
import { openSource } from '../../../src/crm/import/open-source.ts';
import type { Values } from '../../../src/sync/model.ts';
import { openMemoryDatabase } from '../embedded/memory-database.ts';
import { withFile } from './imported-file.ts';

describe('import into the embedded CRM', () => {
  let database: Awaited<ReturnType<typeof openMemoryDatabase>>;
  let crm: EmbeddedCrm;
  beforeEach(async () => {
    database = await openMemoryDatabase();
    crm = createEmbeddedCrm(database, { clock: () => Date.UTC(2026, 4, 17) });
  });
  afterEach(() => database.close());

  const run = (content: string, options: Partial<ImportOptions> = {}): Promise<ImportOutcome> =>
    withFile(content, async (path) => {
      const source = await openSource(path, { encoding: null, dateOrder: null, thisYear: 2026 });
      return importContacts(source, crm, {
        ownerId: 'ann',
        duplicates: 'skip',
        dryRun: false,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...options,
      });
    });
  const count = ({ read, created, skipped, failed }: ImportOutcome): number[] => [
    read,
    created,
    skipped,
    failed,
  ];
  const present = async (): Promise<Values[]> =>
    (await crm.contacts.list({ order: 'modified', limit: 200 })).records.map(({ values }) => values);

  const head = 'First Name,Last Name,Company,Email\n';

  it('makes records of the owner that are flagged as imported', async () => {
    expect(count(await run(`${head}Jane,Doe,Acme,j@x.test\n`))).to.deep.equal([1, 1, 0, 0]);
    const { records } = await crm.contacts.list({ order: 'modified', limit: 10 });
    expect(records.map(({ ownerId, imported, revision }) => ({ ownerId, imported, revision }))).to.deep.equal(
      [{ ownerId: 'ann', imported: true, revision: 1 }],
    );
  });

  it('of one file twice doubles nobody', async () => {
    const file = `${head}Jane,Doe,Acme,j@x.test\nJane,Roe,,info@x.test\nBob,Roe,,info@x.test\n,,Acme,info@x.test\nNo,Mail,Acme,\n,,Globex,\n,,,only@x.test\n`;
    expect(count(await run(file))).to.deep.equal([7, 7, 0, 0]);
    expect(count(await run(file))).to.deep.equal([7, 0, 7, 0]);
    expect(await present()).to.have.lengthOf(7);
    expect(count(await run(file, { duplicates: 'create' }))).to.deep.equal([7, 7, 0, 0]);
    expect(count(await run(file, { ownerId: 'ben' })), 'another owner').to.deep.equal([7, 7, 0, 0]);
  });

  it('takes a person twice in one file for one, but not two people of one address or name', async () => {
    const outcome = await run(
      `${head}Jane,Doe,,j@x.test\nJANE,doe,Acme,J@x.test\nBob,Roe,Acme,a@x.test\nBob,Roe,Acme,b@x.test\nCarl,Poe,,j@x.test\n`,
    );
    expect(count(outcome)).to.deep.equal([5, 4, 1, 0]);
  });

  it('pairs as the sync does with what is there, and tells where only the address agrees', async () => {
    const mine = (values: Values) => ({ ownerId: 'ann', values });
    await crm.contacts.create(
      [
        mine({ givenName: 'Jane', surname: 'Doe', email1: 'j@x.test' }),
        mine({ givenName: 'No', surname: 'Mail', company: 'Acme' }),
      ],
      { actor: 'ann', onlyOwnerId: null },
    );
    const outcome = await run(`${head}J.,Doe,,j@x.test\nNo,Mail,Acme,n@x.test\nNo,Mail,Globex,g@x.test\n`);
    expect(count(outcome)).to.deep.equal([3, 1, 2, 0]);
    expect(outcome.otherNames).to.deep.equal([2]);
  });

  it('keeps the good rows and gives the reason of each bad one', async () => {
    const outcome = await run(
      `First Name,Email,Phone,City\nA,nobody,,\nB,b@x.test,${'1'.repeat(300)},\n,,1,\nD,d@x.test,,Lyon\nE,x@y@z,,\n`,
    );
    expect(count(outcome)).to.deep.equal([5, 1, 0, 4]);
    expect(outcome.failures.map(({ line, reason }) => `${line}: ${reason}`)).to.deep.equal([
      '2: E-mail: not an e-mail address',
      '3: Business phone: Too big: expected string to have <=255 characters',
      '4: neither name nor company nor e-mail address, by which to know this person again',
      '6: E-mail: not an e-mail address',
    ]);
    expect(await present()).to.deep.equal([{ givenName: 'D', email1: 'd@x.test', businessCity: 'Lyon' }]);
  });

  it('writes nothing when it only tries', async () => {
    expect(count(await run(`${head}A,B,,\nA,B,,\nC,D,,wrong\n`, { dryRun: true }))).to.deep.equal([
      3, 1, 1, 1,
    ]);
    expect(await present()).to.deep.equal([]);
  });

  it('stops between two batches, keeps what it made and goes on where it is run again', async () => {
    const rows = Array.from({ length: 1200 }, (_, index) => `P${index},X,,p${index}@x.test`).join('\n');
    const stop = new AbortController();
    const first = await run(head + rows, {
      signal: stop.signal,
      onProgress: ({ created }) => {
        if (created === 500) stop.abort();
      },
    });
    expect([first.created, first.stopped]).to.deep.equal([500, true]);
    expect(count(await run(head + rows))).to.deep.equal([1200, 700, 500, 0]);
  });
});
