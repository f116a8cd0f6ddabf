import { expect } from 'chai';
import { formatCalendarDate, parseCalendarDate } from '../../../src/ews/items/calendar-date.ts';

describe('birthday', () => {
  const cases: readonly [string, string | undefined][] = [
    ['1979-02-28T00:00:00Z', '1979-02-28'],
    ['1979-02-27T23:00:00Z', '1979-02-28'],
    ['1979-02-27T12:00:00Z', '1979-02-28'],
    ['1979-02-28T05:00:00Z', '1979-02-28'],
    ['1979-02-28T11:59:00Z', '1979-02-28'],
    ['1979-12-31T22:00:00.000Z', '1980-01-01'],
    ['1979-02-28T00:00:00+02:00', '1979-02-28'],
    ['1979-02-28T00:00:00', '1979-02-28'],
    ['1979-02-28', '1979-02-28'],
    ['1979-02-28Z', '1979-02-28'],
    ['2000-02-29T00:00:00Z', '2000-02-29'],
    ['1979-02-30T00:00:00Z', undefined],
    ['soon', undefined],
    ['', undefined],
  ];
  for (const [moment, date] of cases) {
    it(`reads ${moment || 'nothing'} as ${date ?? 'no date'}`, () => {
      expect(parseCalendarDate(moment)).to.equal(date);
    });
  }

  it('is written as the midnight that is read back', () => {
    expect(formatCalendarDate('1979-02-28')).to.equal('1979-02-28T00:00:00Z');
    expect(parseCalendarDate(formatCalendarDate('0999-01-01') ?? '')).to.equal('0999-01-01');
  });

  it('refuses what is no date of the calendar', () => {
    for (const text of ['1979-2-8', '1979-02-30', '28.02.1979', '0000-01-01', '']) {
      expect(formatCalendarDate(text), text).to.equal(null);
    }
  });
});
