/** What src/sync/ports.ts promises of every side, checked the same way against each of them. */
import { expect } from 'chai';
import { CursorLostError } from '../../src/errors.ts';
import type { Item, Values } from '../../src/sync/model.ts';
import type { Change, ChangePage, SyncSide, WriteResult } from '../../src/sync/ports.ts';
import { everyContactField, photo } from './full-contact.ts';

/** A side with nothing in it, and the hands of the people who work in that system. */
export interface SideUnderTest {
  readonly side: SyncSide;
  /** Adds an item as a person would, without a stamp; returns its id. */
  addItem(values: Values): Promise<string>;
  changeItem(id: string, values: Values): Promise<void>;
  deleteItem(id: string): Promise<void>;
  /** Makes the system forget every cursor handed out so far; left out where it cannot. */
  invalidateCursors?(): Promise<void>;
  close(): Promise<void>;
}

export function describeSyncSide(name: string, makeSide: () => Promise<SideUnderTest>): void {
  describe(`${name} as a side`, () => {
    let system: SideUnderTest;
    let side: SyncSide;
    beforeEach(async () => {
      system = await makeSide();
      side = system.side;
    });
    afterEach(() => system.close());

    let stamps = 0;
    const nextStamp = () => `contract:contacts:${++stamps}`;

    const pagesSince = async (cursor: string | null): Promise<ChangePage[]> => {
      const pages: ChangePage[] = [];
      for await (const page of side.changes('contacts', cursor)) pages.push(page);
      return pages;
    };
    const changesSince = async (cursor: string | null): Promise<readonly Change[]> =>
      (await pagesSince(cursor)).flatMap((page) => page.changes);
    const cursorNow = async (): Promise<string> => (await pagesSince(null)).at(-1)?.cursor ?? '';
    const read = async (id: string): Promise<Item> => {
      const [result] = await side.read('contacts', [id]);
      if (result?.kind !== 'item') throw new Error(`${id} should be there, the side says: ${result?.kind}`);
      return result.item;
    };
    const create = async (values: Values) =>
      done(await side.create('contacts', [{ stamp: nextStamp(), values }]));
    const update = async (item: { id: string; version: string }, values: Values) =>
      done(
        await side.update('contacts', [{ id: item.id, version: item.version, values, resulting: values }]),
      );
    /** The fields that one create may carry. */
    const atOnce = (values: Values): Values => {
      const { unsupported, separate } = side.capabilities('contacts');
      return Object.fromEntries(
        Object.entries(values).filter(([field]) => !unsupported.has(field) && !separate.has(field)),
      );
    };

    describe('changes', () => {
      it('shows all that exists when no cursor is given, without a stamp where we put none', async () => {
        const ada = await system.addItem({ givenName: 'Ada', surname: 'Lovelace' });
        const bob = await system.addItem({ givenName: 'Bob', surname: 'Byte' });
        const changes = await changesSince(null);
        expect(changes.map(({ kind, id }) => [kind, id])).to.have.deep.members([
          ['changed', ada],
          ['changed', bob],
        ]);
        for (const change of changes) expect(change).to.include({ stamp: null, skip: null });
      });

      it('ends an empty read with a last page that has a cursor', async () => {
        const pages = await pagesSince(null);
        expect(pages.map(({ changes, last }) => ({ changes, last }))).to.deep.equal([
          { changes: [], last: true },
        ]);
        expect(pages[0]?.cursor).to.be.a('string').and.not.equal('');
      });

      it('shows after a cursor only what people added, changed and deleted since', async () => {
        const kept = await system.addItem({ surname: 'Kept' });
        const changed = await system.addItem({ surname: 'Changed' });
        const deleted = await system.addItem({ surname: 'Deleted' });
        const before = await read(changed);
        const cursor = await cursorNow();
        await system.changeItem(changed, { jobTitle: 'Engineer' });
        await system.deleteItem(deleted);
        const added = await system.addItem({ surname: 'Added' });

        const changes = await changesSince(cursor);
        expect(changes.map(({ kind, id }) => [kind, id])).to.have.deep.members([
          ['changed', changed],
          ['deleted', deleted],
          ['changed', added],
        ]);
        expect(changes.map(({ id }) => id)).not.to.include(kept);
        const change = changes.find(({ id }) => id === changed);
        expect(change)
          .to.have.property('version', (await read(changed)).version)
          .that.is.not.equal(before.version);
      });

      it('shows nothing when it is asked again from where it ended', async () => {
        await system.addItem({ surname: 'Once' });
        const [page] = await pagesSince(await cursorNow());
        expect(page?.changes).to.deep.equal([]);
        expect(await changesSince(page?.cursor ?? null)).to.deep.equal([]);
      });

      it('shows an item changed twice with its newest version only', async () => {
        const id = await system.addItem({ surname: 'Twice' });
        const cursor = await cursorNow();
        await system.changeItem(id, { jobTitle: 'First' });
        await system.changeItem(id, { jobTitle: 'Second' });
        const changes = await changesSince(cursor);
        expect(changes.map((change) => change.id)).to.deep.equal([id]);
        expect(changes[0]).to.have.property('version', (await read(id)).version);
      });

      it('shows what we wrote ourselves with our stamp and the version the write gave', async () => {
        const cursor = await cursorNow();
        const stamp = nextStamp();
        const created = done(await side.create('contacts', [{ stamp, values: { surname: 'Ours' } }]));
        const changes = await changesSince(cursor);
        expect(changes).to.have.lengthOf(1);
        expect(changes[0]).to.include({ kind: 'changed', id: created.id, stamp, version: created.version });
      });

      it('shows what we removed as deleted', async () => {
        const item = await create({ surname: 'Short' });
        const cursor = await cursorNow();
        expect((await side.remove('contacts', [item]))[0]?.kind).to.equal('done');
        expect(await changesSince(cursor)).to.deep.equal([{ kind: 'deleted', id: item.id }]);
        expect(
          await side.locate('contacts', [{ id: item.id, stamp: null, identity: item.identity }]),
        ).to.deep.equal(['gone']);
      });

      it('gives key values that agree with the item', async () => {
        const id = await system.addItem({
          givenName: 'Grace',
          surname: 'Hopper',
          company: 'Navy',
          email1: 'grace@example.test',
        });
        const [change] = await changesSince(null);
        const { values } = await read(id);
        const keyValues = change?.kind === 'changed' ? change.keyValues : {};
        for (const [field, value] of Object.entries(keyValues))
          expect(value, field).to.deep.equal(values[field]);
      });

      it('pages through many items without losing or repeating one, from any page on', async () => {
        const { batchSize } = side.capabilities('contacts');
        const wanted = 620;
        const ids: string[] = [];
        while (ids.length < wanted) {
          const count = Math.min(batchSize, wanted - ids.length);
          const drafts = Array.from({ length: count }, (_, index) => ({
            stamp: nextStamp(),
            values: { surname: `Number ${ids.length + index}` },
          }));
          for (const result of await side.create('contacts', drafts)) ids.push(done([result]).id);
        }
        const pages = await pagesSince(null);
        expect(pages.flatMap(({ changes }) => changes.map(({ id }) => id)).sort()).to.deep.equal(ids.sort());
        expect(pages.map(({ last }) => last)).to.deep.equal(
          pages.map((_, index) => index === pages.length - 1),
        );
        const rest = await changesSince(pages[0]?.cursor ?? null);
        const expected = pages.slice(1).flatMap(({ changes }) => changes.map(({ id }) => id));
        expect(rest.map(({ id }) => id)).to.have.members(expected);
      });

      it('has a present cursor that shows only later changes, or none', async () => {
        await system.addItem({ surname: 'Before' });
        const cursor = await side.presentCursor('contacts');
        if (cursor === null) return;
        const after = await system.addItem({ surname: 'After' });
        expect((await changesSince(cursor)).map(({ id }) => id)).to.deep.equal([after]);
      });

      it('refuses a cursor that it does not know as lost', async () => {
        const cursor = await cursorNow();
        await refusesAsLost(() => changesSince('bm90IGEgY3Vyc29y'));
        if (!system.invalidateCursors) return;
        await system.invalidateCursors();
        await refusesAsLost(() => changesSince(cursor));
      });

      it('belongs to a scope that stays the same', async () => {
        const scope = await side.scope('contacts');
        expect(scope).to.be.a('string').and.not.equal('');
        expect(await side.scope('contacts')).to.equal(scope);
      });
    });

    describe('read', () => {
      it('answers in the order asked, with gone for what was deleted', async () => {
        const first = await create({ surname: 'First' });
        const gone = await create({ surname: 'Gone' });
        const last = await create({ surname: 'Last' });
        await system.deleteItem(gone.id);
        const results = await side.read('contacts', [last.id, gone.id, first.id]);
        expect(
          results.map((result) => (result.kind === 'item' ? result.item.id : result.kind)),
        ).to.deep.equal([last.id, 'gone', first.id]);
      });

      it('answers nothing for nothing', async () => {
        expect(await side.read('contacts', [])).to.deep.equal([]);
      });
    });

    describe('create', () => {
      it('answers in order with ids, and the versions that a read shows', async () => {
        const surnames = ['Alpha', 'Beta', 'Gamma'];
        const results = await side.create(
          'contacts',
          surnames.map((surname) => ({ stamp: nextStamp(), values: { surname } })),
        );
        for (const [index, result] of results.entries()) {
          const { id, version } = done([result]);
          const item = await read(id);
          expect(item.values.surname).to.equal(surnames[index]);
          expect(item.version).to.equal(version);
        }
        expect(results).to.have.lengthOf(3);
      });

      it('keeps the stamp on the item, where find sees it until the item is deleted', async () => {
        const [one, two, unknown] = [nextStamp(), nextStamp(), nextStamp()];
        const results = await side.create('contacts', [
          { stamp: one, values: { surname: 'One' } },
          { stamp: two, values: { surname: 'Two' } },
        ]);
        const [first, second] = results.map((result) => done([result]));
        expect((await read(first?.id ?? '')).stamp).to.equal(one);
        expect(await side.find('contacts', [two, unknown, one])).to.deep.equal(
          new Map([
            [one, { id: first?.id, version: first?.version }],
            [two, { id: second?.id, version: second?.version }],
          ]),
        );
        await system.deleteItem(first?.id ?? '');
        expect([...(await side.find('contacts', [one, two])).keys()]).to.deep.equal([two]);
      });

      it('leaves every field that was not given read and empty', async () => {
        const { id } = await create({ surname: 'Bare' });
        const { values } = await read(id);
        const { unsupported } = side.capabilities('contacts');
        for (const field of Object.keys(everyContactField)) {
          if (field !== 'surname' && !unsupported.has(field)) expect(values[field], field).to.equal(null);
        }
      });

      it('gives back every field as it was written', async () => {
        const written = atOnce(everyContactField);
        const { id } = await create(written);
        const { values } = await read(id);
        for (const [field, value] of Object.entries(written))
          expect(values[field], field).to.deep.equal(value);
      });
    });

    describe('update', () => {
      it('writes every field of an item that had none', async () => {
        const item = await create({ surname: 'Bare' });
        const written = atOnce(everyContactField);
        const { version } = await update(item, written);
        const { values, version: seen } = await read(item.id);
        for (const [field, value] of Object.entries(written))
          expect(values[field], field).to.deep.equal(value);
        expect(seen).to.equal(version).and.not.equal(item.version);
      });

      it('clears a field given as null', async () => {
        const written = atOnce(everyContactField);
        const item = await create(written);
        const cleared = Object.fromEntries(
          Object.keys(written)
            .filter((field) => field !== 'surname')
            .map((field) => [field, null]),
        );
        await side.update('contacts', [
          { ...item, values: cleared, resulting: { ...cleared, surname: written.surname ?? null } },
        ]);
        const { values } = await read(item.id);
        for (const field of Object.keys(cleared)) expect(values[field], field).to.equal(null);
        expect(values.surname).to.equal(written.surname);
      });

      it('leaves alone what the patch does not name, addresses and phones of one kind included', async () => {
        const written = atOnce(everyContactField);
        const item = await create(written);
        const patch: Values = {
          businessCity: 'Oslo',
          email2: null,
          homePhone2: '+47 1',
          jobTitle: 'Director',
        };
        await side.update('contacts', [{ ...item, values: patch, resulting: { ...written, ...patch } }]);
        const { values } = await read(item.id);
        for (const [field, value] of Object.entries({ ...written, ...patch })) {
          expect(values[field], field).to.deep.equal(value);
        }
      });

      it('writes a picture, replaces it and takes it away', async () => {
        if (side.capabilities('contacts').unsupported.has('photo')) return;
        const item = await create({ surname: 'Pictured' });
        await update(item, { photo: photo.red });
        const first = await read(item.id);
        expect(first.values.photo).to.deep.equal(photo.red);
        await update(first, { photo: photo.blue });
        const second = await read(item.id);
        expect(second.values.photo).to.deep.equal(photo.blue);
        expect(second.values.surname).to.equal('Pictured');
        await update(second, { photo: null });
        expect((await read(item.id)).values.photo).to.equal(null);
      });

      it('answers in order: done, a conflict for an older version, gone for a deleted item', async () => {
        const fresh = await create({ surname: 'Fresh' });
        const stale = await create({ surname: 'Stale' });
        const gone = await create({ surname: 'Gone' });
        await system.changeItem(stale.id, { jobTitle: 'Theirs' });
        await system.deleteItem(gone.id);
        const results = await side.update(
          'contacts',
          [stale, gone, fresh].map((item) => ({ ...item, values: { jobTitle: 'Ours' }, resulting: {} })),
        );
        expect(results.map(({ kind }) => kind)).to.deep.equal(['conflict', 'gone', 'done']);
        expect((await read(stale.id)).values.jobTitle).to.equal('Theirs');
        expect((await read(fresh.id)).values.jobTitle).to.equal('Ours');
      });

      it('takes the version that it gave for the next update', async () => {
        const item = await create({ surname: 'Chain' });
        const first = await update(item, { jobTitle: 'One' });
        await update(first, { jobTitle: 'Two' });
        expect((await read(item.id)).values.jobTitle).to.equal('Two');
      });

      it('keeps the stamp', async () => {
        const stamp = nextStamp();
        const item = done(await side.create('contacts', [{ stamp, values: { surname: 'Stamped' } }]));
        await update(item, { jobTitle: 'Still' });
        expect((await read(item.id)).stamp).to.equal(stamp);
      });
    });

    describe('remove', () => {
      it('answers in order: done, a conflict for an older version, gone for a deleted item', async () => {
        const fresh = await create({ surname: 'Fresh' });
        const stale = await create({ surname: 'Stale' });
        const gone = await create({ surname: 'Gone' });
        await system.changeItem(stale.id, { jobTitle: 'Theirs' });
        await system.deleteItem(gone.id);
        const results = await side.remove('contacts', [stale, gone, fresh]);
        expect(results.map(({ kind }) => kind)).to.deep.equal(['conflict', 'gone', 'done']);
        const left = await side.read('contacts', [stale.id, fresh.id]);
        expect(left.map(({ kind }) => kind)).to.deep.equal(['item', 'gone']);
      });

      it('answers gone when it is asked twice', async () => {
        const item = await create({ surname: 'Once' });
        expect((await side.remove('contacts', [item])).map(({ kind }) => kind)).to.deep.equal(['done']);
        expect((await side.remove('contacts', [item])).map(({ kind }) => kind)).to.deep.equal(['gone']);
      });
    });

    describe('values', () => {
      const survives: Readonly<Record<string, Values>> = {
        'letters of all scripts and emoji': {
          givenName: 'Zoë 👩‍👩‍👧',
          surname: '山田 Łukasz Ñandú',
          company: '🏢 Ω & Söhne',
        },
        'markup and quotes': {
          company: `<b>"R&D"</b> 'n' ]]> &amp;`,
          notes: '<script>alert(1)</script>\n--\n&lt;',
        },
        'notes of many lines': { notes: 'first\n\n  third, indented\n\ttabbed\nlast' },
        'notes of 100,000 characters': { notes: 'Twenty characters é.'.repeat(5000) },
        'several tags': { categories: ['Customer', 'VIP', 'Zürich'] },
        'a birthday on a leap day': { birthday: '1984-02-29' },
        'a birthday before 1970': { birthday: '1912-06-23' },
        'a street of several lines': { homeStreet: 'House of Keys\n2nd floor' },
      };
      for (const [what, given] of Object.entries(survives)) {
        it(`keeps ${what} on create and on update`, async () => {
          const values = { surname: 'Survivor', ...given };
          const created = await create(values);
          const bare = await create({ surname: 'Bare' });
          await update(bare, values);
          for (const id of [created.id, bare.id]) {
            const item = await read(id);
            for (const [field, value] of Object.entries(values))
              expect(item.values[field], field).to.deep.equal(value);
          }
        });
      }

      it('cleans or keeps control characters, and fails nobody over them', async () => {
        const item = await create({ surname: 'Con\u0001trol', notes: 'bell\u0007 and\ttab' });
        const { values } = await read(item.id);
        expect(values.surname).to.be.oneOf(['Control', 'Con\u0001trol']);
        expect(values.notes).to.be.oneOf(['bell and\ttab', 'bell\u0007 and\ttab']);
      });

      it('shows the same again when what it showed is written back', async () => {
        const item = await create(atOnce({ ...everyContactField, notes: 'two\r\nlines ' }));
        const shown = await read(item.id);
        await side.update('contacts', [{ ...shown, values: atOnce(shown.values), resulting: shown.values }]);
        expect((await read(item.id)).values).to.deep.equal(shown.values);
      });
    });
  });
}

type Done = Extract<WriteResult, { kind: 'done' }>;

/** The only result, which has to be a success. */
function done(results: readonly WriteResult[]): Done {
  const [result] = results;
  if (results.length !== 1 || result?.kind !== 'done') {
    throw new Error(`One success expected, the side says: ${JSON.stringify(results)}`);
  }
  return result;
}

async function refusesAsLost(work: () => Promise<unknown>): Promise<void> {
  const outcome = await work().then(
    () => null,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(CursorLostError);
}
