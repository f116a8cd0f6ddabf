import { expect } from 'chai';
import type { SyncStore } from '../../src/sync/stores.ts';
import { person, worlds } from './world.ts';

/** The store, with the name of every method that is called written down. */
function recording(store: SyncStore, calls: string[]): SyncStore {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(method, target, args);
      };
    },
  });
}

describe('a run without news', () => {
  const makeWorld = worlds();

  it('asks for little and writes down nothing but itself', async () => {
    const world = await makeWorld();
    world.crm.add(person(1), { ownerId: 'alice' });
    await world.sync();
    await world.sync();
    const calls: string[] = [];
    world.wrapping = { ...world.wrapping, store: (store) => recording(store, calls) };
    await world.sync();
    // `cursor` twice: the test's own reading of the organisation asks for its cursor.
    expect(calls.sort()).to.deep.equal([
      'cursor',
      'cursor',
      'cursors',
      'duePage',
      'finishRun',
      'heldRefs',
      'lastRun',
      'leftovers',
      'startRun',
    ]);
  });

  it('leaves what waits for a decision waiting', async () => {
    const world = await makeWorld();
    for (const number of [1, 2, 3]) world.crm.add(person(number), { ownerId: 'alice' });
    await world.sync();
    await world.sync();
    world.guard = { ...world.guard, removes: { count: 0, share: 0 } };
    const [first] = world.crm.list();
    world.crm.delete(first?.id ?? '');
    expect((await world.sync()).held).to.equal(1);
    expect((await world.sync()).held).to.equal(1);
  });
});
