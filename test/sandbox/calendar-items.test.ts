import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  all,
  attendees,
  createEvent,
  first,
  get,
  itemId,
  list,
  newEvent,
  remove,
  setEvent,
  update,
  weekly,
} from './calendar-requests.ts';
import { ask, codes, startRecorded } from './ews-client.ts';

const HOUR = '<t:Start>2030-06-04T09:00:00Z</t:Start><t:End>2030-06-04T10:00:00Z</t:End>';
const NOW = Date.UTC(2030, 0, 2, 3, 4, 5);

describe('sandbox calendar items', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded({ now: () => new Date(NOW) });
  });
  afterEach(() => server.close());

  async function shown(inner: string): Promise<string> {
    return ask(server.url, get(itemId(await newEvent(server.url, inner))));
  }

  it('keeps what a client gives [MS-OXWSMTGS R593] [MS-OXWSMTGS R157] [MS-OXWSMTGS R159] [MS-OXWSMTGS R165] [MS-OXWSMTGS R167] [MS-OXWSMTGS R169] [MS-OXWSMTGS R179] [MS-OXWSMTGS R227] [MS-OXWSMTGS R229] [MS-OXWSMTGS R231] [MS-OXWSMTGS R233] [MS-OXWSMTGS R235]', async () => {
    const given =
      '<t:Subject>Plan &amp; review</t:Subject><t:Sensitivity>Private</t:Sensitivity>' +
      '<t:Body BodyType="Text">Bring numbers</t:Body><t:Categories><t:String>Blue</t:String></t:Categories>' +
      '<t:Importance>High</t:Importance><t:ReminderIsSet>true</t:ReminderIsSet>' +
      '<t:ReminderMinutesBeforeStart>45</t:ReminderMinutesBeforeStart>' +
      `<t:UID>uid-1</t:UID>${HOUR}<t:IsAllDayEvent>false</t:IsAllDayEvent>` +
      '<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus><t:Location>Room 1</t:Location><t:When>in June</t:When>' +
      '<t:IsResponseRequested>false</t:IsResponseRequested><t:ConferenceType>2</t:ConferenceType>' +
      '<t:AllowNewTimeProposal>false</t:AllowNewTimeProposal><t:IsOnlineMeeting>true</t:IsOnlineMeeting>' +
      '<t:MeetingWorkspaceUrl>https://w.example</t:MeetingWorkspaceUrl><t:NetShowUrl>https://n.example</t:NetShowUrl>';
    const answer = await shown(given);
    for (const [element] of given.matchAll(/<t:(?!Categories)(\w+)[^>]*>[^<]*<\/t:\1>/g)) {
      expect(answer).to.contain(element);
    }
    expect(first(answer, 'ReminderNextTime')).to.equal('2030-06-04T08:15:00Z');
  });

  it('is a single appointment of its owner unless told otherwise [MS-OXWSMTGS R53] [MS-OXWSMTGS R514] [MS-OXWSMTGS R155] [MS-OXWSMTGS R201] [MS-OXWSMTGS R203] [MS-OXWSMTGS R3311] [MS-OXWSMTGS R731] [MS-OXWSMTGS R733] [MS-OXWSMTGS R735] [MS-OXWSMTGS R721] [MS-OXWSMTGS R729] [MS-OXWSMTGS R80048]', async () => {
    const answer = await shown(HOUR);
    const expected: Record<string, string> = {
      CalendarItemType: 'Single',
      IsMeeting: 'false',
      IsCancelled: 'false',
      IsRecurring: 'false',
      IsAllDayEvent: 'false',
      MeetingRequestWasSent: 'false',
      IsResponseRequested: 'true',
      MyResponseType: 'Organizer',
      AppointmentState: '0',
      AppointmentSequenceNumber: '0',
      LegacyFreeBusyStatus: 'Busy',
      Duration: 'PT1H',
      TimeZone: '(UTC) Coordinated Universal Time',
      DateTimeStamp: '2030-01-02T03:04:05Z',
      IsOrganizer: 'true',
      ItemClass: 'IPM.Appointment',
      ReminderIsSet: 'true',
      ReminderMinutesBeforeStart: '15',
      ReminderDueBy: '2030-06-04T09:00:00Z',
      ConflictingMeetingCount: '0',
      AdjacentMeetingCount: '0',
    };
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, first(answer, name)]));
    expect(found).to.deep.equal(expected);
    expect(first(answer, 'Organizer')).to.contain('<t:EmailAddress>alice@example.test</t:EmailAddress>');
    expect(answer).not.to.contain('<t:Recurrence>').and.not.to.contain('<t:OriginalStart>');
  });

  it('makes a UID of its own for each [MS-OXWSMTGS R151]', async () => {
    const uids = [first(await shown(HOUR), 'UID'), first(await shown(HOUR), 'UID')];
    expect(uids[0]).to.match(/^040000008200E00074C5B7101A82E008[0-9A-F]+$/);
    expect(uids[0]).not.to.equal(uids[1]);
  });

  it('begins at the next half hour when nobody says when', async () => {
    const answer = await shown('<t:Subject>x</t:Subject>');
    expect([first(answer, 'Start'), first(answer, 'End')]).to.deep.equal([
      '2030-01-02T03:30:00Z',
      '2030-01-02T04:00:00Z',
    ]);
  });

  it('refuses an end before the start and more than five years [MS-OXWSMTGS R1203] [MS-OXWSMTGS R1204] [MS-OXWSMTGS R1233] [MS-OXWSMTGS R1244] [MS-OXWSMTGS R1200]', async () => {
    const times = (end: string): string => `<t:Start>2030-01-01T00:00:00Z</t:Start><t:End>${end}</t:End>`;
    expect(codes(await ask(server.url, createEvent(times('2029-12-31T00:00:00Z'))))).to.deep.equal([
      'ErrorCalendarEndDateIsEarlierThanStartDate',
    ]);
    expect(codes(await ask(server.url, createEvent(times('2035-02-01T00:00:00Z'))))).to.deep.equal([
      'ErrorCalendarDurationIsTooLong',
    ]);
    const made = itemId(await newEvent(server.url, times('2030-01-01T01:00:00Z')));
    const end = (text: string): Promise<string> =>
      ask(server.url, update(made, setEvent(`<t:End>${text}</t:End>`)));
    expect(codes(await end('2029-12-31T00:00:00Z'))).to.deep.equal([
      'ErrorCalendarEndDateIsEarlierThanStartDate',
    ]);
    expect(codes(await end('2036-01-01T00:00:00Z'))).to.deep.equal(['ErrorCalendarDurationIsTooLong']);
  });

  it('refuses what the server alone decides [MS-OXWSMTGS R2000]', async () => {
    for (const element of ['<t:IsMeeting>true</t:IsMeeting>', '<t:IsCancelled>true</t:IsCancelled>']) {
      expect(codes(await ask(server.url, createEvent(HOUR + element)))).to.deep.equal([
        'ErrorInvalidPropertySet',
      ]);
    }
  });

  it('takes online settings and forgets them [MS-OXWSMTGS R2002] [MS-OXWSMTGS R2003]', async () => {
    const answer = await shown(
      `${HOUR}<t:JoinOnlineMeetingUrl>https://join.example</t:JoinOnlineMeetingUrl><t:OnlineMeetingSettings>` +
        '<t:LobbyBypass>Disabled</t:LobbyBypass><t:AccessLevel>Everyone</t:AccessLevel>' +
        '<t:Presenters>Everyone</t:Presenters></t:OnlineMeetingSettings>',
    );
    expect(answer).not.to.contain('JoinOnlineMeetingUrl').and.not.to.contain('OnlineMeetingSettings');
  });

  it('shows every free/busy status it is given [MS-OXWSMTGS R16500] [MS-OXWSMTGS R16501] [MS-OXWSMTGS R16502] [MS-OXWSMTGS R16503] [MS-OXWSMTGS R16504]', async () => {
    for (const status of ['Busy', 'Free', 'NoData', 'OOF', 'Tentative', 'WorkingElsewhere']) {
      const answer = await shown(`${HOUR}<t:LegacyFreeBusyStatus>${status}</t:LegacyFreeBusyStatus>`);
      expect(first(answer, 'LegacyFreeBusyStatus')).to.equal(status);
    }
  });

  it('keeps a place with its address, and one view of it in step with the other [MS-OXWSMTGS R696] [MS-OXWSMTGS R697] [MS-OXWSMTGS R542] [MS-OXWSMTGS R543] [MS-OXWSMTGS R544]', async () => {
    const place =
      '<t:EnhancedLocation><t:DisplayName>Café</t:DisplayName><t:Annotation>ring twice</t:Annotation><t:PostalAddress>' +
      '<t:Street>Hauptstr. 1</t:Street><t:City>Köln</t:City></t:PostalAddress></t:EnhancedLocation>';
    const made = await newEvent(server.url, HOUR + place);
    const answer = await ask(server.url, get(itemId(made)));
    expect(answer).to.contain(place).and.to.contain('<t:Location>Café</t:Location>');
    await ask(server.url, update(itemId(made), setEvent('<t:Location>Office</t:Location>')));
    const after = await ask(server.url, get(itemId(made)));
    expect(first(after, 'EnhancedLocation')).to.contain('<t:DisplayName>Office</t:DisplayName>');
  });

  it('finds meetings at the same time and right beside it [MS-OXWSMTGS R193] [MS-OXWSMTGS R195] [MS-OXWSMTGS R197] [MS-OXWSMTGS R199]', async () => {
    const at = (from: string, to: string, subject: string): string =>
      `<t:Subject>${subject}</t:Subject><t:Start>2030-06-04T${from}:00Z</t:Start><t:End>2030-06-04T${to}:00Z</t:End>`;
    await newEvent(server.url, at('09:30', '11:00', 'over'));
    await newEvent(server.url, at('08:00', '09:00', 'before'));
    await newEvent(server.url, at('10:00', '11:00', 'after'));
    const answer = await ask(
      server.url,
      get(itemId(await newEvent(server.url, at('09:00', '10:00', 'this')))),
    );
    expect(first(answer, 'ConflictingMeetingCount')).to.equal('1');
    expect(first(answer, 'ConflictingMeetings')).to.contain('<t:Subject>over</t:Subject>');
    expect(first(answer, 'AdjacentMeetingCount')).to.equal('2');
    expect(all(first(answer, 'AdjacentMeetings') ?? '', 'Subject')).to.deep.equal(['before', 'after']);
  });

  it('needs to be told about invitations and cancellations [MS-OXWSMTGS R1213]', async () => {
    const bare = createEvent(HOUR).replace(' SendMeetingInvitations="SendToNone"', '');
    expect(codes(await ask(server.url, bare))).to.deep.equal(['ErrorSendMeetingInvitationsRequired']);
    const made = itemId(await newEvent(server.url, HOUR));
    const updated = update(made, setEvent('<t:Location>x</t:Location>')).replace(
      / SendMeetingInvitationsOrCancellations="[^"]*"/,
      '',
    );
    expect(codes(await ask(server.url, updated))).to.deep.equal([
      'ErrorSendMeetingInvitationsOrCancellationsRequired',
    ]);
    const removed = remove(made).replace(/ SendMeetingCancellations="[^"]*"/, '');
    expect(codes(await ask(server.url, removed))).to.deep.equal(['ErrorSendMeetingCancellationsRequired']);
    expect(codes(await ask(server.url, remove(made)))).to.deep.equal(['NoError']);
  });

  it('refuses an attendee without an address', async () => {
    const nobody = attendees('RequiredAttendees', 'x@y.example').replace(
      /<t:EmailAddress>.*<\/t:EmailAddress>/,
      '<t:Name>Bob</t:Name>',
    );
    expect(codes(await ask(server.url, createEvent(HOUR + nobody)))).to.deep.equal([
      'ErrorInvalidRecipients',
    ]);
    const empty = attendees('RequiredAttendees', '');
    expect(await ask(server.url, createEvent(HOUR + empty))).to.contain('ErrorSchemaValidation');
  });

  it('lists an organiser by name only and no attendees', async () => {
    await newEvent(server.url, HOUR + attendees('RequiredAttendees', 'bob@example.test'));
    const answer = await ask(server.url, list('calendar'));
    expect(first(answer, 'Organizer')).to.equal('<t:Mailbox><t:Name>alice</t:Name></t:Mailbox>');
    expect(answer).not.to.contain('RequiredAttendees');
  });

  it('turns into a series and back', async () => {
    const made = itemId(await newEvent(server.url, HOUR));
    await ask(server.url, update(made, setEvent(weekly('Tuesday', '2030-06-04', 3))));
    expect(first(await ask(server.url, get(made)), 'CalendarItemType')).to.equal('RecurringMaster');
    const clear = '<t:DeleteItemField><t:FieldURI FieldURI="calendar:Recurrence"/></t:DeleteItemField>';
    await ask(server.url, update(made, clear));
    expect(first(await ask(server.url, get(made)), 'CalendarItemType')).to.equal('Single');
  });
});
