import { expect } from 'chai';
import { createEmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import type { EmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import { CursorLostError } from '../../../src/errors.ts';
import type { Change } from '../../../src/sync/ports.ts';
import { openMemoryDatabase } from './memory-database.ts';

const everyone = { actor: 'ann', onlyOwnerId: null };

describe('the embedded CRM side', () => {
  let database: Awaited<ReturnType<typeof openMemoryDatabase>>;
  let crm: EmbeddedCrm;
  beforeEach(async () => {
    database = await openMemoryDatabase();
    crm = createEmbeddedCrm(database, { clock: () => 1_000 });
  });
  afterEach(() => database.close());

  const changes = async (cursor: string | null, ownerId?: string): Promise<Change[]> => {
    const found: Change[] = [];
    const options = ownerId === undefined ? {} : { ownerId };
    for await (const page of crm.side.changes('contacts', cursor, options)) found.push(...page.changes);
    return found;
  };
  const add = async (
    values: Record<string, string>,
    extra: { ownerId?: string; imported?: boolean } = {},
  ) => {
    const [result] = await crm.contacts.create([{ ownerId: 'ann', values, ...extra }], everyone);
    if (result?.kind !== 'done') throw new Error('The contact was not created.');
    return result.id;
  };

  it('gives drafts to the user it was made for', async () => {
    await crm.sideFor('ben').create('contacts', [{ stamp: 's:1', values: { surname: 'His' } }]);
    const [change] = await changes(null);
    expect(change).to.include({ ownerId: 'ben', stamp: 's:1', version: '1' });
  });

  it('refuses drafts without an owner, one by one', async () => {
    const results = await crm.side.create('contacts', [
      { stamp: 's:1', values: { surname: 'A' } },
      { stamp: 's:2', values: { surname: 'B' } },
    ]);
    expect(results.map((result) => result.kind === 'failed' && result.failure.code)).to.deep.equal([
      'OwnerMissing',
      'OwnerMissing',
    ]);
    expect(await changes(null)).to.deep.equal([]);
  });

  it('makes no double of a draft whose stamp is there, in a later call or the same', async () => {
    const side = crm.sideFor('ann');
    const draft = { stamp: 's:1', values: { surname: 'Once' } };
    const [first, twin] = await side.create('contacts', [draft, draft]);
    const [again] = await side.create('contacts', [draft]);
    expect(twin).to.deep.equal(first);
    expect(again).to.deep.equal(first);
    expect(await changes(null)).to.have.lengthOf(1);
  });

  it('reports names, company and addresses with each change', async () => {
    await add({
      givenName: 'Ada',
      surname: 'Lovelace',
      company: 'Engines',
      email1: 'ada@x.test',
      jobTitle: 'Dr',
    });
    const [change] = await changes(null);
    expect(change?.kind === 'changed' && change.keyValues).to.deep.equal({
      givenName: 'Ada',
      middleName: null,
      surname: 'Lovelace',
      company: 'Engines',
      email1: 'ada@x.test',
      email2: null,
      email3: null,
    });
  });

  it('holds an imported record until its first change, whoever makes it', async () => {
    const mine = await add({ surname: 'Mine' }, { imported: true });
    const synced = await add({ surname: 'Synced' }, { imported: true });
    expect((await changes(null)).map((change) => change.kind === 'changed' && change.skip)).to.deep.equal([
      'imported',
      'imported',
    ]);
    await crm.contacts.update([{ id: mine, revision: 1, values: { jobTitle: 'X' } }], everyone);
    await crm.side.update('contacts', [
      { id: synced, version: '1', values: { jobTitle: 'X' }, resulting: {} },
    ]);
    expect((await changes(null)).map((change) => change.kind === 'changed' && change.skip)).to.deep.equal([
      null,
      null,
    ]);
    expect(
      (await crm.side.read('contacts', [mine])).map((r) => r.kind === 'item' && r.item.skip),
    ).to.deep.equal([null]);
  });

  it('shows one owner his records, and to all when a record changes hands', async () => {
    const id = await add({ surname: 'Moving' });
    await add({ surname: 'Other' }, { ownerId: 'ben' });
    expect((await changes(null, 'ann')).map((change) => change.id)).to.deep.equal([id]);
    const cursor = await crm.side.presentCursor('contacts');
    await crm.contacts.update([{ id, revision: 1, values: {}, ownerId: 'cleo' }], everyone);
    const [change] = await changes(cursor);
    expect(change).to.include({ id, ownerId: 'cleo', version: '2' });
  });

  it('names wrong fields without their values and writes the others', async () => {
    const results = await crm.sideFor('ann').create('contacts', [
      { stamp: 's:1', values: { surname: 'x'.repeat(1001), shoeSize: '44' } },
      { stamp: 's:2', values: { surname: 'Fine' } },
    ]);
    expect(results[1]?.kind).to.equal('done');
    const failure = results[0]?.kind === 'failed' ? results[0].failure : null;
    expect(failure).to.include({ code: 'InvalidValue', retryable: false });
    expect(failure?.message).to.include('surname').and.to.include('shoeSize').and.not.to.include('xxx');
  });

  it('lets a stamp be used again once its record is deleted', async () => {
    const side = crm.sideFor('ann');
    const draft = { stamp: 's:1', values: { surname: 'Again' } };
    const [first] = await side.create('contacts', [draft]);
    const firstId = first?.kind === 'done' ? first.id : '';
    await side.remove('contacts', [{ id: firstId, version: '1' }]);
    const [second] = await side.create('contacts', [draft]);
    expect(second?.kind === 'done' && second.id)
      .to.be.a('string')
      .and.not.equal(firstId);
  });

  it('reports what is deleted while the first read goes on', async () => {
    const drafts = Array.from({ length: 501 }, (_, i) => ({ stamp: `s:${i}`, values: { surname: `N${i}` } }));
    const created = await crm.sideFor('ann').create('contacts', drafts);
    const first = created[0]?.kind === 'done' ? created[0].id : '';
    const found: Change[] = [];
    for await (const page of crm.side.changes('contacts', null)) {
      found.push(...page.changes);
      if (!page.last) await crm.side.remove('contacts', [{ id: first, version: '1' }]);
    }
    expect(found).to.have.lengthOf(502);
    expect(found.at(-1)).to.deep.equal({ kind: 'deleted', id: first });
  });

  it('ends with a full page when nothing follows it', async () => {
    const drafts = Array.from({ length: 500 }, (_, i) => ({ stamp: `s:${i}`, values: { surname: `N${i}` } }));
    await crm.sideFor('ann').create('contacts', drafts);
    const pages: number[] = [];
    for await (const page of crm.side.changes('contacts', null)) pages.push(page.changes.length);
    expect(pages).to.deep.equal([500]);
  });

  it('leaves what was deleted before out of a first read', async () => {
    const id = await add({ surname: 'Gone' });
    await crm.side.remove('contacts', [{ id, version: '1' }]);
    expect(await changes(null)).to.deep.equal([]);
  });

  it('takes a cursor of a time that a restored backup does not know as lost', async () => {
    await add({ surname: 'A' });
    const cursor = (await crm.side.presentCursor('contacts')) ?? '';
    await database.transaction((manager) => manager.update('CrmCounter', { name: 'contacts' }, { value: 0 }));
    const outcome = await changes(cursor).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(CursorLostError);
  });

  it('counts every record once when writers work side by side', async () => {
    const batches = Array.from({ length: 8 }, (_, batch) =>
      crm.sideFor('ann').create(
        'contacts',
        Array.from({ length: 20 }, (_, i) => ({ stamp: `s:${batch}:${i}`, values: { surname: 'W' } })),
      ),
    );
    await Promise.all(batches);
    expect(new Set((await changes(null)).map((change) => change.id)).size).to.equal(160);
  });

  it('leaves nothing of a batch whose transaction fails', async () => {
    const failing = createEmbeddedCrm(database, { clock: () => 1_000, newId: () => 'the same for all' });
    const drafts = ['s:1', 's:2'].map((stamp) => ({ stamp, values: { surname: 'A' } }));
    const outcome = await failing
      .sideFor('ann')
      .create('contacts', drafts)
      .then(
        () => 'created',
        () => 'failed',
      );
    expect(outcome).to.equal('failed');
    expect(await changes(null)).to.deep.equal([]);
  });
});
