import { expect } from 'chai';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  all,
  attendees,
  first,
  get,
  itemId,
  list,
  newEvent,
  occurrenceId,
  refOf,
  remove,
  setEvent,
  update,
  weekly,
} from './calendar-requests.ts';
import type { Ref } from './calendar-requests.ts';
import { ask, startRecorded } from './ews-client.ts';

const BOB = 'bob@example.test';
const CAROL = 'carol@example.test';
const MEETING =
  '<t:Subject>Budget</t:Subject><t:Body BodyType="Text">Bring numbers</t:Body>' +
  '<t:Start>2030-06-04T09:00:00Z</t:Start><t:End>2030-06-04T10:00:00Z</t:End>' +
  '<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus><t:Location>Room 1</t:Location><t:When>Tuesday</t:When>' +
  `${attendees('RequiredAttendees', BOB, 'guest@elsewhere.example')}${attendees('OptionalAttendees', CAROL)}` +
  attendees('Resources', 'beamer@example.test');

describe('sandbox meetings', () => {
  let server: Sandbox;
  beforeEach(async () => {
    server = await startRecorded();
  });
  afterEach(() => server.close());

  const folder = (name: string, user: string): Promise<string> => ask(server.url, list(name), user);
  const item = (ref: Ref, user: string): Promise<string> => ask(server.url, get(itemId(ref)), user);
  const only = async (name: string, kind: string, user: string): Promise<string> =>
    item(refOf(await folder(name, user), kind), user);
  const counts = async (user: string): Promise<Record<string, number>> => ({
    calendar: all(await folder('calendar', user), 'CalendarItem').length,
    inbox: all(await folder('inbox', user), '(?:MeetingRequest|MeetingCancellation)').length,
    sent: all(await folder('sentitems', user), '(?:MeetingRequest|MeetingCancellation)').length,
  });

  it('are not sent with SendToNone [MS-OXWSMTGS R44] [MS-OXWSMTGS R4400] [MS-OXWSMTGS R4401] [MS-OXWSMTGS R494] [MS-OXWSMTGS R728] [MS-OXWSMTGS R738]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendToNone');
    expect(await counts('bob')).to.deep.equal({ calendar: 0, inbox: 0, sent: 0 });
    const answer = await item(made, 'alice');
    expect(
      ['IsMeeting', 'MeetingRequestWasSent', 'AppointmentState'].map((name) => first(answer, name)),
    ).to.deep.equal(['true', 'false', '1']);
  });

  it('are sent and not kept with SendOnlyToAll [MS-OXWSMTGS R46] [MS-OXWSMTGS R4600] [MS-OXWSMTGS R4601] [MS-OXWSMTGS R4602] [MS-OXWSMTGS R734] [MS-OXWSMTGS R177]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendOnlyToAll');
    expect(first(await item(made, 'alice'), 'MeetingRequestWasSent')).to.equal('true');
    expect(await counts('alice')).to.deep.equal({ calendar: 1, inbox: 0, sent: 0 });
    expect(await counts('bob')).to.deep.equal({ calendar: 1, inbox: 1, sent: 0 });
    expect(await counts('carol')).to.deep.equal({ calendar: 1, inbox: 1, sent: 0 });
  });

  it('are sent and kept with SendToAllAndSaveCopy [MS-OXWSMTGS R48] [MS-OXWSMTGS R4800] [MS-OXWSMTGS R4801] [MS-OXWSMTGS R4802]', async () => {
    await newEvent(server.url, MEETING, 'SendToAllAndSaveCopy');
    expect(await counts('alice')).to.deep.equal({ calendar: 1, inbox: 0, sent: 1 });
    expect(await counts('bob')).to.deep.equal({ calendar: 1, inbox: 1, sent: 0 });
  });

  it('stand tentatively in the calendar of an attendee [MS-OXWSMTGS R739] [MS-OXWSMTGS R1047] [MS-OXWSMTGS R191] [MS-OXWSMTGS R512] [MS-OXWSMTGS R703] [MS-OXWSMTGS R185] [MS-OXWSMTGS R187] [MS-OXWSMTGS R189]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendOnlyToAll');
    const answer = await only('calendar', 'CalendarItem', 'bob');
    const expected = {
      Subject: 'Budget',
      Start: '2030-06-04T09:00:00Z',
      Location: 'Room 1',
      LegacyFreeBusyStatus: 'Tentative',
      IntendedFreeBusyStatus: 'OOF',
      MyResponseType: 'NoResponseReceived',
      AppointmentState: '3',
      IsMeeting: 'true',
      IsOrganizer: 'false',
      UID: first(await item(made, 'alice'), 'UID'),
    };
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, first(answer, name)]));
    expect(found).to.deep.equal(expected);
    expect(first(answer, 'Organizer')).to.contain('alice@example.test');
    expect(first(answer, 'RequiredAttendees')).to.contain(BOB);
    expect(first(answer, 'OptionalAttendees')).to.contain(CAROL);
    expect(answer).not.to.contain('<t:When>').and.not.to.contain('<t:Resources>');
  });

  it('come as a meeting request with all there is to know [MS-OXWSMTGS R488] [MS-OXWSMTGS R264] [MS-OXWSMTGS R749] [MS-OXWSMTGS R751] [MS-OXWSMTGS R270] [MS-OXWSMTGS R275] [MS-OXWSMTGS R279] [MS-OXWSMTGS R283] [MS-OXWSMTGS R72] [MS-OXWSMTGS R285] [MS-OXWSMTGS R500] [MS-OXWSMTGS R287] [MS-OXWSMTGS R297] [MS-OXWSMTGS R299] [MS-OXWSMTGS R319] [MS-OXWSMTGS R7561] [MS-OXWSMTGS R763] [MS-OXWSMTGS R755] [MS-OXWSMTGS R759] [MS-OXWSMTGS R761] [MS-OXWSMTGS R313] [MS-OXWSMTGS R315] [MS-OXWSMTGS R317] [MS-OXWSMTGS R555] [MS-OXWSMTGS R1282] [MS-OXWSMTGS R80049] [MS-OXWSMTGS R84]', async () => {
    await newEvent(server.url, MEETING, 'SendOnlyToAll');
    const answer = await only('inbox', 'MeetingRequest', 'bob');
    const copy = refOf(await folder('calendar', 'bob'), 'CalendarItem');
    expect(answer).to.contain(`<t:AssociatedCalendarItemId Id="${copy.id}" ChangeKey="${copy.changeKey}"/>`);
    const expected = {
      ItemClass: 'IPM.Schedule.Meeting.Request',
      Subject: 'Budget',
      IsRead: 'false',
      IsDelegated: 'false',
      IsOutOfDate: 'false',
      HasBeenProcessed: 'false',
      ResponseType: 'NoResponseReceived',
      MeetingRequestType: 'NewMeetingRequest',
      IntendedFreeBusyStatus: 'OOF',
      Start: '2030-06-04T09:00:00Z',
      End: '2030-06-04T10:00:00Z',
      Location: 'Room 1',
      IsMeeting: 'true',
      MeetingRequestWasSent: 'true',
      IsAllDayEvent: 'false',
      IsCancelled: 'false',
      IsRecurring: 'false',
      IsOrganizer: 'false',
      AppointmentState: '3',
    };
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, first(answer, name)]));
    expect(found).to.deep.equal(expected);
    expect(first(answer, 'Body')).to.equal('Bring numbers');
    expect(first(answer, 'From')).to.contain('alice@example.test');
    expect(first(answer, 'UID')).not.to.equal(undefined);
    expect(first(answer, 'DateTimeStamp')).to.match(/Z$/);
    expect(answer).not.to.contain('<t:When>').and.not.to.contain('<t:Resources>');
    expect(
      all(first(answer, 'ResponseObjects') ?? '', '(?:Accept|TentativelyAccept|Decline)Item'),
    ).to.have.length(3);
  });

  it('are updated for everybody, who has to answer anew when the time moves [MS-OXWSMTGS R61] [MS-OXWSMTGS R6100] [MS-OXWSMTGS R6101] [MS-OXWSMTGS R484] [MS-OXWSMTGS R207] [MS-OXWSMTGS R750] [MS-OXWSMTGS R73] [MS-OXWSMTGS R559] [MS-OXWSMTGS R55902] [MS-OXWSMTGS R55904] [MS-OXWSMTGS R55901]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendOnlyToAll');
    const moved =
      setEvent('<t:Start>2030-06-05T09:00:00Z</t:Start>') + setEvent('<t:End>2030-06-05T10:00:00Z</t:End>');
    const whole = moved.replace(/^(.*)(<t:SetItemField>.*)$/, '$2$1');
    await ask(server.url, update(itemId(made), whole, 'SendOnlyToAll'));
    const copy = await only('calendar', 'CalendarItem', 'bob');
    expect([first(copy, 'Start'), first(copy, 'AppointmentSequenceNumber')]).to.deep.equal([
      '2030-06-05T09:00:00Z',
      '1',
    ]);
    const [latest, earlier] = all(await folder('inbox', 'bob'), 'MeetingRequest').map((one) =>
      refOf(`<t:MeetingRequest>${one}</t:MeetingRequest>`, 'MeetingRequest'),
    );
    if (latest === undefined || earlier === undefined) throw new Error('two requests expected');
    const update1 = await item(latest, 'bob');
    expect(first(update1, 'MeetingRequestType')).to.equal('FullUpdate');
    expect(first(update1, 'ChangeHighlights'))
      .to.contain('<t:HasStartTimeChanged>true</t:HasStartTimeChanged>')
      .and.to.contain('<t:HasEndTimeChanged>true</t:HasEndTimeChanged>')
      .and.to.contain('<t:HasLocationChanged>false</t:HasLocationChanged>');
    const outdated = await item(earlier, 'bob');
    expect([first(outdated, 'IsOutOfDate'), first(outdated, 'MeetingRequestType')]).to.deep.equal([
      'true',
      'Outdated',
    ]);
    expect((await counts('alice')).sent).to.equal(0);
  });

  it('are updated for information when only the place changes [MS-OXWSMTGS R64] [MS-OXWSMTGS R6400] [MS-OXWSMTGS R6401] [MS-OXWSMTGS R71] [MS-OXWSMTGS R55900] [MS-OXWSMTGS R55903]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendOnlyToAll');
    await ask(
      server.url,
      update(itemId(made), setEvent('<t:Location>Room 2</t:Location>'), 'SendToAllAndSaveCopy'),
    );
    const request = await only('inbox', 'MeetingRequest', 'bob');
    expect(first(request, 'MeetingRequestType')).to.equal('InformationalUpdate');
    expect(first(request, 'ChangeHighlights')).to.contain(
      '<t:HasLocationChanged>true</t:HasLocationChanged><t:Location>Room 2</t:Location>' +
        '<t:HasStartTimeChanged>false</t:HasStartTimeChanged>',
    );
    expect(first(await only('calendar', 'CalendarItem', 'bob'), 'Location')).to.equal('Room 2');
    expect((await counts('alice')).sent).to.equal(1);
  });

  it('are changed silently with SendToNone [MS-OXWSMTGS R60] [MS-OXWSMTGS R6000]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendOnlyToAll');
    await ask(server.url, update(itemId(made), setEvent('<t:Location>Room 2</t:Location>'), 'SendToNone'));
    expect(first(await item(made, 'alice'), 'Location')).to.equal('Room 2');
    expect(first(await only('calendar', 'CalendarItem', 'bob'), 'Location')).to.equal('Room 1');
    expect((await counts('bob')).inbox).to.equal(1);
  });

  it('reach only those who came or went with SendOnlyToChanged and SendToChangedAndSaveCopy [MS-OXWSMTGS R62] [MS-OXWSMTGS R6200] [MS-OXWSMTGS R65] [MS-OXWSMTGS R6500] [MS-OXWSMTGS R6501]', async () => {
    for (const [mode, sent] of [
      ['SendOnlyToChanged', 0],
      ['SendToChangedAndSaveCopy', 2],
    ] as const) {
      const here = await startRecorded();
      const made = await newEvent(
        here.url,
        `<t:Subject>x</t:Subject>${attendees('RequiredAttendees', BOB, 'svc@example.test')}`,
        'SendOnlyToAll',
      );
      await ask(
        here.url,
        update(itemId(made), setEvent(attendees('RequiredAttendees', CAROL, 'svc@example.test')), mode),
      );
      const kinds = async (user: string): Promise<string[]> =>
        [...(await ask(here.url, list('inbox'), user)).matchAll(/<t:(Meeting\w+)><t:ItemId/g)].map(
          (match) => match[1] ?? '',
        );
      expect(await kinds('carol')).to.deep.equal(['MeetingRequest']);
      expect(await kinds('bob')).to.deep.equal(['MeetingCancellation', 'MeetingRequest']);
      expect(await kinds('svc')).to.deep.equal(['MeetingRequest']);
      const kept = await ask(here.url, list('sentitems'));
      expect(all(kept, '(?:MeetingRequest|MeetingCancellation)')).to.have.length(sent);
      await here.close();
    }
  });

  it('invite to a series, and to a change of one occurrence [MS-OXWSMTGS R339] [MS-OXWSMTGS R341] [MS-OXWSMTGS R343] [MS-OXWSMTGS R760] [MS-OXWSMTGS R309] [MS-OXWSMTGS R291] [MS-OXWSMTGS R277]', async () => {
    const made = await newEvent(
      server.url,
      '<t:Subject>Weekly</t:Subject><t:Start>2030-06-04T09:00:00Z</t:Start><t:End>2030-06-04T10:00:00Z</t:End>' +
        attendees('RequiredAttendees', BOB) +
        weekly('Tuesday', '2030-06-04', 4),
      'SendOnlyToAll',
    );
    const request = await only('inbox', 'MeetingRequest', 'bob');
    expect([first(request, 'CalendarItemType'), first(request, 'IsRecurring')]).to.deep.equal([
      'RecurringMaster',
      'true',
    ]);
    expect(first(request, 'Recurrence')).to.contain('WeeklyRecurrence');
    const times =
      setEvent('<t:End>2030-06-11T13:00:00Z</t:End>') + setEvent('<t:Start>2030-06-11T12:00:00Z</t:Start>');
    await ask(server.url, update(occurrenceId(made, 2), times, 'SendOnlyToAll'));
    const copy = refOf(await folder('calendar', 'bob'), 'CalendarItem');
    const second = await ask(server.url, get(occurrenceId(copy, 2) + occurrenceId(copy, 3)), 'bob');
    const shown = ['<t:Start>2030-06-11T12:00:00Z</t:Start>', '<t:Start>2030-06-18T09:00:00Z</t:Start>'];
    for (const one of shown) expect(second).to.contain(one);
    const one = await only('inbox', 'MeetingRequest', 'bob');
    expect([
      first(one, 'CalendarItemType'),
      first(one, 'OriginalStart'),
      first(one, 'RecurrenceId'),
    ]).to.deep.equal(['Exception', '2030-06-11T09:00:00Z', '2030-06-11T09:00:00Z']);
  });

  it('are deleted silently with SendToNone [MS-OXWSMTGS R45] [MS-OXWSMTGS R4500]', async () => {
    const made = await newEvent(server.url, MEETING, 'SendOnlyToAll');
    await ask(server.url, remove(itemId(made), 'SendToNone'));
    expect(await counts('alice')).to.deep.equal({ calendar: 0, inbox: 0, sent: 0 });
    expect(await counts('bob')).to.deep.equal({ calendar: 1, inbox: 1, sent: 0 });
  });

  it('are cancelled by a deletion with SendOnlyToAll and SendToAllAndSaveCopy [MS-OXWSMTGS R47] [MS-OXWSMTGS R4700] [MS-OXWSMTGS R4701] [MS-OXWSMTGS R49] [MS-OXWSMTGS R4900] [MS-OXWSMTGS R4901] [MS-OXWSMTGS R490] [MS-OXWSMTGS R741] [MS-OXWSMTGS R730] [MS-OXWSMTGS R900] [MS-OXWSMTGS R901] [MS-OXWSMTGS R902] [MS-OXWSMTGS R904]', async () => {
    for (const [mode, sent] of [
      ['SendOnlyToAll', 0],
      ['SendToAllAndSaveCopy', 1],
    ] as const) {
      const here = await startRecorded();
      const made = await newEvent(here.url, MEETING, 'SendOnlyToAll');
      await ask(here.url, remove(itemId(made), mode));
      expect(all(await ask(here.url, list('calendar')), 'CalendarItem')).to.deep.equal([]);
      expect(all(await ask(here.url, list('sentitems')), 'MeetingCancellation')).to.have.length(sent);
      const message = await ask(
        here.url,
        get(itemId(refOf(await ask(here.url, list('inbox'), 'bob'), 'MeetingCancellation'))),
        'bob',
      );
      const expected = {
        ItemClass: 'IPM.Schedule.Meeting.Canceled',
        Subject: 'Canceled: Budget',
        Start: '2030-06-04T09:00:00Z',
        End: '2030-06-04T10:00:00Z',
        Location: 'Room 1',
        CalendarItemType: 'Single',
      };
      expect(
        Object.fromEntries(Object.keys(expected).map((name) => [name, first(message, name)])),
      ).to.deep.equal(expected);
      const copy = await ask(
        here.url,
        get(itemId(refOf(await ask(here.url, list('calendar'), 'bob'), 'CalendarItem'))),
        'bob',
      );
      expect([
        first(copy, 'IsCancelled'),
        first(copy, 'AppointmentState'),
        first(copy, 'LegacyFreeBusyStatus'),
      ]).to.deep.equal(['true', '7', 'Free']);
      await here.close();
    }
  });

  it('have one occurrence cancelled for an attendee', async () => {
    const made = await newEvent(
      server.url,
      `<t:Subject>Weekly</t:Subject><t:Start>2030-06-04T09:00:00Z</t:Start><t:End>2030-06-04T10:00:00Z</t:End>${attendees('RequiredAttendees', BOB)}${weekly('Tuesday', '2030-06-04', 4)}`,
      'SendOnlyToAll',
    );
    await ask(server.url, remove(occurrenceId(made, 2), 'SendOnlyToAll'));
    const copy = refOf(await folder('calendar', 'bob'), 'CalendarItem');
    const answer = await ask(server.url, get(occurrenceId(copy, 1) + occurrenceId(copy, 2)), 'bob');
    expect(all(answer, 'IsCancelled')).to.deep.equal(['false', 'true']);
    expect(first(await only('inbox', 'MeetingCancellation', 'bob'), 'RecurrenceId')).to.equal(
      '2030-06-11T09:00:00Z',
    );
  });
});
