import { expect } from 'chai';
import { isTimeZone } from '../../../src/sync/calendar/zone-offset.ts';
import { localToUtcMs, utcToLocal } from '../../../src/sync/calendar/zoned-time.ts';
import { wallClockMoments } from './wall-clock.ts';
import { zones } from './rules.ts';

function utc(local: string, zone: string): string {
  return new Date(localToUtcMs(local, zone)).toISOString().replace('.000', '');
}

describe('wall times and moments', () => {
  const table: readonly (readonly [what: string, local: string, zone: string, utc: string])[] = [
    ['winter', '2025-01-15T09:00:00', 'Europe/London', '2025-01-15T09:00:00Z'],
    ['summer', '2025-07-15T09:00:00', 'Europe/London', '2025-07-15T08:00:00Z'],
    ['a gap: the offset before', '2025-03-30T01:30:00', 'Europe/London', '2025-03-30T01:30:00Z'],
    ['an overlap: the first', '2025-10-26T01:30:00', 'Europe/London', '2025-10-26T00:30:00Z'],
    ['a gap', '2025-03-09T02:30:00', 'America/New_York', '2025-03-09T07:30:00Z'],
    ['an overlap', '2025-11-02T01:30:00', 'America/New_York', '2025-11-02T05:30:00Z'],
    ['the end of a gap', '2025-03-09T03:00:00', 'America/New_York', '2025-03-09T07:00:00Z'],
    ['the end of an overlap', '2025-11-02T02:00:00', 'America/New_York', '2025-11-02T07:00:00Z'],
    ['midnight in a gap', '2018-11-04T00:00:00', 'America/Sao_Paulo', '2018-11-04T03:00:00Z'],
    ['no summer time any more', '2019-11-10T12:00:00', 'America/Sao_Paulo', '2019-11-10T15:00:00Z'],
    ['a date is its midnight', '2018-11-05', 'America/Sao_Paulo', '2018-11-05T02:00:00Z'],
    ['half an hour of summer time', '2025-01-15T09:00:00', 'Australia/Lord_Howe', '2025-01-14T22:00:00Z'],
    ['a gap of half an hour', '2025-10-05T02:15:00', 'Australia/Lord_Howe', '2025-10-04T15:45:00Z'],
    ['Ramadan', '2024-03-20T12:00:00', 'Africa/Casablanca', '2024-03-20T12:00:00Z'],
    ['after Ramadan', '2024-04-20T12:00:00', 'Africa/Casablanca', '2024-04-20T11:00:00Z'],
    ['quarters of an hour', '2025-06-01T00:00:00', 'Asia/Kathmandu', '2025-05-31T18:15:00Z'],
    ['a day that never was', '2011-12-30T09:00:00', 'Pacific/Apia', '2011-12-30T19:00:00Z'],
  ];
  for (const [what, local, zone, expected] of table) {
    it(`${local} in ${zone} is ${expected} (${what})`, () => expect(utc(local, zone)).to.equal(expected));
  }

  it('agree with what clocks show at every quarter of an hour around every change of 2018 to 2026', function () {
    this.timeout(60_000);
    let checked = 0;
    for (const zone of zones) {
      const shown = wallClockMoments(zone, { from: '2018-01-01', to: '2026-12-31' });
      for (const [local, moments] of shown) {
        const [first] = moments;
        if (first === undefined) throw new Error(local);
        expect(localToUtcMs(local, zone), `${local} ${zone}`).to.equal(first);
        for (const moment of moments) expect(utcToLocal(moment, zone)).to.equal(local);
        checked++;
      }
    }
    expect(checked).to.be.greaterThan(5000);
  });

  it('know no zone that is none, and no time that is none', () => {
    expect(isTimeZone('Europe/Nowhere')).to.equal(false);
    expect(isTimeZone('')).to.equal(false);
    expect(() => localToUtcMs('2025-01-01T00:00:00', 'Europe/Nowhere')).to.throw(RangeError);
    for (const text of ['2025-02-30', '2025-01-01T24:00:00', '2025-01-01 00:00:00', '2025-01-01T00:00', '']) {
      expect(() => localToUtcMs(text, 'UTC'), text).to.throw(RangeError);
    }
  });
});
