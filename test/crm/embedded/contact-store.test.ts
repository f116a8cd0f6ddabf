import { expect } from 'chai';
import { contactKind } from '../../../src/crm/embedded/contact-store.ts';
import type { ContactFilters, ContactStore } from '../../../src/crm/embedded/contact-store.ts';
import type { RecordPosition, RecordQuery } from '../../../src/crm/embedded/record-list.ts';
import { createRecordStore } from '../../../src/crm/embedded/record-store.ts';
import type { Values } from '../../../src/sync/model.ts';
import { photo } from '../../contract/full-contact.ts';
import { openMemoryDatabase } from './memory-database.ts';

const all = { actor: 'boss', onlyOwnerId: null };

describe('ContactStore', () => {
  let database: Awaited<ReturnType<typeof openMemoryDatabase>>;
  let store: ContactStore;
  let now: number;
  beforeEach(async () => {
    database = await openMemoryDatabase();
    now = 1_000;
    let ids = 0;
    store = createRecordStore(contactKind, database, { clock: () => now, newId: () => `id-${++ids}` });
  });
  afterEach(() => database.close());

  const add = async (values: Values, ownerId = 'ann') => {
    const [result] = await store.create([{ ownerId, values }], all);
    return result?.kind === 'done' ? result.id : '';
  };
  const names = async (query: Partial<RecordQuery & ContactFilters>) =>
    (await store.list({ order: 'name', limit: 50, ...query })).records.map((contact) => contact.displayName);

  describe('list', () => {
    it('finds a part of a name, a company or an address, without regard to case and accents', async () => {
      await add({ givenName: 'Zoë', surname: 'Müller' });
      await add({ surname: 'Smith', company: 'Müller AG' });
      await add({ surname: 'Jones', email3: 'mueller@example.test' });
      expect(await names({ text: 'MULLER' })).to.deep.equal(['Smith', 'Zoë Müller']);
      expect(await names({ text: 'zoe m' })).to.deep.equal(['Zoë Müller']);
      expect(await names({ text: 'eller@' })).to.deep.equal(['Jones']);
    });

    it('takes wildcards as the letters they are', async () => {
      await add({ surname: '100% sure' });
      await add({ surname: '100 sure' });
      await add({ surname: 'a_b!' });
      await add({ surname: 'axb' });
      expect(await names({ text: '0%' })).to.deep.equal(['100% sure']);
      expect(await names({ text: 'a_b!' })).to.deep.equal(['a_b!']);
    });

    it('finds a whole e-mail address among the three, and no part of one', async () => {
      await add({ surname: 'First', email1: 'Shared@Example.test' });
      await add({ surname: 'Third', email3: 'shared@example.test' });
      await add({ surname: 'Longer', email1: 'unshared@example.test' });
      expect(await names({ email: 'SHARED@example.test' })).to.deep.equal(['First', 'Third']);
    });

    it('finds a whole company', async () => {
      await add({ surname: 'One', company: 'Acme' });
      await add({ surname: 'Two', company: 'Acme Holding' });
      expect(await names({ accountName: 'ACME' })).to.deep.equal(['One']);
    });

    it('finds what changed since a time, and tombstones only when asked', async () => {
      const old = await add({ surname: 'Old' });
      const gone = await add({ surname: 'Gone', notes: 'secret' });
      await add({ surname: 'Quiet' });
      now = 2_000;
      await store.update([{ id: old, revision: 1, values: { jobTitle: 'New' } }], all);
      await store.remove([{ id: gone, revision: 1 }], all);
      expect(await names({ modifiedSince: 2_000 })).to.deep.equal(['Old']);
      const { records } = await store.list({
        order: 'modified',
        limit: 9,
        modifiedSince: 2_000,
        includeDeleted: true,
      });
      expect(records.map(({ id, deletedAt, values }) => ({ id, deletedAt, values }))).to.deep.equal([
        { id: old, deletedAt: null, values: { surname: 'Old', jobTitle: 'New' } },
        { id: gone, deletedAt: 2_000, values: {} },
      ]);
    });

    for (const order of ['name', '-name', 'modified', '-modified'] as const) {
      it(`pages by ${order} without losing or repeating one, equal names included`, async () => {
        for (const surname of ['B', 'A', 'B', 'c', 'B', 'A', 'D']) await add({ surname });
        const whole = (await store.list({ order, limit: 50 })).records.map(({ id }) => id);
        const paged: string[] = [];
        let after: RecordPosition | undefined;
        for (
          let page = await store.list({ order, limit: 2 });
          ;
          page = await store.list({ order, limit: 2, after })
        ) {
          paged.push(...page.records.map(({ id }) => id));
          if (!page.next) break;
          after = page.next;
        }
        expect(whole).to.have.lengthOf(7);
        expect(paged).to.deep.equal(whole);
      });
    }

    it('sorts by name as people read it', async () => {
      for (const surname of ['zebra', 'Émile', 'apple', 'Berta']) await add({ surname });
      expect(await names({})).to.deep.equal(['apple', 'Berta', 'Émile', 'zebra']);
    });

    it('ends a page early when its notes get too much, and goes on with the next', async () => {
      for (const surname of ['A', 'B', 'C', 'D', 'E'])
        await add({ surname, notes: surname.repeat(1_000_000) });
      const first = await store.list({ order: 'name', limit: 50 });
      expect(first.records.map(({ displayName }) => displayName)).to.deep.equal(['A', 'B', 'C', 'D']);
      const second = await store.list({ order: 'name', limit: 50, after: first.next ?? ['', ''] });
      expect(second.records.map(({ values }) => values.notes)).to.deep.equal(['E'.repeat(1_000_000)]);
      expect(second.next).to.equal(null);
    });
  });

  describe('for a caller who has only his own records', () => {
    const ben = { actor: 'ben', onlyOwnerId: 'ben' };

    it('answers as if the others were not there', async () => {
      const id = await add({ surname: "Ann's" }, 'ann');
      expect(await store.read([id], ben)).to.deep.equal([null]);
      expect(await store.update([{ id, revision: 1, values: { surname: 'X' } }], ben)).to.deep.equal([
        { kind: 'gone' },
      ]);
      expect(await store.remove([{ id, revision: 1 }], ben)).to.deep.equal([{ kind: 'gone' }]);
      expect((await store.read([id], all))[0]).to.include({ displayName: "Ann's", revision: 1 });
    });

    it('records him as the author', async () => {
      const id = await add({ surname: 'His' }, 'ben');
      now = 3_000;
      await store.update([{ id, revision: 1, values: { surname: 'Hers' } }], ben);
      const [contact] = await store.read([id], ben);
      expect(contact).to.include({
        createdBy: 'boss',
        createdAt: 1_000,
        modifiedBy: 'ben',
        modifiedAt: 3_000,
      });
    });
  });

  describe('update', () => {
    it('keeps the revision when nothing changes, the photo included', async () => {
      const id = await add({ surname: 'Same', categories: ['a', 'b'], notes: 'n', photo: photo.red });
      const values = {
        surname: 'Same',
        categories: ['a', 'b'],
        notes: 'n',
        jobTitle: null,
        photo: { ...photo.red },
      };
      expect(await store.update([{ id, revision: 1, values }], all)).to.deep.equal([
        { kind: 'done', id, revision: 1 },
      ]);
    });

    it('checks every change of a batch against the one before it', async () => {
      const id = await add({ surname: 'Chain' });
      const results = await store.update(
        [
          { id, revision: 1, values: { photo: photo.red, jobTitle: 'One' } },
          { id, revision: 1, values: { jobTitle: 'Lost' } },
          { id, revision: 2, values: { department: 'Two' } },
          { id, revision: 3, values: { photo: photo.blue } },
        ],
        all,
      );
      expect(results).to.deep.equal([
        { kind: 'done', id, revision: 2 },
        { kind: 'conflict', revision: 2 },
        { kind: 'done', id, revision: 3 },
        { kind: 'done', id, revision: 4 },
      ]);
      const [contact] = await store.read([id], all);
      expect(contact?.values).to.deep.equal({
        surname: 'Chain',
        jobTitle: 'One',
        department: 'Two',
        photo: photo.blue,
      });
    });
  });

  describe('remove', () => {
    it('keeps the row and nothing of its content', async () => {
      const id = await add({
        surname: 'Secret',
        email1: 'secret@example.test',
        notes: 'secret',
        photo: photo.red,
      });
      await store.remove([{ id, revision: 1 }], all);
      const tables = await database.read(async (manager) => [
        await manager.find('CrmContact'),
        await manager.find('CrmContactPhoto'),
      ]);
      expect(tables[0]).to.have.lengthOf(1);
      expect(tables[1]).to.have.lengthOf(0);
      expect(JSON.stringify(tables).toLowerCase()).not.to.include('secret');
    });
  });
});
