/** Kills the process at every step of a first sync. Run by `npm run test:chaos`; prints its figures. */
import { expect } from 'chai';
import { requireServer } from '../db/mysql-scratch.ts';
import { mysqlCases, sqliteCases } from './case-database.ts';
import type { MakeCaseDatabase } from './case-database.ts';
import { openSlot, peopleCount, playCase } from './first-sync.ts';
import type { Blow, CaseResult, Contents, Slot } from './first-sync.ts';

/** Each of the first so many requests and transactions; of those behind them some more, evenly spread. */
interface Blows {
  readonly first: number;
  readonly later: number;
}

/** Two cores: two cases at a time. */
const slotCount = 2;

function spread(total: number, blows: Blows): number[] {
  const first = Array.from({ length: Math.min(blows.first, total) }, (_, index) => index + 1);
  const rest = total - first.length;
  const later = Array.from({ length: Math.min(blows.later, rest) }, (_, index) => index);
  const step = rest / Math.max(1, later.length);
  return [...first, ...later.map((index) => first.length + 1 + Math.floor(index * step))];
}

describe('a first sync that is killed', () => {
  killTests(sqliteCases, { first: 60, later: 20 });
});

describe('a first sync that is killed, on MySQL', () => {
  before(requireServer);
  killTests(mysqlCases, { first: 12, later: 4 });
});

function killTests(makeDatabase: MakeCaseDatabase, count: Blows): void {
  const slots: Slot[] = [];
  let undisturbed: CaseResult;

  before(async () => {
    for (let index = 0; index < slotCount; index += 1) slots.push(await openSlot(makeDatabase));
    undisturbed = await playCase(slots[0] as Slot, null);
  });

  after(async () => {
    for (const slot of slots) await slot.close();
  });

  async function playAll(blows: readonly Blow[], name: string): Promise<void> {
    const waiting = [...blows];
    const sum = { killed: 0, withIntents: 0, intents: 0, adopted: 0 };
    const problems: string[] = [];
    const started = Date.now();
    await Promise.all(
      slots.map(async (slot) => {
        for (let blow = waiting.shift(); blow !== undefined; blow = waiting.shift()) {
          const what = JSON.stringify(blow);
          try {
            const result = await playCase(slot, blow);
            problems.push(...damage(result, undisturbed).map((problem) => `${what}: ${problem}`));
            sum.killed += result.killed ? 1 : 0;
            sum.withIntents += result.intents > 0 ? 1 : 0;
            sum.intents += result.intents;
            sum.adopted += result.adopted;
          } catch (error) {
            problems.push(`${what}: ${String(error)}`);
          }
        }
      }),
    );
    const seconds = (Date.now() - started) / 1000;
    console.log(
      `      ${name}: ${blows.length} cases in ${seconds.toFixed(1)} s, ${sum.killed} killed, ` +
        `${sum.withIntents} left intents behind (${sum.intents}), ${sum.adopted} creates adopted on recovery`,
    );
    expect(problems.join('\n')).to.equal('');
    expect(sum.killed, 'processes killed').to.equal(blows.length);
    expect(sum.withIntents, 'cases with intents').to.be.greaterThan(0);
  }

  it('has the same people on both sides when it is not', () => {
    expect(damage(undisturbed, undisturbed)).to.deep.equal([]);
    for (const side of [undisturbed.crm, undisturbed.exchange]) {
      expect(Object.keys(side)).to.have.lengthOf(peopleCount);
      expect(
        Object.values(side).every((people) => people.length === 1),
        'no doubles',
      ).to.equal(true);
    }
    expect(Object.keys(undisturbed.crm)).to.have.members(Object.keys(undisturbed.exchange));
    console.log(`      undisturbed: ${undisturbed.requests} requests, ${undisturbed.commits} transactions`);
  });

  it('at a request, before or after it is carried out, loses nothing and doubles nothing', async () => {
    const blows = spread(undisturbed.requests, count).map((number): Blow => ({
      at: 'request',
      number,
      fate: number % 2 === 0 ? 'answerLost' : 'lost',
    }));
    await playAll(blows, 'requests');
  });

  it('at a transaction, right before or right after its commit, loses nothing and doubles nothing', async () => {
    const blows = spread(undisturbed.commits ?? 0, count).map((number): Blow => ({
      at: 'commit',
      number,
      when: number % 2 === 0 ? 'after' : 'before',
    }));
    await playAll(blows, 'transactions');
  });
}

/** What a run after the kill left different from a first sync that nobody disturbed. */
function damage(result: CaseResult, undisturbed: CaseResult): string[] {
  const { recovery, further } = result;
  const { crm, exchange } = recovery.counts;
  return [
    ...(recovery.state === 'done' && recovery.held === 0
      ? []
      : [`the run after it: ${JSON.stringify(recovery)}`]),
    ...(crm.failed + exchange.failed === 0 ? [] : [`items failed: ${crm.failed + exchange.failed}`]),
    ...(further.state === 'done' ? [] : [`a further run: ${further.state} ${further.error}`]),
    ...(further.actions ?? []).map((action) => `a further run would ${JSON.stringify(action)}`),
    ...differences('crm', result.crm, undisturbed.crm),
    ...differences('exchange', result.exchange, undisturbed.exchange),
  ];
}

function differences(side: string, found: Contents, expected: Contents): string[] {
  const emails = new Set([...Object.keys(found), ...Object.keys(expected)]);
  return [...emails].flatMap((email) => {
    const [is, should] = [JSON.stringify(found[email]), JSON.stringify(expected[email])];
    return is === should ? [] : [`${side} ${email}: ${is} instead of ${should}`];
  });
}
