import { expect } from 'chai';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  attendees,
  createEvent,
  first,
  get,
  itemId,
  list,
  refOf,
  setEvent,
  update,
} from './calendar-requests.ts';
import type { Ref } from './calendar-requests.ts';
import { codes, envelope, onlyId, post } from './ews-client.ts';
import { fields } from './item-requests.ts';
import { send, startReleased, version } from './released-server.ts';
import { needSchemas, schemaErrors, soapBody } from './schema-check.ts';

const RELEASE: ReleaseName = 'Exchange2007_SP1';

function change(element: string, offset: string, index: string, month: string): string {
  return (
    `<t:${element}><t:Offset>${offset}</t:Offset><t:RelativeYearlyRecurrence><t:DaysOfWeek>Sunday</t:DaysOfWeek>` +
    `<t:DayOfWeekIndex>${index}</t:DayOfWeekIndex><t:Month>${month}</t:Month></t:RelativeYearlyRecurrence>` +
    `<t:Time>02:00:00</t:Time></t:${element}>`
  );
}
const EASTERN_RULES =
  change('Standard', 'PT0H', 'First', 'November') + change('Daylight', '-PT1H', 'Second', 'March');
const EASTERN = `<t:MeetingTimeZone TimeZoneName="Mine &amp; theirs"><t:BaseOffset>PT5H</t:BaseOffset>${EASTERN_RULES}</t:MeetingTimeZone>`;
const JULY = '<t:Start>2030-07-01T09:00:00</t:Start><t:End>2030-07-01T10:00:00</t:End>';

describe('sandbox MeetingTimeZone of Exchange 2007', () => {
  let server: Sandbox;
  before(async () => {
    server = await startReleased(RELEASE);
  });
  after(() => server.close());

  async function made(inner: string, user = 'alice'): Promise<Ref> {
    return onlyId((await send(server, RELEASE, createEvent(inner), user)).body);
  }

  async function read(item: Ref, shape?: string): Promise<string> {
    return (await send(server, RELEASE, get(itemId(item), shape))).body;
  }

  /** The whole element as it is written. */
  function zoneIn(answer: string): string | undefined {
    return /<t:MeetingTimeZone .*?<\/t:MeetingTimeZone>/s.exec(answer)?.[0];
  }

  it('comes back as a client spelled it out, with Start and End in UTC [MS-OXWSMTGS R715] [MS-OXWSMTGS R399, R401, R407, R409, R411, R585]', async () => {
    const answer = await read(await made(JULY + EASTERN));
    expect(zoneIn(answer)).to.equal(EASTERN);
    expect([first(answer, 'Start'), first(answer, 'End')]).to.deep.equal([
      '2030-07-01T13:00:00Z',
      '2030-07-01T14:00:00Z',
    ]);
    expect(answer).to.not.match(/StartTimeZone|EndTimeZone|WallClock/);
  });

  it('of a zone given by name has the rules of that zone', async () => {
    const berlin = await read(
      await made(`${JULY}<t:MeetingTimeZone TimeZoneName="W. Europe Standard Time"/>`),
    );
    expect(first(berlin, 'Start')).to.equal('2030-07-01T07:00:00Z');
    expect(zoneIn(berlin)).to.equal(
      '<t:MeetingTimeZone TimeZoneName="(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna">' +
        '<t:BaseOffset>-PT1H</t:BaseOffset>' +
        change('Standard', 'PT0H', 'Last', 'October').replace('02:00:00', '03:00:00') +
        change('Daylight', '-PT1H', 'Last', 'March') +
        '</t:MeetingTimeZone>',
    );
  });

  it('has the rules of the year of the item, where a country changed them', async () => {
    const eastern = '<t:MeetingTimeZone TimeZoneName="Eastern Standard Time"/>';
    const old = await read(
      await made(`<t:Start>2006-07-01T09:00:00</t:Start><t:End>2006-07-01T10:00:00</t:End>${eastern}`),
    );
    expect(zoneIn(old)).to.include(
      change('Standard', 'PT0H', 'Last', 'October') + change('Daylight', '-PT1H', 'First', 'April'),
    );
    expect(zoneIn(await read(await made(JULY + eastern)))).to.include(EASTERN_RULES);
  });

  it('of a zone without summer time is its base offset alone', async () => {
    const tokyo = await read(await made(`${JULY}<t:MeetingTimeZone TimeZoneName="Tokyo Standard Time"/>`));
    expect(zoneIn(tokyo)).to.equal(
      '<t:MeetingTimeZone TimeZoneName="(UTC+09:00) Osaka, Sapporo, Tokyo"><t:BaseOffset>-PT9H</t:BaseOffset></t:MeetingTimeZone>',
    );
  });

  it('keeps clock changes on a day of the month, and offsets of half an hour', async () => {
    const onDays =
      '<t:MeetingTimeZone TimeZoneName="Days"><t:BaseOffset>-PT5H30M</t:BaseOffset>' +
      '<t:Standard><t:Offset>PT0H</t:Offset><t:AbsoluteDate>2030-09-21</t:AbsoluteDate><t:Time>00:00:00</t:Time></t:Standard>' +
      '<t:Daylight><t:Offset>-PT30M</t:Offset><t:AbsoluteDate>2030-03-21</t:AbsoluteDate><t:Time>00:00:00</t:Time></t:Daylight>' +
      '</t:MeetingTimeZone>';
    const answer = await read(await made(JULY + onDays));
    expect(first(answer, 'Start')).to.equal('2030-07-01T03:00:00Z');
    expect(zoneIn(answer)).to.equal(onDays);
  });

  it('is set by UpdateItem, which leaves the moments where they are', async () => {
    const item = await made(JULY + EASTERN);
    const tokyo = '<t:MeetingTimeZone TimeZoneName="Tokyo Standard Time"/>';
    const updated = await send(server, RELEASE, update(itemId(item), setEvent(tokyo)));
    expect(codes(updated.body)).to.deep.equal(['NoError']);
    const answer = await read(item);
    expect(zoneIn(answer)).to.include('Tokyo');
    expect(first(answer, 'Start')).to.equal('2030-07-01T13:00:00Z');
  });

  it('keeps a series at its local time over a clock change', async () => {
    const series =
      '<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Friday</t:DaysOfWeek></t:WeeklyRecurrence>' +
      '<t:NumberedRecurrence><t:StartDate>2030-03-08</t:StartDate><t:NumberOfOccurrences>2</t:NumberOfOccurrences>' +
      '</t:NumberedRecurrence></t:Recurrence>';
    const times = '<t:Start>2030-03-08T09:00:00</t:Start><t:End>2030-03-08T10:00:00</t:End>';
    const answer = await read(await made(times + series + EASTERN));
    expect(first(first(answer, 'FirstOccurrence') ?? '', 'Start')).to.equal('2030-03-08T14:00:00Z');
    expect(first(first(answer, 'LastOccurrence') ?? '', 'Start')).to.equal('2030-03-15T13:00:00Z');
  });

  it('goes along with a meeting request [MS-OXWSMTGS R706]', async () => {
    await send(
      server,
      RELEASE,
      createEvent(
        JULY + attendees('RequiredAttendees', 'bob@example.test') + EASTERN,
        'SendToAllAndSaveCopy',
      ),
    );
    const inbox = await send(server, RELEASE, list('inbox'), 'bob');
    const request = await send(server, RELEASE, get(itemId(refOf(inbox.body, 'MeetingRequest'))), 'bob');
    expect(zoneIn(request.body)).to.equal(EASTERN);
  });

  it('is found when it is asked for alone, and is valid in the schema of 2007', async function () {
    needSchemas(this);
    const answer = await read(await made(JULY + EASTERN), fields('calendar:MeetingTimeZone'));
    expect(zoneIn(answer)).to.equal(EASTERN);
    const body = soapBody(answer) ?? '';
    expect(await schemaErrors(RELEASE, [{ name: 'GetItem', body }])).to.deep.equal([]);
  });

  it('is not given back by a later release, even to a request in the schema of 2007 [MS-OXWSMTGS R7151, R7061]', async () => {
    const later = await startReleased('Exchange2010_SP2');
    try {
      const ask = async (body: string, user?: string): Promise<string> =>
        (await post(later.url, envelope(body, version('Exchange2007_SP1')), user)).body;
      const invited = JULY + attendees('RequiredAttendees', 'bob@example.test') + EASTERN;
      const item = onlyId(await ask(createEvent(invited, 'SendToAllAndSaveCopy')));
      const answer = await ask(get(itemId(item)));
      expect(first(answer, 'Start')).to.equal('2030-07-01T13:00:00Z');
      expect(answer).to.not.include('MeetingTimeZone');
      const request = refOf(await ask(list('inbox'), 'bob'), 'MeetingRequest');
      expect(await ask(get(itemId(request)), 'bob')).to.not.include('MeetingTimeZone');
    } finally {
      await later.close();
    }
  });
});
