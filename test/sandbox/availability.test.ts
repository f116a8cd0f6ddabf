import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { all, first, inZone, newEvent, weekly } from './calendar-requests.ts';
import { ask, codes, envelope, post, startRecorded } from './ews-client.ts';

const UTC_ZONE =
  '<t:TimeZone><t:Bias>0</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>00:00:00</t:Time><t:DayOrder>0</t:DayOrder>' +
  '<t:Month>0</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime><t:DaylightTime><t:Bias>0</t:Bias>' +
  '<t:Time>00:00:00</t:Time><t:DayOrder>0</t:DayOrder><t:Month>0</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek>' +
  '</t:DaylightTime></t:TimeZone>';
const EASTERN =
  '<t:TimeZone><t:Bias>300</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>1</t:DayOrder>' +
  '<t:Month>11</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime><t:DaylightTime><t:Bias>-60</t:Bias>' +
  '<t:Time>02:00:00</t:Time><t:DayOrder>2</t:DayOrder><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek>' +
  '</t:DaylightTime></t:TimeZone>';

function mailboxes(...addresses: readonly string[]): string {
  const data = addresses.map(
    (one) =>
      `<t:MailboxData><t:Email><t:Address>${one}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType>` +
      '<t:ExcludeConflicts>false</t:ExcludeConflicts></t:MailboxData>',
  );
  return `<m:MailboxDataArray>${data.join('')}</m:MailboxDataArray>`;
}

function span(name: string, from: string, to: string): string {
  return `<t:${name}><t:StartTime>${from}</t:StartTime><t:EndTime>${to}</t:EndTime></t:${name}>`;
}

function options(
  requestedView = 'DetailedMerged',
  interval = 30,
  [from, to]: readonly [string, string] = ['2030-06-04T00:00:00', '2030-06-05T00:00:00'],
): string {
  return (
    `<t:FreeBusyViewOptions>${span('TimeWindow', from, to)}` +
    `<t:MergedFreeBusyIntervalInMinutes>${interval}</t:MergedFreeBusyIntervalInMinutes>` +
    `<t:RequestedView>${requestedView}</t:RequestedView></t:FreeBusyViewOptions>`
  );
}

function request(inner: string): string {
  return `<m:GetUserAvailabilityRequest>${inner}</m:GetUserAvailabilityRequest>`;
}

function busy(from: string, to: string, status: string, more = ''): string {
  return (
    `<t:Subject>Secret plan</t:Subject>${more}<t:Start>2030-06-04T${from}:00Z</t:Start>` +
    `<t:End>2030-06-04T${to}:00Z</t:End><t:LegacyFreeBusyStatus>${status}</t:LegacyFreeBusyStatus>` +
    '<t:Location>Vault</t:Location>'
  );
}

describe('sandbox GetUserAvailability', () => {
  let server: Sandbox;
  before(async () => {
    server = await startRecorded();
    await newEvent(server.url, busy('01:00', '02:00', 'Tentative'));
    await newEvent(server.url, busy('01:30', '03:00', 'Busy', '<t:Sensitivity>Private</t:Sensitivity>'));
    await newEvent(server.url, busy('04:00', '04:10', 'OOF'));
    await newEvent(server.url, busy('05:00', '06:00', 'Free'));
    await newEvent(
      server.url,
      '<t:Subject>Daily</t:Subject><t:Start>2030-05-28T13:00:00Z</t:Start><t:End>2030-05-28T14:00:00Z</t:End>' +
        weekly('Tuesday', '2030-05-28', 5),
    );
  });
  after(() => server.close());

  it('merges a day into digits, the most taken status first', async () => {
    const answer = await ask(server.url, request(UTC_ZONE + mailboxes('alice@example.test') + options()));
    expect(codes(answer)).to.deep.equal(['NoError']);
    expect(first(answer, 'MergedFreeBusy')).to.equal(
      `00${'12'}${'22'}00${'3'}${'0'.repeat(17)}22${'0'.repeat(20)}`,
    );
    const hours = await ask(
      server.url,
      request(UTC_ZONE + mailboxes('alice@example.test') + options('MergedOnly', 60)),
    );
    expect(first(hours, 'MergedFreeBusy')).to.equal('022030000000020000000000');
    expect(first(hours, 'FreeBusyViewType')).to.equal('MergedOnly');
    expect(hours).not.to.contain('CalendarEvent>');
  });

  it('lists what is going on in the zone of the request, without an offset', async () => {
    const window = ['2030-06-03T20:00:00', '2030-06-04T20:00:00'] as const;
    const answer = await ask(
      server.url,
      request(EASTERN + mailboxes('alice@example.test') + options('FreeBusy', 30, window)),
    );
    expect(all(answer, 'CalendarEvent').map((one) => first(one, 'StartTime'))).to.deep.equal([
      '2030-06-03T21:00:00',
      '2030-06-03T21:30:00',
      '2030-06-04T00:00:00',
      '2030-06-04T01:00:00',
      '2030-06-04T09:00:00',
    ]);
    expect(all(answer, 'BusyType')).to.deep.equal(['Tentative', 'Busy', 'OOF', 'Free', 'Busy']);
    expect(answer).not.to.contain('CalendarEventDetails').and.not.to.contain('MergedFreeBusy>');
    const working = first(answer, 'WorkingHours') ?? '';
    expect(working)
      .to.contain('<t:Bias>300</t:Bias>')
      .and.to.contain('<t:StartTimeInMinutes>480</t:StartTimeInMinutes>');
    expect(working).to.contain('<t:Time>02:00:00</t:Time><t:DayOrder>2</t:DayOrder><t:Month>3</t:Month>');
  });

  it('takes the zone of TimeZoneContext when the request has none of its own', async () => {
    const body = request(mailboxes('alice@example.test') + options('FreeBusy'));
    const answer = await ask(server.url, body, undefined, inZone('Tokyo Standard Time'));
    expect(all(answer, 'StartTime')).to.deep.equal([
      '2030-06-04T10:00:00',
      '2030-06-04T10:30:00',
      '2030-06-04T13:00:00',
      '2030-06-04T14:00:00',
      '2030-06-04T22:00:00',
    ]);
  });

  it('gives the owner every detail', async () => {
    const answer = await ask(server.url, request(UTC_ZONE + mailboxes('alice@example.test') + options()));
    expect(first(answer, 'FreeBusyViewType')).to.equal('DetailedMerged');
    const details = all(answer, 'CalendarEventDetails');
    expect(details.map((one) => first(one, 'Subject'))).to.deep.equal([
      'Secret plan',
      'Secret plan',
      'Secret plan',
      'Secret plan',
      'Daily',
    ]);
    expect(details.map((one) => first(one, 'IsPrivate'))).to.deep.equal([
      'false',
      'true',
      'false',
      'false',
      'false',
    ]);
    expect(details.map((one) => first(one, 'IsRecurring')).at(-1)).to.equal('true');
    expect(details[0]).to.match(/<t:ID>[0-9A-F]{40,}</);
  });

  it('gives a stranger times only, and one who may act as the owner all but what is private', async () => {
    const body = request(UTC_ZONE + mailboxes('alice@example.test') + options());
    const stranger = await ask(server.url, body, 'bob');
    expect(first(stranger, 'FreeBusyViewType')).to.equal('FreeBusyMerged');
    expect(stranger).not.to.contain('Secret plan').and.not.to.contain('Vault');
    expect(first(stranger, 'MergedFreeBusy')).to.match(/^0012/);
    const trusted = all(await ask(server.url, body, 'svc'), 'CalendarEventDetails');
    expect(trusted.map((one) => first(one, 'Subject'))).to.deep.equal([
      'Secret plan',
      undefined,
      'Secret plan',
      'Secret plan',
      'Daily',
    ]);
  });

  it('fails one mailbox alone', async () => {
    server.failItem({ matching: 'carol@example.test', code: 'ErrorNoFreeBusyAccess' });
    const answer = await ask(
      server.url,
      request(
        UTC_ZONE + mailboxes('bob@example.test', 'nobody@example.test', 'carol@example.test') + options(),
      ),
    );
    expect(codes(answer)).to.deep.equal(['NoError', 'ErrorMailRecipientNotFound', 'ErrorNoFreeBusyAccess']);
  });

  it('allows 42 days', async () => {
    const asked = async (to: string): Promise<string[]> =>
      codes(
        await ask(
          server.url,
          request(
            UTC_ZONE + mailboxes('bob@example.test') + options('FreeBusy', 30, ['2030-06-01T00:00:00', to]),
          ),
        ),
      );
    expect(await asked('2030-07-13T00:00:00')).to.deep.equal(['NoError']);
    expect(await asked('2030-07-14T00:00:00')).to.deep.equal(['ErrorTimeIntervalTooBig']);
  });

  const faults: readonly (readonly [title: string, body: string, code: string])[] = [
    ['no view', options('None'), 'ErrorInvalidFreeBusyViewType'],
    ['an interval too short', options('FreeBusyMerged', 4), 'ErrorInvalidMergedFreeBusyInterval'],
    [
      'an interval longer than the window',
      options('FreeBusyMerged', 60, ['2030-06-04T00:00:00', '2030-06-04T00:30:00']),
      'ErrorInvalidMergedFreeBusyInterval',
    ],
    [
      'a window turned round',
      options('FreeBusy', 30, ['2030-06-05T00:00:00', '2030-06-04T00:00:00']),
      'ErrorInvalidTimeInterval',
    ],
    ['nothing asked for', '', 'ErrorInvalidRequest'],
  ];
  for (const [title, body, code] of faults) {
    it(`refuses the whole request for ${title}`, async () => {
      const answer = await post(
        server.url,
        envelope(request(UTC_ZONE + mailboxes('bob@example.test') + body)),
      );
      expect([answer.status, first(answer.body.replace(/e:/g, 't:'), 'ResponseCode')]).to.deep.equal([
        500,
        code,
      ]);
    });
  }

  it('refuses more than a hundred mailboxes', async () => {
    const many = mailboxes(...Array.from({ length: 101 }, (_one, index) => `u${index}@example.test`));
    const answer = await post(server.url, envelope(request(UTC_ZONE + many + options())));
    expect(answer.body).to.contain('ErrorMailboxDataArrayTooBig');
  });

  it('suggests times by day, best first, at work', async () => {
    const suggestions =
      '<t:SuggestionsViewOptions><t:GoodThreshold>49</t:GoodThreshold><t:MaximumResultsByDay>3</t:MaximumResultsByDay>' +
      '<t:MaximumNonWorkHourResultsByDay>0</t:MaximumNonWorkHourResultsByDay>' +
      '<t:MeetingDurationInMinutes>60</t:MeetingDurationInMinutes>' +
      '<t:MinimumSuggestionQuality>Good</t:MinimumSuggestionQuality>' +
      `${span('DetailedSuggestionsWindow', '2030-06-04T00:00:00', '2030-06-06T00:00:00')}</t:SuggestionsViewOptions>`;
    const own = await startRecorded();
    await newEvent(own.url, busy('08:00', '15:00', 'Busy'));
    const answer = await ask(
      own.url,
      request(UTC_ZONE + mailboxes('alice@example.test', 'bob@example.test') + suggestions),
    );
    await own.close();
    const days = all(answer, 'SuggestionDayResult');
    expect(days.map((day) => [first(day, 'Date'), first(day, 'DayQuality')])).to.deep.equal([
      ['2030-06-04T00:00:00', 'Excellent'],
      ['2030-06-05T00:00:00', 'Excellent'],
    ]);
    expect(all(days[0] ?? '', 'MeetingTime')).to.deep.equal([
      '2030-06-04T15:00:00',
      '2030-06-04T15:30:00',
      '2030-06-04T16:00:00',
    ]);
    expect(all(days[1] ?? '', 'MeetingTime')[0]).to.equal('2030-06-05T08:00:00');
    expect(all(days[0] ?? '', 'IsWorkTime')).to.deep.equal(['true', 'true', 'true']);
    expect(all(days[0] ?? '', 'BusyType')).to.have.length(6);
  });
});
