/** Events and series whose occurrences are hard to keep: written as RFC 5545 has them and as EWS has them. */

/** An occurrence that is not as the rule says; without `to` it was deleted. */
export interface RowException {
  /** Of the occurrence in its series, from 1 (EWS: InstanceIndex). */
  readonly index: number;
  /** Wall time or day in the zone of the series. */
  readonly original: string;
  readonly to?: readonly [start: string, end: string];
}

export interface Row {
  /** What is hard about it. */
  readonly what: string;
  readonly zone: keyof typeof windowsNames;
  /** Wall times, or days with an exclusive end. */
  readonly start: string;
  readonly end: string;
  readonly rule?: string;
  /** The pattern of the rule in EWS; the range follows from COUNT or UNTIL. */
  readonly pattern?: string;
  readonly exceptions?: readonly RowException[];
  /** Starts that were looked up by hand. */
  readonly moments?: readonly string[];
  /** The zone as a client spells it that trusts no names; such events are made in Exchange only. */
  readonly spelled?: SpelledZone;
  /** The pattern needs FirstDayOfWeek, which Exchange 2007 does not have. */
  readonly since2010?: true;
}

/** The elements of Exchange 2007, and those of 2010 and later. */
export interface SpelledZone {
  readonly meeting: string;
  readonly definition: string;
}

/** As CLDR pairs them, for the place itself. */
export const windowsNames = {
  'Africa/Casablanca': 'Morocco Standard Time',
  'America/New_York': 'Eastern Standard Time',
  'America/Phoenix': 'US Mountain Standard Time',
  'America/Sao_Paulo': 'E. South America Standard Time',
  'America/St_Johns': 'Newfoundland Standard Time',
  'Asia/Jerusalem': 'Israel Standard Time',
  'Asia/Kathmandu': 'Nepal Standard Time',
  'Asia/Tokyo': 'Tokyo Standard Time',
  'Atlantic/Azores': 'Azores Standard Time',
  'Australia/Lord_Howe': 'Lord Howe Standard Time',
  'Australia/Sydney': 'AUS Eastern Standard Time',
  'Etc/GMT+5': 'SA Pacific Standard Time',
  'Europe/Berlin': 'W. Europe Standard Time',
  'Europe/Istanbul': 'Turkey Standard Time',
  'Europe/London': 'GMT Standard Time',
  'Europe/Moscow': 'Russian Standard Time',
  'Pacific/Apia': 'Samoa Standard Time',
} as const;

function daily(interval: number): string {
  return `<t:DailyRecurrence><t:Interval>${interval}</t:Interval></t:DailyRecurrence>`;
}

function weekly(interval: number, days: string, firstDay = ''): string {
  const first = firstDay === '' ? '' : `<t:FirstDayOfWeek>${firstDay}</t:FirstDayOfWeek>`;
  return (
    `<t:WeeklyRecurrence><t:Interval>${interval}</t:Interval><t:DaysOfWeek>${days}</t:DaysOfWeek>${first}` +
    '</t:WeeklyRecurrence>'
  );
}

function monthly(interval: number, day: number): string {
  return (
    `<t:AbsoluteMonthlyRecurrence><t:Interval>${interval}</t:Interval><t:DayOfMonth>${day}</t:DayOfMonth>` +
    '</t:AbsoluteMonthlyRecurrence>'
  );
}

function monthlyOn(interval: number, index: string, day: string): string {
  return (
    `<t:RelativeMonthlyRecurrence><t:Interval>${interval}</t:Interval><t:DaysOfWeek>${day}</t:DaysOfWeek>` +
    `<t:DayOfWeekIndex>${index}</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>`
  );
}

function yearly(day: number, month: string): string {
  return (
    `<t:AbsoluteYearlyRecurrence><t:DayOfMonth>${day}</t:DayOfMonth><t:Month>${month}</t:Month>` +
    '</t:AbsoluteYearlyRecurrence>'
  );
}

function yearlyOn(index: string, day: string, month: string): string {
  return (
    `<t:RelativeYearlyRecurrence><t:DaysOfWeek>${day}</t:DaysOfWeek><t:DayOfWeekIndex>${index}</t:DayOfWeekIndex>` +
    `<t:Month>${month}</t:Month></t:RelativeYearlyRecurrence>`
  );
}

interface ClockChange {
  /** Minutes to be added to get to UTC from then on. */
  readonly bias: number;
  readonly month: number;
  readonly monthName: string;
  /** The Sunday of the month: 1 to 4, -1 is the last. */
  readonly week: number;
  readonly hour: number;
}

/** Changes on Sundays, each at the clock before it. */
function spelledZone(name: string, standard: ClockChange, daylight: ClockChange): SpelledZone {
  const weeks: Readonly<Record<number, string>> = { 1: 'First', 2: 'Second', 3: 'Third', 4: 'Fourth' };
  const duration = (minutes: number): string => `${minutes < 0 ? '-' : ''}PT${Math.abs(minutes)}M`;
  const meeting = (element: string, { bias, monthName, week, hour }: ClockChange): string =>
    `<t:${element}><t:Offset>${duration(bias - standard.bias)}</t:Offset><t:RelativeYearlyRecurrence>` +
    `<t:DaysOfWeek>Sunday</t:DaysOfWeek><t:DayOfWeekIndex>${weeks[week] ?? 'Last'}</t:DayOfWeekIndex>` +
    `<t:Month>${monthName}</t:Month></t:RelativeYearlyRecurrence><t:Time>0${hour}:00:00</t:Time></t:${element}>`;
  const transition = (id: string, { month, week, hour }: ClockChange): string =>
    `<t:RecurringDayTransition><t:To Kind="Period">${id}</t:To><t:TimeOffset>PT${hour}H</t:TimeOffset>` +
    `<t:Month>${month}</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>${week}</t:Occurrence>` +
    '</t:RecurringDayTransition>';
  const definition = (element: string): string =>
    `<t:${element} Id="Mine" Name="${name}"><t:Periods>` +
    `<t:Period Bias="${duration(standard.bias)}" Name="Standard" Id="std"/>` +
    `<t:Period Bias="${duration(daylight.bias)}" Name="Daylight" Id="dlt"/></t:Periods>` +
    `<t:TransitionsGroups><t:TransitionsGroup Id="0">${transition('dlt', daylight)}${transition('std', standard)}` +
    '</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To>' +
    `</t:Transition></t:Transitions></t:${element}>`;
  return {
    meeting:
      `<t:MeetingTimeZone TimeZoneName="${name}"><t:BaseOffset>${duration(standard.bias)}</t:BaseOffset>` +
      `${meeting('Standard', standard)}${meeting('Daylight', daylight)}</t:MeetingTimeZone>`,
    definition: definition('StartTimeZone') + definition('EndTimeZone'),
  };
}

const single: readonly Row[] = [
  {
    what: 'an event at a time that Berlin skips',
    zone: 'Europe/Berlin',
    start: '2024-03-31T02:30:00',
    end: '2024-03-31T04:00:00',
    moments: ['2024-03-31T01:30:00Z'],
  },
  {
    what: 'an event at a time that New York has twice',
    zone: 'America/New_York',
    start: '2024-11-03T01:30:00',
    end: '2024-11-03T02:15:00',
    moments: ['2024-11-03T05:30:00Z'],
  },
  {
    what: 'an event in the half hour that Lord Howe skips',
    zone: 'Australia/Lord_Howe',
    start: '2024-10-06T02:15:00',
    end: '2024-10-06T03:15:00',
    moments: ['2024-10-05T15:45:00Z'],
  },
  {
    what: 'an event in the half hour that Lord Howe has twice',
    zone: 'Australia/Lord_Howe',
    start: '2024-04-07T01:45:00',
    end: '2024-04-07T03:00:00',
    moments: ['2024-04-06T14:45:00Z'],
  },
  {
    what: 'an event in the midnight that São Paulo skips',
    zone: 'America/Sao_Paulo',
    start: '2018-11-04T00:30:00',
    end: '2018-11-04T02:00:00',
    moments: ['2018-11-04T03:30:00Z'],
  },
  {
    what: 'a day of São Paulo without a midnight',
    zone: 'America/Sao_Paulo',
    start: '2018-11-04',
    end: '2018-11-05',
    moments: ['2018-11-04T03:00:00Z'],
  },
  {
    what: 'the day of São Paulo before the one without a midnight',
    zone: 'America/Sao_Paulo',
    start: '2018-11-03',
    end: '2018-11-04',
    moments: ['2018-11-03T03:00:00Z'],
  },
  {
    what: 'an event as Ramadan ends in Casablanca',
    zone: 'Africa/Casablanca',
    start: '2024-04-14T02:30:00',
    end: '2024-04-14T04:00:00',
    moments: ['2024-04-14T02:30:00Z'],
  },
  {
    what: 'an event in Kathmandu, 5 hours and 45 minutes ahead',
    zone: 'Asia/Kathmandu',
    start: '2024-06-01T00:10:00',
    end: '2024-06-01T01:00:00',
    moments: ['2024-05-31T18:25:00Z'],
  },
  {
    what: 'three days of New York over a clock change',
    zone: 'America/New_York',
    start: '2024-11-02',
    end: '2024-11-05',
    moments: ['2024-11-02T04:00:00Z'],
  },
  {
    what: 'a day in Kathmandu',
    zone: 'Asia/Kathmandu',
    start: '2024-12-31',
    end: '2025-01-01',
    moments: ['2024-12-30T18:15:00Z'],
  },
];

const plain: readonly Row[] = [
  {
    what: 'daily over the spring of Berlin',
    zone: 'Europe/Berlin',
    start: '2024-03-28T09:00:00',
    end: '2024-03-28T09:45:00',
    rule: 'FREQ=DAILY;COUNT=6',
    pattern: daily(1),
    moments: ['2024-03-30T08:00:00Z', '2024-03-31T07:00:00Z'],
  },
  {
    what: 'daily through the hour that Berlin skips',
    zone: 'Europe/Berlin',
    start: '2024-03-29T02:30:00',
    end: '2024-03-29T03:30:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    moments: ['2024-03-30T01:30:00Z', '2024-03-31T01:30:00Z', '2024-04-01T00:30:00Z'],
  },
  {
    what: 'daily through the hour that New York has twice',
    zone: 'America/New_York',
    start: '2024-11-01T01:30:00',
    end: '2024-11-01T02:30:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    moments: ['2024-11-03T05:30:00Z', '2024-11-04T06:30:00Z'],
  },
  {
    what: 'daily over midnight in New York',
    zone: 'America/New_York',
    start: '2024-03-08T23:00:00',
    end: '2024-03-09T01:00:00',
    rule: 'FREQ=DAILY;COUNT=4',
    pattern: daily(1),
    moments: ['2024-03-10T04:00:00Z', '2024-03-11T03:00:00Z'],
  },
  {
    what: 'every third day over the autumn of Lord Howe, until a day',
    zone: 'Australia/Lord_Howe',
    start: '2024-03-29T07:45:00',
    end: '2024-03-29T08:15:00',
    rule: 'FREQ=DAILY;INTERVAL=3;UNTIL=20240420',
    pattern: daily(3),
    moments: ['2024-03-28T20:45:00Z', '2024-04-18T21:15:00Z'],
  },
  {
    what: 'daily over the day that Samoa left out',
    zone: 'Pacific/Apia',
    start: '2011-12-27T09:00:00',
    end: '2011-12-27T10:00:00',
    rule: 'FREQ=DAILY;COUNT=3',
    pattern: daily(1),
    moments: ['2011-12-29T19:00:00Z'],
  },
  {
    what: 'daily through the day that Samoa left out',
    zone: 'Pacific/Apia',
    start: '2011-12-28T09:00:00',
    end: '2011-12-28T10:00:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    moments: ['2011-12-29T19:00:00Z', '2011-12-31T19:00:00Z'],
  },
  {
    what: 'weekly from one side of the date line to the other, as Samoa went',
    zone: 'Pacific/Apia',
    start: '2011-12-19T09:00:00',
    end: '2011-12-19T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=4',
    pattern: weekly(1, 'Monday'),
    moments: ['2011-12-26T19:00:00Z', '2012-01-01T19:00:00Z'],
  },
  {
    what: 'daily in Newfoundland, half an hour beside the others',
    zone: 'America/St_Johns',
    start: '2024-03-08T00:15:00',
    end: '2024-03-08T00:45:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    moments: ['2024-03-10T03:45:00Z', '2024-03-11T02:45:00Z'],
  },
  {
    what: 'weekly over a whole year of Berlin',
    zone: 'Europe/Berlin',
    start: '2024-01-08T09:00:00',
    end: '2024-01-08T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=50',
    pattern: weekly(1, 'Monday'),
    moments: ['2024-01-08T08:00:00Z', '2024-07-01T07:00:00Z', '2024-12-16T08:00:00Z'],
  },
  {
    what: 'three times a week in New York',
    zone: 'America/New_York',
    start: '2024-03-01T17:30:00',
    end: '2024-03-01T18:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=9',
    pattern: weekly(1, 'Monday Wednesday Friday'),
    moments: ['2024-03-08T22:30:00Z', '2024-03-11T21:30:00Z'],
  },
  {
    what: 'every second week from Sunday in Sydney',
    zone: 'Australia/Sydney',
    start: '2024-09-22T02:15:00',
    end: '2024-09-22T03:00:00',
    rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU;COUNT=6',
    pattern: weekly(2, 'Sunday Tuesday'),
    moments: ['2024-10-05T16:15:00Z', '2024-10-07T15:15:00Z'],
  },
  {
    what: 'every second week from Monday in Sydney',
    zone: 'Australia/Sydney',
    start: '2024-09-24T08:00:00',
    end: '2024-09-24T09:00:00',
    rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=MO;COUNT=6',
    pattern: weekly(2, 'Sunday Tuesday', 'Monday'),
    since2010: true,
    moments: ['2024-09-28T22:00:00Z', '2024-10-07T21:00:00Z'],
  },
  {
    what: 'weekly over the last summer time of São Paulo',
    zone: 'America/Sao_Paulo',
    start: '2018-10-16T10:00:00',
    end: '2018-10-16T11:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=20',
    pattern: weekly(1, 'Tuesday'),
    moments: ['2018-10-30T13:00:00Z', '2018-11-06T12:00:00Z', '2019-02-19T13:00:00Z'],
  },
  {
    what: 'weekly over the summer time that São Paulo gave up',
    zone: 'America/Sao_Paulo',
    start: '2019-09-03T10:00:00',
    end: '2019-09-03T11:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=12',
    pattern: weekly(1, 'Tuesday'),
    moments: ['2019-11-05T13:00:00Z', '2019-11-19T13:00:00Z'],
  },
  {
    what: 'Sundays just after the midnight that São Paulo skips',
    zone: 'America/Sao_Paulo',
    start: '2018-10-21T00:15:00',
    end: '2018-10-21T01:15:00',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=4',
    pattern: weekly(1, 'Sunday'),
    moments: ['2018-10-28T03:15:00Z', '2018-11-04T03:15:00Z', '2018-11-11T02:15:00Z'],
  },
  {
    what: 'weekly over a Ramadan in Casablanca',
    zone: 'Africa/Casablanca',
    start: '2024-02-27T09:00:00',
    end: '2024-02-27T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=10',
    pattern: weekly(1, 'Tuesday'),
    moments: ['2024-03-05T08:00:00Z', '2024-03-12T09:00:00Z', '2024-04-16T08:00:00Z'],
  },
  {
    what: 'weekly over the four clock changes of Casablanca in 2018',
    zone: 'Africa/Casablanca',
    start: '2018-03-06T09:00:00',
    end: '2018-03-06T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=40',
    pattern: weekly(1, 'Tuesday'),
    moments: ['2018-03-20T09:00:00Z', '2018-03-27T08:00:00Z', '2018-05-15T09:00:00Z', '2018-06-19T08:00:00Z'],
  },
  {
    what: 'Sundays in Kathmandu',
    zone: 'Asia/Kathmandu',
    start: '2024-03-24T05:00:00',
    end: '2024-03-24T06:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=4',
    pattern: weekly(1, 'Sunday'),
    moments: ['2024-03-23T23:15:00Z'],
  },
  {
    what: 'monthly on the 15th in Berlin',
    zone: 'Europe/Berlin',
    start: '2024-01-15T00:30:00',
    end: '2024-01-15T01:30:00',
    rule: 'FREQ=MONTHLY;BYMONTHDAY=15;COUNT=14',
    pattern: monthly(1, 15),
    moments: ['2024-01-14T23:30:00Z', '2024-07-14T22:30:00Z'],
  },
  {
    what: 'monthly on the last day in New York',
    zone: 'America/New_York',
    start: '2024-01-31T20:00:00',
    end: '2024-01-31T21:00:00',
    rule: 'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=8',
    pattern: monthly(1, 31),
    moments: ['2024-03-01T01:00:00Z', '2024-04-01T00:00:00Z'],
  },
  {
    what: 'monthly on the last Friday in London',
    zone: 'Europe/London',
    start: '2024-01-26T16:00:00',
    end: '2024-01-26T17:00:00',
    rule: 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=8',
    pattern: monthlyOn(1, 'Last', 'Friday'),
    moments: ['2024-03-29T16:00:00Z', '2024-04-26T15:00:00Z'],
  },
  {
    what: 'every second month on the second Tuesday in Jerusalem, until a day',
    zone: 'Asia/Jerusalem',
    start: '2024-01-09T08:00:00',
    end: '2024-01-09T09:00:00',
    rule: 'FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU;UNTIL=20241231',
    pattern: monthlyOn(2, 'Second', 'Tuesday'),
    moments: ['2024-03-12T06:00:00Z', '2024-05-14T05:00:00Z', '2024-11-12T06:00:00Z'],
  },
  {
    what: 'monthly on the last working day in Tokyo',
    zone: 'Asia/Tokyo',
    start: '2024-01-31T08:30:00',
    end: '2024-01-31T09:00:00',
    rule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=6',
    pattern: monthlyOn(1, 'Last', 'Weekday'),
    moments: ['2024-01-30T23:30:00Z', '2024-03-28T23:30:00Z'],
  },
  {
    what: 'monthly on the first day of a weekend in the Azores',
    zone: 'Atlantic/Azores',
    start: '2024-02-03T00:30:00',
    end: '2024-02-03T01:00:00',
    rule: 'FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1;COUNT=6',
    pattern: monthlyOn(1, 'First', 'WeekendDay'),
    moments: ['2024-03-02T01:30:00Z', '2024-04-06T00:30:00Z'],
  },
  {
    what: 'monthly on the 30th, while Moscow gave up its summer time',
    zone: 'Europe/Moscow',
    start: '2014-07-30T10:00:00',
    end: '2014-07-30T11:00:00',
    rule: 'FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1;COUNT=8',
    pattern: monthly(1, 30),
    moments: ['2014-09-30T06:00:00Z', '2014-10-30T07:00:00Z', '2015-02-28T07:00:00Z'],
  },
  {
    what: 'yearly on 10 March, on both sides of the clock change of New York',
    zone: 'America/New_York',
    start: '2018-03-10T12:00:00',
    end: '2018-03-10T13:00:00',
    rule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=10;COUNT=4',
    pattern: yearly(10, 'March'),
    moments: ['2018-03-10T17:00:00Z', '2019-03-10T16:00:00Z', '2020-03-10T16:00:00Z'],
  },
  {
    what: 'yearly on 29 February in Berlin',
    zone: 'Europe/Berlin',
    start: '2020-02-29T12:00:00',
    end: '2020-02-29T13:00:00',
    rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=5',
    pattern: yearly(29, 'February'),
    moments: ['2021-02-28T11:00:00Z', '2024-02-29T11:00:00Z'],
  },
  {
    what: 'yearly in the hour that Berlin skips',
    zone: 'Europe/Berlin',
    start: '2021-03-28T02:30:00',
    end: '2021-03-28T03:30:00',
    rule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=4',
    pattern: yearlyOn('Last', 'Sunday', 'March'),
    moments: ['2021-03-28T01:30:00Z', '2024-03-31T01:30:00Z'],
  },
  {
    what: 'yearly on the first working day of November, while Istanbul stayed in summer',
    zone: 'Europe/Istanbul',
    start: '2014-11-03T09:00:00',
    end: '2014-11-03T10:00:00',
    rule: 'FREQ=YEARLY;BYMONTH=11;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=5',
    pattern: yearlyOn('First', 'Weekday', 'November'),
    moments: ['2014-11-03T07:00:00Z', '2017-11-01T06:00:00Z'],
  },
  {
    what: 'monthly without an end in London',
    zone: 'Europe/London',
    start: '2026-01-12T09:00:00',
    end: '2026-01-12T10:00:00',
    rule: 'FREQ=MONTHLY;BYMONTHDAY=12',
    pattern: monthly(1, 12),
    moments: ['2026-01-12T09:00:00Z', '2026-07-12T08:00:00Z', '2027-12-12T09:00:00Z'],
  },
  {
    what: 'weekly without an end in Phoenix, which has no summer time',
    zone: 'America/Phoenix',
    start: '2027-02-15T09:00:00',
    end: '2027-02-15T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO',
    pattern: weekly(1, 'Monday'),
    moments: ['2027-03-08T16:00:00Z', '2027-03-15T16:00:00Z'],
  },
];

const wholeDays: readonly Row[] = [
  {
    what: 'whole days, weekly over the spring of Berlin',
    zone: 'Europe/Berlin',
    start: '2024-03-17',
    end: '2024-03-18',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=5',
    pattern: weekly(1, 'Sunday'),
    moments: ['2024-03-30T23:00:00Z', '2024-04-06T22:00:00Z'],
  },
  {
    what: 'whole days, weekly over the midnight that São Paulo skips',
    zone: 'America/Sao_Paulo',
    start: '2018-10-21',
    end: '2018-10-22',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=5',
    pattern: weekly(1, 'Sunday'),
    moments: ['2018-10-28T03:00:00Z', '2018-11-04T03:00:00Z', '2018-11-11T02:00:00Z'],
  },
  {
    what: 'whole days, from the midnight that São Paulo skips',
    zone: 'America/Sao_Paulo',
    start: '2018-11-04',
    end: '2018-11-05',
    rule: 'FREQ=DAILY;COUNT=4',
    pattern: daily(1),
    moments: ['2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
  },
  {
    what: 'two whole days, every fourth day over the autumn of Lord Howe',
    zone: 'Australia/Lord_Howe',
    start: '2024-03-30',
    end: '2024-04-01',
    rule: 'FREQ=DAILY;INTERVAL=4;COUNT=4',
    pattern: daily(4),
    moments: ['2024-03-29T13:00:00Z', '2024-04-10T13:30:00Z'],
  },
  {
    what: 'whole days, yearly in Tokyo',
    zone: 'Asia/Tokyo',
    start: '2020-05-05',
    end: '2020-05-06',
    rule: 'FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=5;COUNT=5',
    pattern: yearly(5, 'May'),
    moments: ['2020-05-04T15:00:00Z'],
  },
  {
    what: 'whole days, monthly in New York, until a day',
    zone: 'America/New_York',
    start: '2024-01-10',
    end: '2024-01-11',
    rule: 'FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20240610',
    pattern: monthly(1, 10),
    moments: ['2024-03-10T05:00:00Z', '2024-04-10T04:00:00Z'],
  },
  {
    what: 'whole days, weekly over a Ramadan in Casablanca',
    zone: 'Africa/Casablanca',
    start: '2024-03-03',
    end: '2024-03-04',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=8',
    pattern: weekly(1, 'Sunday'),
    moments: ['2024-03-02T23:00:00Z', '2024-03-17T00:00:00Z', '2024-04-20T23:00:00Z'],
  },
];

const withExceptions: readonly Row[] = [
  {
    what: 'one occurrence deleted in Berlin',
    zone: 'Europe/Berlin',
    start: '2024-03-11T09:00:00',
    end: '2024-03-11T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=6',
    pattern: weekly(1, 'Monday'),
    exceptions: [{ index: 4, original: '2024-04-01T09:00:00' }],
    moments: ['2024-03-25T08:00:00Z', '2024-04-08T07:00:00Z'],
  },
  {
    what: 'the first occurrence deleted in Berlin',
    zone: 'Europe/Berlin',
    start: '2024-03-11T09:00:00',
    end: '2024-03-11T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=6',
    pattern: weekly(1, 'Monday'),
    exceptions: [{ index: 1, original: '2024-03-11T09:00:00' }],
    moments: ['2024-03-18T08:00:00Z'],
  },
  {
    what: 'the last occurrence deleted in New York',
    zone: 'America/New_York',
    start: '2024-02-27T09:00:00',
    end: '2024-02-27T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=3',
    pattern: weekly(1, 'Tuesday'),
    exceptions: [{ index: 3, original: '2024-03-12T09:00:00' }],
    moments: ['2024-03-05T14:00:00Z'],
  },
  {
    what: 'one occurrence moved to the next day in Berlin',
    zone: 'Europe/Berlin',
    start: '2024-03-11T09:00:00',
    end: '2024-03-11T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=6',
    pattern: weekly(1, 'Monday'),
    exceptions: [
      {
        index: 2,
        original: '2024-03-18T09:00:00',
        to: ['2024-03-19T14:00:00', '2024-03-19T15:30:00'],
      },
    ],
    moments: ['2024-03-19T13:00:00Z'],
  },
  {
    what: 'one occurrence moved back over a clock change in Berlin',
    zone: 'Europe/Berlin',
    start: '2024-03-11T09:00:00',
    end: '2024-03-11T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=6',
    pattern: weekly(1, 'Monday'),
    exceptions: [
      {
        index: 4,
        original: '2024-04-01T09:00:00',
        to: ['2024-03-30T09:00:00', '2024-03-30T10:00:00'],
      },
    ],
    moments: ['2024-03-30T08:00:00Z'],
  },
  {
    what: 'one occurrence moved on over a clock change in New York',
    zone: 'America/New_York',
    start: '2024-10-21T09:00:00',
    end: '2024-10-21T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=5',
    pattern: weekly(1, 'Monday'),
    exceptions: [
      {
        index: 2,
        original: '2024-10-28T09:00:00',
        to: ['2024-11-03T09:00:00', '2024-11-03T09:30:00'],
      },
    ],
    moments: ['2024-11-03T14:00:00Z'],
  },
  {
    what: 'one occurrence moved into the hour that Berlin skips',
    zone: 'Europe/Berlin',
    start: '2024-03-11T09:00:00',
    end: '2024-03-11T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=6',
    pattern: weekly(1, 'Monday'),
    exceptions: [
      {
        index: 3,
        original: '2024-03-25T09:00:00',
        to: ['2024-03-31T02:30:00', '2024-03-31T04:00:00'],
      },
    ],
    moments: ['2024-03-31T01:30:00Z'],
  },
  {
    what: 'the occurrence in the hour that Berlin skips deleted',
    zone: 'Europe/Berlin',
    start: '2024-03-29T02:30:00',
    end: '2024-03-29T03:30:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    exceptions: [{ index: 3, original: '2024-03-31T02:30:00' }],
    moments: ['2024-03-30T01:30:00Z', '2024-04-01T00:30:00Z'],
  },
  {
    what: 'the occurrence in the hour that Berlin skips moved',
    zone: 'Europe/Berlin',
    start: '2024-03-29T02:30:00',
    end: '2024-03-29T03:30:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    exceptions: [
      {
        index: 3,
        original: '2024-03-31T02:30:00',
        to: ['2024-03-31T11:00:00', '2024-03-31T12:00:00'],
      },
    ],
    moments: ['2024-03-31T09:00:00Z'],
  },
  {
    what: 'the first deleted and one moved over the midnight that São Paulo skips',
    zone: 'America/Sao_Paulo',
    start: '2018-10-16T10:00:00',
    end: '2018-10-16T11:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=8',
    pattern: weekly(1, 'Tuesday'),
    exceptions: [
      { index: 1, original: '2018-10-16T10:00:00' },
      {
        index: 4,
        original: '2018-11-06T10:00:00',
        to: ['2018-11-02T10:00:00', '2018-11-02T11:00:00'],
      },
    ],
    moments: ['2018-11-02T13:00:00Z', '2018-11-13T12:00:00Z'],
  },
  {
    what: 'the occurrence in the midnight that São Paulo skips deleted',
    zone: 'America/Sao_Paulo',
    start: '2018-10-21T00:15:00',
    end: '2018-10-21T01:15:00',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=4',
    pattern: weekly(1, 'Sunday'),
    exceptions: [{ index: 3, original: '2018-11-04T00:15:00' }],
    moments: ['2018-10-28T03:15:00Z', '2018-11-11T02:15:00Z'],
  },
  {
    what: 'one deleted in a Ramadan and one moved out of it in Casablanca',
    zone: 'Africa/Casablanca',
    start: '2024-02-27T09:00:00',
    end: '2024-02-27T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=TU;COUNT=10',
    pattern: weekly(1, 'Tuesday'),
    exceptions: [
      { index: 4, original: '2024-03-19T09:00:00' },
      {
        index: 7,
        original: '2024-04-09T09:00:00',
        to: ['2024-04-15T09:00:00', '2024-04-15T10:00:00'],
      },
    ],
    moments: ['2024-04-02T09:00:00Z', '2024-04-15T08:00:00Z'],
  },
  {
    what: 'one moved over the half hour of Lord Howe, one deleted',
    zone: 'Australia/Lord_Howe',
    start: '2024-09-23T07:00:00',
    end: '2024-09-23T08:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=5',
    pattern: weekly(1, 'Monday'),
    exceptions: [
      {
        index: 3,
        original: '2024-10-07T07:00:00',
        to: ['2024-10-05T07:00:00', '2024-10-05T08:00:00'],
      },
      { index: 4, original: '2024-10-14T07:00:00' },
    ],
    moments: ['2024-10-04T20:30:00Z', '2024-10-20T20:00:00Z'],
  },
  {
    what: 'one moved in Kathmandu, to a UTC day that is another',
    zone: 'Asia/Kathmandu',
    start: '2024-03-24T08:00:00',
    end: '2024-03-24T09:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=4',
    pattern: weekly(1, 'Sunday'),
    exceptions: [
      {
        index: 2,
        original: '2024-03-31T08:00:00',
        to: ['2024-04-01T05:30:00', '2024-04-01T06:30:00'],
      },
    ],
    moments: ['2024-03-31T23:45:00Z'],
  },
  {
    what: 'the last weekday of a month moved in Tokyo, another deleted',
    zone: 'Asia/Tokyo',
    start: '2024-01-31T08:30:00',
    end: '2024-01-31T09:00:00',
    rule: 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=6',
    pattern: monthlyOn(1, 'Last', 'Weekday'),
    exceptions: [
      { index: 2, original: '2024-02-29T08:30:00', to: ['2024-03-01T08:30:00', '2024-03-01T09:00:00'] },
      { index: 5, original: '2024-05-31T08:30:00' },
    ],
    moments: ['2024-02-29T23:30:00Z'],
  },
  {
    what: 'whole days in Berlin, one deleted and one a day later',
    zone: 'Europe/Berlin',
    start: '2024-03-17',
    end: '2024-03-18',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=5',
    pattern: weekly(1, 'Sunday'),
    exceptions: [
      { index: 2, original: '2024-03-24' },
      { index: 3, original: '2024-03-31', to: ['2024-04-01', '2024-04-02'] },
    ],
    moments: ['2024-03-31T22:00:00Z'],
  },
  {
    what: 'whole days in São Paulo, the one without a midnight deleted',
    zone: 'America/Sao_Paulo',
    start: '2018-10-21',
    end: '2018-10-22',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=5',
    pattern: weekly(1, 'Sunday'),
    exceptions: [{ index: 3, original: '2018-11-04' }],
    moments: ['2018-10-28T03:00:00Z', '2018-11-11T02:00:00Z'],
  },
  {
    what: 'whole days in São Paulo, one moved to the day without a midnight',
    zone: 'America/Sao_Paulo',
    start: '2018-10-29',
    end: '2018-10-30',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=4',
    pattern: weekly(1, 'Monday'),
    exceptions: [{ index: 2, original: '2018-11-05', to: ['2018-11-04', '2018-11-05'] }],
    moments: ['2018-11-04T03:00:00Z'],
  },
  {
    what: 'whole days in New York, the first deleted',
    zone: 'America/New_York',
    start: '2024-11-01',
    end: '2024-11-02',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    exceptions: [{ index: 1, original: '2024-11-01' }],
    moments: ['2024-11-03T04:00:00Z', '2024-11-04T05:00:00Z'],
  },
  {
    what: 'whole days in Lord Howe, one of them made two',
    zone: 'Australia/Lord_Howe',
    start: '2024-10-01',
    end: '2024-10-02',
    rule: 'FREQ=DAILY;INTERVAL=5;COUNT=4',
    pattern: daily(5),
    exceptions: [{ index: 2, original: '2024-10-06', to: ['2024-10-06', '2024-10-08'] }],
    moments: ['2024-10-05T13:30:00Z', '2024-10-10T13:00:00Z'],
  },
];

const spelled: readonly Row[] = [
  {
    what: 'an event in the second of the two hours that New York has from one to two',
    zone: 'Etc/GMT+5',
    spelled: {
      meeting: '<t:MeetingTimeZone TimeZoneName="Eastern Standard Time"/>',
      definition: '<t:StartTimeZone Id="Eastern Standard Time"/><t:EndTimeZone Id="Eastern Standard Time"/>',
    },
    start: '2024-11-03T01:15:00',
    end: '2024-11-03T01:45:00',
    moments: ['2024-11-03T06:15:00Z'],
  },
  {
    what: 'weekly in a zone with the rules of New York, one occurrence moved over the clock change',
    zone: 'America/New_York',
    spelled: spelledZone(
      'Kundenzeit',
      { bias: 300, month: 11, monthName: 'November', week: 1, hour: 2 },
      { bias: 240, month: 3, monthName: 'March', week: 2, hour: 2 },
    ),
    start: '2024-10-21T09:00:00',
    end: '2024-10-21T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=5',
    pattern: weekly(1, 'Monday'),
    exceptions: [
      { index: 2, original: '2024-10-28T09:00:00', to: ['2024-11-03T09:00:00', '2024-11-03T09:30:00'] },
    ],
    moments: ['2024-10-21T13:00:00Z', '2024-11-03T14:00:00Z', '2024-11-04T14:00:00Z'],
  },
  {
    what: 'weekly in a zone with the rules of Berlin, under a German name',
    zone: 'Europe/Berlin',
    spelled: spelledZone(
      '(GMT+01:00) Mitteleuropäische Zeit',
      { bias: -60, month: 10, monthName: 'October', week: -1, hour: 3 },
      { bias: -120, month: 3, monthName: 'March', week: -1, hour: 2 },
    ),
    start: '2024-03-18T09:00:00',
    end: '2024-03-18T10:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=MO;COUNT=40',
    pattern: weekly(1, 'Monday'),
    exceptions: [{ index: 3, original: '2024-04-01T09:00:00' }],
    moments: ['2024-03-25T08:00:00Z', '2024-04-08T07:00:00Z', '2024-10-28T08:00:00Z'],
  },
  {
    what: 'daily in a zone with the half hour of Lord Howe',
    zone: 'Australia/Lord_Howe',
    spelled: spelledZone(
      'Island time',
      { bias: -630, month: 4, monthName: 'April', week: 1, hour: 2 },
      { bias: -660, month: 10, monthName: 'October', week: 1, hour: 2 },
    ),
    start: '2024-10-04T02:15:00',
    end: '2024-10-04T03:15:00',
    rule: 'FREQ=DAILY;COUNT=5',
    pattern: daily(1),
    moments: ['2024-10-05T15:45:00Z', '2024-10-06T15:15:00Z'],
  },
  {
    what: 'whole days in a zone with the rules of São Paulo in 2018',
    zone: 'America/Sao_Paulo',
    spelled: spelledZone(
      'Horário de Brasília',
      { bias: 180, month: 2, monthName: 'February', week: 3, hour: 0 },
      { bias: 120, month: 11, monthName: 'November', week: 1, hour: 0 },
    ),
    start: '2018-10-21',
    end: '2018-10-22',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=5',
    pattern: weekly(1, 'Sunday'),
    exceptions: [{ index: 3, original: '2018-11-04' }],
    moments: ['2018-10-28T03:00:00Z', '2018-11-11T02:00:00Z'],
  },
  {
    what: 'weekly in a zone three quarters of an hour beside the others, without changes',
    zone: 'Asia/Kathmandu',
    spelled: {
      meeting:
        '<t:MeetingTimeZone TimeZoneName="Mine"><t:BaseOffset>-PT5H45M</t:BaseOffset></t:MeetingTimeZone>',
      definition: ['StartTimeZone', 'EndTimeZone']
        .map(
          (element) =>
            `<t:${element} Id="Mine" Name="Mine"><t:Periods><t:Period Bias="-PT5H45M" Name="Standard" Id="std"/>` +
            `</t:Periods></t:${element}>`,
        )
        .join(''),
    },
    start: '2024-03-24T05:00:00',
    end: '2024-03-24T06:00:00',
    rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=4',
    pattern: weekly(1, 'Sunday'),
    moments: ['2024-03-23T23:15:00Z'],
  },
];

export const rows: readonly Row[] = [...single, ...plain, ...wholeDays, ...withExceptions, ...spelled];
