/** What src/sync/ports.ts promises of every side, checked the same way against each of them. */
import { expect } from 'chai';
import { CursorLostError } from '../../src/errors.ts';
import type { Item, Values } from '../../src/sync/model.ts';
import type { Change, ChangePage, SyncSide, WriteResult } from '../../src/sync/ports.ts';
import { photo } from './full-contact.ts';
import { contactSample } from './samples.ts';
import type { Sample } from './samples.ts';

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

export function describeSyncSide(
  name: string,
  makeSide: () => Promise<SideUnderTest>,
  sample: Sample = contactSample,
): void {
  const { module, titleField, textField, longField } = sample;
  const called = (title: string): Values => ({ ...sample.rest, [titleField]: title });
  const text = (words: string): Values => ({ [textField]: words });
  const isBound = (field: string) => field === titleField || field in sample.rest;

  describe(`${name} as a side of ${module}`, () => {
    let system: SideUnderTest;
    let side: SyncSide;
    beforeEach(async () => {
      system = await makeSide();
      side = system.side;
    });
    afterEach(() => system.close());

    let stamps = 0;
    const nextStamp = () => `contract:${module}:${++stamps}`;

    const pagesSince = async (cursor: string | null): Promise<ChangePage[]> => {
      const pages: ChangePage[] = [];
      for await (const page of side.changes(module, cursor)) pages.push(page);
      return pages;
    };
    const changesSince = async (cursor: string | null): Promise<readonly Change[]> =>
      (await pagesSince(cursor)).flatMap((page) => page.changes);
    const cursorNow = async (): Promise<string> => (await pagesSince(null)).at(-1)?.cursor ?? '';
    const read = async (id: string): Promise<Item> => {
      const [result] = await side.read(module, [id]);
      if (result?.kind !== 'item') throw new Error(`${id} should be there, the side says: ${result?.kind}`);
      return result.item;
    };
    const create = async (values: Values) =>
      done(await side.create(module, [{ stamp: nextStamp(), values }]));
    const update = async (item: { id: string; version: string }, values: Values) =>
      done(await side.update(module, [{ id: item.id, version: item.version, values, resulting: values }]));
    /** The fields that one create may carry. */
    const atOnce = (values: Values): Values => {
      const { unsupported, separate } = side.capabilities(module);
      return Object.fromEntries(
        Object.entries(values).filter(([field]) => !unsupported.has(field) && !separate.has(field)),
      );
    };

    describe('changes', () => {
      it('shows all that exists when no cursor is given, without a stamp where we put none', async () => {
        const ada = await system.addItem(called('Lovelace'));
        const bob = await system.addItem(called('Byte'));
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
        const kept = await system.addItem(called('Kept'));
        const changed = await system.addItem(called('Changed'));
        const deleted = await system.addItem(called('Deleted'));
        const before = await read(changed);
        const cursor = await cursorNow();
        await system.changeItem(changed, text('Engineer'));
        await system.deleteItem(deleted);
        const added = await system.addItem(called('Added'));

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
        await system.addItem(called('Once'));
        const [page] = await pagesSince(await cursorNow());
        expect(page?.changes).to.deep.equal([]);
        expect(await changesSince(page?.cursor ?? null)).to.deep.equal([]);
      });

      it('shows an item changed twice with its newest version only', async () => {
        const id = await system.addItem(called('Twice'));
        const cursor = await cursorNow();
        await system.changeItem(id, text('First'));
        await system.changeItem(id, text('Second'));
        const changes = await changesSince(cursor);
        expect(changes.map((change) => change.id)).to.deep.equal([id]);
        expect(changes[0]).to.have.property('version', (await read(id)).version);
      });

      it('shows what we wrote ourselves with our stamp and the version the write gave', async () => {
        const cursor = await cursorNow();
        const stamp = nextStamp();
        const created = done(await side.create(module, [{ stamp, values: called('Ours') }]));
        const changes = await changesSince(cursor);
        expect(changes).to.have.lengthOf(1);
        expect(changes[0]).to.include({ kind: 'changed', id: created.id, stamp, version: created.version });
      });

      it('shows what we removed as deleted', async () => {
        const item = await create(called('Short'));
        const cursor = await cursorNow();
        expect((await side.remove(module, [item]))[0]?.kind).to.equal('done');
        expect(await changesSince(cursor)).to.deep.equal([{ kind: 'deleted', id: item.id }]);
        expect(
          await side.locate(module, [{ id: item.id, stamp: null, identity: item.identity }]),
        ).to.deep.equal(['gone']);
      });

      it('gives key values that agree with the item', async () => {
        const id = await system.addItem({ ...called('Hopper'), ...sample.keyed });
        const [change] = await changesSince(null);
        const { values } = await read(id);
        const keyValues = change?.kind === 'changed' ? change.keyValues : {};
        for (const [field, value] of Object.entries(keyValues))
          expect(value, field).to.deep.equal(values[field]);
      });

      it('pages through many items without losing or repeating one, from any page on', async () => {
        const { batchSize } = side.capabilities(module);
        const wanted = 620;
        const ids: string[] = [];
        while (ids.length < wanted) {
          const count = Math.min(batchSize, wanted - ids.length);
          const drafts = Array.from({ length: count }, (_, index) => ({
            stamp: nextStamp(),
            values: called(`Number ${ids.length + index}`),
          }));
          for (const result of await side.create(module, drafts)) ids.push(done([result]).id);
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
        await system.addItem(called('Before'));
        const cursor = await side.presentCursor(module);
        if (cursor === null) return;
        const after = await system.addItem(called('After'));
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
        const scope = await side.scope(module);
        expect(scope).to.be.a('string').and.not.equal('');
        expect(await side.scope(module)).to.equal(scope);
      });
    });

    describe('read', () => {
      it('answers in the order asked, with gone for what was deleted', async () => {
        const first = await create(called('First'));
        const gone = await create(called('Gone'));
        const last = await create(called('Last'));
        await system.deleteItem(gone.id);
        const results = await side.read(module, [last.id, gone.id, first.id]);
        expect(
          results.map((result) => (result.kind === 'item' ? result.item.id : result.kind)),
        ).to.deep.equal([last.id, 'gone', first.id]);
      });

      it('answers nothing for nothing', async () => {
        expect(await side.read(module, [])).to.deep.equal([]);
      });
    });

    describe('create', () => {
      it('answers in order with ids, and the versions that a read shows', async () => {
        const titles = ['Alpha', 'Beta', 'Gamma'];
        const results = await side.create(
          module,
          titles.map((title) => ({ stamp: nextStamp(), values: called(title) })),
        );
        for (const [index, result] of results.entries()) {
          const { id, version } = done([result]);
          const item = await read(id);
          expect(item.values[titleField]).to.equal(titles[index]);
          expect(item.version).to.equal(version);
        }
        expect(results).to.have.lengthOf(3);
      });

      it('keeps the stamp on the item, where find sees it until the item is deleted', async () => {
        const [one, two, unknown] = [nextStamp(), nextStamp(), nextStamp()];
        const results = await side.create(module, [
          { stamp: one, values: called('One') },
          { stamp: two, values: called('Two') },
        ]);
        const [first, second] = results.map((result) => done([result]));
        expect((await read(first?.id ?? '')).stamp).to.equal(one);
        expect(await side.find(module, [two, unknown, one])).to.deep.equal(
          new Map([
            [one, { id: first?.id, version: first?.version }],
            [two, { id: second?.id, version: second?.version }],
          ]),
        );
        await system.deleteItem(first?.id ?? '');
        expect([...(await side.find(module, [one, two])).keys()]).to.deep.equal([two]);
      });

      it('leaves every field that was not given read and empty', async () => {
        const { id } = await create(called('Bare'));
        const { values } = await read(id);
        const { unsupported } = side.capabilities(module);
        for (const field of Object.keys(sample.every)) {
          if (!isBound(field) && !unsupported.has(field))
            expect(values[field], field).to.equal(sample.defaults[field] ?? null);
        }
      });

      it('gives back every field as it was written', async () => {
        const written = atOnce(sample.every);
        const { id } = await create(written);
        const { values } = await read(id);
        for (const [field, value] of Object.entries(written))
          expect(values[field], field).to.deep.equal(value);
      });
    });

    describe('update', () => {
      it('writes every field of an item that had none', async () => {
        const item = await create(called('Bare'));
        const written = atOnce(sample.every);
        const { version } = await update(item, written);
        const { values, version: seen } = await read(item.id);
        for (const [field, value] of Object.entries(written))
          expect(values[field], field).to.deep.equal(value);
        expect(seen).to.equal(version).and.not.equal(item.version);
      });

      it('clears a field given as null', async () => {
        const written = atOnce(sample.every);
        const item = await create(written);
        const cleared = Object.fromEntries(
          Object.keys(written)
            .filter((field) => !isBound(field))
            .map((field) => [field, null]),
        );
        await side.update(module, [{ ...item, values: cleared, resulting: { ...written, ...cleared } }]);
        const { values } = await read(item.id);
        for (const field of Object.keys(cleared))
          expect(values[field], field).to.equal(sample.defaults[field] ?? null);
        expect(values[titleField]).to.equal(written[titleField]);
      });

      it('leaves alone what the patch does not name, addresses and phones of one kind included', async () => {
        const written = atOnce(sample.every);
        const item = await create(written);
        const { patch } = sample;
        await side.update(module, [{ ...item, values: patch, resulting: { ...written, ...patch } }]);
        const { values } = await read(item.id);
        for (const [field, value] of Object.entries({ ...written, ...patch })) {
          expect(values[field], field).to.deep.equal(value);
        }
      });

      it('writes a picture, replaces it and takes it away', async () => {
        if (module !== 'contacts' || side.capabilities(module).unsupported.has('photo')) return;
        const item = await create(called('Pictured'));
        await update(item, { photo: photo.red });
        const first = await read(item.id);
        expect(first.values.photo).to.deep.equal(photo.red);
        await update(first, { photo: photo.blue });
        const second = await read(item.id);
        expect(second.values.photo).to.deep.equal(photo.blue);
        expect(second.values[titleField]).to.equal('Pictured');
        await update(second, { photo: null });
        expect((await read(item.id)).values.photo).to.equal(null);
      });

      it('answers in order: done, a conflict for an older version, gone for a deleted item', async () => {
        const fresh = await create(called('Fresh'));
        const stale = await create(called('Stale'));
        const gone = await create(called('Gone'));
        await system.changeItem(stale.id, text('Theirs'));
        await system.deleteItem(gone.id);
        const results = await side.update(
          module,
          [stale, gone, fresh].map((item) => ({ ...item, values: text('Ours'), resulting: {} })),
        );
        expect(results.map(({ kind }) => kind)).to.deep.equal(['conflict', 'gone', 'done']);
        expect((await read(stale.id)).values[textField]).to.equal('Theirs');
        expect((await read(fresh.id)).values[textField]).to.equal('Ours');
      });

      it('takes the version that it gave for the next update', async () => {
        const item = await create(called('Chain'));
        const first = await update(item, text('One'));
        await update(first, text('Two'));
        expect((await read(item.id)).values[textField]).to.equal('Two');
      });

      it('keeps the stamp', async () => {
        const stamp = nextStamp();
        const item = done(await side.create(module, [{ stamp, values: called('Stamped') }]));
        await update(item, text('Still'));
        expect((await read(item.id)).stamp).to.equal(stamp);
      });
    });

    describe('remove', () => {
      it('answers in order: done, a conflict for an older version, gone for a deleted item', async () => {
        const fresh = await create(called('Fresh'));
        const stale = await create(called('Stale'));
        const gone = await create(called('Gone'));
        await system.changeItem(stale.id, text('Theirs'));
        await system.deleteItem(gone.id);
        const results = await side.remove(module, [stale, gone, fresh]);
        expect(results.map(({ kind }) => kind)).to.deep.equal(['conflict', 'gone', 'done']);
        const left = await side.read(module, [stale.id, fresh.id]);
        expect(left.map(({ kind }) => kind)).to.deep.equal(['item', 'gone']);
      });

      it('answers gone when it is asked twice', async () => {
        const item = await create(called('Once'));
        expect((await side.remove(module, [item])).map(({ kind }) => kind)).to.deep.equal(['done']);
        expect((await side.remove(module, [item])).map(({ kind }) => kind)).to.deep.equal(['gone']);
      });
    });

    describe('values', () => {
      for (const [what, given] of Object.entries(sample.survives)) {
        it(`keeps ${what} on create and on update`, async () => {
          const values = { ...called('Survivor'), ...given };
          const created = await create(values);
          const bare = await create(called('Bare'));
          await update(bare, values);
          for (const id of [created.id, bare.id]) {
            const item = await read(id);
            for (const [field, value] of Object.entries(values))
              expect(item.values[field], field).to.deep.equal(value);
          }
        });
      }

      it('cleans or keeps control characters, and fails nobody over them', async () => {
        const item = await create({ ...called('Con\u0001trol'), [longField]: 'bell\u0007 and\ttab' });
        const { values } = await read(item.id);
        expect(values[titleField]).to.be.oneOf(['Control', 'Con\u0001trol']);
        expect(values[longField]).to.be.oneOf(['bell and\ttab', 'bell\u0007 and\ttab']);
      });

      it('shows the same again when what it showed is written back', async () => {
        const item = await create(atOnce({ ...sample.every, [longField]: 'two\r\nlines ' }));
        const shown = await read(item.id);
        await side.update(module, [{ ...shown, values: atOnce(shown.values), resulting: shown.values }]);
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
