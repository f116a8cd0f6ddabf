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
  respond,
  setEvent,
  update,
  weekly,
} from './calendar-requests.ts';
import type { Ref } from './calendar-requests.ts';
import { ask, codes, itemIds, startRecorded } from './ews-client.ts';

const NOW = Date.UTC(2030, 0, 2, 3, 4, 5);
const MEETING =
  '<t:Subject>Budget</t:Subject><t:Start>2030-06-04T09:00:00Z</t:Start><t:End>2030-06-04T10:00:00Z</t:End>' +
  '<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus><t:Location>Room 1</t:Location>' +
  attendees('RequiredAttendees', 'bob@example.test', 'carol@example.test');

describe('sandbox meeting responses', () => {
  let server: Sandbox;
  let meeting: Ref;
  beforeEach(async () => {
    server = await startRecorded({ now: () => new Date(NOW) });
    meeting = await newEvent(server.url, MEETING, 'SendOnlyToAll');
  });
  afterEach(() => server.close());

  const folder = (name: string, user: string): Promise<string> => ask(server.url, list(name), user);
  const ref = async (name: string, kind: string, user: string): Promise<Ref> =>
    refOf(await folder(name, user), kind);
  const item = (one: Ref, user: string): Promise<string> => ask(server.url, get(itemId(one)), user);

  for (const { element, response, free, itemClass, word, id } of [
    {
      element: 'AcceptItem',
      response: 'Accept',
      free: 'OOF',
      itemClass: 'Pos',
      word: 'Accepted',
      id: '[MS-OXWSMTGS R82]',
    },
    {
      element: 'TentativelyAcceptItem',
      response: 'Tentative',
      free: 'Tentative',
      itemClass: 'Tent',
      word: 'Tentative',
      id: '[MS-OXWSMTGS R81]',
    },
    {
      element: 'DeclineItem',
      response: 'Decline',
      free: undefined,
      itemClass: 'Neg',
      word: 'Declined',
      id: '[MS-OXWSMTGS R83]',
    },
  ] as const) {
    it(`${element} tells the organiser and changes the attendee's copy ${id} [MS-OXWSMTGS R489] [MS-OXWSMTGS R139] [MS-OXWSMTGS R141] [MS-OXWSMTGS R205] [MS-OXWSMTGS R272] [MS-OXWSMTGS R906] [MS-OXWSMTGS R907] [MS-OXWSMTGS R1198] [MS-OXWSMTGS R364, R569, R570, R571, R573, R908, R910]`, async () => {
      const request = await ref('inbox', 'MeetingRequest', 'bob');
      const answer = await ask(server.url, respond(element, request), 'bob');
      expect(codes(answer)).to.deep.equal(['NoError']);

      const own = await item(meeting, 'alice');
      const [bob, carol] = all(first(own, 'RequiredAttendees') ?? '', 'Attendee');
      expect(bob).to.contain(
        `<t:ResponseType>${response}</t:ResponseType><t:LastResponseTime>2030-01-02T03:04:05Z`,
      );
      expect(carol)
        .to.contain('<t:ResponseType>Unknown</t:ResponseType>')
        .and.not.to.contain('LastResponseTime');

      const message = await item(await ref('inbox', 'MeetingResponse', 'alice'), 'alice');
      const expected = {
        ItemClass: `IPM.Schedule.Meeting.Resp.${itemClass}`,
        Subject: `${word}: Budget`,
        ResponseType: response,
        Start: '2030-06-04T09:00:00Z',
        End: '2030-06-04T10:00:00Z',
        Location: 'Room 1',
        CalendarItemType: 'Single',
        IsOrganizer: 'true',
      };
      expect(
        Object.fromEntries(Object.keys(expected).map((name) => [name, first(message, name)])),
      ).to.deep.equal(expected);
      expect(first(message, 'From')).to.contain('bob@example.test');
      expect(message).to.contain(`<t:AssociatedCalendarItemId Id="${meeting.id}"`);

      const place = free === undefined ? 'deleteditems' : 'calendar';
      const copy = await item(await ref(place, 'CalendarItem', 'bob'), 'bob');
      expect([first(copy, 'MyResponseType'), first(copy, 'AppointmentReplyTime')]).to.deep.equal([
        response,
        '2030-01-02T03:04:05Z',
      ]);
      if (free !== undefined) expect(first(copy, 'LegacyFreeBusyStatus')).to.equal(free);
      else expect(all(await folder('calendar', 'bob'), 'CalendarItem')).to.deep.equal([]);
      expect(all(await folder('inbox', 'bob'), 'MeetingRequest')).to.deep.equal([]);
      const handled = await item(await ref('deleteditems', 'MeetingRequest', 'bob'), 'bob');
      expect(first(handled, 'HasBeenProcessed')).to.equal('true');
      expect(all(await folder('sentitems', 'bob'), 'MeetingResponse')).to.have.length(1);
    });
  }

  it('answer the copy in the calendar as well as the request, with a text', async () => {
    const copy = await ref('calendar', 'CalendarItem', 'bob');
    const text = '<t:Body BodyType="Text">I will be late</t:Body>';
    const body = respond('AcceptItem', copy, 'SendOnly').replace(
      '<t:ReferenceItemId',
      `${text}<t:ReferenceItemId`,
    );
    expect(itemIds(await ask(server.url, body, 'bob')).map(({ id }) => id)).to.deep.equal([copy.id]);
    const message = await item(await ref('inbox', 'MeetingResponse', 'alice'), 'alice');
    expect(first(message, 'Body')).to.equal('I will be late');
    expect(all(await folder('sentitems', 'bob'), 'MeetingResponse')).to.deep.equal([]);
  });

  it('stay with the attendee when they are only saved', async () => {
    const copy = await ref('calendar', 'CalendarItem', 'bob');
    await ask(server.url, respond('AcceptItem', copy, 'SaveOnly'), 'bob');
    expect(first(await item(copy, 'bob'), 'MyResponseType')).to.equal('Accept');
    expect(await folder('inbox', 'alice')).not.to.contain('MeetingResponse>');
  });

  it('answer one occurrence of a series', async () => {
    const series = await newEvent(
      server.url,
      '<t:Subject>Weekly</t:Subject><t:Start>2030-07-02T09:00:00Z</t:Start><t:End>2030-07-02T10:00:00Z</t:End>' +
        attendees('RequiredAttendees', 'bob@example.test') +
        weekly('Tuesday', '2030-07-02', 3),
      'SendOnlyToAll',
    );
    const copies =
      all(await folder('calendar', 'bob'), 'CalendarItem').find((one) => one.includes('Weekly')) ?? '';
    const copy = refOf(`<t:CalendarItem>${copies}</t:CalendarItem>`, 'CalendarItem');
    const second = refOf(await ask(server.url, get(occurrenceId(copy, 2)), 'bob'), 'CalendarItem');
    await ask(server.url, respond('DeclineItem', second), 'bob');
    expect(codes(await ask(server.url, get(occurrenceId(copy, 2)), 'bob'))).to.deep.equal([
      'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
    ]);
    const own = await ask(server.url, get(occurrenceId(series, 1) + occurrenceId(series, 2)));
    expect(all(own, 'ResponseType')).to.deep.equal(['Unknown', 'Decline']);
  });

  it('need a disposition [MS-OXWSMTGS R1240] [MS-OXWSMTGS R1342]', async () => {
    const request = await ref('inbox', 'MeetingRequest', 'bob');
    for (const element of ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem', 'CancelCalendarItem']) {
      const bare = respond(element, request).replace(' MessageDisposition="SendAndSaveCopy"', '');
      expect(codes(await ask(server.url, bare, 'bob'))).to.deep.equal(['ErrorMessageDispositionRequired']);
    }
  });

  it('are not given by the organiser, nor to a cancelled meeting', async () => {
    expect(codes(await ask(server.url, respond('AcceptItem', meeting)))).to.deep.equal([
      'ErrorCalendarIsOrganizerForAccept',
    ]);
    const copy = await ref('calendar', 'CalendarItem', 'bob');
    expect(codes(await ask(server.url, respond('CancelCalendarItem', copy), 'bob'))).to.deep.equal([
      'ErrorCalendarIsNotOrganizer',
    ]);
    await ask(server.url, respond('CancelCalendarItem', meeting));
    for (const [element, code] of [
      ['AcceptItem', 'ErrorCalendarIsCancelledForAccept'],
      ['TentativelyAcceptItem', 'ErrorCalendarIsCancelledForTentative'],
      ['DeclineItem', 'ErrorCalendarIsCancelledForDecline'],
    ] as const) {
      expect(codes(await ask(server.url, respond(element, copy), 'bob'))).to.deep.equal([code]);
    }
  });

  it('cancel a meeting, which the organiser then finds among his deleted items [MS-OXWSMTGS R491] [MS-OXWSMTGS R740] [MS-OXWSMTGS R1052]', async () => {
    const note = '<t:NewBodyContent BodyType="Text">Hail</t:NewBodyContent>';
    const answer = await ask(server.url, respond('CancelCalendarItem', meeting, 'SendAndSaveCopy', note));
    expect(codes(answer)).to.deep.equal(['NoError']);
    const gone = await item(await ref('deleteditems', 'CalendarItem', 'alice'), 'alice');
    expect([first(gone, 'IsCancelled'), first(gone, 'AppointmentState')]).to.deep.equal(['true', '5']);
    const message = await item(await ref('inbox', 'MeetingCancellation', 'bob'), 'bob');
    expect(first(message, 'Body')).to.equal('Hail');
    expect(all(await folder('sentitems', 'alice'), 'MeetingCancellation')).to.have.length(1);
  });

  it('remove a cancelled meeting together with its message [MS-OXWSMTGS R492]', async () => {
    await ask(server.url, respond('CancelCalendarItem', meeting));
    const message = await ref('inbox', 'MeetingCancellation', 'bob');
    expect(codes(await ask(server.url, respond('RemoveItem', message), 'bob'))).to.deep.equal(['NoError']);
    expect(all(await folder('calendar', 'bob'), 'CalendarItem')).to.deep.equal([]);
    expect(all(await folder('inbox', 'bob'), 'MeetingCancellation')).to.deep.equal([]);
  });

  it('decline for an attendee who deletes his copy and sends', async () => {
    const copy = await ref('calendar', 'CalendarItem', 'bob');
    await ask(server.url, remove(itemId(copy), 'SendOnlyToAll'), 'bob');
    const [bob] = all(first(await item(meeting, 'alice'), 'RequiredAttendees') ?? '', 'Attendee');
    expect(bob).to.contain('<t:ResponseType>Decline</t:ResponseType>');
  });

  it('have to be given anew when the time moves, not when the place changes', async () => {
    const copy = await ref('calendar', 'CalendarItem', 'bob');
    await ask(server.url, respond('AcceptItem', copy), 'bob');
    const answered = async (): Promise<(string | undefined)[]> => {
      const answer = await item(copy, 'bob');
      return [first(answer, 'MyResponseType'), first(answer, 'LegacyFreeBusyStatus')];
    };
    await ask(server.url, update(itemId(meeting), setEvent('<t:Location>x</t:Location>'), 'SendOnlyToAll'));
    expect(await answered()).to.deep.equal(['Accept', 'OOF']);
    await ask(
      server.url,
      update(itemId(meeting), setEvent('<t:End>2030-06-04T11:00:00Z</t:End>'), 'SendOnlyToAll'),
    );
    expect(await answered()).to.deep.equal(['NoResponseReceived', 'Tentative']);
  });

  it('are forgotten by nobody when the organiser changes the list', async () => {
    await ask(server.url, respond('AcceptItem', await ref('calendar', 'CalendarItem', 'bob')), 'bob');
    const list1 = attendees('RequiredAttendees', 'bob@example.test', 'svc@example.test');
    await ask(
      server.url,
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges>` +
        `<t:ItemChange>${itemId(meeting)}<t:Updates><t:SetItemField><t:FieldURI FieldURI="calendar:RequiredAttendees"/>` +
        `<t:CalendarItem>${list1}</t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    expect(all(first(await item(meeting, 'alice'), 'RequiredAttendees') ?? '', 'ResponseType')).to.deep.equal(
      ['Accept', 'Unknown'],
    );
  });
});
