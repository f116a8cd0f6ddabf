import { expect } from 'chai';
import { openDatabase } from '../../src/db/database.ts';
import { cutAt, PowerCut } from './power-cut.ts';
import { contents, person, World } from './world.ts';
import type { WorldOptions } from './world.ts';

const photo = { mediaType: 'image/png', content: 'iVBORw0KGgo=' };
const options: WorldOptions = {
  crm: { pageSize: 4, batchSize: 3 },
  exchange: { pageSize: 4, batchSize: 4, separate: ['photo'] },
};

interface Scenario {
  readonly name: string;
  readonly prepare: (world: World) => Promise<void>;
}

function addAll(world: World): void {
  world.crm.add(person(1, { photo, notes: 'Long. '.repeat(200).trim() }), { ownerId: 'alice' });
  world.crm.add(person(2), { ownerId: 'alice' });
  world.crm.add(person(3, { jobTitle: 'of crm' }), { ownerId: 'alice' });
  world.crm.add(person(7), { ownerId: 'alice', skip: 'imported' });
  world.exchange.add(person(3, { mobilePhone: '+3', jobTitle: 'of exchange' }));
  world.exchange.add(person(4, { photo }));
  world.exchange.add(person(5));
}

function idBySurname(world: World, side: 'crm' | 'exchange', number: number): string {
  return world[side].list().find(({ values }) => values['surname'] === `Surname${number}`)?.id ?? '';
}

const scenarios: readonly Scenario[] = [
  { name: 'a first sync', prepare: async (world) => addAll(world) },
  {
    name: 'a later sync with edits, deletions, a photo, a move and new items',
    async prepare(world) {
      addAll(world);
      world.crm.add(person(6), { ownerId: 'alice' });
      world.crm.add(person(8), { ownerId: 'alice' });
      await world.sync();
      world.crm.change(idBySurname(world, 'crm', 1), { photo: null, jobTitle: 'Edited' });
      world.exchange.change(idBySurname(world, 'exchange', 1), { mobilePhone: '+1' });
      world.crm.change(idBySurname(world, 'crm', 2), { photo, company: 'Pictured Ltd' });
      world.crm.delete(idBySurname(world, 'crm', 3));
      world.exchange.delete(idBySurname(world, 'exchange', 4));
      world.exchange.delete(idBySurname(world, 'exchange', 5));
      world.crm.change(idBySurname(world, 'crm', 5), { jobTitle: 'Deleted over there' });
      world.exchange.move(idBySurname(world, 'exchange', 6), 'elsewhere');
      world.exchange.add(person(9, { photo }));
      world.crm.delete(idBySurname(world, 'crm', 8));
      world.crm.add(person(8, { department: 'Born again' }), { ownerId: 'alice' });
    },
  },
  {
    name: 'a sync whose fields are mapped anew',
    async prepare(world) {
      addAll(world);
      await world.sync();
      world.exchange.change(idBySurname(world, 'exchange', 1), { department: 'Filled there' });
      world.crm.change(idBySurname(world, 'crm', 2), { department: 'Filled here' });
      world.crm.add(person(6, { department: 'New' }), { ownerId: 'alice' });
      world.settings = { ...world.settings, mapping: { jobTitle: 'department', department: 'jobTitle' } };
    },
  },
];

/** How links ended may differ: what was deleted before the power went is found gone on both sides. */
async function linkStates(world: World): Promise<string[]> {
  const links = await world.links();
  return links.map(({ state, reason }) => (state === 'deleted' ? state : `${state} ${reason}`)).sort();
}

describe('a process that dies', () => {
  const worlds: World[] = [];
  const makeWorld = async (): Promise<World> => {
    const world = new World(await openDatabase('sqlite::memory:'), options);
    worlds.push(world);
    return world;
  };
  const closeWorlds = async (): Promise<void> => {
    for (const world of worlds.splice(0)) await world.database.close();
  };
  afterEach(closeWorlds);

  for (const { name, prepare } of scenarios) {
    it(`at any write of ${name} loses nothing and doubles nothing`, async function () {
      this.timeout(60_000);
      const untouched = await makeWorld();
      await prepare(untouched);
      await untouched.sync();
      await untouched.sync();
      const expected = {
        crm: contents(untouched.crm),
        exchange: contents(untouched.exchange),
        links: await linkStates(untouched),
      };
      await closeWorlds();

      const wrong: string[] = [];
      for (let callNumber = 1; ; callNumber += 1) {
        const world = await makeWorld();
        await prepare(world);
        const power = cutAt(callNumber);
        world.wrapping = power.wrapping;
        const error: unknown = await world.run().then(
          ({ error }) => error,
          (thrown: unknown) => thrown,
        );
        const at = `write ${callNumber} (${power.calls.at(-1)})`;
        if (!power.isCut()) {
          expect(error, 'a run without a power cut').to.equal(null);
          break;
        }
        if (error !== null) expect(error, at).to.be.instanceOf(PowerCut);
        world.restart();
        try {
          await world.sync();
          expect(await world.idleRun(), 'the run after').to.include({ actions: 0, writes: 0 });
          expect(
            {
              crm: contents(world.crm),
              exchange: contents(world.exchange),
              links: await linkStates(world),
            },
            'both sides',
          ).to.deep.equal(expected);
          expect(await world.inboxRows(), 'the inbox').to.deep.equal([]);
        } catch (failure) {
          wrong.push(`${at}: ${(failure as Error).message.slice(0, 300)}`);
        }
        await closeWorlds();
      }
      expect(wrong.join('\n')).to.equal('');
    });
  }
});
