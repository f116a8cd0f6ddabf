import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { createEvent, first, get, inZone, itemId, newEvent, setEvent, update } from './calendar-requests.ts';
import { ask, codes, onlyId, post, envelope, startRecorded } from './ews-client.ts';

/** Eastern time as a client that trusts no names spells it out. */
const CUSTOM =
  '<t:StartTimeZone Id="Custom" Name="Mine"><t:Periods><t:Period Bias="PT5H" Name="Standard" Id="std"/>' +
  '<t:Period Bias="PT4H" Name="Daylight" Id="dlt"/></t:Periods><t:TransitionsGroups><t:TransitionsGroup Id="0">' +
  '<t:RecurringDayTransition><t:To Kind="Period">dlt</t:To><t:TimeOffset>PT2H</t:TimeOffset><t:Month>3</t:Month>' +
  '<t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>2</t:Occurrence></t:RecurringDayTransition>' +
  '<t:RecurringDayTransition><t:To Kind="Period">std</t:To><t:TimeOffset>PT2H</t:TimeOffset><t:Month>11</t:Month>' +
  '<t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>1</t:Occurrence></t:RecurringDayTransition></t:TransitionsGroup>' +
  '</t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions>' +
  '</t:StartTimeZone>';
const MEETING_ZONE =
  '<t:MeetingTimeZone TimeZoneName="Mine"><t:BaseOffset>PT5H</t:BaseOffset><t:Standard><t:Offset>PT0H</t:Offset>' +
  '<t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex>' +
  '<t:Month>November</t:Month></t:RelativeYearlyRecurrence><t:Time>02:00:00</t:Time></t:Standard><t:Daylight>' +
  '<t:Offset>-PT1H</t:Offset><t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek>' +
  '<t:DayOfWeekIndex>Second</t:DayOfWeekIndex><t:Month>March</t:Month></t:RelativeYearlyRecurrence>' +
  '<t:Time>02:00:00</t:Time></t:Daylight></t:MeetingTimeZone>';

function at(day: string, zone: string): string {
  return `<t:Start>${day}T09:00:00</t:Start><t:End>${day}T10:00:00</t:End>${zone}`;
}

describe('sandbox calendar time zones', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded();
  });
  after(() => server.close());

  async function startOf(inner: string, header?: string): Promise<string | undefined> {
    const made = onlyId(await ask(server.url, createEvent(inner), undefined, header));
    return first(await ask(server.url, get(itemId(made))), 'Start');
  }

  it('reads a time without a zone in StartTimeZone, else in TimeZoneContext, else as UTC [MS-OXWSMTGS R713]', async () => {
    const berlin = inZone('W. Europe Standard Time');
    const newYork = '<t:StartTimeZone Id="Eastern Standard Time"/>';
    expect(await startOf(at('2030-07-01', newYork), berlin)).to.equal('2030-07-01T13:00:00Z');
    expect(await startOf(at('2030-07-01', ''), berlin)).to.equal('2030-07-01T07:00:00Z');
    expect(await startOf(at('2030-07-01', ''))).to.equal('2030-07-01T09:00:00Z');
  });

  it('reads rules spelled out in a definition, summer and winter', async () => {
    expect(await startOf(at('2030-03-09', CUSTOM))).to.equal('2030-03-09T14:00:00Z');
    expect(await startOf(at('2030-03-11', CUSTOM))).to.equal('2030-03-11T13:00:00Z');
    expect(await startOf(at('2030-11-04', CUSTOM))).to.equal('2030-11-04T14:00:00Z');
  });

  it('reads the MeetingTimeZone of 2007 by its rules and by its name', async () => {
    expect(await startOf(at('2030-03-09', MEETING_ZONE))).to.equal('2030-03-09T14:00:00Z');
    expect(await startOf(at('2030-03-11', MEETING_ZONE))).to.equal('2030-03-11T13:00:00Z');
    const named = '<t:MeetingTimeZone TimeZoneName="(UTC+09:00) Osaka, Sapporo, Tokyo"/>';
    expect(await startOf(at('2030-03-09', named))).to.equal('2030-03-09T00:00:00Z');
  });

  it('refuses Day, Weekday and WeekendDay in a time change [MS-OXWSMTGS R1243]', async () => {
    const wrong = MEETING_ZONE.replace('<t:DaysOfWeek>Sunday', '<t:DaysOfWeek>Weekday');
    expect(codes(await ask(server.url, createEvent(at('2030-03-09', wrong))))).to.deep.equal([
      'ErrorCalendarInvalidDayForTimeChangePattern',
    ]);
  });

  it('refuses a zone nobody knows, in an item and in the header', async () => {
    const unknown = createEvent(at('2030-01-01', '<t:StartTimeZone Id="Middle-earth Standard Time"/>'));
    expect(codes(await ask(server.url, unknown))).to.deep.equal(['ErrorTimeZone']);
    const fault = await post(server.url, envelope(createEvent(''), inZone('Middle-earth Standard Time')));
    expect(fault.status).to.equal(500);
    expect(fault.body).to.contain('ErrorTimeZone');
  });

  it('gives zones back by id, with wall clocks and ids beside them [MS-OXWSMTGS R714] [MS-OXWSMTGS R699] [MS-OXWSMTGS R700] [MS-OXWSMTGS R701] [MS-OXWSMTGS R702]', async () => {
    const made = await newEvent(
      server.url,
      '<t:Start>2030-07-01T09:00:00</t:Start><t:End>2030-07-01T18:00:00Z</t:End>' +
        '<t:StartTimeZone Id="Eastern Standard Time"/><t:EndTimeZone Id="Tokyo Standard Time"/>',
    );
    const answer = await ask(server.url, get(itemId(made)));
    expect(answer).to.contain(
      '<t:StartTimeZone Id="Eastern Standard Time" Name="(UTC-05:00) Eastern Time (US &amp; Canada)"/>',
    );
    expect(answer).to.contain(
      '<t:EndTimeZone Id="Tokyo Standard Time" Name="(UTC+09:00) Osaka, Sapporo, Tokyo"/>',
    );
    expect(first(answer, 'StartWallClock')).to.equal('2030-07-01T09:00:00-04:00');
    expect(first(answer, 'EndWallClock')).to.equal('2030-07-02T03:00:00+09:00');
    expect(first(answer, 'StartTimeZoneId')).to.equal('Eastern Standard Time');
    expect(first(answer, 'EndTimeZoneId')).to.equal('Tokyo Standard Time');
  });

  it('gives a custom zone back with its rules', async () => {
    const made = await newEvent(server.url, at('2030-07-01', CUSTOM));
    const answer = await ask(server.url, get(itemId(made)));
    expect(first(answer, 'StartTimeZone')).to.contain('<t:Period Bias="PT4H" Name="Daylight"');
    expect(first(answer, 'StartTimeZone')).to.contain(
      '<t:TimeOffset>PT2H</t:TimeOffset><t:Month>3</t:Month>',
    );
  });

  it('does not give MeetingTimeZone back, which Exchange 2007 alone did [MS-OXWSMTGS R7151]', async () => {
    const made = await newEvent(server.url, at('2030-03-09', MEETING_ZONE));
    expect(await ask(server.url, get(itemId(made)))).not.to.contain('MeetingTimeZone');
  });

  it('answers in the zone of TimeZoneContext, dates of a recurrence too', async () => {
    const made = await newEvent(
      server.url,
      '<t:Start>2030-03-25T09:00:00Z</t:Start><t:End>2030-03-25T10:00:00Z</t:End><t:Recurrence><t:WeeklyRecurrence>' +
        '<t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence><t:EndDateRecurrence>' +
        '<t:StartDate>2030-03-25</t:StartDate><t:EndDate>2030-04-01</t:EndDate></t:EndDateRecurrence></t:Recurrence>',
    );
    const answer = await ask(server.url, get(itemId(made)), undefined, inZone('W. Europe Standard Time'));
    expect(first(answer, 'Start')).to.equal('2030-03-25T10:00:00+01:00');
    expect(first(answer, 'LastOccurrence')).to.contain('<t:Start>2030-04-01T11:00:00+02:00</t:Start>');
    expect(first(answer, 'StartDate')).to.equal('2030-03-25+01:00');
    expect(first(answer, 'EndDate')).to.equal('2030-04-01+02:00');
  });

  it('moves an all-day event to midnight of its zone, whole days long [MS-OXWSMTGS R720]', async () => {
    const made = await newEvent(
      server.url,
      '<t:Start>2030-07-01T09:30:00</t:Start><t:End>2030-07-02T00:30:00</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>' +
        '<t:StartTimeZone Id="W. Europe Standard Time"/>',
    );
    const answer = await ask(server.url, get(itemId(made)));
    expect([first(answer, 'Start'), first(answer, 'End'), first(answer, 'Duration')]).to.deep.equal([
      '2030-06-30T22:00:00Z',
      '2030-07-02T22:00:00Z',
      'P2D',
    ]);
  });

  it('keeps the zone of an item whose start alone is changed', async () => {
    const made = await newEvent(server.url, at('2030-07-01', '<t:StartTimeZone Id="Tokyo Standard Time"/>'));
    await ask(server.url, update(itemId(made), setEvent('<t:Start>2030-06-30T23:00:00Z</t:Start>')));
    const answer = await ask(server.url, get(itemId(made)));
    expect(first(answer, 'Start')).to.equal('2030-06-30T23:00:00Z');
    expect(first(answer, 'StartTimeZoneId')).to.equal('Tokyo Standard Time');
  });
});

describe('sandbox GetServerTimeZones', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded();
  });
  after(() => server.close());

  const ask1 = (id: string, full = true): Promise<string> =>
    ask(
      server.url,
      `<m:GetServerTimeZones ReturnFullTimeZoneData="${full}"><m:Ids><t:Id>${id}</t:Id></m:Ids></m:GetServerTimeZones>`,
    );

  it('writes rules as Microsoft does: a group of transitions for each era', async () => {
    const answer = await ask1('Eastern Standard Time');
    expect(answer).to.contain('<t:TransitionsGroup Id="1">');
    expect(answer).to.contain(
      '<t:AbsoluteDateTransition><t:To Kind="Group">1</t:To><t:DateTime>2007-01-01T00:00:00',
    );
    expect(answer).to.contain(
      '<t:Month>4</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>1</t:Occurrence>',
    );
    expect(answer).to.contain(
      '<t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>2</t:Occurrence>',
    );
  });

  it('writes zones of half an hour, and those without summer time', async () => {
    expect(await ask1('Lord Howe Standard Time')).to.contain('Bias="-PT10H30M" Name="Standard"');
    expect(await ask1('Nepal Standard Time')).to.contain('<t:Period Bias="-PT5H45M" Name="Standard"');
    expect(await ask1('Nepal Standard Time')).not.to.contain('Daylight');
  });

  it('ends the summer time of Brazil in 2019', async () => {
    const eras = [...(await ask1('E. South America Standard Time')).matchAll(/<t:DateTime>(\d{4})/g)];
    expect(eras.at(-1)?.[1]).to.equal('2020');
  });

  it('writes names alone when that is asked', async () => {
    expect(await ask1('UTC', false)).to.contain(
      '<t:TimeZoneDefinition Id="UTC" Name="(UTC) Coordinated Universal Time"/>',
    );
  });

  it('refuses when it knows none of the ids', async () => {
    expect(codes(await ask1('Nowhere'))).to.deep.equal(['ErrorTimeZone']);
  });
});
