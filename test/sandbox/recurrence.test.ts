/**
 * Expected moments were computed with another program (python-dateutil's rrule and zoneinfo), never with the code
 * under test. Times that a clock change skips count as read with the offset before it, those it repeats as the first.
 */
import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { all, first, get, newEvent, occurrenceId } from './calendar-requests.ts';
import { ask, codes, startRecorded } from './ews-client.ts';

const CASES = [
  {
    title: 'daily over the start of summer time, in the hour that is skipped',
    zone: 'W. Europe Standard Time',
    start: '2030-03-30T02:30:00',
    recurrence:
      '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-03-30</t:StartDate><t:NumberOfOccurrences>4</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2030-03-30T01:30:00Z', '2030-03-31T01:30:00Z', '2030-04-01T00:30:00Z', '2030-04-02T00:30:00Z'],
  },
  {
    title: 'daily over the end of summer time, in the hour that comes twice',
    zone: 'W. Europe Standard Time',
    start: '2030-10-26T02:30:00',
    recurrence:
      '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-10-26</t:StartDate><t:NumberOfOccurrences>4</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2030-10-26T00:30:00Z', '2030-10-27T00:30:00Z', '2030-10-28T01:30:00Z', '2030-10-29T01:30:00Z'],
  },
  {
    title: 'every third day until a date',
    zone: 'Eastern Standard Time',
    start: '2030-03-08T09:00:00',
    recurrence:
      '<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence>' +
      '<t:EndDateRecurrence><t:StartDate>2030-03-08</t:StartDate><t:EndDate>2030-03-20</t:EndDate></t:EndDateRecurrence>',
    starts: [
      '2030-03-08T14:00:00Z',
      '2030-03-11T13:00:00Z',
      '2030-03-14T13:00:00Z',
      '2030-03-17T13:00:00Z',
      '2030-03-20T13:00:00Z',
    ],
  },
  {
    title: 'weekly on two days',
    zone: 'Pacific Standard Time',
    start: '2030-10-29T08:00:00',
    recurrence:
      '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday Thursday</t:DaysOfWeek></t:WeeklyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-10-29</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2030-10-29T15:00:00Z',
      '2030-10-31T15:00:00Z',
      '2030-11-05T16:00:00Z',
      '2030-11-07T16:00:00Z',
      '2030-11-12T16:00:00Z',
    ],
  },
  {
    title: 'every second week, weeks beginning on Sunday',
    zone: 'AUS Eastern Standard Time',
    start: '2030-03-26T09:00:00',
    recurrence:
      '<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Sunday Tuesday</t:DaysOfWeek><t:FirstDayOfWeek>Sunday</t:FirstDayOfWeek></t:WeeklyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-03-26</t:StartDate><t:NumberOfOccurrences>6</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2030-03-25T22:00:00Z',
      '2030-04-06T23:00:00Z',
      '2030-04-08T23:00:00Z',
      '2030-04-20T23:00:00Z',
      '2030-04-22T23:00:00Z',
      '2030-05-04T23:00:00Z',
    ],
  },
  {
    title: 'every second week, weeks beginning on Monday',
    zone: 'AUS Eastern Standard Time',
    start: '2030-03-26T09:00:00',
    recurrence:
      '<t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Sunday Tuesday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-03-26</t:StartDate><t:NumberOfOccurrences>6</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2030-03-25T22:00:00Z',
      '2030-03-30T22:00:00Z',
      '2030-04-08T23:00:00Z',
      '2030-04-13T23:00:00Z',
      '2030-04-22T23:00:00Z',
      '2030-04-27T23:00:00Z',
    ],
  },
  {
    title: 'monthly on the 15th, before and after Brazil gave up summer time',
    zone: 'E. South America Standard Time',
    start: '2018-09-15T10:00:00',
    recurrence:
      '<t:AbsoluteMonthlyRecurrence><t:Interval>3</t:Interval><t:DayOfMonth>15</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2018-09-15</t:StartDate><t:NumberOfOccurrences>6</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2018-09-15T13:00:00Z',
      '2018-12-15T12:00:00Z',
      '2019-03-15T13:00:00Z',
      '2019-06-15T13:00:00Z',
      '2019-09-15T13:00:00Z',
      '2019-12-15T13:00:00Z',
    ],
  },
  {
    title: 'monthly on the 31st, on the last day of months too short',
    zone: 'India Standard Time',
    start: '2027-12-31T10:00:00',
    recurrence:
      '<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>31</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2027-12-31</t:StartDate><t:NumberOfOccurrences>6</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2027-12-31T04:30:00Z',
      '2028-01-31T04:30:00Z',
      '2028-02-29T04:30:00Z',
      '2028-03-31T04:30:00Z',
      '2028-04-30T04:30:00Z',
      '2028-05-31T04:30:00Z',
    ],
  },
  {
    title: "monthly on the second Tuesday, through Morocco's Ramadan",
    zone: 'Morocco Standard Time',
    start: '2026-01-13T09:00:00',
    recurrence:
      '<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek><t:DayOfWeekIndex>Second</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2026-01-13</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2026-01-13T08:00:00Z',
      '2026-02-10T08:00:00Z',
      '2026-03-10T09:00:00Z',
      '2026-04-14T08:00:00Z',
      '2026-05-12T08:00:00Z',
    ],
  },
  {
    title: 'monthly on the last weekday',
    zone: 'Lord Howe Standard Time',
    start: '2030-02-28T09:00:00',
    recurrence:
      '<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-02-28</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2030-02-27T22:00:00Z',
      '2030-03-28T22:00:00Z',
      '2030-04-29T22:30:00Z',
      '2030-05-30T22:30:00Z',
      '2030-06-27T22:30:00Z',
    ],
  },
  {
    title: 'every second month on the first weekend day',
    zone: 'Nepal Standard Time',
    start: '2030-01-05T18:00:00',
    recurrence:
      '<t:RelativeMonthlyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>WeekendDay</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-01-05</t:StartDate><t:NumberOfOccurrences>4</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2030-01-05T12:15:00Z', '2030-03-02T12:15:00Z', '2030-05-04T12:15:00Z', '2030-07-06T12:15:00Z'],
  },
  {
    title: 'monthly on the fourth day',
    zone: 'Tokyo Standard Time',
    start: '2030-01-04T08:00:00',
    recurrence:
      '<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Day</t:DaysOfWeek><t:DayOfWeekIndex>Fourth</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-01-04</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2030-01-03T23:00:00Z', '2030-02-03T23:00:00Z', '2030-03-03T23:00:00Z'],
  },
  {
    title: 'yearly on 29 February, on the 28th of common years',
    zone: 'GMT Standard Time',
    start: '2028-02-29T09:00:00',
    recurrence:
      '<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February</t:Month></t:AbsoluteYearlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2028-02-29</t:StartDate><t:NumberOfOccurrences>5</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: [
      '2028-02-29T09:00:00Z',
      '2029-02-28T09:00:00Z',
      '2030-02-28T09:00:00Z',
      '2031-02-28T09:00:00Z',
      '2032-02-29T09:00:00Z',
    ],
  },
  {
    title: 'yearly on the last Sunday of October, the day the clocks change',
    zone: 'Romance Standard Time',
    start: '2029-10-28T02:30:00',
    recurrence:
      '<t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex><t:Month>October</t:Month></t:RelativeYearlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2029-10-28</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2029-10-28T00:30:00Z', '2030-10-27T00:30:00Z', '2031-10-26T00:30:00Z'],
  },
  {
    title: 'yearly on the first weekday of January, from a day before the pattern begins',
    zone: 'Mountain Standard Time',
    start: '2029-12-15T09:00:00',
    recurrence:
      '<t:RelativeYearlyRecurrence><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex><t:Month>January</t:Month></t:RelativeYearlyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2029-12-15</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2030-01-01T16:00:00Z', '2031-01-01T16:00:00Z', '2032-01-01T16:00:00Z'],
  },
  {
    title: 'weekly without an end',
    zone: 'Greenwich Standard Time',
    start: '2030-01-01T00:00:00',
    recurrence:
      '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence>' +
      '<t:NoEndRecurrence><t:StartDate>2030-01-01</t:StartDate></t:NoEndRecurrence>',
    starts: ['2030-01-01T00:00:00Z', '2030-01-08T00:00:00Z', '2030-01-15T00:00:00Z'],
  },
  {
    title: 'daily in the half hour that Lord Howe skips',
    zone: 'Lord Howe Standard Time',
    start: '2030-10-05T02:15:00',
    recurrence:
      '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-10-05</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence>',
    starts: ['2030-10-04T15:45:00Z', '2030-10-05T15:45:00Z', '2030-10-06T15:15:00Z'],
  },
] as const;

const START_ONLY =
  '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="calendar:Start"/></t:AdditionalProperties>';

describe('sandbox recurrence', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded();
  });
  after(() => server.close());

  function event(one: (typeof CASES)[number]): string {
    const end = `${one.start.slice(0, 11)}${String(Number(one.start.slice(11, 13)) + 1).padStart(2, '0')}${one.start.slice(13)}`;
    return (
      `<t:Subject>x</t:Subject><t:Start>${one.start}</t:Start><t:End>${end}</t:End>` +
      `<t:Recurrence>${one.recurrence}</t:Recurrence><t:StartTimeZone Id="${one.zone}"/>`
    );
  }

  for (const one of CASES) {
    it(`falls ${one.title}, in ${one.zone}`, async () => {
      const master = await newEvent(server.url, event(one));
      const ids = one.starts.map((_start, index) => occurrenceId(master, index + 1)).join('');
      const answer = await ask(server.url, get(ids, START_ONLY));
      expect(all(answer, 'Start')).to.deep.equal([...one.starts]);
      const next = await ask(server.url, get(occurrenceId(master, one.starts.length + 1)));
      if (one.recurrence.includes('NoEndRecurrence')) expect(codes(next)).to.deep.equal(['NoError']);
      else expect(codes(next)).to.deep.equal(['ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange']);
    });
  }

  it('gives the pattern back as it was given, with its dates zoned [MS-OXWSMTGS R390] [MS-OXWSMTGS R391]', async () => {
    for (const one of CASES) {
      const master = await newEvent(server.url, event(one));
      const answer = await ask(server.url, get(`<t:ItemId Id="${master.id}"/>`));
      const given = one.recurrence.replace(/(Date>\d{4}-\d\d-\d\d)</g, '$1Z<');
      const back = first(answer, 'Recurrence') ?? '';
      const compared = given.includes('FirstDayOfWeek')
        ? back
        : back.replace(/<t:FirstDayOfWeek>.*?<\/t:FirstDayOfWeek>/, '');
      expect(compared, one.title).to.equal(given);
    }
  });

  it('keeps the clock time of the end when the clocks change in between', async () => {
    const master = await newEvent(
      server.url,
      '<t:Start>2030-03-29T23:00:00</t:Start><t:End>2030-03-30T05:00:00</t:End><t:Recurrence><t:DailyRecurrence>' +
        '<t:Interval>1</t:Interval></t:DailyRecurrence><t:NumberedRecurrence><t:StartDate>2030-03-29</t:StartDate>' +
        '<t:NumberOfOccurrences>2</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>' +
        '<t:StartTimeZone Id="W. Europe Standard Time"/>',
    );
    const answer = await ask(server.url, get(occurrenceId(master, 2)));
    expect([first(answer, 'Start'), first(answer, 'End')]).to.deep.equal([
      '2030-03-30T22:00:00Z',
      '2030-03-31T03:00:00Z',
    ]);
  });

  const refused = [
    {
      title: 'groups of days in a week [MS-OXWSMTGS R1205] [MS-OXWSCDATA R2110]',
      recurrence:
        '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek></t:WeeklyRecurrence>' +
        '<t:NoEndRecurrence><t:StartDate>2030-01-01</t:StartDate></t:NoEndRecurrence>',
      code: 'ErrorCalendarInvalidDayForWeeklyRecurrence',
    },
    {
      title: 'an end before the first occurrence',
      recurrence:
        '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:EndDateRecurrence>' +
        '<t:StartDate>2030-01-02</t:StartDate><t:EndDate>2030-01-01</t:EndDate></t:EndDateRecurrence>',
      code: 'ErrorRecurrenceHasNoOccurrence',
    },
    {
      title: 'an end later than Exchange can keep',
      recurrence:
        '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:EndDateRecurrence>' +
        '<t:StartDate>2030-01-02</t:StartDate><t:EndDate>4600-01-01</t:EndDate></t:EndDateRecurrence>',
      code: 'ErrorRecurrenceEndDateTooBig',
    },
    {
      title: 'an interval of nothing',
      recurrence:
        '<t:DailyRecurrence><t:Interval>0</t:Interval></t:DailyRecurrence><t:NoEndRecurrence>' +
        '<t:StartDate>2030-01-02</t:StartDate></t:NoEndRecurrence>',
      code: 'ErrorCalendarOutOfRange',
    },
  ];
  for (const { title, recurrence, code } of refused) {
    it(`refuses ${title}`, async () => {
      const answer = await ask(
        server.url,
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>' +
          '<t:Start>2030-01-01T09:00:00Z</t:Start><t:End>2030-01-01T10:00:00Z</t:End>' +
          `<t:Recurrence>${recurrence}</t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>`,
      );
      expect(codes(answer)).to.deep.equal([code]);
    });
  }

  it('refuses occurrences that are not over when the next one begins', async () => {
    const answer = await ask(
      server.url,
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>' +
        '<t:Start>2030-01-01T09:00:00Z</t:Start><t:End>2030-01-02T10:00:00Z</t:End><t:Recurrence>' +
        '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NoEndRecurrence>' +
        '<t:StartDate>2030-01-01</t:StartDate></t:NoEndRecurrence></t:Recurrence></t:CalendarItem></m:Items></m:CreateItem>',
    );
    expect(codes(answer)).to.deep.equal(['ErrorOccurrenceTimeSpanTooBig']);
  });
});
