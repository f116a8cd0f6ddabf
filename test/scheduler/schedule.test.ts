import { expect } from 'chai';
import { cronProblem, nextCronTime } from '../../src/scheduler/cron.ts';
import { nextDue, spreadOf } from '../../src/scheduler/schedule.ts';

const at = (iso: string): number => Date.parse(iso);
const shown = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const minuteMs = 60_000;

/** The next `count` times after `from` in Berlin. */
function berlin(cron: string, from: string, count: number): (string | null)[] {
  const times: (string | null)[] = [];
  let after: number | null = at(from);
  while (after !== null && times.length < count) {
    after = nextCronTime(cron, 'Europe/Berlin', after);
    times.push(shown(after)?.replace(':00.000Z', 'Z') ?? null);
  }
  return times;
}

describe('nextCronTime', () => {
  it('reads times of day in the zone, in summer and in winter', () => {
    expect(berlin('30 2 * * *', '2026-01-10T12:00:00Z', 1)).to.deep.equal(['2026-01-11T01:30Z']);
    expect(berlin('30 2 * * *', '2026-07-10T12:00:00Z', 1)).to.deep.equal(['2026-07-11T00:30Z']);
  });

  it('gives a time later than the one asked about, also when that is named itself', () => {
    expect(berlin('*/20 * * * *', '2026-01-10T12:00:00Z', 3)).to.deep.equal([
      '2026-01-10T12:20Z',
      '2026-01-10T12:40Z',
      '2026-01-10T13:00Z',
    ]);
  });

  it('takes a time that the clocks jump over at the jump, once', () => {
    // 29 March 2026: 01:59 CET is followed by 03:00 CEST.
    expect(berlin('0,30 2 * * *', '2026-03-28T12:00:00Z', 3)).to.deep.equal([
      '2026-03-29T01:00Z',
      '2026-03-30T00:00Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it('takes a time of day that comes twice the first time only', () => {
    // 25 October 2026: 02:59 CEST is followed by 02:00 CET.
    expect(berlin('30 2 * * *', '2026-10-24T12:00:00Z', 2)).to.deep.equal([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  it('keeps the rhythm of an expression for every hour through both changes', () => {
    expect(berlin('*/30 * * * *', '2026-10-24T23:59:00Z', 6)).to.deep.equal([
      '2026-10-25T00:00Z',
      '2026-10-25T00:30Z',
      '2026-10-25T01:00Z',
      '2026-10-25T01:30Z',
      '2026-10-25T02:00Z',
      '2026-10-25T02:30Z',
    ]);
    expect(berlin('*/30 * * * *', '2026-03-29T00:29:00Z', 3)).to.deep.equal([
      '2026-03-29T00:30Z',
      '2026-03-29T01:00Z',
      '2026-03-29T01:30Z',
    ]);
  });

  it('finds days by name, the last of a month and a leap day', () => {
    expect(berlin('0 9 * * mon-fri', '2026-01-09T12:00:00Z', 1)).to.deep.equal(['2026-01-12T08:00Z']);
    expect(berlin('0 0 L * *', '2026-02-10T12:00:00Z', 1)).to.deep.equal(['2026-02-27T23:00Z']);
    expect(berlin('0 12 29 2 *', '2096-03-01T12:00:00Z', 1)).to.deep.equal(['2104-02-29T11:00Z']);
  });

  it('works where days begin half an hour off', () => {
    expect(shown(nextCronTime('0 0 * * *', 'Asia/Kolkata', at('2026-01-10T12:00:00Z')))).to.equal(
      '2026-01-10T18:30:00.000Z',
    );
  });
});

describe('cronProblem', () => {
  it('says what is wrong with an expression or a zone', () => {
    expect(cronProblem('0 6 * * *', 'Europe/Berlin')).to.equal(null);
    expect(cronProblem('* * * * * *', 'UTC')).to.contain('five fields');
    expect(cronProblem('61 * * * *', 'UTC')).to.contain('no valid');
    expect(cronProblem('0 6 * * *', 'Berlin')).to.contain('time zone');
    expect(cronProblem('0 0 L-29 2 *', 'UTC')).to.contain('never');
  });
});

describe('nextDue', () => {
  const now = at('2026-01-10T12:00:00Z');
  const every15 = { everyMinutes: 15 };
  const nightly = { cron: '0 2 * * *', zone: 'UTC' };

  it('counts an interval from the start of the last run', () => {
    expect(nextDue(every15, now - 5 * minuteMs, now, 1000)).to.equal(now + 10 * minuteMs);
  });

  it('spreads what is overdue and what never ran', () => {
    expect(nextDue(every15, now - 60 * minuteMs, now, 1000)).to.equal(now + 1000);
    expect(nextDue(every15, null, now, 1000)).to.equal(now + 1000);
  });

  it('waits no longer than an interval when the clock was set back', () => {
    expect(nextDue(every15, now + 600 * minuteMs, now, 0)).to.equal(now + 15 * minuteMs);
  });

  it('starts a scope that never ran at the next time of its cron expression', () => {
    expect(shown(nextDue(nightly, null, now, 1000))).to.equal('2026-01-11T02:00:01.000Z');
  });

  it('makes up once for a time that passed while nobody looked', () => {
    expect(nextDue(nightly, at('2026-01-07T02:00:00Z'), now, 1000)).to.equal(now + 1000);
    expect(shown(nextDue(nightly, at('2026-01-10T02:00:05Z'), now, 1000))).to.equal(
      '2026-01-11T02:00:01.000Z',
    );
  });

  it('never spreads so far that the following time is missed', () => {
    const often = { cron: '*/2 * * * *', zone: 'UTC' };
    expect(nextDue(often, null, now, 10 * minuteMs)).to.equal(now + 3 * minuteMs);
  });

  it('has no answer for an expression that never comes true', () => {
    expect(nextDue({ cron: '0 0 L-29 2 *', zone: 'UTC' }, null, now, 0)).to.equal(null);
  });
});

describe('spreadOf', () => {
  it('spreads keys evenly and always alike', () => {
    const quarters = [0, 0, 0, 0];
    for (let index = 0; index < 1000; index++) {
      const quarter = Math.floor(spreadOf(`mailbox-${index}/contacts`) * 4);
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    expect(Math.min(...quarters)).to.be.greaterThan(200);
    expect(spreadOf('m1/contacts')).to.equal(spreadOf('m1/contacts'));
  });
});
