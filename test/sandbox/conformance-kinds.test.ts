/** The operations on tasks, contacts and calendar items by their protocols, and what releases say in a meeting response. */
import { expect } from 'chai';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import {
  all,
  attendees,
  createEvent,
  first,
  get,
  itemId,
  list,
  refOf,
  respond,
  weekly,
} from './calendar-requests.ts';
import { envelope, getItems, itemIds, onlyId, post } from './ews-client.ts';
import { createItems, idElement, remove, set, updateItems } from './item-requests.ts';
import type { ItemRef } from './item-requests.ts';
import { send, startReleased } from './released-server.ts';
import { soapBody } from './schema-check.ts';

interface Kind {
  readonly element: string;
  readonly home: string;
  readonly inner: string;
  readonly create: string;
  readonly update: string;
  readonly remove: string;
  /** The requirements each operation meets, by protocol. */
  readonly ids: Readonly<Record<string, string>>;
}

const KINDS: readonly Kind[] = [
  {
    element: 'Task',
    home: 'tasks',
    inner: '<t:Subject>A</t:Subject>',
    create: '',
    update: 'MessageDisposition="SaveOnly"',
    remove: 'AffectedTaskOccurrences="AllOccurrences"',
    ids: {
      CopyItem: '[MS-OXWSTASK R154]',
      CreateItem: '[MS-OXWSTASK R161]',
      DeleteItem: '[MS-OXWSTASK R168]',
      GetItem: '[MS-OXWSTASK R181, R182]',
      MoveItem: '[MS-OXWSTASK R189]',
      UpdateItem: '[MS-OXWSTASK R198]',
    },
  },
  {
    element: 'Contact',
    home: 'contacts',
    inner: '<t:Subject>A</t:Subject><t:GivenName>Zoë</t:GivenName>',
    create: '',
    update: '',
    remove: '',
    ids: {
      CopyItem: '[MS-OXWSCONT R296]',
      CreateItem: '[MS-OXWSCONT R302]',
      DeleteItem: '[MS-OXWSCONT R278]',
      GetItem: '[MS-OXWSCONT R118]',
      MoveItem: '[MS-OXWSCONT R290]',
      UpdateItem: '[MS-OXWSCONT R284]',
    },
  },
  {
    element: 'CalendarItem',
    home: 'calendar',
    inner: '<t:Subject>A</t:Subject>',
    create: 'SendMeetingInvitations="SendToNone"',
    update: 'MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="SendToNone"',
    remove: 'SendMeetingCancellations="SendToNone"',
    ids: {
      CopyItem: '[MS-OXWSMTGS R604, R605]',
      CreateItem: '[MS-OXWSMTGS R612, R613]',
      DeleteItem: '[MS-OXWSMTGS R621, R622]',
      GetItem: '[MS-OXWSMTGS R632, R633]',
      MoveItem: '[MS-OXWSMTGS R642, R643]',
      UpdateItem: '[MS-OXWSMTGS R644, R652, R653]',
    },
  },
];

describe('sandbox operations on items of a kind', () => {
  let server: Sandbox;
  before(async () => {
    server = await startReleased('Exchange2013_SP1');
  });
  after(() => server.close());

  for (const kind of KINDS) {
    const item = `<t:${kind.element}>${kind.inner}</t:${kind.element}>`;
    const target = `<m:ToFolderId><t:DistinguishedFolderId Id="${kind.home}"/></m:ToFolderId>`;
    const ids = (one: ItemRef): string => `<m:ItemIds>${idElement(one)}</m:ItemIds>`;
    const requests: Readonly<Record<string, (one: ItemRef) => string>> = {
      CopyItem: (one) => `<m:CopyItem>${target}${ids(one)}</m:CopyItem>`,
      CreateItem: () => createItems(item, { attributes: kind.create }),
      DeleteItem: (one) => remove(one, `DeleteType="HardDelete" ${kind.remove}`),
      GetItem: (one) => getItems([one.id]),
      MoveItem: (one) => `<m:MoveItem>${target}${ids(one)}</m:MoveItem>`,
      UpdateItem: (one) =>
        updateItems(one, set(kind.element, 'item:Subject', '<t:Subject>B</t:Subject>'), kind.update),
    };
    for (const [operation, request] of Object.entries(requests)) {
      it(`answers ${operation} of a ${kind.element} with one message of its own, about that item ${kind.ids[operation]}`, async () => {
        const made = onlyId((await post(server.url, envelope(requests['CreateItem']?.(NO_ITEM) ?? ''))).body);
        const { status, body } = await post(server.url, envelope(request(made)));
        expect([status, all(body, 'ResponseCode')]).to.deep.equal([200, ['NoError']]);
        expect(body).to.match(/<h:ServerVersionInfo MajorVersion="15" /);
        const answer = soapBody(body) ?? '';
        expect(answer).to.match(
          new RegExp(`^<m:${operation}Response[ >].*<m:${operation}ResponseMessage ResponseClass="Success">`),
        );
        if (operation === 'DeleteItem') expect(itemIds(answer)).to.deep.equal([]);
        else
          expect(answer).to.match(
            new RegExp(`<m:Items><t:${kind.element}>.*<t:ItemId Id="[^"]+" ChangeKey="[^"]+"`),
          );
        if (operation === 'GetItem') expect(first(answer, 'Subject')).to.equal('A');
        if (operation === 'UpdateItem')
          expect((await post(server.url, envelope(getItems([made.id])))).body).to.include('<t:Subject>B<');
      });
    }
  }
});

const NO_ITEM: ItemRef = { id: '', changeKey: '' };

describe('sandbox meeting responses by release', () => {
  const meeting =
    '<t:Subject>Weekly</t:Subject><t:Start>2030-07-02T09:00:00Z</t:Start><t:End>2030-07-02T10:00:00Z</t:End>' +
    '<t:Location>Room 1</t:Location>' +
    attendees('RequiredAttendees', 'bob@example.test') +
    weekly('Tuesday', '2030-07-02', 3);

  /** What the organiser gets when an attendee accepts a series. */
  async function response(release: ReleaseName): Promise<string> {
    const server = await startReleased(release);
    try {
      const ask = async (body: string, user = 'alice'): Promise<string> =>
        (await send(server, release, body, user)).body;
      await ask(createEvent(meeting, 'SendOnlyToAll'));
      await ask(respond('AcceptItem', refOf(await ask(list('inbox'), 'bob'), 'MeetingRequest')), 'bob');
      return await ask(get(itemId(refOf(await ask(list('inbox')), 'MeetingResponse'))));
    } finally {
      await server.close();
    }
  }

  const LATER = [
    'Start',
    'End',
    'Location',
    'Recurrence',
    'CalendarItemType',
    'ProposedStart',
    'ProposedEnd',
    'EnhancedLocation',
  ];
  for (const release of ['Exchange2007_SP1', 'Exchange2010_SP2'] as const) {
    it(`do not say what was answered in ${release} [MS-OXWSMTGS R683, R684, R685, R686, R687, R80051, R80052, R80053]`, async () => {
      const answer = await response(release);
      expect(first(answer, 'ResponseType')).to.equal('Accept');
      for (const name of LATER) expect(all(answer, name), name).to.deep.equal([]);
    });
  }

  it('tell time, place and pattern of what was answered from 2013 on [MS-OXWSMTGS R572, R909, R80010, R80011]', async () => {
    const answer = await response('Exchange2013_SP1');
    expect(first(answer, 'CalendarItemType')).to.equal('RecurringMaster');
    expect(first(answer, 'Recurrence')).to.include('<t:NumberOfOccurrences>3</t:NumberOfOccurrences>');
    expect(first(answer, 'EnhancedLocation')).to.include('<t:DisplayName>Room 1</t:DisplayName>');
  });
});
