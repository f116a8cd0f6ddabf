import { expect } from 'chai';
import { judgePlan } from '../../src/sync/guard.ts';
import type { GuardInput } from '../../src/sync/guard.ts';
import type { PlanTotals } from '../../src/sync/stores.ts';

const none: PlanTotals = { creates: 0, removes: 0, overwrites: 0 };

function judge(plan: Partial<PlanTotals>, more: Partial<Omit<GuardInput, 'plan'>> = {}): string[] {
  return Object.keys(
    judgePlan({
      plan: { ...none, ...plan },
      recent: none,
      links: 1000,
      firstRun: false,
      rootFolderChanged: false,
      pausedDays: 0,
      limits: {
        removes: { count: 10, share: 0.1 },
        overwrites: { count: 100, share: 0.25 },
        creates: { count: 1000, share: 0.25 },
        pauseDays: 30,
      },
      ...more,
    }),
  ).sort();
}

describe('the guard', () => {
  it('lets an empty plan through whatever happened', () => {
    expect(judge({}, { rootFolderChanged: true, pausedDays: 1000, links: 0 })).to.deep.equal([]);
    expect(judge({}, { firstRun: true })).to.deep.equal([]);
  });

  const limits = [
    { what: 'removes', links: 20, allowed: 10 },
    { what: 'removes', links: 1000, allowed: 100 },
    { what: 'removes', links: 1009, allowed: 100 },
    { what: 'overwrites', links: 20, allowed: 100 },
    { what: 'overwrites', links: 1000, allowed: 250 },
    { what: 'creates', links: 20, allowed: 1000 },
    { what: 'creates', links: 10_000, allowed: 2500 },
  ] as const;
  for (const { what, links, allowed } of limits) {
    it(`lets ${allowed} ${what} through with ${links} links, and holds one more`, () => {
      expect(judge({ [what]: allowed }, { links })).to.deep.equal([]);
      expect(judge({ [what]: allowed + 1 }, { links })).to.deep.equal([what]);
    });

    it(`counts the ${what} of the last 24 hours in (${links} links)`, () => {
      expect(judge({ [what]: 1 }, { links, recent: { ...none, [what]: allowed } })).to.deep.equal([what]);
      expect(judge({}, { links, recent: { ...none, [what]: allowed + 1 } })).to.deep.equal([]);
    });
  }

  it('holds only what is too much', () => {
    expect(judge({ creates: 1001, removes: 1, overwrites: 1 })).to.deep.equal(['creates']);
    expect(judge({ creates: 1001, removes: 101, overwrites: 251 })).to.deep.equal([
      'creates',
      'overwrites',
      'removes',
    ]);
  });

  it('holds every deletion of the first run, and nothing else of it', () => {
    expect(judge({ removes: 1, creates: 100_000, overwrites: 100_000 }, { firstRun: true })).to.deep.equal([
      'removes',
    ]);
  });

  it('holds deletions when all that is linked would go', () => {
    expect(judge({ removes: 5 }, { links: 5 })).to.deep.equal(['removes']);
    expect(judge({ removes: 4 }, { links: 5 })).to.deep.equal([]);
    expect(judge({ removes: 1 }, { links: 1 }), 'the only one').to.deep.equal([]);
  });

  it('holds deletions after the folder changed and after a long pause', () => {
    expect(judge({ removes: 1, creates: 1 }, { rootFolderChanged: true })).to.deep.equal(['removes']);
    expect(judge({ removes: 1, creates: 1 }, { pausedDays: 31 })).to.deep.equal(['removes']);
    expect(judge({ removes: 1 }, { pausedDays: 30 })).to.deep.equal([]);
  });

  it('says why', () => {
    const input = { recent: none, firstRun: false, rootFolderChanged: false, pausedDays: 0, links: 20 };
    const limit = { count: 1, share: 0 };
    const held = judgePlan({
      ...input,
      plan: { ...none, creates: 3 },
      limits: { removes: limit, overwrites: limit, creates: limit, pauseDays: 30 },
    });
    expect(held.creates).to.equal('3 creates within 24 hours are more than the 1 allowed');
  });
});
