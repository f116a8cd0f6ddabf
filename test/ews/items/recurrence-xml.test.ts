import { expect } from 'chai';
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  recurrenceOf,
  recurrenceShape,
  unwritableRecurrence,
  writeRecurrence,
} from '../../../src/ews/items/recurrence-xml.ts';
import type { ReadRecurrence, RecurrenceResult } from '../../../src/ews/items/recurrence-xml.ts';
import { serverZoneOf, timeZoneElements, timeZoneShape } from '../../../src/ews/items/time-zone-xml.ts';
import type { ReadTimeZone } from '../../../src/ews/items/time-zone-xml.ts';
import { createItem } from '../../../src/ews/operations/create-item.ts';
import { readXml } from '../../../src/ews/soap-reader.ts';
import type { Shape } from '../../../src/ews/soap-reader.ts';
import { ewsSchemas } from '../../../src/ews/versions.ts';
import { formatRule, parseRule } from '../../../src/sync/calendar/rule-text.ts';
import { zoneOfServer } from '../../../src/sync/calendar/server-zone.ts';
import { arbitrarySeries } from '../../sync/calendar/rules.ts';
import { examplesDir, requireFiles, schemaProblems, schemasDir } from '../operations/microsoft-schema.ts';

interface Found {
  readonly recurrences: ReadRecurrence[];
  readonly zones: ReadTimeZone[];
}

const types = 'http://schemas.microsoft.com/exchange/services/2006/types';
const pattern = recurrenceShape<Found>((found, read) => found.recurrences.push(read));
const zone = timeZoneShape<Found>((found, read) => found.zones.push(read));
/** Both, wherever they stand. */
const anywhere = new Map<string, Shape<Found>>();
for (const name of ['s:Envelope', 's:Header', 's:Body', 't:CalendarItem', 't:Task', 't:TimeZoneContext']) {
  anywhere.set(name, { children: anywhere });
}
for (const name of ['ResponseMessages', 'GetItemResponse', 'GetItemResponseMessage', 'Items', 'CreateItem']) {
  anywhere.set(`m:${name}`, { children: anywhere });
}
for (const name of ['UpdateItem', 'ItemChanges']) anywhere.set(`m:${name}`, { children: anywhere });
for (const name of ['ItemChange', 'Updates', 'SetItemField'])
  anywhere.set(`t:${name}`, { children: anywhere });
anywhere.set('t:Recurrence', pattern);
for (const name of ['StartTimeZone', 'EndTimeZone', 'MeetingTimeZone', 'TimeZoneDefinition']) {
  anywhere.set(`t:${name}`, zone);
}

function findIn(xml: string): Found {
  return readXml(xml, { children: anywhere }, () => ({ recurrences: [], zones: [] }));
}

function read(inner: string): RecurrenceResult {
  const xml = `<t:Task xmlns:t="${types}">${inner}</t:Task>`;
  const [recurrence] = findIn(xml).recurrences;
  if (recurrence === undefined) throw new Error('nothing was read');
  return recurrenceOf(recurrence);
}

function textOf(result: RecurrenceResult): string {
  return 'problem' in result
    ? `${result.problem.code} ${result.problem.part}`
    : `${result.startDate} ${formatRule(result.rule)}`;
}

function series(
  patternXml: string,
  range = '<t:NoEndRecurrence><t:StartDate>2025-01-15</t:StartDate></t:NoEndRecurrence>',
): string {
  return textOf(read(`<t:Recurrence>${patternXml}${range}</t:Recurrence>`));
}

describe('recurrence in EWS', () => {
  it('is read pattern by pattern', () => {
    const every = '<t:Interval>2</t:Interval>';
    const relative = '<t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex>';
    const table: readonly (readonly [xml: string, text: string])[] = [
      [`<t:DailyRecurrence>${every}</t:DailyRecurrence>`, 'FREQ=DAILY;INTERVAL=2'],
      [
        `<t:WeeklyRecurrence>${every}<t:DaysOfWeek>Wednesday Sunday</t:DaysOfWeek></t:WeeklyRecurrence>`,
        'FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU;WKST=SU',
      ],
      [
        `<t:WeeklyRecurrence>${every}<t:DaysOfWeek>Wednesday Sunday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>`,
        'FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,SU',
      ],
      [
        `<t:AbsoluteMonthlyRecurrence>${every}<t:DayOfMonth>31</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>`,
        'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1',
      ],
      [
        `<t:RelativeMonthlyRecurrence>${every}${relative}</t:RelativeMonthlyRecurrence>`,
        'FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
      ],
      [
        `<t:RelativeMonthlyRecurrence>${every}${relative.replace('Weekday', 'Day')}</t:RelativeMonthlyRecurrence>`,
        'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1',
      ],
      [
        '<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February</t:Month></t:AbsoluteYearlyRecurrence>',
        'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1',
      ],
      [
        `<t:RelativeYearlyRecurrence>${relative.replace('Weekday', 'WeekendDay')}<t:Month>May</t:Month></t:RelativeYearlyRecurrence>`,
        'FREQ=YEARLY;BYMONTH=5;BYDAY=SA,SU;BYSETPOS=-1',
      ],
      [
        `<t:YearlyRegeneration>${every}</t:YearlyRegeneration>`,
        'FREQ=YEARLY;INTERVAL=2;X-EXSYNC-REGENERATE=TRUE',
      ],
    ];
    for (const [xml, text] of table) expect(series(xml)).to.equal(`2025-01-15 ${text}`);
  });

  it('has dates that an offset does not move', () => {
    const daily = '<t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence>';
    const range =
      '<t:EndDateRecurrence><t:StartDate>2025-01-15+02:00</t:StartDate><t:EndDate>2025-01-31Z</t:EndDate></t:EndDateRecurrence>';
    expect(series(daily, range)).to.equal('2025-01-15 FREQ=DAILY;UNTIL=20250131');
  });

  it('that makes no sense is a problem and no rule', () => {
    const daily = (interval: string): string =>
      `<t:DailyRecurrence><t:Interval>${interval}</t:Interval></t:DailyRecurrence>`;
    const end = (date: string): string =>
      `<t:EndDateRecurrence><t:StartDate>2025-01-15</t:StartDate><t:EndDate>${date}</t:EndDate></t:EndDateRecurrence>`;
    expect(series(daily('0'))).to.equal('interval INTERVAL');
    expect(series(daily('many'))).to.equal('interval INTERVAL');
    expect(series(daily('1'), '')).to.equal('malformed StartDate');
    expect(series(daily('1'), end('2025-01-14'))).to.equal('noOccurrence UNTIL');
    expect(series(daily('1'), end('2025-13-01'))).to.equal('malformed UNTIL');
    expect(series('<t:HourlyRecurrence/>')).to.equal('malformed Recurrence');
    const weekly =
      '<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek></t:WeeklyRecurrence>';
    expect(series(weekly)).to.equal('malformed DaysOfWeek');
  });

  it('comes back from its XML', () => {
    fc.assert(
      fc.property(arbitrarySeries, ({ rule, startDate }) => {
        const xml = writeRecurrence(rule, startDate, ewsSchemas.Exchange2013_SP1);
        expect(read(xml)).to.deep.equal({ rule, startDate });
      }),
      { numRuns: 1000, seed: 4731 },
    );
  });

  it('comes back from the XML of Exchange 2007 where that can say it', () => {
    const schema = ewsSchemas.Exchange2007_SP1;
    let refused = 0;
    fc.assert(
      fc.property(arbitrarySeries, ({ rule, startDate }) => {
        const problem = unwritableRecurrence(rule, startDate, 'task', schema);
        const back = read(writeRecurrence(rule, startDate, schema));
        if (problem === null) {
          expect(back).to.deep.equal({ rule, startDate });
          return;
        }
        refused++;
        expect(back).to.not.deep.equal({ rule, startDate });
      }),
      { numRuns: 1000, seed: 4732 },
    );
    expect(refused).to.be.greaterThan(10);
  });

  it('that regenerates is for tasks only', () => {
    const result = parseRule('FREQ=DAILY;X-EXSYNC-REGENERATE=TRUE', { start: '2025-01-15', timeZone: 'UTC' });
    if ('problem' in result) throw new Error(result.problem.part);
    const of = (kind: 'event' | 'task'): unknown =>
      unwritableRecurrence(result.rule, '2025-01-15', kind, ewsSchemas.Exchange2013_SP1);
    expect(of('task')).to.equal(null);
    expect(of('event')).to.deep.equal({ code: 'part', part: 'X-EXSYNC-REGENERATE' });
  });

  for (const schema of Object.values(ewsSchemas)) {
    it(`is valid in the schema of ${schema.name}, with its zone`, function () {
      requireFiles(this, join(schemasDir, schema.name, 'ews.xsd'));
      const sample = fc.sample(arbitrarySeries, { numRuns: 150, seed: 4733 });
      const items = sample.flatMap(({ rule, startDate }) => {
        const xml = writeRecurrence(rule, startDate, schema);
        const zoneXml = timeZoneElements('Europe/Zurich', schema) ?? [];
        const event = `<t:CalendarItem>${xml}${zoneXml.map((element) => element.xml).join('')}</t:CalendarItem>`;
        const task = `<t:Task>${xml}</t:Task>`;
        return unwritableRecurrence(rule, startDate, 'event', schema) === null ? [event, task] : [task];
      });
      expect(
        schemaProblems(schema.name, [createItem.write({ folder: { id: 'f' }, items }, schema)]),
      ).to.equal('');
    });
  }
});

describe('time zones in EWS', () => {
  it('are written by the name of Windows, as the schema has it', () => {
    expect(timeZoneElements('Asia/Kolkata', ewsSchemas.Exchange2010_SP1)).to.deep.equal([
      { uri: 'calendar:StartTimeZone', xml: '<t:StartTimeZone Id="India Standard Time"/>' },
      { uri: 'calendar:EndTimeZone', xml: '<t:EndTimeZone Id="India Standard Time"/>' },
    ]);
    expect(timeZoneElements('Asia/Kolkata', ewsSchemas.Exchange2007_SP1)).to.deep.equal([
      { uri: 'calendar:MeetingTimeZone', xml: '<t:MeetingTimeZone TimeZoneName="India Standard Time"/>' },
    ]);
    expect(timeZoneElements('Antarctica/Troll', ewsSchemas.Exchange2013_SP1)).to.equal(null);
  });

  function zoneIn(xml: string): ReturnType<typeof serverZoneOf> {
    const [first] = findIn(xml.replace('>', ` xmlns:t="${types}">`)).zones;
    if (first === undefined) throw new Error('nothing was read');
    return serverZoneOf(first);
  }

  it('of Exchange 2007 are read with their rules', () => {
    const read2007 = zoneIn(
      '<t:MeetingTimeZone TimeZoneName="(GMT-08:00) Kalifornien"><t:BaseOffset>PT480M</t:BaseOffset>' +
        '<t:Standard TimeZoneName="S"><t:Offset>PT0H</t:Offset><t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek>' +
        '<t:DayOfWeekIndex>First</t:DayOfWeekIndex><t:Month>November</t:Month></t:RelativeYearlyRecurrence><t:Time>02:00:00</t:Time></t:Standard>' +
        '<t:Daylight><t:Offset>-PT1H</t:Offset><t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek>' +
        '<t:DayOfWeekIndex>Second</t:DayOfWeekIndex><t:Month>March</t:Month></t:RelativeYearlyRecurrence><t:Time>02:00:00.0000000</t:Time></t:Daylight>' +
        '</t:MeetingTimeZone>',
    );
    expect(read2007).to.deep.equal({
      id: '(GMT-08:00) Kalifornien',
      name: '(GMT-08:00) Kalifornien',
      eras: [
        {
          fromYear: 0,
          rules: {
            baseOffsetMinutes: -480,
            changes: [
              { month: 11, on: { weekday: 0, week: 1 }, atMinutes: 120, offsetMinutes: -480 },
              { month: 3, on: { weekday: 0, week: 2 }, atMinutes: 120, offsetMinutes: -420 },
            ],
          },
        },
      ],
    });
    expect(zoneOfServer(read2007, Date.parse('2025-06-15'))).to.deep.equal({
      timeZone: 'America/Los_Angeles',
      isExact: true,
    });
  });

  it('with rules of a client of its own are read era by era', () => {
    const custom = zoneIn(
      '<t:StartTimeZone Id="tzone://Microsoft/Custom"><t:Periods><t:Period Bias="P0DT8H0M0.0S" Name="Standard" Id="Std"/>' +
        '<t:Period Bias="P0DT7H0M0.0S" Name="Daylight" Id="Dlt"/></t:Periods><t:TransitionsGroups><t:TransitionsGroup Id="0">' +
        '<t:RecurringDayTransition><t:To Kind="Period">Dlt</t:To><t:TimeOffset>PT2H</t:TimeOffset><t:Month>3</t:Month>' +
        '<t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>2</t:Occurrence></t:RecurringDayTransition>' +
        '<t:RecurringDayTransition><t:To Kind="Period">Std</t:To><t:TimeOffset>PT2H</t:TimeOffset><t:Month>11</t:Month>' +
        '<t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>1</t:Occurrence></t:RecurringDayTransition>' +
        '</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Period">Std</t:To></t:Transition>' +
        '<t:AbsoluteDateTransition><t:To Kind="Group">0</t:To><t:DateTime>2007-01-01T00:00:00</t:DateTime></t:AbsoluteDateTransition>' +
        '</t:Transitions></t:StartTimeZone>',
    );
    expect(
      custom.eras.map(({ fromYear, rules }) => [fromYear, rules.baseOffsetMinutes, rules.changes.length]),
    ).to.deep.equal([
      [0, -480, 0],
      [2007, -420, 2],
    ]);
    expect(zoneOfServer(custom, Date.parse('2025-06-15'))?.timeZone).to.equal('America/Los_Angeles');
    const fixed = zoneIn(
      '<t:StartTimeZone Id="x"><t:Periods><t:Period Bias="-PT5H30M" Id="a"/></t:Periods></t:StartTimeZone>',
    );
    expect(zoneOfServer(fixed, Date.parse('2025-06-15'))?.timeZone).to.equal('Asia/Calcutta');
  });

  it("and recurrences of Microsoft's examples are all understood", function () {
    requireFiles(this, join(examplesDir, 'INDEX.tsv'));
    const texts: string[] = [];
    const ids = new Set<string>();
    for (const folder of ['requests', 'responses'].filter((name) => existsSync(join(examplesDir, name)))) {
      for (const file of readdirSync(join(examplesDir, folder))) {
        const xml = readFileSync(join(examplesDir, folder, file), 'utf8').trimStart();
        if (!/<t:(Recurrence|\w*TimeZone\w*)[ >]/.test(xml)) continue;
        let found: Found;
        try {
          found = findIn(xml);
        } catch {
          continue; // a few of the examples are no well-formed XML
        }
        texts.push(...found.recurrences.map((one) => textOf(recurrenceOf(one))));
        for (const one of found.zones) {
          const { timeZone, isExact } = zoneOfServer(serverZoneOf(one), Date.parse('2014-06-01')) ?? {};
          ids.add(`${one.id} ${timeZone} ${isExact}`);
        }
      }
    }
    expect(texts.sort()).to.deep.equal([
      '2014-01-07 FREQ=WEEKLY;BYDAY=TU;COUNT=10',
      '2014-03-08 FREQ=WEEKLY;BYDAY=SA;COUNT=10',
      '2014-03-08 FREQ=WEEKLY;BYDAY=SA;COUNT=10',
      '2014-05-06 FREQ=WEEKLY;BYDAY=TU;UNTIL=20140622',
    ]);
    expect([...ids].sort()).to.deep.equal([
      'Central Standard Time America/Chicago true',
      'Eastern Standard Time America/New_York true',
      'GMT Standard Time Europe/London true',
      'Mountain Standard Time America/Denver true',
      'Pacific Standard Time America/Los_Angeles true',
    ]);
  });
});
