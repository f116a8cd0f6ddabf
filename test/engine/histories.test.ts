/** Random but repeatable histories: people work on both sides, servers fail, the power goes; in the end everything fits. */
import { expect } from 'chai';
import { openDatabase } from '../../src/db/database.ts';
import type { Side } from '../../src/sync/model.ts';
import { sides } from '../../src/sync/model.ts';
import { remoteError } from './memory-side.ts';
import { cutAt } from './power-cut.ts';
import { minuteMs, person, World } from './world.ts';

type Random = (below: number) => number;

/** Mulberry32: small, and the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Edit {
  readonly field: string;
  readonly value: string;
}

class History {
  readonly told: string[] = [];
  readonly world: World;
  readonly #random: Random;
  /** By person: the last edit of each field, wherever it was made. */
  readonly #edits = new Map<number, Map<string, Edit>>();
  /** People somebody deleted or moved away, each once: no more is promised for them than that nobody is doubled. */
  readonly #touchy = new Set<number>();
  #people = 0;
  #lastValue = 0;

  constructor(world: World, random: Random) {
    this.world = world;
    this.#random = random;
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[this.#random(list.length)];
  }

  #numberOf(email: unknown): number {
    return Number(/^person(\d+)@/.exec(String(email))?.[1]);
  }

  #someone(side: Side): { id: string; number: number } | undefined {
    const item = this.#pick(this.world[side].list());
    return item && { id: item.id, number: this.#numberOf(item.values['email1']) };
  }

  /** Somebody who is on both sides and whom nobody deleted or moved before. */
  async #someoneLinked(side: Side): Promise<{ id: string; number: number } | undefined> {
    const one = this.#someone(side);
    if (!one || this.#touchy.has(one.number)) return undefined;
    return (await this.world.activeLinks()).some((link) => link[`${side}Id`] === one.id) ? one : undefined;
  }

  async step(): Promise<void> {
    const { world } = this;
    const side = this.#pick(sides) ?? 'crm';
    const system = world[side];
    switch (this.#random(12)) {
      case 0:
      case 1: {
        this.#people += 1;
        this.told.push(`add ${this.#people} to ${side}`);
        system.add(person(this.#people), side === 'crm' ? { ownerId: 'alice' } : {});
        return;
      }
      case 2: {
        // The same person on both sides before anybody linked them.
        this.#people += 1;
        this.told.push(`add ${this.#people} to both`);
        world.crm.add(person(this.#people, { jobTitle: 'of crm' }), { ownerId: 'alice' });
        world.exchange.add(person(this.#people, { mobilePhone: 'of exchange' }));
        return;
      }
      case 3:
      case 4:
      case 5: {
        const one = this.#someone(side);
        if (!one) return;
        const field = this.#pick(['jobTitle', 'company', 'notes', 'photo']) ?? '';
        this.#lastValue += 1;
        const value =
          field === 'notes' ? `${'Long. '.repeat(100)}${this.#lastValue}` : `value ${this.#lastValue}`;
        this.told.push(`change ${field} of ${one.number} on ${side} to ${this.#lastValue}`);
        if (field === 'photo') {
          system.change(one.id, { photo: { mediaType: 'image/png', content: btoa(value) } });
          return;
        }
        system.change(one.id, { [field]: value });
        const edits = this.#edits.get(one.number) ?? new Map<string, Edit>();
        this.#edits.set(one.number, edits.set(field, { field, value }));
        return;
      }
      case 6: {
        const one = await this.#someoneLinked(side);
        if (!one) return;
        this.told.push(`delete ${one.number} on ${side}`);
        this.#touchy.add(one.number);
        system.delete(one.id);
        if (this.#random(3) === 0) {
          this.told.push('… and make it again');
          system.add(person(one.number), side === 'crm' ? { ownerId: 'alice' } : {});
        }
        return;
      }
      case 7: {
        const one = await this.#someoneLinked('exchange');
        if (!one) return;
        this.#touchy.add(one.number);
        const away = world.exchange.move(one.id, 'elsewhere');
        const isBack = this.#random(2) === 0;
        this.told.push(`move ${one.number} away${isBack ? ' and back after a run' : ''}`);
        if (!isBack) return;
        await this.#run();
        world.exchange.move(away, 'home');
        return;
      }
      case 8: {
        const method =
          this.#pick(['create', 'update', 'remove', 'read', 'changes', 'find', 'locate'] as const) ?? 'read';
        const kind = this.#pick(['lostRequest', 'lostAnswer'] as const) ?? 'lostAnswer';
        this.told.push(`${kind} at the next ${method} on ${side}`);
        system.fail(method, { kind, error: remoteError(side) });
        return;
      }
      case 9: {
        this.told.push(`${side} forgets its cursors`);
        system.forgetCursors();
        return;
      }
      case 10: {
        const power = cutAt(1 + this.#random(25));
        world.wrapping = power.wrapping;
        await world.run().catch(() => null);
        world.restart();
        this.told.push(`a run${power.isCut() ? ` cut at ${power.calls.at(-1)}` : ''}`);
        return;
      }
      default:
        return this.#run();
    }
  }

  async #run(): Promise<void> {
    // Somebody may work on an item in the moment in which it is written.
    if (this.#random(3) === 0) {
      const side = this.#pick(sides) ?? 'crm';
      const one = this.#someone(side);
      let once = true;
      this.world[side].meanwhile = ({ method }) => {
        if (
          !once ||
          !one ||
          !['update', 'remove', 'create'].includes(method) ||
          !this.world[side].has(one.id)
        )
          return;
        once = false;
        this.#lastValue += 1;
        const value = `value ${this.#lastValue}`;
        this.told.push(
          `change department of ${one.number} on ${side} to ${this.#lastValue} during a ${method}`,
        );
        this.world[side].change(one.id, { department: value });
        const edits = this.#edits.get(one.number) ?? new Map<string, Edit>();
        this.#edits.set(one.number, edits.set('department', { field: 'department', value }));
      };
    }
    const { state } = await this.world.run();
    for (const side of sides) this.world[side].meanwhile = () => undefined;
    this.told.push(`a run: ${state}`);
  }

  /** Everybody works again, nobody edits any more. */
  async settleDown(): Promise<void> {
    const { world } = this;
    for (const side of sides) world[side].clearFaults();
    for (let turn = 0; turn < 3; turn += 1) {
      world.now += 30 * minuteMs;
      await world.sync();
      // The first run that ends well holds its deletions.
      if ((await world.held()).length > 0) await world.decide('approved');
    }
  }

  async check(): Promise<void> {
    const { world } = this;
    expect(await world.idleRun(), 'one more run').to.include({ actions: 0, writes: 0 });
    const links = await world.activeLinks();
    for (const side of sides) {
      const numbers = world[side].list().map(({ values }) => this.#numberOf(values['email1']));
      expect(numbers.length, `${side} has somebody twice: ${numbers.join(' ')}`).to.equal(
        new Set(numbers).size,
      );
      const ids = links.map((link) => link[`${side}Id`]);
      expect(ids.length, `two links know one item of ${side}`).to.equal(new Set(ids).size);
    }
    for (const link of links) {
      const [crm, exchange] = [world.crm.get(link.crmId ?? ''), world.exchange.get(link.exchangeId ?? '')];
      expect(exchange.values, `link ${link.id}`).to.deep.equal(crm.values);
    }
    const losers = (await world.losers()).map(({ value }) => value);
    for (let number = 1; number <= this.#people; number += 1) {
      if (this.#touchy.has(number)) continue;
      for (const side of sides) {
        const item = world[side].list().find(({ values }) => this.#numberOf(values['email1']) === number);
        expect(item, `${number} on ${side}`).not.to.equal(undefined);
        for (const { field, value } of this.#edits.get(number)?.values() ?? []) {
          const isLost = losers.some(
            (loser) => loser === value || (typeof loser === 'object' && field === 'notes'),
          );
          if (!isLost) expect(item?.values[field], `${field} of ${number} on ${side}`).to.equal(value);
        }
      }
    }
  }
}

const histories = Number(process.env['HISTORIES'] ?? 24);
const firstSeed = Number(process.env['SEED'] ?? 1);

describe('a random history', () => {
  for (let seed = firstSeed; seed < firstSeed + histories; seed += 1) {
    it(`ends with both sides alike, nothing lost and nothing doubled (seed ${seed})`, async () => {
      const random = randomFrom(seed);
      const database = await openDatabase('sqlite::memory:');
      try {
        const world = new World(database, {
          crm: { batchSize: 1 + random(4), pageSize: 1 + random(5), restless: random(4) === 0 },
          exchange: {
            batchSize: 1 + random(4),
            pageSize: 1 + random(5),
            restless: random(4) === 0,
            separate: random(2) === 0 ? ['photo'] : [],
            ridesAlong: random(3) === 0,
          },
          settings: {
            winner: random(2) === 0 ? 'crm' : 'exchange',
            deletes: { crm: random(4) > 0, exchange: random(4) > 0 },
          },
        });
        const history = new History(world, random);
        try {
          for (let step = 0; step < 30; step += 1) await history.step();
          await history.settleDown();
          await history.check();
        } catch (error) {
          if (error instanceof Error) error.message += `\n${history.told.join('\n')}`;
          throw error;
        }
      } finally {
        await database.close();
      }
    });
  }
});
