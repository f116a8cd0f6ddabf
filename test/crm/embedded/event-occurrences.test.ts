import { expect } from 'chai';
import { occurrencesBetween } from '../../../src/crm/embedded/event-occurrences.ts';
import { spanOf } from '../../../src/crm/embedded/event-span.ts';
import type { Values } from '../../../src/sync/model.ts';

const single = { start: '2026-03-23T09:00:00', end: '2026-03-23T10:00:00', timeZone: 'Europe/Berlin' };
const weekly = { ...single, recurrence: 'FREQ=WEEKLY;BYDAY=MO' };
const days = { start: '2026-03-23', end: '2026-03-25', timeZone: 'Europe/Berlin' };

const within = (values: Values, from: string, to: string): string[] =>
  occurrencesBetween(values, { fromUtcMs: Date.parse(from), toUtcMs: Date.parse(to) }, 1000).map(
    ({ originalStart, startsAtMs, end }) =>
      `${originalStart ?? 'once'} ${new Date(startsAtMs).toISOString().slice(0, 16)} ${end.slice(5)}`,
  );
const span = (values: Values): (string | null)[] => {
  const found = spanOf(values);
  return [found?.startsAt, found?.endsAt].map((ms) =>
    typeof ms === 'number' ? new Date(ms).toISOString().slice(0, 16) : null,
  );
};

describe('the occurrences of an event', () => {
  it('keep their wall time when the clocks change', () => {
    expect(within(weekly, '2026-03-20T00:00:00Z', '2026-04-07T00:00:00Z')).to.deep.equal([
      '2026-03-23T09:00:00 2026-03-23T08:00 03-23T10:00:00',
      '2026-03-30T09:00:00 2026-03-30T07:00 03-30T10:00:00',
      '2026-04-06T09:00:00 2026-04-06T07:00 04-06T10:00:00',
    ]);
  });

  it('are where the exceptions have them, whatever the rule says', () => {
    const exceptions = {
      '@2026-03-30T09:00:00': 'deleted',
      '@2026-04-06T09:00:00': 'changed',
      '@2026-04-06T09:00:00/start': '2026-03-24T12:00:00',
      '@2026-04-06T09:00:00/end': '2026-03-24T13:00:00',
    };
    expect(
      within({ ...weekly, ...exceptions }, '2026-03-23T00:00:00Z', '2026-04-07T00:00:00Z'),
    ).to.deep.equal([
      '2026-03-23T09:00:00 2026-03-23T08:00 03-23T10:00:00',
      '2026-04-06T09:00:00 2026-03-24T11:00 03-24T13:00:00',
    ]);
  });

  it('belong to a time that they reach into, and not to one that they only touch', () => {
    expect(within(days, '2026-03-24T12:00:00Z', '2026-03-24T13:00:00Z')).to.have.lengthOf(1);
    expect(within(single, '2026-03-23T09:00:00Z', '2026-03-24T00:00:00Z')).to.deep.equal([]);
    expect(within(single, '2026-03-22T00:00:00Z', '2026-03-23T08:00:00Z')).to.deep.equal([]);
  });

  const spans: [what: string, values: Values, span: (string | null)[]][] = [
    ['an event', single, ['2026-03-23T08:00', '2026-03-23T09:00']],
    ['days', days, ['2026-03-22T23:00', '2026-03-24T23:00']],
    ['a series without an end', weekly, ['2026-03-23T08:00', null]],
    [
      'ten weeks',
      { ...weekly, recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=10' },
      ['2026-03-23T08:00', '2026-05-25T08:00'],
    ],
    [
      'a series until a day',
      { ...weekly, recurrence: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20260406' },
      ['2026-03-23T08:00', '2026-04-06T08:00'],
    ],
    [
      'a series with its only occurrence moved out of it',
      {
        ...weekly,
        recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=2',
        '@2026-03-23T09:00:00': 'changed',
        '@2026-03-23T09:00:00/start': '2026-02-01T09:00:00',
        '@2026-03-23T09:00:00/end': '2026-06-01T09:00:00',
      },
      ['2026-02-01T08:00', '2026-06-01T07:00'],
    ],
    ['nothing', {}, [null, null]],
  ];
  for (const [what, values, expected] of spans) {
    it(`reach from the first to the last: ${what}`, () => expect(span(values)).to.deep.equal(expected));
  }
});
