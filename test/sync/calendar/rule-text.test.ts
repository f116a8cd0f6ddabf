import { expect } from 'chai';
import fc from 'fast-check';
import { formatRule, parseRule } from '../../../src/sync/calendar/rule-text.ts';
import { arbitrarySeries } from './rules.ts';

/** A Wednesday. */
const event = { start: '2025-01-15T09:30:00', timeZone: 'Europe/Berlin' };

function canonical(text: string, start = event.start, timeZone = event.timeZone): string {
  const result = parseRule(text, { start, timeZone });
  return 'problem' in result ? `${result.problem.code} ${result.problem.part}` : formatRule(result.rule);
}

describe('recurrence rules as text', () => {
  const same: readonly (readonly [text: string, canonical: string])[] = [
    ['FREQ=DAILY', 'FREQ=DAILY'],
    ['rrule:interval=1;freq=daily;', 'FREQ=DAILY'],
    ['FREQ=DAILY;INTERVAL=3;COUNT=10', 'FREQ=DAILY;INTERVAL=3;COUNT=10'],
    ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'],
    ['FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=WE'],
    ['FREQ=WEEKLY;BYDAY=FR,MO;WKST=SU', 'FREQ=WEEKLY;BYDAY=MO,FR'],
    ['FREQ=WEEKLY;BYDAY=SU,SA,MO,TU,WE,TH,FR', 'FREQ=DAILY'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,WE;WKST=SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU;WKST=SU'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=TU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=WE'],
    ['FREQ=MONTHLY', 'FREQ=MONTHLY;BYMONTHDAY=15'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1'],
    ['FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1'],
    ['FREQ=MONTHLY;BYMONTHDAY=30,29,28;BYSETPOS=-1', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1'],
    ['FREQ=MONTHLY;BYDAY=+2TU', 'FREQ=MONTHLY;BYDAY=2TU'],
    ['FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2', 'FREQ=MONTHLY;BYDAY=2TU'],
    ['FREQ=MONTHLY;BYDAY=-1FR', 'FREQ=MONTHLY;BYDAY=-1FR'],
    ['FREQ=MONTHLY;BYDAY=FR,TH,WE,TU,MO;BYSETPOS=1', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1'],
    ['FREQ=MONTHLY;BYDAY=SU,SA;BYSETPOS=-1', 'FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1'],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=3', 'FREQ=MONTHLY;BYMONTHDAY=3'],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1'],
    ['FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=15', 'FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=15'],
    ['FREQ=YEARLY', 'FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=15'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'],
    ['FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1', 'FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30'],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 'FREQ=YEARLY;BYMONTH=11;BYDAY=4TH'],
    ['FREQ=YEARLY;INTERVAL=2', 'FREQ=MONTHLY;INTERVAL=24;BYMONTHDAY=15'],
    ['FREQ=YEARLY;INTERVAL=4;BYMONTH=1;BYDAY=1MO', 'FREQ=MONTHLY;INTERVAL=48;BYDAY=1MO'],
    ['FREQ=DAILY;BYHOUR=9;BYMINUTE=30;BYSECOND=0', 'FREQ=DAILY'],
    ['FREQ=WEEKLY;X-EXSYNC-REGENERATE=TRUE;INTERVAL=2', 'FREQ=WEEKLY;INTERVAL=2;X-EXSYNC-REGENERATE=TRUE'],
    // UNTIL in each of its forms
    ['FREQ=DAILY;UNTIL=20250131', 'FREQ=DAILY;UNTIL=20250131'],
    ['FREQ=DAILY;UNTIL=20250131T093000', 'FREQ=DAILY;UNTIL=20250131'],
    ['FREQ=DAILY;UNTIL=20250131T092959', 'FREQ=DAILY;UNTIL=20250130'],
    ['FREQ=DAILY;UNTIL=20250131T083000Z', 'FREQ=DAILY;UNTIL=20250131'],
    ['FREQ=DAILY;UNTIL=20250131T082959Z', 'FREQ=DAILY;UNTIL=20250130'],
    ['FREQ=DAILY;UNTIL=20250131T235959Z', 'FREQ=DAILY;UNTIL=20250131'],
    ['FREQ=DAILY;UNTIL=20250731T073000Z', 'FREQ=DAILY;UNTIL=20250731'],
    ['FREQ=DAILY;UNTIL=99991231T235959Z', 'FREQ=DAILY'],
  ];
  for (const [text, expected] of same) {
    it(`${text} is ${expected}`, () => expect(canonical(text)).to.equal(expected));
  }

  const refused: readonly (readonly [text: string, problem: string])[] = [
    ['', 'malformed RRULE'],
    ['FREQ=DAILY;;', 'malformed RRULE'],
    ['FREQ=DAILY;COUNT', 'malformed RRULE'],
    ['INTERVAL=2', 'malformed FREQ'],
    ['FREQ=HOURLY', 'part FREQ'],
    ['FREQ=DAILY;FREQ=DAILY', 'malformed FREQ'],
    ['FREQ=DAILY;COUNT=2;UNTIL=20250131', 'malformed COUNT'],
    ['FREQ=DAILY;COUNT=0', 'malformed COUNT'],
    ['FREQ=DAILY;COUNT=1000', 'count COUNT'],
    ['FREQ=DAILY;INTERVAL=0', 'malformed INTERVAL'],
    ['FREQ=DAILY;INTERVAL=1000', 'interval INTERVAL'],
    ['FREQ=DAILY;UNTIL=20250230', 'malformed UNTIL'],
    ['FREQ=DAILY;UNTIL=20250114', 'noOccurrence UNTIL'],
    ['FREQ=DAILY;INTERVAL=2;BYDAY=MO', 'part BYDAY'],
    ['FREQ=DAILY;BYHOUR=9,12', 'part BYHOUR'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'part BYDAY'],
    ['FREQ=WEEKLY;BYDAY=XX', 'malformed BYDAY'],
    ['FREQ=WEEKLY;BYMONTH=3', 'part BYMONTH'],
    ['FREQ=MONTHLY;BYMONTHDAY=31', 'shortMonths BYMONTHDAY'],
    ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'part BYMONTHDAY'],
    ['FREQ=MONTHLY;BYMONTHDAY=-2', 'part BYMONTHDAY'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'malformed BYMONTHDAY'],
    ['FREQ=MONTHLY;BYMONTHDAY=29,30;BYSETPOS=-1', 'part BYMONTHDAY'],
    ['FREQ=MONTHLY;BYDAY=5MO', 'part BYDAY'],
    ['FREQ=MONTHLY;BYDAY=MO', 'part BYDAY'],
    ['FREQ=MONTHLY;BYDAY=1MO,3MO', 'part BYDAY'],
    ['FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=1', 'part BYDAY'],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 'part BYMONTHDAY'],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', 'shortMonths BYMONTHDAY'],
    ['FREQ=YEARLY;BYMONTH=1,7', 'part BYMONTH'],
    ['FREQ=YEARLY;BYDAY=20MO', 'part BYDAY'],
    ['FREQ=YEARLY;BYMONTHDAY=1', 'part BYMONTHDAY'],
    ['FREQ=YEARLY;BYWEEKNO=20', 'part BYWEEKNO'],
    ['FREQ=YEARLY;INTERVAL=2;BYMONTH=3', 'part INTERVAL'],
    ['FREQ=DAILY;RSCALE=HEBREW', 'part RSCALE'],
    ['FREQ=WEEKLY;BYDAY=MO;X-EXSYNC-REGENERATE=TRUE', 'part BYDAY'],
    [`FREQ=DAILY;${'X'.repeat(600)}=1`, 'malformed RRULE'],
  ];
  for (const [text, expected] of refused) {
    it(`${text.slice(0, 60) || 'nothing'} is refused: ${expected}`, () =>
      expect(canonical(text)).to.equal(expected));
  }

  it('take what they leave out from the start', () => {
    expect(canonical('FREQ=MONTHLY', '2025-01-31T09:00:00')).to.equal('shortMonths BYMONTHDAY');
    expect(canonical('FREQ=YEARLY', '2024-02-29')).to.equal('shortMonths BYMONTHDAY');
    expect(canonical('FREQ=WEEKLY', '2025-01-19')).to.equal('FREQ=WEEKLY;BYDAY=SU');
  });

  it('read the day that is written as the end of an all-day series', () => {
    for (const until of ['20250131', '20250131T000000', '20250131T000000Z', '20250131T230000Z']) {
      expect(canonical(`FREQ=DAILY;UNTIL=${until}`, '2025-01-15')).to.equal('FREQ=DAILY;UNTIL=20250131');
    }
  });

  it('read an end in UTC by the clocks of the zone', () => {
    const until = 'FREQ=DAILY;UNTIL=20250131T020000Z';
    expect(canonical(until, '2025-01-15T20:00:00', 'America/New_York')).to.equal('FREQ=DAILY;UNTIL=20250130');
    expect(canonical(until, '2025-01-15T22:00:00', 'America/New_York')).to.equal('FREQ=DAILY;UNTIL=20250129');
    expect(canonical(until, '2025-01-15T07:45:00', 'Asia/Kathmandu')).to.equal('FREQ=DAILY;UNTIL=20250131');
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(arbitrarySeries, ({ rule, startDate }) => {
        for (const start of [startDate, `${startDate}T23:30:00`]) {
          const result = parseRule(formatRule(rule), { start, timeZone: 'Europe/Berlin' });
          expect(result).to.deep.equal({ rule });
        }
      }),
      { numRuns: 2000, seed: 4721 },
    );
  });
});
