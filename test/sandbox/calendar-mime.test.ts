import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  all,
  attendees,
  createEvent,
  first,
  get,
  itemId,
  newEvent,
  occurrenceId,
  remove,
  setEvent,
  update,
  weekly,
} from './calendar-requests.ts';
import type { Ref } from './calendar-requests.ts';
import { ask, codes, onlyId, startRecorded } from './ews-client.ts';

const SHAPE = '<t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>';
const ICAL = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VTIMEZONE',
  'TZID:Somewhere',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
  'BEGIN:VEVENT',
  'UID:dav-1',
  'SUMMARY:Plan\\, and',
  '  review',
  'DTSTART;TZID=Somewhere:20300325T090000',
  'DTEND;TZID=Somewhere:20300325T100000',
  'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4',
  'EXDATE;TZID=Somewhere:20300408T090000',
  'LOCATION:Room 1',
  'CLASS:PRIVATE',
  'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'TRIGGER:-PT20M',
  'END:VALARM',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:dav-1',
  'RECURRENCE-ID;TZID=Somewhere:20300401T090000',
  'SUMMARY:Later',
  'DTSTART;TZID=Somewhere:20300401T110000',
  'DTEND;TZID=Somewhere:20300401T120000',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n');

describe('sandbox calendar MimeContent', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded({ now: () => new Date(Date.UTC(2030, 0, 2)) });
  });
  after(() => server.close());

  async function mimeOf(ref: Ref): Promise<string> {
    const answer = await ask(server.url, get(itemId(ref), SHAPE));
    return Buffer.from(first(answer, 'MimeContent') ?? '', 'base64').toString('utf8');
  }

  function fromMime(text: string): string {
    return createEvent(`<t:MimeContent>${Buffer.from(text).toString('base64')}</t:MimeContent>`);
  }

  it('is an iCalendar text with the rules of its time zone', async () => {
    const made = await newEvent(
      server.url,
      '<t:Subject>Short; sweet, “quoted”</t:Subject><t:Body BodyType="Text">one\ntwo</t:Body><t:UID>u1</t:UID>' +
        '<t:Start>2030-03-25T09:00:00</t:Start><t:End>2030-03-25T10:00:00</t:End>' +
        `<t:LegacyFreeBusyStatus>Free</t:LegacyFreeBusyStatus><t:StartTimeZone Id="Eastern Standard Time"/>`,
    );
    const lines = (await mimeOf(made)).split('\r\n');
    expect(lines[0]).to.equal('BEGIN:VCALENDAR');
    const zone = lines.slice(lines.indexOf('BEGIN:VTIMEZONE') + 1, lines.indexOf('END:VTIMEZONE'));
    expect(zone).to.deep.equal([
      'TZID:Eastern Standard Time',
      'BEGIN:DAYLIGHT',
      'DTSTART:20070311T020000',
      'TZOFFSETFROM:-0500',
      'TZOFFSETTO:-0400',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3',
      'END:DAYLIGHT',
      'BEGIN:STANDARD',
      'DTSTART:20071104T020000',
      'TZOFFSETFROM:-0400',
      'TZOFFSETTO:-0500',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11',
      'END:STANDARD',
    ]);
    for (const line of [
      'METHOD:PUBLISH',
      'UID:u1',
      'SUMMARY:Short\\; sweet\\, “quoted”',
      'DESCRIPTION;LANGUAGE=en-US:one\\ntwo',
      'DTSTART;TZID=Eastern Standard Time:20300325T090000',
      'DTEND;TZID=Eastern Standard Time:20300325T100000',
      'TRANSP:TRANSPARENT',
      'X-MICROSOFT-CDO-BUSYSTATUS:FREE',
      'TRIGGER;RELATED=START:-PT15M',
    ]) {
      expect(lines).to.include(line);
    }
  });

  it('holds rule, deletions and exceptions of a series', async () => {
    const made = await newEvent(
      server.url,
      '<t:Subject>Series</t:Subject><t:UID>u2</t:UID><t:Start>2030-09-30T09:00:00</t:Start><t:End>2030-09-30T10:00:00</t:End>' +
        `${weekly('Monday', '2030-09-30', 6)}<t:StartTimeZone Id="W. Europe Standard Time"/>`,
    );
    await ask(server.url, remove(occurrenceId(made, 4)));
    const subject = '<t:Subject>Other</t:Subject>';
    await ask(server.url, update(occurrenceId(made, 2), setEvent(subject, 'item:Subject')));
    const lines = (await mimeOf(made)).split('\r\n');
    expect(lines).to.include('RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;WKST=SU;COUNT=6');
    expect(lines).to.include('EXDATE;TZID=W. Europe Standard Time:20301021T090000');
    expect(lines).to.include('RECURRENCE-ID;TZID=W. Europe Standard Time:20301007T090000');
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).to.have.length(2);
    expect(lines.filter((line) => line.startsWith('SUMMARY:'))).to.deep.equal([
      'SUMMARY:Series',
      'SUMMARY:Other',
    ]);
  });

  it('writes whole days as dates and people with their answers', async () => {
    const made = await newEvent(
      server.url,
      '<t:Start>2030-05-01T00:00:00</t:Start><t:End>2030-05-03T00:00:00</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>' +
        `${attendees('RequiredAttendees', 'bob@example.test')}<t:StartTimeZone Id="Tokyo Standard Time"/>`,
    );
    const lines = (await mimeOf(made)).replace(/\r\n /g, '').split('\r\n');
    expect(lines).to.include('METHOD:REQUEST');
    expect(lines).to.include('DTSTART;VALUE=DATE:20300501').and.to.include('DTEND;VALUE=DATE:20300503');
    expect(lines).to.include('ORGANIZER;CN="alice":MAILTO:alice@example.test');
    expect(lines.find((line) => line.startsWith('ATTENDEE')))
      .to.contain('PARTSTAT=NEEDS-ACTION')
      .and.to.contain('MAILTO:bob@example.test');
  });

  it('is taken instead of elements, with its zone, exceptions and alarm', async () => {
    const made = onlyId(await ask(server.url, fromMime(ICAL)));
    const answer = await ask(server.url, get(itemId(made)));
    const expected = {
      Subject: 'Plan, and review',
      UID: 'dav-1',
      Start: '2030-03-25T08:00:00Z',
      End: '2030-03-25T09:00:00Z',
      Location: 'Room 1',
      Sensitivity: 'Private',
      LegacyFreeBusyStatus: 'OOF',
      ReminderMinutesBeforeStart: '20',
      CalendarItemType: 'RecurringMaster',
    };
    expect(
      Object.fromEntries(Object.keys(expected).map((name) => [name, first(answer, name)])),
    ).to.deep.equal(expected);
    expect(first(answer, 'DeletedOccurrences')).to.contain('2030-04-08T07:00:00Z');
    const second = await ask(server.url, get(occurrenceId(made, 2) + occurrenceId(made, 4)));
    expect(all(second, 'Subject')).to.deep.equal(['Later', 'Plan, and review']);
    expect(second)
      .to.contain('<t:Start>2030-04-01T09:00:00Z</t:Start>')
      .and.to.contain('<t:Start>2030-04-15T07:00:00Z</t:Start>');
  });

  it('comes back as it went', async () => {
    const rules = [
      'FREQ=DAILY;INTERVAL=2;COUNT=3',
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=MO;COUNT=5',
      'FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=5',
      'FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;COUNT=5',
      'FREQ=MONTHLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2;COUNT=5',
      'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=25;COUNT=5',
      'FREQ=YEARLY;BYMONTH=3;BYDAY=SA,SU;BYSETPOS=-1;COUNT=5',
    ];
    for (const rule of rules) {
      const text = ICAL.replace(/RRULE:FREQ=WEEKLY.*/, `RRULE:${rule}`).replace(/EXDATE.*\r\n/, '');
      const made = onlyId(
        await ask(
          server.url,
          fromMime(text.replace(/BEGIN:VEVENT\r\nUID:dav-1\r\nREC[\s\S]*?END:VEVENT\r\n/, '')),
        ),
      );
      expect(await mimeOf(made)).to.contain(`RRULE:${rule}\r\n`);
    }
  });

  it('is refused with a rule that Exchange has no pattern for', async () => {
    for (const rule of [
      'FREQ=HOURLY;COUNT=3',
      'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1',
      'FREQ=MONTHLY;BYDAY=5MO',
    ]) {
      const answer = await ask(server.url, fromMime(ICAL.replace(/RRULE:FREQ=WEEKLY.*/, `RRULE:${rule}`)));
      expect(codes(answer)).to.deep.equal(['ErrorCalendarInvalidRecurrence']);
    }
  });
});
