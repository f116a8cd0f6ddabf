import { expect } from 'chai';
import { nearness, spanOf } from '../../src/sync/event-span.ts';
import { isOutside, windowBounds, windowValues } from '../../src/sync/event-window.ts';
import type { SealedValues } from '../../src/sync/model.ts';

const now = Date.parse('2026-03-10T15:30:00Z');

function event(start: string, end: string, timeZone = 'Etc/UTC', more: SealedValues = {}): SealedValues {
  return { start, end, timeZone, recurrence: null, ...more };
}

function series(recurrence: string, more: SealedValues = {}): SealedValues {
  return event('2026-03-02T09:00:00', '2026-03-02T10:00:00', 'Europe/Berlin', { recurrence, ...more });
}

/** A week back and a week ahead: from the 3rd up to and with the 17th. */
const week = { pastDays: 7, futureDays: 7 };

describe('when an event takes place', () => {
  const cases: readonly (readonly [string, SealedValues, readonly [string, string | null] | null])[] = [
    [
      'a single one, in its zone',
      event('2026-03-10T23:00:00', '2026-03-11T01:00:00', 'America/New_York'),
      ['2026-03-11T03:00:00Z', '2026-03-11T05:00:00Z'],
    ],
    [
      'a day, from midnight to midnight of its zone',
      event('2026-03-10', '2026-03-11', 'Pacific/Auckland'),
      ['2026-03-09T11:00:00Z', '2026-03-10T11:00:00Z'],
    ],
    [
      'a series with a number of occurrences, over a clock change',
      series('FREQ=WEEKLY;BYDAY=MO;COUNT=5'),
      ['2026-03-02T08:00:00Z', '2026-03-30T08:00:00Z'],
    ],
    [
      'a series with a last day on which nothing takes place',
      series('FREQ=WEEKLY;BYDAY=MO;UNTIL=20260315'),
      ['2026-03-02T08:00:00Z', '2026-03-09T09:00:00Z'],
    ],
    ['a series without end', series('FREQ=WEEKLY;BYDAY=MO'), ['2026-03-02T08:00:00Z', null]],
    [
      'a series whose first and last occurrence were deleted',
      series('FREQ=WEEKLY;BYDAY=MO;COUNT=4', {
        '@2026-03-02T09:00:00': 'deleted',
        '@2026-03-23T09:00:00': 'deleted',
      }),
      ['2026-03-09T08:00:00Z', '2026-03-16T09:00:00Z'],
    ],
    [
      'a series with an exception moved beyond its last occurrence',
      series('FREQ=WEEKLY;BYDAY=MO;COUNT=2', {
        '@2026-03-02T09:00:00': 'changed',
        '@2026-03-02T09:00:00/start': '2026-04-20T09:00:00',
        '@2026-03-02T09:00:00/end': '2026-04-20T11:00:00',
      }),
      ['2026-03-09T08:00:00Z', '2026-04-20T09:00:00Z'],
    ],
    [
      'a series with an exception moved before its first occurrence',
      series('FREQ=WEEKLY;BYDAY=MO', {
        '@2026-03-09T09:00:00': 'changed',
        '@2026-03-09T09:00:00/start': '2026-02-20T09:00:00',
        '@2026-03-09T09:00:00/end': '2026-02-20T10:00:00',
      }),
      ['2026-02-20T08:00:00Z', null],
    ],
    [
      'a series with an occurrence that only lasts longer',
      series('FREQ=WEEKLY;BYDAY=MO;COUNT=2', {
        '@2026-03-09T09:00:00': 'changed',
        '@2026-03-09T09:00:00/end': '2026-03-09T18:00:00',
      }),
      ['2026-03-02T08:00:00Z', '2026-03-09T17:00:00Z'],
    ],
    [
      'days that repeat',
      event('2026-03-02', '2026-03-04', 'Etc/UTC', { recurrence: 'FREQ=MONTHLY;BYMONTHDAY=2;COUNT=3' }),
      ['2026-03-02T00:00:00Z', '2026-05-04T00:00:00Z'],
    ],
    ['a rule nobody can read', series('FREQ=HOURLY'), null],
    ['a rule that was not read', { start: '2026-03-02', end: '2026-03-03', timeZone: 'Etc/UTC' }, null],
    ['a zone nobody knows', event('2026-03-02', '2026-03-03', 'Nowhere/Land'), null],
    ['a time that is none', event('2026-03-02', 'later'), null],
    [
      'a series of which every occurrence was deleted',
      series('FREQ=WEEKLY;BYDAY=MO;COUNT=1', { '@2026-03-02T09:00:00': 'deleted' }),
      null,
    ],
  ];
  for (const [name, values, expected] of cases) {
    it(`is known of ${name}`, () => {
      const span = spanOf(values);
      const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
      expect(span && [iso(span.startMs), span.endMs === Infinity ? null : iso(span.endMs)]).to.deep.equal(
        expected,
      );
    });
  }
});

describe('the event window', () => {
  it('is not there where no side is bounded', () => {
    expect(windowBounds({ pastDays: null, futureDays: null }, now)).to.equal(null);
  });

  it('is the same at every time of a day in UTC, and another one on the next day', () => {
    const at = (time: string) => windowBounds(week, Date.parse(time));
    expect(at('2026-03-10T00:00:00Z')).to.deep.equal(at('2026-03-10T23:59:59Z'));
    expect(at('2026-03-10T23:59:59Z')).not.to.deep.equal(at('2026-03-11T00:00:00Z'));
  });

  const cases: readonly (readonly [string, SealedValues, 'outside' | 'inside'])[] = [
    ['ended a moment before the first day', event('2026-03-02T22:00:00', '2026-03-02T23:59:59'), 'outside'],
    ['ended at the midnight the first day begins with', event('2026-03-02', '2026-03-03'), 'outside'],
    ['ends on the first day', event('2026-03-02T23:00:00', '2026-03-03T00:00:01'), 'inside'],
    [
      'lasts no time, at the midnight the first day begins with',
      event('2026-03-03T00:00:00', '2026-03-03T00:00:00'),
      'inside',
    ],
    [
      'ended before in UTC, not in its zone',
      event('2026-03-03T00:30:00', '2026-03-03T00:45:00', 'Asia/Tokyo'),
      'outside',
    ],
    [
      'ended on the first day in UTC, not in its zone',
      event('2026-03-02T20:00:00', '2026-03-02T21:00:00', 'America/Los_Angeles'),
      'inside',
    ],
    ['began long ago and goes on', event('2025-01-01T00:00:00', '2026-03-11T00:00:00'), 'inside'],
    ['begins on the last day', event('2026-03-17T23:59:59', '2026-03-18T12:00:00'), 'inside'],
    ['begins on the day after it', event('2026-03-18T00:00:00', '2026-03-18T12:00:00'), 'outside'],
    ['is that day', event('2026-03-18', '2026-03-19'), 'outside'],
    [
      'is that day, which begins earlier in its zone',
      event('2026-03-18', '2026-03-19', 'Europe/Berlin'),
      'inside',
    ],
    [
      'is a series that began long ago and has no end',
      event('2001-01-01', '2001-01-02', 'Etc/UTC', { recurrence: 'FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1' }),
      'inside',
    ],
    [
      'is a series that is over',
      event('2026-01-05', '2026-01-06', 'Etc/UTC', { recurrence: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20260301' }),
      'outside',
    ],
    [
      'is a series that begins too far ahead',
      event('2026-04-06', '2026-04-07', 'Etc/UTC', { recurrence: 'FREQ=WEEKLY;BYDAY=MO' }),
      'outside',
    ],
    [
      'is a series that is over but for an occurrence moved to next week',
      event('2026-01-05T09:00:00', '2026-01-05T10:00:00', 'Etc/UTC', {
        recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=3',
        '@2026-01-12T09:00:00': 'changed',
        '@2026-01-12T09:00:00/start': '2026-03-16T09:00:00',
        '@2026-01-12T09:00:00/end': '2026-03-16T10:00:00',
      }),
      'inside',
    ],
    ['does not say when it is', { start: null, end: null, timeZone: null, recurrence: null }, 'inside'],
  ];
  for (const [name, values, where] of cases) {
    it(`has what ${name} ${where}`, () => {
      const bounds = windowBounds(week, now);
      expect(bounds && isOutside(values, bounds)).to.equal(where === 'outside');
    });
  }

  it('leaves the other side open where only one is bounded', () => {
    const past = windowBounds({ pastDays: 0, futureDays: null }, now);
    const future = windowBounds({ pastDays: null, futureDays: 0 }, now);
    const yesterday = event('2026-03-09', '2026-03-10');
    const tomorrow = event('2026-03-11', '2026-03-12');
    expect(past && [yesterday, tomorrow].map((one) => isOutside(one, past))).to.deep.equal([true, false]);
    expect(future && [yesterday, tomorrow].map((one) => isOutside(one, future))).to.deep.equal([false, true]);
  });

  it('keeps of what is left out its keys and its times, and says which exceptions are no more', () => {
    const values = {
      ...series('FREQ=WEEKLY;BYDAY=MO;COUNT=2', { uid: 'uid-1', subject: 'Talk', location: 'Room 1' }),
      body: { hash: 'h', size: 9000, mediaType: 'text/plain' },
      '@2026-03-02T09:00:00': 'changed',
      '@2026-03-02T09:00:00/start': '2026-03-02T12:00:00',
      '@2026-03-02T09:00:00/location': 'Room 2',
    };
    expect(windowValues(values, { '@2026-03-09T09:00:00': 'deleted', location: 'Room 3' })).to.deep.equal({
      uid: 'uid-1',
      subject: 'Talk',
      start: '2026-03-02T09:00:00',
      end: '2026-03-02T10:00:00',
      timeZone: 'Europe/Berlin',
      recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=2',
      '@2026-03-02T09:00:00': 'changed',
      '@2026-03-02T09:00:00/start': '2026-03-02T12:00:00',
      '@2026-03-09T09:00:00': null,
    });
  });
});

describe('the order of a first sync', () => {
  it('has what goes on, then what comes, the soonest first, then what ended last', () => {
    const events: Record<string, SealedValues> = {
      'no time': { start: null, end: null, timeZone: null, recurrence: null },
      'no rule read': { start: '2026-03-11', end: '2026-03-12', timeZone: 'Etc/UTC' },
      'ended last year': event('2025-03-09', '2025-03-10'),
      'in a year': event('2027-03-10', '2027-03-11'),
      'ended an hour ago': event('2026-03-10T14:00:00', '2026-03-10T14:30:00'),
      'series that ended last week': series('FREQ=DAILY;UNTIL=20260304'),
      'series that goes on next Monday': series('FREQ=WEEKLY;BYDAY=MO'),
      tomorrow: event('2026-03-11', '2026-03-12'),
      'goes on now': event('2026-03-10T15:00:00', '2026-03-10T16:00:00'),
      'series that began in 1999 and goes on in December': event('1999-12-24', '1999-12-25', 'Etc/UTC', {
        recurrence: 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24',
      }),
    };
    const ordered = Object.entries(events)
      .sort(([, one], [, other]) => nearness(one, now) - nearness(other, now))
      .map(([name]) => name);
    expect(ordered).to.deep.equal([
      'goes on now',
      'tomorrow',
      'series that goes on next Monday',
      'series that began in 1999 and goes on in December',
      'in a year',
      'no rule read',
      'ended an hour ago',
      'series that ended last week',
      'ended last year',
      'no time',
    ]);
  });
});
